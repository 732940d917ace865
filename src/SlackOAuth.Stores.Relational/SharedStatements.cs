namespace SlackOAuth.Stores.Relational;

/// <summary>Statements, and pieces of them, that more than one engine has in the same words. A dialect names those it has, and writes the rest.</summary>
/// <remarks>As in <see cref="RelationalStatements"/>. A piece of several statements ends with a line's end, so that pieces follow one another. <c>ON CONFLICT</c>, <c>RETURNING</c> and <c>LIMIT</c> are not every engine's.</remarks>
public static class SharedStatements
{
    /// <summary><see cref="RelationalStatements.ReadVersion"/></summary>
    public const string ReadVersion = "SELECT COALESCE(MAX(version), 0) FROM {table}schema";

    /// <summary>Puts the bot where none or no newer one is, and the workspace where it is missing. Whether or not anything changes, PostgreSQL holds its row until the commit.</summary>
    public const string PutBot =
        """
        INSERT INTO {table}workspaces AS stored (workspace_key, client_id, enterprise_id, team_id, bot_installed_at, bot)
        VALUES (@workspace, @client_id, @enterprise_id, @team_id, @bot_installed_at, CAST(@bot AS {json}))
        ON CONFLICT (workspace_key) DO UPDATE SET bot_installed_at = excluded.bot_installed_at, bot = excluded.bot
        WHERE excluded.bot IS NOT NULL AND (stored.bot IS NULL OR stored.bot_installed_at <= excluded.bot_installed_at);

        """;

    /// <summary>Puts the installation where none or no newer one is.</summary>
    public const string PutInstallation =
        """
        INSERT INTO {table}installations AS stored (workspace_key, user_key, user_id, installed_at, document)
        VALUES (@workspace, @user, @user_id, @installed_at, CAST(@document AS {json}))
        ON CONFLICT (workspace_key, user_key) DO UPDATE SET installed_at = excluded.installed_at, document = excluded.document
        WHERE stored.installed_at <= excluded.installed_at;

        """;

    /// <summary>Replaces the bot under a lease, and gives a row where it did.</summary>
    public const string ReplaceBot =
        """
        UPDATE {table}workspaces SET bot_installed_at = @bot_installed_at, bot = CAST(@bot AS {json}), bot_saved_fence = @fence
        WHERE workspace_key = @workspace AND bot_installed_at <= @bot_installed_at AND (bot_saved_fence IS NULL OR bot_saved_fence <= @fence)
        RETURNING bot_saved_fence;

        """;

    /// <summary>Replaces the installation under a lease, and gives a row where it did.</summary>
    public const string ReplaceInstallation =
        """
        UPDATE {table}installations SET installed_at = @installed_at, document = CAST(@document AS {json}), saved_fence = @fence
        WHERE workspace_key = @workspace AND user_key = @user AND installed_at <= @installed_at AND (saved_fence IS NULL OR saved_fence <= @fence)
        RETURNING saved_fence;

        """;

    /// <summary>What the history holds is dropped where it is off.</summary>
    public const string DropHistory = "DELETE FROM {table}history WHERE workspace_key = @workspace;\n";

    /// <summary>Only what was accepted: a refused record does not stand in its table with its own installed-at.</summary>
    public const string RememberBot =
        """
        INSERT INTO {table}history (workspace_key, installed_at, user_key, document)
        SELECT workspace_key, bot_installed_at, @nobody, bot FROM {table}workspaces WHERE workspace_key = @workspace AND bot_installed_at = @bot_installed_at
        ON CONFLICT (workspace_key, installed_at, user_key) DO UPDATE SET document = excluded.document;

        """;

    /// <inheritdoc cref="RememberBot" />
    public const string RememberInstallation =
        """
        INSERT INTO {table}history (workspace_key, installed_at, user_key, document)
        SELECT workspace_key, installed_at, user_key, document FROM {table}installations WHERE workspace_key = @workspace AND user_key = @user AND installed_at = @installed_at
        ON CONFLICT (workspace_key, installed_at, user_key) DO UPDATE SET document = excluded.document;

        """;

    /// <summary>The bot and its lease, and the bot's history.</summary>
    public const string RemoveBot =
        """
        UPDATE {table}workspaces SET bot_installed_at = NULL, bot = NULL, bot_lease_fence = NULL, bot_lease_ends_at = NULL, bot_saved_fence = NULL WHERE workspace_key = @workspace;
        DELETE FROM {table}history WHERE workspace_key = @workspace AND user_key = @nobody;

        """;

    /// <summary>A user's installation and history.</summary>
    public const string RemoveInstallation =
        """
        DELETE FROM {table}installations WHERE workspace_key = @workspace AND user_key = @user;
        DELETE FROM {table}history WHERE workspace_key = @workspace AND user_key = @user;

        """;

    /// <summary>Every user's installation and history.</summary>
    public const string RemoveInstallations =
        """
        DELETE FROM {table}installations WHERE workspace_key = @workspace;
        DELETE FROM {table}history WHERE workspace_key = @workspace AND user_key <> @nobody;

        """;

    /// <summary>All of a workspace.</summary>
    public const string RemoveWorkspace =
        """
        DELETE FROM {table}installations WHERE workspace_key = @workspace;
        DELETE FROM {table}history WHERE workspace_key = @workspace;
        DELETE FROM {table}workspaces WHERE workspace_key = @workspace;

        """;

