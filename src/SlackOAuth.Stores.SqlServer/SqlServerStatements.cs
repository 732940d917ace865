using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.SqlServer;

/// <summary>Every statement, in the words of SQL Server: one batch each, and so one round trip.</summary>
/// <remarks>
/// <para>No MERGE, and nothing that is right by lock hints alone: what changes a workspace first updates its row, or inserts it, and so holds it until the commit, on any engine that speaks T-SQL. Two
/// first inserts of one row collide (2601 or 2627), the batch is undone, and is sent again.</para>
/// <para>A find reads the workspace before the installation and holds its row meanwhile (<c>REPEATABLEREAD</c>, <c>FORCE ORDER</c>), so that it sees no installation of one save beside the bot of
/// another where rows are locked rather than versioned.</para>
/// </remarks>
internal static class SqlServerStatements
{
    private const string ReadVersion = "SELECT MAX(version) FROM {table}schema";

    /// <summary>The level is set each time: one that another user of the pool chose outlives the reset of its connection.</summary>
    private const string Begin =
        """
        SET XACT_ABORT ON;
        SET NOCOUNT ON;
        SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
        BEGIN TRANSACTION;

        """;

    private const string Commit = "COMMIT TRANSACTION;";

    private const string LockWorkspace =
        """
        UPDATE {table}workspaces SET client_id = @client_id WHERE workspace_key = @workspace;
        IF @@ROWCOUNT = 0
            INSERT INTO {table}workspaces (workspace_key, client_id, enterprise_id, team_id) VALUES (@workspace, @client_id, @enterprise_id, @team_id);

        """;

    private const string PutBot =
        """
        UPDATE {table}workspaces SET bot_installed_at = @bot_installed_at, bot = @bot
        WHERE workspace_key = @workspace AND @bot IS NOT NULL AND (bot IS NULL OR bot_installed_at <= @bot_installed_at);

        """;

    private const string PutInstallation =
        """
        UPDATE {table}installations SET installed_at = @installed_at, document = @document
        WHERE workspace_key = @workspace AND user_key = @user AND installed_at <= @installed_at;
        IF @@ROWCOUNT = 0
            INSERT INTO {table}installations (workspace_key, user_key, user_id, installed_at, document)
            SELECT @workspace, @user, @user_id, @installed_at, @document
            WHERE NOT EXISTS (SELECT 1 FROM {table}installations WHERE workspace_key = @workspace AND user_key = @user);

        """;

    private const string DropHistory = "DELETE FROM {table}history WHERE workspace_key = @workspace;\n";

    /// <summary>Only what was accepted: a refused record does not stand in its table with its own installed-at.</summary>
    private const string RememberBot =
        """
        DELETE h FROM {table}history AS h
        INNER JOIN {table}workspaces AS w ON w.workspace_key = h.workspace_key AND w.bot_installed_at = h.installed_at
        WHERE h.workspace_key = @workspace AND h.user_key = @nobody AND h.installed_at = @bot_installed_at;
        INSERT INTO {table}history (workspace_key, installed_at, user_key, document)
        SELECT workspace_key, bot_installed_at, @nobody, bot FROM {table}workspaces WHERE workspace_key = @workspace AND bot_installed_at = @bot_installed_at;

        """;

    private const string RememberInstallation =
        """
        DELETE h FROM {table}history AS h
        INNER JOIN {table}installations AS i ON i.workspace_key = h.workspace_key AND i.user_key = h.user_key AND i.installed_at = h.installed_at
        WHERE h.workspace_key = @workspace AND h.user_key = @user AND h.installed_at = @installed_at;
        INSERT INTO {table}history (workspace_key, installed_at, user_key, document)
        SELECT workspace_key, installed_at, user_key, document FROM {table}installations WHERE workspace_key = @workspace AND user_key = @user AND installed_at = @installed_at;

        """;

