namespace SlackOAuth.Stores.Benchmarks.Engines;

/// <summary>The floors of an engine: the driver's own calls that bring or send the same bytes as the store's, with nothing around them but the parsing of what comes.</summary>
internal interface IBareEngine : IAsyncDisposable
{
    /// <summary>Reads the bot of <see cref="Sample.Workspace"/>, and parses it.</summary>
    ValueTask<Bot?> FindBotAsync();

    /// <summary>Reads the installation of <see cref="Sample.UserId"/> and the bot, and parses both.</summary>
    ValueTask<Installation?> FindInstallationAsync();

    /// <summary>Reads the latest installation and the bot, and parses both. Where the store's statement for it is not sent here, what <see cref="FindInstallationAsync"/> reads stands for it.</summary>
    ValueTask<Installation?> FindLatestInstallationAsync() => FindInstallationAsync();

    /// <summary>What stands beside the store's call for the latest installation.</summary>
    string LatestInstallationFloor => "the driver's call for a user's, parsing";

    /// <summary>Sends what a save sends, with a newer time than the save before.</summary>
    ValueTask SaveAsync();

    /// <summary>Writes a state.</summary>
    ValueTask IssueAsync();

    /// <summary>Takes a state that <see cref="IssueAsync"/> wrote, and parses it.</summary>
    ValueTask<StoredOAuthState?> ConsumeAsync();

    /// <summary>Removes every state, the store's too.</summary>
    ValueTask ClearStatesAsync();
}
