using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.SqlServer;

/// <summary>Every statement, in the words of SQL Server: one batch each, and so one round trip. Each is a constant, and all of it is in this file, so that who answers for the database can read what it is asked.</summary>
/// <remarks>
/// <para>No MERGE, and nothing that is right by lock hints alone: what changes a workspace first updates its row, or inserts it, and so holds it until the commit, on any engine that speaks T-SQL. Two
/// first inserts of one row collide (2601 or 2627), the batch is undone, and is sent again.</para>
/// <para>A find reads the workspace before the installation and holds its row meanwhile (<c>REPEATABLEREAD</c>, <c>FORCE ORDER, LOOP JOIN</c>), so that it sees no installation of one save beside the
/// bot of another. Both are read by locks, also where the database versions rows for readers (<c>READCOMMITTEDLOCK</c>): the version of an installation is that of the statement's start, and the row
/// of a workspace that was waited for is a later one. An engine that knows no such hints reads one snapshot.</para>
/// </remarks>
internal static class SqlServerStatements
{
    /// <summary>No look at a table that may be missing: not every engine reports that by the number of SQL Server.</summary>
    private const string ReadVersion = "IF OBJECT_ID(N'{table}schema', N'U') IS NULL SELECT 0 ELSE SELECT COALESCE(MAX(version), 0) FROM {table}schema";

    /// <summary>The level is set each time: one that another user of the pool chose outlives the reset of its connection, and READPAST is refused under most others.</summary>
    private const string Settings =
        """
        SET XACT_ABORT ON;
        SET NOCOUNT ON;
        SET TRANSACTION ISOLATION LEVEL READ COMMITTED;

        """;

    private const string Begin = Settings + "BEGIN TRANSACTION;\n";

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

    private const string ReplaceBot =
        """
        UPDATE {table}workspaces SET bot_installed_at = @bot_installed_at, bot = @bot, bot_saved_fence = @fence
        OUTPUT inserted.bot_saved_fence
        WHERE workspace_key = @workspace AND bot_installed_at <= @bot_installed_at AND (bot_saved_fence IS NULL OR bot_saved_fence <= @fence);

        """;

    private const string ReplaceInstallation =
        """
        UPDATE {table}installations SET installed_at = @installed_at, document = @document, saved_fence = @fence
        OUTPUT inserted.saved_fence
        WHERE workspace_key = @workspace AND user_key = @user AND installed_at <= @installed_at AND (saved_fence IS NULL OR saved_fence <= @fence);

        """;

    /// <summary>Only what was accepted: a refused record does not stand in its table with its own installed-at.</summary>
    private const string RememberBot =
        """
        DELETE FROM {table}history
        WHERE workspace_key = @workspace AND user_key = @nobody AND installed_at = @bot_installed_at
            AND EXISTS (SELECT 1 FROM {table}workspaces WHERE workspace_key = @workspace AND bot_installed_at = @bot_installed_at);
        INSERT INTO {table}history (workspace_key, installed_at, user_key, document)
        SELECT workspace_key, bot_installed_at, @nobody, bot FROM {table}workspaces WHERE workspace_key = @workspace AND bot_installed_at = @bot_installed_at;

        """;

    private const string RememberInstallation =
        """
        DELETE FROM {table}history
        WHERE workspace_key = @workspace AND user_key = @user AND installed_at = @installed_at
            AND EXISTS (SELECT 1 FROM {table}installations WHERE workspace_key = @workspace AND user_key = @user AND installed_at = @installed_at);
        INSERT INTO {table}history (workspace_key, installed_at, user_key, document)
        SELECT workspace_key, installed_at, user_key, document FROM {table}installations WHERE workspace_key = @workspace AND user_key = @user AND installed_at = @installed_at;

        """;

