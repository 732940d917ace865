using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.Sqlite;

/// <summary>Every statement, in SQLite's words. A write runs in a transaction that holds the file's one write lock from its start, so that nothing else has to be locked.</summary>
internal static class SqliteStatements
{
    private const string ReadVersion = "SELECT MAX(version) FROM {table}schema";

    private const string PutBot =
        """
        INSERT INTO {table}workspaces AS stored (workspace_key, client_id, enterprise_id, team_id, bot_installed_at, bot)
        VALUES (@workspace, @client_id, @enterprise_id, @team_id, @bot_installed_at, CAST(@bot AS TEXT))
        ON CONFLICT (workspace_key) DO UPDATE SET bot_installed_at = excluded.bot_installed_at, bot = excluded.bot
        WHERE excluded.bot IS NOT NULL AND (stored.bot IS NULL OR stored.bot_installed_at <= excluded.bot_installed_at);

        """;

    private const string PutInstallation =
        """
        INSERT INTO {table}installations AS stored (workspace_key, user_key, user_id, installed_at, document)
        VALUES (@workspace, @user, @user_id, @installed_at, CAST(@document AS TEXT))
        ON CONFLICT (workspace_key, user_key) DO UPDATE SET installed_at = excluded.installed_at, document = excluded.document
        WHERE stored.installed_at <= excluded.installed_at;

        """;

    private const string DropHistory = "DELETE FROM {table}history WHERE workspace_key = @workspace;\n";

    /// <summary>Only what was accepted: a refused record does not stand in its table with its own installed-at.</summary>
    private const string RememberBot =
        """
        INSERT INTO {table}history (workspace_key, installed_at, user_key, document)
        SELECT workspace_key, bot_installed_at, @nobody, bot FROM {table}workspaces WHERE workspace_key = @workspace AND bot_installed_at = @bot_installed_at
        ON CONFLICT (workspace_key, installed_at, user_key) DO UPDATE SET document = excluded.document;

        """;

    private const string RememberInstallation =
        """
        INSERT INTO {table}history (workspace_key, installed_at, user_key, document)
        SELECT workspace_key, installed_at, user_key, document FROM {table}installations WHERE workspace_key = @workspace AND user_key = @user AND installed_at = @installed_at
        ON CONFLICT (workspace_key, installed_at, user_key) DO UPDATE SET document = excluded.document;

        """;

    private const string TrimHistory =
        """
        DELETE FROM {table}history WHERE rowid IN (
            SELECT rowid FROM {table}history WHERE workspace_key = @workspace AND user_key = @nobody
            ORDER BY installed_at DESC LIMIT -1 OFFSET @kept);
        DELETE FROM {table}history WHERE rowid IN (
            SELECT rowid FROM {table}history WHERE workspace_key = @workspace AND user_key <> @nobody
            ORDER BY installed_at DESC, user_key LIMIT -1 OFFSET @kept);

        """;

    private const string FindBot = "SELECT bot AS document FROM {table}workspaces WHERE workspace_key = @workspace AND bot IS NOT NULL";

    private const string FindInstallation =
        """
        SELECT i.document, w.bot FROM {table}installations AS i
        INNER JOIN {table}workspaces AS w ON w.workspace_key = i.workspace_key
        WHERE i.workspace_key = @workspace AND i.user_key = @user
        """;

    private const string FindLatestInstallation =
        """
        SELECT i.document, w.bot FROM {table}installations AS i
        INNER JOIN {table}workspaces AS w ON w.workspace_key = i.workspace_key
        WHERE i.workspace_key = @workspace
        ORDER BY i.installed_at DESC LIMIT 1
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

        """ + DropWorkspaceIfEmpty;

    private const string DeleteInstallation =
        """
        DELETE FROM {table}installations WHERE workspace_key = @workspace AND user_key = @user;
        DELETE FROM {table}history WHERE workspace_key = @workspace AND user_key = @user;

        """ + DropWorkspaceIfEmpty;

    private const string DeleteInstallations =
        """
        DELETE FROM {table}installations WHERE workspace_key = @workspace;
        DELETE FROM {table}history WHERE workspace_key = @workspace AND user_key <> @nobody;

        """ + DropWorkspaceIfEmpty;

    private const string DeleteAll =
        """
        DELETE FROM {table}workspaces WHERE workspace_key = @workspace;
        DELETE FROM {table}installations WHERE workspace_key = @workspace;
        DELETE FROM {table}history WHERE workspace_key = @workspace;
        """;

    private const string ListBots =
        """
        SELECT bot AS document, NULL AS bot, workspace_key FROM {table}workspaces
        WHERE workspace_key > @after AND workspace_key < @end AND bot IS NOT NULL
        ORDER BY workspace_key LIMIT @page
        """;

    private const string ListInstallations =
        """
        SELECT i.document, w.bot, i.workspace_key, i.user_key FROM {table}installations AS i
        INNER JOIN {table}workspaces AS w ON w.workspace_key = i.workspace_key
        WHERE (i.workspace_key, i.user_key) > (@after, @after_user) AND i.workspace_key < @end
        ORDER BY i.workspace_key, i.user_key LIMIT @page
        """;

    private const string ListBotHistory =
        """
        SELECT document FROM (
            SELECT document, installed_at FROM {table}history WHERE workspace_key = @workspace AND user_key = @nobody AND @kept > 0
            UNION ALL
            SELECT w.bot, w.bot_installed_at FROM {table}workspaces AS w WHERE w.workspace_key = @workspace AND w.bot IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM {table}history AS h
                WHERE h.workspace_key = @workspace AND h.user_key = @nobody AND h.installed_at = w.bot_installed_at AND @kept > 0))
        ORDER BY installed_at DESC
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

    private const string Purge =
        """
        DELETE FROM {table}states WHERE rowid IN (
            SELECT rowid FROM {table}states WHERE client_key = @client AND expires_at <= @now ORDER BY expires_at LIMIT @batch)
        """;

    private const string Issue =
        """
        INSERT INTO {table}states (state_key, client_key, expires_at, document) VALUES (@state, @client, @expires_at, CAST(@document AS TEXT));

        """ + Purge;

    private const string Consume = "DELETE FROM {table}states WHERE state_key = @state RETURNING document";

    internal static RelationalStatements For(string tablePrefix) => new RelationalStatements
    {
        Prepare = RelationalSchema.Read(typeof(SqliteStatements).Assembly),
        ReadVersion = ReadVersion,
        SaveBot = PutBot + DropHistory,
        SaveBotWithHistory = PutBot + RememberBot + TrimHistory,
        Save = PutBot + PutInstallation + DropHistory,
        SaveWithHistory = PutBot + PutInstallation + RememberBot + RememberInstallation + TrimHistory,
        FindBot = FindBot,
        FindInstallation = FindInstallation,
        FindLatestInstallation = FindLatestInstallation,
        DeleteBot = DeleteBot,
        DeleteInstallation = DeleteInstallation,
        DeleteInstallations = DeleteInstallations,
        DeleteAll = DeleteAll,
        ListBots = ListBots,
        ListInstallations = ListInstallations,
        ListBotHistory = ListBotHistory,
        ListInstallationHistory = ListInstallationHistory,
        Issue = Issue,
        Consume = Consume,
        Purge = Purge,
    }.For(schema: null, tablePrefix);
}
