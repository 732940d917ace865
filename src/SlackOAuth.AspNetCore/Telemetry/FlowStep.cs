using System.Diagnostics;

namespace SlackOAuth.AspNetCore;

/// <summary>One step of a flow, or one signed request, while it is traced and measured: its span, and the attributes that its measurement will have too.</summary>
internal sealed class FlowStep(Activity? activity)
{
    private TagList _tags;

    internal TagList Tags => _tags;

    /// <summary>How it ended; null until that is known.</summary>
    internal string? Outcome { get; private set; }

    internal void Set(string attribute, string value)
    {
        _tags.Add(attribute, value);
        activity?.SetTag(attribute, value);
    }

    internal void End(string outcome, string? errorType = null)
    {
        Outcome = outcome;
        Set(SlackOAuthTelemetry.OutcomeAttribute, outcome);
        if (errorType is not null)
        {
            Set(SlackOAuthTelemetry.ErrorTypeAttribute, errorType);
            activity?.SetStatus(ActivityStatusCode.Error);
        }
    }
}