    private const string KeepNewest =
        """
        DELETE FROM {table}history
        WHERE workspace_key = @workspace AND user_key = @nobody AND installed_at NOT IN (
            SELECT TOP (@kept) installed_at FROM {table}history WHERE workspace_key = @workspace AND user_key = @nobody
            ORDER BY installed_at DESC);
        DELETE FROM {table}history
        WHERE workspace_key = @workspace AND user_key <> @nobody AND NOT EXISTS (
            SELECT 1 FROM (
                SELECT TOP (@kept) installed_at, user_key FROM {table}history WHERE workspace_key = @workspace AND user_key <> @nobody
                ORDER BY installed_at DESC, user_key) AS newest
            WHERE newest.installed_at = {name}history.installed_at AND newest.user_key = {name}history.user_key);

        """;

    /// <summary>What the history holds of before a time, but for what stands in its own table as current.</summary>
    private const string RemoveOldHistory =
        """
        DELETE FROM {table}history
        WHERE workspace_key = @workspace AND installed_at < @older_than
            AND NOT EXISTS (
                SELECT 1 FROM {table}workspaces AS w
                WHERE w.workspace_key = @workspace AND {name}history.user_key = @nobody AND w.bot_installed_at = {name}history.installed_at)
            AND NOT EXISTS (
                SELECT 1 FROM {table}installations AS i
                WHERE i.workspace_key = @workspace AND i.user_key = {name}history.user_key AND i.installed_at = {name}history.installed_at);
        DECLARE @removed int = @@ROWCOUNT;

        """;

    private const string DropHistory = "DELETE FROM {table}history WHERE workspace_key = @workspace;\n";

    /// <summary>The bot and its lease, and the bot's history.</summary>
    private const string RemoveBot =
        """
        UPDATE {table}workspaces SET bot_installed_at = NULL, bot = NULL, bot_lease_fence = NULL, bot_lease_ends_at = NULL, bot_saved_fence = NULL WHERE workspace_key = @workspace;
        DELETE FROM {table}history WHERE workspace_key = @workspace AND user_key = @nobody;

        """;

    private const string RemoveInstallation =
        """
        DELETE FROM {table}installations WHERE workspace_key = @workspace AND user_key = @user;
        DELETE FROM {table}history WHERE workspace_key = @workspace AND user_key = @user;

        """;

    private const string RemoveInstallations =
        """
        DELETE FROM {table}installations WHERE workspace_key = @workspace;
        DELETE FROM {table}history WHERE workspace_key = @workspace AND user_key <> @nobody;

        """;

    private const string RemoveWorkspace =
        """
        DELETE FROM {table}installations WHERE workspace_key = @workspace;
        DELETE FROM {table}history WHERE workspace_key = @workspace;
        DELETE FROM {table}workspaces WHERE workspace_key = @workspace;

        """;

    /// <summary>The row of a workspace that has neither bot nor installation.</summary>
    private const string RemoveWorkspaceIfEmpty =
        """
        DELETE FROM {table}workspaces
        WHERE workspace_key = @workspace AND bot IS NULL AND NOT EXISTS (SELECT 1 FROM {table}installations WHERE workspace_key = @workspace);

        """;

    private const string FindBot = "SELECT bot AS document FROM {table}workspaces WHERE workspace_key = @workspace AND bot IS NOT NULL";

    private const string FindInstallation =
        """
        SELECT i.document, w.bot FROM {table}workspaces AS w WITH (REPEATABLEREAD)
        INNER JOIN {table}installations AS i WITH (READCOMMITTEDLOCK) ON i.workspace_key = w.workspace_key
        WHERE w.workspace_key = @workspace AND i.user_key = @user
        OPTION (FORCE ORDER, LOOP JOIN)
        """;

    /// <summary>The one row is taken below the join, by the parameter, and in the order of the index: else an engine may sort the rows of all the workspace's users, for it expects few.</summary>
    private const string FindLatestInstallation =
        """
        SELECT i.document, w.bot FROM {table}workspaces AS w WITH (REPEATABLEREAD)
        CROSS APPLY (
            SELECT TOP (1) document FROM {table}installations WITH (READCOMMITTEDLOCK) WHERE workspace_key = @workspace
            ORDER BY workspace_key DESC, installed_at DESC) AS i
        WHERE w.workspace_key = @workspace
        OPTION (FORCE ORDER, LOOP JOIN)
        """;

