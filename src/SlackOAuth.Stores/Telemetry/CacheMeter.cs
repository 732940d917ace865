using System.Diagnostics.Metrics;

namespace SlackOAuth.Stores.Telemetry;

/// <summary>Counts cached lookups by what came of them.</summary>
internal static class CacheMeter
{
    internal const string Hit = "hit";
    internal const string Miss = "miss";
    internal const string Full = "full";

    private static readonly Counter<long> Lookups = StoreObserver.Meter.CreateCounter<long>(
        StoreTelemetry.CacheLookupsName, "{lookup}", "The lookups that a cache stands before, by what came of them.");

    internal static void Count(bool isBot, string result)
    {
        if (Lookups.Enabled)
        {
            Lookups.Add(
                1,
                new(StoreTelemetry.OperationNameAttribute, isBot ? nameof(IInstallationStore.FindBotAsync) : nameof(IInstallationStore.FindInstallationAsync)),
                new(StoreTelemetry.CacheResultAttribute, result));
        }
    }
}
