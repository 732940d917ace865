using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>The contract of <see cref="IInstallationListing"/>.</summary>
/// <typeparam name="TFixture">The author's fixture.</typeparam>
/// <param name="fixture">The fixture of the class.</param>
public abstract class InstallationListingConformanceTests<TFixture>(TFixture fixture) : ConformanceTests<IInstallationStore, TFixture>(fixture)
    where TFixture : StoreFixture<IInstallationStore>
{
    private IInstallationListing Listing => Capability<IInstallationListing>(Store);

    [Fact, Contract(1)]
    public virtual async Task An_empty_store_lists_nothing()
    {
        Assert.Empty(await BotsAsync());
        Assert.Empty(await InstallationsAsync());
    }

    [Fact, Contract(1)]
    public virtual async Task Everything_is_listed_once_over_all_pages()
    {
        var (bots, installations) = (new Dictionary<WorkspaceId, Bot>(), new Dictionary<(WorkspaceId, string), Installation>());
        for (var i = 0; i < Fixture.ListingSize; i++)
        {
            var workspace = (i % 4) switch
            {
                0 => WorkspaceId.ForEnterprise("E" + i),
                1 => WorkspaceId.ForTeam("T" + i, "E" + (i - 1)),
                _ => WorkspaceId.ForTeam("T" + i),
            };
            for (var user = 0; user < 1 + (i % 3); user++)
            {
                var saved = i % 5 == 0 ? Sample.WithoutBot(workspace, "U" + user, user, $"{i}x{user}") : Sample.Installation(workspace, "U" + user, user, $"{i}x{user}");
                await Store.SaveAsync(saved, Cancellation);
                installations[(workspace, saved.UserId)] = saved;
                if (saved.ToBot() is { } bot)
                {
                    bots[workspace] = bot;
                }
            }
        }

        var listedBots = await BotsAsync();
        Assert.Equal(bots.Count, listedBots.Count);
        foreach (var (workspace, bot) in bots)
        {
            var listed = Assert.Single(listedBots, listed => KeyOf(listed.EnterpriseId, listed.TeamId) == workspace);
            Same.AssertEqual(bot, listed, "a listed bot");
        }

        var listedInstallations = await InstallationsAsync();
        Assert.Equal(installations.Count, listedInstallations.Count);
        foreach (var installation in listedInstallations)
        {
            var workspace = KeyOf(installation.EnterpriseId, installation.TeamId);
            Assert.True(installations.Remove((workspace, installation.UserId), out var expected), "An installation was listed twice, or was never saved.");
            Same.AssertEqual(expected.WithBot(bots.GetValueOrDefault(workspace)), installation, "a listed installation");
        }
    }

    [Fact, Contract(3)]
    public virtual async Task Listed_installations_show_the_current_bot()
    {
        var (one, two) = (Sample.Installation("U1", 1, "one"), Sample.Installation("U2", 2, "two"));
        await Store.SaveAsync(one, Cancellation);
        await Store.SaveAsync(two, Cancellation);
        var rotated = Sample.Bot(2, "rotated");
        await Store.SaveBotAsync(rotated, Cancellation);
        Assert.Equal([one.WithBot(rotated), two.WithBot(rotated)], (await InstallationsAsync()).OrderBy(installation => installation.UserId, StringComparer.Ordinal));
        await Store.DeleteBotAsync(Sample.Workspace, Cancellation);
        Assert.Equal([one.WithBot(null), two.WithBot(null)], (await InstallationsAsync()).OrderBy(installation => installation.UserId, StringComparer.Ordinal));
        Assert.Empty(await BotsAsync());
    }

    [Fact, Contract(6, 15)]
    public virtual async Task Current_records_alone_are_listed_with_history_on_too()
    {
        var store = await CreateAsync(Scope.With(options => options.HistoryEnabled = true));
        for (var at = 1; at <= 3; at++)
        {
            await store.SaveAsync(Sample.Installation("U1", at, "t" + at), Cancellation);
        }

        var listing = Capability<IInstallationListing>(store);
        Assert.Equal(Sample.Bot(3, "t3"), Assert.Single(await listing.ListBotsAsync(Cancellation).ToListAsync(Cancellation)));
        Assert.Equal(Sample.Installation("U1", 3, "t3"), Assert.Single(await listing.ListInstallationsAsync(Cancellation).ToListAsync(Cancellation)));
    }

    [Fact, Contract(8)]
    public virtual async Task What_was_deleted_is_not_listed()
    {
        await Store.SaveAsync(Sample.Installation("U1", 1, "one"), Cancellation);
        await Store.SaveAsync(Sample.Installation("U2", 2, "two"), Cancellation);
        await Store.SaveAsync(Sample.Installation(WorkspaceId.ForTeam("T2"), "U1", 1, "kept"), Cancellation);
        await Store.DeleteInstallationAsync(Sample.Workspace, "U2", Cancellation);
        Assert.Equal(["xoxp-secret-kept", "xoxp-secret-one"], (await InstallationsAsync()).Select(installation => installation.UserToken).Order(StringComparer.Ordinal));
        await Store.DeleteAllAsync(Sample.Workspace, Cancellation);
        Assert.Equal("xoxp-secret-kept", Assert.Single(await InstallationsAsync()).UserToken);
        Assert.Equal("xoxb-secret-kept", Assert.Single(await BotsAsync()).BotToken);
    }

    [Fact, Contract(9)]
    public virtual async Task Hostile_ids_are_listed_as_they_were_saved()
    {
        foreach (var (i, id) in HostileIds.Savable.Index())
        {
            await Store.SaveAsync(Sample.Installation(i % 2 == 0 ? WorkspaceId.ForTeam(id) : WorkspaceId.ForEnterprise(id), id, 1, "k" + i), Cancellation);
        }

        Assert.Equal(
            HostileIds.Savable.Select((id, i) => Sample.Installation(i % 2 == 0 ? WorkspaceId.ForTeam(id) : WorkspaceId.ForEnterprise(id), id, 1, "k" + i)).ToHashSet(),
            (await InstallationsAsync()).ToHashSet());
        Assert.Equal(HostileIds.Savable.Count, (await BotsAsync()).Distinct().Count());
    }

    [Fact, Contract(10)]
    public virtual async Task Nothing_of_another_client_id_is_listed()
    {
        foreach (var clientId in new[] { "1234567890.09876543210", "1234567890", "*" })
        {
            var other = await CreateAsync(Scope.With(options => options.ClientId = clientId));
            await other.SaveAsync(Sample.Installation("U1", 1, "other"), Cancellation);
        }

        Assert.Empty(await BotsAsync());
        Assert.Empty(await InstallationsAsync());
        await Store.SaveAsync(Sample.Installation("U1", 1, "mine"), Cancellation);
        Assert.Equal(Sample.Installation("U1", 1, "mine"), Assert.Single(await InstallationsAsync()));
    }

    [Fact, Contract(12)]
    public virtual async Task What_is_there_from_start_to_end_is_listed_once_while_others_come_and_go()
    {
        for (var i = 0; i < 20; i++)
        {
            await Store.SaveAsync(Sample.Installation(WorkspaceId.ForTeam("T" + i), "U1", 1, "kept"), Cancellation);
        }

        var listed = new List<Installation>();
        await foreach (var installation in Listing.ListInstallationsAsync(Cancellation))
        {
            listed.Add(installation);
            await Store.SaveAsync(Sample.Installation(WorkspaceId.ForTeam("X" + (listed.Count % 10)), "U1", listed.Count, "coming"), Cancellation);
            await Store.DeleteAllAsync(WorkspaceId.ForTeam("X" + ((listed.Count + 5) % 10)), Cancellation);
            Assert.True(listed.Count < 1_000, "A listing does not end while records are saved.");
        }

        Assert.Equal(20, listed.Count(installation => installation.TeamId!.StartsWith('T')));
        Assert.Equal(20, listed.Where(installation => installation.TeamId!.StartsWith('T')).Distinct().Count());
    }

    [Fact, Contract(22)]
    public virtual async Task A_listing_can_be_cancelled_before_and_midway_and_left()
    {
        for (var i = 0; i < 3; i++)
        {
            await Store.SaveAsync(Sample.Installation(WorkspaceId.ForTeam("T" + i), "U1", 1, "kept"), Cancellation);
        }

        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Listing.ListBotsAsync(cancelled).CountAsync(CancellationToken.None));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Listing.ListInstallationsAsync(cancelled).CountAsync(CancellationToken.None));
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Listing.ListInstallationsAsync().WithCancellation(cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });
        await foreach (var _ in Listing.ListInstallationsAsync(Cancellation))
        {
            break;
        }

        Assert.Equal(3, (await InstallationsAsync()).Count);
    }

    [Fact, Contract(33)]
    public virtual async Task A_damaged_record_is_named_and_hides_no_other()
    {
        Requires(StoreCapabilities.Damage);
        var store = await CreateAsync(Scope.With(options => options.HistoryEnabled = true));
        var (one, two, three) = (WorkspaceId.ForTeam("T1"), WorkspaceId.ForTeam("T2", "E2"), WorkspaceId.ForEnterprise("E3"));
        await store.SaveAsync(Sample.Installation(one, "U1", 2, "one"), Cancellation);
        await store.SaveAsync(Sample.WithoutBot(one, "U2", 1, "damaged"), Cancellation);
        await store.SaveAsync(Sample.Installation(two, "U1", 1, "damaged"), Cancellation);
        await store.SaveAsync(Sample.WithoutBot(two, "U2", 2, "behind"), Cancellation);
        await store.SaveAsync(Sample.Installation(three, "U1", 1, "three"), Cancellation);
        await Fixture.DamageAsync(Scope, Sample.Installation("U1", 1, "damaged").AppId!);
        var (listing, history) = (Capability<IInstallationListing>(store), store.GetCapability<IInstallationHistory>());

        var (bots, unreadableBots) = await ReadAsync(listing.ListBotsAsync(Cancellation));
        Assert.Equal(["Bone", "Bthree"], bots.Select(bot => bot.BotId).Order(StringComparer.Ordinal));
        Assert.Equal([(two, null)], unreadableBots);
        var (installations, unreadable) = await ReadAsync(listing.ListInstallationsAsync(Cancellation));
        Assert.Equal([Sample.Installation(one, "U1", 2, "one"), Sample.Installation(three, "U1", 1, "three")], installations.OrderBy(installation => installation.AppId, StringComparer.Ordinal));
        Assert.Equal([("T1", "U2"), ("T2", "U1"), ("T2", "U2")], unreadable.Select(record => (record.Workspace?.TeamId, record.UserId)).Order());
        if (history is not null)
        {
            Assert.Equal([(two, null)], (await ReadAsync(history.ListBotHistoryAsync(two, Cancellation))).Unreadable.Distinct());
            var (kept, unreadableKept) = await ReadAsync(history.ListInstallationHistoryAsync(one, null, Cancellation));
            Assert.Equal("U1", Assert.Single(kept).UserId);
            Assert.Equal([one], unreadableKept.Select(record => record.Workspace).Distinct());
        }

        await store.SaveBotAsync(Sample.Bot(two, 3, "mended"), Cancellation);
        await store.DeleteInstallationAsync(one, "U2", Cancellation);
        await store.DeleteInstallationAsync(two, "U1", Cancellation);
        Assert.Empty((await ReadAsync(listing.ListBotsAsync(Cancellation))).Unreadable);
        (installations, unreadable) = await ReadAsync(listing.ListInstallationsAsync(Cancellation));
        Assert.Empty(unreadable);
        Assert.Equal(["Abehind", "Aone", "Athree"], installations.Select(installation => installation.AppId).Order(StringComparer.Ordinal));
    }

    /// <summary>What a listing gives, and whose records it could not read.</summary>
    private static async Task<(List<T> Records, List<(WorkspaceId? Workspace, string? UserId)> Unreadable)> ReadAsync<T>(IAsyncEnumerable<T> listing)
    {
        var (records, unreadable) = (new List<T>(), new List<(WorkspaceId?, string?)>());
        await using var listed = listing.GetAsyncEnumerator(CancellationToken.None);
        while (true)
        {
            try
            {
                if (!await listed.MoveNextAsync())
                {
                    return (records, unreadable);
                }

                records.Add(listed.Current);
            }
            catch (SlackOAuthStoreException exception)
            {
                Assert.True(exception is { IsUnreadableRecord: true, IsTransient: false, InnerException: not null }, $"A damaged record was told as something else: {exception.Message}");
                unreadable.Add((exception.Workspace, exception.UserId));
                Assert.True(unreadable.Count < 100, "A listing does not get past a damaged record.");
            }
        }
    }

    private static WorkspaceId KeyOf(string? enterpriseId, string? teamId) => new(enterpriseId, teamId);

    private async Task<List<Bot>> BotsAsync() => await Listing.ListBotsAsync(Cancellation).ToListAsync(Cancellation);

    private async Task<List<Installation>> InstallationsAsync() => await Listing.ListInstallationsAsync(Cancellation).ToListAsync(Cancellation);
}
