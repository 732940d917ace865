using System.Data;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.SqlClient;
using SlackOAuth.Stores.Relational;
using SlackOAuth.Stores.SqlServer;

namespace SlackOAuth.Stores.Benchmarks.Engines;

internal sealed class BareSqlServer : IBareEngine
{
    private static readonly string[] Tables = ["workspaces", "installations", "history", "states", "schema"];

    private readonly Queue<byte[]> _issued = new();
    private readonly string _state = Encoding.UTF8.GetString(StoreJson.Serialize(new StoredOAuthState(new OAuthStateData(), DateTimeOffset.MaxValue)));
    private readonly Installation _installation = Sample.Installation(0);
    private readonly string _connectionString;
    private readonly RelationalStatements _statements;
    private readonly string _prefix;
    private byte[] _found = [];
    private byte[] _saved = [];
    private byte[] _user = [];
    private int _saves;

    private BareSqlServer(SqlServerStoreOptions options)
    {
        (_connectionString, _prefix) = (options.ConnectionString!, options.TablePrefix);
        _statements = BareStatements.Of(typeof(SqlServerInstallationStore), "SqlServer", options.Schema, options.TablePrefix);
    }

    internal static async Task<IBareEngine> ConnectAsync(SqlServerStoreOptions options)
    {
        var bare = new BareSqlServer(options);
        bare._found = await bare.KeyAsync(Sample.Workspaces / 2);
        bare._saved = await bare.KeyAsync(0);
        bare._user = (byte[])(await bare.ScalarAsync($"SELECT TOP (1) user_key FROM {options.TablePrefix}installations"))!;
        return bare;
    }

    public async ValueTask<Bot?> FindBotAsync()
    {
        await using var connection = await OpenAsync();
        await using var command = Command(connection, _statements.FindBot, Key("@workspace", _found));
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? StoreJson.ReadBot(Document(reader, 0)) : null;
    }

    public string LatestInstallationFloor => "the driver's call, parsing";

    public ValueTask<Installation?> FindInstallationAsync() => ReadInstallationAsync(_statements.FindInstallation, Key("@workspace", _found), Key("@user", _user));

    public ValueTask<Installation?> FindLatestInstallationAsync() => ReadInstallationAsync(_statements.FindLatestInstallation, Key("@workspace", _found));

    public async ValueTask SaveAsync()
    {
        var installation = _installation with { InstalledAt = Sample.InstalledAt.AddSeconds(++_saves) };
        await using var connection = await OpenAsync();
        await using var command = Command(
            connection,
            _statements.Save,
            Key("@workspace", _saved),
            Id("@client_id", Sample.Options.ClientId),
            Id("@enterprise_id", null),
            Id("@team_id", Sample.TeamId(0)),
            Time("@bot_installed_at", installation.InstalledAt),
            Text("@bot", Encoding.UTF8.GetString(StoreJson.Serialize(installation.ToBot()!))),
            Key("@user", _user),
            Id("@user_id", Sample.UserId),
            Time("@installed_at", installation.InstalledAt),
            Text("@document", Encoding.UTF8.GetString(StoreJson.Serialize(installation.WithBot(null)))));
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask IssueAsync()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        await using var connection = await OpenAsync();
        await using var command = Command(
            connection,
            _statements.Issue,
            Key("@state", key),
            Key("@client", new byte[16]),
            Number("@expires_at", SqlDbType.BigInt, long.MaxValue),
            Text("@document", _state),
            Number("@now", SqlDbType.BigInt, 0L),
            Number("@batch", SqlDbType.Int, 32));
        await command.ExecuteNonQueryAsync();
        _issued.Enqueue(key);
    }

    public async ValueTask<StoredOAuthState?> ConsumeAsync()
    {
        await using var connection = await OpenAsync();
        await using var command = Command(connection, _statements.Consume, Key("@state", _issued.Dequeue()), Key("@claim", RandomNumberGenerator.GetBytes(16)));
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? StoreJson.ReadState(Document(reader, 0)) : null;
    }

    public async ValueTask ClearStatesAsync()
    {
        _issued.Clear();
        await ScalarAsync($"DELETE FROM {_prefix}states");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var table in Tables)
        {
            await ScalarAsync($"IF OBJECT_ID(N'{_prefix}{table}', N'U') IS NOT NULL DROP TABLE {_prefix}{table}");
        }
    }

    private static SqlCommand Command(SqlConnection connection, string statement, params SqlParameter[] parameters)
    {
        var command = new SqlCommand(statement, connection);
        command.Parameters.AddRange(parameters);
        return command;
    }

    private static byte[] Document(SqlDataReader reader, int ordinal) => Encoding.UTF8.GetBytes(reader.GetString(ordinal));

    private static SqlParameter Key(string name, byte[] key) => new(name, SqlDbType.Binary, key.Length) { Value = key };

    private static SqlParameter Id(string name, string? id) => new(name, SqlDbType.NVarChar, 255) { Value = id ?? (object)DBNull.Value };

    private static SqlParameter Text(string name, string text) => new(name, SqlDbType.NVarChar, -1) { Value = text };

    private static SqlParameter Time(string name, DateTimeOffset time) => new(name, SqlDbType.DateTime2) { Scale = 6, Value = time.UtcDateTime };

    private static SqlParameter Number(string name, SqlDbType type, object number) => new(name, type) { Value = number };

    private async ValueTask<Installation?> ReadInstallationAsync(string statement, params SqlParameter[] keys)
    {
        await using var connection = await OpenAsync();
        await using var command = Command(connection, statement, keys);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? StoreJson.ReadInstallation(Document(reader, 0)).WithBot(StoreJson.ReadBot(Document(reader, 1))) : null;
    }

    private async Task<byte[]> KeyAsync(int number) => (byte[])(await ScalarAsync($"SELECT workspace_key FROM {_prefix}workspaces WHERE team_id = N'{Sample.TeamId(number)}'"))!;

    private async Task<object?> ScalarAsync(string statement)
    {
        await using var connection = await OpenAsync();
        await using var command = Command(connection, statement);
        return await command.ExecuteScalarAsync();
    }

    private async Task<SqlConnection> OpenAsync()
    {
        var connection = new SqlConnection(_connectionString);
        await connection.OpenAsync();
        return connection;
    }
}
