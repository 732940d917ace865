using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.PostgreSql;

/// <summary>Every statement, in PostgreSQL's words.</summary>
/// <remarks>
/// The driver sends the statements of one text together, and the server runs them as one transaction: one round trip. <c>ON CONFLICT DO UPDATE</c> locks the row of the workspace also where its
/// <c>WHERE</c> lets nothing change; each statement after it sees what the transaction before committed. That holds for READ COMMITTED, the default.
/// </remarks>
internal static class PostgreSqlStatements
{
    /// <summary>A row that is not there cannot be locked, so it is made, and dropped again at the end.</summary>
    private const string LockWorkspace =
        """
        INSERT INTO {table}workspaces AS stored (workspace_key, client_id, enterprise_id, team_id) VALUES (@workspace, @client_id, @enterprise_id, @team_id)
        ON CONFLICT (workspace_key) DO UPDATE SET client_id = excluded.client_id WHERE FALSE;

        """;

    private const string KeepNewest =
        """
        DELETE FROM {table}history WHERE ctid IN (
            SELECT ctid FROM {table}history WHERE workspace_key = @workspace AND user_key = @nobody
            ORDER BY installed_at DESC OFFSET @kept);
        DELETE FROM {table}history WHERE ctid IN (
            SELECT ctid FROM {table}history WHERE workspace_key = @workspace AND user_key <> @nobody
            ORDER BY installed_at DESC, user_key OFFSET @kept);

        """;

    private const string RemoveOldHistory = "WITH removed AS (" + SharedStatements.RemoveOldHistory + " RETURNING 1) SELECT COUNT(*) FROM removed;\n";

    /// <summary>A state that is there already can only be this one, sent again after its answer was lost. What another issue is removing is left to it.</summary>
    private const string Issue =
        """
        INSERT INTO {table}states (state_key, client_key, expires_at, document) VALUES (@state, @client, @expires_at, CAST(@document AS {json}))
        ON CONFLICT (state_key) DO NOTHING;
        DELETE FROM {table}states WHERE state_key IN (
            SELECT state_key FROM {table}states WHERE client_key = @client AND expires_at <= @now
            ORDER BY expires_at LIMIT @batch FOR UPDATE SKIP LOCKED)
        """;

    private const string Consume = "UPDATE {table}states SET claim = @claim WHERE state_key = @state AND (claim IS NULL OR claim = @claim) RETURNING document";

    /// <summary>What was consumed goes too, and is counted by itself.</summary>
    private const string Purge =
        """
        WITH consumed AS (
            DELETE FROM {table}states WHERE state_key IN (
                SELECT state_key FROM {table}states WHERE client_key = @client AND expires_at <= @now AND claim IS NOT NULL
                ORDER BY expires_at LIMIT @batch FOR UPDATE SKIP LOCKED)
            RETURNING 1),
        expired AS (
            DELETE FROM {table}states WHERE state_key IN (
                SELECT state_key FROM {table}states WHERE client_key = @client AND expires_at <= @now AND claim IS NULL
                ORDER BY expires_at LIMIT @batch FOR UPDATE SKIP LOCKED)
            RETURNING 1)
        SELECT (SELECT COUNT(*) FROM expired), (SELECT COUNT(*) FROM consumed)
        """;

    internal static RelationalStatements For(string? schema, string tablePrefix) => new RelationalStatements
    {
        Prepare = RelationalSchema.Read(typeof(PostgreSqlStatements).Assembly),
        ReadVersion = SharedStatements.ReadVersion,
        SaveBot = SharedStatements.PutBot + SharedStatements.DropHistory,
        SaveBotWithHistory = SharedStatements.PutBot + SharedStatements.RememberBot + KeepNewest,
        Save = SharedStatements.PutBot + SharedStatements.PutInstallation + SharedStatements.DropHistory,
        SaveWithHistory = SharedStatements.PutBot + SharedStatements.PutInstallation + SharedStatements.RememberBot + SharedStatements.RememberInstallation + KeepNewest,
        FindBot = SharedStatements.FindBot,
        FindInstallation = SharedStatements.FindInstallation,
        FindLatestInstallation = SharedStatements.FindLatestInstallation,
        DeleteBot = LockWorkspace + SharedStatements.RemoveBot + SharedStatements.RemoveWorkspaceIfEmpty,
        DeleteInstallation = LockWorkspace + SharedStatements.RemoveInstallation + SharedStatements.RemoveWorkspaceIfEmpty,
        DeleteInstallations = LockWorkspace + SharedStatements.RemoveInstallations + SharedStatements.RemoveWorkspaceIfEmpty,
        DeleteAll = LockWorkspace + SharedStatements.RemoveWorkspace,
        ListBots = SharedStatements.ListBots,
        ListInstallations = SharedStatements.ListInstallations,
        FindNextClient = SharedStatements.FindNextClient,
        ListBotHistory = SharedStatements.ListBotHistory,
        ListInstallationHistory = SharedStatements.ListInstallationHistory,
        TrimHistory = LockWorkspace + RemoveOldHistory + SharedStatements.RemoveWorkspaceIfEmpty,
        AcquireBotLease = SharedStatements.AcquireBotLease,
        AcquireInstallationLease = SharedStatements.AcquireInstallationLease,
        SaveLeasedBot = LockWorkspace + SharedStatements.ReplaceBot + SharedStatements.DropHistory + SharedStatements.RemoveWorkspaceIfEmpty,
        SaveLeasedBotWithHistory = LockWorkspace + SharedStatements.ReplaceBot + SharedStatements.RememberBot + KeepNewest + SharedStatements.RemoveWorkspaceIfEmpty,
        SaveLeasedInstallation = LockWorkspace + SharedStatements.ReplaceInstallation + SharedStatements.DropHistory + SharedStatements.RemoveWorkspaceIfEmpty,
        SaveLeasedInstallationWithHistory =
            LockWorkspace + SharedStatements.ReplaceInstallation + SharedStatements.RememberInstallation + KeepNewest + SharedStatements.RemoveWorkspaceIfEmpty,
        ReleaseBotLease = SharedStatements.ReleaseBotLease,
        ReleaseInstallationLease = SharedStatements.ReleaseInstallationLease,
        Issue = Issue,
        Consume = Consume,
        Purge = Purge,
    }.For(schema is null ? null : $"\"{schema}\"", tablePrefix, documentType: "json");
}
