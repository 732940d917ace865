using Microsoft.Extensions.Logging;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>Notes that a workspace uses the app, where the app has something that keeps it. A request is served whether or not it could be noted.</summary>
internal sealed class WorkspaceUse(ILogger<WorkspaceUse> logger, IWorkspaceActivity? activity = null)
{
    internal ValueTask NoteAsync(WorkspaceId workspace, CancellationToken cancellationToken) =>
        activity is null ? ValueTask.CompletedTask : TryAsync(activity, workspace, cancellationToken);

    internal ValueTask ForgetAsync(WorkspaceId workspace, CancellationToken cancellationToken) => activity?.ForgetAsync(workspace, cancellationToken) ?? ValueTask.CompletedTask;

    /// <summary>Forgets a key whose data have been moved to another. A use is noted there by the request that moved them.</summary>
    internal async ValueTask TryForgetAsync(WorkspaceId workspace, CancellationToken cancellationToken)
    {
        try
        {
            await ForgetAsync(workspace, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.UseNotForgotten(logger, Log.Cause(exception));
        }
    }

    private async ValueTask TryAsync(IWorkspaceActivity activity, WorkspaceId workspace, CancellationToken cancellationToken)
    {
        try
        {
            await activity.RecordUseAsync(workspace, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.UseNotNoted(logger, Log.Cause(exception));
        }
    }
}
