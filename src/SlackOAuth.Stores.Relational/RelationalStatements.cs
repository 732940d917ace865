namespace SlackOAuth.Stores.Relational;

/// <summary>Every statement that the stores send, in the words of one engine.</summary>
/// <remarks>
/// <para>In a statement, <c>{table}</c> stands before the name of a table (schema and prefix), <c>{name}</c> before the name of anything else (the prefix alone), and <c>{json}</c> for the type of
/// documents; <see cref="For"/> fills them in. Values are never part of a statement: they are the parameters named at each.</para>
/// <para>Each is one round trip [24] and one transaction [7]. What changes a workspace first locks its row in <c>workspaces</c>, and creates it where it is missing, so that all changes of one workspace
/// follow one another [12]. Each does no harm where it is sent twice, after an answer that was lost: a save or a delete has then happened, and the lease of an acquire nobody has until its end.
/// Rows that are read have the columns <c>document, bot, workspace_key, user_key</c>, in this order and as far as the statement names them.</para>
/// </remarks>
public sealed class RelationalStatements
{
    /// <summary>The statements that create what is missing, as one script that is safe to run again. [25]</summary>
    public required string Prepare { get; init; }

    /// <summary>Takes a schema of version 1 to this one. Null where <see cref="Prepare"/> does that too; needed where an engine adds no column under a condition.</summary>
    /// <remarks>It begins with the row of the new version: where another process was faster, that line fails as a conflict, and nothing is changed.</remarks>
    public string? Upgrade { get; init; }

    /// <summary>The version of the schema that is there, as one whole number; 0, or the engine's error of a missing table, where there is none.</summary>
    public required string ReadVersion { get; init; }

    /// <summary>Puts the bot where none or no newer one is. <c>@workspace @client_id @enterprise_id @team_id @bot_installed_at @bot @nobody @kept</c></summary>
    public required string SaveBot { get; init; }

    /// <summary><see cref="SaveBot"/> with history.</summary>
    public required string SaveBotWithHistory { get; init; }

    /// <summary>Puts the bot, where <c>@bot</c> is not NULL, and the installation. As <see cref="SaveBot"/>, and <c>@user @user_id @installed_at @document</c></summary>
    public required string Save { get; init; }

    /// <summary><see cref="Save"/> with history.</summary>
    public required string SaveWithHistory { get; init; }

    /// <summary>The bot's document. <c>@workspace</c></summary>
    public required string FindBot { get; init; }

    /// <summary>A user's document and the bot's. <c>@workspace @user</c></summary>
    public required string FindInstallation { get; init; }

    /// <summary>The document with the greatest installed-at and the bot's. <c>@workspace</c></summary>
    public required string FindLatestInstallation { get; init; }

    /// <summary>Removes the bot and its history. <c>@workspace @client_id @enterprise_id @team_id @nobody</c></summary>
    public required string DeleteBot { get; init; }

    /// <summary>Removes a user's installation and history. As <see cref="DeleteBot"/>, and <c>@user</c></summary>
    public required string DeleteInstallation { get; init; }

    /// <summary>Removes every user's installation and history. As <see cref="DeleteBot"/>.</summary>
    public required string DeleteInstallations { get; init; }

    /// <summary>Removes the workspace. As <see cref="DeleteBot"/>.</summary>
    public required string DeleteAll { get; init; }

    /// <summary>A page of bots, by key: document, NULL, key, and the two ids of the workspace. <c>@after @end @page</c></summary>
    public required string ListBots { get; init; }

    /// <summary>A page of installations with their bots, by key: the columns of <see cref="ListBots"/>, with the bot's document, then the user's key and id. <c>@after @after_user @end @page</c></summary>
    public required string ListInstallations { get; init; }

    /// <summary>The first workspace after a key: its <c>client_id</c> and <c>workspace_key</c>, which are all that it reads. <c>@after</c></summary>
    public required string FindNextClient { get; init; }

    /// <summary>The kept bots, newest first, the current one always. <c>@workspace @nobody @kept</c>, which is 0 where history is off.</summary>
    public required string ListBotHistory { get; init; }

    /// <summary>The kept installations, newest first, the current ones always; of all users where <c>@user</c> is NULL. <c>@workspace @user @nobody @kept</c></summary>
    public required string ListInstallationHistory { get; init; }

    /// <summary>Removes of the history what is older and not current; the row is how many records. [34] As <see cref="DeleteBot"/>, and <c>@older_than</c></summary>
    public required string TrimHistory { get; init; }

    /// <summary>Gives the lease of the bot, where there is a bot and no lease that lasts; the row is its fencing token. <c>@workspace @now @lease_ends_at</c></summary>
    public required string AcquireBotLease { get; init; }

