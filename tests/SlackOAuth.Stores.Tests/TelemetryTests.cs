using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using SlackOAuth.Stores.Telemetry;

namespace SlackOAuth.Stores.Tests;

public sealed class TelemetryTests : IDisposable
{
    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T111", "E111");

    // Tests run side by side over one meter and source: each looks at a system name of its own.
    private readonly string _systemName = $"system-{OAuthState.Create()}";
    private readonly List<Activity> _activities = [];
    private readonly ActivityListener _listener;
    private readonly MetricCollector<double> _durations = new(null, StoreTelemetry.MeterName, StoreTelemetry.OperationDurationName);

    public TelemetryTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == StoreTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (_activities)
                {
                    _activities.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _durations.Dispose();
    }

    [Fact]
    public async Task Every_method_of_an_installation_store_is_passed_on_and_is_one_span_and_one_measurement()
    {
        var inner = new RecordingStore();
        var cancellation = TestContext.Current.CancellationToken;
        IInstallationStore store = new TelemetryInstallationStore(inner, _systemName);

        await store.SaveAsync(Samples.Installation, cancellation);
        await store.SaveBotAsync(Samples.Bot, cancellation);
        Assert.Equal(Samples.Bot, await store.FindBotAsync(Workspace, cancellation));
        Assert.Equal(Samples.Installation, await store.FindInstallationAsync(Workspace, "U111", cancellation));
        await store.DeleteBotAsync(Workspace, cancellation);
        await store.DeleteInstallationAsync(Workspace, "U111", cancellation);
        await store.DeleteAllAsync(Workspace, cancellation);

        string[] methods = ["SaveAsync", "SaveBotAsync", "FindBotAsync", "FindInstallationAsync", "DeleteBotAsync", "DeleteInstallationAsync", "DeleteAllAsync"];
        Assert.Equal(methods, inner.Calls);
        Assert.Equal(methods, Spans().Select(span => span.OperationName));
        Assert.All(Spans(), span => Assert.Equal(ActivityKind.Client, span.Kind));
        Assert.Equal(methods, Measurements().Select(measurement => measurement.Tags[StoreTelemetry.OperationNameAttribute]));
        Assert.All(Measurements(), measurement => Assert.False(measurement.Tags.ContainsKey(StoreTelemetry.ErrorTypeAttribute)));
    }

    [Fact]
    public async Task The_calls_about_leases_are_passed_on_and_measured_too()
    {
        var cancellation = TestContext.Current.CancellationToken;
        IInstallationStore store = new TelemetryInstallationStore(new InMemoryInstallationStore(new SlackOAuthStoresOptions { ClientId = "1.1" }), _systemName);
        await store.SaveAsync(Samples.Installation, cancellation);
        var leasing = store.GetCapability<IRotationLeasing>()!;

        var bot = await leasing.TryAcquireLeaseAsync(Workspace, null, TimeSpan.FromMinutes(1), cancellation);
        var user = await leasing.TryAcquireLeaseAsync(Workspace, Samples.Installation.UserId, TimeSpan.FromMinutes(1), cancellation);
        Assert.True(await leasing.TrySaveBotAsync(bot!, Samples.Installation.ToBot()!, cancellation));
        Assert.True(await leasing.TrySaveInstallationAsync(user!, Samples.Installation, cancellation));
        await leasing.ReleaseLeaseAsync(bot!, cancellation);
        Assert.NotNull(await leasing.TryAcquireLeaseAsync(Workspace, null, TimeSpan.FromMinutes(1), cancellation));

        Assert.Equal(
            ["SaveAsync", "TryAcquireLeaseAsync", "TryAcquireLeaseAsync", "TrySaveBotAsync", "TrySaveInstallationAsync", "ReleaseLeaseAsync", "TryAcquireLeaseAsync"],
            Spans().Select(span => span.OperationName));
        Assert.Null(new TelemetryInstallationStore(new RecordingStore { HasLeases = false }, _systemName).GetCapability<IRotationLeasing>());
    }

