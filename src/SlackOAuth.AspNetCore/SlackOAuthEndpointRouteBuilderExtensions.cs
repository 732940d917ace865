using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth.AspNetCore;
using SlackOAuth.Stores;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints of a Slack app. Every method wants <c>services.AddSlackOAuth(…)</c> first.</summary>
public static class SlackOAuthEndpointRouteBuilderExtensions
{
    /// <summary>Maps the install path and the callback: <see cref="SlackOAuthOptions.InstallPath"/> and <see cref="SlackOAuthOptions.CallbackPath"/>.</summary>
    /// <remarks>
    /// The callback checks in this order: <c>error</c> from Slack (200), the browser's cookie (<c>invalid_browser</c>, 400), the state (<c>invalid_state</c>, 401), the code
    /// (<c>missing_code</c>, 401), its exchange (<c>invalid_code</c>, 401), the saving (<c>storage_error</c>, 500); else success (200). Before all that, at both paths,
    /// a client that asks too often gets <c>rate_limited</c> (429): see <see cref="SlackOAuthOptions.RateLimits"/>.
    /// </remarks>
    /// <param name="endpoints">The app, or a group of routes.</param>
    /// <returns>A builder of the two endpoints, to name conventions for both.</returns>
    /// <exception cref="OptionsValidationException">An option is wrong; the message names it and says how to mend it.</exception>
    public static IEndpointConventionBuilder MapSlackOAuth(this IEndpointRouteBuilder endpoints)
    {
        var (services, options) = Read(endpoints);
        if (options is { Scopes.Count: 0, UserScopes.Count: 0, Hooks.BeforeRedirect: null })
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(SlackOAuthOptions), [
                $"{nameof(SlackOAuthOptions)} asks for no scope, so there is nothing to install. "
                + $"{SlackOAuthOptionsValidator.Set(nameof(SlackOAuthOptions.Scopes), "SLACK_SCOPES")} to scopes such as commands,chat:write; or UserScopes and SLACK_USER_SCOPES."]);
        }

        if (!options.StateVerificationEnabled)
        {
            Log.StateVerificationIsOff(services.GetRequiredService<ILogger<InstallCallbackEndpoint>>());
        }

        var limiter = services.GetRequiredService<ClientRateLimiter>();
        var group = endpoints.MapGroup("");
        group.MapGet(options.InstallPath, FlowResponder.WithHeaders(limiter.Guard(OAuthStatePurpose.Install, services.GetRequiredService<InstallEndpoint>().HandleAsync)));
        group.MapGet(options.CallbackPath, FlowResponder.WithHeaders(limiter.Guard(OAuthStatePurpose.Install, services.GetRequiredService<InstallCallbackEndpoint>().HandleAsync)));
        return group;
    }

    /// <summary>
    /// Maps one endpoint for all that Slack sends to the app (events, slash commands, interactions): every request URL of the app's settings can be this one. Each request's signature is
    /// verified, and its tokens are looked up. Wired already: <c>url_verification</c>, <c>ssl_check</c>, <c>app_uninstalled</c> (deletes the workspace's installations) and
    /// <c>tokens_revoked</c> (deletes the bot, or the users' installations). The app's own handlers go on the builder that is returned.
    /// </summary>
    /// <param name="endpoints">The app, or a group of routes.</param>
    /// <param name="pattern">The path.</param>
    /// <returns>The builder that takes the app's handlers.</returns>
    /// <exception cref="OptionsValidationException">An option is wrong, or <see cref="SlackOAuthOptions.SigningSecret"/> is missing.</exception>
    public static SlackEventsBuilder MapSlackEvents(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/slack/events")
    {
        var (services, _) = Read(endpoints);
        var endpoint = new SlackEventsEndpoint(services);
        var group = endpoints.MapGroup("");
        group.MapPost(pattern, endpoint.HandleAsync);
        group.MapGet(pattern, SlackEventsEndpoint.HandleGetAsync);
        return new SlackEventsBuilder(group, endpoint);
    }

    /// <summary>Maps Sign in with Slack: <see cref="SlackSignInOptions.Path"/> and <see cref="SlackSignInOptions.CallbackPath"/>.</summary>
    /// <remarks>
    /// State and nonce are issued together, and the id_token is validated: signature, issuer, audience, expiry, nonce. What fails is answered as in <see cref="MapSlackOAuth"/>, with
    /// <c>invalid_id_token</c> and <c>invalid_nonce</c> (401) besides. State verification cannot be switched off here.
    /// </remarks>
    /// <param name="endpoints">The app, or a group of routes.</param>
    /// <param name="onSignedIn">
    /// What to do with who signed in: it writes the answer, such as <c>await context.SignInAsync(identity.ToPrincipal())</c> and a redirect. Anybody of any workspace can sign in.
    /// </param>
    /// <returns>A builder of the two endpoints, to name conventions for both.</returns>
    /// <exception cref="OptionsValidationException">An option is wrong; the message names it and says how to mend it.</exception>
    public static IEndpointConventionBuilder MapSignInWithSlack(this IEndpointRouteBuilder endpoints, Func<SlackIdentity, HttpContext, Task> onSignedIn)
    {
        ArgumentNullException.ThrowIfNull(onSignedIn);
        var (services, options) = Read(endpoints);
        var endpoint = services.GetRequiredService<SignInEndpoint>();
        var limiter = services.GetRequiredService<ClientRateLimiter>();
        var group = endpoints.MapGroup("");
        group.MapGet(options.SignIn.Path, FlowResponder.WithHeaders(limiter.Guard(OAuthStatePurpose.SignIn, endpoint.StartAsync)));
        group.MapGet(options.SignIn.CallbackPath, FlowResponder.WithHeaders(limiter.Guard(OAuthStatePurpose.SignIn, context => endpoint.CallbackAsync(context, onSignedIn))));
        return group;
    }

    private static (IServiceProvider Services, SlackOAuthOptions Options) Read(IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return endpoints.ServiceProvider.GetService<FlowResponder>() is null
            ? throw new InvalidOperationException("The services of the OAuth flow are missing. Call builder.Services.AddSlackOAuth(…) before the app is built.")
            : (endpoints.ServiceProvider, endpoints.ServiceProvider.GetRequiredService<IOptions<SlackOAuthOptions>>().Value);
    }
}
