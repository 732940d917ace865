using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Stores;
using SlackOAuth.Tool.Tests.Copying;
using SlackOAuth.Tool.Tests.Support;

namespace SlackOAuth.Tool.Tests.Commands;

public sealed class CopyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _from;
    private readonly string _to;

    public CopyTests() => (_from, _to) = ($"sqlite:{_folder.At("from.db")}", $"sqlite:{_folder.At("to.db")}");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_is_copied_compared_and_summed_up_without_a_secret()
    {
        await FillAsync(_from, "1.1");
        await FillAsync(_from, "2.2");

        var copy = await RunAsync("copy", "--from", _from, "--to", _to);
        var again = await RunAsync("copy", "--from", _from, "--to", _to);
        var proof = await RunAsync("verify", "--from", _from, "--to", _to);

        Assert.Equal(
            [$"Copied {_from} to {_to}: 0s, 0 records/s.", "  read               6", "  written            6", "  refused            0"],
            copy.Lines);
        Assert.Equal((ExitCodes.Ok, ExitCodes.Ok), (copy.ExitCode, again.ExitCode));
        Assert.Contains("  skipped            6  the destination has the same", again.Lines);
        Assert.Equal((ExitCodes.Ok, $"{_from} and {_to} hold the same: 6 records, compared in 0s."), (proof.ExitCode, proof.Lines[0]));
    }

    [Fact]
    public async Task Custom_values_as_deep_as_a_store_takes_them_are_copied_and_compared()
    {
        const int Levels = 64;
        var options = new JsonDocumentOptions { MaxDepth = Levels };
        var (here, there) = (Nested("1"), Nested("2"));
        await SaveAsync(_from, here);

        var copy = await RunAsync("copy", "--from", _from, "--to", _to);
        var same = await RunAsync("verify", "--from", _from, "--to", _to);
        await SaveAsync(_to, there);
        var different = await RunAsync("verify", "--from", _from, "--to", _to);

        Assert.Equal((ExitCodes.Ok, ExitCodes.Ok, ExitCodes.Problems), (copy.ExitCode, same.ExitCode, different.ExitCode));
        Assert.Contains("    the bot in T1 of E1, app 1.1: differs in custom_values", different.Lines);

        JsonElement Nested(string innermost) => JsonElement.Parse($"{{\"a\":{new string('[', Levels - 1)}{innermost}{new string(']', Levels - 1)}}}", options);

        static async Task SaveAsync(string notation, JsonElement customValues)
        {
            await using var store = Open(notation, "1.1");
            await store.Installations.SaveBotAsync(Records.Bot("T1", 1) with { CustomValues = customValues }, Cancellation);
        }
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_and_writes_nothing()
    {
        await FillAsync(_from, "1.1");
        await FillAsync(_to, "other");

        var run = await RunAsync("copy", "--from", _from, "--to", _to, "--dry-run");

        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Equal($"Would copy {_from} to {_to}: 0s, 0 records/s; nothing was written.", run.Lines[0]);
        Assert.Contains("  written            3", run.Lines);
        await using var destination = Open(_to, "1.1");
        Assert.Equal(0, await destination.Listing.ListBotsAsync(Cancellation).CountAsync(Cancellation));
    }

    [Fact]
    public async Task Apps_are_copied_by_their_names()
    {
        await FillAsync(_from, "1.1");
        await FillAsync(_from, "2.2");

        await RunAsync("copy", "--from", _from, "--to", _to, "--client-id", "2.2");
        var all = await RunAsync("verify", "--from", _from, "--to", _to);
        var one = await RunAsync("verify", "--from", _from, "--to", _to, "--client-id", "2.2");

        Assert.Equal((ExitCodes.Problems, ExitCodes.Ok), (all.ExitCode, one.ExitCode));
        Assert.Contains("  only in the source                 3", all.Lines);
        Assert.Contains("    the bot in T1 of E1, app 1.1: only in the source", all.Lines);
    }

    [Fact]
    public async Task What_differs_and_nothing_decides_stays_and_ends_with_1_until_it_is_overwritten()
    {
        await FillAsync(_from, "1.1");
        await FillAsync(_to, "1.1", tag: "there");

        var copy = await RunAsync("copy", "--from", _from, "--to", _to);
        var proof = await RunAsync("verify", "--from", _from, "--to", _to);
        var overwriting = await RunAsync("copy", "--from", _from, "--to", _to, "--overwrite", "--output", "json");

        Assert.Equal((ExitCodes.Problems, ExitCodes.Problems, ExitCodes.Ok), (copy.ExitCode, proof.ExitCode, overwriting.ExitCode));
        Assert.Contains(copy.Lines, line => line.StartsWith("  differs            3  nothing tells which is newer", StringComparison.Ordinal));
        Assert.Contains("    the bot in T1 of E1, app 1.1: differs in bot_token, bot_refresh_token", proof.Lines);
        Assert.Equal(3, JsonElement.Parse(overwriting.Out).GetProperty("updated").GetInt32());
        Assert.Equal(ExitCodes.Ok, (await RunAsync("verify", "--from", _from, "--to", _to)).ExitCode);
    }

    [Fact]
    public async Task What_another_SDK_left_is_copied_and_what_is_damaged_is_named()
    {
        var folder = Directory.CreateDirectory(_folder.At("bolt/1.1/E1-T1")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "bot-latest"), StoreJson.Serialize(Records.Bot("T1", 1)), Cancellation);
        await File.WriteAllBytesAsync(Path.Combine(folder, "installer-U1-latest"), StoreJson.Serialize(Records.Installation("T1", "U1", 1)), Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "installer-U2-latest"), $"{{\"user_token\": \"{Records.SecretWord}", Cancellation);

        var run = await RunAsync("copy", "--from", $"bolt-python:{_folder.At("bolt")}", "--to", _to, "--output", "json");

        Assert.Equal(ExitCodes.Problems, run.ExitCode);
        var summary = JsonElement.Parse(run.Out);
        Assert.Equal((2, 1), (summary.GetProperty("written").GetInt32(), summary.GetProperty("refused").GetInt32()));
        Assert.Contains("installer-U2-latest", summary.GetProperty("refusals")[0].GetProperty("where").GetString(), StringComparison.Ordinal);
        var proof = await RunAsync("verify", "--from", $"bolt-python:{_folder.At("bolt")}", "--to", _to);
        Assert.Equal(ExitCodes.Problems, proof.ExitCode);
        Assert.Contains("  unreadable                         1", proof.Lines);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("sqlite")]
    public async Task What_a_store_holds_damaged_is_named_and_the_rest_is_copied_and_compared(string engine)
    {
        var from = engine == "file" ? $"file:{_folder.At("data")}" : _from;
        await FillAsync(from, "1.1");
        await using (var app = Open(from, "1.1"))
        {
            await app.Installations.SaveAsync(Records.Installation("T2", "U1", 1), Cancellation);
        }

        if (engine == "file")
        {
            await File.WriteAllTextAsync(_folder.At("data/1.1/E1-T1/installer-U1-latest"), $"{{\"user_token\": \"{Records.SecretWord}", Cancellation);
            await File.WriteAllTextAsync(_folder.At("data/1.1/E1-T2/bot-latest"), "{", Cancellation);
        }
        else
        {
            await using var file = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder.At("from.db")};Pooling=False");
            await file.OpenAsync(Cancellation);
            await using var command = file.CreateCommand();
            command.CommandText = "UPDATE slack_installations SET document = SUBSTR(document, 1, 40) WHERE user_id = 'U1' AND document LIKE '%T1%'; UPDATE slack_workspaces SET bot = '{' WHERE team_id = 'T2'";
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        var copy = await RunAsync("copy", "--from", from, "--to", _to);
        var json = await RunAsync("copy", "--from", from, "--to", _to, "--output", "json");
        var proof = await RunAsync("verify", "--from", from, "--to", _to);

        Assert.Equal((ExitCodes.Problems, ExitCodes.Problems, ExitCodes.Problems), (copy.ExitCode, json.ExitCode, proof.ExitCode));
        Assert.Contains("  read               5", copy.Lines);
        Assert.Contains("  written            2", copy.Lines);
        Assert.Contains("  refused            3", copy.Lines);
        foreach (var name in (string[])["the installation of U1 in T1 of E1, app 1.1", "the bot in T2 of E1, app 1.1", "the installation of U1 in T2 of E1, app 1.1"])
        {
            Assert.Contains(copy.Lines, line => line.StartsWith($"    {name}: ", StringComparison.Ordinal) && line.Contains("again", StringComparison.Ordinal));
            Assert.Contains(JsonElement.Parse(json.Out).GetProperty("refusals").EnumerateArray(), refusal => refusal.GetProperty("where").GetString() == name);
        }

        Assert.Contains("  same                               2", proof.Lines);
        Assert.Contains("  only in the destination            0", proof.Lines);
        Assert.Contains("  unreadable                         3", proof.Lines);
        Assert.DoesNotContain(Records.SecretWord, copy.All + json.All + proof.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_source_cannot_read_is_not_said_to_be_only_in_the_destination()
    {
        var folder = Directory.CreateDirectory(_folder.At("bolt/1.1/E1-T1")).FullName;
        await FillAsync(_to, "1.1");
        await File.WriteAllBytesAsync(Path.Combine(folder, "installer-U1-latest"), StoreJson.Serialize(Records.Installation("T1", "U1", 1, "here").WithBot(null)), Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "installer-U2-latest"), "{", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "bot-latest"), "{", Cancellation);

        var proof = await RunAsync("verify", "--from", $"bolt-python:{_folder.At("bolt")}", "--to", _to);

        Assert.Equal(ExitCodes.Problems, proof.ExitCode);
        Assert.Contains("  same                               1", proof.Lines);
        Assert.Contains("  only in the destination            0", proof.Lines);
        Assert.Contains("  unreadable                         2", proof.Lines);
    }

    [Fact]
    public async Task Tokens_are_decrypted_with_the_keys_of_one_side_and_encrypted_with_those_of_the_other_history_included()
    {
        var (oldKeys, newKeys) = (Keys("old"), Keys("new"));
        await using (var source = Open(_from, "1.1", oldKeys, history: 10))
        {
            for (var at = 1; at <= 3; at++)
            {
                await source.Installations.SaveAsync(Records.Installation("T1", "U1", at, "v" + at), Cancellation);
            }
        }

        var copy = await RunAsync("copy", "--from", _from, "--from-keys", oldKeys, "--to", _to, "--to-keys", newKeys, "--history", "10", "--output", "json");
        var proof = await RunAsync("verify", "--from", _from, "--from-keys", oldKeys, "--to", _to, "--to-keys", newKeys);

        Assert.Equal((ExitCodes.Ok, ExitCodes.Ok), (copy.ExitCode, proof.ExitCode));
        var summary = JsonElement.Parse(copy.Out);
        Assert.Equal((2, 4), (summary.GetProperty("written").GetInt32(), summary.GetProperty("updated").GetInt32()));
        await using (var destination = Open(_to, "1.1", newKeys, history: 10))
        {
            var bots = await destination.History.ListBotHistoryAsync(Records.Workspace("T1"), Cancellation).ToArrayAsync(Cancellation);
            var installations = await destination.History.ListInstallationHistoryAsync(Records.Workspace("T1"), "U1", Cancellation).ToArrayAsync(Cancellation);
            Assert.Equal([Records.Bot("T1", 3, "v3"), Records.Bot("T1", 2, "v2"), Records.Bot("T1", 1, "v1")], bots);
            Assert.Equal(
                Enumerable.Range(1, 3).Reverse().Select(at => Records.Installation("T1", "U1", at, "v" + at).WithBot(null)),
                installations.Select(installation => installation.WithBot(null)));
        }

        await using (var wrong = Open(_to, "1.1", oldKeys))
        {
            await Assert.ThrowsAsync<SlackOAuthStoreException>(() => wrong.Installations.FindBotAsync(Records.Workspace("T1"), Cancellation).AsTask());
        }

        await using (var bare = Open(_to, "1.1"))
        {
            Assert.StartsWith("protected:", (await bare.Installations.FindBotAsync(Records.Workspace("T1"), Cancellation))!.BotToken, StringComparison.Ordinal);
        }

        Assert.All(
            Directory.EnumerateFiles(_folder.Path, "to.db*"),
            path => Assert.DoesNotContain(Records.SecretWord, File.ReadAllText(path), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_encrypted_already_is_refused_by_name_and_not_encrypted_again(bool isDryRun)
    {
        var (oldKeys, newKeys) = (Keys("old"), Keys("new"));
        await using (var source = Open(_from, "1.1", oldKeys))
        {
            await source.Installations.SaveAsync(Records.Installation("T1", "U1", 1), Cancellation);
            await source.Installations.SaveAsync(
                new() { TeamId = "T1", EnterpriseId = "E1", UserId = "U2", IncomingWebhookConfigurationUrl = $"https://example.com/{Records.SecretWord}", InstalledAt = Records.At(1) },
                Cancellation);
        }

        await using (var source = Open(_from, "1.1"))
        {
            await source.Installations.SaveAsync(Records.Installation("T2", "U3", 1), Cancellation);
        }

        var copy = await RunAsync(["copy", "--from", _from, "--to", _to, "--to-keys", newKeys, .. isDryRun ? (string[])["--to-set", "PrepareOnFirstUse=true", "--dry-run"] : []]);

        Assert.Equal(ExitCodes.Problems, copy.ExitCode);
        Assert.Contains("  written            2", copy.Lines);
        Assert.Contains("  refused            3", copy.Lines);
        Assert.Equal(
            ["the bot in T1", "the installation of U1 in T1", "the installation of U2 in T1"],
            copy.Lines.Where(line => line.Contains("--from-keys", StringComparison.Ordinal)).Select(line => line.Trim()[..line.Trim().IndexOf(" of E1, app 1.1: ", StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
        await using var destination = Open(_to, "1.1", newKeys);
        Assert.Equal(isDryRun ? 0 : 1, await destination.Listing.ListInstallationsAsync(Cancellation).CountAsync(Cancellation));
    }

    [Fact]
    public async Task Keys_of_what_another_SDK_left_are_an_error()
    {
        var run = await RunAsync("copy", "--from", $"bolt-python:{_folder.Path}", "--from-keys", Keys("keys"), "--to", _to);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("--from-keys says nothing of what another SDK left", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_keys_of_either_side_ciphertext_is_copied_as_it_is()
    {
        var keys = Keys("keys");
        await using (var source = Open(_from, "1.1", keys))
        {
            await source.Installations.SaveAsync(Records.Installation("T1", "U1", 1), Cancellation);
        }

        var copy = await RunAsync("copy", "--from", _from, "--to", _to);

        Assert.Equal(ExitCodes.Ok, copy.ExitCode);
        await using var destination = Open(_to, "1.1", keys);
        Assert.Equal(Records.Bot("T1", 1), await destination.Installations.FindBotAsync(Records.Workspace("T1"), Cancellation));
    }

    [Fact]
    public async Task A_record_whose_key_is_gone_is_refused_by_name_and_the_rest_goes_on()
    {
        var (lost, kept) = (Keys("lost"), Keys("kept"));
        await using (var store = Open(_from, "1.1", lost))
        {
            await store.Installations.SaveBotAsync(Records.Bot("T2", 1), Cancellation);
            await store.Installations.SaveAsync(Records.Installation("T2", "U2", 1).WithBot(null), Cancellation);
        }

        await using (var store = Open(_from, "1.1", kept))
        {
            foreach (var team in (string[])["T1", "T3"])
            {
                await store.Installations.SaveAsync(Records.Installation(team, "U1", 1), Cancellation);
            }
        }

        var copy = await RunAsync("copy", "--from", _from, "--from-keys", kept, "--to", _to);
        var proof = await RunAsync("verify", "--from", _from, "--from-keys", kept, "--to", _to);

        Assert.Equal((ExitCodes.Problems, ExitCodes.Problems), (copy.ExitCode, proof.ExitCode));
        Assert.Contains("  written            4", copy.Lines);
        Assert.Contains("  refused            2", copy.Lines);
        Assert.Contains(copy.Lines, line => line.StartsWith("    the bot in T2 of E1, app 1.1: ", StringComparison.Ordinal) && line.Contains("cannot be decrypted", StringComparison.Ordinal));
        Assert.Contains(copy.Lines, line => line.StartsWith("    the installation of U2 in T2 of E1, app 1.1: ", StringComparison.Ordinal));
        Assert.Contains("  same                               4", proof.Lines);
        Assert.Contains("  unreadable                         2", proof.Lines);
    }

    [Fact]
    public async Task Without_a_history_only_the_current_records_are_copied()
    {
        await using (var source = Open(_from, "1.1", history: 10))
        {
            await source.Installations.SaveAsync(Records.Installation("T1", "U1", 1, "old"), Cancellation);
            await source.Installations.SaveAsync(Records.Installation("T1", "U1", 2, "new"), Cancellation);
        }

        var copy = await RunAsync("copy", "--from", _from, "--from-set", "HistoryEnabled=true", "--to", _to, "--to-set", "HistoryEnabled=true", "--output", "json");

        Assert.Equal(2, JsonElement.Parse(copy.Out).GetProperty("read").GetInt32());
        await using var destination = Open(_to, "1.1", history: 10);
        Assert.Equal(1, await destination.History.ListBotHistoryAsync(Records.Workspace("T1"), Cancellation).CountAsync(Cancellation));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("file")]
    public async Task A_copy_that_is_told_nothing_of_a_history_leaves_that_of_the_destination(string scheme)
    {
        var to = $"{scheme}:{_folder.At("kept")}";
        await using (var app = Open(to, "1.1", history: 10))
        {
            for (var at = 1; at <= 3; at++)
            {
                await app.Installations.SaveAsync(Records.Installation("T1", "U1", at, "v" + at), Cancellation);
            }
        }

        await using (var source = Open(_from, "1.1"))
        {
            await source.Installations.SaveAsync(Records.Installation("T1", "U1", 4, "v4"), Cancellation);
            await source.Installations.SaveAsync(Records.Installation("T1", "U2", 4, "v4"), Cancellation);
            await source.Installations.SaveAsync(Records.Installation("T2", "U1", 4, "v4"), Cancellation);
        }

        var copy = await RunAsync("copy", "--from", _from, "--to", to);

        Assert.Equal(ExitCodes.Ok, copy.ExitCode);
        await using var destination = Open(to, "1.1", history: 10);
        Assert.Equal(4, await destination.History.ListBotHistoryAsync(Records.Workspace("T1"), Cancellation).CountAsync(Cancellation));
        Assert.Equal(5, await destination.History.ListInstallationHistoryAsync(Records.Workspace("T1"), null, Cancellation).CountAsync(Cancellation));
        Assert.Equal(1, await destination.History.ListBotHistoryAsync(Records.Workspace("T2"), Cancellation).CountAsync(Cancellation));
    }

    [Fact]
    public async Task A_history_that_comes_after_the_current_records_is_counted_and_not_called_newer()
    {
        await using (var source = Open(_from, "1.1", history: 10))
        {
            for (var at = 1; at <= 3; at++)
            {
                await source.Installations.SaveBotAsync(Records.Bot("T1", at, "v" + at), Cancellation);
            }
        }

        await RunAsync("copy", "--from", _from, "--to", _to);
        var late = await RunAsync("copy", "--from", _from, "--to", _to, "--history", "10");

        Assert.Contains(late.Lines, line => line.StartsWith("  skipped            2  older ones that the destination lacks", StringComparison.Ordinal));
        Assert.Contains("  skipped            1  the destination has the same", late.Lines);
    }

    [Fact]
    public async Task What_the_destination_holds_damaged_is_mended()
    {
        await FillAsync(_from, "1.1");
        var to = $"file:{_folder.At("damaged")}";
        await FillAsync(to, "1.1");
        await File.WriteAllTextAsync(_folder.At("damaged/1.1/E1-T1/installer-U1-latest"), "{", Cancellation);

        var dryRun = await RunAsync("copy", "--from", _from, "--to", to, "--dry-run");
        var copy = await RunAsync("copy", "--from", _from, "--to", to);

        Assert.Equal((ExitCodes.Ok, ExitCodes.Ok), (dryRun.ExitCode, copy.ExitCode));
        Assert.Contains("  mended             1  the destination's could not be read", dryRun.Lines);
        Assert.Contains("  mended             1  the destination's could not be read", copy.Lines);
        Assert.Equal(ExitCodes.Ok, (await RunAsync("verify", "--from", _from, "--to", to)).ExitCode);
    }

    [Fact]
    public async Task What_the_destination_holds_in_plain_is_named_and_encrypted()
    {
        var keys = Keys("keys");
        await FillAsync(_from, "1.1");
        await FillAsync(_to, "1.1");

        var before = await RunAsync("verify", "--from", _from, "--to", _to, "--to-keys", keys);
        var copy = await RunAsync("copy", "--from", _from, "--to", _to, "--to-keys", keys);
        var after = await RunAsync("verify", "--from", _from, "--to", _to, "--to-keys", keys);

        Assert.Equal((ExitCodes.Problems, ExitCodes.Ok, ExitCodes.Ok), (before.ExitCode, copy.ExitCode, after.ExitCode));
        Assert.Contains("  not encrypted                      3", before.Lines);
        Assert.Contains("  mended             3  the destination's was not encrypted", copy.Lines);
        await using var bare = Open(_to, "1.1");
        Assert.StartsWith("protected:", (await bare.Installations.FindBotAsync(Records.Workspace("T1"), Cancellation))!.BotToken, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_destination_that_does_not_work_ends_with_3_and_says_that_the_next_run_goes_on()
    {
        await FillAsync(_from, "1.1");

        var run = await RunAsync("copy", "--from", _from, "--to", $"sqlite:{_folder.At("no-such-folder/x.db")}");

        Assert.Equal(ExitCodes.StoreFailure, run.ExitCode);
        Assert.Contains("0 records were done until then, and stay so. Run the same command again: it goes on from there.", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--history", "0")]
    [InlineData("--history", "ten")]
    [InlineData("--concurrency", "0")]
    [InlineData("--concurrency", "2000")]
    public async Task Numbers_are_checked(string option, string value)
    {
        var run = await RunAsync("copy", "--from", _from, "--to", _to, option, value);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_a_bar_is_drawn_beside_the_result()
    {
        await FillAsync(_from, "1.1");

        var run = await ToolRun.RunAsync([], answer: null, isTerminal: true, TimeProvider.System, "copy", "--from", _from, "--to", _to);

        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Contains("Copying", run.Error, StringComparison.Ordinal);
        Assert.Contains("records", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Copying", run.Out, StringComparison.Ordinal);
    }

    private static async Task<ToolRun> RunAsync(params string[] args)
    {
        var run = await ToolRun.RunAsync([.. args, "--verbose"]);
        Assert.DoesNotContain(Records.SecretWord, run.All, StringComparison.Ordinal);
        return run;
    }

    private static async Task FillAsync(string notation, string app, string tag = "here")
    {
        await using var store = Open(notation, app);
        await store.Installations.SaveBotAsync(Records.Bot("T1", 1, tag), Cancellation);
        await store.Installations.SaveAsync(Records.Installation("T1", "U1", 1, tag).WithBot(null), Cancellation);
        await store.Installations.SaveAsync(Records.Installation("T1", "U2", 1, tag).WithBot(null), Cancellation);
    }

    private static OpenedStore Open(string notation, string app, string? keys = null, int? history = null) =>
        OpenedStore.Open(new StoreLocation { Notation = StoreNotation.Parse(notation, _ => null), Prepares = true, KeyFolder = keys, HistoryLength = history }, app);

    private string Keys(string name)
    {
        var folder = Directory.CreateDirectory(_folder.At(name)).FullName;
        using var services = new ServiceCollection().AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(folder)).Services.BuildServiceProvider();
        services.GetRequiredService<IDataProtectionProvider>().CreateProtector("make a key").Protect([1]);
        return folder;
    }
}
