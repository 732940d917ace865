using Microsoft.Extensions.Time.Testing;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore.Tests;

/// <summary>The re-keying of a workspace that joined an Enterprise Grid, beside an uninstall, a rotation and another re-keying: what happens in between is put there by the store.</summary>
public sealed class GridUpgradeTests
{
    private static readonly WorkspaceId Before = WorkspaceId.ForTeam("T1");
    private static readonly WorkspaceId After = WorkspaceId.ForTeam("T1", "E1");
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new(new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));
    private readonly InMemoryInstallationStore _store;

    public GridUpgradeTests() => _store = new(new() { ClientId = "1234567890.1234567890" }, timeProvider: _time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Under_leases_everything_is_moved()
    {
        await SaveAsync("U1", "U2");

        Assert.Equal(2, await RekeyAsync());

        await AssertOnlyAsync(After, "xoxb-U2", "xoxp-U1", "xoxp-U2");
    }

    [Theory]
    [InlineData("SaveBotAsync")]
    [InlineData("SaveAsync")]
    [InlineData("TrySaveInstallationAsync")]
    [InlineData("TrySaveBotAsync")]
    public async Task An_uninstall_in_any_instant_leaves_nothing_under_either_key(string instant)
    {
        await SaveAsync("U1");

        await RekeyAsync(new InterruptedStore(_store, instant, async () =>
        {
            await _store.DeleteAllAsync(Before, Cancellation);
            await _store.DeleteAllAsync(After, Cancellation);
        }));

        await AssertOnlyAsync(Before);
        await AssertOnlyAsync(After);
    }

    [Fact]
    public async Task An_uninstall_and_a_new_install_in_the_same_instant_leave_the_new_one()
    {
        await SaveAsync("U1");

        await RekeyAsync(new InterruptedStore(_store, "TrySaveBotAsync", async () =>
        {
            await _store.DeleteAllAsync(Before, Cancellation);
            await _store.DeleteAllAsync(After, Cancellation);
            await _store.SaveAsync(AuthorizerTests.Installation(After, "U5", _time.GetUtcNow().AddDays(1)), Cancellation);
        }));

        await AssertOnlyAsync(After, "xoxb-U5", "xoxp-U5");
    }

    [Fact]
    public async Task A_bot_whose_refresh_token_another_process_spends_is_moved_when_it_has_saved()
    {
        await SaveAsync("U1");
        var lease = await _store.TryAcquireLeaseAsync(Before, null, LeaseDuration, Cancellation);

        var during = await RekeyAsync();
        Assert.True(await _store.TrySaveBotAsync(lease!, (await _store.FindBotAsync(Before, Cancellation))! with { BotToken = "xoxb-rotated" }, Cancellation));
        await _store.ReleaseLeaseAsync(lease!, Cancellation);
        var afterwards = await RekeyAsync();

        Assert.Equal((null, 1), (during, afterwards));
        await AssertOnlyAsync(After, "xoxb-rotated", "xoxp-U1");
    }

    [Fact]
    public async Task A_user_token_that_another_process_rotates_is_left_to_a_later_call()
    {
        await SaveAsync("U1");
        var lease = await _store.TryAcquireLeaseAsync(Before, "U1", LeaseDuration, Cancellation);

        var during = await RekeyAsync();
        Assert.True(await _store.TrySaveInstallationAsync(lease!, (await _store.FindInstallationAsync(Before, "U1", Cancellation))! with { UserToken = "xoxp-rotated" }, Cancellation));
        await _store.ReleaseLeaseAsync(lease!, Cancellation);
        var afterwards = await RekeyAsync();

        Assert.Equal((0, 1), (during, afterwards));
        await AssertOnlyAsync(After, "xoxb-U1", "xoxp-rotated");
    }

    [Fact]
    public async Task One_that_stalled_beyond_its_lease_takes_nothing_from_the_one_that_went_on()
    {
        await SaveAsync("U1");

        await RekeyAsync(new InterruptedStore(_store, "TrySaveBotAsync", async () =>
        {
            _time.Advance(LeaseDuration);
            await RekeyAsync();
        }));

        await AssertOnlyAsync(After, "xoxb-U1", "xoxp-U1");
    }

    [Fact]
    public async Task One_that_broke_off_holds_the_next_back_no_longer_than_its_lease()
    {
        await SaveAsync("U1");
        await Assert.ThrowsAsync<IOException>(() => RekeyAsync(new InterruptedStore(_store, "SaveBotAsync", () => throw new IOException("broken off"))).AsTask());

        var held = await RekeyAsync();
        _time.Advance(LeaseDuration);
        var free = await RekeyAsync();

        Assert.Equal((null, 1), (held, free));
        await AssertOnlyAsync(After, "xoxb-U1", "xoxp-U1");
    }

    [Theory]
    [InlineData("DeleteInstallationAsync", true)]
    [InlineData("DeleteInstallationAsync", false)]
    [InlineData("DeleteBotAsync", true)]
    [InlineData("DeleteBotAsync", false)]
    public async Task What_was_rotated_under_either_key_since_one_broke_off_is_what_the_next_leaves(string instant, bool isRotatedAfter)
    {
        await SaveAsync("U1");
        await Assert.ThrowsAsync<IOException>(() => RekeyAsync(new InterruptedStore(_store, instant, () => throw new IOException("broken off"))).AsTask());
        _time.Advance(LeaseDuration);
        var isBot = instant == "DeleteBotAsync";
        await RotateAsync(isRotatedAfter ? After : Before, isBot ? null : "U1");

        await RekeyAsync();

        await AssertOnlyAsync(After, isBot ? "xoxb-rotated" : "xoxb-U1", isBot ? "xoxp-U1" : "xoxp-rotated");
    }

    [Theory]
    [InlineData("FoundBotAsync", null)]
    [InlineData("FoundInstallationAsync", "U1")]
    public async Task One_that_stalled_beyond_its_lease_puts_no_spent_token_over_the_one_that_was_rotated_since(string instant, string? userId)
    {
        await SaveAsync("U1");

        await RekeyAsync(new InterruptedStore(_store, instant, async () =>
        {
            _time.Advance(LeaseDuration);
            await RekeyAsync();
            await RotateAsync(After, userId);
        }));

        await AssertOnlyAsync(After, userId is null ? "xoxb-rotated" : "xoxb-U1", userId is null ? "xoxp-U1" : "xoxp-rotated");
    }

    [Fact]
    public async Task One_that_broke_off_after_the_bot_leaves_no_bot_under_the_old_key()
    {
        await SaveAsync("U1");

        await Assert.ThrowsAsync<IOException>(() => RekeyAsync(new InterruptedStore(_store, "SaveAsync", () => throw new IOException("broken off"))).AsTask());

        Assert.Null(await _store.FindBotAsync(Before, Cancellation));
        Assert.Equal("xoxb-U1", (await _store.FindBotAsync(After, Cancellation))?.BotToken);
    }

    private async Task RotateAsync(WorkspaceId key, string? userId)
    {
        var lease = (await _store.TryAcquireLeaseAsync(key, userId, LeaseDuration, Cancellation))!;
        var expiresAt = _time.GetUtcNow().AddDays(1);
        Assert.True(userId is null
            ? await _store.TrySaveBotAsync(lease, (await _store.FindBotAsync(key, Cancellation))! with { BotToken = "xoxb-rotated", BotTokenExpiresAt = expiresAt }, Cancellation)
            : await _store.TrySaveInstallationAsync(
                lease, (await _store.FindInstallationAsync(key, userId, Cancellation))! with { UserToken = "xoxp-rotated", UserTokenExpiresAt = expiresAt }, Cancellation));
        await _store.ReleaseLeaseAsync(lease, Cancellation);
    }

    private ValueTask<int?> RekeyAsync(IInstallationStore? store = null) => new GridUpgrade(store ?? _store, _time).RekeyAsync(Before, After, Cancellation);

    private async Task SaveAsync(params string[] users)
    {
        foreach (var user in users)
        {
            await _store.SaveAsync(AuthorizerTests.Installation(Before, user) with { BotTokenExpiresAt = _time.GetUtcNow().AddHours(12) }, Cancellation);
        }
    }

    /// <summary>That these tokens are what is stored under a key, and nothing else under either.</summary>
    private async Task AssertOnlyAsync(WorkspaceId key, params string[] tokens)
    {
        var found = new List<string?>();
        await foreach (var bot in _store.ListBotsAsync(Cancellation))
        {
            Assert.Equal(key.EnterpriseId, bot.EnterpriseId);
            found.Add(bot.BotToken);
        }

        await foreach (var installation in _store.ListInstallationsAsync(Cancellation))
        {
            Assert.Equal(key.EnterpriseId, installation.EnterpriseId);
            found.Add(installation.UserToken);
        }

        Assert.Equal(tokens.Order(), found.Order());
    }

    /// <summary>The store, and what others do with it just before one call; or, as <c>Found…</c>, just after a look under the new key.</summary>
    private sealed class InterruptedStore(InMemoryInstallationStore inner, string instant, Func<Task> others) : IInstallationStore, IRotationLeasing
    {
        private bool _isDone;

        public async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
        {
            await InterruptAsync("SaveAsync");
            await inner.SaveAsync(installation, cancellationToken);
        }

        public async ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
        {
            await InterruptAsync("SaveBotAsync");
            await inner.SaveBotAsync(bot, cancellationToken);
        }

        public async ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default)
        {
            await InterruptAsync("TrySaveBotAsync");
            return await inner.TrySaveBotAsync(lease, bot, cancellationToken);
        }

        public async ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default)
        {
            await InterruptAsync("TrySaveInstallationAsync");
            return await inner.TrySaveInstallationAsync(lease, installation, cancellationToken);
        }

        public async ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
        {
            var found = await inner.FindBotAsync(workspace, cancellationToken);
            await InterruptAsync(workspace == After ? "FoundBotAsync" : "");
            return found;
        }

        public async ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
        {
            var found = await inner.FindInstallationAsync(workspace, userId, cancellationToken);
            await InterruptAsync(workspace == After ? "FoundInstallationAsync" : "");
            return found;
        }

        public async ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
        {
            await InterruptAsync("DeleteBotAsync");
            await inner.DeleteBotAsync(workspace, cancellationToken);
        }

        public async ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
        {
            await InterruptAsync("DeleteInstallationAsync");
            await inner.DeleteInstallationAsync(workspace, userId, cancellationToken);
        }

        public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => inner.DeleteAllAsync(workspace, cancellationToken);

        public ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default) =>
            inner.TryAcquireLeaseAsync(workspace, userId, duration, cancellationToken);

        public ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default) => inner.ReleaseLeaseAsync(lease, cancellationToken);

        private async Task InterruptAsync(string call)
        {
            if (call == instant && !_isDone)
            {
                _isDone = true;
                await others();
            }
        }
    }
}
