using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.Sqlite.Tests;

/// <summary>A folder for a test class, with a file for each scope. It fails as a file does whose tables are gone, or as a path that is a folder's.</summary>
internal sealed class Disk : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slackoauth-sqlite-").FullName;

    internal SqliteStoreOptions Options(StoreScope scope) => new() { Path = PathOf(scope) };

    /// <summary>The scope's database file and its log, as they lie on the disk.</summary>
    internal IReadOnlyList<byte[]> Bytes(StoreScope scope) => [.. Directory.EnumerateFiles(_folder, scope.Name + ".db*").Select(Read)];

    internal string Dump(StoreScope scope)
    {
        var dump = new StringBuilder();
        foreach (var table in Tables(scope))
        {
            using var connection = TemporaryFile.Connect(PathOf(scope));
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM {table} ORDER BY 1, 2, 3";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                dump.Append(table);
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    dump.Append(' ').Append(reader.GetValue(i) is byte[] bytes ? Convert.ToHexString(bytes) : reader.GetValue(i));
                }

                dump.AppendLine();
            }
        }

        return dump.ToString();
    }

    internal long CountStates(StoreScope scope) => Tables(scope).Any() ? (long)TemporaryFile.Run(PathOf(scope), "SELECT COUNT(*) FROM slack_states")! : 0;

    internal void Break(StoreScope scope)
    {
        if (File.Exists(PathOf(scope)))
        {
            Rename(scope, "slack_", "aside_");
        }
        else
        {
            Directory.CreateDirectory(PathOf(scope));
        }
    }

    internal void Repair(StoreScope scope)
    {
        if (File.Exists(PathOf(scope)))
        {
            Rename(scope, "aside_", "slack_");
        }
        else
        {
            Directory.Delete(PathOf(scope));
        }
    }

    internal void AddUnknownFields(StoreScope scope)
    {
        foreach (var table in Tables(scope))
        {
            TemporaryFile.Run(PathOf(scope), $"ALTER TABLE {table} ADD COLUMN a_column_of_tomorrow TEXT NOT NULL DEFAULT 'more'");
            var document = table == "slack_workspaces" ? "bot" : "document";
            TemporaryFile.Run(PathOf(scope), string.Create(CultureInfo.InvariantCulture, $$"""UPDATE {{table}} SET {{document}} = '{"a_field_of_tomorrow":{"and":["more"]},' || SUBSTR({{document}}, 2)"""));
        }
    }

    internal void Damage(StoreScope scope, string appId)
    {
        foreach (var (table, document) in new[] { ("slack_workspaces", "bot"), ("slack_installations", "document"), ("slack_history", "document") })
        {
            TemporaryFile.Run(PathOf(scope), string.Create(CultureInfo.InvariantCulture, $"UPDATE {table} SET {document} = SUBSTR({document}, 1, 20) WHERE {document} LIKE '%{appId}%'"));
        }
    }

    internal void RunScript(StoreScope scope, string script) => TemporaryFile.Run(PathOf(scope), script);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Read(string path)
    {
        // SQLite holds it open.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private void Rename(StoreScope scope, string from, string to)
    {
        foreach (var table in TemporaryFile.Tables)
        {
            TemporaryFile.Run(PathOf(scope), $"ALTER TABLE {from}{table} RENAME TO {to}{table}");
        }
    }

    private IEnumerable<string> Tables(StoreScope scope) => File.Exists(PathOf(scope)) ? TemporaryFile.Tables.Select(table => "slack_" + table) : [];

    private string PathOf(StoreScope scope) => Path.Combine(_folder, scope.Name + ".db");
}

public sealed class SqliteInstallationFixture : StoreFixture<IInstallationStore>
{
    private readonly Disk _disk = new();

    internal IReadOnlyList<byte[]> Bytes(StoreScope scope) => _disk.Bytes(scope);

    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Listing | StoreCapabilities.AppListing | StoreCapabilities.History | StoreCapabilities.HistoryTrimming | StoreCapabilities.RotationLeases | StoreCapabilities.Preparation | StoreCapabilities.Dump | StoreCapabilities.Failure
        | StoreCapabilities.UnknownFields | StoreCapabilities.PreparationScript | StoreCapabilities.Damage;

    public override ValueTask<IInstallationStore> CreateAsync(StoreScope scope) => new(new SqliteInstallationStore(scope.Options, _disk.Options(scope), scope.Time));

    public override bool CanRetryHelp => false;

    public override ValueTask<IInstallationStore> CreateUnpreparedAsync(StoreScope scope)
    {
        var options = _disk.Options(scope);
        options.PrepareOnFirstUse = false;
        return new(new SqliteInstallationStore(scope.Options, options, scope.Time));
    }