    /// <summary>As <see cref="AcquireBotLease"/>, of a user's installation. Also <c>@user</c></summary>
    public required string AcquireInstallationLease { get; init; }

    /// <summary>Replaces the bot by one that is not older, where no later lease has saved; gives a row where it did. As <see cref="SaveBot"/>, and <c>@fence</c></summary>
    public required string SaveLeasedBot { get; init; }

    /// <summary><see cref="SaveLeasedBot"/> with history.</summary>
    public required string SaveLeasedBotWithHistory { get; init; }

    /// <summary>As <see cref="SaveLeasedBot"/>, of the installation alone. The parameters of <see cref="Save"/>, and <c>@fence</c></summary>
    public required string SaveLeasedInstallation { get; init; }

    /// <summary><see cref="SaveLeasedInstallation"/> with history.</summary>
    public required string SaveLeasedInstallationWithHistory { get; init; }

    /// <summary>Ends the lease, where it is the last one given. <c>@workspace @fence @lease_ends_at</c></summary>
    public required string ReleaseBotLease { get; init; }

    /// <summary>As <see cref="ReleaseBotLease"/>, of a user's installation. Also <c>@user</c></summary>
    public required string ReleaseInstallationLease { get; init; }

    /// <summary>Adds a state and removes <c>@batch</c> of the client's expired ones at most. <c>@state @client @expires_at @document @now @batch</c></summary>
    public required string Issue { get; init; }

    /// <summary>Gives the document to one caller. [17] Where a driver, or a lost connection, may have it sent twice, the row keeps the claim until it expires, and the same claim gets the document
    /// again. <c>@state @claim</c></summary>
    public required string Consume { get; init; }

    /// <summary>Removes <c>@batch</c> of the client's expired states at most, and where a consumed state keeps its row as many of those; the row is the number of the one and, where there is
    /// the other, its number too. <c>@client @now @batch</c></summary>
    public required string Purge { get; init; }

    /// <summary>The statements with the names of the tables.</summary>
    /// <param name="schema">The schema as the engine's statements have to write it, quoted where it needs quotes; null for the connection's own.</param>
    /// <param name="tablePrefix">What the name of every table begins with.</param>
    /// <param name="documentType">The type of documents in a <c>CAST</c>, such as <c>json</c>.</param>
    public RelationalStatements For(string? schema, string tablePrefix, string documentType)
    {
        ArgumentException.ThrowIfNullOrEmpty(tablePrefix);
        ArgumentException.ThrowIfNullOrEmpty(documentType);
        return new RelationalStatements
        {
            Prepare = Fill(Prepare),
            Upgrade = Upgrade is null ? null : Fill(Upgrade),
            ReadVersion = Fill(ReadVersion),
            SaveBot = Fill(SaveBot),
            SaveBotWithHistory = Fill(SaveBotWithHistory),
            Save = Fill(Save),
            SaveWithHistory = Fill(SaveWithHistory),
            FindBot = Fill(FindBot),
            FindInstallation = Fill(FindInstallation),
            FindLatestInstallation = Fill(FindLatestInstallation),
            DeleteBot = Fill(DeleteBot),
            DeleteInstallation = Fill(DeleteInstallation),
            DeleteInstallations = Fill(DeleteInstallations),
            DeleteAll = Fill(DeleteAll),
            ListBots = Fill(ListBots),
            ListInstallations = Fill(ListInstallations),
            FindNextClient = Fill(FindNextClient),
            ListBotHistory = Fill(ListBotHistory),
            ListInstallationHistory = Fill(ListInstallationHistory),
            TrimHistory = Fill(TrimHistory),
            AcquireBotLease = Fill(AcquireBotLease),
            AcquireInstallationLease = Fill(AcquireInstallationLease),
            SaveLeasedBot = Fill(SaveLeasedBot),
            SaveLeasedBotWithHistory = Fill(SaveLeasedBotWithHistory),
            SaveLeasedInstallation = Fill(SaveLeasedInstallation),
            SaveLeasedInstallationWithHistory = Fill(SaveLeasedInstallationWithHistory),
            ReleaseBotLease = Fill(ReleaseBotLease),
            ReleaseInstallationLease = Fill(ReleaseInstallationLease),
            Issue = Fill(Issue),
            Consume = Fill(Consume),
            Purge = Fill(Purge),
        };

        string Fill(string statement) => statement
            .Replace("{table}", schema is null ? tablePrefix : $"{schema}.{tablePrefix}", StringComparison.Ordinal)
            .Replace("{name}", tablePrefix, StringComparison.Ordinal)
            .Replace("{json}", documentType, StringComparison.Ordinal);
    }
}
