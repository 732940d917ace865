using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SlackOAuth;

/// <summary>Counts rotations by what came of them.</summary>
internal sealed class RotationMeter(IMeterFactory meters)
{
    internal const string Rotated = "rotated";
    internal const string Superseded = "superseded";
    internal const string Failed = "failed";
    internal const string Refused = "refused";
    internal const string Lost = "lost";

    private readonly Counter<long> _rotations = meters.Create(SlackOAuthTelemetry.Name, typeof(RotationMeter).Assembly.GetName().Version?.ToString(3))
        .CreateCounter<long>(SlackOAuthTelemetry.RotationsName, "{rotation}", "The rotations of tokens, by what came of them.");

    internal void Count(string tokenType, string result, string? error = null)
    {
        var tags = new TagList { { SlackOAuthTelemetry.TokenTypeAttribute, tokenType }, { SlackOAuthTelemetry.RotationResultAttribute, result } };
        if (error is not null)
        {
            tags.Add(SlackOAuthTelemetry.ErrorTypeAttribute, error);
        }

        _rotations.Add(1, tags);
    }
}
