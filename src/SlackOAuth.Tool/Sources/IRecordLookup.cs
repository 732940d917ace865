using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Sources;

/// <summary>A source that can be asked for one record, so that <c>verify</c> need not remember which it has seen.</summary>
internal interface IRecordLookup
{
    /// <summary>Whether the source holds a bot or an installation.</summary>
    /// <param name="clientId">The app.</param>
    /// <param name="workspace">The workspace or organization.</param>
    /// <param name="userId">The user whose installation is asked for; null for the bot.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask<bool> HoldsAsync(string clientId, WorkspaceId workspace, string? userId, CancellationToken cancellationToken);
}
