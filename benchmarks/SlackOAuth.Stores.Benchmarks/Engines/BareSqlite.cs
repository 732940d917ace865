using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using SlackOAuth.Stores.Relational;
using SlackOAuth.Stores.Sqlite;

namespace SlackOAuth.Stores.Benchmarks.Engines;

/// <summary>
/// Lookups by the driver's ordinary use: a connection of its pool, a command. Writes by one open connection with the store's settings and commands that stay prepared: the best that this driver can
/// do, in one thread.
/// </summary>
internal sealed class BareSqlite : IBareEngine
{
    private readonly Queue<byte[]> _issued = new();
    private readonly byte[] _state = StoreJson.Serialize(new StoredOAuthState(new OAuthStateData(), DateTimeOffset.MaxValue));
    private readonly Installation _installation = Sample.Installation(0);
    private readonly SqliteConnection _connection;
    private readonly RelationalStatements _statements;
    private readonly string _connectionString;
    private readonly byte[] _found;
    private readonly byte[] _user;
    private readonly string _prefix;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _findBot;
    private readonly SqliteCommand _save;
    private readonly SqliteCommand _issue;
    private readonly SqliteCommand _consume;
    private int _saves;

    internal BareSqlite(SqliteStoreOptions options)
    {
        _statements = BareStatements.Of(typeof(SqliteInstallationStore), "Sqlite", options.TablePrefix);
        _prefix = options.TablePrefix;
        _connection = new SqliteConnection($"Data Source={options.Path};Pooling=False");
        _connection.Open();
        Command("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;").ExecuteNonQuery();
        _connectionString = $"Data Source={options.Path}";
        _found = Key(Sample.Workspaces / 2);
        var saved = Key(0);
        _user = (byte[])Command($"SELECT user_key FROM {_prefix}installations LIMIT 1").ExecuteScalar()!;
        _begin = Command("BEGIN IMMEDIATE");
        _commit = Command("COMMIT");
        _findBot = Command(_statements.FindBot, ("@workspace", _found));
        _save = Command(
            _statements.Save,
            ("@workspace", saved),
            ("@client_id", Sample.Options.ClientId),
            ("@enterprise_id", DBNull.Value),
            ("@team_id", Sample.TeamId(0)),
            ("@bot_installed_at", 0L),
            ("@bot", Array.Empty<byte>()),
            ("@user", _user),
            ("@user_id", Sample.UserId),
            ("@installed_at", 0L),
            ("@document", Array.Empty<byte>()));
        _issue = Command(
            _statements.Issue, ("@state", new byte[32]), ("@client", new byte[16]), ("@expires_at", long.MaxValue), ("@document", _state), ("@now", 0L), ("@batch", 32L));
        _consume = Command(_statements.Consume, ("@state", new byte[32]));
    }

    public async ValueTask<Bot?> FindBotAsync()
    {
        await using var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = _statements.FindBot;
        command.Parameters.AddWithValue("@workspace", _found);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? StoreJson.ReadBot(reader.GetFieldValue<byte[]>(0)) : null;
    }

    public async ValueTask<Installation?> FindInstallationAsync()
    {
        await using var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = _statements.FindInstallation;
        command.Parameters.AddWithValue("@workspace", _found);
        command.Parameters.AddWithValue("@user", _user);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? StoreJson.ReadInstallation(reader.GetFieldValue<byte[]>(0)).WithBot(StoreJson.ReadBot(reader.GetFieldValue<byte[]>(1))) : null;
    }

    /// <summary>By the command that stays prepared.</summary>
    internal Bot? FindBotPrepared()
    {
        using var reader = _findBot.ExecuteReader();
        return reader.Read() ? StoreJson.ReadBot(reader.GetFieldValue<byte[]>(0)) : null;
    }

    public ValueTask SaveAsync()
    {
        var installation = _installation with { InstalledAt = Sample.InstalledAt.AddSeconds(++_saves) };
        var time = (installation.InstalledAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        _save.Parameters["@bot_installed_at"].Value = time;
        _save.Parameters["@bot"].Value = StoreJson.Serialize(installation.ToBot()!);
        _save.Parameters["@installed_at"].Value = time;
        _save.Parameters["@document"].Value = StoreJson.Serialize(installation.WithBot(null));
        _begin.ExecuteNonQuery();
        _save.ExecuteNonQuery();
        _commit.ExecuteNonQuery();
        return ValueTask.CompletedTask;
    }

    public ValueTask IssueAsync()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        _issue.Parameters["@state"].Value = key;
        _begin.ExecuteNonQuery();
        _issue.ExecuteNonQuery();
        _commit.ExecuteNonQuery();
        _issued.Enqueue(key);
        return ValueTask.CompletedTask;
    }

    public ValueTask<StoredOAuthState?> ConsumeAsync()
    {
        _consume.Parameters["@state"].Value = _issued.Dequeue();
        _begin.ExecuteNonQuery();
        StoredOAuthState? state;
        using (var reader = _consume.ExecuteReader())
        {
            state = reader.Read() ? StoreJson.ReadState(reader.GetFieldValue<byte[]>(0)) : null;
        }

        _commit.ExecuteNonQuery();
        return new(state);
    }

    public ValueTask ClearStatesAsync()
    {
        _issued.Clear();
        using var clear = Command($"DELETE FROM {_prefix}states");
        clear.ExecuteNonQuery();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var command in new[] { _begin, _commit, _findBot, _save, _issue, _consume })
        {
            await command.DisposeAsync();
        }

        await _connection.DisposeAsync();
        SqliteConnection.ClearAllPools();
    }

    private SqliteCommand Command(string text, params (string Name, object Value)[] parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    private byte[] Key(int number)
    {
        using var command = Command($"SELECT workspace_key FROM {_prefix}workspaces WHERE team_id = @team", ("@team", Sample.TeamId(number)));
        return (byte[])command.ExecuteScalar()!;
    }
}
