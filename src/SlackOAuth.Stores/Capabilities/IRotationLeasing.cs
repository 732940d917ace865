namespace SlackOAuth.Stores;

/// <summary>A store that lets one process at a time rotate a credential. Get it by <see cref="StoreCapabilityExtensions"/>.</summary>
/// <remarks>
/// <para>A refresh token works once. Of all the processes that find a token due, one may spend its refresh token; the others wait for what it saves.</para>
/// <para>[27] A lease is on one credential: a workspace's bot, or one user's installation, and holds back no other. One holder has it at a time; of any number that ask at once,
/// in any number of processes, one gets it. What is not stored has no lease.
/// [28] A lease lasts while <c>now &lt; acquired + duration</c>, judged by the injected <see cref="TimeProvider"/>, or until it is released: a holder that died holds back nobody for longer.
/// [31] Lookups do not show a lease, saves without one neither end nor change it, and it is deleted with its record.</para>
/// </remarks>
public interface IRotationLeasing
{
    /// <summary>Asks for the lease of a credential.</summary>
    /// <returns>The lease; null where another holds it, or nothing is stored there (look it up again to tell).</returns>
    /// <param name="workspace">The workspace or organization.</param>
    /// <param name="userId">The user whose installation is to be rotated; null for the workspace's bot.</param>
    /// <param name="duration">How long the lease lasts if it is not released. Longer than the call to Slack can take, by its timeout.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="duration"/> is not positive, or is longer than a day.</exception>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask<RotationLease?> TryAcquireLeaseAsync(WorkspaceId workspace, string? userId, TimeSpan duration, CancellationToken cancellationToken = default);

    /// <summary>Saves the bot that a rotation under <paramref name="lease"/> gave.</summary>
    /// <remarks>
    /// [29] Refused once a later lease has saved. A lease that has run out saves as long as no later one has: Slack has taken the old refresh token, and what this holder has is
    /// the only one that still works. Saving the same again under the same lease is accepted. [30] Only what is stored is replaced: a deleted bot stays deleted, a newer one stays.
    /// </remarks>
    /// <returns>Whether the bot was saved; where not, nothing was written.</returns>
    /// <param name="lease">The lease, of the bot of the same workspace.</param>
    /// <param name="bot">The bot with its new tokens, and the <see cref="Bot.InstalledAt"/> it had.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentException">The lease is of another credential, or the bot cannot be saved.</exception>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask<bool> TrySaveBotAsync(RotationLease lease, Bot bot, CancellationToken cancellationToken = default);

    /// <summary>Saves the installation that a rotation of a user's token under <paramref name="lease"/> gave.</summary>
    /// <remarks>As <see cref="TrySaveBotAsync"/>. [30] The bot stays as it is, whatever the installation's bot fields say.</remarks>
    /// <returns>Whether the installation was saved; where not, nothing was written.</returns>
    /// <param name="lease">The lease, of the same user of the same workspace.</param>
    /// <param name="installation">The installation with its new user tokens, and the <see cref="Installation.InstalledAt"/> it had.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentException">The lease is of another credential, or the installation cannot be saved.</exception>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask<bool> TrySaveInstallationAsync(RotationLease lease, Installation installation, CancellationToken cancellationToken = default);

    /// <summary>Gives a lease back, so that the next holder need not wait for its end. [28] Releasing one that is over does nothing, and never ends another's.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask ReleaseLeaseAsync(RotationLease lease, CancellationToken cancellationToken = default);
}
