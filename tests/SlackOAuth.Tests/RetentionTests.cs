using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using SlackOAuth.Stores;

namespace SlackOAuth.Tests;

public sealed class RetentionTests : IAsyncDisposable
{
    private const string ClientId = "1.1";

    private static readonly WorkspaceId Old = WorkspaceId.ForTeam("T1OLD");
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    private readonly FakeTimeProvider _time = new(new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));
    private readonly InMemoryStoreData _data = new();
    private readonly FakeLogCollector _logs = new(Options.Create(new FakeLogCollectorOptions()));
    private ServiceProvider? _services;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IInstallationStore Store => _services!.GetRequiredService<IInstallationStore>();

    private IWorkspaceActivity Activity => _services!.GetRequiredService<IWorkspaceActivity>();

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }
    }

    [Fact]
    public async Task By_default_expired_states_go_and_nothing_else()
    {
        var retention = Start();
        await InstallAsync(Old);
        var states = _services!.GetRequiredService<IOAuthStateStore>();
        await states.IssueAsync(cancellationToken: Cancellation);
        await states.IssueAsync(cancellationToken: Cancellation);
        _time.Advance(TimeSpan.FromSeconds(600));
        var valid = await states.IssueAsync(cancellationToken: Cancellation);
        await states.IssueAsync(cancellationToken: Cancellation);
        _time.Advance(TimeSpan.FromSeconds(599));

        // An issue has swept the first two already.
        Assert.Equal(new RetentionResult(), await retention.SweepAsync(Cancellation));
        Assert.NotNull(await states.ConsumeAsync(valid, cancellationToken: Cancellation));
        _time.Advance(10 * Year);
        Assert.Equal(new RetentionResult { ExpiredStates = 1 }, await retention.SweepAsync(Cancellation));
        Assert.NotNull(await Store.FindBotAsync(Old, Cancellation));
    }

    [Fact]
    public async Task A_workspace_that_is_neither_installed_nor_used_for_the_time_is_removed_with_its_activity()
    {
        var retention = Start(options => options.UnusedAfter = Year);
        await InstallAsync(Old);
        await Activity.RecordUseAsync(Old, Cancellation);
        _time.Advance(Year);
        Assert.Equal(0, (await retention.SweepAsync(Cancellation)).Workspaces);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new RetentionResult { Workspaces = 1 }, await retention.SweepAsync(Cancellation));

        Assert.Null(await Store.FindBotAsync(Old, Cancellation));
        Assert.Null(await Store.FindInstallationAsync(Old, cancellationToken: Cancellation));
        Assert.Empty(await ActivityStore().ListInstallationsAsync(Cancellation).ToArrayAsync(Cancellation));
    }

    [Fact]
    public async Task A_use_and_an_install_each_keep_a_workspace()
    {
        var retention = Start(options => (options.UnusedAfter, options.MaxUnusedShare) = (Year, 1));
        var (used, installed) = (WorkspaceId.ForTeam("T2USED", "E1"), WorkspaceId.ForEnterprise("E1"));
        await InstallAsync(Old);
        await InstallAsync(used);
        await InstallAsync(installed);
        foreach (var workspace in new[] { Old, used, installed })
        {
            await Activity.RecordUseAsync(workspace, Cancellation);
        }

        _time.Advance(Year);
        await Activity.RecordUseAsync(used, Cancellation);
        await InstallAsync(installed);
        _time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(1, (await retention.SweepAsync(Cancellation)).Workspaces);
        Assert.Null(await Store.FindBotAsync(Old, Cancellation));
        Assert.NotNull(await Store.FindBotAsync(used, Cancellation));
        Assert.NotNull(await Store.FindBotAsync(installed, Cancellation));
    }

    [Fact]
    public async Task A_workspace_that_was_never_noted_counts_as_used_when_tracking_begins()
    {
        var retention = Start(options => options.UnusedAfter = Year);
        await InstallAsync(Old);
        _time.Advance(5 * Year);

        Assert.Equal(0, (await retention.SweepAsync(Cancellation)).Workspaces);
        _time.Advance(Year + TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await retention.SweepAsync(Cancellation)).Workspaces);
    }

    [Fact]
    public async Task Where_an_activity_of_the_apps_own_does_not_know_the_workspace_stays()
    {
        var retention = Start(options => options.UnusedAfter = Year, stores => stores.Services.AddSingleton<IWorkspaceActivity>(new AppActivity(null)));
        await InstallAsync(Old);
        _time.Advance(5 * Year);

        Assert.Equal(0, (await retention.SweepAsync(Cancellation)).Workspaces);
    }

    [Fact]
    public async Task Where_too_many_look_unused_none_is_removed_and_the_log_says_what_to_look_at()
    {
        var retention = Start(options => (options.UnusedAfter, options.MaxUnusedShare) = (Year, 0.5));
        var workspaces = Enumerable.Range(0, 4).Select(number => WorkspaceId.ForTeam($"T{number}")).ToArray();
        foreach (var workspace in workspaces)
        {
            await InstallAsync(workspace);
            await Activity.RecordUseAsync(workspace, Cancellation);
        }

        _time.Advance(2 * Year);
        await Activity.RecordUseAsync(workspaces[0], Cancellation);

        Assert.Equal(new RetentionResult { IsIncomplete = true }, await retention.SweepAsync(Cancellation));
        Assert.Contains("3 of 4 look unused", Assert.Single(Logs(LogLevel.Error)), StringComparison.Ordinal);
        await Activity.RecordUseAsync(workspaces[1], Cancellation);
        Assert.Equal(new RetentionResult { Workspaces = 2 }, await retention.SweepAsync(Cancellation));
    }

    [Fact]
    public async Task Before_a_removal_the_app_is_asked_and_what_comes_back_meanwhile_stays()
    {
        var asked = new List<WorkspaceId>();
        var answer = false;
        var retention = Start(options => (options.UnusedAfter, options.BeforeRemoval) = (Year, async (workspace, _) =>
        {
            asked.Add(workspace);
            if (answer)
            {
                await InstallAsync(workspace);
            }

            return answer;
        }));
        await InstallAsync(Old);
        await Activity.RecordUseAsync(Old, Cancellation);
        _time.Advance(2 * Year);

        Assert.Equal(0, (await retention.SweepAsync(Cancellation)).Workspaces);
        answer = true;
        Assert.Equal(0, (await retention.SweepAsync(Cancellation)).Workspaces);
        Assert.Equal([Old, Old], asked);
        Assert.NotNull(await Store.FindBotAsync(Old, Cancellation));
    }

    [Fact]
    public async Task The_app_is_not_asked_about_a_workspace_that_has_come_back_since_it_was_listed()
    {
        var (back, asked) = (WorkspaceId.ForTeam("T2BACK"), new List<WorkspaceId>());
        var retention = Start(options => (options.UnusedAfter, options.MaxUnusedShare, options.BeforeRemoval) = (Year, 1, async (workspace, _) =>
        {
            asked.Add(workspace);
            await Activity.RecordUseAsync(workspace == Old ? back : Old, Cancellation);
            return true;
        }));
        foreach (var workspace in new[] { Old, back })
        {
            await InstallAsync(workspace);
            await Activity.RecordUseAsync(workspace, Cancellation);
        }

        _time.Advance(2 * Year);

        Assert.Equal(1, (await retention.SweepAsync(Cancellation)).Workspaces);
        Assert.Single(asked);
    }

    [Fact]
    public async Task What_another_process_installs_meanwhile_stays_though_a_cache_here_does_not_know_of_it()
    {
        var elsewhere = new InMemoryInstallationStore(new() { ClientId = ClientId }, _data);
        var retention = Start(
            options => (options.UnusedAfter, options.BeforeRemoval) = (Year, async (workspace, cancellation) =>
            {
                await elsewhere.SaveAsync(new() { TeamId = workspace.TeamId, UserId = "U1", BotToken = "xoxb-new", InstalledAt = _time.GetUtcNow() }, cancellation);
                return true;
            }),
            stores =>
            {
                stores.Services.AddHybridCache();
                stores.CacheLookups();
            });
        await InstallAsync(Old);
        await Activity.RecordUseAsync(Old, Cancellation);
        _time.Advance(2 * Year);
        await Store.FindInstallationAsync(Old, cancellationToken: Cancellation);
        await Store.FindBotAsync(Old, Cancellation);

        Assert.Equal(0, (await retention.SweepAsync(Cancellation)).Workspaces);
        Assert.Equal("xoxb-new", (await elsewhere.FindBotAsync(Old, Cancellation))!.BotToken);
    }

    [Fact]
    public async Task A_workspace_whose_record_cannot_be_decrypted_stays_and_the_others_go()
    {
        var protector = new LosingProtector();
        var retention = Start(options => (options.UnusedAfter, options.MaxUnusedShare) = (Year, 1), stores => stores.ProtectTokens(protector));
        foreach (var workspace in new[] { Old, WorkspaceId.ForTeam("T0FIRST"), WorkspaceId.ForTeam("T9LAST") })
        {
            await InstallAsync(workspace);
            await Activity.RecordUseAsync(workspace, Cancellation);
        }

        _time.Advance(2 * Year);
        protector.Lost = Old;

        Assert.Equal(new RetentionResult { Workspaces = 2, IsIncomplete = true }, await retention.SweepAsync(Cancellation));
        Assert.Contains("2 records cannot be read", Assert.Single(Logs(LogLevel.Warning)), StringComparison.Ordinal);
        protector.Lost = null;
        Assert.NotNull(await Store.FindBotAsync(Old, Cancellation));
        Assert.Single(await Store.GetCapability<IInstallationListing>()!.ListBotsAsync(Cancellation).ToArrayAsync(Cancellation));
    }

    [Fact]
    public async Task A_workspace_of_which_one_users_record_cannot_be_decrypted_stays_whoever_installed_last()
    {
        var protector = new LosingProtector();
        var retention = Start(options => (options.UnusedAfter, options.MaxUnusedShare) = (Year, 1), stores => stores.ProtectTokens(protector));
        await InstallAsync(Old);
        await Store.SaveAsync((await Store.FindInstallationAsync(Old, cancellationToken: Cancellation))! with { UserId = "U2", UserToken = "xoxp-test", InstalledAt = _time.GetUtcNow().AddDays(-1) }, Cancellation);
        await Activity.RecordUseAsync(Old, Cancellation);
        _time.Advance(2 * Year);
        (protector.Lost, protector.LostUser) = (Old, "U2");

        Assert.Equal(new RetentionResult { IsIncomplete = true }, await retention.SweepAsync(Cancellation));
        Assert.Contains("1 records cannot be read", Assert.Single(Logs(LogLevel.Warning)), StringComparison.Ordinal);
        Assert.NotNull(await Store.FindBotAsync(Old, Cancellation));
    }

    [Fact]
    public async Task History_of_before_the_time_goes_and_current_records_stay_without_anything_that_knows_uses()
    {
        var services = new ServiceCollection().AddSingleton<TimeProvider>(_time);
        services.AddSlackOAuthStores(options => (options.ClientId, options.HistoryEnabled) = (ClientId, true)).UseInMemory().AddRetention(options => options.HistoryOlderThan = Year);
        _services = services.BuildServiceProvider();
        var retention = _services.GetRequiredService<SlackRetention>();
        var other = WorkspaceId.ForTeam("T2", "E1");
        await InstallAsync(Old);
        await InstallAsync(other);
        _time.Advance(TimeSpan.FromDays(1));
        await InstallAsync(Old);
        _time.Advance(Year - TimeSpan.FromDays(1));
        Assert.Equal(new RetentionResult(), await retention.SweepAsync(Cancellation));

        // The other's are current, however old.
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new RetentionResult { HistoryRecords = 2 }, await retention.SweepAsync(Cancellation));
        Assert.Equal(new RetentionResult(), await retention.SweepAsync(Cancellation));
        _time.Advance(5 * Year);
        Assert.Equal(new RetentionResult(), await retention.SweepAsync(Cancellation));
        Assert.Single(await HistoryAsync(Old));
        Assert.Single(await HistoryAsync(other));
        Assert.NotNull(await Store.FindBotAsync(other, Cancellation));
    }

    [Fact]
    public async Task Unused_workspaces_go_before_the_old_history_of_those_that_stay()
    {
        var retention = Start(options => (options.UnusedAfter, options.HistoryOlderThan, options.MaxUnusedShare) = (Year, Year, 1), KeepHistory);
        var used = WorkspaceId.ForTeam("T2USED");
        foreach (var workspace in new[] { Old, used, Old, used })
        {
            await InstallAsync(workspace);
            await Activity.RecordUseAsync(workspace, Cancellation);
            _time.Advance(TimeSpan.FromDays(1));
        }

        _time.Advance(2 * Year);
        await Activity.RecordUseAsync(used, Cancellation);

        Assert.Equal(new RetentionResult { Workspaces = 1, HistoryRecords = 2 }, await retention.SweepAsync(Cancellation));
        Assert.Empty(await HistoryAsync(Old));
        Assert.Single(await HistoryAsync(used));
    }

    [Fact]
    public async Task What_was_kept_before_history_was_switched_off_goes_too()
    {
        var retention = Start(options => options.HistoryOlderThan = Year);
        var kept = new InMemoryInstallationStore(new() { ClientId = ClientId, HistoryEnabled = true }, _data);
        await kept.SaveBotAsync(new() { TeamId = "T1OLD", BotToken = "xoxb-1", InstalledAt = _time.GetUtcNow() }, Cancellation);
        _time.Advance(TimeSpan.FromDays(1));
        await kept.SaveBotAsync(new() { TeamId = "T1OLD", BotToken = "xoxb-2", InstalledAt = _time.GetUtcNow() }, Cancellation);
        _time.Advance(Year);

        Assert.Equal(1, (await retention.SweepAsync(Cancellation)).HistoryRecords);
        Assert.Equal("xoxb-2", (await kept.ListBotHistoryAsync(Old, Cancellation).SingleAsync(Cancellation)).BotToken);
    }

    [Fact]
    public async Task The_history_of_a_workspace_that_cannot_be_decrypted_goes_too()
    {
        var protector = new LosingProtector();
        var retention = Start(options => options.HistoryOlderThan = Year, stores => KeepHistory(stores.ProtectTokens(protector)));
        foreach (var workspace in new[] { Old, WorkspaceId.ForTeam("T0FIRST"), WorkspaceId.ForTeam("T9LAST") })
        {
            await InstallAsync(workspace);
            _time.Advance(TimeSpan.FromDays(1));
            await InstallAsync(workspace);
        }

        _time.Advance(2 * Year);
        protector.Lost = Old;

        Assert.Equal(new RetentionResult { HistoryRecords = 6 }, await retention.SweepAsync(Cancellation));
        Assert.Empty(Logs(LogLevel.Warning));
        protector.Lost = null;
        Assert.Single(await HistoryAsync(Old));
    }

    [Theory]
    [InlineData(typeof(IHistoryTrimming), "the installation store is no IHistoryTrimming")]
    [InlineData(typeof(IInstallationListing), "the installation store lists nothing")]
    public async Task A_store_that_can_trim_or_list_nothing_is_told_by_the_log_and_the_option(Type missing, string message)
    {
        var retention = Start(
            options => options.HistoryOlderThan = Year,
            stores => stores.UseInstallationStore("bare", _ => new Lacking(missing, new InMemoryInstallationStore(new() { ClientId = ClientId }, _data))));
        await InstallAsync(Old);

        Assert.Equal(new RetentionResult { IsIncomplete = true }, await retention.SweepAsync(Cancellation));
        var error = Assert.Single(Logs(LogLevel.Error));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Contains("Set SlackRetentionOptions.HistoryOlderThan to null", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_fails_is_logged_without_what_the_exception_says_and_the_other_part_is_done()
    {
        var retention = Start(
            options => options.UnusedAfter = Year,
            stores => stores.Services.AddSingleton<IWorkspaceActivity>(new AppActivity(new InvalidDataException("xoxb-secret"))));
        await InstallAsync(Old);
        await _services!.GetRequiredService<IOAuthStateStore>().IssueAsync(cancellationToken: Cancellation);
        _time.Advance(2 * Year);

        Assert.Equal(new RetentionResult { ExpiredStates = 1, IsIncomplete = true }, await retention.SweepAsync(Cancellation));
        var message = Assert.Single(Logs(LogLevel.Error));
        Assert.Contains("System.IO.InvalidDataException", message, StringComparison.Ordinal);
        Assert.DoesNotContain("xoxb-secret", message, StringComparison.Ordinal);
        Assert.NotNull(await Store.FindBotAsync(Old, Cancellation));
    }

    [Fact]
    public async Task Twenty_sweeps_at_once_remove_each_workspace_once_and_leave_the_used()
    {
        var retention = Start(options => (options.UnusedAfter, options.MaxUnusedShare) = (Year, 1));
        var used = WorkspaceId.ForTeam("T2USED");
        await InstallAsync(used);
        for (var number = 0; number < 50; number++)
        {
            await InstallAsync(WorkspaceId.ForTeam($"T{number}"));
            await Activity.RecordUseAsync(WorkspaceId.ForTeam($"T{number}"), Cancellation);
        }

        _time.Advance(2 * Year);
        await Activity.RecordUseAsync(used, Cancellation);

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => retention.SweepAsync(Cancellation), Cancellation)));

        Assert.All(results, result => Assert.False(result.IsIncomplete));
        var left = await Store.GetCapability<IInstallationListing>()!.ListInstallationsAsync(Cancellation).Select(installation => installation.TeamId).ToArrayAsync(Cancellation);
        Assert.Equal(["T2USED"], left);
    }

    [Fact]
    public async Task A_batch_is_followed_by_a_pause()
    {
        var retention = Start(options => (options.UnusedAfter, options.BatchSize, options.BatchPause, options.MaxUnusedShare) = (Year, 2, TimeSpan.FromMinutes(1), 1));
        for (var number = 0; number < 3; number++)
        {
            await InstallAsync(WorkspaceId.ForTeam($"T{number}"));
        }

        _time.Advance(2 * Year);
        var sweep = retention.SweepAsync(Cancellation);
        Assert.False(sweep.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.False((await sweep).IsIncomplete);
    }

    [Fact]
    public async Task A_batch_of_histories_is_followed_by_a_pause()
    {
        var retention = Start(options => (options.HistoryOlderThan, options.BatchSize, options.BatchPause) = (Year, 2, TimeSpan.FromMinutes(1)), KeepHistory);
        for (var number = 0; number < 6; number++)
        {
            await InstallAsync(WorkspaceId.ForTeam($"T{number % 3}"));
            _time.Advance(TimeSpan.FromDays(1));
        }

        _time.Advance(2 * Year);
        var sweep = retention.SweepAsync(Cancellation);
        Assert.False(sweep.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(new RetentionResult { HistoryRecords = 6 }, await sweep);
    }

    [Fact]
    public async Task The_hosted_service_sweeps_and_then_again_at_each_interval()
    {
        Start(options => options.Interval = TimeSpan.FromHours(1));
        var service = Assert.Single(_services!.GetServices<IHostedService>());
        await service.StartAsync(Cancellation);
        foreach (var sweeps in new[] { 1, 2, 3 })
        {
            while (Logs(LogLevel.Information).Length < sweeps)
            {
                // In steps: the service begins to wait at a moment of its own.
                _time.Advance(TimeSpan.FromMinutes(1));
                await Task.Delay(1, Cancellation);
            }
        }

        await service.StopAsync(Cancellation);
    }

    [Fact]
    public async Task What_is_removed_is_counted_and_each_part_is_measured()
    {
        var retention = Start(options => (options.UnusedAfter, options.HistoryOlderThan) = (Year, Year), KeepHistory);
        var used = WorkspaceId.ForTeam("T2USED");
        var meters = _services!.GetRequiredService<IMeterFactory>();
        using var removed = new MetricCollector<long>(meters, SlackOAuthTelemetry.Name, SlackOAuthTelemetry.RetentionRemovedName);
        using var durations = new MetricCollector<double>(meters, SlackOAuthTelemetry.Name, SlackOAuthTelemetry.RetentionDurationName);
        await InstallAsync(Old);
        await Activity.RecordUseAsync(Old, Cancellation);
        await InstallAsync(used);
        await _services!.GetRequiredService<IOAuthStateStore>().IssueAsync(cancellationToken: Cancellation);
        _time.Advance(2 * Year);
        await InstallAsync(used);

        await retention.SweepAsync(Cancellation);

        Assert.Equal(
            [("expired_states", 1L), ("unused_workspaces", 1L), ("old_history", 2L)],
            removed.GetMeasurementSnapshot().Select(measurement => ((string)measurement.Tags[SlackOAuthTelemetry.RetentionPartAttribute]!, measurement.Value)));
        Assert.Equal(["expired_states", "unused_workspaces", "old_history"], durations.GetMeasurementSnapshot().Select(measurement => measurement.Tags[SlackOAuthTelemetry.RetentionPartAttribute]));
    }

    [Theory]
    [InlineData("Interval")]
    [InlineData("UnusedAfter")]
    [InlineData("MaxUnusedShare")]
    [InlineData("HistoryOlderThan")]
    [InlineData("BatchSize")]
    [InlineData("BatchPause")]
    public void A_wrong_option_is_named_with_its_fix(string option)
    {
        Start(options => _ = option switch
        {
            "Interval" => options.Interval = TimeSpan.Zero,
            "UnusedAfter" => options.UnusedAfter = TimeSpan.FromDays(6),
            "MaxUnusedShare" => options.MaxUnusedShare = double.NaN,
            "HistoryOlderThan" => options.HistoryOlderThan = TimeSpan.FromHours(23),
            "BatchSize" => options.BatchSize = 0,
            _ => (object)(options.BatchPause = TimeSpan.FromSeconds(-1)),
        }, resolve: false);

        var failure = Assert.Throws<OptionsValidationException>(() => _services!.GetRequiredService<IOptions<SlackRetentionOptions>>().Value);
        Assert.Contains($"SlackRetentionOptions.{option} is", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Set it to", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unused_workspaces_without_anything_that_knows_them_are_refused_at_start()
    {
        var services = new ServiceCollection();
        services.AddSlackOAuthStores(options => options.ClientId = ClientId).UseInMemory().AddRetention(options => options.UnusedAfter = Year);
        _services = services.BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(() => _services.GetRequiredService<IOptions<SlackRetentionOptions>>().Value);
        Assert.Contains("TrackWorkspaceActivity", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_use_is_written_once_a_day_and_the_newest_of_two_processes_stays()
    {
        Start();
        await using var other = new WorkspaceActivityStore(ActivityStore(), Store, _time);
        await Activity.RecordUseAsync(Old, Cancellation);
        _time.Advance(TimeSpan.FromHours(23));
        await Activity.RecordUseAsync(Old, Cancellation);
        Assert.Equal(_time.GetUtcNow() - TimeSpan.FromHours(23), await Activity.FindLastUseAsync(Old, Cancellation));

        await other.RecordUseAsync(Old, Cancellation);

        Assert.Equal(_time.GetUtcNow(), await Activity.FindLastUseAsync(Old, Cancellation));
    }

    [Fact]
    public async Task Activity_bound_to_the_apps_own_client_id_is_refused_and_leaves_nothing_among_its_installations()
    {
        Start();
        await using var same = new WorkspaceActivityStore(new InMemoryInstallationStore(new() { ClientId = ClientId }, _data), Store, _time);

        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await same.RecordUseAsync(Old, Cancellation));

        Assert.Contains("another client id", failure.Message, StringComparison.Ordinal);
        Assert.Empty(await Store.GetCapability<IInstallationListing>()!.ListInstallationsAsync(Cancellation).ToArrayAsync(Cancellation));
        Assert.Throws<ArgumentException>(() => new WorkspaceActivityStore(Store, Store));
    }

    private SlackRetention Start(Action<SlackRetentionOptions>? configure = null, Action<SlackOAuthStoresBuilder>? more = null, bool resolve = true)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_time).AddSingleton(_data).AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(_logs)));
        var stores = services.AddSlackOAuthStores(options => options.ClientId = ClientId).UseInMemory().TrackWorkspaceActivity(_ => ActivityStore()).AddRetention(configure);
        more?.Invoke(stores);
        _services = services.BuildServiceProvider();
        return resolve ? _services.GetRequiredService<SlackRetention>() : null!;
    }

    private static void KeepHistory(SlackOAuthStoresBuilder stores) => stores.Services.Configure<SlackOAuthStoresOptions>(options => options.HistoryEnabled = true);

    private ValueTask<List<Installation>> HistoryAsync(WorkspaceId workspace) =>
        Store.GetCapability<IInstallationHistory>()!.ListInstallationHistoryAsync(workspace, cancellationToken: Cancellation).ToListAsync(Cancellation);

    private InMemoryInstallationStore ActivityStore() => new(new() { ClientId = ClientId + ".activity" }, _data);

    private string[] Logs(LogLevel level) => [.. _logs.GetSnapshot().Where(record => record.Level == level && record.Category == typeof(SlackRetention).FullName).Select(record => record.Message)];

    private async Task InstallAsync(WorkspaceId workspace) => await Store.SaveAsync(
        new()
        {
            EnterpriseId = workspace.EnterpriseId,
            TeamId = workspace.TeamId,
            IsEnterpriseInstall = workspace.IsEnterpriseInstall,
            UserId = "U1",
            BotToken = "xoxb-test",
            InstalledAt = _time.GetUtcNow(),
        },
        Cancellation);

    /// <summary>Encrypts nothing, and has lost the key of one workspace.</summary>
    private sealed class LosingProtector : ITokenProtector
    {
        public WorkspaceId? Lost { get; set; }

        /// <summary>Of the workspace this user's alone; null for all of it.</summary>
        public string? LostUser { get; set; }

        public byte[] Protect(ReadOnlySpan<byte> plaintext, TokenProtectionContext context) => plaintext.ToArray();

        public byte[] Unprotect(ReadOnlySpan<byte> ciphertext, TokenProtectionContext context) =>
            context.Workspace is not null && context.Workspace == Lost && (LostUser is null || context.UserId == LostUser) ? throw new InvalidOperationException("no key") : ciphertext.ToArray();
    }

    /// <summary>A store without one of its capabilities.</summary>
    private sealed class Lacking(Type missing, IInstallationStore inner) : DelegatingStore(inner), IStoreDecorator
    {
        public TCapability? GetCapability<TCapability>()
            where TCapability : class => typeof(TCapability) == missing ? null : Inner.GetCapability<TCapability>();
    }

    /// <summary>An app that knows by itself, or fails to.</summary>
    private sealed class AppActivity(Exception? failure) : IWorkspaceActivity
    {
        public ValueTask RecordUseAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

        public ValueTask<DateTimeOffset?> FindLastUseAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) =>
            failure is null ? default : ValueTask.FromException<DateTimeOffset?>(failure);

        public ValueTask ForgetAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
