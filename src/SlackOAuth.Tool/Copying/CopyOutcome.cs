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

    /// <summary>The destination's was damaged: nobody could read it, and it is replaced.</summary>
    Mended,

    /// <summary>The destination had the same in plain, and has it encrypted now.</summary>
    Encrypted,

    /// <summary>It is an older record, and the destination has the current one, but not this one: no store takes an older record into a history.</summary>
    TooLate,

    /// <summary>The destination has another one of the same age, and nothing tells which is right. It stays.</summary>
    Differs,

    /// <summary>The destination's app was rotating it all the time.</summary>
    Leased,
}
