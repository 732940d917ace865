using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>Sign in with Slack: the start, which issues state and nonce together, and the callback, which trusts nothing that is not validated.</summary>
internal sealed class SignInEndpoint(
    IOptions<SlackOAuthOptions> options,
    IOAuthStateStore states,
    CallbackGate gate,
    FlowResponder responder,
    SlackOAuthClient slack,
    SlackIdTokenValidator validator,
    FlowTelemetry telemetry,
    ILogger<SignInEndpoint> logger)
{
    private readonly SlackSignInOptions _options = options.Value.SignIn;
    private readonly string _clientId = options.Value.ClientId;
    private readonly string _authorizationUrl = new Uri(options.Value.SlackRoot, "openid/connect/authorize").AbsoluteUri;

    internal Task StartAsync(HttpContext context) => telemetry.BeginAsync(OAuthStatePurpose.SignIn, step => StartAsync(context, step));

    internal Task CallbackAsync(HttpContext context, Func<SlackIdentity, HttpContext, Task> onSignedIn) =>
        telemetry.CallbackAsync(OAuthStatePurpose.SignIn, step => CallbackAsync(context, onSignedIn, step));

    private async Task StartAsync(HttpContext context, FlowStep step)
    {
        if (RedirectUri(context.Request) is not { } redirectUri)
        {
            step.End(FlowTelemetry.Failed, FlowTelemetry.InvalidHost);
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var nonce = OpenIdConnectNonce.Create();
        var team = FlowRequest.Team(context.Request);
        var data = new OAuthStateData
        {
            Purpose = OAuthStatePurpose.SignIn,
            TeamId = team,
            Scopes = _options.Scopes,
            RedirectUri = redirectUri,
            NonceHash = OpenIdConnectNonce.Hash(nonce),
        };
        string state;
        try
        {
            state = await states.IssueAsync(data, context.RequestAborted).ConfigureAwait(false);
        }
        catch (SlackOAuthStoreException exception)
        {
            step.End(FlowTelemetry.Failed, OAuthFailureReasons.StorageError);
            var failure = new FlowFailure(OAuthFailureReasons.StorageError, StatusCodes.Status500InternalServerError, Exception: exception);
            await responder.FailAsync(context, OAuthStatePurpose.SignIn, failure, context.Request.PathBase.Add(context.Request.Path).ToUriComponent()).ConfigureAwait(false);
            return;
        }

        telemetry.CountState(OAuthStatePurpose.SignIn, FlowTelemetry.Issued);
        responder.IssueCookie(context, state);
        var generator = new OpenIdConnectAuthorizeUrlGenerator
        {
            ClientId = _clientId,
            RedirectUri = redirectUri.OriginalString,
            Scopes = _options.Scopes,
            AuthorizationUrl = _authorizationUrl,
        };
        step.End(FlowTelemetry.Succeeded);
        Log.FlowBegins(logger, OAuthStatePurpose.SignIn);
        FlowResponder.Redirect(context, generator.Generate(state, nonce, team));
    }

    private async Task CallbackAsync(HttpContext context, Func<SlackIdentity, HttpContext, Task> onSignedIn, FlowStep step)
    {
        var finding = await gate.CheckAsync(context, OAuthStatePurpose.SignIn, verifiesState: true).ConfigureAwait(false);
        var (identity, failure) = finding.Failure is null
            ? await IdentifyAsync(finding.Code!, finding.State!, context.RequestAborted).ConfigureAwait(false)
            : (null, finding.Failure);
        if (failure is not null)
        {
            step.End(FlowTelemetry.Failed, FlowTelemetry.Reason(failure.Reason));
            var retryUrl = FlowRequest.Sibling(context.Request, _options.CallbackPath, _options.Path);
            await responder.FailAsync(context, OAuthStatePurpose.SignIn, failure, retryUrl).ConfigureAwait(false);
            return;
        }

        step.End(FlowTelemetry.Succeeded);
        Log.SignedIn(logger);
        await onSignedIn(identity!, context).ConfigureAwait(false);
    }

    private async Task<(SlackIdentity? Identity, FlowFailure? Failure)> IdentifyAsync(string code, OAuthStateData state, CancellationToken cancellationToken)
    {
        var token = await slack.ExchangeSignInCodeAsync(code, state.RedirectUri?.OriginalString, cancellationToken).ConfigureAwait(false);
        if (!token.Ok)
        {
            return Fail(OAuthFailureReasons.InvalidCode, token.Error);
        }

        Log.Exchanged(logger, OAuthStatePurpose.SignIn);
        var idToken = await validator.ValidateAsync(token.Value.IdToken, state.NonceHash, cancellationToken).ConfigureAwait(false);
        if (!idToken.Ok)
        {
            return Fail(idToken.Error.Code == SlackErrorCodes.IdTokenNonce ? OAuthFailureReasons.InvalidNonce : OAuthFailureReasons.InvalidIdToken, idToken.Error);
        }

        if (!_options.UserInfoEnabled)
        {
            return (new SlackIdentity { IdToken = idToken.Value }, null);
        }

        if (string.IsNullOrEmpty(token.Value.AccessToken))
        {
            return Fail(OAuthFailureReasons.InvalidCode, new SlackError { Code = SlackErrorCodes.InvalidResponse });
        }

        var user = await slack.GetUserInfoAsync(token.Value.AccessToken, cancellationToken).ConfigureAwait(false);
        if (!user.Ok)
        {
            return Fail(OAuthFailureReasons.InvalidCode, user.Error);
        }

        // OpenID Connect Core, 5.3.2: an answer about another than the id_token's subject must not be used.
        return user.Value.Subject == idToken.Value.Subject
            ? (new SlackIdentity { IdToken = idToken.Value, UserInfo = user.Value }, null)
            : Fail(OAuthFailureReasons.InvalidIdToken, new SlackError { Code = SlackErrorCodes.InvalidResponse });
    }

    private static (SlackIdentity? Identity, FlowFailure? Failure) Fail(string reason, SlackError error) =>
        (null, new(reason, StatusCodes.Status401Unauthorized, error));

    /// <summary>The configured callback, or the one beside this start; null where the request's Host is none. Slack refuses one that is not registered.</summary>
    private Uri? RedirectUri(HttpRequest request)
    {
        var text = _options.RedirectUri
            ?? UriHelper.BuildAbsolute(request.Scheme, request.Host).TrimEnd('/') + FlowRequest.Sibling(request, _options.Path, _options.CallbackPath);
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : null;
    }
}
