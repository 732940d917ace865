using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Importing;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Tests.Importing;

/// <summary>A file as slack_sdk's SQLite3InstallationStore makes it: expiries as numbers, whole seconds, and no NULL for an absent id.</summary>
public sealed class Sqlite3TablesTests : SlackSdkTablesTests
{
    private readonly ImportFolder _folder = new();

    private string File => _folder.Of("app.db");

    private protected override object Write(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private protected override object WriteExpiry(DateTimeOffset time) => time.ToUnixTimeSeconds();

    private protected override object? Absent => "";

    [Fact]
    public async Task The_file_is_not_written_and_the_app_may_write_while_it_is_read()
    {
        for (var i = 0; i < 3; i++)
        {
            await SaveAsync(new() { AppId = "A1", TeamId = $"T{i}", UserId = "U1", InstalledAt = DateTimeOffset.UnixEpoch });
        }

        var before = await System.IO.File.ReadAllBytesAsync(File, Token);
        await using var source = Open(Tables, history: false);
        await using var reading = source.ReadAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await reading.MoveNextAsync());
        Assert.Equal(before, await System.IO.File.ReadAllBytesAsync(File, Token));
        await RunAsync($"PRAGMA busy_timeout = 0; DELETE FROM {Tables.InstallationsTable} WHERE team_id = 'T9'; INSERT INTO {Tables.BotsTable} (client_id, app_id, bot_token, bot_id, bot_user_id) VALUES ('1.1', 'A', 'x', 'B', 'U')");
        Assert.True(await reading.MoveNextAsync());
    }

