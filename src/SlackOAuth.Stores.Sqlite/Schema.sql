-- SlackOAuth.Stores.Sqlite, schema version 2. Safe to run again. A file of version 1 it leaves as it is: the store adds the columns that are missing there.
-- Keys are hashes of ids; the ids stand beside them for people. installed_at is in microseconds since 1970 in UTC.
-- Of rotation leases: lease_fence is the fencing token of the last one, lease_ends_at its end in steps of 100 ns since 1970, saved_fence the token of the last that saved. The file is in WAL mode: PRAGMA journal_mode = WAL.

-- A workspace, or an organization that installed the app org-wide, and its bot. bot IS NULL where it has none.
CREATE TABLE IF NOT EXISTS {table}workspaces (
    workspace_key BLOB NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL,
    enterprise_id TEXT NULL,
    team_id TEXT NULL,
    bot_installed_at INTEGER NULL,
    bot TEXT NULL,
    bot_lease_fence INTEGER NULL,
    bot_lease_ends_at INTEGER NULL,
    bot_saved_fence INTEGER NULL
);

-- The current installation of each user, without bot fields.
CREATE TABLE IF NOT EXISTS {table}installations (
    workspace_key BLOB NOT NULL,
    user_key BLOB NOT NULL,
    user_id TEXT NOT NULL,
    installed_at INTEGER NOT NULL,
    document TEXT NOT NULL,
    lease_fence INTEGER NULL,
    lease_ends_at INTEGER NULL,
    saved_fence INTEGER NULL,
    PRIMARY KEY (workspace_key, user_key)
);

CREATE INDEX IF NOT EXISTS {name}installations_by_time ON {table}installations (workspace_key, installed_at);

-- What a workspace keeps where history is on. A user_key of zeros: the bot's.
CREATE TABLE IF NOT EXISTS {table}history (
    workspace_key BLOB NOT NULL,
    installed_at INTEGER NOT NULL,
    user_key BLOB NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (workspace_key, installed_at, user_key)
);

-- Issued states that were not consumed. state_key is a hash of the state, expires_at counts steps of 100 ns since 1970 in UTC, as the clock of the app does.
CREATE TABLE IF NOT EXISTS {table}states (
    state_key BLOB NOT NULL PRIMARY KEY,
    client_key BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    document TEXT NOT NULL
);

CREATE INDEX IF NOT EXISTS {name}states_by_time ON {table}states (client_key, expires_at);

CREATE TABLE IF NOT EXISTS {table}schema (
    version INTEGER NOT NULL PRIMARY KEY
);

INSERT OR IGNORE INTO {table}schema (version) VALUES (1);

INSERT OR IGNORE INTO {table}schema (version) SELECT 2 WHERE EXISTS (SELECT 1 FROM pragma_table_info('{name}installations') WHERE name = 'saved_fence');
