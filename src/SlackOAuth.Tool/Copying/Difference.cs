namespace SlackOAuth.Tool.Copying;

/// <summary>In what the two sides of a comparison do not agree.</summary>
internal enum DifferenceKind
{
    /// <summary>Only the source has the record.</summary>
    OnlyInSource,

    /// <summary>Only the destination has the record.</summary>
    OnlyInDestination,

    /// <summary>Both have it, with other content.</summary>
    Content,

    /// <summary>Both have it with the same content, and the destination, which has keys, holds it in plain.</summary>
    NotEncrypted,

    /// <summary>The destination cannot read its record.</summary>
    Unreadable,
}

/// <summary>A record in which the two sides of a comparison do not agree.</summary>
/// <param name="Where">Which; never with a secret.</param>
/// <param name="Kind">In what.</param>
/// <param name="Detail">The names of the fields that differ, or why a record cannot be read; never a value. Empty where there is none.</param>
internal sealed record Difference(string Where, DifferenceKind Kind, string Detail);
