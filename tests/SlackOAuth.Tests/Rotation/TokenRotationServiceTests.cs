using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;
using SlackOAuth.Testing;
using static SlackOAuth.Tests.Rotation.RotationApp;

namespace SlackOAuth.Tests.Rotation;

/// <summary>Rotation ahead of time, and the options.</summary>
public sealed class TokenRotationServiceTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Due_tokens_are_rotated_without_a_request_and_others_are_left_alone()
    {
        await using var app = await StartAsync();
        var first = await app.InstallAsync(expired: false);
        var second = await app.InstallAsync("U0FAKEUSER2");
        using var service = await StartServiceAsync(app.StartProcess(configure: options => (options.BackgroundEnabled, options.BackgroundBatchSize) = (true, 1)));
        await app.AdvanceUntilAsync(async () => (await app.FindAsync(first.UserId))!.UserToken != first.UserToken, Step);

        // The bot is the second install's, and not due.
        Assert.Equal(second.BotToken, (await app.FindBotAsync())!.BotToken);
        Assert.Equal(second.UserToken, (await app.FindAsync(second.UserId))!.UserToken);
        Assert.Equal(1, app.Refreshes);
        await service.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Two_processes_that_rotate_in_the_background_spend_each_refresh_token_once()
    {
        await using var app = await StartAsync();
        var installation = await app.InstallAsync(expired: false);
        BackgroundService[] services = [await StartServiceAsync(Background(app)), await StartServiceAsync(Background(app))];
        await app.AdvanceUntilAsync(
            async () => (await app.FindAsync(installation.UserId))!.UserToken != installation.UserToken && (await app.FindBotAsync())!.BotToken != installation.BotToken,
            Step);
        foreach (var service in services)
        {
            await service.StopAsync(Cancellation);
            service.Dispose();
        }

        await app.EndProcessesAsync();
        Assert.Equal(2, app.Refreshes);
        Assert.Empty(app.Failures);
    }

    [Fact]
    public async Task A_store_that_fails_ends_a_look_and_not_the_service()
    {
        await using var app = await StartAsync();
        var installation = await app.InstallAsync(expired: false);
        var store = new ListingStore(app.Store, new("Test", "ListBotsAsync", "the engine is down", isTransient: true));
        using var service = await StartServiceAsync(app.StartProcess(store, options => options.BackgroundEnabled = true));
        await app.AdvanceUntilAsync(() => Task.FromResult(app.Logs.GetSnapshot().Any(record => record.Id.Id == 61)), Step);
        Assert.Equal(0, app.Refreshes);
        store.Failure = null;
        await app.AdvanceUntilAsync(async () => (await app.FindAsync(installation.UserId))!.UserToken != installation.UserToken, Step);
        await service.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_is_passed_over_and_those_after_it_are_rotated()
    {
        await using var app = await StartAsync();
        var installation = await app.InstallAsync(expired: false);
        var store = new ListingStore(app.Store, new("Test", "ListBotsAsync", "a key is gone", isTransient: false) { IsUnreadableRecord = true });
        using var service = await StartServiceAsync(app.StartProcess(store, options => options.BackgroundEnabled = true));
        await app.AdvanceUntilAsync(
            async () => (await app.FindAsync(installation.UserId))!.UserToken != installation.UserToken && (await app.FindBotAsync())!.BotToken != installation.BotToken,
            Step);
        await app.AdvanceUntilAsync(() => Task.FromResult(app.Logs.GetSnapshot().Any(record => record.Id.Id == 63)), Step);
        Assert.DoesNotContain(app.Logs.GetSnapshot(), record => record.Id.Id == 61);
        Assert.Contains("2 records", app.Logs.GetSnapshot().First(record => record.Id.Id == 63).Message, StringComparison.Ordinal);
        await service.StopAsync(Cancellation);
        Assert.True(service.ExecuteTask!.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_rate_limit_ends_a_look_and_not_the_service()
    {
        await using var app = await StartAsync();
        var installation = await app.InstallAsync(expired: false);
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.RateLimited(TimeSpan.FromMinutes(15)));
        using var service = await StartServiceAsync(app.StartProcess(configure: options => (options.BackgroundEnabled, options.BackgroundBatchSize) = (true, 1)));
        await app.AdvanceUntilAsync(() => Task.FromResult(app.Refreshes == 1), Step);
        var limited = app.Time.GetUtcNow();
        await app.AdvanceUntilAsync(() => Task.FromResult(app.Refreshes == 2), Step);
        Assert.True(app.Time.GetUtcNow() >= limited + TimeSpan.FromMinutes(14));
        await app.AdvanceUntilAsync(async () => (await app.FindAsync(installation.UserId))!.UserToken != installation.UserToken, Step);
        await service.StopAsync(Cancellation);
    }

    [Fact]
    public async Task While_Slack_is_slow_it_begins_no_more_than_a_batch()
    {
        await using var app = await StartAsync();
        var installation = await app.InstallAsync(expired: false);
        var release = new TaskCompletionSource();
        app.Slack.Script("oauth.v2.access", ScriptedAnswer.Held(release.Task));
        using var service = await StartServiceAsync(app.StartProcess(configure: options => (options.BackgroundEnabled, options.BackgroundBatchSize) = (true, 1)));
        await app.AdvanceUntilAsync(() => Task.FromResult(app.Refreshes == 1), Step);
        for (var i = 0; i < 60; i++)
        {
            app.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, Cancellation);
        }

        var begun = app.Refreshes;
        release.SetResult();
        Assert.Equal(1, begun);
        await app.AdvanceUntilAsync(async () => (await app.FindAsync(installation.UserId))!.UserToken != installation.UserToken, Step);
        Assert.NotEqual(installation.BotToken, (await app.FindBotAsync())!.BotToken);
        await service.StopAsync(Cancellation);
    }

    [Fact]
    public async Task It_is_off_by_default_and_warns_where_the_store_cannot_be_listed()
    {
        await using var app = await StartAsync();
        await app.InstallAsync(expired: false);
        using var off = await StartServiceAsync(app.StartProcess());
        await off.ExecuteTask!;
        using var unlisted = await StartServiceAsync(app.StartProcess(new Unlisted(app.Store), options => options.BackgroundEnabled = true));
        await unlisted.ExecuteTask!;
        Assert.Equal(0, app.Refreshes);
        Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id == 60);
    }

    [Fact]
    public async Task An_app_without_an_installation_store_starts()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSlackOAuthClient(options => (options.ClientId, options.ClientSecret) = ("111.222", "secret"));
        services.AddSlackTokenRotation();
        services.AddSlackTokenRotation();
        await using var provider = services.BuildServiceProvider();
        var service = (BackgroundService)Assert.Single(provider.GetServices<IHostedService>());
        await service.StartAsync(Cancellation);
        await service.ExecuteTask!;
    }

    public static TheoryData<string, Action<TokenRotationOptions>> WrongOptions => new()
    {
        { nameof(TokenRotationOptions.RefreshAhead), options => options.RefreshAhead = TimeSpan.Zero },
        { nameof(TokenRotationOptions.RefreshAhead), options => options.RefreshAhead = TimeSpan.FromHours(12) },
        { nameof(TokenRotationOptions.LeaseDuration), options => options.LeaseDuration = TimeSpan.FromSeconds(30) },
        { nameof(TokenRotationOptions.LeaseDuration), options => options.LeaseDuration = TimeSpan.FromDays(2) },
        { nameof(TokenRotationOptions.MaxWait), options => options.MaxWait = TimeSpan.FromSeconds(-1) },
        { nameof(TokenRotationOptions.MaxWaitWhileValid), options => options.MaxWaitWhileValid = Timeout.InfiniteTimeSpan },
        { nameof(TokenRotationOptions.BackgroundInterval), options => options.BackgroundInterval = TimeSpan.Zero },
        { nameof(TokenRotationOptions.BackgroundBatchSize), options => options.BackgroundBatchSize = 0 },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(WrongOptions))]
    public async Task A_wrong_option_is_refused_by_its_name(string option, Action<TokenRotationOptions> configure)
    {
        await using var app = await StartAsync();
        var process = app.StartProcess(configure: configure);
        var refused = Assert.Throws<OptionsValidationException>(() => process.GetRequiredService<TokenRotator>());
        Assert.Contains($"TokenRotationOptions.{option}", Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    private static ServiceProvider Background(RotationApp app) => app.StartProcess(configure: options => options.BackgroundEnabled = true);

    private static async Task<BackgroundService> StartServiceAsync(ServiceProvider process)
    {
        var service = process.GetServices<IHostedService>().OfType<BackgroundService>().Single();
        await service.StartAsync(Cancellation);
        return service;
    }

    /// <summary>A store whose listings begin with a failure, and go on.</summary>
    private sealed class ListingStore(InMemoryInstallationStore inner, SlackOAuthStoreException? failure) : DelegatingStore(inner), IStoreDecorator, IInstallationListing
    {
        private readonly IInstallationListing _listing = inner;

        public SlackOAuthStoreException? Failure { get; set; } = failure;

        public TCapability? GetCapability<TCapability>()
            where TCapability : class => typeof(TCapability) == typeof(IInstallationListing) ? this as TCapability : Inner as TCapability;

        public IAsyncEnumerable<Bot> ListBotsAsync(CancellationToken cancellationToken = default) => new Failing<Bot>(_listing.ListBotsAsync(cancellationToken), Failure);

        public IAsyncEnumerable<Installation> ListInstallationsAsync(CancellationToken cancellationToken = default) => new Failing<Installation>(_listing.ListInstallationsAsync(cancellationToken), Failure);

        private sealed class Failing<T>(IAsyncEnumerable<T> inner, SlackOAuthStoreException? failure) : IAsyncEnumerable<T>
        {
            public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new Enumerator(inner.GetAsyncEnumerator(cancellationToken), failure);

            private sealed class Enumerator(IAsyncEnumerator<T> inner, SlackOAuthStoreException? failure) : IAsyncEnumerator<T>
            {
                private bool _hasFailed = failure is null;

                public T Current => inner.Current;

                public ValueTask<bool> MoveNextAsync()
                {
                    if (_hasFailed)
                    {
                        return inner.MoveNextAsync();
                    }

                    _hasFailed = true;
                    throw failure!;
                }

                public ValueTask DisposeAsync() => inner.DisposeAsync();
            }
        }
    }

    private sealed class Unlisted(IInstallationStore inner) : DelegatingStore(inner);
}