    public override ValueTask RunScriptAsync(StoreScope scope, string script)
    {
        _disk.RunScript(scope, script);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<string> DumpAsync(StoreScope scope) => new(_disk.Dump(scope));

    public override ValueTask BreakAsync(StoreScope scope)
    {
        _disk.Break(scope);
        return ValueTask.CompletedTask;
    }

    public override ValueTask RepairAsync(StoreScope scope)
    {
        _disk.Repair(scope);
        return ValueTask.CompletedTask;
    }

    public override ValueTask AddUnknownFieldsAsync(StoreScope scope)
    {
        _disk.AddUnknownFields(scope);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DamageAsync(StoreScope scope, string appId)
    {
        _disk.Damage(scope, appId);
        return ValueTask.CompletedTask;
    }

    public override ValueTask StopAsync()
    {
        _disk.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class SqliteStateFixture : StoreFixture<IOAuthStateStore>
{
    private readonly Disk _disk = new();

    internal IReadOnlyList<byte[]> Bytes(StoreScope scope) => _disk.Bytes(scope);

    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Preparation | StoreCapabilities.Purging | StoreCapabilities.Dump | StoreCapabilities.StateCount | StoreCapabilities.Failure
        | StoreCapabilities.UnknownFields | StoreCapabilities.PreparationScript;

    public override ValueTask<IOAuthStateStore> CreateAsync(StoreScope scope) => new(new SqliteOAuthStateStore(scope.Options, _disk.Options(scope), scope.Time));

    public override bool CanRetryHelp => false;

    public override ValueTask<IOAuthStateStore> CreateUnpreparedAsync(StoreScope scope)
    {
        var options = _disk.Options(scope);
        options.PrepareOnFirstUse = false;
        return new(new SqliteOAuthStateStore(scope.Options, options, scope.Time));
    }

    public override ValueTask RunScriptAsync(StoreScope scope, string script)
    {
        _disk.RunScript(scope, script);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<string> DumpAsync(StoreScope scope) => new(_disk.Dump(scope));

    public override ValueTask<long> CountStatesAsync(StoreScope scope) => new(_disk.CountStates(scope));

    public override ValueTask BreakAsync(StoreScope scope)
    {
        _disk.Break(scope);
        return ValueTask.CompletedTask;
    }

    public override ValueTask RepairAsync(StoreScope scope)
    {
        _disk.Repair(scope);
        return ValueTask.CompletedTask;
    }

    public override ValueTask AddUnknownFieldsAsync(StoreScope scope)
    {
        _disk.AddUnknownFields(scope);
        return ValueTask.CompletedTask;
    }

    public override ValueTask StopAsync()
    {
        _disk.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class SqliteInstallationStoreConformanceTests(SqliteInstallationFixture fixture) : InstallationStoreConformanceTests<SqliteInstallationFixture>(fixture);

public sealed class SqliteStateStoreConformanceTests(SqliteStateFixture fixture) : StateStoreConformanceTests<SqliteStateFixture>(fixture);

public sealed class SqliteInstallationListingConformanceTests(SqliteInstallationFixture fixture) : InstallationListingConformanceTests<SqliteInstallationFixture>(fixture);

public sealed class SqliteAppListingConformanceTests(SqliteInstallationFixture fixture) : AppListingConformanceTests<SqliteInstallationFixture>(fixture);

public sealed class SqliteInstallationHistoryConformanceTests(SqliteInstallationFixture fixture) : InstallationHistoryConformanceTests<SqliteInstallationFixture>(fixture);

public sealed class SqliteRotationLeaseConformanceTests(SqliteInstallationFixture fixture) : RotationLeaseConformanceTests<SqliteInstallationFixture>(fixture);

public sealed class SqliteInstallationPreparationConformanceTests(SqliteInstallationFixture fixture) : StorePreparationConformanceTests<IInstallationStore, SqliteInstallationFixture>(fixture);

public sealed class SqliteStatePreparationConformanceTests(SqliteStateFixture fixture) : StorePreparationConformanceTests<IOAuthStateStore, SqliteStateFixture>(fixture);

public sealed class SqliteExpiredStatePurgingConformanceTests(SqliteStateFixture fixture) : ExpiredStatePurgingConformanceTests<SqliteStateFixture>(fixture);

public sealed class SqliteRegistrationConformanceTests : RegistrationConformanceTests, IDisposable
{
    private readonly TemporaryFile _file = new();

    protected override IReadOnlyList<(string Named, Action<SlackOAuthStoresBuilder> Use)> WrongOptions =>
    [
        (nameof(SqliteStoreOptions.Path), builder => builder.UseSqlite("")),
        (nameof(SqliteStoreOptions.Path), builder => builder.UseSqlite(":memory:")),
        (nameof(SqliteStoreOptions.Path), builder => builder.UseSqlite("a\0b")),
        (nameof(SqliteStoreOptions.Path), builder => builder.UseSqlite(Path.GetDirectoryName(_file.Path)!)),
        (nameof(SqliteStoreOptions.TablePrefix), builder => builder.UseSqlite(options => (options.Path, options.TablePrefix) = (_file.Path, "x; DROP TABLE y"))),
        (nameof(SqliteStoreOptions.BusyTimeout), builder => builder.UseSqlite(options => (options.Path, options.BusyTimeout) = (_file.Path, TimeSpan.Zero))),
    ];

    public void Dispose() => _file.Dispose();

    protected override void Use(SlackOAuthStoresBuilder builder, StoreContracts contracts) => builder.UseSqlite(_file.Path, contracts);

    protected override IServiceProvider Build(IServiceCollection services) => services.BuildServiceProvider();
}

public sealed class SqliteConformanceCoverageTests : ConformanceCoverageTests;
