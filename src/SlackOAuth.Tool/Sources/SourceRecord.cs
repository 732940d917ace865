using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Sources;

/// <summary>One thing that a source holds: a bot, an installation, or what could not be read.</summary>
internal abstract record SourceRecord
{
    private SourceRecord()
    {
    }

    /// <summary>A bot of a workspace, the current one or one of its history.</summary>
    /// <param name="ClientId">The client id of the app it belongs to.</param>
    /// <param name="Bot">The record.</param>
    internal sealed record OfBot(string ClientId, Bot Bot) : SourceRecord;

    /// <summary>An installation of a user, the current one or one of the history. Its bot fields say nothing: the bot comes as a record of its own.</summary>
    /// <param name="ClientId">The client id of the app it belongs to.</param>
    /// <param name="Installation">The record.</param>
    internal sealed record OfInstallation(string ClientId, Installation Installation) : SourceRecord;

    /// <summary>A record that cannot be read or cannot be kept. It is named, and the rest goes on.</summary>
    /// <param name="Where">The file, or the table and its key; never a secret.</param>
    /// <param name="Reason">What is wrong with it, in words for a person.</param>
    internal sealed record Refused(string Where, string Reason) : SourceRecord
    {
        /// <summary>Which record it is or may be: a damaged file has its name alone to tell by. None where nothing tells.</summary>
        internal IReadOnlyList<RecordKey> Keys { get; init; } = [];
    }
}
