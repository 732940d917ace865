using SlackOAuth.Stores;

namespace SlackOAuth;

/// <summary>Knows when a workspace last used the app. Thread-safe; a singleton.</summary>
/// <remarks>
/// <c>ISlackAuthorizer</c> notes a use for every request of Slack's that it finds tokens for. What an app does for a workspace by itself, such as a message each morning, is a use too: note it with
/// <see cref="RecordUseAsync"/>. An app that knows from its own data implements this over them, and notes nothing.
/// </remarks>
public interface IWorkspaceActivity
{
    /// <summary>Notes that a workspace uses the app now. Cheap enough for every request.</summary>
    /// <param name="workspace">The key under which the app is installed.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SlackOAuthStoreException">It could not be noted. Serve the request all the same.</exception>
    ValueTask RecordUseAsync(WorkspaceId workspace, CancellationToken cancellationToken = default);

    /// <summary>Says when a workspace last used the app.</summary>
    /// <param name="workspace">The key under which the app is installed.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The time, to a day; null where it is not known. Retention then keeps the workspace, and notes that it is used now: its time begins when tracking does.</returns>
    /// <exception cref="SlackOAuthStoreException">It could not be read.</exception>
    ValueTask<DateTimeOffset?> FindLastUseAsync(WorkspaceId workspace, CancellationToken cancellationToken = default);

    /// <summary>Forgets a workspace whose data are deleted.</summary>
    /// <param name="workspace">The key under which the app was installed.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SlackOAuthStoreException">It could not be deleted.</exception>
    ValueTask ForgetAsync(WorkspaceId workspace, CancellationToken cancellationToken = default);
}
