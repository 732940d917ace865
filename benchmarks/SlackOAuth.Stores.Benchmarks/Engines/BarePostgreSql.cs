using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using SlackOAuth.Stores.PostgreSql;
using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.Benchmarks.Engines;

internal sealed class BarePostgreSql : IBareEngine
{
    private static readonly string[] Tables = ["workspaces", "installations", "history", "states", "schema"];

    private readonly Queue<byte[]> _issued = new();
    private readonly byte[] _state = StoreJson.Serialize(new StoredOAuthState(new OAuthStateData(), DateTimeOffset.MaxValue));
    private readonly Installation _installation = Sample.Installation(0);
    private readonly NpgsqlDataSource _source;
    private readonly RelationalStatements _statements;
    private readonly string _prefix;
    private byte[] _found = [];
    private byte[] _saved = [];
    private byte[] _user = [];
    private int _saves;

    private BarePostgreSql(NpgsqlDataSource source, PostgreSqlStoreOptions options)
    {
        (_source, _prefix) = (source, options.TablePrefix);
        _statements = BareStatements.Of(typeof(PostgreSqlInstallationStore), "PostgreSql", options.Schema, options.TablePrefix);
    }

    internal static async Task<IBareEngine> ConnectAsync(NpgsqlDataSource source, PostgreSqlStoreOptions options)
    {
        var bare = new BarePostgreSql(source, options);
        bare._found = await bare.KeyAsync(Sample.Workspaces / 2);
        bare._saved = await bare.KeyAsync(0);
        await using var command = source.CreateCommand($"SELECT user_key FROM {options.TablePrefix}installations LIMIT 1");
        bare._user = (byte[])(await command.ExecuteScalarAsync())!;
        return bare;
    }

    public async ValueTask<Bot?> FindBotAsync()
    {
        await using var command = _source.CreateCommand(_statements.FindBot);
        Key(command, "@workspace", _found);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? StoreJson.ReadBot(reader.GetFieldValue<byte[]>(0)) : null;
    }

    public string LatestInstallationFloor => "the driver's call, parsing";

    public async ValueTask<Installation?> FindInstallationAsync()
    {
        await using var command = _source.CreateCommand(_statements.FindInstallation);
        Key(command, "@user", _user);
        return await ReadInstallationAsync(command);
    }

    public async ValueTask<Installation?> FindLatestInstallationAsync()
    {
        await using var command = _source.CreateCommand(_statements.FindLatestInstallation);
        return await ReadInstallationAsync(command);
    }

    public async ValueTask SaveAsync()
    {
        var installation = _installation with { InstalledAt = Sample.InstalledAt.AddSeconds(++_saves) };
        var time = installation.InstalledAt.UtcDateTime;
        await using var command = _source.CreateCommand(_statements.Save);
        Key(command, "@workspace", _saved);
        Text(command, "@client_id", Sample.Options.ClientId);
        Text(command, "@enterprise_id", null);
        Text(command, "@team_id", Sample.TeamId(0));
        command.Parameters.Add(new() { ParameterName = "@bot_installed_at", NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = time });
        command.Parameters.Add(new() { ParameterName = "@bot", NpgsqlDbType = NpgsqlDbType.Json, Value = StoreJson.Serialize(installation.ToBot()!) });
        Key(command, "@user", _user);
        Text(command, "@user_id", Sample.UserId);
        command.Parameters.Add(new() { ParameterName = "@installed_at", NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = time });
        command.Parameters.Add(new() { ParameterName = "@document", NpgsqlDbType = NpgsqlDbType.Json, Value = StoreJson.Serialize(installation.WithBot(null)) });
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask IssueAsync()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        await using var command = _source.CreateCommand(_statements.Issue);
        Key(command, "@state", key);
        Key(command, "@client", new byte[16]);
        command.Parameters.Add(new() { ParameterName = "@expires_at", NpgsqlDbType = NpgsqlDbType.Bigint, Value = long.MaxValue });
        command.Parameters.Add(new() { ParameterName = "@document", NpgsqlDbType = NpgsqlDbType.Json, Value = _state });
        command.Parameters.Add(new() { ParameterName = "@now", NpgsqlDbType = NpgsqlDbType.Bigint, Value = 0L });
        command.Parameters.Add(new() { ParameterName = "@batch", NpgsqlDbType = NpgsqlDbType.Integer, Value = 32 });
        await command.ExecuteNonQueryAsync();
        _issued.Enqueue(key);
    }

    public async ValueTask<StoredOAuthState?> ConsumeAsync()
    {
        await using var command = _source.CreateCommand(_statements.Consume);
        Key(command, "@state", _issued.Dequeue());
        Key(command, "@claim", RandomNumberGenerator.GetBytes(16));
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? StoreJson.ReadState(reader.GetFieldValue<byte[]>(0)) : null;
    }

    public async ValueTask ClearStatesAsync()
    {
        _issued.Clear();
        await ExecuteAsync($"TRUNCATE {_prefix}states");
    }

    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync(string.Join(';', Tables.Select(table => $"DROP TABLE IF EXISTS {_prefix}{table}")));
        await _source.DisposeAsync();
    }

    private async ValueTask<Installation?> ReadInstallationAsync(NpgsqlCommand command)
    {
        Key(command, "@workspace", _found);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? StoreJson.ReadInstallation(reader.GetFieldValue<byte[]>(0)).WithBot(StoreJson.ReadBot(reader.GetFieldValue<byte[]>(1))) : null;
    }

    private static void Key(NpgsqlCommand command, string name, byte[] key) => command.Parameters.Add(new() { ParameterName = name, NpgsqlDbType = NpgsqlDbType.Bytea, Value = key });

    private static void Text(NpgsqlCommand command, string name, string? value) =>
        command.Parameters.Add(new() { ParameterName = name, NpgsqlDbType = NpgsqlDbType.Text, Value = value ?? (object)DBNull.Value });

    private async Task<byte[]> KeyAsync(int number)
    {
        await using var command = _source.CreateCommand($"SELECT workspace_key FROM {_prefix}workspaces WHERE team_id = @team");
        Text(command, "@team", Sample.TeamId(number));
        return (byte[])(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string statement)
    {
        await using var command = _source.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }
}
