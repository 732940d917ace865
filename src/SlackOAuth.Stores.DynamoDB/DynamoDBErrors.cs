using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace SlackOAuth.Stores.DynamoDB;

/// <summary>Turns what the client and the service report into the one exception of the family, and tells what may be tried again. [23]</summary>
internal static class DynamoDBErrors
{
    private const string ProviderName = "DynamoDB";
    private const string NoReason = "None";
    private const string ConditionFailed = "ConditionalCheckFailed";
    private const string TooLarge = "The record is too large for an item of DynamoDB, which holds 400 KB. Keep what is large elsewhere, and its key in the custom values.";

    private static readonly (string Reason, bool IsTransient, string? NextStep) Throttled =
        ("DynamoDB throttles the table or the account", true, "If that lasts, raise the table's throughput or use on-demand billing, and look at the account's quotas.");

    private static readonly (string Reason, bool IsTransient, string? NextStep) Unreachable =
        ("DynamoDB could not be reached, or the connection broke before the answer", true, "If that lasts, check the network, and the region or service URL of the client.");

    /// <summary>Whether an exception is of the engine or of a damaged record, rather than of the caller or of this code.</summary>
    /// <remarks>The client lets the transport's exceptions through. One type of theirs is known by its cause: no store knows HTTP.</remarks>
    internal static bool IsEngineFailure(Exception exception) =>
        exception is AmazonServiceException or AmazonClientException or IOException or TimeoutException or OperationCanceledException or ObjectDisposedException or JsonException
        || exception.InnerException is IOException or SocketException or AuthenticationException;

    /// <summary>Whether a call was undone because of others beside it, or for want of throughput, and the client itself does not repeat it.</summary>
    internal static bool IsWorthRepeating(Exception exception) => exception switch
    {
        TransactionConflictException => true,
        TransactionCanceledException cancelled => cancelled.CancellationReasons is { Count: > 0 } reasons
            && reasons.TrueForAll(reason => reason.Code is NoReason or ConditionFailed or "TransactionConflict" or "ThrottlingError" or "ProvisionedThroughputExceeded"),
        _ => false,
    };

    /// <summary>Whether a condition was not met, where nothing but conditions stood in the way of a transaction.</summary>
    internal static bool IsOfConditionsAlone(Exception exception) =>
        exception is TransactionCanceledException { CancellationReasons: { } reasons } && reasons.TrueForAll(reason => reason.Code is NoReason or ConditionFailed);

    /// <summary>Whether DynamoDB refused a request for what it is, as where it is too large.</summary>
    internal static bool IsInvalid(Exception exception) => exception switch
    {
        TransactionCanceledException cancelled => cancelled.CancellationReasons?.Exists(reason => reason.Code == "ValidationError") is true,
        AmazonServiceException service => service.ErrorCode == "ValidationException",
        _ => false,
    };

    internal static bool IsConditionFailure(CancellationReason reason) => reason.Code == ConditionFailed;

    /// <param name="operation">The operation that failed.</param>
    /// <param name="exception">How.</param>
    /// <param name="workspace">Whose record could not be read, for a listing.</param>
    /// <param name="userId">Whose of the workspace's users; null for the bot.</param>
    internal static SlackOAuthStoreException Wrap(string operation, Exception exception, WorkspaceId? workspace = null, string? userId = null)
    {
        var (reason, isTransient, nextStep) = exception switch
        {
            TransactionConflictException => ("other writes to the same records came in between, again and again", true, null),
            TransactionCanceledException cancelled => Classify(cancelled.CancellationReasons ?? []),
            ProvisionedThroughputExceededException or RequestLimitExceededException or ThrottlingException => Throttled,
            ResourceNotFoundException => ("the table is not there", false, "Create it with IStorePreparation.PrepareAsync or by its template; or check TableName, the region and the account."),
            ResourceInUseException or LimitExceededException => ("the table is being created or changed", true, null),
            InternalServerErrorException => ("DynamoDB reports an error of its own", true, null),
            AmazonServiceException service => Classify(service),
            OperationCanceledException or TimeoutException => (
                "DynamoDB did not answer in time",
                true,
                "If that lasts, check the network to DynamoDB; DynamoDBStoreOptions.RequestTimeout, or the timeout of the app's client, is how long a try waits."),
            AmazonClientException { InnerException: null } => ("the AWS SDK has no credentials, no region, or a client that cannot be used", false, "The inner exception says what it lacks."),
            AmazonClientException => ("the AWS SDK could not make the request", true, "The inner exception says why."),
            ObjectDisposedException => ("the client is disposed", false, "Keep the client until the app has ended."),
            JsonException => ("a stored record is damaged", false, "Delete the record, and have the app installed again."),
            _ => Unreachable,
        };
        return new SlackOAuthStoreException(ProviderName, operation, reason, isTransient, nextStep, exception) { IsUnreadableRecord = exception is JsonException, Workspace = workspace, UserId = userId };
    }

    private static (string Reason, bool IsTransient, string? NextStep) Classify(List<CancellationReason> reasons) =>
        reasons.Find(reason => reason.Code is not (NoReason or ConditionFailed or "TransactionConflict"))?.Code switch
        {
            null => ("other writes to the same records came in between, again and again", true, null),
            "ThrottlingError" or "ProvisionedThroughputExceeded" => Throttled,
            "ItemCollectionSizeLimitExceeded" => ("a workspace holds more than the table's indexes allow", false, "Remove the local secondary indexes from the table."),
            _ => ("DynamoDB refused the transaction as invalid", false, TooLarge),
        };

    private static (string Reason, bool IsTransient, string? NextStep) Classify(AmazonServiceException exception) => exception.ErrorCode switch
    {
        "AccessDeniedException" => (
            "AWS refused the action to the credentials",
            false,
            "Give them the actions that the README of SlackOAuth.Stores.DynamoDB lists; without those on the table itself, set DynamoDBStoreOptions.PrepareOnFirstUse to false."),
        "UnrecognizedClientException" or "InvalidSignatureException" or "IncompleteSignatureException" or "MissingAuthenticationTokenException" or "ExpiredTokenException" or "InvalidClientTokenId" => (
            "AWS refused the credentials",
            false,
            "Check the credentials that the AWS SDK finds, and the machine's clock."),
        "ValidationException" when exception.Message.Contains("size", StringComparison.OrdinalIgnoreCase) => ("DynamoDB refused the item for its size", false, TooLarge),
        "ValidationException" => (
            "DynamoDB refused the request as invalid",
            false,
            "The inner exception says why; a table that was not made by PrepareAsync or its template may have other keys."),
        "ThrottlingException" or "Throttling" => Throttled,
        "TransactionInProgressException" => ("the same transaction is still running", true, null),
        _ when (int)exception.StatusCode is >= 500 => ("DynamoDB reports an error of its own", true, null),
        _ when exception.StatusCode == 0 => Unreachable,
        _ => ("DynamoDB reported an error", false, "The inner exception says which."),
    };
}
