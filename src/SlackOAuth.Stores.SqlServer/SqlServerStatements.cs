using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.SqlServer;

/// <summary>Every statement, in the words of SQL Server: one batch each, and so one round trip.</summary>
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
    private const string ReadVersion = "IF OBJECT_ID(N'{table}schema', N'U') IS NULL SELECT 0 ELSE " + SharedStatements.ReadVersion;

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

    private const string RemoveOldHistory = SharedStatements.RemoveOldHistory + ";\nDECLARE @removed int = @@ROWCOUNT;\n";

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

    internal static RelationalStatements For(string? schema, string tablePrefix) => new RelationalStatements
    {
        Prepare = RelationalSchema.Read(typeof(SqlServerStatements).Assembly),
        ReadVersion = ReadVersion,
        SaveBot = Begin + LockWorkspace + PutBot + SharedStatements.DropHistory + Commit,
        SaveBotWithHistory = Begin + LockWorkspace + PutBot + RememberBot + KeepNewest + Commit,
        Save = Begin + LockWorkspace + PutBot + PutInstallation + SharedStatements.DropHistory + Commit,
        SaveWithHistory = Begin + LockWorkspace + PutBot + PutInstallation + RememberBot + RememberInstallation + KeepNewest + Commit,
        FindBot = SharedStatements.FindBot,
        FindInstallation = FindInstallation,
        FindLatestInstallation = FindLatestInstallation,
        DeleteBot = Begin + LockWorkspace + SharedStatements.RemoveBot + SharedStatements.RemoveWorkspaceIfEmpty + Commit,
        DeleteInstallation = Begin + LockWorkspace + SharedStatements.RemoveInstallation + SharedStatements.RemoveWorkspaceIfEmpty + Commit,
        DeleteInstallations = Begin + LockWorkspace + SharedStatements.RemoveInstallations + SharedStatements.RemoveWorkspaceIfEmpty + Commit,
        DeleteAll = Begin + LockWorkspace + SharedStatements.RemoveWorkspace + Commit,
        ListBots = ListBots,
        ListInstallations = ListInstallations,
        FindNextClient = FindNextClient,
        ListBotHistory = SharedStatements.ListBotHistory,
        ListInstallationHistory = SharedStatements.ListInstallationHistory,
        TrimHistory = Begin + LockWorkspace + RemoveOldHistory + SharedStatements.RemoveWorkspaceIfEmpty + Commit + "\nSELECT @removed;",
        AcquireBotLease = AcquireBotLease,
        AcquireInstallationLease = AcquireInstallationLease,
        SaveLeasedBot = Begin + LockWorkspace + ReplaceBot + SharedStatements.DropHistory + SharedStatements.RemoveWorkspaceIfEmpty + Commit,
        SaveLeasedBotWithHistory = Begin + LockWorkspace + ReplaceBot + RememberBot + KeepNewest + SharedStatements.RemoveWorkspaceIfEmpty + Commit,
        SaveLeasedInstallation = Begin + LockWorkspace + ReplaceInstallation + SharedStatements.DropHistory + SharedStatements.RemoveWorkspaceIfEmpty + Commit,
        SaveLeasedInstallationWithHistory =
            Begin + LockWorkspace + ReplaceInstallation + RememberInstallation + KeepNewest + SharedStatements.RemoveWorkspaceIfEmpty + Commit,
        ReleaseBotLease = SharedStatements.ReleaseBotLease,
        ReleaseInstallationLease = SharedStatements.ReleaseInstallationLease,
        Issue = Issue,
        Consume = Consume,
        Purge = Purge,
    }.For(schema is null ? null : $"[{schema}]", tablePrefix, documentType: "nvarchar(max)");
}
