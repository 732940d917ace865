using SlackOAuth;
using SlackOAuth.Stores;

namespace OpenTelemetry.Trace;

/// <summary>Takes the traces of the Slack OAuth flow into a pipeline.</summary>
public static class SlackOAuthTracerProviderBuilderExtensions
{
    /// <summary>Listens to the spans of the flow, the calls to Slack, retention and the stores. No id and no secret is in any of them.</summary>
    /// <param name="builder">The builder of the pipeline.</param>
    /// <returns>The same builder.</returns>
    public static TracerProviderBuilder AddSlackOAuthInstrumentation(this TracerProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddSource(SlackOAuthTelemetry.Name, SlackOAuthTelemetry.EndpointsName, StoreTelemetry.ActivitySourceName);
    }
}
