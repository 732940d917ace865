using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using MongoDB.Driver;
using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.MongoDB.Tests;

/// <summary>The layout that the README shows, what each call sends, and what it costs.</summary>
public sealed class LayoutTests(MongoDBServer server) : IAsyncLifetime
{
    private static readonly string[] HostileIds = ["T1", "t1", "T1 ", ":", "a:b", "a", "*", "$ne", "#", ";", "/", "..", "%3A", "none", "🙂", new('x', 101), new('x', 102), new(':', 60), new('#', 200)];

    private readonly MongoDBDatabases _databases = new(server);
    private readonly StoreScope _scope = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IMongoCollection<BsonDocument> Workspaces => _databases.Collection(_scope.Name, "slack_installations");

    private IMongoCollection<BsonDocument> States => _databases.Collection(_scope.Name, "slack_states");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _databases.DisposeAsync();

    [Fact]
    public async Task A_workspace_is_one_document_with_the_fields_of_the_README()
    {
        var (store, _) = await CreateAsync(options => options.HistoryEnabled = true);
        await store.SaveAsync(Samples.Installation(1), Token);
        await store.SaveAsync(Samples.Installation(2) with { CustomValues = System.Text.Json.JsonElement.Parse("""{"$a.b": 1.0}""") }, Token);
        await store.TryAcquireLeaseAsync(Samples.Workspace, "U1", TimeSpan.FromMinutes(1), Token);
        var document = Assert.Single(await Workspaces.Find(new BsonDocument()).ToListAsync(Token));
        Assert.Equal(["_id", "bot", "bot_history", "client_id", "installation_history", "installations", "team_id"], document.Names.Order(StringComparer.Ordinal));
        Assert.Equal("1.2::T1", document["_id"]);
        var installation = Assert.Single(document["installations"].AsBsonArray).AsBsonDocument;
        Assert.Equal(["custom_values", "installed_at", "lease", "team_id", "user_id", "user_token"], installation.Names.Order(StringComparer.Ordinal));
        Assert.Equal("""{"$a.b": 1.0}""", installation["custom_values"]);
        Assert.Equal(1767225602_000000, installation["installed_at"].AsInt64);
        Assert.Equal("xoxb-secret-1", Assert.Single(document["bot_history"].AsBsonArray)["bot_token"]);
        Assert.Equal("xoxp-secret-1", Assert.Single(document["installation_history"].AsBsonArray)["user_token"]);
        await store.DeleteAllAsync(Samples.Workspace, Token);
        Assert.Empty(await Workspaces.Find(new BsonDocument()).ToListAsync(Token));
    }

    [Fact]
    public async Task A_state_is_a_document_under_its_hash_that_MongoDB_removes_a_minute_after_its_lifetime()
    {
        var (_, states) = await CreateAsync(options => options.StateLifetime = TimeSpan.FromMinutes(30));
        var state = await states.IssueAsync(cancellationToken: Token);
        var document = Assert.Single(await States.Find(new BsonDocument()).ToListAsync(Token));
        Assert.Equal(OAuthState.ComputeKey(state, "1.2", OAuthStatePurpose.Install), document["_id"].AsString);
        Assert.DoesNotContain(state, document.ToString(), StringComparison.Ordinal);
        Assert.Equal((_scope.Time.GetUtcNow() + TimeSpan.FromMinutes(30)).ToUnixTimeMilliseconds(), document["expires_at"].AsBsonDateTime.MillisecondsSinceEpoch);
        var index = Assert.Single(await (await States.Indexes.ListAsync(Token)).ToListAsync(Token), index => index["name"] != "_id_");
        Assert.Equal((new BsonDocument("expires_at", 1), 60), (index["key"], index["expireAfterSeconds"].ToInt32()));
    }