    private const string ListBots =
        """
        SELECT TOP (@page) bot AS document, CAST(NULL AS {json}) AS bot, workspace_key, enterprise_id, team_id FROM {table}workspaces
        WHERE workspace_key > @after AND workspace_key < @end AND bot IS NOT NULL
        ORDER BY workspace_key
        """;

    private const string ListInstallations =
        """
        SELECT TOP (@page) i.document, w.bot, i.workspace_key, w.enterprise_id, w.team_id, i.user_key, i.user_id FROM {table}workspaces AS w WITH (REPEATABLEREAD)
        INNER JOIN {table}installations AS i WITH (READCOMMITTEDLOCK) ON i.workspace_key = w.workspace_key
        WHERE w.workspace_key >= @after AND w.workspace_key < @end AND (w.workspace_key > @after OR i.user_key > @after_user)
        ORDER BY w.workspace_key, i.user_key
        OPTION (FORCE ORDER, LOOP JOIN)
        """;

    private const string FindNextClient = "SELECT TOP (1) client_id, workspace_key FROM {table}workspaces WHERE workspace_key > @after ORDER BY workspace_key";

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

    /// <summary>The row is held before it is changed: Babelfish gives by OUTPUT what it computed before it waited for another's change, and two holders would have one fencing token.</summary>
    private const string AcquireBotLease = Begin +
        """
        UPDATE {table}workspaces SET bot_lease_fence = bot_lease_fence WHERE workspace_key = @workspace;
        UPDATE {table}workspaces SET bot_lease_fence = COALESCE(bot_lease_fence, 0) + 1, bot_lease_ends_at = @lease_ends_at
        OUTPUT inserted.bot_lease_fence
        WHERE workspace_key = @workspace AND bot IS NOT NULL AND (bot_lease_ends_at IS NULL OR bot_lease_ends_at <= @now);

        """ + Commit;

    private const string AcquireInstallationLease = Begin +
        """
        UPDATE {table}installations SET lease_fence = lease_fence WHERE workspace_key = @workspace AND user_key = @user;
        UPDATE {table}installations SET lease_fence = COALESCE(lease_fence, 0) + 1, lease_ends_at = @lease_ends_at
        OUTPUT inserted.lease_fence
        WHERE workspace_key = @workspace AND user_key = @user AND (lease_ends_at IS NULL OR lease_ends_at <= @now);

        """ + Commit;

    private const string ReleaseBotLease =
        "UPDATE {table}workspaces SET bot_lease_ends_at = NULL WHERE workspace_key = @workspace AND bot_lease_fence = @fence AND bot_lease_ends_at = @lease_ends_at";

    private const string ReleaseInstallationLease =
        "UPDATE {table}installations SET lease_ends_at = NULL WHERE workspace_key = @workspace AND user_key = @user AND lease_fence = @fence AND lease_ends_at = @lease_ends_at";

    /// <summary>A state that is there already can only be this one, sent again after its answer was lost. Expired ones go in small batches, which lock rows and never the table; what another
    /// issue is removing is left to it where the engine knows READPAST, which SQL Server's documents allow beside row versions by READCOMMITTEDLOCK alone.</summary>
    private const string Issue = Settings +
        """
        INSERT INTO {table}states (state_key, client_key, expires_at, document)
        SELECT @state, @client, @expires_at, @document WHERE NOT EXISTS (SELECT 1 FROM {table}states WHERE state_key = @state);
        DELETE TOP (@batch) FROM {table}states WITH (READPAST, READCOMMITTEDLOCK) WHERE client_key = @client AND expires_at <= @now;
        """;

    private const string Consume = "UPDATE {table}states SET claim = @claim OUTPUT inserted.document WHERE state_key = @state AND (claim IS NULL OR claim = @claim)";

