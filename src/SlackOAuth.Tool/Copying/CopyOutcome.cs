namespace SlackOAuth.Tool.Copying;

/// <summary>What became of one record. A dry run says what would.</summary>
internal enum CopyOutcome
{
    /// <summary>The destination had none, and has it now.</summary>
    Written,

    /// <summary>The destination had an older one.</summary>
    Updated,

    /// <summary>The destination has the same.</summary>
    Same,

    /// <summary>The destination has a newer one, which stays.</summary>
    NewerThere,

    /// <summary>The destination has another one of the same age, and nothing tells which is right. It stays.</summary>
    Differs,

    /// <summary>The destination's app was rotating it all the time.</summary>
    Leased,
}