    [Fact]
    public async Task MongoDB_removes_what_has_expired_by_its_own_clock()
    {
        var (_, states) = await CreateAsync(options => options.StateLifetime = TimeSpan.FromSeconds(1), new TestClock(TimeProvider.System.GetUtcNow().AddHours(-1)));
        await states.IssueAsync(cancellationToken: Token);
        while (await States.CountDocumentsAsync(new BsonDocument(), cancellationToken: Token) > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), Token);
        }
    }

    [Fact]
    public void Every_id_has_a_key_of_its_own_among_those_of_its_app()
    {
        var keys = new List<string>();
        foreach (var client in HostileIds)
        {
            var (first, last) = MongoDBSchema.WorkspacesOf(client);
            foreach (var workspace in HostileIds.SelectMany(id => new[] { WorkspaceId.ForTeam(id), WorkspaceId.ForEnterprise(id), WorkspaceId.ForTeam(id, "E1"), WorkspaceId.ForTeam("T1", id) }).Distinct())
            {
                var key = MongoDBSchema.Workspace(client, workspace);
                Assert.True(string.CompareOrdinal(first, key) < 0 && string.CompareOrdinal(key, last) < 0, key);
                Assert.True(key.Length < 400, key);
                keys.Add(key);
            }
        }

        Assert.Equal(keys.Count, keys.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Each_call_is_one_command_for_one_document_by_its_id_and_brings_the_same_among_100000_workspaces_and_many_saves_and_users()
    {
        var (plain, states) = await CreateAsync(_ => { });
        var (keeping, _) = await CreateAsync(options => options.HistoryEnabled = true);
        foreach (var (store, team) in new[] { (plain, "T1"), (keeping, "T2") })
        {
            for (var i = 1001; i <= 1020; i++)
            {
                await store.SaveAsync(Samples.Installation(i, team), Token);
            }
        }

        var before = await MeasureBothAsync(1100);
        Assert.Equal(["find", "find", "find", "update", "update", "insert", "findAndModify"], before.Take(before.Length / 2).Select(call => call.Name));
        foreach (var (store, team) in new[] { (plain, "T1"), (keeping, "T2") })
        {
            for (var i = 1200; i < 2200; i++)
            {
                await store.SaveAsync(Samples.Installation(i, team), Token);
            }

            for (var i = 0; i < 200; i++)
            {
                await store.SaveAsync(Samples.Installation(i, team, "other" + i), Token);
            }
        }

        var neighbour = await Workspaces.Find(new BsonDocument("_id", new BsonDocument("$regex", "T1$"))).SingleAsync(Token);
        neighbour["installations"].AsBsonArray.Clear();
        foreach (var part in Enumerable.Range(0, 100_000).Chunk(5_000))
        {
            await Workspaces.InsertManyAsync(part.Select(i => new BsonDocument(neighbour).Set("_id", $"1.2::N{i}")), cancellationToken: Token);
        }

        Assert.Equal(before, await MeasureBothAsync(5000));

        async Task<(string Name, int Bytes)[]> MeasureBothAsync(int next) => [.. await MeasureAsync(plain, "T1", next), .. await MeasureAsync(keeping, "T2", next)];

        async Task<(string Name, int Bytes)[]> MeasureAsync(MongoDBInstallationStore store, string team, int next)
        {
            var (workspace, state) = (WorkspaceId.ForTeam(team), await states.IssueAsync(cancellationToken: Token));
            return
            [
                await OneAsync(async () => await store.FindBotAsync(workspace, Token)),
                await OneAsync(async () => await store.FindInstallationAsync(workspace, "U1", Token)),
                await OneAsync(async () => await store.FindInstallationAsync(workspace, null, Token)),
                await OneAsync(async () => await store.SaveAsync(Samples.Installation(next, team), Token)),
                await OneAsync(async () => await store.SaveBotAsync(Samples.Installation(next + 1, team).ToBot()!, Token)),
                await OneAsync(async () => await states.IssueAsync(cancellationToken: Token)),
                await OneAsync(async () => await states.ConsumeAsync(state, cancellationToken: Token)),
            ];
        }

        async Task<(string Name, int Bytes)> OneAsync(Func<Task> call)
        {
            var earlier = _databases.Commands(_scope.Name).Count;
            await call();
            var command = Assert.Single(_databases.Commands(_scope.Name).Skip(earlier));
            var filter = command.GetElement(0).Name switch
            {
                "find" => command["filter"],
                "update" => Assert.Single(command["updates"].AsBsonArray)["q"],
                "insert" => new BsonDocument("_id", Assert.Single(command["documents"].AsBsonArray)["_id"]),
                _ => command["query"],
            };
            Assert.Equal("_id", Assert.Single(filter.AsBsonDocument).Name);
            Assert.IsType<BsonString>(filter["_id"]);
            return (command.GetElement(0).Name, _databases.LastAnswerBytes(_scope.Name));
        }
    }

    [Fact]
    public async Task A_purge_deletes_a_bounded_number_at_a_time_and_can_be_cancelled_between_them()
    {
        const int Expired = 1200;
        var (_, states) = await CreateAsync(_ => { });
        await states.IssueAsync(cancellationToken: Token);
        var issued = await States.Find(new BsonDocument()).SingleAsync(Token);
        await States.InsertManyAsync(Enumerable.Range(1, Expired - 1).Select(i => new BsonDocument(issued).Set("_id", $"{i}")), cancellationToken: Token);
        _scope.Time.Advance(TimeSpan.FromMinutes(11));

        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        _databases.OnSucceeded(_scope.Name, "delete", cancellation.Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await states.PurgeExpiredAsync(cancellation.Token));
        var left = (int)await States.CountDocumentsAsync(new BsonDocument(), cancellationToken: Token);
        Assert.InRange(left, 1, Expired - 1);
        Assert.Equal(left, await states.PurgeExpiredAsync(Token));
        Assert.Equal(0, await States.CountDocumentsAsync(new BsonDocument(), cancellationToken: Token));
        Assert.All(
            _databases.Commands(_scope.Name).Where(command => command.GetElement(0).Name == "delete"),
            command => Assert.InRange(Assert.Single(command["deletes"].AsBsonArray)["q"]["_id"]["$in"].AsBsonArray.Count, 1, 500));
    }

    [Fact]
    public async Task Writes_are_acknowledged_by_a_majority_and_reads_go_to_the_primary_unless_the_client_asks_for_more()
    {
        var (client, options) = await _databases.ConnectAsync(_scope.Name);
        var store = new MongoDBInstallationStore(Samples.Options(), client.WithReadPreference(ReadPreference.SecondaryPreferred), options);
        await store.SaveAsync(Samples.Installation(1), Token);
        Assert.Equal("majority", _databases.Commands(_scope.Name)[^1]["writeConcern"]["w"]);
        await new MongoDBInstallationStore(Samples.Options(), client.WithWriteConcern(new WriteConcern(1)), options).SaveAsync(Samples.Installation(2), Token);
        Assert.Equal(1, _databases.Commands(_scope.Name)[^1]["writeConcern"]["w"]);
        await new MongoDBInstallationStore(Samples.Options(), client.WithWriteConcern(WriteConcern.Unacknowledged), options).SaveAsync(Samples.Installation(3), Token);
        Assert.Equal("majority", _databases.Commands(_scope.Name)[^1]["writeConcern"]["w"]);
        foreach (var silent in new[] { new WriteConcern(journal: true), new WriteConcern(wTimeout: TimeSpan.FromSeconds(9)) })
        {
            // It says something, and not how many are to acknowledge.
            await new MongoDBInstallationStore(Samples.Options(), client.WithWriteConcern(silent), options).SaveAsync(Samples.Installation(4), Token);
            Assert.Equal(silent.ToBsonDocument().Add("w", "majority").OrderBy(field => field.Name), _databases.Commands(_scope.Name)[^1]["writeConcern"].AsBsonDocument.OrderBy(field => field.Name));
        }

        Assert.NotNull(await store.FindBotAsync(Samples.Workspace, Token));
        Assert.False(_databases.Commands(_scope.Name)[^1].Contains("$readPreference"));
    }

    [Fact]
    public async Task A_damaged_record_is_told_without_what_it_holds()
    {
        var (store, _) = await CreateAsync(_ => { });
        await store.SaveAsync(Samples.Installation(1), Token);
        foreach (var (field, value) in new (string, BsonValue)[]
        {
            ("bot.bot_token", 1), ("bot", "xoxb-secret"), ("bot.custom_values", "{\"xoxb-secret"), ("bot.installed_at", long.MaxValue), ("bot.installed_at", long.MinValue), ("bot.installed_at", double.NaN),
            ("bot.installed_at", Decimal128.MaxValue), ("bot.installed_at", "xoxb-secret"), ("bot.bot_token_expires_at", new BsonDateTime(long.MaxValue)),
        })
        {
            await Workspaces.UpdateOneAsync(new BsonDocument(), new BsonDocument("$set", new BsonDocument(field, value)), cancellationToken: Token);
            var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Samples.Workspace, Token));
            Assert.False(exception.IsTransient);
            Assert.Contains("damaged", exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
            await store.DeleteBotAsync(Samples.Workspace, Token);
            await store.SaveAsync(Samples.Installation(1), Token);
            Assert.Equal(Samples.Installation(1).ToBot(), await store.FindBotAsync(Samples.Workspace, Token));
        }
    }

    [Fact]
    public async Task The_script_is_that_of_the_README()
    {
        var (store, states) = await CreateAsync(_ => { });
        var readme = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "README.md"), Token);
        Assert.Contains($"```\n{store.PreparationScript}{states.PreparationScript}```", readme, StringComparison.Ordinal);
    }

    private async Task<(MongoDBInstallationStore Installations, MongoDBOAuthStateStore States)> CreateAsync(Action<SlackOAuthStoresOptions> configure, TestClock? time = null)
    {
        var (client, options) = await _databases.ConnectAsync(_scope.Name);
        return (new MongoDBInstallationStore(Samples.Options(configure), client, options, _scope.Time), new MongoDBOAuthStateStore(Samples.Options(configure), client, options, time ?? _scope.Time));
    }
}