    /// <summary>What was consumed goes too, and is counted by itself.</summary>
    private const string Purge = Settings +
        """
        DELETE TOP (@batch) FROM {table}states WITH (READPAST, READCOMMITTEDLOCK) WHERE client_key = @client AND expires_at <= @now AND claim IS NOT NULL;
        DECLARE @consumed int = @@ROWCOUNT;
        DELETE TOP (@batch) FROM {table}states WITH (READPAST, READCOMMITTEDLOCK) WHERE client_key = @client AND expires_at <= @now AND claim IS NULL;
        SELECT @@ROWCOUNT, @consumed;
        """;

    private const string SaveBot = Begin + LockWorkspace + PutBot + DropHistory + Commit;

    private const string SaveBotWithHistory = Begin + LockWorkspace + PutBot + RememberBot + KeepNewest + Commit;

    private const string Save = Begin + LockWorkspace + PutBot + PutInstallation + DropHistory + Commit;

    private const string SaveWithHistory = Begin + LockWorkspace + PutBot + PutInstallation + RememberBot + RememberInstallation + KeepNewest + Commit;

    private const string DeleteBot = Begin + LockWorkspace + RemoveBot + RemoveWorkspaceIfEmpty + Commit;

    private const string DeleteInstallation = Begin + LockWorkspace + RemoveInstallation + RemoveWorkspaceIfEmpty + Commit;

    private const string DeleteInstallations = Begin + LockWorkspace + RemoveInstallations + RemoveWorkspaceIfEmpty + Commit;

    private const string DeleteAll = Begin + LockWorkspace + RemoveWorkspace + Commit;

    private const string TrimHistory = Begin + LockWorkspace + RemoveOldHistory + RemoveWorkspaceIfEmpty + Commit + "\nSELECT @removed;";

    private const string SaveLeasedBot = Begin + LockWorkspace + ReplaceBot + DropHistory + RemoveWorkspaceIfEmpty + Commit;

    private const string SaveLeasedBotWithHistory = Begin + LockWorkspace + ReplaceBot + RememberBot + KeepNewest + RemoveWorkspaceIfEmpty + Commit;

    private const string SaveLeasedInstallation = Begin + LockWorkspace + ReplaceInstallation + DropHistory + RemoveWorkspaceIfEmpty + Commit;

    private const string SaveLeasedInstallationWithHistory = Begin + LockWorkspace + ReplaceInstallation + RememberInstallation + KeepNewest + RemoveWorkspaceIfEmpty + Commit;

    internal static RelationalStatements For(string? schema, string tablePrefix) => new RelationalStatements
    {
        Prepare = RelationalSchema.Read(typeof(SqlServerStatements).Assembly),
        ReadVersion = ReadVersion,
        SaveBot = SaveBot,
        SaveBotWithHistory = SaveBotWithHistory,
        Save = Save,
        SaveWithHistory = SaveWithHistory,
        FindBot = FindBot,
        FindInstallation = FindInstallation,
        FindLatestInstallation = FindLatestInstallation,
        DeleteBot = DeleteBot,
        DeleteInstallation = DeleteInstallation,
        DeleteInstallations = DeleteInstallations,
        DeleteAll = DeleteAll,
        ListBots = ListBots,
        ListInstallations = ListInstallations,
        FindNextClient = FindNextClient,
        ListBotHistory = ListBotHistory,
        ListInstallationHistory = ListInstallationHistory,
        TrimHistory = TrimHistory,
        AcquireBotLease = AcquireBotLease,
        AcquireInstallationLease = AcquireInstallationLease,
        SaveLeasedBot = SaveLeasedBot,
        SaveLeasedBotWithHistory = SaveLeasedBotWithHistory,
        SaveLeasedInstallation = SaveLeasedInstallation,
        SaveLeasedInstallationWithHistory = SaveLeasedInstallationWithHistory,
        ReleaseBotLease = ReleaseBotLease,
        ReleaseInstallationLease = ReleaseInstallationLease,
        Issue = Issue,
        Consume = Consume,
        Purge = Purge,
    }.For(schema is null ? null : $"[{schema}]", tablePrefix, documentType: "nvarchar(max)");
}
