using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>The contract of <see cref="IAppListing"/>.</summary>
/// <typeparam name="TFixture">The author's fixture.</typeparam>
/// <param name="fixture">The fixture of the class.</param>
public abstract class AppListingConformanceTests<TFixture>(TFixture fixture) : ConformanceTests<IInstallationStore, TFixture>(fixture)
    where TFixture : StoreFixture<IInstallationStore>
{
    private IAppListing Listing => Capability<IAppListing>(Store);

    [Fact, Contract(32)]
    public virtual async Task Every_app_is_listed_once_however_much_it_holds()
    {
        string[] clientIds = ["1111.2222", "1111.22223", "1111"];
        foreach (var clientId in clientIds)
        {
            var app = await CreateAsync(Of(clientId));
            for (var i = 0; i < Fixture.ListingSize / clientIds.Length; i++)
            {
                await app.SaveAsync(Sample.Installation(WorkspaceId.ForTeam("T" + i), "U" + (i % 2), i, $"{i}"), Cancellation);
            }
        }

        // From an instance whose own app holds nothing.
        Assert.Equal(clientIds.Order(StringComparer.Ordinal), await ClientIdsAsync());
    }

    [Fact, Contract(32)]
    public virtual async Task An_app_that_holds_nothing_is_not_listed()
    {
        Assert.Empty(await ClientIdsAsync());
        Assert.Null(await Store.FindBotAsync(Sample.Workspace, Cancellation));
        await Store.DeleteAllAsync(Sample.Workspace, Cancellation);
        if (Find<IRotationLeasing>(Store) is { } leasing)
        {
            Assert.Null(await leasing.TryAcquireLeaseAsync(Sample.Workspace, null, TimeSpan.FromSeconds(30), Cancellation));
        }

        Assert.Empty(await ClientIdsAsync());
    }

    [Fact, Contract(32)]
    public virtual async Task An_app_is_listed_while_it_holds_a_bot_or_an_installation()
    {
        await Store.SaveBotAsync(Sample.Bot(1, "bot"), Cancellation);
        Assert.Equal([Scope.Options.ClientId], await ClientIdsAsync());
        await Store.SaveAsync(Sample.WithoutBot("U1", 1, "one"), Cancellation);
        await Store.SaveAsync(Sample.WithoutBot("U2", 1, "two"), Cancellation);
        await Store.DeleteBotAsync(Sample.Workspace, Cancellation);
        await Store.DeleteInstallationAsync(Sample.Workspace, "U1", Cancellation);
        Assert.Equal([Scope.Options.ClientId], await ClientIdsAsync());
    }

    [Theory, Contract(32)]
    [InlineData(false)]
    [InlineData(true)]
    public virtual async Task An_app_whose_last_record_was_deleted_is_not_listed(bool historyEnabled)
    {
        var store = await CreateAsync(Scope.With(options => options.HistoryEnabled = historyEnabled));
        await store.SaveAsync(Sample.Installation("U1", 1, "one"), Cancellation);
        await store.SaveAsync(Sample.Installation("U1", 2, "two"), Cancellation);
        await store.SaveAsync(Sample.Installation(WorkspaceId.ForTeam("T2"), "U1", 1, "other"), Cancellation);
        if (Find<IRotationLeasing>(store) is { } leasing)
        {
            Assert.NotNull(await leasing.TryAcquireLeaseAsync(Sample.Workspace, null, TimeSpan.FromSeconds(30), Cancellation));
            Assert.NotNull(await leasing.TryAcquireLeaseAsync(Sample.Workspace, "U1", TimeSpan.FromSeconds(30), Cancellation));
        }

        await store.DeleteAllAsync(WorkspaceId.ForTeam("T2"), Cancellation);
        await store.DeleteInstallationAsync(Sample.Workspace, "U1", Cancellation);
        Assert.Equal([Scope.Options.ClientId], await ClientIdsAsync());
        await store.DeleteBotAsync(Sample.Workspace, Cancellation);
        Assert.Empty(await ClientIdsAsync());
    }

    [Fact, Contract(9, 32)]
    public virtual async Task Hostile_client_ids_are_listed_as_they_were_given()
    {
        foreach (var (i, clientId) in HostileIds.Savable.Index())
        {
            await UseAsync(clientId, app => i % 2 == 0 ? app.SaveBotAsync(Sample.Bot(1, "bot"), Cancellation) : app.SaveAsync(Sample.WithoutBot("U1", 1, "one"), Cancellation));
        }

        Assert.Equal(HostileIds.Savable.Order(StringComparer.Ordinal), await ClientIdsAsync());
    }

    [Fact, Contract(32)]
    public virtual async Task No_app_of_another_part_of_the_engine_is_listed()
    {
        var elsewhere = await CreateAsync(new StoreScope());
        await elsewhere.SaveAsync(Sample.Installation("U1", 1, "elsewhere"), Cancellation);
        Assert.Empty(await ClientIdsAsync());
    }

    [Fact, Contract(32)]
    public virtual async Task What_is_there_from_start_to_end_is_listed_once_while_others_come_and_go()
    {
        string[] kept = [.. Enumerable.Range(0, 10).Select(i => "kept-" + i)];
        foreach (var clientId in kept)
        {
            await UseAsync(clientId, app => app.SaveAsync(Sample.Installation("U1", 1, "kept"), Cancellation));
        }

        var listed = new List<string>();
        await foreach (var clientId in Listing.ListClientIdsAsync(Cancellation))
        {
            listed.Add(clientId);
            await UseAsync("new-" + (listed.Count % 3), app => app.SaveBotAsync(Sample.Bot(1, "new"), Cancellation));
            await UseAsync("gone-" + (listed.Count % 3), app => app.SaveAsync(Sample.Installation("U1", 1, "gone"), Cancellation));
            await UseAsync("gone-" + ((listed.Count + 1) % 3), app => app.DeleteAllAsync(Sample.Workspace, Cancellation));
            Assert.True(listed.Count < 1_000, "A listing does not end while records are saved.");
        }

        Assert.Distinct(listed, StringComparer.Ordinal);
        Assert.Empty(kept.Except(listed));
    }

    [Fact, Contract(22, 32)]
    public virtual async Task A_listing_can_be_cancelled_before_and_midway_and_left()
    {
        foreach (var clientId in new[] { "1", "2", "3" })
        {
            await UseAsync(clientId, app => app.SaveBotAsync(Sample.Bot(1, "bot"), Cancellation));
        }

        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Listing.ListClientIdsAsync(cancelled).CountAsync(CancellationToken.None));
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Listing.ListClientIdsAsync().WithCancellation(cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });
        await foreach (var _ in Listing.ListClientIdsAsync(Cancellation))
        {
            break;
        }

        Assert.Equal(["1", "2", "3"], await ClientIdsAsync());
    }

    private StoreScope Of(string clientId) => Scope.With(options => options.ClientId = clientId);

    /// <summary>By a store that is disposed at once: a test has hundreds of apps, and an engine takes fewer connections.</summary>
    private async Task UseAsync(string clientId, Func<IInstallationStore, ValueTask> use)
    {
        var app = await Fixture.CreateAsync(Of(clientId));
        try
        {
            await use(app);
        }
        finally
        {
            await DisposeAsync(app);
        }
    }

    private async Task<string[]> ClientIdsAsync() =>
        [.. (await Listing.ListClientIdsAsync(Cancellation).ToListAsync(Cancellation)).Order(StringComparer.Ordinal)];
}