    private const string TrimHistory =
        """
        DELETE h FROM {table}history AS h
        WHERE h.workspace_key = @workspace AND h.user_key = @nobody AND NOT EXISTS (
            SELECT 1 FROM (
                SELECT TOP (@kept) installed_at FROM {table}history WHERE workspace_key = @workspace AND user_key = @nobody
                ORDER BY installed_at DESC) AS newest
            WHERE newest.installed_at = h.installed_at);
        DELETE h FROM {table}history AS h
        WHERE h.workspace_key = @workspace AND h.user_key <> @nobody AND NOT EXISTS (
            SELECT 1 FROM (
                SELECT TOP (@kept) installed_at, user_key FROM {table}history WHERE workspace_key = @workspace AND user_key <> @nobody
                ORDER BY installed_at DESC, user_key) AS newest
            WHERE newest.installed_at = h.installed_at AND newest.user_key = h.user_key);

        """;

    private const string FindBot = "SELECT bot AS document FROM {table}workspaces WHERE workspace_key = @workspace AND bot IS NOT NULL";

    private const string FindInstallation =
        """
        SELECT i.document, w.bot FROM {table}workspaces AS w WITH (REPEATABLEREAD)
        INNER JOIN {table}installations AS i ON i.workspace_key = w.workspace_key
        WHERE w.workspace_key = @workspace AND i.user_key = @user
        OPTION (FORCE ORDER)
        """;

    private const string FindLatestInstallation =
        """
        SELECT TOP (1) i.document, w.bot FROM {table}workspaces AS w WITH (REPEATABLEREAD)
        INNER JOIN {table}installations AS i ON i.workspace_key = w.workspace_key
        WHERE w.workspace_key = @workspace
        ORDER BY i.installed_at DESC
        OPTION (FORCE ORDER)
        """;

    private const string DropWorkspaceIfEmpty =
        """
        DELETE FROM {table}workspaces
        WHERE workspace_key = @workspace AND bot IS NULL AND NOT EXISTS (SELECT 1 FROM {table}installations WHERE workspace_key = @workspace);

        """;

    private const string DeleteBot =
        """
        UPDATE {table}workspaces SET bot_installed_at = NULL, bot = NULL WHERE workspace_key = @workspace;
        DELETE FROM {table}history WHERE workspace_key = @workspace AND user_key = @nobody;

        """;

    private const string DeleteInstallation =
        """
        DELETE FROM {table}installations WHERE workspace_key = @workspace AND user_key = @user;
        DELETE FROM {table}history WHERE workspace_key = @workspace AND user_key = @user;

        """;

    private const string DeleteInstallations =
        """
        DELETE FROM {table}installations WHERE workspace_key = @workspace;
        DELETE FROM {table}history WHERE workspace_key = @workspace AND user_key <> @nobody;

        """;

    private const string DeleteAll =
        """
        DELETE FROM {table}installations WHERE workspace_key = @workspace;
        DELETE FROM {table}history WHERE workspace_key = @workspace;
        DELETE FROM {table}workspaces WHERE workspace_key = @workspace;

        """;

    private const string ListBots =
        """
        SELECT TOP (@page) bot AS document, CAST(NULL AS nvarchar(max)) AS bot, workspace_key FROM {table}workspaces
        WHERE workspace_key > @after AND workspace_key < @end AND bot IS NOT NULL
        ORDER BY workspace_key
        """;

    private const string ListInstallations =
        """
        SELECT TOP (@page) i.document, w.bot, i.workspace_key, i.user_key FROM {table}workspaces AS w WITH (REPEATABLEREAD)
        INNER JOIN {table}installations AS i ON i.workspace_key = w.workspace_key
        WHERE w.workspace_key >= @after AND w.workspace_key < @end AND (w.workspace_key > @after OR i.user_key > @after_user)
        ORDER BY w.workspace_key, i.user_key
        OPTION (FORCE ORDER)
        """;

