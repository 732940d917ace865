namespace SlackOAuth;

/// <summary>Why a call to Slack failed.</summary>
public sealed record SlackError
{
    /// <summary>Slack's error (such as <c>invalid_code</c>), or one of <see cref="SlackErrorCodes"/> where Slack gave none that can be read.</summary>
    public required string Code { get; init; }

    /// <summary>Whether the same call may succeed later: a rate limit, a timeout, the network, a fault at Slack's. Else the failure is final.</summary>
    public bool IsTransient { get; init; }

    /// <summary>How long Slack asks to wait; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The HTTP status of the answer; null where none came.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The scopes that were needed (<c>missing_scope</c>), comma-separated; null where Slack does not say.</summary>
    public string? Needed { get; init; }

    /// <summary>The scopes that the token has (<c>missing_scope</c>), comma-separated; null where Slack does not say.</summary>
    public string? Provided { get; init; }

    /// <summary>What Slack says further, such as which part of a view is invalid; eight messages of 300 characters at most.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    /// <summary>The exception behind the failure; null where there was none.</summary>
    public Exception? Exception { get; init; }

    /// <summary>The code, the status and whether a retry can help. Holds no token.</summary>
    public override string ToString() =>
        $"{Code} ({(StatusCode is { } status ? $"HTTP {status}, " : "")}{(IsTransient ? "passing" : "final")}{(RetryAfter is { } wait ? $", retry after {wait.TotalSeconds:0} s" : "")})";
}
