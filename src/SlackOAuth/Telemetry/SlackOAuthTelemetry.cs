namespace SlackOAuth;

/// <summary>The names under which the flow is seen in OpenTelemetry. Those of the stores are <see cref="Stores.StoreTelemetry"/>'s. They are listed, with their values, in <c>docs/observability.md</c>.</summary>
/// <remarks>
/// No id, token, state, code, nonce or secret is in any of them. Every attribute takes one of a bounded number of values: what anybody could send is counted as <see cref="Other"/>
/// where it is none that is known.
/// </remarks>
public static class SlackOAuthTelemetry
{
    /// <summary>The activity source and the meter of the calls to Slack, token rotation and retention.</summary>
    public const string Name = "SlackOAuth";

    /// <summary>The activity source and the meter of the endpoints of <c>SlackOAuth.AspNetCore</c>.</summary>
    public const string EndpointsName = "SlackOAuth.AspNetCore";

    /// <summary>The span of the start of a flow. A call to Slack is a span by the name of its method, such as <c>oauth.v2.access</c>.</summary>
    public const string BeginSpanName = "slackoauth.begin";

    /// <summary>The span of a callback.</summary>
    public const string CallbackSpanName = "slackoauth.callback";

    /// <summary>The span of a signed request, the app's handler included.</summary>
    public const string RequestSpanName = "slackoauth.request";

    /// <summary>The span of a part of a sweep of retention.</summary>
    public const string RetentionSpanName = "slackoauth.retention";

    /// <summary>The histogram of how long each call to Slack took, retries included, in seconds; by <see cref="MethodAttribute"/> and <see cref="ErrorTypeAttribute"/>.</summary>
    public const string ApiDurationName = "slackoauth.api.duration";

    /// <summary>The counter of the installs and sign-ins that were begun; by <see cref="PurposeAttribute"/> and, where no state could be issued, <see cref="ErrorTypeAttribute"/>.</summary>
    public const string FlowsName = "slackoauth.flows";

    /// <summary>The histogram of how long each callback took, in seconds; by <see cref="PurposeAttribute"/>, <see cref="OutcomeAttribute"/> and <see cref="ErrorTypeAttribute"/>.</summary>
    public const string CallbackDurationName = "slackoauth.callback.duration";

    /// <summary>The counter of states; by <see cref="PurposeAttribute"/> and <see cref="StateResultAttribute"/>.</summary>
    public const string StatesName = "slackoauth.states";

    /// <summary>The histogram of how long each signed request took, the app's handler included, in seconds; by <see cref="RequestKindAttribute"/>, <see cref="RequestTypeAttribute"/>,
    /// <see cref="OutcomeAttribute"/> and <see cref="ErrorTypeAttribute"/>.</summary>
    public const string RequestDurationName = "slackoauth.request.duration";

    /// <summary>The counter of requests refused for their signature; by <see cref="SignatureAttribute"/>.</summary>
    public const string RefusedSignaturesName = "slackoauth.signatures.refused";

    /// <summary>The counter of requests of the install and sign-in paths refused with 429, one client's being too many; by <see cref="PurposeAttribute"/>.</summary>
    public const string RateLimitedName = "slackoauth.requests.rate_limited";

    /// <summary>The counter of events that ended tokens; by <see cref="RequestTypeAttribute"/>.</summary>
    public const string UninstallsName = "slackoauth.uninstalls";

    /// <summary>The counter of token rotations; by <see cref="TokenTypeAttribute"/>, <see cref="RotationResultAttribute"/> and, where one failed, <see cref="ErrorTypeAttribute"/>.</summary>
    public const string RotationsName = "slackoauth.rotations";

    /// <summary>The counter of what retention removed; by <see cref="RetentionPartAttribute"/>.</summary>
    public const string RetentionRemovedName = "slackoauth.retention.removed";

    /// <summary>The histogram of how long each part of a sweep of retention took, in seconds; by <see cref="RetentionPartAttribute"/> and <see cref="ErrorTypeAttribute"/>.</summary>
    public const string RetentionDurationName = "slackoauth.retention.duration";

    /// <summary>The attribute that names the method of Slack's API, such as <c>oauth.v2.access</c>.</summary>
    public const string MethodAttribute = "slackoauth.method";

    /// <summary>The attribute that says which flow it was: <c>install</c> or <c>sign_in</c>.</summary>
    public const string PurposeAttribute = "slackoauth.purpose";

    /// <summary>The attribute that says how it ended: <c>succeeded</c>, <c>failed</c>; of a callback also <c>answered_by_hook</c>, of a signed request also <c>not_installed</c>.</summary>
    public const string OutcomeAttribute = "slackoauth.outcome";

    /// <summary>The attribute that says what became of a state: <c>issued</c>, <c>consumed</c>, <c>invalid_browser</c> (another browser's), or <c>invalid_state</c> (unknown, used or expired).</summary>
    public const string StateResultAttribute = "slackoauth.state.result";

    /// <summary>The attribute that says what Slack sent: <c>event</c>, <c>command</c>, <c>interaction</c>, <c>url_verification</c> or <c>other</c>.</summary>
    public const string RequestKindAttribute = "slackoauth.request.kind";

    /// <summary>The attribute that names the type of an event or an interaction where a handler is registered for it (or the event ends tokens), else <see cref="Other"/>; absent for others.</summary>
    public const string RequestTypeAttribute = "slackoauth.request.type";

    /// <summary>The attribute that says why a signature was refused: <c>missing_header</c>, <c>repeated_header</c>, <c>malformed</c>, <c>expired</c>, <c>body_too_large</c> or <c>mismatch</c>.</summary>
    public const string SignatureAttribute = "slackoauth.signature";

    /// <summary>The attribute that says whose token was rotated: <c>bot</c> or <c>user</c>.</summary>
    public const string TokenTypeAttribute = "slackoauth.token.type";

    /// <summary>The attribute that says what came of a rotation: <c>rotated</c>; <c>superseded</c>, where the record was deleted or renewed meanwhile; <c>failed</c>, which may pass;
    /// <c>refused</c> by Slack for good; <c>lost</c>, where what Slack gave was never saved.</summary>
    public const string RotationResultAttribute = "slackoauth.rotation.result";

    /// <summary>The attribute that says what retention looked at: <c>expired_states</c> or <c>unused_workspaces</c>.</summary>
    public const string RetentionPartAttribute = "slackoauth.retention.part";

    /// <summary>The attribute that says why something failed: a reason of <see cref="OAuthFailureReasons"/>, an error of Slack's or of <see cref="SlackErrorCodes"/>, or an exception's type;
    /// absent where nothing failed.</summary>
    public const string ErrorTypeAttribute = "error.type";

    /// <summary>The value for all that is not known, so that nobody can make new ones.</summary>
    public const string Other = "other";
}
