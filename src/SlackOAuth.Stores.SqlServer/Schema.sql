-- SlackOAuth.Stores.SqlServer, schema version 1. Safe to run again, and by several at once. One batch, for SQL Server 2016 and later and Azure SQL.
-- Keys are hashes of ids, so that no collation and no trailing blank matters; the ids stand beside them for people. The user of the app then needs SELECT, INSERT, UPDATE and
-- DELETE on these tables, and nothing else.
SET XACT_ABORT ON;
SET NOCOUNT ON;
BEGIN TRANSACTION;

DECLARE @granted int;
EXEC @granted = sp_getapplock @Resource = N'SlackOAuth.Stores {name}schema', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 60000;
IF @granted < 0
    THROW 50000, N'Another session has been creating the tables of SlackOAuth.Stores for a minute. Try again when it has ended.', 1;

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
    CREATE TABLE {table}installations (
        workspace_key binary(48) NOT NULL,
        user_key binary(32) NOT NULL,
        user_id nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
        installed_at datetime2(6) NOT NULL,
        document nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
        CONSTRAINT {name}installations_by_key PRIMARY KEY (workspace_key, user_key)
    );

IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'{table}installations', N'U') AND name = N'{name}installations_by_time')
    CREATE INDEX {name}installations_by_time ON {table}installations (workspace_key, installed_at);

-- What a workspace keeps where history is on. A user_key of zeros: the bot's.
IF OBJECT_ID(N'{table}history', N'U') IS NULL
    CREATE TABLE {table}history (
        workspace_key binary(48) NOT NULL,
        installed_at datetime2(6) NOT NULL,
        user_key binary(32) NOT NULL,
        document nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
        CONSTRAINT {name}history_by_key PRIMARY KEY (workspace_key, installed_at, user_key)
    );

-- Issued states that were not consumed. state_key is a hash of the state, expires_at counts steps of 100 ns since 1970 in UTC, as the clock of the app does.
IF OBJECT_ID(N'{table}states', N'U') IS NULL
    CREATE TABLE {table}states (
        state_key binary(32) NOT NULL,
        client_key binary(16) NOT NULL,
        expires_at bigint NOT NULL,
        document nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
        CONSTRAINT {name}states_by_key PRIMARY KEY (state_key)
    );

IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'{table}states', N'U') AND name = N'{name}states_by_time')
    CREATE INDEX {name}states_by_time ON {table}states (client_key, expires_at);

IF OBJECT_ID(N'{table}schema', N'U') IS NULL
    CREATE TABLE {table}schema (
        version int NOT NULL,
        CONSTRAINT {name}schema_by_version PRIMARY KEY (version)
    );

INSERT INTO {table}schema (version) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM {table}schema WHERE version = 1);

COMMIT TRANSACTION;
