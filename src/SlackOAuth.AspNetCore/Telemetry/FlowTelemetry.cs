using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>The traces and metrics of the endpoints. What comes from outside becomes an attribute only where it is one of a known few.</summary>
internal sealed class FlowTelemetry
{
    internal const string Succeeded = "succeeded";
    internal const string Failed = "failed";
    internal const string AnsweredByHook = "answered_by_hook";
    internal const string NotInstalled = "not_installed";
    internal const string Issued = "issued";
    internal const string Consumed = "consumed";
    internal const string MalformedBody = "malformed_body";
    internal const string NoHandler = "no_handler";
    internal const string InvalidHost = "invalid_host";

    private static readonly string? Version = typeof(FlowTelemetry).Assembly.GetName().Version?.ToString(3);
    private static readonly ActivitySource Source = new(SlackOAuthTelemetry.EndpointsName, Version);

    // Slack's errors of the authorize page come by the browser, where anybody can write others.
    private static readonly FrozenSet<string> Reasons = FrozenSet.ToFrozenSet(
        [
            OAuthFailureReasons.AccessDenied, OAuthFailureReasons.InvalidBrowser, OAuthFailureReasons.InvalidState, OAuthFailureReasons.MissingCode, OAuthFailureReasons.InvalidCode,
            OAuthFailureReasons.StorageError, OAuthFailureReasons.InvalidIdToken, OAuthFailureReasons.InvalidNonce,
            "bad_client_id", "bad_redirect_uri", "invalid_client_id", "invalid_scope", "invalid_team_for_non_distributed_app", "unapproved_scope",
        ],
        StringComparer.Ordinal);

    private readonly Counter<long> _flows;
    private readonly Histogram<double> _callbacks;
    private readonly Counter<long> _states;
    private readonly Histogram<double> _requests;
    private readonly Counter<long> _refusedSignatures;
    private readonly Counter<long> _rateLimited;
    private readonly Counter<long> _uninstalls;

    public FlowTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(SlackOAuthTelemetry.EndpointsName, Version);
        _flows = meter.CreateCounter<long>(SlackOAuthTelemetry.FlowsName, "{flow}", "The installs and sign-ins that were begun.");
        _callbacks = CreateDuration(meter, SlackOAuthTelemetry.CallbackDurationName, "How long the callbacks of installs and sign-ins take.");
        _states = meter.CreateCounter<long>(SlackOAuthTelemetry.StatesName, "{state}", "The states issued, consumed and refused.");
        _requests = CreateDuration(meter, SlackOAuthTelemetry.RequestDurationName, "How long the signed requests of Slack's take, the app's handlers included.");
        _refusedSignatures = meter.CreateCounter<long>(SlackOAuthTelemetry.RefusedSignaturesName, "{request}", "The requests refused for their signature.");
        _rateLimited = meter.CreateCounter<long>(SlackOAuthTelemetry.RateLimitedName, "{request}", "The requests of the install and sign-in paths refused with 429.");
        _uninstalls = meter.CreateCounter<long>(SlackOAuthTelemetry.UninstallsName, "{event}", "The events that ended tokens.");
    }

    /// <summary>The start of a flow.</summary>
    internal Task BeginAsync(OAuthStatePurpose purpose, Func<FlowStep, Task> run) =>
        ObserveAsync(SlackOAuthTelemetry.BeginSpanName, purpose, run, (_, tags) => _flows.Add(1, tags));

    internal Task CallbackAsync(OAuthStatePurpose purpose, Func<FlowStep, Task> run) =>
        ObserveAsync(SlackOAuthTelemetry.CallbackSpanName, purpose, run, (elapsed, tags) => _callbacks.Record(elapsed.TotalSeconds, tags));

    internal Task RequestAsync(Func<FlowStep, Task> run) =>
        ObserveAsync(SlackOAuthTelemetry.RequestSpanName, null, run, (elapsed, tags) => _requests.Record(elapsed.TotalSeconds, tags));

    internal void CountState(OAuthStatePurpose purpose, string result) => _states.Add(
        1,
        new KeyValuePair<string, object?>(SlackOAuthTelemetry.PurposeAttribute, Word(purpose)),
        new KeyValuePair<string, object?>(SlackOAuthTelemetry.StateResultAttribute, result));

    internal void CountRefusedSignature(SlackSignatureVerification finding) =>
        _refusedSignatures.Add(1, new KeyValuePair<string, object?>(SlackOAuthTelemetry.SignatureAttribute, Word(finding)));

    internal void CountRateLimited(OAuthStatePurpose purpose) => _rateLimited.Add(1, new KeyValuePair<string, object?>(SlackOAuthTelemetry.PurposeAttribute, Word(purpose)));

    internal void CountUninstall(string eventType) => _uninstalls.Add(1, new KeyValuePair<string, object?>(SlackOAuthTelemetry.RequestTypeAttribute, eventType));

    /// <summary>A reason as an attribute.</summary>
    internal static string Reason(string reason) => Reasons.Contains(reason) ? reason : SlackOAuthTelemetry.Other;

    /// <summary>A member of an enumeration as an attribute, such as <c>sign_in</c>.</summary>
    internal static string Word<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static Histogram<double> CreateDuration(Meter meter, string name, string description) => meter.CreateHistogram(
        name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });

    private static async Task ObserveAsync(string name, OAuthStatePurpose? purpose, Func<FlowStep, Task> run, Action<TimeSpan, TagList> record)
    {
        using var activity = Source.StartActivity(name);
        var step = new FlowStep(activity);
        if (purpose is { } flow)
        {
            step.Set(SlackOAuthTelemetry.PurposeAttribute, Word(flow));
        }

        var started = Stopwatch.GetTimestamp();
        try
        {
            await run(step).ConfigureAwait(false);
        }
        catch (Exception exception) when (step.Outcome is null)
        {
            // A hook's or a handler's. Its text may say anything.
            step.End(Failed, exception.GetType().FullName);
            throw;
        }
        finally
        {
            record(Stopwatch.GetElapsedTime(started), step.Tags);
        }
    }
}
