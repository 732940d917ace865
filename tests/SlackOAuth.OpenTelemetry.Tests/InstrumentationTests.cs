using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using SlackOAuth.Stores;

namespace SlackOAuth.OpenTelemetry.Tests;

/// <summary>What the pipeline gets.</summary>
public sealed class InstrumentationTests
{
    [Fact]
    public async Task A_call_of_a_store_is_a_span_and_a_metric_of_the_pipeline()
    {
        var (spans, metrics) = (new List<Activity>(), new List<Metric>());
        using var tracing = Sdk.CreateTracerProviderBuilder().AddSlackOAuthInstrumentation().AddInMemoryExporter(spans).Build();
        using var metering = Sdk.CreateMeterProviderBuilder().AddSlackOAuthInstrumentation().AddInMemoryExporter(metrics).Build();
        await using var services = Services();

        await services.GetRequiredService<IInstallationStore>().FindBotAsync(WorkspaceId.ForTeam("T1"), TestContext.Current.CancellationToken);
        tracing.ForceFlush();
        metering.ForceFlush();

        Assert.Contains(spans, span => span.OperationName == "FindBotAsync");
        Assert.Contains(metrics, metric => metric.Name == StoreTelemetry.OperationDurationName);
    }

    [Theory]
    [InlineData(SlackOAuthTelemetry.Name, true)]
    [InlineData(SlackOAuthTelemetry.EndpointsName, true)]
    [InlineData(StoreTelemetry.ActivitySourceName, true)]
    [InlineData("Somebody.Elses", false)]
    public void The_familys_sources_and_meters_are_listened_to_and_no_other(string name, bool isListened)
    {
        var (spans, metrics) = (new List<Activity>(), new List<Metric>());
        using var tracing = Sdk.CreateTracerProviderBuilder().AddSlackOAuthInstrumentation().AddInMemoryExporter(spans).Build();
        using var metering = Sdk.CreateMeterProviderBuilder().AddSlackOAuthInstrumentation().AddInMemoryExporter(metrics).Build();
        using var source = new ActivitySource(name);
        using var meter = new Meter(name);
        var marker = $"marker-of-{name}";

        source.StartActivity(marker)?.Dispose();
        meter.CreateCounter<long>(marker).Add(1);
        tracing.ForceFlush();
        metering.ForceFlush();

        Assert.Equal(isListened, spans.Any(span => span.OperationName == marker));
        Assert.Equal(isListened, metrics.Any(metric => metric.Name == marker));
    }

    private static ServiceProvider Services()
    {
        var services = new ServiceCollection();
        services.AddSlackOAuthStores(options => options.ClientId = "1.1").UseInMemory();
        return services.BuildServiceProvider();
    }
}
