using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>The callback of an install: checks it, exchanges the code, asks for the bot id, saves, and shows the result.</summary>
internal sealed class InstallCallbackEndpoint(
    IOptions<SlackOAuthOptions> options,
    CallbackGate gate,
    FlowResponder responder,
    SlackOAuthClient slack,
    IInstallationStore installations,
    TimeProvider time,
    WorkspaceUse use,
    FlowTelemetry telemetry,
    ILogger<InstallCallbackEndpoint> logger)
{
    // The tokens are nowhere else, and their code is spent: a store that is away for a moment must not cost the install. The browser waits a few seconds more.
    private static readonly TimeSpan[] SavePauses = [TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];

    private readonly SlackOAuthOptions _options = options.Value;

    internal Task HandleAsync(HttpContext context) => telemetry.CallbackAsync(OAuthStatePurpose.Install, step => HandleAsync(context, step));

    private async Task HandleAsync(HttpContext context, FlowStep step)
    {
        var finding = await gate.CheckAsync(context, OAuthStatePurpose.Install, _options.StateVerificationEnabled).ConfigureAwait(false);
        var failure = finding.Failure ?? await InstallAsync(context, finding.Code!, finding.State, step).ConfigureAwait(false);
        if (failure is not null)
        {
            step.End(FlowTelemetry.Failed, FlowTelemetry.Reason(failure.Reason));
            var retryUrl = FlowRequest.Sibling(context.Request, _options.CallbackPath, _options.InstallPath);
            await responder.FailAsync(context, OAuthStatePurpose.Install, failure, retryUrl).ConfigureAwait(false);
        }
    }

    /// <summary>Finishes the install and writes the answer; or says why it failed, with nothing written.</summary>
    private async Task<FlowFailure?> InstallAsync(HttpContext context, string code, OAuthStateData? state, FlowStep step)
    {
        if (await FlowResponder.IsHandledAsync(_options.Hooks.BeforeInstall, new BeforeInstallContext(context) { State = state }).ConfigureAwait(false))
        {
            step.End(FlowTelemetry.AnsweredByHook);
            return null;
        }

        // From here on a browser that goes away cancels nothing: Slack has handed out tokens that are nowhere else. The client's own timeouts bound the calls.
        var redirectUri = state is null ? _options.RedirectUri : state.RedirectUri?.OriginalString;
        var access = await slack.ExchangeCodeAsync(code, redirectUri, CancellationToken.None).ConfigureAwait(false);
        if (!access.Ok)
        {
            return new(OAuthFailureReasons.InvalidCode, StatusCodes.Status401Unauthorized, access.Error);
        }

        // Before auth.test, which may take its time: an uninstall that comes meanwhile is later than this install.
        var installedAt = time.GetUtcNow();
        Log.Exchanged(logger, OAuthStatePurpose.Install);
        Installation installation;
        try
        {
            installation = SlackInstallationFactory.Create(access.Value, await TestAsync(access.Value.AccessToken).ConfigureAwait(false), installedAt);
        }
        catch (ArgumentException exception)
        {
            return new(OAuthFailureReasons.InvalidCode, StatusCodes.Status401Unauthorized, Exception: exception);
        }

        var after = new AfterInstallContext(context) { Installation = installation, State = state };
        if (await FlowResponder.IsHandledAsync(_options.Hooks.AfterInstall, after).ConfigureAwait(false))
        {
            step.End(FlowTelemetry.AnsweredByHook);
            return null;
        }

        try
        {
            await SaveAsync(after.Installation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SlackOAuthStoreException or ArgumentException)
        {
            return new(OAuthFailureReasons.StorageError, StatusCodes.Status500InternalServerError, Exception: exception);
        }

        step.End(FlowTelemetry.Succeeded);
        Log.Installed(logger);
        await use.NoteAsync(new WorkspaceId(after.Installation.EnterpriseId, after.Installation.TeamId, after.Installation.IsEnterpriseInstall), CancellationToken.None).ConfigureAwait(false);
        await SucceedAsync(context, after.Installation, state).ConfigureAwait(false);
        return null;
    }

    /// <summary>Saves, and tries again where that can help. A save that had happened after all is replaced by its like.</summary>
    private async Task SaveAsync(Installation installation)
    {
        foreach (var pause in SavePauses)
        {
            try
            {
                await installations.SaveAsync(installation, CancellationToken.None).ConfigureAwait(false);
                return;
            }
            catch (SlackOAuthStoreException exception) when (exception.IsTransient)
            {
                Log.SaveFailed(logger, Log.Cause(exception));
                await Task.Delay(pause, time, CancellationToken.None).ConfigureAwait(false);
            }
        }

        await installations.SaveAsync(installation, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Asks for what the exchange does not tell. An install without it works all the same, and its tokens would be lost if it were given up.</summary>
    private async Task<AuthTest?> TestAsync(string? botToken)
    {
        if (string.IsNullOrEmpty(botToken))
        {
            return null;
        }

        var test = await slack.AuthTestAsync(botToken, CancellationToken.None).ConfigureAwait(false);
        if (!test.Ok)
        {
            Log.AuthTestFailed(logger, Log.Word(test.Error.Code));
        }

        return test.Value;
    }

    private async Task SucceedAsync(HttpContext context, Installation installation, OAuthStateData? state)
    {
        var hook = new InstallSucceededContext(context) { Installation = installation, State = state };
        if (await FlowResponder.IsHandledAsync(_options.Hooks.Succeeded, hook).ConfigureAwait(false))
        {
            return;
        }

        var url = _options.SuccessUrl
            ?? SuccessUrl.ForSlack(installation.AppId, installation.TeamId, installation.IsEnterpriseInstall, installation.EnterpriseUrl);
        var page = _options.Pages.Success;
        var html = page?.Invoke(installation, url) ?? OAuthPages.Success(url, SuccessUrl.ForBrowser(installation.TeamId), _options.AppName);
        await responder.WriteAsync(context, StatusCodes.Status200OK, html, page is not null).ConfigureAwait(false);
    }
}