    private const string ListBotHistory =
        """
        SELECT k.document FROM (
            SELECT document, installed_at FROM {table}history WHERE workspace_key = @workspace AND user_key = @nobody AND @kept > 0
            UNION ALL
            SELECT w.bot, w.bot_installed_at FROM {table}workspaces AS w WHERE w.workspace_key = @workspace AND w.bot IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM {table}history AS h
                WHERE h.workspace_key = @workspace AND h.user_key = @nobody AND h.installed_at = w.bot_installed_at AND @kept > 0)) AS k
        ORDER BY k.installed_at DESC
        """;

    private const string ListInstallationHistory =
        """
        SELECT k.document, w.bot FROM (
            SELECT document, installed_at, user_key FROM {table}history WHERE workspace_key = @workspace AND user_key <> @nobody AND @kept > 0
            UNION ALL
            SELECT i.document, i.installed_at, i.user_key FROM {table}installations AS i WHERE i.workspace_key = @workspace AND NOT EXISTS (
                SELECT 1 FROM {table}history AS h
                WHERE h.workspace_key = @workspace AND h.user_key = i.user_key AND h.installed_at = i.installed_at AND @kept > 0)) AS k
        INNER JOIN {table}workspaces AS w ON w.workspace_key = @workspace
        WHERE @user IS NULL OR k.user_key = @user
        ORDER BY k.installed_at DESC, k.user_key
        """;

    /// <summary>In small batches, which lock rows and never the table; what another issue is removing is left to it where the engine knows READPAST.</summary>
    private const string DeleteExpired = "DELETE TOP (@batch) FROM {table}states WITH (READPAST) WHERE client_key = @client AND expires_at <= @now;";

    /// <summary>The number of rows is the answer.</summary>
    private const string Purge = "SET NOCOUNT OFF;\n" + DeleteExpired;

    /// <summary>A state that is there already can only be this one, sent again after its answer was lost.</summary>
    private const string Issue =
        """
        INSERT INTO {table}states (state_key, client_key, expires_at, document)
        SELECT @state, @client, @expires_at, @document WHERE NOT EXISTS (SELECT 1 FROM {table}states WHERE state_key = @state);

        """ + DeleteExpired;

    private const string Consume = "DELETE FROM {table}states OUTPUT deleted.document WHERE state_key = @state";

    internal static RelationalStatements For(string? schema, string tablePrefix) => new RelationalStatements
    {
        Prepare = RelationalSchema.Read(typeof(SqlServerStatements).Assembly),
        ReadVersion = ReadVersion,
        SaveBot = Begin + LockWorkspace + PutBot + DropHistory + Commit,
        SaveBotWithHistory = Begin + LockWorkspace + PutBot + RememberBot + TrimHistory + Commit,
        Save = Begin + LockWorkspace + PutBot + PutInstallation + DropHistory + Commit,
        SaveWithHistory = Begin + LockWorkspace + PutBot + PutInstallation + RememberBot + RememberInstallation + TrimHistory + Commit,
        FindBot = FindBot,
        FindInstallation = FindInstallation,
        FindLatestInstallation = FindLatestInstallation,
        DeleteBot = Begin + LockWorkspace + DeleteBot + DropWorkspaceIfEmpty + Commit,
        DeleteInstallation = Begin + LockWorkspace + DeleteInstallation + DropWorkspaceIfEmpty + Commit,
        DeleteInstallations = Begin + LockWorkspace + DeleteInstallations + DropWorkspaceIfEmpty + Commit,
        DeleteAll = Begin + LockWorkspace + DeleteAll + Commit,
        ListBots = ListBots,
        ListInstallations = ListInstallations,
        ListBotHistory = ListBotHistory,
        ListInstallationHistory = ListInstallationHistory,
        Issue = Issue,
        Consume = Consume,
        Purge = Purge,
    }.For(schema is null ? null : $"[{schema}]", tablePrefix);
}
