namespace SlackOAuth;

/// <summary>What Slack sends to an app.</summary>
public enum SlackRequestKind
{
    /// <summary>None of the others.</summary>
    Other = 0,

    /// <summary>An event of the Events API (<c>event_callback</c>).</summary>
    Event,

    /// <summary>A slash command.</summary>
    Command,

    /// <summary>An interaction: a block action, a shortcut, a view's submission …; <see cref="SlackRequestContext.Type"/> says which.</summary>
    Interaction,

    /// <summary>The question whether the events URL is the app's: answer with <see cref="SlackRequestContext.Challenge"/>.</summary>
    UrlVerification,

    /// <summary>The question whether the certificate is good (<c>ssl_check=1</c>): answer with 200.</summary>
    SslCheck,
}
