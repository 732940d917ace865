using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.Sqlite;

/// <summary>Every statement, in SQLite's words. A write runs in a transaction that holds the file's one write lock from its start, so that nothing else has to be locked.</summary>
internal static class SqliteStatements
{
    /// <summary>SQLite adds no column under a condition. The first line fails where another process was faster, and takes the rest with it.</summary>
    private const string Upgrade =
        """
        INSERT INTO {table}schema (version) VALUES (2);
        ALTER TABLE {table}workspaces ADD COLUMN bot_lease_fence INTEGER NULL;
        ALTER TABLE {table}workspaces ADD COLUMN bot_lease_ends_at INTEGER NULL;
        ALTER TABLE {table}workspaces ADD COLUMN bot_saved_fence INTEGER NULL;
        ALTER TABLE {table}installations ADD COLUMN lease_fence INTEGER NULL;
        ALTER TABLE {table}installations ADD COLUMN lease_ends_at INTEGER NULL;
        ALTER TABLE {table}installations ADD COLUMN saved_fence INTEGER NULL;
        """;

    private const string KeepNewest =
        """
        DELETE FROM {table}history WHERE rowid IN (
            SELECT rowid FROM {table}history WHERE workspace_key = @workspace AND user_key = @nobody
            ORDER BY installed_at DESC LIMIT -1 OFFSET @kept);
        DELETE FROM {table}history WHERE rowid IN (
            SELECT rowid FROM {table}history WHERE workspace_key = @workspace AND user_key <> @nobody
            ORDER BY installed_at DESC, user_key LIMIT -1 OFFSET @kept);

        """;

    private const string DeleteExpired =
        """
        DELETE FROM {table}states WHERE rowid IN (
            SELECT rowid FROM {table}states WHERE client_key = @client AND expires_at <= @now ORDER BY expires_at LIMIT @batch);

        """;

    private const string Issue =
        "INSERT INTO {table}states (state_key, client_key, expires_at, document) VALUES (@state, @client, @expires_at, CAST(@document AS {json}));\n" + DeleteExpired;

    /// <summary>Without a claim: within the process no answer is lost.</summary>
    private const string Consume = "DELETE FROM {table}states WHERE state_key = @state RETURNING document";

    internal static RelationalStatements For(string tablePrefix) => new RelationalStatements
    {
        Prepare = RelationalSchema.Read(typeof(SqliteStatements).Assembly),
        Upgrade = Upgrade,
        ReadVersion = SharedStatements.ReadVersion,
        SaveBot = SharedStatements.PutBot + SharedStatements.DropHistory,
        SaveBotWithHistory = SharedStatements.PutBot + SharedStatements.RememberBot + KeepNewest,
        Save = SharedStatements.PutBot + SharedStatements.PutInstallation + SharedStatements.DropHistory,
        SaveWithHistory = SharedStatements.PutBot + SharedStatements.PutInstallation + SharedStatements.RememberBot + SharedStatements.RememberInstallation + KeepNewest,
        FindBot = SharedStatements.FindBot,
        FindInstallation = SharedStatements.FindInstallation,
        FindLatestInstallation = SharedStatements.FindLatestInstallation,
        DeleteBot = SharedStatements.RemoveBot + SharedStatements.RemoveWorkspaceIfEmpty,
        DeleteInstallation = SharedStatements.RemoveInstallation + SharedStatements.RemoveWorkspaceIfEmpty,
        DeleteInstallations = SharedStatements.RemoveInstallations + SharedStatements.RemoveWorkspaceIfEmpty,
        DeleteAll = SharedStatements.RemoveWorkspace,
        ListBots = SharedStatements.ListBots,
        ListInstallations = SharedStatements.ListInstallations,
        FindNextClient = SharedStatements.FindNextClient,
        ListBotHistory = SharedStatements.ListBotHistory,
        ListInstallationHistory = SharedStatements.ListInstallationHistory,
        TrimHistory = SharedStatements.RemoveOldHistory + "; SELECT changes()",
        AcquireBotLease = SharedStatements.AcquireBotLease,
        AcquireInstallationLease = SharedStatements.AcquireInstallationLease,
        SaveLeasedBot = SharedStatements.ReplaceBot + SharedStatements.DropHistory,
        SaveLeasedBotWithHistory = SharedStatements.ReplaceBot + SharedStatements.RememberBot + KeepNewest,
        SaveLeasedInstallation = SharedStatements.ReplaceInstallation + SharedStatements.DropHistory,
        SaveLeasedInstallationWithHistory = SharedStatements.ReplaceInstallation + SharedStatements.RememberInstallation + KeepNewest,
        ReleaseBotLease = SharedStatements.ReleaseBotLease,
        ReleaseInstallationLease = SharedStatements.ReleaseInstallationLease,
        Issue = Issue,
        Consume = Consume,
        Purge = DeleteExpired + "SELECT changes()",
    }.For(schema: null, tablePrefix, documentType: "TEXT");
}
