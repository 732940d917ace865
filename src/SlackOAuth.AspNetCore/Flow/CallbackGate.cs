using Microsoft.AspNetCore.Http;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>What a callback brought when it passed, or why it did not.</summary>
internal sealed record CallbackFinding(string? Code, OAuthStateData? State, FlowFailure? Failure)
{
    /// <summary>Without the code.</summary>
    public override string ToString() => Failure is null ? "passed" : Failure.Reason;
}

/// <summary>The first half of every callback, in the order of the protocol: error, browser, state, code.</summary>
internal sealed class CallbackGate(FlowResponder responder, IOAuthStateStore states, FlowTelemetry telemetry)
{
    // Slack's codes are below 200 characters, its errors below 60; a state is 43.
    private const int MaxCodeLength = 2048;
    private const int MaxErrorLength = 1024;
    private const int MaxStateLength = 512;

    /// <summary>Checks the callback and deletes the cookie of its state, whatever the result.</summary>
    internal async Task<CallbackFinding> CheckAsync(HttpContext context, OAuthStatePurpose purpose, bool verifiesState)
    {
        var request = context.Request;
        var state = FlowRequest.Single(request, "state", MaxStateLength);
        responder.DeleteCookie(context, state);
        if (request.Query.ContainsKey("error"))
        {
            return Fail(FlowRequest.Single(request, "error", MaxErrorLength) ?? "unknown_error", StatusCodes.Status200OK);
        }

        var isThisBrowser = responder.HoldsState(context, state);
        if (verifiesState && !isThisBrowser)
        {
            telemetry.CountState(purpose, OAuthFailureReasons.InvalidBrowser);
            return Fail(OAuthFailureReasons.InvalidBrowser, StatusCodes.Status400BadRequest);
        }

        OAuthStateData? data;
        try
        {
            data = isThisBrowser ? await states.ConsumeAsync(state, purpose, context.RequestAborted).ConfigureAwait(false) : null;
        }
        catch (SlackOAuthStoreException exception)
        {
            return Fail(OAuthFailureReasons.StorageError, StatusCodes.Status500InternalServerError, exception);
        }

        if (data is not null)
        {
            telemetry.CountState(purpose, FlowTelemetry.Consumed);
        }
        else if (verifiesState)
        {
            telemetry.CountState(purpose, OAuthFailureReasons.InvalidState);
            return Fail(OAuthFailureReasons.InvalidState, StatusCodes.Status401Unauthorized);
        }

        return FlowRequest.Single(request, "code", MaxCodeLength) is { } code
            ? new(code, data, null)
            : Fail(OAuthFailureReasons.MissingCode, StatusCodes.Status401Unauthorized);
    }

    private static CallbackFinding Fail(string reason, int statusCode, Exception? exception = null) => new(null, null, new(reason, statusCode, Exception: exception));
}
