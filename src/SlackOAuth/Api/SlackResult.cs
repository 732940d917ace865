using System.Diagnostics.CodeAnalysis;

namespace SlackOAuth;

/// <summary>What a call to Slack gave: a value, or an error. A call never throws for what Slack or the network does.</summary>
/// <typeparam name="T">The answer where the call succeeded.</typeparam>
public sealed class SlackResult<T>
    where T : class
{
    private SlackResult(T? value, SlackError? error) => (Value, Error) = (value, error);

    /// <summary>Whether the call succeeded.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Ok => Error is null;

    /// <summary>The answer; null where the call failed.</summary>
    public T? Value { get; }

    /// <summary>Why the call failed; null where it succeeded.</summary>
    public SlackError? Error { get; }

    /// <summary>Creates the result of a success.</summary>
    public static implicit operator SlackResult<T>(T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(value, null);
    }

    /// <summary>Creates the result of a failure.</summary>
    public static implicit operator SlackResult<T>(SlackError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new(null, error);
    }

    /// <summary>Says whether the call succeeded and, if not, why. Holds no token.</summary>
    public override string ToString() => Ok ? $"ok: {Value}" : $"error: {Error}";
}
