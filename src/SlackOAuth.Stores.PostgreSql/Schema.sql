-- SlackOAuth.Stores.PostgreSql, schema version 2. Safe to run again, and by several at once.
-- Keys are hashes of ids; the ids stand beside them for people. The role of the app then needs SELECT, INSERT, UPDATE and DELETE on these tables, and nothing else.
BEGIN;

-- CREATE TABLE IF NOT EXISTS is not safe beside itself.
SELECT pg_advisory_xact_lock(hashtext('SlackOAuth.Stores {name}schema'));

-- A workspace, or an organization that installed the app org-wide, and its bot. bot IS NULL where it has none.
CREATE TABLE IF NOT EXISTS {table}workspaces (
    workspace_key bytea NOT NULL PRIMARY KEY,
    client_id text COLLATE "C" NOT NULL,
    enterprise_id text COLLATE "C" NULL,
    team_id text COLLATE "C" NULL,
    bot_installed_at timestamptz NULL,
    bot json NULL
);

-- The current installation of each user, without bot fields.
CREATE TABLE IF NOT EXISTS {table}installations (
    workspace_key bytea NOT NULL,
    user_key bytea NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    installed_at timestamptz NOT NULL,
    document json NOT NULL,
    PRIMARY KEY (workspace_key, user_key)
);

CREATE INDEX IF NOT EXISTS {name}installations_by_time ON {table}installations (workspace_key, installed_at);

-- What a workspace keeps where history is on. A user_key of zeros: the bot's.
CREATE TABLE IF NOT EXISTS {table}history (
    workspace_key bytea NOT NULL,
    installed_at timestamptz NOT NULL,
    user_key bytea NOT NULL,
    document json NOT NULL,
    PRIMARY KEY (workspace_key, installed_at, user_key)
);

-- Issued states. state_key is a hash of the state, expires_at counts steps of 100 ns since 1970 in UTC, as the clock of the app does.
CREATE TABLE IF NOT EXISTS {table}states (
    state_key bytea NOT NULL PRIMARY KEY,
    client_key bytea NOT NULL,
    expires_at bigint NOT NULL,
    document json NOT NULL
);

CREATE INDEX IF NOT EXISTS {name}states_by_time ON {table}states (client_key, expires_at);

-- Version 2. Of rotation leases: the fencing token of the last one, its end as expires_at counts it, and the token of the last that saved. claim IS NOT NULL: the state is consumed.
ALTER TABLE {table}workspaces
    ADD COLUMN IF NOT EXISTS bot_lease_fence bigint NULL,
    ADD COLUMN IF NOT EXISTS bot_lease_ends_at bigint NULL,
    ADD COLUMN IF NOT EXISTS bot_saved_fence bigint NULL;

ALTER TABLE {table}installations
    ADD COLUMN IF NOT EXISTS lease_fence bigint NULL,
    ADD COLUMN IF NOT EXISTS lease_ends_at bigint NULL,
    ADD COLUMN IF NOT EXISTS saved_fence bigint NULL;

ALTER TABLE {table}states ADD COLUMN IF NOT EXISTS claim bytea NULL;

CREATE TABLE IF NOT EXISTS {table}schema (
    version integer NOT NULL PRIMARY KEY
);

INSERT INTO {table}schema (version) VALUES (1), (2) ON CONFLICT (version) DO NOTHING;

COMMIT;
