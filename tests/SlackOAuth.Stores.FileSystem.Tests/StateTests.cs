using Microsoft.Extensions.Time.Testing;

namespace SlackOAuth.Stores.FileSystem.Tests;

public sealed class StateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task After_a_day_of_issuing_and_abandoning_little_more_is_stored_than_what_is_valid()
    {
        var states = _folder.States(_time);
        var most = 0;
        for (var minute = 0; minute < 24 * 60; minute++)
        {
            await states.IssueAsync(cancellationToken: Token);
            most = Math.Max(most, _folder.FileNames().Length);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        // Ten are valid at a time, and a folder holds those of two and a half minutes.
        Assert.InRange(most, 10, 14);
        Assert.InRange(Directory.GetDirectories(Path.Combine(_folder.Path, ".oauth-states", TemporaryFolder.ClientId)).Length, 1, 6);
    }

    [Fact]
    public async Task An_issue_removes_a_bounded_number_of_expired_states_and_more_than_it_adds()
    {
        var states = _folder.States(_time);
        for (var i = 0; i < 100; i++)
        {
            await states.IssueAsync(cancellationToken: Token);
        }

        _time.Advance(TimeSpan.FromHours(1));
        var counts = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            await states.IssueAsync(cancellationToken: Token);
            counts.Add(_folder.FileNames().Length);
        }

        Assert.Equal([100 - FileSystemOAuthStateStore.SweptPerIssue + 1, 100 - (2 * FileSystemOAuthStateStore.SweptPerIssue) + 2, 100 - (3 * FileSystemOAuthStateStore.SweptPerIssue) + 3, 4], counts);
        Assert.Single(Directory.GetDirectories(Path.Combine(_folder.Path, ".oauth-states", TemporaryFolder.ClientId)));
    }

    [Fact]
    public async Task Purging_removes_every_expired_state_and_only_those()
    {
        var states = _folder.States(_time);
        await states.IssueAsync(cancellationToken: Token);
        _time.Advance(TimeSpan.FromSeconds(1));
        var valid = await states.IssueAsync(cancellationToken: Token);
        _time.Advance(TimeSpan.FromSeconds(599));

        // Both lie in one folder.
        Assert.Equal(1, await states.PurgeExpiredAsync(Token));
        Assert.Equal(0, await states.PurgeExpiredAsync(Token));
        Assert.NotNull(await states.ConsumeAsync(valid, cancellationToken: Token));
        Assert.Empty(_folder.FileNames());
    }

    [Fact]
    public async Task A_state_is_consumed_where_the_lifetime_was_changed_in_between()
    {
        var before = _folder.States(_time, options => options.StateLifetime = TimeSpan.FromHours(2));
        var after = _folder.States(_time, options => options.StateLifetime = TimeSpan.FromSeconds(7));
        var states = new[] { await before.IssueAsync(cancellationToken: Token), await before.IssueAsync(cancellationToken: Token) };
        Assert.NotNull(await after.ConsumeAsync(states[0], cancellationToken: Token));
        _time.Advance(TimeSpan.FromMinutes(119));
        Assert.NotNull(await after.ConsumeAsync(states[1], cancellationToken: Token));
    }

    [Fact]
    public async Task A_lifetime_of_less_than_a_second_is_kept()
    {
        var states = _folder.States(_time, options => options.StateLifetime = TimeSpan.FromMilliseconds(20));
        var state = await states.IssueAsync(cancellationToken: Token);
        var other = await states.IssueAsync(cancellationToken: Token);
        _time.Advance(TimeSpan.FromMilliseconds(19));
        Assert.NotNull(await states.ConsumeAsync(state, cancellationToken: Token));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await states.ConsumeAsync(other, cancellationToken: Token));
    }

    [Fact]
    public async Task States_can_lie_in_a_folder_of_their_own()
    {
        var elsewhere = Path.Combine(_folder.Path, "states");
        await _folder.States(_time, configureFiles: files => files.StateDirectory = elsewhere).IssueAsync(cancellationToken: Token);
        Assert.StartsWith($"states/{TemporaryFolder.ClientId}/", Assert.Single(_folder.FileNames()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_somebody_else_put_beside_the_states_is_left_alone()
    {
        var states = _folder.States(_time);
        await states.PrepareAsync(Token);
        var foreign = Directory.CreateDirectory(Path.Combine(_folder.Path, ".oauth-states", TemporaryFolder.ClientId, "notes"));
        await File.WriteAllTextAsync(Path.Combine(foreign.FullName, "note"), "", Token);
        _time.Advance(TimeSpan.FromDays(1));
        await states.ConsumeAsync(await states.IssueAsync(cancellationToken: Token), cancellationToken: Token);
        Assert.Equal(0, await states.PurgeExpiredAsync(Token));
        Assert.True(File.Exists(Path.Combine(foreign.FullName, "note")));
    }
}
