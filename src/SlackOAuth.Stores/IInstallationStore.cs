namespace SlackOAuth.Stores;

/// <summary>Keeps the installations of one Slack app: the bot credential of each workspace, and what each user's installing gave.</summary>
/// <remarks>
/// <para>A store is bound to one client id, and is safe for concurrent use; register it as a singleton. The numbers in brackets are those of the contract
/// (<c>docs/contract.md</c>), which the tests cite in the suite of <c>SlackOAuth.Stores.Conformance</c>.</para>
/// <list type="bullet">
/// <item><description>[1] What was saved is found, field by field: Unicode names, scopes of 20,000 characters, tokens of 8,000, 64 KB of custom values, times in UTC whatever the
/// host's time zone.</description></item>
/// <item><description>[9] Ids are compared exactly, and an id that looks like a path, a pattern or a statement is an ordinary id.</description></item>
/// <item><description>[10] Nothing saved under one client id is visible, changed or deleted under another.</description></item>
/// <item><description>[11] Two instances over one engine see each other's acknowledged writes at once.</description></item>
/// <item><description>[12] Concurrent calls end in a state that some order of them gives.</description></item>
/// <item><description>[13] Fields unknown to this version are ignored when a record is read.</description></item>
/// <item><description>[14] What a find returned is the caller's: nothing done with it changes what the next find returns.</description></item>
/// <item><description>[15] With <see cref="SlackOAuthStoresOptions.HistoryEnabled"/>, the last records of a workspace are kept beside the current ones; see <see cref="IInstallationHistory"/>.</description></item>
/// <item><description>[22] Every method honours its token before and during the call with <see cref="OperationCanceledException"/>; a save that was cancelled or failed happened whole or
/// not at all.</description></item>
/// <item><description>[23] An engine that fails or cannot be reached gives <see cref="SlackOAuthStoreException"/>; when it is back, the next call works.</description></item>
/// <item><description>[24] A lookup and a save are one round trip each, and cost the same however many workspaces, users and history records there are.</description></item>
/// </list>
/// </remarks>
public interface IInstallationStore
{
    /// <summary>Saves an installation, and the bot it brings.</summary>
    /// <remarks>
    /// <para>[6] An installation older than the stored one of the same user does not replace it; one with the same <see cref="Installation.InstalledAt"/> does, which is how
    /// a rotated token is saved. The same holds, apart from it, for the bot. Two users with the same <see cref="Installation.InstalledAt"/> are two installations.</para>
    /// <para>[4] An installation without a bot token neither hides nor erases nor changes the workspace's bot.
    /// [7] The installation and its bot are written together: both are seen, or neither is.</para>
    /// </remarks>
    /// <param name="installation">What to save. Neither this nor anything it holds is kept by reference in a way the caller could change.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentException">[9] An id is empty, longer than 255 characters, or holds a control character; or both the enterprise and the team id are absent;
    /// or the custom values are no JSON object, are nested deeper than 64 levels, or hold half of a surrogate pair. The message names the field, and nothing was written.</exception>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default);

    /// <summary>Saves a workspace's bot apart from any installation, as a token rotation does.</summary>
    /// <remarks>[6] A bot older than the stored one does not replace it; one with the same <see cref="Bot.InstalledAt"/> does. [3] From then on every installation of the workspace
    /// shows the new bot.</remarks>
    /// <param name="bot">What to save.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentException">The bot token is absent, or [9] an id cannot be saved. Nothing was written.</exception>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default);

    /// <summary>Finds the bot of a workspace.</summary>
    /// <returns>[2] The bot with the greatest <see cref="Bot.InstalledAt"/>, and between equals the one written last; null where there is none, which is never an exception.</returns>
    /// <param name="workspace">The workspace or organization.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default);

    /// <summary>Finds an installation of a workspace.</summary>
    /// <returns>[5] With a user, that user's installation or null, and never another user's. Without one, the installation with the greatest
    /// <see cref="Installation.InstalledAt"/> among those that are there now (between equals any of them), or null where there is none.
    /// [3] Its bot fields are those of the current bot; without a bot it shows none.</returns>
    /// <param name="workspace">The workspace or organization.</param>
    /// <param name="userId">The user; null for the latest installation of any user. [9] An empty one is an id that cannot have been saved, and finds nothing.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes the bot of a workspace, history included. [8] Deleting what is not there does nothing; installations stay, and show no bot.</summary>
    /// <param name="workspace">The workspace or organization.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default);

    /// <summary>Deletes one user's installation, or all of a workspace.</summary>
    /// <remarks>[8] With a user, that user's data are removed, history included, and no later call returns that user's tokens. Without one, every installation
    /// of the workspace is removed. Either way the bot stays. Neighbours stay: <c>U12</c> when <c>U1</c> is deleted, the org-wide installation when a workspace of the
    /// same enterprise is deleted, and the other way round. Deleting what is not there does nothing.</remarks>
    /// <param name="workspace">The workspace or organization.</param>
    /// <param name="userId">The user; null for all. [9] An empty one is an id that cannot have been saved, and deletes nothing.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes the bot and every installation of a workspace, history included. [8] Deleting what is not there does nothing.</summary>
    /// <param name="workspace">The workspace or organization.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default);
}