    /// <summary>The row of a workspace that has neither bot nor installation.</summary>
    public const string RemoveWorkspaceIfEmpty =
        """
        DELETE FROM {table}workspaces
        WHERE workspace_key = @workspace AND bot IS NULL AND NOT EXISTS (SELECT 1 FROM {table}installations WHERE workspace_key = @workspace);

        """;

    /// <summary><see cref="RelationalStatements.FindBot"/></summary>
    public const string FindBot = "SELECT bot AS document FROM {table}workspaces WHERE workspace_key = @workspace AND bot IS NOT NULL";

    /// <summary><see cref="RelationalStatements.FindInstallation"/></summary>
    public const string FindInstallation =
        """
        SELECT i.document, w.bot FROM {table}installations AS i
        INNER JOIN {table}workspaces AS w ON w.workspace_key = i.workspace_key
        WHERE i.workspace_key = @workspace AND i.user_key = @user
        """;

    /// <summary><see cref="RelationalStatements.FindLatestInstallation"/></summary>
    public const string FindLatestInstallation =
        """
        SELECT i.document, w.bot FROM {table}installations AS i
        INNER JOIN {table}workspaces AS w ON w.workspace_key = i.workspace_key
        WHERE i.workspace_key = @workspace
        ORDER BY i.installed_at DESC LIMIT 1
        """;

    /// <summary><see cref="RelationalStatements.ListBots"/></summary>
    public const string ListBots =
        """
        SELECT bot AS document, CAST(NULL AS {json}) AS bot, workspace_key, enterprise_id, team_id FROM {table}workspaces
        WHERE workspace_key > @after AND workspace_key < @end AND bot IS NOT NULL
        ORDER BY workspace_key LIMIT @page
        """;

    /// <summary><see cref="RelationalStatements.ListInstallations"/></summary>
    public const string ListInstallations =
        """
        SELECT i.document, w.bot, i.workspace_key, w.enterprise_id, w.team_id, i.user_key, i.user_id FROM {table}installations AS i
        INNER JOIN {table}workspaces AS w ON w.workspace_key = i.workspace_key
        WHERE (i.workspace_key, i.user_key) > (@after, @after_user) AND i.workspace_key < @end
        ORDER BY i.workspace_key, i.user_key LIMIT @page
        """;

    /// <summary><see cref="RelationalStatements.FindNextClient"/></summary>
    public const string FindNextClient = "SELECT client_id, workspace_key FROM {table}workspaces WHERE workspace_key > @after ORDER BY workspace_key LIMIT 1";

    /// <summary><see cref="RelationalStatements.ListBotHistory"/></summary>
    public const string ListBotHistory =
        """
        SELECT k.document FROM (
            SELECT document, installed_at FROM {table}history WHERE workspace_key = @workspace AND user_key = @nobody AND @kept > 0
            UNION ALL
            SELECT w.bot, w.bot_installed_at FROM {table}workspaces AS w WHERE w.workspace_key = @workspace AND w.bot IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM {table}history AS h
                WHERE h.workspace_key = @workspace AND h.user_key = @nobody AND h.installed_at = w.bot_installed_at AND @kept > 0)) AS k
        ORDER BY k.installed_at DESC
        """;

    /// <summary><see cref="RelationalStatements.ListInstallationHistory"/></summary>
    public const string ListInstallationHistory =
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

    /// <summary>What the history holds of before a time, but for what stands in its own table as current. It ends without a semicolon, so that a dialect can count what it removes.</summary>
    public const string RemoveOldHistory =
        """
        DELETE FROM {table}history
        WHERE workspace_key = @workspace AND installed_at < @older_than
            AND NOT EXISTS (
                SELECT 1 FROM {table}workspaces AS w
                WHERE w.workspace_key = @workspace AND {name}history.user_key = @nobody AND w.bot_installed_at = {name}history.installed_at)
            AND NOT EXISTS (
                SELECT 1 FROM {table}installations AS i
                WHERE i.workspace_key = @workspace AND i.user_key = {name}history.user_key AND i.installed_at = {name}history.installed_at)
        """;

    /// <summary><see cref="RelationalStatements.AcquireBotLease"/></summary>
    public const string AcquireBotLease =
        """
        UPDATE {table}workspaces SET bot_lease_fence = COALESCE(bot_lease_fence, 0) + 1, bot_lease_ends_at = @lease_ends_at
        WHERE workspace_key = @workspace AND bot IS NOT NULL AND (bot_lease_ends_at IS NULL OR bot_lease_ends_at <= @now)
        RETURNING bot_lease_fence
        """;

    /// <summary><see cref="RelationalStatements.AcquireInstallationLease"/></summary>
    public const string AcquireInstallationLease =
        """
        UPDATE {table}installations SET lease_fence = COALESCE(lease_fence, 0) + 1, lease_ends_at = @lease_ends_at
        WHERE workspace_key = @workspace AND user_key = @user AND (lease_ends_at IS NULL OR lease_ends_at <= @now)
        RETURNING lease_fence
        """;

    /// <summary><see cref="RelationalStatements.ReleaseBotLease"/></summary>
    public const string ReleaseBotLease =
        "UPDATE {table}workspaces SET bot_lease_ends_at = NULL WHERE workspace_key = @workspace AND bot_lease_fence = @fence AND bot_lease_ends_at = @lease_ends_at";

    /// <summary><see cref="RelationalStatements.ReleaseInstallationLease"/></summary>
    public const string ReleaseInstallationLease =
        "UPDATE {table}installations SET lease_ends_at = NULL WHERE workspace_key = @workspace AND user_key = @user AND lease_fence = @fence AND lease_ends_at = @lease_ends_at";
}
