namespace SlackOAuth.AspNetCore;

/// <summary>
/// How often one client may ask for the paths of an install and a sign-in, which are open to everybody and store a state or ask Slack. Over it the answer is 429 with
/// <c>Retry-After</c> and the reason <see cref="OAuthFailureReasons.RateLimited"/>. Counted in each process for itself. Slack's own requests, which are signed, are not limited.
/// </summary>
/// <remarks>
/// A client is the address of the connection, as the ForwardedHeaders middleware leaves it: an IPv4 address, or an IPv6 network of 64 bits. A private or loopback address may be a
/// proxy's, and then be that of everybody: it has a limit of its own, <see cref="RequestsPerProxy"/>. One client leaves at most
/// <c>limit × (1 + <see cref="SlackOAuthOptions.StateLifetime"/> ÷ <see cref="Window"/>)</c> states in the store: 3,300 by default, and a proxy 33,000.
/// </remarks>
public sealed class SlackRateLimitOptions
{
    /// <summary>Whether there are limits.</summary>
    /// <value>The default is true.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>How many requests one client may send in <see cref="Window"/>, and at once: 1 to 1,000,000. An install is two, and so is a sign-in; an office may be one address.</summary>
    /// <value>The default is 300.</value>
    public int RequestsPerClient { get; set; } = 300;

    /// <summary>The same for a private or loopback address, and for none (a Unix socket): <see cref="RequestsPerClient"/> to 1,000,000.</summary>
    /// <value>The default is 3,000.</value>
    public int RequestsPerProxy { get; set; } = 3_000;

    /// <summary>In which time the requests are allowed again, evenly over it: a second to a day.</summary>
    /// <value>The default is a minute.</value>
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(1);
}
