CREATE TABLE IF NOT EXISTS {table}workspaces (
    workspace_key BLOB NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL,
    enterprise_id TEXT NULL,
    team_id TEXT NULL,
    bot_installed_at TEXT NULL,
    bot TEXT NULL,
    bot_lease_fence INTEGER NULL,
    bot_lease_ends_at INTEGER NULL,
    bot_saved_fence INTEGER NULL
);

CREATE TABLE IF NOT EXISTS {table}installations (
    workspace_key BLOB NOT NULL,
    user_key BLOB NOT NULL,
    user_id TEXT NOT NULL,
    installed_at TEXT NOT NULL,
    document TEXT NOT NULL,
    lease_fence INTEGER NULL,
    lease_ends_at INTEGER NULL,
    saved_fence INTEGER NULL,
    PRIMARY KEY (workspace_key, user_key)
);

CREATE TABLE IF NOT EXISTS {table}history (
    workspace_key BLOB NOT NULL,
    installed_at TEXT NOT NULL,
    user_key BLOB NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (workspace_key, installed_at, user_key)
);

CREATE TABLE IF NOT EXISTS {table}states (
    state_key BLOB NOT NULL PRIMARY KEY,
    client_key BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    document TEXT NOT NULL,
    claim BLOB NULL
);

CREATE TABLE IF NOT EXISTS {table}schema (
    version INTEGER NOT NULL PRIMARY KEY
);

INSERT OR IGNORE INTO {table}schema (version) VALUES (2);
