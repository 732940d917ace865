using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores.Caching;
using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.Tests;

public sealed class LookupCachingTests : IAsyncLifetime
{
    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T111", "E111");

    private readonly InMemoryStoreData _data = new();
    private readonly TestClock _clock = new();
    private readonly List<CacheRig> _rigs = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var rig in _rigs)
        {
            await rig.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_lookup_that_was_made_is_answered_without_the_store_until_it_expires()
    {
        var rig = Rig();
        await rig.Store.SaveAsync(Lasting(), Cancellation);

        var bot = await rig.Store.FindBotAsync(Workspace, Cancellation);
        var installation = await rig.Store.FindInstallationAsync(Workspace, null, Cancellation);
        var users = await rig.Store.FindInstallationAsync(Workspace, "U111", Cancellation);
        Assert.Equal((Lasting().ToBot(), Lasting(), Lasting(), 3), (bot, installation, users, rig.Engine.Lookups));

        Assert.Same(bot, await rig.Store.FindBotAsync(Workspace, Cancellation));
        Assert.Same(installation, await rig.Store.FindInstallationAsync(Workspace, null, Cancellation));
        Assert.Same(users, await rig.Store.FindInstallationAsync(Workspace, "U111", Cancellation));
        Assert.Equal(3, rig.Engine.Lookups);

        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(bot, await rig.Store.FindBotAsync(Workspace, Cancellation));
        Assert.Equal(4, rig.Engine.Lookups);
    }

    [Fact]
    public async Task No_question_is_answered_with_the_answer_to_another()
    {
        var rig = Rig();
        WorkspaceId[] workspaces = [Workspace, WorkspaceId.ForTeam("T111"), WorkspaceId.ForEnterprise("E111"), WorkspaceId.ForTeam("E111"), WorkspaceId.ForTeam("111", "E111T"), WorkspaceId.ForTeam("t111", "E111")];
        string?[] users = [null, "U111", "u111", "U111 ", "null", "-"];
        var saved = new Dictionary<(WorkspaceId, string), Installation>();
        foreach (var (i, workspace) in workspaces.Index())
        {
            foreach (var user in users.OfType<string>())
            {
                var installation = Lasting() with
                {
                    EnterpriseId = workspace.EnterpriseId, TeamId = workspace.TeamId, IsEnterpriseInstall = workspace.IsEnterpriseInstall, UserId = user, UserToken = $"xoxp-{i}-{user}",
                    BotToken = $"xoxb-{i}",
                };
                await rig.Store.SaveAsync(installation, Cancellation);
                saved.Add((workspace, user), installation);
            }
        }

        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var (i, workspace) in workspaces.Index())
            {
                Assert.Equal($"xoxb-{i}", (await rig.Store.FindBotAsync(workspace, Cancellation))!.BotToken);
                foreach (var user in users)
                {
                    var found = (await rig.Store.FindInstallationAsync(workspace, user, Cancellation))!;
                    Assert.Equal(saved[(workspace, user ?? found.UserId)], found);
                }
            }
        }

        Assert.Equal(workspaces.Length * (users.Length + 1), rig.Engine.Lookups);
    }

    [Fact]
    public void The_key_is_the_whole_question_and_shows_none_of_it()
    {
        var table = new LookupTable("1.1", new LookupCacheOptions(), _clock);
        Question[] questions =
        [
            new(Workspace, null, true), new(Workspace, null, false), new(Workspace, "U111", false), new(WorkspaceId.ForTeam("T111"), null, true), new(WorkspaceId.ForEnterprise("E111"), null, true),
            new(WorkspaceId.ForTeam("T111|-"), null, true), new(WorkspaceId.ForTeam(new string('日', 255), string.Concat(Enumerable.Repeat("😀", 127))), new string('ü', 255), false),
        ];
        var keys = questions.Select(table.KeyOf).Append(new LookupTable("1.2", new LookupCacheOptions(), _clock).KeyOf(questions[0])).ToArray();

        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.All(keys, key => Assert.Matches("^[A-Za-z0-9_-]{22}$", key));
        Assert.Equal("slackoauth:" + keys[0], new LookupTable("1.1", new LookupCacheOptions { UseDistributedCache = true }, _clock).KeyOf(questions[0]));
    }

    [Fact]
    public void The_table_finds_each_question_until_its_answer_has_expired_and_makes_room_then()
    {
        const int Room = 20;
        var (random, options) = (new Random(1), new LookupCacheOptions { MaximumEntries = Room });
        var table = new LookupTable("1.1", options, _clock);
        WorkspaceId[] workspaces = [Workspace, WorkspaceId.ForTeam("T111"), WorkspaceId.ForTeam("T111", "E222"), WorkspaceId.ForEnterprise("T111"), WorkspaceId.ForTeam("T222"), WorkspaceId.ForEnterprise("E111")];
        Question[] questions =
        [
            .. workspaces.SelectMany(workspace => new Question[] { new(workspace, null, true), new(workspace, null, false) }),

            // One has more users than are gone through one by one.
            .. workspaces.SelectMany(workspace => Enumerable.Range(1, workspace == Workspace ? 14 : 3).Select(user => new Question(workspace, $"U{user}", false))),
        ];
        var known = new Dictionary<Question, (LookupSlot Slot, DateTimeOffset ReadAt)>();
        for (var step = 0; step < 5_000; step++)
        {
            _clock.Advance(TimeSpan.FromSeconds(random.Next(0, 4)));
            var (now, question) = (_clock.GetUtcNow(), questions[random.Next(questions.Length)]);
            var isFull = known.Count >= Room;
            if (table.FindOrAdd(question) is { } slot)
            {
                Assert.Equal(question, slot.Question);
                if (known.TryGetValue(question, out var earlier) && earlier.Slot == slot)
                {
                    Assert.True(known.Count <= Room);
                    continue;
                }

                if (isFull)
                {
                    foreach (var (expired, _) in known.Where(one => one.Value.ReadAt < now - options.Expiration).ToList())
                    {
                        known.Remove(expired);
                    }
                }

                known.Add(question, (slot, now));
            }
            else
            {
                Assert.True(isFull && !known.ContainsKey(question));
            }

            Assert.All(questions, one => Assert.Same(known.GetValueOrDefault(one).Slot, table.Find(one.Workspace, one.UserId, one.IsBot)));
            Assert.All(workspaces, one => Assert.Equal(known.Values.Where(entry => entry.Slot.Question.Workspace == one).Select(entry => entry.Slot.Key).Order(), table.KeysOf(one).Order()));
            Assert.Equal(known.Values.DistinctBy(entry => entry.Slot.Workspace).Count(), known.Keys.DistinctBy(one => one.Workspace).Count());
        }
    }

    [Fact]
    public async Task What_came_of_each_lookup_is_counted()
    {
        // All caches of a process count on one meter: this flow's are told by its own list.
        var counted = new AsyncLocal<List<string>?> { Value = [] };
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == StoreTelemetry.CacheLookupsName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => counted.Value?.Add($"{count} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"));
        listener.Start();
        var shared = new SharedCache(_clock);
        var (one, two) = (Distributed(shared), Distributed(shared));
        var full = Rig(options => options.MaximumEntries = 1);

        await one.Store.SaveAsync(Lasting(), Cancellation);
        _clock.Advance(TimeSpan.FromSeconds(6));
        await one.Store.FindBotAsync(Workspace, Cancellation);
        await one.Store.FindBotAsync(Workspace, Cancellation);
        await WaitAsync(() => shared.Keys.Count == 1);
        await two.Store.FindBotAsync(Workspace, Cancellation);
        await one.Store.SaveBotAsync(Lasting().ToBot()!, Cancellation);
        await one.Store.FindBotAsync(Workspace, Cancellation);
        await full.Store.FindInstallationAsync(Workspace, "U111", Cancellation);
        await full.Store.FindInstallationAsync(Workspace, "U222", Cancellation);
        await full.Store.FindInstallationAsync(Workspace, "U111", Cancellation);
        await full.Store.FindInstallationAsync(Workspace, "", Cancellation);
        one.Engine.Failure = new SlackOAuthStoreException("Test", "FindInstallationAsync", "the engine is down", isTransient: true);
        await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await one.Store.FindInstallationAsync(Workspace, null, Cancellation));

        Assert.Equal(
            [
                Counted("FindBotAsync", "miss"), Counted("FindBotAsync", "hit"), Counted("FindBotAsync", "hit"), Counted("FindBotAsync", "miss"),
                Counted("FindInstallationAsync", "miss"), Counted("FindInstallationAsync", "full"), Counted("FindInstallationAsync", "hit"), Counted("FindInstallationAsync", "miss"),
            ],
            counted.Value);

        static string Counted(string method, string result) => $"1 db.operation.name={method} slackoauth.cache.result={result}";
    }

    [Fact]
    public async Task That_nothing_was_found_is_kept_for_a_short_time()
    {
        var rig = Rig();
        Assert.Null(await rig.Store.FindBotAsync(Workspace, Cancellation));
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Null(await rig.Store.FindBotAsync(Workspace, Cancellation));
        Assert.Equal(1, rig.Engine.Lookups);

        // Installed by another process.
        await Rig().Store.SaveAsync(Lasting(), Cancellation);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await rig.Store.FindBotAsync(Workspace, Cancellation));
    }

    [Fact]
    public async Task Without_a_time_for_it_nothing_found_is_not_kept()
    {
        var rig = Rig(options => options.NegativeExpiration = TimeSpan.Zero);
        Assert.Null(await rig.Store.FindBotAsync(Workspace, Cancellation));
        await Rig().Store.SaveAsync(Lasting(), Cancellation);
        Assert.NotNull(await rig.Store.FindBotAsync(Workspace, Cancellation));
    }

    [Fact]
    public async Task A_change_is_seen_at_once_in_every_lookup_of_its_workspace()
    {
        var rig = Rig();
        var other = WorkspaceId.ForTeam("T222");
        await rig.Store.SaveAsync(Lasting(), Cancellation);
        await rig.Store.SaveAsync(Lasting() with { UserId = "U222" }, Cancellation);
        await rig.Store.SaveAsync(Lasting() with { EnterpriseId = null, TeamId = "T222" }, Cancellation);
        await LookAsync();

        await rig.Store.SaveBotAsync(Lasting().ToBot()! with { BotToken = "xoxb-rotated" }, Cancellation);
        Assert.All(await LookAsync(), token => Assert.Equal("xoxb-rotated", token));
        await rig.Store.SaveAsync(Lasting() with { BotToken = "xoxb-installed" }, Cancellation);
        Assert.All(await LookAsync(), token => Assert.Equal("xoxb-installed", token));
        await rig.Store.DeleteBotAsync(Workspace, Cancellation);
        Assert.All(await LookAsync(), Assert.Null);
        await rig.Store.DeleteInstallationAsync(Workspace, "U111", Cancellation);
        Assert.Null(await rig.Store.FindInstallationAsync(Workspace, "U111", Cancellation));
        Assert.Equal("U222", (await rig.Store.FindInstallationAsync(Workspace, null, Cancellation))!.UserId);
        await rig.Store.DeleteInstallationAsync(Workspace, null, Cancellation);
        Assert.Null(await rig.Store.FindInstallationAsync(Workspace, "U222", Cancellation));
        await rig.Store.SaveAsync(Lasting(), Cancellation);
        Assert.NotNull(await rig.Store.FindBotAsync(Workspace, Cancellation));
        await rig.Store.DeleteAllAsync(Workspace, Cancellation);
        Assert.All(await LookAsync(), Assert.Null);

        var lookups = rig.Engine.Lookups;
        Assert.NotNull(await rig.Store.FindBotAsync(other, Cancellation));
        Assert.Equal(lookups + 1, rig.Engine.Lookups);

        async Task<string?[]> LookAsync() =>
        [
            (await rig.Store.FindBotAsync(Workspace, Cancellation))?.BotToken,
            (await rig.Store.FindInstallationAsync(Workspace, null, Cancellation))?.BotToken,
            (await rig.Store.FindInstallationAsync(Workspace, "U111", Cancellation))?.BotToken,
            (await rig.Store.FindInstallationAsync(Workspace, "U222", Cancellation))?.BotToken,
        ];
    }

    [Fact]
    public async Task A_lookup_that_began_before_a_save_does_not_put_the_old_record_back() =>
        Assert.Equal("xoxb-new", await InterleaveAsync(Rig()));

    // What a cache is that invalidates by the means of HybridCache alone: the old token stays, in each of them.
    [Theory]
    [InlineData(BrokenCache.Fault.ForgetsToInvalidate)]
    [InlineData(BrokenCache.Fault.RemovesByKey)]
    [InlineData(BrokenCache.Fault.RemovesByTag)]
    public async Task A_cache_that_lets_the_old_record_back_is_told_by_the_same_steps(BrokenCache.Fault fault)
    {
        await using var rig = new CacheRig(_data, _clock, decorate: (store, cache) => new BrokenCache(store, cache, fault));
        Assert.Equal("xoxb-old", await InterleaveAsync(rig));
    }

    [Fact]
    public async Task A_failed_save_is_taken_for_one_that_may_have_happened()
    {
        var inner = new RecordingStore();
        await using var services = new ServiceCollection().AddHybridCache().Services
            .AddSlackOAuthStores(options => options.ClientId = "1.1").UseInstallationStore("test", _ => inner).CacheLookups().Services.BuildServiceProvider();
        var store = services.GetRequiredService<IInstallationStore>();
        inner.Bot = Samples.Bot with { BotTokenExpiresAt = null };
        await store.FindBotAsync(Workspace, Cancellation);
        inner.Failure = new SlackOAuthStoreException("Test", "SaveBotAsync", "the answer was lost", isTransient: true);
        await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.SaveBotAsync(inner.Bot, Cancellation));
        inner.Failure = null;
        await store.FindBotAsync(Workspace, Cancellation);
        Assert.Equal(["FindBotAsync", "SaveBotAsync", "FindBotAsync"], inner.Calls);
    }

    [Fact]
    public async Task Many_who_ask_at_once_are_one_lookup()
    {
        var rig = Rig();
        await rig.Store.SaveAsync(Lasting(), Cancellation);
        rig.Engine.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asking = Enumerable.Range(0, 64).Select(_ => rig.Store.FindBotAsync(Workspace, Cancellation).AsTask()).ToArray();
        rig.Engine.Gate.SetResult();
        var found = await Task.WhenAll(asking);

        Assert.All(found, bot => Assert.Equal("xoxb-s3cr3t-bot", bot!.BotToken));
        Assert.Equal(1, rig.Engine.Lookups);
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        var rig = Rig();
        await rig.Store.SaveAsync(Lasting(), Cancellation);
        rig.Engine.Failure = new SlackOAuthStoreException("Test", "FindBotAsync", "the engine is down", isTransient: true);
        Assert.Same(rig.Engine.Failure, await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await rig.Store.FindBotAsync(Workspace, Cancellation)));
        rig.Engine.Failure = null;
        Assert.NotNull(await rig.Store.FindBotAsync(Workspace, Cancellation));
    }

    [Fact]
    public async Task One_who_gives_up_does_not_end_the_lookup_of_the_others()
    {
        var rig = Rig();
        await rig.Store.SaveAsync(Lasting(), Cancellation);
        rig.Engine.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var first = rig.Store.FindBotAsync(Workspace, giveUp.Token).AsTask();
        var second = rig.Store.FindBotAsync(Workspace, Cancellation).AsTask();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        rig.Engine.Gate.SetResult();
        Assert.NotNull(await second);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_token_is_not_answered_from_the_cache_once_it_is_due(bool isBots)
    {
        var rig = Rig();
        var now = _clock.GetUtcNow();
        await rig.Store.SaveAsync(
            Lasting() with { BotTokenExpiresAt = isBots ? now.AddMinutes(120).AddSeconds(10) : null, UserTokenExpiresAt = isBots ? now.AddHours(9) : now.AddMinutes(120).AddSeconds(10) }, Cancellation);
        await LookAsync();
        await LookAsync();
        Assert.Equal(1, rig.Engine.Lookups);

        _clock.Advance(TimeSpan.FromSeconds(10));
        await LookAsync();
        await LookAsync();
        Assert.Equal(3, rig.Engine.Lookups);

        // Rotated, by another process.
        await Rig().Store.SaveAsync(Lasting() with { BotToken = "xoxb-rotated", BotTokenExpiresAt = now.AddHours(12) }, Cancellation);
        Assert.Equal("xoxb-rotated", (await LookAsync())!.BotToken);

        ValueTask<Installation?> LookAsync() => rig.Store.FindInstallationAsync(Workspace, "U111", Cancellation);
    }

    [Fact]
    public async Task Who_asked_for_a_lease_finds_what_is_stored()
    {
        var rig = Rig();
        await rig.Store.SaveAsync(Lasting(), Cancellation);
        await rig.Store.FindBotAsync(Workspace, Cancellation);
        var other = Rig();
        await other.Store.SaveBotAsync(Lasting().ToBot()! with { BotToken = "xoxb-rotated" }, Cancellation);
        Assert.Equal("xoxb-s3cr3t-bot", (await rig.Store.FindBotAsync(Workspace, Cancellation))!.BotToken);

        var leasing = rig.Store.GetCapability<IRotationLeasing>()!;
        var lease = (await leasing.TryAcquireLeaseAsync(Workspace, null, TimeSpan.FromMinutes(1), Cancellation))!;
        Assert.Equal("xoxb-rotated", (await rig.Store.FindBotAsync(Workspace, Cancellation))!.BotToken);
        Assert.True(await leasing.TrySaveBotAsync(lease, Lasting().ToBot()! with { BotToken = "xoxb-mine" }, Cancellation));
        Assert.Equal("xoxb-mine", (await rig.Store.FindBotAsync(Workspace, Cancellation))!.BotToken);
        await leasing.ReleaseLeaseAsync(lease, Cancellation);

        var users = (await leasing.TryAcquireLeaseAsync(Workspace, "U111", TimeSpan.FromMinutes(1), Cancellation))!;
        await rig.Store.FindInstallationAsync(Workspace, "U111", Cancellation);
        Assert.True(await leasing.TrySaveInstallationAsync(users, Lasting() with { UserToken = "xoxp-mine" }, Cancellation));
        Assert.Equal("xoxp-mine", (await rig.Store.FindInstallationAsync(Workspace, "U111", Cancellation))!.UserToken);
    }

    [Fact]
    public async Task What_is_kept_is_bounded_and_makes_room_when_it_expires()
    {
        var rig = Rig(options => options.MaximumEntries = 10);
        for (var i = 0; i < 100; i++)
        {
            await rig.Store.SaveAsync(Lasting() with { EnterpriseId = null, TeamId = $"T{i}" }, Cancellation);
        }

        await LookAsync();
        await LookAsync();
        Assert.Equal(10, rig.EntriesInMemory);
        Assert.Equal(100 + 90, rig.Engine.Lookups);

        _clock.Advance(TimeSpan.FromMinutes(1));
        await rig.Store.FindBotAsync(WorkspaceId.ForTeam("T99"), Cancellation);
        await rig.Store.FindBotAsync(WorkspaceId.ForTeam("T99"), Cancellation);
        Assert.Equal(100 + 90 + 1, rig.Engine.Lookups);

        async Task LookAsync()
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.NotNull(await rig.Store.FindBotAsync(WorkspaceId.ForTeam($"T{i}"), Cancellation));
            }
        }
    }

    [Fact]
    public async Task What_cannot_have_been_saved_takes_no_room()
    {
        var rig = Rig();
        Assert.Null(await rig.Store.FindBotAsync(WorkspaceId.ForTeam(new string('T', 256)), Cancellation));
        Assert.Null(await rig.Store.FindInstallationAsync(Workspace, "", Cancellation));
        Assert.Equal(0, rig.EntriesInMemory);
    }

    [Fact]
    public async Task Without_asking_for_it_no_distributed_cache_is_used()
    {
        var shared = new SharedCache(_clock);
        var rig = Rig(distributed: shared);
        await rig.Store.SaveAsync(Lasting(), Cancellation);
        await rig.Store.FindInstallationAsync(Workspace, "U111", Cancellation);
        Assert.Empty(shared.Keys);
    }

    [Fact]
    public async Task What_a_distributed_cache_holds_is_encrypted_and_serves_another_process()
    {
        var shared = new SharedCache(_clock);
        var (one, two) = (Distributed(shared), Distributed(shared));
        await one.Store.SaveAsync(Lasting(), Cancellation);
        _clock.Advance(TimeSpan.FromSeconds(6));
        await one.Store.FindInstallationAsync(Workspace, "U111", Cancellation);
        await one.Store.FindBotAsync(Workspace, Cancellation);
        await WaitAsync(() => shared.Keys.Count == 2);
        Assert.All(shared.Values, value => Assert.DoesNotContain(Samples.Secret, Encoding.Latin1.GetString(value), StringComparison.Ordinal));
        Assert.All(shared.Keys, key => Assert.DoesNotContain("111", key, StringComparison.Ordinal));

        Assert.Equal(Lasting(), await two.Store.FindInstallationAsync(Workspace, "U111", Cancellation));
        Assert.Equal(Lasting().ToBot(), await two.Store.FindBotAsync(Workspace, Cancellation));
        Assert.Equal(Lasting().ToBot(), await two.Store.FindBotAsync(Workspace, Cancellation));
        Assert.Equal(0, two.Engine.Lookups);

        // A change removes it there too.
        await two.Store.DeleteAllAsync(Workspace, Cancellation);
        Assert.Empty(shared.Keys);
    }

    [Fact]
    public async Task An_entry_that_was_copied_to_another_key_or_is_of_other_keys_is_not_answered()
    {
        var shared = new SharedCache(_clock);
        var one = Distributed(shared);
        await one.Store.SaveAsync(Lasting(), Cancellation);
        await one.Store.SaveAsync(Lasting() with { UserId = "U222", UserToken = "xoxp-222" }, Cancellation);
        _clock.Advance(TimeSpan.FromSeconds(6));
        await one.Store.FindInstallationAsync(Workspace, "U111", Cancellation);
        await WaitAsync(() => shared.Keys.Count == 1);
        var first = shared.Keys.Single();
        await one.Store.FindInstallationAsync(Workspace, "U222", Cancellation);
        await WaitAsync(() => shared.Keys.Count == 2);
        var second = shared.Keys.Single(key => key != first);

        var other = Distributed(shared, new EphemeralDataProtectionProvider());
        await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await other.Store.FindInstallationAsync(Workspace, "U111", Cancellation));

        // HybridCache's own frame names the key in plain; the entry inside names it again.
        shared.Copy(second, first);
        Assert.Equal(Lasting(), await Distributed(shared).Store.FindInstallationAsync(Workspace, "U111", Cancellation));
        var serializer = new CachedLookupSerializer(null, new LookupCacheOptions());
        var blank = new System.Buffers.ArrayBufferWriter<byte>();
        serializer.Serialize(new CachedLookup("key", Lasting(), _clock.GetUtcNow(), 1, new LookupCacheOptions()), blank);
        Assert.True(blank.WrittenCount > 500);
        Assert.All(blank.WrittenSpan.ToArray(), value => Assert.Equal(0, value));
        Assert.Null(serializer.Deserialize(new(blank.WrittenMemory)).Record);
    }

    [Fact]
    public async Task What_another_process_puts_into_the_distributed_cache_late_is_not_answered_by_one_that_has_changed_the_workspace()
    {
        var shared = new SharedCache(_clock);
        var (one, two) = (Distributed(shared), Distributed(shared));
        await one.Store.SaveAsync(Lasting(), Cancellation);
        _clock.Advance(TimeSpan.FromSeconds(6));
        two.Engine.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var late = two.Store.FindBotAsync(Workspace, Cancellation).AsTask();
        await WaitAsync(() => two.Engine.Lookups == 1);
        await one.Store.SaveBotAsync(Lasting().ToBot()! with { BotToken = "xoxb-rotated" }, Cancellation);
        two.Engine.Gate.SetResult();
        Assert.Equal("xoxb-s3cr3t-bot", (await late)!.BotToken);
        await WaitAsync(() => shared.Keys.Count == 1);

        Assert.Equal("xoxb-rotated", (await one.Store.FindBotAsync(Workspace, Cancellation))!.BotToken);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("xoxb-rotated", (await two.Store.FindBotAsync(Workspace, Cancellation))!.BotToken);
    }

    [Fact]
    public async Task A_distributed_cache_that_is_down_fails_neither_lookups_nor_saves()
    {
        var shared = new SharedCache(_clock) { IsDown = true };
        var rig = Distributed(shared);
        await rig.Store.SaveAsync(Lasting(), Cancellation);
        Assert.Equal(Lasting(), await rig.Store.FindInstallationAsync(Workspace, "U111", Cancellation));
        await rig.Store.DeleteAllAsync(Workspace, Cancellation);
        Assert.Null(await rig.Store.FindInstallationAsync(Workspace, "U111", Cancellation));
    }

    [Fact]
    public void A_serializer_that_is_not_the_caches_own_finds_nothing_to_write() =>
        Assert.Equal("{}", JsonSerializer.Serialize(new CachedLookup("key", Lasting(), _clock.GetUtcNow(), 1, new LookupCacheOptions())));

    [Fact]
    public async Task The_engines_call_belongs_to_the_activity_of_who_asked()
    {
        using var asking = new Activity("request").Start();
        var seen = new TaskCompletionSource<Activity?>();
        await using var services = new ServiceCollection().AddHybridCache().Services
            .AddSlackOAuthStores(options => options.ClientId = "1.1").UseInstallationStore("test", _ => new ActivityStore(seen)).CacheLookups().Services.BuildServiceProvider();

        await services.GetRequiredService<IInstallationStore>().FindBotAsync(Workspace, Cancellation);
        Assert.Same(asking, await seen.Task);
        Assert.Same(asking, Activity.Current);
    }

    [Fact]
    public async Task The_order_of_the_calls_does_not_matter()
    {
        foreach (var use in new Action<SlackOAuthStoresBuilder>[]
        {
            builder => builder.UseInMemory().ProtectTokens().CacheLookups(),
            builder => builder.CacheLookups().ProtectTokens().UseInMemory(),
            builder => builder.CacheLookups().UseInMemory().CacheLookups().ProtectTokens().ProtectTokens(),
        })
        {
            var data = new InMemoryStoreData();
            var services = new ServiceCollection().AddSingleton(data).AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider()).AddHybridCache().Services;
            use(services.AddSlackOAuthStores(options => options.ClientId = "1.1"));
            await using var provider = services.BuildServiceProvider();
            provider.GetRequiredService<IStartupValidator>().Validate();

            var store = provider.GetRequiredService<IInstallationStore>();
            Assert.IsType<CachingInstallationStore>(store);
            await store.SaveAsync(Lasting(), Cancellation);
            var found = await store.FindBotAsync(Workspace, Cancellation);
            Assert.Equal(Lasting().ToBot(), found);
            Assert.Same(found, await store.FindBotAsync(Workspace, Cancellation));
            Assert.StartsWith("protected:", (await new InMemoryInstallationStore(new SlackOAuthStoresOptions { ClientId = "1.1" }, data).FindBotAsync(Workspace, Cancellation))!.BotToken, StringComparison.Ordinal);
            Assert.Equal(Lasting(), await store.GetCapability<IInstallationListing>()!.ListInstallationsAsync(Cancellation).SingleAsync(Cancellation));
            Assert.Null(store.GetCapability<IStorePreparation>());
            Assert.NotNull(provider.GetRequiredService<IOAuthStateStore>().GetCapability<IExpiredStatePurging>());
        }
    }

    [Theory]
    [InlineData("Expiration", "00:00:00.5", false)]
    [InlineData("Expiration", "01:00:01", false)]
    [InlineData("NegativeExpiration", "-00:00:01", false)]
    [InlineData("NegativeExpiration", "00:00:31", false)]
    [InlineData("RotationWindow", "-00:00:01", false)]
    [InlineData("RotationWindow", "1.00:00:01", false)]
    [InlineData("MaximumEntries", "0", false)]
    [InlineData("UseDistributedCache", "True", false)]
    [InlineData("UseDistributedCache", "True", true)]
    public void A_wrong_option_is_refused_at_start_by_its_name(string name, string value, bool isProtected)
    {
        using var provider = new ServiceCollection().AddHybridCache().Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider())
            .AddSlackOAuthStores(options => options.ClientId = "1.1").UseInMemory()
            .ProtectTokens(contracts: isProtected ? StoreContracts.Installations : StoreContracts.States)
            .CacheLookups(options =>
            {
                var property = typeof(LookupCacheOptions).GetProperty(name)!;
                property.SetValue(options, System.ComponentModel.TypeDescriptor.GetConverter(property.PropertyType).ConvertFromInvariantString(value));
            }).Services.BuildServiceProvider();
        var validator = provider.GetRequiredService<IStartupValidator>();
        if (isProtected)
        {
            validator.Validate();
        }
        else
        {
            Assert.Contains($"LookupCacheOptions.{name} is ", Assert.Throws<OptionsValidationException>(validator.Validate).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_a_cache_the_host_does_not_start()
    {
        using var services = new ServiceCollection().AddSlackOAuthStores(options => options.ClientId = "1.1").UseInMemory().CacheLookups().Services.BuildServiceProvider();
        Assert.Contains("AddHybridCache", Assert.Throws<OptionsValidationException>(services.GetRequiredService<IStartupValidator>().Validate).Message, StringComparison.Ordinal);
        Assert.Contains("AddHybridCache", Assert.Throws<InvalidOperationException>(services.GetRequiredService<IInstallationStore>).Message, StringComparison.Ordinal);
    }

    /// <summary>A lookup reads the old bot and is held; a save happens and is acknowledged; the lookup goes on. Gives what is found then.</summary>
    private async Task<string> InterleaveAsync(CacheRig rig)
    {
        await rig.Store.SaveBotAsync(Lasting().ToBot()! with { BotToken = "xoxb-old" }, Cancellation);
        rig.Engine.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = rig.Store.FindBotAsync(Workspace, Cancellation).AsTask();
        await WaitAsync(() => rig.Engine.Lookups == 1);
        await rig.Store.SaveBotAsync(Lasting().ToBot()! with { BotToken = "xoxb-new" }, Cancellation);
        var gate = rig.Engine.Gate;
        rig.Engine.Gate = null;
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        gate.SetResult();
        await held;
        return (await rig.Store.FindBotAsync(Workspace, Cancellation))!.BotToken;
    }

    private static async Task WaitAsync(Func<bool> until)
    {
        while (!until())
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>An installation whose tokens do not expire.</summary>
    private static Installation Lasting() => Samples.Installation with { BotTokenExpiresAt = null, UserTokenExpiresAt = null };

    private CacheRig Rig(Action<LookupCacheOptions>? configure = null, SharedCache? distributed = null)
    {
        var rig = new CacheRig(_data, _clock, configure, distributed);
        _rigs.Add(rig);
        return rig;
    }

    private CacheRig Distributed(SharedCache shared, IDataProtectionProvider? keyRing = null)
    {
        var rig = new CacheRig(_data, _clock, options => options.UseDistributedCache = true, shared, isProtected: true, keyRing);
        _rigs.Add(rig);
        return rig;
    }

    private sealed class ActivityStore(TaskCompletionSource<Activity?> seen) : IInstallationStore
    {
        public async ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            seen.SetResult(Activity.Current);
            return null;
        }

        public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
