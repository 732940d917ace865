namespace SlackOAuth.Stores.Tests;

/// <summary>A listing with records that cannot be read, as who lists goes through it. [33]</summary>
public sealed class ListedRecordTests
{
    private static readonly WorkspaceId Damaged = WorkspaceId.ForTeam("T2");

    private bool _isDisposed;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_cannot_be_read_is_given_in_its_place_and_what_follows_is_too()
    {
        var listed = await Listing("T1", "damaged", "damaged", "T3").WithUnreadableAsync(Token).ToListAsync(Token);
        Assert.Equal(["T1", null, null, "T3"], listed.Select(one => one.Record?.TeamId));
        Assert.All(listed, one => Assert.Equal(one.Record is null ? Damaged : null, one.Failure?.Workspace));
        Assert.True(_isDisposed);
    }

    [Fact]
    public async Task A_failure_of_the_engine_ends_it()
    {
        var given = new List<string?>();
        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () =>
        {
            await foreach (var (bot, unreadable) in Listing("T1", "damaged", "broken", "T3").WithUnreadableAsync(Token))
            {
                given.Add(bot?.TeamId ?? unreadable?.Workspace?.TeamId);
            }
        });
        Assert.False(failure.IsUnreadableRecord);
        Assert.Equal(["T1", "T2"], given);
        Assert.True(_isDisposed);
    }

    [Fact]
    public async Task The_token_reaches_the_listing()
    {
        using var cancellation = new CancellationTokenSource();
        await using var listed = Listing("T1", "T3").WithUnreadableAsync(cancellation.Token).GetAsyncEnumerator(Token);
        Assert.True(await listed.MoveNextAsync());
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await listed.MoveNextAsync());
    }

    private IAsyncEnumerable<Bot> Listing(params string[] stored) => RecordListing.Read(StoredAsync(stored), team => team switch
    {
        "damaged" => throw new SlackOAuthStoreException("Memory", "ListBotsAsync", "a record is damaged", isTransient: false, "Delete it.") { IsUnreadableRecord = true, Workspace = Damaged },
        _ => new Bot { TeamId = team, BotToken = "xoxb-1", InstalledAt = DateTimeOffset.UnixEpoch },
    });

    private async IAsyncEnumerable<string> StoredAsync(string[] stored, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            foreach (var one in stored)
            {
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
                yield return one != "broken" ? one : throw new SlackOAuthStoreException("Memory", "ListBotsAsync", "the engine is down", isTransient: true, "Try again.");
            }
        }
        finally
        {
            _isDisposed = true;
        }
    }
}