    [Fact]
    public async Task The_trimming_of_a_history_is_passed_on_and_measured_too()
    {
        var cancellation = TestContext.Current.CancellationToken;
        IInstallationStore store = new TelemetryInstallationStore(new InMemoryInstallationStore(new SlackOAuthStoresOptions { ClientId = "1.1", HistoryEnabled = true }), _systemName);
        await store.SaveAsync(Samples.Installation, cancellation);
        await store.SaveBotAsync(Samples.Bot with { InstalledAt = Samples.InstalledAt.AddDays(1) }, cancellation);

        Assert.Equal(1, await store.GetCapability<IHistoryTrimming>()!.TrimHistoryAsync(Workspace, DateTimeOffset.MaxValue, cancellation));

        Assert.Equal(["SaveAsync", "SaveBotAsync", "TrimHistoryAsync"], Spans().Select(span => span.OperationName));
        Assert.Null(new TelemetryInstallationStore(new RecordingStore(), _systemName).GetCapability<IHistoryTrimming>());
    }

    [Fact]
    public async Task A_state_store_is_passed_on_and_measured_and_its_states_are_not_shown()
    {
        var cancellation = TestContext.Current.CancellationToken;
        IOAuthStateStore store = new TelemetryOAuthStateStore(new InMemoryOAuthStateStore(new SlackOAuthStoresOptions { ClientId = "1.1" }), _systemName);

        var state = await store.IssueAsync(new OAuthStateData { Purpose = OAuthStatePurpose.SignIn }, cancellation);
        Assert.NotNull(await store.ConsumeAsync(state, OAuthStatePurpose.SignIn, cancellation));

        Assert.Equal(["IssueAsync", "ConsumeAsync"], Spans().Select(span => span.OperationName));
        Assert.DoesNotContain(state, Everything(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_told_by_its_type_and_nothing_else()
    {
        var failure = new SlackOAuthStoreException("Custom", "SaveAsync", $"key {Samples.Secret}", isTransient: true);
        IInstallationStore store = new TelemetryInstallationStore(new RecordingStore { Failure = failure }, _systemName);

        var thrown = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.SaveAsync(Samples.Installation, TestContext.Current.CancellationToken));

        Assert.Same(failure, thrown);
        var span = Assert.Single(Spans());
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal(typeof(SlackOAuthStoreException).FullName, span.GetTagItem(StoreTelemetry.ErrorTypeAttribute));
        Assert.Equal(typeof(SlackOAuthStoreException).FullName, Assert.Single(Measurements()).Tags[StoreTelemetry.ErrorTypeAttribute]);
    }

    [Fact]
    public async Task A_cancelled_call_is_no_error_of_the_store()
    {
        IInstallationStore store = new TelemetryInstallationStore(new RecordingStore { Failure = new OperationCanceledException() }, _systemName);

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await store.FindBotAsync(Workspace, TestContext.Current.CancellationToken));

        Assert.Equal(ActivityStatusCode.Unset, Assert.Single(Spans()).Status);
    }

    [Fact]
    public async Task No_id_and_no_secret_is_in_a_span_or_a_measurement()
    {
        var cancellation = TestContext.Current.CancellationToken;
        IInstallationStore store = new TelemetryInstallationStore(new RecordingStore(), _systemName);

        await store.SaveAsync(Samples.Installation, cancellation);
        await store.FindInstallationAsync(Workspace, "U111", cancellation);

        Assert.NotEmpty(Spans());
        foreach (var hidden in new[] { "T111", "E111", "U111", "A111", Samples.Secret })
        {
            Assert.DoesNotContain(hidden, Everything(), StringComparison.Ordinal);
        }
    }

    private Activity[] Spans()
    {
        lock (_activities)
        {
            return [.. _activities.Where(activity => (string?)activity.GetTagItem(StoreTelemetry.SystemNameAttribute) == _systemName)];
        }
    }

    private CollectedMeasurement<double>[] Measurements() =>
        [.. _durations.GetMeasurementSnapshot().Where(measurement => (string?)measurement.Tags[StoreTelemetry.SystemNameAttribute] == _systemName)];

    private string Everything() => string.Join(
        '\n',
        Spans().Select(span => $"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects)} {string.Join(' ', span.Events.SelectMany(item => item.Tags))}")
            .Concat(Measurements().Select(measurement => string.Join(' ', measurement.Tags))));
}
