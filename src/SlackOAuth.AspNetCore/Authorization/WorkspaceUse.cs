using Microsoft.Extensions.Logging;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>Notes that a workspace uses the app, where the app has something that keeps it. A request is served whether or not it could be noted.</summary>
internal sealed class WorkspaceUse(ILogger<WorkspaceUse> logger, IWorkspaceActivity? activity = null)
{
    internal ValueTask NoteAsync(WorkspaceId workspace, CancellationToken cancellationToken) =>
        activity is null ? ValueTask.CompletedTask : TryAsync(activity, workspace, cancellationToken);

    internal ValueTask ForgetAsync(WorkspaceId workspace, CancellationToken cancellationToken) => activity?.ForgetAsync(workspace, cancellationToken) ?? ValueTask.CompletedTask;

    private async ValueTask TryAsync(IWorkspaceActivity activity, WorkspaceId workspace, CancellationToken cancellationToken)
    {
        try
        {
            await activity.RecordUseAsync(workspace, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // What an app's own says may hold anything.
            Log.UseNotNoted(logger, exception is SlackOAuthStoreException ? Log.Cause(exception) : $"({exception.GetType().FullName})");
        }
    }
}
