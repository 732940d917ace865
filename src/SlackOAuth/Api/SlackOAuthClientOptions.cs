namespace SlackOAuth;

/// <summary>The settings of <see cref="SlackOAuthClient"/> and <see cref="SlackIdTokenValidator"/>. Checked at start.</summary>
public sealed class SlackOAuthClientOptions
{
    /// <summary>The app's client id ("Basic Information" of its settings). Required.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>The app's client secret ("Basic Information" of its settings). Required. Never logged.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>Where the methods of the Web API are: https, or http on loopback for a stand-in.</summary>
    /// <value>The default is https://slack.com/api/.</value>
    public Uri ApiBaseUrl { get; set; } = new("https://slack.com/api/");

    /// <summary>Where Slack's OpenID Connect metadata is, which names the issuer and the keys: https, or http on loopback for a stand-in.</summary>
    /// <value>The default is https://slack.com/.well-known/openid-configuration.</value>
    public Uri OpenIdConfigurationUrl { get; set; } = new("https://slack.com/.well-known/openid-configuration");

    /// <summary>How long one attempt may take, from the connection to the last byte of the answer.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a call may take, with its retries and waits.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a call is tried again at most; 0 for never.</summary>
    /// <value>The default is 2.</value>
    public int MaxRetries { get; set; } = 2;

    /// <summary>The longest wait that a <c>Retry-After</c> of Slack's is sat out; a longer one is handed to the caller at once, as <see cref="SlackErrorCodes.RateLimited"/>.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest answer that is read, in bytes.</summary>
    /// <value>The default is 1 MiB.</value>
    public int MaxResponseBytes { get; set; } = 1024 * 1024;
}
