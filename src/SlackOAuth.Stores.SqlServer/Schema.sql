-- SlackOAuth.Stores.SqlServer, schema version 2. Safe to run again, and by several at once. One batch, for SQL Server 2016 and later and Azure SQL.
-- Keys are hashes of ids, so that no collation and no trailing blank matters; the ids stand beside them for people. The user of the app then needs SELECT, INSERT, UPDATE and
-- DELETE on these tables, and nothing else.
SET XACT_ABORT ON;
SET NOCOUNT ON;
BEGIN TRANSACTION;

-- One after the other. Who is not let in within the time goes on all the same: what another session creates meanwhile is an error then, and the script is run again.
EXEC sp_getapplock @Resource = N'SlackOAuth.Stores {name}schema', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 20000;

-- A workspace, or an organization that installed the app org-wide, and its bot. bot IS NULL where it has none.
IF OBJECT_ID(N'{table}workspaces', N'U') IS NULL
    CREATE TABLE {table}workspaces (
        workspace_key binary(48) NOT NULL,
        client_id nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
        enterprise_id nvarchar(255) COLLATE Latin1_General_100_BIN2 NULL,
        team_id nvarchar(255) COLLATE Latin1_General_100_BIN2 NULL,
        bot_installed_at datetime2(6) NULL,
        bot nvarchar(max) COLLATE Latin1_General_100_BIN2 NULL,
        CONSTRAINT {name}workspaces_by_key PRIMARY KEY (workspace_key)
    );

-- The current installation of each user, without bot fields.
IF OBJECT_ID(N'{table}installations', N'U') IS NULL
BEGIN
    CREATE TABLE {table}installations (
        workspace_key binary(48) NOT NULL,
        user_key binary(32) NOT NULL,
        user_id nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
        installed_at datetime2(6) NOT NULL,
        document nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
        CONSTRAINT {name}installations_by_key PRIMARY KEY (workspace_key, user_key)
    );
    CREATE INDEX {name}installations_by_time ON {table}installations (workspace_key, installed_at);
END;

-- What a workspace keeps where history is on. A user_key of zeros: the bot's.
IF OBJECT_ID(N'{table}history', N'U') IS NULL
    CREATE TABLE {table}history (
        workspace_key binary(48) NOT NULL,
        installed_at datetime2(6) NOT NULL,
        user_key binary(32) NOT NULL,
        document nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
        CONSTRAINT {name}history_by_key PRIMARY KEY (workspace_key, installed_at, user_key)
    );

-- Issued states. state_key is a hash of the state, expires_at counts steps of 100 ns since 1970 in UTC, as the clock of the app does.
IF OBJECT_ID(N'{table}states', N'U') IS NULL
BEGIN
    CREATE TABLE {table}states (
        state_key binary(32) NOT NULL,
        client_key binary(16) NOT NULL,
        expires_at bigint NOT NULL,
        document nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
        CONSTRAINT {name}states_by_key PRIMARY KEY (state_key)
    );
    CREATE INDEX {name}states_by_time ON {table}states (client_key, expires_at);
END;

-- Version 2. Of rotation leases: the fencing token of the last one, its end as expires_at counts it, and the token of the last that saved. claim IS NOT NULL: the state is consumed.
IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'{table}workspaces', N'U') AND name = N'bot_lease_fence')
    ALTER TABLE {table}workspaces ADD bot_lease_fence bigint NULL;
IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'{table}workspaces', N'U') AND name = N'bot_lease_ends_at')
    ALTER TABLE {table}workspaces ADD bot_lease_ends_at bigint NULL;
IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'{table}workspaces', N'U') AND name = N'bot_saved_fence')
    ALTER TABLE {table}workspaces ADD bot_saved_fence bigint NULL;
IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'{table}installations', N'U') AND name = N'lease_fence')
    ALTER TABLE {table}installations ADD lease_fence bigint NULL;
IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'{table}installations', N'U') AND name = N'lease_ends_at')
    ALTER TABLE {table}installations ADD lease_ends_at bigint NULL;
IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'{table}installations', N'U') AND name = N'saved_fence')
    ALTER TABLE {table}installations ADD saved_fence bigint NULL;
IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N'{table}states', N'U') AND name = N'claim')
    ALTER TABLE {table}states ADD claim binary(16) NULL;

IF OBJECT_ID(N'{table}schema', N'U') IS NULL
    CREATE TABLE {table}schema (
        version int NOT NULL,
        CONSTRAINT {name}schema_by_version PRIMARY KEY (version)
    );

INSERT INTO {table}schema (version) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM {table}schema WHERE version = 1);
INSERT INTO {table}schema (version) SELECT 2 WHERE NOT EXISTS (SELECT 1 FROM {table}schema WHERE version = 2);

COMMIT TRANSACTION;
