using System.Net;

namespace SlackOAuth.Testing;

/// <summary>What a method answers instead of its own answer; see <see cref="FakeSlack.Script"/>.</summary>
public sealed class ScriptedAnswer
{
    private ScriptedAnswer(ScriptedKind kind) => Kind = kind;

    /// <summary>The connection is dropped and nothing is done.</summary>
    public static ScriptedAnswer DroppedConnection { get; } = new(ScriptedKind.Drop);

    /// <summary>The call is carried out (a code or a refresh token is used up) and the connection is dropped before the answer.</summary>
    public static ScriptedAnswer LostAnswer { get; } = new(ScriptedKind.LoseAnswer);

    /// <summary>Nothing is done and nothing is answered until the caller gives up or the Slack is disposed of.</summary>
    public static ScriptedAnswer NoAnswer { get; } = new(ScriptedKind.Hang);

    /// <summary>200 with a body that breaks off in the middle of its JSON; nothing is done.</summary>
    public static ScriptedAnswer MalformedJson { get; } = Raw(HttpStatusCode.OK, "application/json", """{"ok":true,"access_tok""");

    internal ScriptedKind Kind { get; }

    internal Reply? Reply { get; private init; }

    internal Task? Gate { get; private init; }

    /// <summary>Slack's own refusal: 200 with <c>{"ok":false,"error":…}</c>; nothing is done.</summary>
    /// <param name="error">Slack's error name, for example <c>internal_error</c>.</param>
    /// <returns>The answer.</returns>
    public static ScriptedAnswer Error(string error)
    {
        ArgumentException.ThrowIfNullOrEmpty(error);
        return new(ScriptedKind.Reply) { Reply = Reply.Refusal(error) };
    }

    /// <summary>An HTTP status with a short HTML body, as a broken proxy or server gives; nothing is done.</summary>
    /// <param name="status">The status, for example 503.</param>
    /// <returns>The answer.</returns>
    public static ScriptedAnswer Status(HttpStatusCode status) => Raw(status, "text/html; charset=utf-8", $"<h1>{(int)status}</h1>");

    /// <summary>429 with <c>Retry-After</c> and <c>{"ok":false,"error":"ratelimited"}</c>; nothing is done.</summary>
    /// <param name="retryAfter">When to come back, rounded up to whole seconds.</param>
    /// <returns>The answer.</returns>
    public static ScriptedAnswer RateLimited(TimeSpan retryAfter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(retryAfter, TimeSpan.Zero);
        return new(ScriptedKind.Reply)
        {
            Reply = Reply.Refusal("ratelimited") with { Status = StatusCodes.Status429TooManyRequests, RetryAfterSeconds = (long)Math.Ceiling(retryAfter.TotalSeconds) },
        };
    }

    /// <summary>Any answer at all; nothing is done.</summary>
    /// <param name="status">The status.</param>
    /// <param name="contentType">The content type.</param>
    /// <param name="body">The body, sent as UTF-8.</param>
    /// <returns>The answer.</returns>
    public static ScriptedAnswer Raw(HttpStatusCode status, string contentType, string body)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        ArgumentNullException.ThrowIfNull(body);
        return new(ScriptedKind.Reply) { Reply = new Reply((int)status, contentType, body) };
    }

    /// <summary>The call waits for <paramref name="release"/> and is then carried out and answered as usual: for tests that need two calls to overlap.</summary>
    /// <param name="release">What to wait for; how it ends does not matter.</param>
    /// <returns>The answer.</returns>
    public static ScriptedAnswer Held(Task release)
    {
        ArgumentNullException.ThrowIfNull(release);
        return new(ScriptedKind.Hold) { Gate = release };
    }
}

internal enum ScriptedKind
{
    Reply,
    Drop,
    LoseAnswer,
    Hang,
    Hold,
}
