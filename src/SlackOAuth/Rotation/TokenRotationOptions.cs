using SlackOAuth.Stores;

namespace SlackOAuth;

/// <summary>When and how tokens that expire are exchanged for new ones. Checked at start. For apps with token rotation; another app's tokens do not expire, and nothing of this concerns it.</summary>
public sealed class TokenRotationOptions
{
    /// <summary>Whether tokens are rotated at all.</summary>
    /// <value>The default is true. False where another program rotates the same tokens.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>How long before its expiry a token is due: over 0, and less than a token lives, which is 12 hours.</summary>
    /// <value>The default is 120 minutes, as in Slack's SDKs.</value>
    public TimeSpan RefreshAhead { get; set; } = TimeSpan.FromMinutes(120);

    /// <summary>
    /// For how long a process may rotate a token before another takes over: longer than a call to Slack can take (<see cref="SlackOAuthClientOptions.TotalTimeout"/>), and a day at most.
    /// So long does a process that died in the middle hold back the others, whose requests are meanwhile served with the old token.
    /// </summary>
    /// <value>The default is 60 seconds.</value>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a request whose token has expired waits for the new one. After it the request goes on with the expired token, which says so.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the request that begins a rotation waits for it while the old token is still valid. The rotation goes on after it. Other requests do not wait then.</summary>
    /// <value>The default is 2 seconds: Slack wants an answer to an event in 3.</value>
    public TimeSpan MaxWaitWhileValid { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether a hosted service looks for due tokens and rotates them, so that no request has to. The store has to be an <see cref="IInstallationListing"/>.</summary>
    /// <value>The default is false.</value>
    public bool BackgroundEnabled { get; set; }

    /// <summary>How often the hosted service looks: a second to a day. Each wait is up to a fifth longer or shorter, so that processes do not look at once.</summary>
    /// <value>The default is 10 minutes.</value>
    public TimeSpan BackgroundInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many due tokens the hosted service takes at once; between two batches it pauses for about a second.</summary>
    /// <value>The default is 20.</value>
    public int BackgroundBatchSize { get; set; } = 20;

    /// <summary>
    /// Called when Slack refuses a refresh token for good: the user or the workspace has to install again. Once for each token in each process; what is stored is kept. It runs beside
    /// the request, and an exception of it is logged. Null to do nothing.
    /// </summary>
    public Func<TokenRotationFailure, Task>? Failed { get; set; }
}
