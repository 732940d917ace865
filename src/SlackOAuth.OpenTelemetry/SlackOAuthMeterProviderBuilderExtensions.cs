using SlackOAuth;
using SlackOAuth.Stores;

namespace OpenTelemetry.Metrics;

/// <summary>Takes the metrics of the Slack OAuth flow into a pipeline.</summary>
public static class SlackOAuthMeterProviderBuilderExtensions
{
    /// <summary>Listens to the metrics of the flow, the calls to Slack, retention and the stores. Every attribute takes a bounded number of values.</summary>
    /// <param name="builder">The builder of the pipeline.</param>
    /// <returns>The same builder.</returns>
    public static MeterProviderBuilder AddSlackOAuthInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter(SlackOAuthTelemetry.Name, SlackOAuthTelemetry.EndpointsName, StoreTelemetry.MeterName);
    }
}
