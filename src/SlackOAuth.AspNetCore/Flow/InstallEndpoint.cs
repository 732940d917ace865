using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>The install path: issues a state, sets its cookie, and shows the page with the button or redirects to Slack.</summary>
internal sealed class InstallEndpoint(IOptions<SlackOAuthOptions> options, IOAuthStateStore states, FlowResponder responder, FlowTelemetry telemetry, ILogger<InstallEndpoint> logger)
{
    private readonly SlackOAuthOptions _options = options.Value;
    private readonly AuthorizeUrlGenerator _generator = new()
    {
        ClientId = options.Value.ClientId,
        AuthorizationUrl = new Uri(options.Value.SlackRoot, "oauth/v2/authorize").AbsoluteUri,
    };

    internal Task HandleAsync(HttpContext context) => telemetry.BeginAsync(OAuthStatePurpose.Install, step => HandleAsync(context, step));

    private async Task HandleAsync(HttpContext context, FlowStep step)
    {
        var install = new BeforeRedirectContext(context)
        {
            TeamId = FlowRequest.Team(context.Request),
            Scopes = _options.Scopes,
            UserScopes = _options.UserScopes,
            RedirectUri = _options.RedirectUri,
        };
        if (await FlowResponder.IsHandledAsync(_options.Hooks.BeforeRedirect, install).ConfigureAwait(false))
        {
            step.End(FlowTelemetry.AnsweredByHook);
            return;
        }

        string state;
        try
        {
            state = await states.IssueAsync(ToState(install), context.RequestAborted).ConfigureAwait(false);
        }
        catch (SlackOAuthStoreException exception)
        {
            step.End(FlowTelemetry.Failed, OAuthFailureReasons.StorageError);
            var failure = new FlowFailure(OAuthFailureReasons.StorageError, StatusCodes.Status500InternalServerError, Exception: exception);
            await responder.FailAsync(context, OAuthStatePurpose.Install, failure, context.Request.PathBase.Add(context.Request.Path).ToUriComponent()).ConfigureAwait(false);
            return;
        }

        telemetry.CountState(OAuthStatePurpose.Install, FlowTelemetry.Issued);
        responder.IssueCookie(context, state);
        var generator = _generator with { Scopes = install.Scopes, UserScopes = install.UserScopes, RedirectUri = install.RedirectUri };
        var url = generator.Generate(state, install.TeamId);
        step.End(FlowTelemetry.Succeeded);
        Log.FlowBegins(logger, OAuthStatePurpose.Install);
        if (_options.InstallPageEnabled)
        {
            var page = _options.Pages.Install;
            await responder.WriteAsync(context, StatusCodes.Status200OK, page?.Invoke(url) ?? OAuthPages.Install(url, _options.AppName), page is not null).ConfigureAwait(false);
        }
        else
        {
            FlowResponder.Redirect(context, url);
        }
    }

    private static OAuthStateData ToState(BeforeRedirectContext install) => new()
    {
        Purpose = OAuthStatePurpose.Install,
        TeamId = install.TeamId,
        Scopes = install.Scopes,
        UserScopes = install.UserScopes,
        RedirectUri = install.RedirectUri is { Length: > 0 } uri ? new Uri(uri, UriKind.Absolute) : null,
        AppData = install.AppData,
    };
}
