using System.Text.Json;
using MongoDB.Bson;
using MongoDB.Driver;

namespace SlackOAuth.Stores.MongoDB;

/// <summary>Turns what the driver and the server report into the one exception of the family. [23]</summary>
/// <remarks>The codes: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml</remarks>
internal static class MongoDBErrors
{
    private const string ProviderName = "MongoDB";

    private const int Unauthorized = 13;
    private const int AuthenticationFailed = 18;
    private const int WriteConcernTimeout = 64;
    private const int UnsatisfiableWriteConcern = 100;
    private const int WriteConflict = 112;
    private const int DocumentTooLarge = 10334;
    private const int DuplicateKey = 11000;
    private const int DocumentTooLargeAfterUpdate = 17419;

    /// <summary>Whether an exception is of the engine or of a damaged record, rather than of the caller or of this code.</summary>
    internal static bool IsEngineFailure(Exception exception) =>
        exception is MongoException or TimeoutException or BsonException or FormatException or JsonException or ObjectDisposedException;

    /// <summary>Whether the connection was lost: the server may or may not have done what it was asked.</summary>
    internal static bool IsLostConnection(Exception exception) => exception is (MongoConnectionException and not MongoAuthenticationException) or MongoConnectionPoolPausedException;

    /// <summary>Whether the server undid the call because of another one of the same moment.</summary>
    internal static bool IsUndoneConflict(Exception exception) => Code(exception) is DuplicateKey or WriteConflict;

    /// <param name="operation">The operation that failed.</param>
    /// <param name="exception">How.</param>
    /// <param name="workspace">Whose record could not be read, for a listing.</param>
    /// <param name="userId">Whose of the workspace's users; null for the bot.</param>
    internal static SlackOAuthStoreException Wrap(string operation, Exception exception, WorkspaceId? workspace = null, string? userId = null)
    {
        var (reason, isTransient, nextStep) = exception switch
        {
            MongoAuthenticationException => ("MongoDB refused the user or password", false, "Check the user, the password and authSource of the connection string."),
            MongoConnectionException or MongoNotPrimaryException or MongoNodeIsRecoveringException or MongoConnectionPoolPausedException => (
                "MongoDB could not be reached, or the connection broke before the answer",
                true,
                "The driver connects again by itself. If that lasts, check that MongoDB runs and that host, port and TLS of the connection string are right."),
            TimeoutException or MongoExecutionTimeoutException => (
                "MongoDB did not answer in time",
                true,
                "If that lasts, check that MongoDB runs and has a primary. serverSelectionTimeoutMS and socketTimeoutMS of the connection string are how long a call waits."),
            MongoWaitQueueFullException => ("the driver's connections are all in use", true, "If that lasts, raise maxPoolSize of the connection string."),
            MongoIncompatibleDriverException => ("the server is too old for the driver", false, "Use MongoDB 4.4 or later."),
            MongoConfigurationException => ("the connection string cannot be used", false, "The inner exception says why."),
            MongoException when Code(exception) is { } code => Classify(code, ((MongoException)exception).HasErrorLabel("RetryableWriteError")),
            _ when IsUnreadableRecord(exception) => ("a stored record is damaged", false, "Delete the record, and have the app installed again."),
            ObjectDisposedException => ("the client is disposed", false, "Keep the client until the app has ended."),
            _ => ("the driver reported an error", false, "The inner exception says which."),
        };
        return new SlackOAuthStoreException(ProviderName, operation, reason, isTransient, nextStep, exception)
        {
            IsUnreadableRecord = IsUnreadableRecord(exception),
            Workspace = workspace,
            UserId = userId,
        };
    }

    private static bool IsUnreadableRecord(Exception exception) => exception is BsonException or FormatException or JsonException;

    private static (string Reason, bool IsTransient, string? NextStep) Classify(int code, bool isRetryable) => code switch
    {
        Unauthorized => ("MongoDB refused the action to the user", false, "Give the user the privileges that the README of SlackOAuth.Stores.MongoDB lists."),
        AuthenticationFailed => ("MongoDB refused the user or password", false, "Check the user, the password and authSource of the connection string."),
        DocumentTooLarge or DocumentTooLargeAfterUpdate => (
            "the workspace's document would be larger than the 16 MB that MongoDB holds",
            false,
            "Shorten the history. A workspace with more than ten thousand installing users needs one of the relational stores."),
        WriteConcernTimeout => ("too few members of the replica set acknowledged the write in time", true, "If that lasts, check the members of the replica set."),
        UnsatisfiableWriteConcern => ("the replica set has not as many members as the write concern wants", false, "Lower w of the connection string."),
        WriteConflict or DuplicateKey => ("other writes to the same document came in between, again and again", true, null),
        _ => ($"the server reported an error (code {code})", isRetryable, "The inner exception says which."),
    };

    private static int? Code(Exception exception) => exception switch
    {
        MongoWriteConcernException failure => failure.WriteConcernResult?.Response?.GetValue("writeConcernError", null)?.AsBsonDocument.GetValue("code", 0).ToInt32() ?? failure.Code,
        MongoCommandException failure => failure.Code,
        MongoWriteException failure => failure.WriteError?.Code ?? failure.WriteConcernError?.Code,
        _ => null,
    };
}
