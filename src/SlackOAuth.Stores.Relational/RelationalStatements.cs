namespace SlackOAuth.Stores.Relational;

/// <summary>Every statement that the stores send, in the words of one engine.</summary>
/// <remarks>
/// <para>In a statement, <c>{table}</c> stands before the name of a table (schema and prefix) and <c>{name}</c> before the name of anything else (the prefix alone);
/// <see cref="For"/> fills them in. Values are never part of a statement: they are the parameters named at each.</para>
/// <para>Each is one round trip [24] and one transaction [7]. What changes a workspace first locks its row in <c>workspaces</c>, and creates it where it is missing, so that all changes of one workspace
/// follow one another [12]. Rows that are read have the columns <c>document, bot, workspace_key, user_key</c>, in this order and as far as the statement names them.</para>
/// </remarks>
public sealed class RelationalStatements
{
    /// <summary>The statements that create what is missing, as one script that is safe to run again. [25]</summary>
    public required string Prepare { get; init; }

    /// <summary>The version of the schema that is there, as one whole number. Fails where there is none.</summary>
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

    /// <summary>A page of bots, by key. <c>@after @end @page</c></summary>
    public required string ListBots { get; init; }

    /// <summary>A page of installations with their bots, by key. <c>@after @after_user @end @page</c></summary>
    public required string ListInstallations { get; init; }

    /// <summary>The kept bots, newest first, the current one always. <c>@workspace @nobody @kept</c>, which is 0 where history is off.</summary>
    public required string ListBotHistory { get; init; }

    /// <summary>The kept installations, newest first, the current ones always; of all users where <c>@user</c> is NULL. <c>@workspace @user @nobody @kept</c></summary>
    public required string ListInstallationHistory { get; init; }

    /// <summary>Adds a state and removes <c>@batch</c> of the client's expired ones at most. <c>@state @client @expires_at @document @now @batch</c></summary>
    public required string Issue { get; init; }

    /// <summary>Removes the state and returns its document, to one caller. <c>@state</c></summary>
    public required string Consume { get; init; }

    /// <summary>Removes <c>@batch</c> of the client's expired states at most; the number of rows is that of the states. <c>@client @now @batch</c></summary>
    public required string Purge { get; init; }

    /// <summary>The statements with the names of the tables.</summary>
    /// <param name="schema">The schema as the engine's statements have to write it, quoted where it needs quotes; null for the connection's own.</param>
    /// <param name="tablePrefix">What the name of every table begins with.</param>
    public RelationalStatements For(string? schema, string tablePrefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(tablePrefix);
        return new RelationalStatements
        {
            Prepare = Fill(Prepare),
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
            ListBotHistory = Fill(ListBotHistory),
            ListInstallationHistory = Fill(ListInstallationHistory),
            Issue = Fill(Issue),
            Consume = Fill(Consume),
            Purge = Fill(Purge),
        };

        string Fill(string statement) => statement
            .Replace("{table}", schema is null ? tablePrefix : $"{schema}.{tablePrefix}", StringComparison.Ordinal)
            .Replace("{name}", tablePrefix, StringComparison.Ordinal);
    }
}