    [Fact]
    public async Task No_connection_is_used_by_two_at_once()
    {
        await SaveAsync(new() { AppId = "A1", TeamId = "T1", UserId = "U1", InstalledAt = DateTimeOffset.UnixEpoch });
        var gate = new TaskCompletionSource();
        var dialect = SlackSdkDialect.Sqlite with { Connect = path => new WatchedConnection(SlackSdkDialect.Sqlite.Connect(path).ConnectionString, gate.Task) };
        await using var source = new SlackSdkTables(new SlackSdkDatabase(dialect, File, "bolt-python+sqlite:app.db", []), Tables);
        await using var reading = source.ReadAsync(Token).GetAsyncEnumerator(Token);

        var first = reading.MoveNextAsync();
        var count = source.CountAsync(Token);
        gate.SetResult();

        Assert.True(await first);
        Assert.Equal(1, await count);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_not_made()
    {
        var missing = _folder.Of("other.db");
        await using var source = new SlackSdkTables(new SlackSdkDatabase(SlackSdkDialect.Sqlite, missing, "bolt-python+sqlite:other.db", []), Tables);
        Assert.Equal(ExitCodes.StoreFailure, (await Assert.ThrowsAsync<ToolException>(async () => await source.CountAsync(Token))).ExitCode);
        Assert.False(System.IO.File.Exists(missing));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_told()
    {
        var other = _folder.Write("other.db", new string('x', 5000));
        await using var source = new SlackSdkTables(new SlackSdkDatabase(SlackSdkDialect.Sqlite, other, "bolt-python+sqlite:other.db", []), Tables);
        Assert.Contains("bolt-python+sqlite:other.db cannot be read", (await Assert.ThrowsAsync<ToolException>(async () => await source.CountAsync(Token))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'yesterday'")]
    [InlineData("X'00FF'")]
    [InlineData("1e300")]
    [InlineData("99999999999999")]
    public async Task A_time_that_is_none_is_refused(string time)
    {
        await SaveAsync(new() { AppId = "A1", TeamId = "T1", UserId = "U1", InstalledAt = DateTimeOffset.UnixEpoch });
        await RunAsync($"UPDATE {Tables.InstallationsTable} SET user_token_expires_at = {time}");
        Assert.Single((await ReadAsync()).Refused());
    }

    [Theory]
    [InlineData("'2023-11-14T22:15:00Z'", 1_700_000_100)]
    [InlineData("'2023-11-15 03:45:00+05:30'", 1_700_000_100)]
    [InlineData("'1700000100'", 1_700_000_100)]
    [InlineData("1700000100.5", 1_700_000_100)]
    public async Task A_time_in_another_form_that_is_clear_is_read(string time, long seconds)
    {
        await SaveAsync(new() { AppId = "A1", TeamId = "T1", UserId = "U1", InstalledAt = DateTimeOffset.UnixEpoch });
        await RunAsync($"UPDATE {Tables.InstallationsTable} SET user_token_expires_at = {time}");
        Assert.Equal(seconds, Assert.Single((await ReadAsync()).Installations()).UserTokenExpiresAt?.ToUnixTimeSeconds());
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    private protected override async Task<DbConnection> ConnectAsync()
    {
        Directory.CreateDirectory(_folder.Root);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = File, Pooling = false }.ToString());
        await connection.OpenAsync(Token);
        return connection;
    }

    private protected override IRecordSource Open(SlackSdkTableOptions tables, bool history, params string[] clientIds) =>
        new SlackSdkTables(new SlackSdkDatabase(SlackSdkDialect.Sqlite, File, $"bolt-python+sqlite:{File}", clientIds), tables, history);

    private protected override string BotsSchema(string table) =>
        $"""
        create table {table} (id integer primary key autoincrement, client_id text not null, app_id text not null, enterprise_id text not null default '', enterprise_name text,
        team_id text not null default '', team_name text, bot_token text not null, bot_id text not null, bot_user_id text not null, bot_scopes text, bot_refresh_token text, bot_token_expires_at datetime,
        is_enterprise_install boolean not null default 0, installed_at datetime not null default current_timestamp)
        """;

    private protected override string InstallationsSchema(string table) =>
        $"""
        create table {table} (id integer primary key autoincrement, client_id text not null, app_id text not null, enterprise_id text not null default '', enterprise_name text, enterprise_url text,
        team_id text not null default '', team_name text, bot_token text, bot_id text, bot_user_id text, bot_scopes text, bot_refresh_token text, bot_token_expires_at datetime,
        user_id text not null, user_token text, user_scopes text, user_refresh_token text, user_token_expires_at datetime, incoming_webhook_url text, incoming_webhook_channel text,
        incoming_webhook_channel_id text, incoming_webhook_configuration_url text, is_enterprise_install boolean not null default 0, token_type text, installed_at datetime not null default current_timestamp)
        """;

    /// <summary>A connection that takes its time to open, and lets nobody else at it meanwhile.</summary>
    private sealed class WatchedConnection(string connectionString, Task gate) : SqliteConnection(connectionString)
    {
        private int _users;

        public override async Task OpenAsync(CancellationToken cancellationToken)
        {
            Assert.Equal(1, Interlocked.Increment(ref _users));
            await gate.WaitAsync(cancellationToken);
            Open();
            Interlocked.Decrement(ref _users);
        }
    }
}

/// <summary>Tables as SQLAlchemy makes them for slack_sdk's SQLAlchemyInstallationStore. A type has another name on each engine.</summary>
public abstract class SqlAlchemyTablesTests : SlackSdkTablesTests
{
    private protected abstract string Key { get; }

    private protected abstract string Time { get; }

    private protected abstract string Truth { get; }

    private protected virtual string Text => "VARCHAR";

    [Fact]
    public async Task A_row_without_a_bot_token_is_no_bot_and_hides_none()
    {
        var installation = new Installation { AppId = "A1", TeamId = "T1", UserId = "U1", BotToken = "xoxb-1", InstalledAt = DateTimeOffset.FromUnixTimeSeconds(100) };
        await SaveAsync(installation);
        var row = new Dictionary<string, object?> { ["client_id"] = "111.222", ["app_id"] = "A1", ["team_id"] = "T1", ["is_enterprise_install"] = false, ["installed_at"] = Write(DateTimeOffset.FromUnixTimeSeconds(200)) };
        await InsertAsync(Tables.BotsTable, row);
        var records = await ReadAsync();
        Assert.Equal("xoxb-1", Assert.Single(records.Bots()).BotToken);
        Assert.Empty(records.Refused());
    }

    private protected override string BotsSchema(string table) =>
        $"""
        CREATE TABLE {table} (id {Key}, client_id {Text}(32) NOT NULL, app_id {Text}(32) NOT NULL, enterprise_id {Text}(32), enterprise_name {Text}(200), team_id {Text}(32), team_name {Text}(200),
        bot_token {Text}(200), bot_id {Text}(32), bot_user_id {Text}(32), bot_scopes {Text}(1000), bot_refresh_token {Text}(200), bot_token_expires_at {Time}, is_enterprise_install {Truth} NOT NULL,
        installed_at {Time} NOT NULL)
        """;

    private protected override string InstallationsSchema(string table) =>
        $"""
        CREATE TABLE {table} (id {Key}, client_id {Text}(32) NOT NULL, app_id {Text}(32) NOT NULL, enterprise_id {Text}(32), enterprise_name {Text}(200), enterprise_url {Text}(200), team_id {Text}(32),
        team_name {Text}(200), bot_token {Text}(200), bot_id {Text}(32), bot_user_id {Text}(32), bot_scopes {Text}(1000), bot_refresh_token {Text}(200), bot_token_expires_at {Time}, user_id {Text}(32) NOT NULL,
        user_token {Text}(200), user_scopes {Text}(1000), user_refresh_token {Text}(200), user_token_expires_at {Time}, incoming_webhook_url {Text}(200), incoming_webhook_channel {Text}(200),
        incoming_webhook_channel_id {Text}(200), incoming_webhook_configuration_url {Text}(200), is_enterprise_install {Truth} NOT NULL, token_type {Text}(32), installed_at {Time} NOT NULL)
        """;
}

/// <summary>SQLAlchemy's tables in an SQLite file.</summary>
public sealed class SqlAlchemySqliteTablesTests : SqlAlchemyTablesTests
{
    private readonly ImportFolder _folder = new();

    private protected override string Key => "INTEGER NOT NULL PRIMARY KEY";

    private protected override string Time => "DATETIME";

    private protected override string Truth => "BOOLEAN";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    private protected override async Task<DbConnection> ConnectAsync()
    {
        Directory.CreateDirectory(_folder.Root);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _folder.Of("app.db"), Pooling = false }.ToString());
        await connection.OpenAsync(Token);
        return connection;
    }

    private protected override IRecordSource Open(SlackSdkTableOptions tables, bool history, params string[] clientIds) =>
        new SlackSdkTables(new SlackSdkDatabase(SlackSdkDialect.Sqlite, _folder.Of("app.db"), "bolt-python+sqlite:app.db", clientIds), tables, history);
}

/// <summary>SQLAlchemy's tables in PostgreSQL, read by a role that may only SELECT from them.</summary>
public sealed class SqlAlchemyPostgreSqlTablesTests(PostgreSqlServer server) : SqlAlchemyTablesTests
{
    private readonly string _name = $"imp_{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
    private string _readerConnection = "";

    private protected override string Key => "SERIAL PRIMARY KEY";

    private protected override string Time => "TIMESTAMP WITHOUT TIME ZONE";

    private protected override string Truth => "BOOLEAN";

    private protected override object Write(DateTimeOffset time) => DateTime.SpecifyKind(time.UtcDateTime, DateTimeKind.Unspecified);

    [Fact]
    public async Task A_time_with_a_zone_is_that_instant()
    {
        await SaveAsync(new() { AppId = "A1", TeamId = "T1", UserId = "U1", InstalledAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_100) });
        await RunAsync($"ALTER TABLE {Tables.InstallationsTable} ALTER COLUMN installed_at TYPE TIMESTAMP WITH TIME ZONE USING installed_at AT TIME ZONE 'UTC'");
        Assert.Equal(1_700_000_100, Assert.Single((await ReadAsync()).Installations()).InstalledAt.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_time_that_DotNet_has_no_type_for_is_refused()
    {
        await SaveAsync(new() { AppId = "A1", TeamId = "T1", UserId = "U1", InstalledAt = DateTimeOffset.UnixEpoch });
        await SaveAsync(new() { AppId = "A1", TeamId = "T2", UserId = "U1", InstalledAt = DateTimeOffset.UnixEpoch });
        await RunAsync($"UPDATE {Tables.InstallationsTable} SET user_token_expires_at = '20000-01-01 00:00:00' WHERE team_id = 'T1'");
        var records = await ReadAsync();
        Assert.Contains("user_token_expires_at", Assert.Single(records.Refused()).Reason, StringComparison.Ordinal);
        Assert.Single(records.Installations());
    }

    [Fact]
    public async Task A_wrong_password_is_told_without_it()
    {
        var wrong = new NpgsqlConnectionStringBuilder(_readerConnection) { Password = "wrong-secret" }.ToString();
        await using var source = new SlackSdkTables(new SlackSdkDatabase(SlackSdkDialect.PostgreSql, wrong, "bolt-python+postgres:db", []), Tables);
        var failure = await Assert.ThrowsAsync<ToolException>(async () => await source.CountAsync(Token));
        Assert.Equal(ExitCodes.StoreFailure, failure.ExitCode);
        Assert.DoesNotContain("wrong-secret", failure.ToString(), StringComparison.Ordinal);
    }

    public override async ValueTask InitializeAsync()
    {
        var admin = new NpgsqlConnectionStringBuilder(await server.GetConnectionStringAsync()) { Pooling = false };
        (Tables.BotsTable, Tables.InstallationsTable) = ($"{_name}.slack_bots", $"{_name}.slack_installations");
        var reader = new NpgsqlConnectionStringBuilder(admin.ToString()) { Username = $"{_name}_reader", Password = "reader" };
        _readerConnection = reader.ToString();
        await base.InitializeAsync();
        await RunAsync($"GRANT USAGE ON SCHEMA {_name} TO {reader.Username}; GRANT SELECT ON ALL TABLES IN SCHEMA {_name} TO {reader.Username}");
    }

    public override async ValueTask DisposeAsync()
    {
        if (App is not null)
        {
            await RunAsync($"DROP SCHEMA {_name} CASCADE; DROP ROLE {_name}_reader");
        }

        await base.DisposeAsync();
    }

    private protected override async Task<DbConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(await server.GetConnectionStringAsync()) { Pooling = false }.ToString());
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE SCHEMA {_name}; CREATE ROLE {_name}_reader LOGIN PASSWORD 'reader'";
        await command.ExecuteNonQueryAsync(Token);
        return connection;
    }

    private protected override IRecordSource Open(SlackSdkTableOptions tables, bool history, params string[] clientIds) =>
        new SlackSdkTables(new SlackSdkDatabase(SlackSdkDialect.PostgreSql, _readerConnection, "bolt-python+postgres:db", clientIds), tables, history);
}

/// <summary>SQLAlchemy's tables in SQL Server.</summary>
public sealed class SqlAlchemySqlServerTablesTests(SqlServerServer server) : SqlAlchemyTablesTests
{
    private readonly string _name = $"imp_{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
    private string _connection = "";

