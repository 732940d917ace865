namespace SlackOAuth.Stores.Relational;

/// <summary>What a parameter holds, for the dialect to choose the engine's type by.</summary>
public enum RelationalParameterKind
{
    /// <summary>A key: bytes of a fixed length, compared as bytes.</summary>
    Key = 0,

    /// <summary>An id as Slack gave it, 255 characters at most, kept beside the keys for people to read.</summary>
    Id = 1,

    /// <summary>A point in time, in UTC and whole microseconds (<see cref="DateTimeOffset"/>).</summary>
    Instant = 2,

    /// <summary>A JSON document as UTF-8 (<see cref="byte"/> array).</summary>
    Document = 3,

    /// <summary>A number of rows (<see cref="int"/>).</summary>
    Count = 4,

    /// <summary>A point in time as the clock of the app counts it: steps of 100 ns since 1970, in UTC; and a fencing token, which counts leases (<see cref="long"/>).</summary>
    Ticks = 5,
}

/// <summary>One parameter of a statement.</summary>
/// <param name="Name">The name as the statements write it, such as <c>@workspace</c>.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Value">A value of the kind's type; null for SQL's NULL.</param>
public readonly record struct RelationalParameter(string Name, RelationalParameterKind Kind, object? Value)
{
    /// <summary>A time, exact where the engines' own types round.</summary>
    internal static RelationalParameter Ticks(string name, DateTimeOffset time) => new(name, RelationalParameterKind.Ticks, (time - DateTimeOffset.UnixEpoch).Ticks);
}
