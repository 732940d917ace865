using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.AspNetCore;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts the verification of Slack's signature in front of endpoints.</summary>
public static class SlackSignatureEndpointConventionBuilderExtensions
{
    /// <summary>
    /// Lets only requests through that Slack has signed. Others get 401 (<see cref="SlackOAuthOptions.InvalidSignatureStatusCode"/>) and reach no handler: a signature that is missing,
    /// repeated, malformed, wrong or more than 300 seconds off, and a body over <see cref="SlackOAuthOptions.MaxRequestBodyBytes"/>.
    /// </summary>
    /// <remarks>
    /// It runs on the raw body, before the endpoint's parameters are bound, and leaves the body for the handler to read. Nothing before it may change the body, as request
    /// decompression does. The endpoints of <c>MapSlackEvents</c> have it already.
    /// </remarks>
    /// <typeparam name="TBuilder">An endpoint, a group of routes, or controllers.</typeparam>
    /// <param name="builder">The builder of the endpoints.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder RequireSlackSignature<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);

        // An IEndpointFilter would come too late: it runs after the binding of parameters has read the body.
        builder.Finally(static endpoint =>
        {
            var inner = endpoint.RequestDelegate ?? throw new InvalidOperationException("RequireSlackSignature was put on an endpoint that handles no request.");
            var gate = endpoint.ApplicationServices.GetRequiredService<SlackSignatureGate>();
            endpoint.RequestDelegate = context => gate.RunAsync(context, inner);
        });
        return builder;
    }
}
