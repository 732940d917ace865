namespace SlackOAuth.Stores.FileSystem.Tests;

/// <summary>Sentence 24 on an engine without round trips: a call that lists a folder or reads another's files allocates for each, and these calls allocate the same however many there are.</summary>
public sealed class CostTests : IDisposable
{
    private const int Others = 300;
    private const long Tolerance = 2048;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lookups_and_saves_cost_the_same_with_many_workspaces_and_users_and_a_long_history()
    {
        var plain = _folder.Installations();
        var withHistory = _folder.Installations(options => options.HistoryEnabled = true);
        await withHistory.SaveAsync(Samples.Installation, Token);
        await plain.SaveAsync(Samples.Installation, Token);
        var before = await MeasureAsync();

        var record = await File.ReadAllBytesAsync(_folder.Of("E111-T111", "installer-latest"), Token);
        for (var i = 0; i < Others; i++)
        {
            await File.WriteAllBytesAsync(_folder.Of("E111-T111", $"installer-U{i}X-latest"), record, Token);
            await File.WriteAllBytesAsync(_folder.Of("E111-T111", $"installer-U111-{i}.0"), record, Token);
            Directory.CreateDirectory(_folder.Of($"none-T{i}"));
        }

        Assert.All(before.Zip(await MeasureAsync()), calls => Assert.InRange(calls.Second, 0, calls.First + Tolerance));

        async Task<long[]> MeasureAsync() =>
        [
            await AllocatedAsync(() => plain.FindBotAsync(Samples.Workspace, Token).AsTask()),
            await AllocatedAsync(() => plain.FindInstallationAsync(Samples.Workspace, "U111", Token).AsTask()),
            await AllocatedAsync(() => plain.FindInstallationAsync(Samples.Workspace, null, Token).AsTask()),
            await AllocatedAsync(() => withHistory.FindInstallationAsync(Samples.Workspace, "U111", Token).AsTask()),
            await AllocatedAsync(() => plain.SaveAsync(Samples.Installation, Token).AsTask()),
        ];
    }

    [Fact]
    public async Task Issuing_and_consuming_cost_the_same_with_many_states()
    {
        var states = _folder.States();
        var before = await MeasureAsync();
        for (var i = 0; i < Others; i++)
        {
            await states.IssueAsync(cancellationToken: Token);
        }

        Assert.All(before.Zip(await MeasureAsync()), calls => Assert.InRange(calls.Second, 0, calls.First + Tolerance));

        async Task<long[]> MeasureAsync() =>
        [
            await AllocatedAsync(() => states.IssueAsync(cancellationToken: Token).AsTask()),
            await AllocatedAsync(() => states.ConsumeAsync(OAuthState.Create(), cancellationToken: Token).AsTask()),
        ];
    }

    /// <summary>The least of several calls, for the first ones fill pools and caches, and one that has to wait for another test's lock goes on in another thread.</summary>
    private static async Task<long> AllocatedAsync(Func<Task> call)
    {
        var least = long.MaxValue;
        for (var i = 0; i < 10; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var task = call();
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            least = task.IsCompletedSuccessfully ? Math.Min(least, allocated) : least;
            await task;
        }

        Assert.NotEqual(long.MaxValue, least);
        return least;
    }
}
