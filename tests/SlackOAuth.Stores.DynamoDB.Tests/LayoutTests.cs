using System.Net;
using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace SlackOAuth.Stores.DynamoDB.Tests;

/// <summary>The table and the items that the README shows.</summary>
public sealed class LayoutTests(DynamoDBServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_prepared_is_what_the_template_says_and_the_README_shows()
    {
        await using var scope = await OpenAsync();
        await scope.Installations.PrepareAsync(Token);
        var table = (await scope.Client.DescribeTableAsync(scope.Name, Token)).Table;
        var expiry = (await scope.Client.DescribeTimeToLiveAsync(scope.Name, Token)).TimeToLiveDescription;
        var template = new StringBuilder(
            $"""
                Properties:
                  TableName: {table.TableName}
                  BillingMode: {table.BillingModeSummary.BillingMode}
                  AttributeDefinitions:

            """);
        foreach (var attribute in table.AttributeDefinitions.OrderBy(attribute => attribute.AttributeName, StringComparer.Ordinal))
        {
            template.Append($"        - AttributeName: {attribute.AttributeName}\n          AttributeType: {attribute.AttributeType}\n");
        }

        template.Append("      KeySchema:\n");
        foreach (var key in table.KeySchema)
        {
            template.Append($"        - AttributeName: {key.AttributeName}\n          KeyType: {key.KeyType}\n");
        }

        template.Append($"      TimeToLiveSpecification:\n        AttributeName: {expiry.AttributeName}\n        Enabled: {(expiry.TimeToLiveStatus.Value is "ENABLED" or "ENABLING" ? "true" : "false")}\n");
        Assert.EndsWith(template.ToString().ReplaceLineEndings("\n"), scope.Installations.PreparationScript, StringComparison.Ordinal);
        Assert.Equal(scope.Installations.PreparationScript, scope.States.PreparationScript);

        var readme = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "README.md"), Token);
        var shown = new DynamoDBInstallationStore(Samples.Options(), scope.Client).PreparationScript;
        Assert.Contains($"```yaml\n{shown}```\n", readme, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workspace_is_one_partition()
    {
        await using var scope = await OpenAsync(options => options.HistoryEnabled = true);
        await scope.Installations.SaveAsync(Samples.Installation(1), Token);
        await scope.Installations.SaveAsync(Samples.Installation(2), Token);
        var (first, second) = ("063902822401000000", "063902822402000000");
        var items = await DynamoDBScopes.ItemsAsync(scope.Client, scope.Name).ToDictionaryAsync(item => item["sk"].S, cancellationToken: Token);
        Assert.All(items.Values, item => Assert.Equal("workspace#1.2##T1", item["pk"].S));
        Assert.Equal(["bot", "history", "latest", $"old-bot#{first}", $"old-bot#{second}", $"old-user#{first}#U1", $"old-user#{second}#U1", "user#U1"], items.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(items["user#U1"]["document"].S, items["latest"]["document"].S);
        Assert.DoesNotContain("xoxb", items["user#U1"]["document"].S, StringComparison.Ordinal);
        Assert.Equal([second, first], items["history"]["kept_bots"].L.Select(entry => entry.S));
        await scope.Installations.DeleteAllAsync(Samples.Workspace, Token);
        Assert.Empty(await DynamoDBScopes.ItemsAsync(scope.Client, scope.Name).ToListAsync(Token));
    }

    [Fact]
    public async Task A_state_is_an_item_under_its_hash_that_DynamoDB_removes_a_minute_after_its_lifetime_or_its_use()
    {
        await using var scope = await OpenAsync(options => options.StateLifetime = TimeSpan.FromMinutes(30));
        var before = DateTimeOffset.UtcNow;
        var state = await scope.States.IssueAsync(cancellationToken: Token);
        var issued = Assert.Single(await DynamoDBScopes.ItemsAsync(scope.Client, scope.Name).ToListAsync(Token));
        Assert.Equal("state#" + OAuthState.ComputeKey(state, "1.2", OAuthStatePurpose.Install), issued["pk"].S);
        Assert.All(issued.Values, value => Assert.DoesNotContain(state, value.S ?? value.N, StringComparison.Ordinal));
        var expiry = DateTimeOffset.FromUnixTimeSeconds(long.Parse(issued["expires_at"].N, System.Globalization.CultureInfo.InvariantCulture));
        Assert.InRange(expiry, before.AddMinutes(31), DateTimeOffset.UtcNow.AddMinutes(31).AddSeconds(1));

        await scope.States.ConsumeAsync(state, cancellationToken: Token);
        var claimed = Assert.Single(await DynamoDBScopes.ItemsAsync(scope.Client, scope.Name).ToListAsync(Token));
        expiry = DateTimeOffset.FromUnixTimeSeconds(long.Parse(claimed["expires_at"].N, System.Globalization.CultureInfo.InvariantCulture));
        Assert.InRange(expiry, before.AddMinutes(1).AddSeconds(-1), DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Fact]
    public void Every_id_has_keys_of_its_own_that_DynamoDB_takes()
    {
        string[] ids =
        [
            "T1", "t1", "T1 ", "#", "##", "%", "%23", "%25", "%h", "a#b", "a", "b", "workspace", "state", "🙂", "e\u0301", "é", new('x', 200), new('x', 201), new('x', 255), new('#', 255), new('語', 255), new('語', 254),
            "%h" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(new string('x', 255)))),
        ];
        var partitions = new List<string>();
        foreach (var client in ids)
        {
            var keys = new DynamoDBKeys(client);
            foreach (var workspace in ids.SelectMany(id => new[] { WorkspaceId.ForTeam(id), WorkspaceId.ForEnterprise(id), WorkspaceId.ForTeam(id, "E1"), WorkspaceId.ForTeam(id, id) }))
            {
                partitions.Add(keys.Workspace(workspace));
                Assert.StartsWith(keys.WorkspacePrefix, partitions[^1], StringComparison.Ordinal);
            }
        }

        Assert.Equal(partitions.Count, partitions.Distinct(StringComparer.Ordinal).Count());
        Assert.All(partitions, partition => Assert.InRange(Encoding.UTF8.GetByteCount(partition), 1, 2048));
        var users = ids.Select(DynamoDBKeys.User).ToArray();
        Assert.Equal(users.Length, users.Distinct(StringComparer.Ordinal).Count());
        Assert.All(users, user => Assert.InRange(Encoding.UTF8.GetByteCount(DynamoDBKeys.OldUserPrefix + DynamoDBKeys.HistoryEntry(DynamoDBKeys.Time(DateTimeOffset.MaxValue), user)), 1, 1024));
        Assert.All(users, user => Assert.Single(users, other => DynamoDBKeys.IsOf(DynamoDBKeys.HistoryEntry("1", user), other)));
    }

    [Fact]
    public void Times_are_text_that_sorts_as_they_do()
    {
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        DateTimeOffset[] times = [DateTimeOffset.MinValue, DateTimeOffset.UnixEpoch.AddMicroseconds(-1), DateTimeOffset.UnixEpoch, start, start.AddMicroseconds(1), start.AddHours(1), DateTimeOffset.MaxValue];
        var texts = times.Select(DynamoDBKeys.Time).ToArray();
        Assert.Equal(texts, texts.Order(StringComparer.Ordinal));
        Assert.Equal(texts.Length, texts.Distinct().Count());
        Assert.Equal(DynamoDBKeys.Time(start), DynamoDBKeys.Time(start.ToOffset(TimeSpan.FromHours(9))));
    }

    [Fact]
    public async Task A_workspace_of_more_users_and_history_than_a_transaction_holds_is_deleted_whole()
    {
        await using var scope = await OpenAsync(options => (options.HistoryEnabled, options.HistoryLength) = (true, 30));
        for (var i = 1; i <= 25; i++)
        {
            await scope.Installations.SaveAsync(Samples.Installation(i, userId: "U" + (i % 13)), Token);
        }

        await scope.Installations.SaveAsync(Samples.Installation(1, "T12"), Token);
        var neighbour = await DynamoDBScopes.ItemsAsync(scope.Client, scope.Name).CountAsync(item => item["pk"].S != "workspace#1.2##T1", Token);
        for (var i = 26; i <= 40; i++)
        {
            await scope.Installations.SaveAsync(Samples.Installation(i), Token);
        }

        await scope.Installations.DeleteInstallationAsync(Samples.Workspace, "U1", Token);
        var left = await DynamoDBScopes.ItemsAsync(scope.Client, scope.Name).Where(item => item["pk"].S == "workspace#1.2##T1").Select(item => item["sk"].S).ToListAsync(Token);
        Assert.DoesNotContain(left, sort => sort.EndsWith("#U1", StringComparison.Ordinal));
        Assert.Equal(Samples.Installation(25, userId: "U12").WithBot(Samples.Installation(40).ToBot()), await scope.Installations.FindInstallationAsync(Samples.Workspace, null, Token));
        await scope.Installations.DeleteInstallationAsync(Samples.Workspace, null, Token);
        Assert.Null(await scope.Installations.FindInstallationAsync(Samples.Workspace, null, Token));
        Assert.Equal(Samples.Installation(40).ToBot(), await scope.Installations.FindBotAsync(Samples.Workspace, Token));
        await scope.Installations.DeleteBotAsync(Samples.Workspace, Token);
        Assert.Equal(neighbour, await DynamoDBScopes.ItemsAsync(scope.Client, scope.Name).CountAsync(Token));
    }

    [Fact]
    public async Task A_deletion_that_breaks_after_its_first_transaction_has_taken_what_lookups_give_and_is_ended_by_the_next()
    {
        await using var scope = await OpenAsync(options => (options.HistoryEnabled, options.HistoryLength) = (true, 30));
        foreach (var (delete, find) in new (Func<Task> Delete, Func<Task<object?>> Find)[]
        {
            (async () => await scope.Installations.DeleteInstallationAsync(Samples.Workspace, "U1", Token), async () => await scope.Installations.FindInstallationAsync(Samples.Workspace, "U1", Token)),
            (async () => await scope.Installations.DeleteInstallationAsync(Samples.Workspace, "U1", Token), async () => await scope.Installations.FindInstallationAsync(Samples.Workspace, null, Token)),
            (async () => await scope.Installations.DeleteBotAsync(Samples.Workspace, Token), async () => await scope.Installations.FindBotAsync(Samples.Workspace, Token)),
            (async () => await scope.Installations.DeleteAllAsync(Samples.Workspace, Token), async () => await scope.Installations.FindBotAsync(Samples.Workspace, Token)),
            (async () => await scope.Installations.DeleteAllAsync(Samples.Workspace, Token), async () => await scope.Installations.FindInstallationAsync(Samples.Workspace, "U1", Token)),
        })
        {
            for (var i = 1; i <= 20; i++)
            {
                await scope.Installations.SaveAsync(Samples.Installation(i), Token);
            }

            Assert.NotNull(await find());
            scope.Handler.RefuseAfter("TransactWriteItems", letThrough: 1);
            await Assert.ThrowsAsync<SlackOAuthStoreException>(delete);
            Assert.Null(await find());
            scope.Handler.RefuseAfter(null);
            await delete();
            Assert.Null(await find());
            await scope.Installations.DeleteAllAsync(Samples.Workspace, Token);
            Assert.Empty(await DynamoDBScopes.ItemsAsync(scope.Client, scope.Name).ToListAsync(Token));
        }
    }

    [Fact]
    public async Task What_is_saved_while_a_deletion_goes_on_is_kept()
    {
        await using var scope = await OpenAsync(options => (options.HistoryEnabled, options.HistoryLength) = (true, 30));
        for (var i = 1; i <= 20; i++)
        {
            await scope.Installations.SaveAsync(Samples.Installation(i), Token);
        }

        scope.Handler.AfterNext("TransactWriteItems", async () =>
        {
            await scope.Installations.SaveAsync(Samples.Installation(21), Token);
            await scope.Installations.SaveAsync(Samples.Installation(22), Token);
        });
        await scope.Installations.DeleteInstallationAsync(Samples.Workspace, "U1", Token);
        Assert.Equal(
            [Samples.Installation(22), Samples.Installation(21).WithBot(Samples.Installation(22).ToBot())],
            await scope.Installations.ListInstallationHistoryAsync(Samples.Workspace, "U1", Token).ToListAsync(Token));
    }

    [Fact]
    public async Task A_bot_that_an_older_installation_brings_while_all_is_deleted_goes_with_it()
    {
        await using var scope = await OpenAsync();
        await scope.Installations.SaveAsync(Samples.Installation(2).WithBot(null), Token);
        scope.Handler.AfterNext("Query", async () =>
        {
            await scope.Installations.SaveAsync(Samples.Installation(1), Token);
            Assert.NotNull(await scope.Installations.FindBotAsync(Samples.Workspace, Token));
        });
        await scope.Installations.DeleteAllAsync(Samples.Workspace, Token);
        Assert.Empty(await DynamoDBScopes.ItemsAsync(scope.Client, scope.Name).ToListAsync(Token));
    }

    [Fact]
    public async Task A_bot_that_an_older_installation_brings_between_the_transactions_of_a_deletion_goes_with_it()
    {
        await using var scope = await OpenAsync();
        for (var i = 1; i <= 20; i++)
        {
            await scope.Installations.SaveAsync(Samples.Installation(2, userId: $"U{i:00}").WithBot(null), Token);
        }

        scope.Handler.AfterNext("TransactWriteItems", async () =>
        {
            await scope.Installations.SaveAsync(Samples.Installation(1, userId: "U20"), Token);
            Assert.NotNull(await scope.Installations.FindBotAsync(Samples.Workspace, Token));
        });
        await scope.Installations.DeleteAllAsync(Samples.Workspace, Token);
        Assert.Empty(await DynamoDBScopes.ItemsAsync(scope.Client, scope.Name).ToListAsync(Token));
    }

    [Fact]
    public async Task A_workspace_of_60_users_with_the_largest_records_is_deleted_as_in_production_although_a_transaction_takes_fewer_items()
    {
        await using var scope = new OwnTable(await server.GetConnectionStringAsync(), mostWrites: new DynamoDBTable(new DynamoDBStoreOptions()).MostWrites);
        var largest = Samples.Installation(1) with
        {
            BotScopes = ScopeList.Parse(new string('s', 20_000)),
            UserScopes = ScopeList.Parse(new string('s', 20_000)),
            UserToken = new string('t', 8000),
            UserRefreshToken = new string('t', 8000),
            BotToken = new string('t', 8000),
            BotRefreshToken = new string('t', 8000),
            CustomValues = JsonSerializer.SerializeToElement(new { text = new string('c', 64_000) }),
        };
        for (var i = 1; i <= 60; i++)
        {
            await scope.Installations.SaveAsync(largest with { UserId = "U" + i }, Token);
        }

        await scope.Installations.DeleteAllAsync(Samples.Workspace, Token);
        Assert.Empty(await DynamoDBScopes.ItemsAsync(scope.Client, scope.Name).ToListAsync(Token));
    }

    [Theory]
    [InlineData("ValidationException", "")]
    [InlineData("TransactionCanceledException", ""","CancellationReasons":[{"Code":"None"},{"Code":"ValidationError","Message":"scripted"}]""")]
    public async Task A_deletion_that_is_too_large_for_a_transaction_is_made_in_several(string error, string more)
    {
        await using var scope = await OpenAsync();
        for (var i = 1; i <= 5; i++)
        {
            await scope.Installations.SaveAsync(Samples.Installation(1, userId: "U" + i), Token);
        }

        scope.Handler.AfterNext("Query", () =>
        {
            scope.Handler.AnswerNext(HttpStatusCode.BadRequest, error, more);
            return Task.CompletedTask;
        });
        await scope.Installations.DeleteAllAsync(Samples.Workspace, Token);
        Assert.Empty(await DynamoDBScopes.ItemsAsync(scope.Client, scope.Name).ToListAsync(Token));
    }

    [Fact]
    public async Task Installations_are_listed_with_their_bot_in_whatever_order_a_scan_gives_them()
    {
        await using var scope = await OpenAsync();
        foreach (var (team, user) in new[] { ("T1", "U1"), ("T1", "U2"), ("T2", "U1"), ("T3", "U1") })
        {
            await scope.Installations.SaveAsync(Samples.Installation(1, team, user), Token);
        }

        await scope.Installations.DeleteBotAsync(WorkspaceId.ForTeam("T3"), Token);
        using var client = new BackwardsClient(DynamoDBServer.Configure(await server.GetConnectionStringAsync()));
        var store = new DynamoDBInstallationStore(Samples.Options(), client, new DynamoDBStoreOptions { TableName = scope.Name });
        var listed = await store.ListInstallationsAsync(Token).OrderBy(installation => (installation.TeamId, installation.UserId)).ToListAsync(Token);
        Assert.Equal(
            [Samples.Installation(1), Samples.Installation(1, userId: "U2"), Samples.Installation(1, "T2"), Samples.Installation(1, "T3").WithBot(null)],
            listed);
    }

    [Fact]
    public async Task What_is_more_than_a_lowered_limit_and_what_a_history_that_was_switched_off_left_goes_with_the_next_save()
    {
        await using var scope = await OpenAsync(options => (options.HistoryEnabled, options.HistoryLength) = (true, 30));
        for (var i = 1; i <= 12; i++)
        {
            await scope.Installations.SaveAsync(Samples.Installation(i), Token);
        }

        Assert.Equal(24, await CountOldAsync());
        var shorter = Open(options => (options.HistoryEnabled, options.HistoryLength) = (true, 4));
        await shorter.SaveAsync(Samples.Installation(13), Token);
        Assert.Equal(8, await CountOldAsync());
        var off = Open(_ => { });
        await off.SaveAsync(Samples.Installation(14), Token);
        Assert.Equal(0, await CountOldAsync());
        Assert.Equal(Samples.Installation(14), await off.FindInstallationAsync(Samples.Workspace, null, Token));

        DynamoDBInstallationStore Open(Action<SlackOAuthStoresOptions> configure) => new(
            Samples.Options(configure),
            new DynamoDBTable(new DynamoDBStoreOptions { TableName = scope.Name }, scope.Client) { MostWrites = DynamoDBServer.MostWrites },
            TimeProvider.System);

        ValueTask<int> CountOldAsync() => DynamoDBScopes.ItemsAsync(scope.Client, scope.Name).CountAsync(item => item["sk"].S.StartsWith("old-", StringComparison.Ordinal), Token);
    }

    [Fact]
    public async Task A_history_longer_than_a_transaction_is_trimmed_whole_and_what_is_saved_meanwhile_is_kept()
    {
        await using var scope = await OpenAsync(options => (options.HistoryEnabled, options.HistoryLength) = (true, 40));
        for (var i = 1; i <= 20; i++)
        {
            await scope.Installations.SaveAsync(Samples.Installation(i), Token);
        }

        scope.Handler.AfterNext("TransactWriteItems", async () => await scope.Installations.SaveAsync(Samples.Installation(21), Token));
        Assert.Equal(38, await scope.Installations.TrimHistoryAsync(Samples.Workspace, Samples.Installation(20).InstalledAt, Token));
        var current = Samples.Installation(21);
        Assert.Equal([current, Samples.Installation(20).WithBot(current.ToBot())], await scope.Installations.ListInstallationHistoryAsync(Samples.Workspace, "U1", Token).ToListAsync(Token));
        Assert.Equal([current.ToBot()!, Samples.Installation(20).ToBot()!], await scope.Installations.ListBotHistoryAsync(Samples.Workspace, Token).ToListAsync(Token));
    }

    private async Task<OwnTable> OpenAsync(Action<SlackOAuthStoresOptions>? options = null) => new(await server.GetConnectionStringAsync(), options: options);

    /// <summary>A page holds one item, and the pages come from the last to the first.</summary>
    private sealed class BackwardsClient(AmazonDynamoDBConfig config) : AmazonDynamoDBClient(DynamoDBServer.Credentials, config)
    {
        private List<Dictionary<string, AttributeValue>>? _left;

        public override async Task<ScanResponse> ScanAsync(ScanRequest request, CancellationToken cancellationToken = default)
        {
            _left ??= (await base.ScanAsync(request, cancellationToken)).Items;
            var last = _left[^1];
            _left.RemoveAt(_left.Count - 1);
            return new ScanResponse { Items = [last], LastEvaluatedKey = _left.Count > 0 ? DynamoDBKeys.Item("more", "more") : null };
        }
    }
}
