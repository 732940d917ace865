namespace SlackOAuth.Tool.Stores;

/// <summary>Everything the command line says about a store, but for the app.</summary>
internal sealed record StoreLocation
{
    /// <summary>Which store.</summary>
    internal required StoreNotation Notation { get; init; }

    /// <summary>Its options.</summary>
    internal StoreSettings Settings { get; init; } = StoreSettings.None;

    /// <summary>How many old records a workspace keeps, where the command says it; null where the settings do, or nothing does.</summary>
    internal int? HistoryLength { get; init; }

    /// <summary>The folder of the Data Protection keys that its tokens are encrypted with; null where they are not.</summary>
    internal string? KeyFolder { get; init; }

    /// <summary>The application name that the app gave to Data Protection: of an app that gave none, its content root; null where the keys are used under no name.</summary>
    internal string? ApplicationName { get; init; }

    /// <summary>Whether the store makes its tables and folders where they are missing. Only what is written to should: a mistyped path is no empty store.</summary>
    internal bool Prepares { get; init; }
}