    private protected override string Key => "INTEGER NOT NULL IDENTITY PRIMARY KEY";

    private protected override string Time => "DATETIME";

    private protected override string Truth => "BIT";

    // Where names are of any script, an app has said so: SQLAlchemy's default is VARCHAR, which keeps the code page's.
    private protected override string Text => "NVARCHAR";

    private protected override object Write(DateTimeOffset time) => DateTime.SpecifyKind(time.UtcDateTime, DateTimeKind.Unspecified);

    public override async ValueTask InitializeAsync()
    {
        _connection = await server.GetConnectionStringAsync();
        (Tables.BotsTable, Tables.InstallationsTable) = ($"dbo.{_name}_bots", $"dbo.{_name}_installations");
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (App is not null)
        {
            await RunAsync($"DROP TABLE {Tables.BotsTable}; DROP TABLE {Tables.InstallationsTable}");
        }

        await base.DisposeAsync();
    }

    private protected override async Task<DbConnection> ConnectAsync()
    {
        var connection = new SqlConnection(new SqlConnectionStringBuilder(_connection) { Pooling = false }.ToString());
        await connection.OpenAsync(Token);
        return connection;
    }

    private protected override IRecordSource Open(SlackSdkTableOptions tables, bool history, params string[] clientIds) =>
        new SlackSdkTables(new SlackSdkDatabase(SlackSdkDialect.SqlServer, _connection, "bolt-python+sqlserver:db", clientIds), tables, history);
}
