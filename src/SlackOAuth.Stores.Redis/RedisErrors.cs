using System.Text.Json;
using StackExchange.Redis;

namespace SlackOAuth.Stores.Redis;

/// <summary>Turns what the driver and the server report into the one exception of the family. [23]</summary>
internal static class RedisErrors
{
    private const string ProviderName = "Redis";

    /// <summary>Whether an exception is of the engine or of a damaged record, rather than of the caller or of this code.</summary>
    internal static bool IsEngineFailure(Exception exception) =>
        exception is RedisException or RedisTimeoutException or RedisCommandException or ObjectDisposedException or JsonException;

    /// <param name="operation">The operation that failed.</param>
    /// <param name="exception">How.</param>
    /// <param name="workspace">Whose record could not be read, for a listing.</param>
    /// <param name="userId">Whose of the workspace's users; null for the bot.</param>
    internal static SlackOAuthStoreException Wrap(string operation, Exception exception, WorkspaceId? workspace = null, string? userId = null)
    {
        var (reason, isTransient, nextStep) = exception switch
        {
            RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => (
                "Redis refused the user or password",
                false,
                "Check the user and password of the connection."),
            RedisConnectionException { FailureType: ConnectionFailureType.UnableToResolvePhysicalConnection } => (
                "Redis could not be reached, or no server that the connection names is a primary",
                true,
                "The connection is made again in the background. If that lasts, check that Redis runs and that host, port and TLS of the connection are right; and that one of its servers is a primary, to which every call goes."),
            RedisConnectionException => (
                "Redis could not be reached, or the connection broke before the answer",
                true,
                "The connection is made again in the background. If that lasts, check that Redis runs and that host, port and TLS of the connection are right."),
            RedisTimeoutException => (
                "Redis did not answer in time",
                true,
                "If that lasts, look for a slow command, a paused server or a starved thread pool; asyncTimeout of the connection is how long a call waits."),
            RedisServerException server => Classify(server.Kind),
            RedisCommandException => ("the driver refused the command", false, "The inner exception says why: a command that the connection switches off, or a connection without a primary."),
            ObjectDisposedException => ("the connection is disposed", false, "Keep the connection until the app has ended."),
            JsonException => ("a stored record is damaged", false, "Delete the record, and have the app installed again."),
            _ => ("the driver reported an error", false, "The inner exception says which."),
        };
        return new SlackOAuthStoreException(ProviderName, operation, reason, isTransient, nextStep, exception) { IsUnreadableRecord = exception is JsonException, Workspace = workspace, UserId = userId };
    }

    private static (string Reason, bool IsTransient, string? NextStep) Classify(RedisErrorKind kind) => kind switch
    {
        RedisErrorKind.Loading => ("Redis is still loading its data", true, null),
        RedisErrorKind.Busy => ("Redis is busy with a script", true, null),
        RedisErrorKind.ClusterDown or RedisErrorKind.MasterDown or RedisErrorKind.TryAgain or RedisErrorKind.ReadOnly or RedisErrorKind.Moved or RedisErrorKind.Ask => (
            "Redis is failing over or moving slots",
            true,
            "If that lasts, check the replication and the cluster."),
        RedisErrorKind.NoReplicas => ("Redis has too few replicas to accept a write", true, "Bring replicas back, or lower min-replicas-to-write."),
        RedisErrorKind.MaxClients => ("Redis has as many clients as it takes", true, "If that lasts, raise maxclients, or look for an app that leaves connections open."),
        RedisErrorKind.OutOfMemory => ("Redis has reached its maxmemory", false, "Raise maxmemory. Keep the policy noeviction, or installations are evicted."),
        RedisErrorKind.Misconfigured => ("Redis cannot persist and refuses writes", false, "See Redis's log; most often the disk is full."),
        RedisErrorKind.NoAuth or RedisErrorKind.WrongPass => ("Redis refused the user or password", false, "Check the user and password of the connection."),
        RedisErrorKind.NoPermission => ("Redis refused a command or key to the user", false, "Give the user the commands and the key pattern that the README of SlackOAuth.Stores.Redis lists."),
        RedisErrorKind.WrongType => ("a key of the store holds something else", false, "Set another RedisStoreOptions.KeyPrefix, or remove what else uses this one."),
        _ => ("Redis reported an error", false, "The inner exception says which."),
    };
}
