namespace SlackOAuth.Stores;

/// <summary>An engine behind a store failed or could not be reached, or a stored record is damaged. [23]</summary>
/// <remarks>
/// The one exception type of every provider. The message says what failed, why and, where it is known, what to do next, and holds no secret; the driver's own exception is
/// the <see cref="Exception.InnerException"/>. Bad arguments are <see cref="ArgumentException"/> instead, and cancellation is <see cref="OperationCanceledException"/>.
/// </remarks>
public sealed class SlackOAuthStoreException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="providerName">The provider, such as <c>FileSystem</c>.</param>
    /// <param name="operation">The method that failed, such as <see cref="IInstallationStore.SaveAsync"/> by its name.</param>
    /// <param name="reason">Why, as a clause without a full stop, and without a secret.</param>
    /// <param name="isTransient">Whether the same call may succeed when it is made again.</param>
    /// <param name="nextStep">What to do next, as a sentence; null where that is not known.</param>
    /// <param name="innerException">What the driver threw; null where no driver did, as for a damaged record.</param>
    public SlackOAuthStoreException(string providerName, string operation, string reason, bool isTransient, string? nextStep = null, Exception? innerException = null)
        : base(Compose(providerName, operation, reason, isTransient, nextStep), innerException)
    {
        ProviderName = providerName;
        Operation = operation;
        IsTransient = isTransient;
    }

    /// <summary>The provider that failed, such as <c>FileSystem</c>.</summary>
    public string ProviderName { get; }

    /// <summary>The method that failed, such as <c>SaveAsync</c>.</summary>
    public string Operation { get; }

    /// <summary>Whether the same call may succeed when it is made again.</summary>
    public bool IsTransient { get; }

    /// <summary>[33] Whether one stored record is at fault, which is damaged or whose key is gone, and not the engine. A listing goes on with the next record then.</summary>
    public bool IsUnreadableRecord { get; init; }

    /// <summary>The workspace of the record that could not be read, where a listing came upon it; null where that cannot be told. It is not in the message, which may be logged.</summary>
    public WorkspaceId? Workspace { get; init; }

    /// <summary>The user whose installation that record is; null for a bot, or where that cannot be told. It is not in the message.</summary>
    public string? UserId { get; init; }

    private static string Compose(string providerName, string operation, string reason, bool isTransient, string? nextStep)
    {
        ArgumentException.ThrowIfNullOrEmpty(providerName);
        ArgumentException.ThrowIfNullOrEmpty(operation);
        ArgumentException.ThrowIfNullOrEmpty(reason);
        var message = $"{operation} failed in the {providerName} store: {reason}. {(isTransient ? "A retry can help." : "A retry will not help.")}";
        return nextStep is null ? message : $"{message} {nextStep}";
    }
}
