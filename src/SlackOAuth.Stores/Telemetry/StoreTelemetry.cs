namespace SlackOAuth.Stores;

/// <summary>The names under which the stores are seen in OpenTelemetry: <c>AddSource(StoreTelemetry.ActivitySourceName)</c>, <c>AddMeter(StoreTelemetry.MeterName)</c>.</summary>
/// <remarks>Names and attributes are those of the OpenTelemetry conventions for database clients. No id, state, token or other value that was stored or asked for is in any of them.</remarks>
public static class StoreTelemetry
{
    /// <summary>The activity source: one client span for each call, named by the method.</summary>
    public const string ActivitySourceName = "SlackOAuth.Stores";

    /// <summary>The meter of the metrics.</summary>
    public const string MeterName = "SlackOAuth.Stores";

    /// <summary>The histogram of how long each call took, in seconds, with the attributes named here.</summary>
    public const string OperationDurationName = "db.client.operation.duration";

    /// <summary>The counter of the lookups of <c>CacheLookups</c>, by method and by what came of them. Lookups that failed are not among them.</summary>
    public const string CacheLookupsName = "slackoauth.cache.lookups";

    /// <summary>The attribute that names the engine, such as <c>redis</c>.</summary>
    public const string SystemNameAttribute = "db.system.name";

    /// <summary>The attribute that names the method, such as <c>FindBotAsync</c>.</summary>
    public const string OperationNameAttribute = "db.operation.name";

    /// <summary>The attribute that names the exception's type where a call failed or was cancelled; absent where it succeeded.</summary>
    public const string ErrorTypeAttribute = "error.type";

    /// <summary>The attribute that tells what came of a cached lookup: <c>hit</c>; <c>miss</c>, where the store was asked; <c>full</c>, where it was asked and there was no room to keep the answer.</summary>
    public const string CacheResultAttribute = "slackoauth.cache.result";
}
