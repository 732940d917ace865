using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using SlackOAuth.Tool.Tests.Support;
using StackExchange.Redis;

namespace SlackOAuth.Tool.Tests.Commands;

public sealed class DoctorTests(ToolRedis redis, ToolPostgreSql postgreSql, ToolMongoDB mongoDB, ToolDynamoDB dynamoDB) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _name = TemporaryFolder.UniqueName();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_store_is_well_and_nothing_of_the_doctors_stays()
    {
        var store = $"file:{_folder.At("data")}";
        await Workspaces.FillAsync(store);
        var before = Entries();
        var run = await DoctorAsync(store);
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        AssertWell(run, "rights", "room");
        Assert.Equal([.. before, _folder.At("data/.oauth-states")], Entries().Where(entry => !entry.Contains("/.locks", StringComparison.Ordinal)));

        string[] Entries() => [.. Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories)
            .Where(entry => !entry.Contains("/.locks", StringComparison.Ordinal)).Order(StringComparer.Ordinal).OrderBy(entry => entry.EndsWith(".oauth-states", StringComparison.Ordinal))];
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Files_that_others_may_read_are_warned_of()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        await Workspaces.FillAsync($"file:{_folder.At("data")}");
        File.SetUnixFileMode(_folder.At("data"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        Assert.Contains("its files are the owner's alone", (await DoctorAsync($"file:{_folder.At("data")}")).Out, StringComparison.Ordinal);
        File.SetUnixFileMode(
            Directory.EnumerateFiles(_folder.At("data"), "bot-latest", SearchOption.AllDirectories).First(),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains("warn  rights       mode 640", (await DoctorAsync($"file:{_folder.At("data")}")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_SQLite_file_is_well()
    {
        var store = $"sqlite:{_folder.At("x.db")}";
        await Workspaces.FillAsync(store);
        var run = await DoctorAsync(store);
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        AssertWell(run, "persistence", "rights", "integrity");
        Assert.Equal(4, (await ToolRun.RunAsync("list", store)).Lines.Length);
        Assert.Contains("removed 0 expired states", (await ToolRun.RunAsync("purge", store, "--client-id", "slackoauth-doctor")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("sqlite")]
    public async Task What_is_not_there_is_not_reached_and_not_made(string scheme)
    {
        var run = await DoctorAsync($"{scheme}:{_folder.At("missing")}");
        Assert.Equal(ExitCodes.Problems, run.ExitCode);
        Assert.StartsWith("fail  reached", Assert.Single(run.Lines), StringComparison.Ordinal);
        Assert.False(Path.Exists(_folder.At("missing")));
    }

    [Fact]
    public async Task Redis_is_well_but_for_what_a_server_of_tests_does_not_keep()
    {
        var connection = await redis.GetConnectionStringAsync();
        var run = await DoctorAsync($"redis:{connection}", "--set", $"KeyPrefix={_name}:");
        AssertWell(run, "clock", "eviction");
        Assert.Contains("  persistence  ", run.Out, StringComparison.Ordinal);
        await using var multiplexer = await ConnectionMultiplexer.ConnectAsync(connection);
        var left = new List<string>();
        await foreach (var key in multiplexer.GetServers()[0].KeysAsync(pattern: $"{_name}:*"))
        {
            left.Add(key.ToString());
        }

        // A consumed or abandoned state is the engine's to remove; of installations nothing stays.
        Assert.DoesNotContain(left, key => key.Contains("DOCTOR", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_Redis_that_keeps_and_evicts_wrongly_is_found_out()
    {
        await using var own = await redis.StartContainerAsync(engine => engine with
        {
            Command = [.. engine.Command, "--save", "", "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"],
        });
        var run = await DoctorAsync($"redis:{own.ConnectionString}");
        Assert.Equal(ExitCodes.Problems, run.ExitCode);
        Assert.Contains("fail  persistence  neither append-only file nor snapshots", run.Out, StringComparison.Ordinal);
        Assert.Contains("fail  eviction     allkeys-lru at 100 MB", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Redis_that_does_not_tell_its_settings_is_examined_as_far_as_it_goes()
    {
        await using var own = await redis.StartContainerAsync();
        await own.ExecuteAsync("redis-cli", "ACL", "SETUSER", "app", "on", ">pw", "~*", "&*", "+@all", "-info");
        var run = await DoctorAsync($"redis:{own.ConnectionString},user=app,password=pw");
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        AssertWell(run, "clock");
        Assert.Contains("ok    reached      Redis, which does not tell this user its version at ", run.Out, StringComparison.Ordinal);
        Assert.Contains("warn  persistence  the engine does not tell this user. Allow it INFO, ", run.Out, StringComparison.Ordinal);
        Assert.Contains("warn  eviction     the engine does not tell this user. Allow it INFO, ", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Redis_without_a_primary_is_not_reached()
    {
        await using var own = await redis.StartContainerAsync(engine => engine with { Command = [.. engine.Command, "--replicaof", "127.0.0.1", "1"] });
        var run = await DoctorAsync($"redis:{own.ConnectionString}");
        Assert.Equal(ExitCodes.Problems, run.ExitCode);
        Assert.Contains("fail  reached      Redis could not be reached, or no server that the connection names is a primary", Assert.Single(run.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_fails_while_it_is_measured_is_found_out()
    {
        var store = $"sqlite:{_folder.At("x.db")}";
        await Workspaces.FillAsync(store);
        var time = new HookedTime(() =>
        {
            using var connection = new SqliteConnection($"Data Source={_folder.At("x.db")};Pooling=false");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "DROP TABLE IF EXISTS slack_workspaces";
            command.ExecuteNonQuery();
        });
        var run = await ToolRun.RunAsync([], answer: null, isTerminal: false, time, "doctor", store, "--output", "json");
        Assert.Equal(ExitCodes.Problems, run.ExitCode);
        Assert.Equal(["ok prepared", "fail latency", "ok integrity"], JsonElement.Parse(run.Out).EnumerateArray()
            .Select(check => $"{check.GetProperty("status")} {check.GetProperty("check")}")
            .Where(check => check.EndsWith("prepared", StringComparison.Ordinal) || check.EndsWith("latency", StringComparison.Ordinal) || check.EndsWith("integrity", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_the_doctor_cannot_remove_does_not_hide_what_it_found()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has another limit of a path.");
        await Workspaces.FillAsync($"file:{_folder.At("data")}");
        var own = Directory.CreateDirectory(_folder.At("data/~" + Convert.ToHexStringLower(SHA256.HashData("slackoauth-doctor"u8)))).FullName;

        // Two that fit a path each, and none together: nobody removes the inner one by its path, root neither.
        var name = string.Join('/', Enumerable.Repeat(new string('x', 200), 12));
        Directory.CreateDirectory(Path.Combine(own, name));
        Directory.CreateDirectory(_folder.At("inner/" + name));
        var deep = Path.Combine(own, name, "inner");
        Directory.Move(_folder.At("inner"), deep);
        try
        {
            var run = await DoctorAsync($"file:{_folder.At("data")}", "--output", "json");
            Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Error));
            Assert.Contains(JsonElement.Parse(run.Out).EnumerateArray(), check => check.GetProperty("check").GetString() == "room");
            Assert.True(Directory.Exists(deep));
        }
        finally
        {
            Directory.Move(deep, _folder.At("inner"));
        }
    }

    [Fact]
    public async Task PostgreSQL_is_not_prepared_and_then_well()
    {
        var store = $"postgres:{await postgreSql.GetConnectionStringAsync()}";
        var settings = new[] { "--set", $"TablePrefix={_name}_" };
        var unprepared = await DoctorAsync([store, .. settings]);
        Assert.Equal(ExitCodes.Problems, unprepared.ExitCode);
        Assert.Contains("fail  prepared     a table of the store is missing. Run the script that 'slackoauth schema postgres' prints", unprepared.Out, StringComparison.Ordinal);
        Assert.Contains("ok    persistence", unprepared.Out, StringComparison.Ordinal);

        await Workspaces.FillAsync(store, [settings[1]]);
        var run = await DoctorAsync([store, .. settings]);
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        AssertWell(run, "clock", "persistence");
        Assert.Equal(4, (await ToolRun.RunAsync(["list", store, .. settings])).Lines.Length);
    }

    [Fact]
    public async Task MongoDB_is_well_but_for_its_index_until_it_is_prepared()
    {
        var store = $"mongodb:{await mongoDB.GetConnectionStringAsync()}";
        var settings = new[] { "--set", $"CollectionPrefix={_name}_" };
        var unprepared = await DoctorAsync([store, .. settings]);
        Assert.Contains("warn  expiry       no index removes expired states", unprepared.Out, StringComparison.Ordinal);

        var run = await DoctorAsync([store, .. settings, "--set", "PrepareOnFirstUse=true"]);
        AssertWell(run, "expiry");
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
    }

    [Fact]
    public async Task DynamoDB_is_not_prepared_and_then_well()
    {
        var settings = new[] { "--set", $"ServiceUrl={await dynamoDB.GetConnectionStringAsync()}", "--set", "Region=us-east-1" };
        var unprepared = await DoctorAsync([$"dynamodb:{_name}", .. settings]);
        Assert.Equal(ExitCodes.Problems, unprepared.ExitCode);
        Assert.Contains($"ok    reached      DynamoDB, without a table {_name}", unprepared.Out, StringComparison.Ordinal);
        Assert.Contains("fail  prepared", unprepared.Out, StringComparison.Ordinal);

        var run = await DoctorAsync([$"dynamodb:{_name}", .. settings, "--set", "PrepareOnFirstUse=true"]);
        AssertWell(run, "expiry");
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
    }

    [Fact]
    public async Task JSON_has_a_check_for_each_line()
    {
        var store = $"sqlite:{_folder.At("x.db")}";
        await Workspaces.FillAsync(store);
        using var document = JsonDocument.Parse((await DoctorAsync(store, "--output", "json")).Out);
        Assert.All(document.RootElement.EnumerateArray(), check => Assert.Matches("^(ok|warn|fail)$", check.GetProperty("status").GetString()));
        Assert.Equal("reached", document.RootElement[0].GetProperty("check").GetString());
    }

    /// <summary>By the real clock, which the engines go by.</summary>
    private static Task<ToolRun> DoctorAsync(params string[] args) => ToolRun.RunAsync([], answer: null, isTerminal: false, TimeProvider.System, ["doctor", .. args]);

    private static void AssertWell(ToolRun run, params IEnumerable<string> checks) => Assert.All(
        (string[])["reached", "prepared", "privileges", .. checks],
        check => Assert.Contains(run.Lines, line => line.StartsWith($"ok    {check} ", StringComparison.Ordinal)));

    /// <summary>The system's clock, which does something before it is read for a measurement.</summary>
    private sealed class HookedTime(Action before) : TimeProvider
    {
        public override long GetTimestamp()
        {
            before();
            return base.GetTimestamp();
        }
    }
}
