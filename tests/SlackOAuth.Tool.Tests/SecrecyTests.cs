using SlackOAuth.Tool.Output;
using SlackOAuth.Tool.Tests.Support;

namespace SlackOAuth.Tool.Tests;

/// <summary>No output of any command holds a secret: neither a stored one nor one of a connection.</summary>
public sealed class SecrecyTests(ToolRedis redis, ToolPostgreSql postgreSql, ToolMongoDB mongoDB) : IDisposable
{
    private const string Password = "p@ss;w0rd=s3cr3t";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task No_command_shows_what_is_stored()
    {
        var (file, sqlite) = ($"file:{_folder.At("data")}", $"sqlite:{_folder.At("x.db")}");
        foreach (var store in (string[])[file, sqlite])
        {
            await Workspaces.FillAsync(store, ["HistoryEnabled=true"]);
            foreach (var args in (string[][])[["list", store], ["show", "T1", "--store", store], ["doctor", store], ["purge", store], ["delete", "T1", "--store", store, "--yes"]])
            {
                foreach (var output in new[] { "text", "json" })
                {
                    var run = await ToolRun.RunAsync([.. args, "--verbose", "--output", output]);
                    Assert.Equal(ExitCodes.Ok, run.ExitCode);
                    Assert.NotEmpty(run.Out);
                    Assert.All(Workspaces.Secrets, secret => Assert.DoesNotContain(secret, run.All, StringComparison.Ordinal));
                }
            }
        }
    }

    [Fact]
    public async Task A_damaged_record_is_reported_without_its_content()
    {
        await Workspaces.FillAsync($"file:{_folder.At("data")}");
        foreach (var path in Directory.EnumerateFiles(_folder.At("data"), "*-latest", SearchOption.AllDirectories))
        {
            await File.WriteAllTextAsync(path, $"{{ \"bot_token\": \"{Workspaces.Secrets[0]}\", broken", TestContext.Current.CancellationToken);
        }

        var run = await ToolRun.RunAsync("show", "T1", "--store", $"file:{_folder.At("data")}", "--client-id", Workspaces.ClientId, "--verbose");
        Assert.Equal(ExitCodes.StoreFailure, run.ExitCode);
        Assert.DoesNotContain(Workspaces.Secrets[0], run.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_of_PostgreSQL_is_not_repeated()
    {
        var builder = new Npgsql.NpgsqlConnectionStringBuilder(await postgreSql.GetConnectionStringAsync()) { Password = Password };
        await AssertSecretAsync($"postgres:{builder.ConnectionString}");
    }

    [Fact]
    public async Task A_wrong_password_of_Redis_is_not_repeated() =>
        await AssertSecretAsync($"redis:{await redis.GetConnectionStringAsync()},password={Password},connectTimeout=2000");

    [Fact]
    public async Task A_wrong_password_of_MongoDB_is_not_repeated()
    {
        var server = new Uri(await mongoDB.GetConnectionStringAsync());
        await AssertSecretAsync($"mongodb://user:{Uri.EscapeDataString(Password)}@{server.Authority}/app?serverSelectionTimeoutMS=2000");
    }

    [Fact]
    public Task A_SQL_Server_that_is_not_there_repeats_no_password() =>
        AssertSecretAsync($"sqlserver:Server=127.0.0.1,1;User ID=sa;Password='{Password}';Connect Timeout=1;ConnectRetryCount=0");

    [Fact]
    public void The_redactor_takes_out_what_a_driver_repeats()
    {
        var redactor = new Redactor();
        redactor.Add(["Host=db;Password=abc", "abc", "p@ss"]);
        Assert.Equal("*** / *** / ***", redactor.Redact("Host=db;Password=abc / abc / p%40ss"));
    }

    /// <summary>Fails, or where the server takes any password succeeds, and shows nothing of it in either case.</summary>
    private static async Task AssertSecretAsync(string store)
    {
        var environment = new Dictionary<string, string> { ["STORE"] = store };
        foreach (var args in (string[][])[["list", "env:STORE", "--client-id", "1"], ["list", "env:STORE"], ["doctor", "env:STORE"], ["purge", "env:STORE", "--client-id", "1"]])
        {
            var run = await ToolRun.RunAsync(environment, [.. args, "--verbose"]);
            Assert.NotEmpty(run.All);
            foreach (var secret in new[] { Password, Uri.EscapeDataString(Password), "w0rd=s3cr3t", "s3cr3t" })
            {
                Assert.DoesNotContain(secret, run.All, StringComparison.Ordinal);
            }
        }
    }
}
