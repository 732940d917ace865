using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>Moves what is stored of a workspace to the key that it has since it joined an Enterprise Grid.</summary>
internal sealed class GridUpgrade(IInstallationStore store)
{
    // A workspace has as many installations as users who installed. The bound is against a store that forgets nothing; the next request goes on.
    private const int MaxInstallations = 10_000;

    /// <summary>Moves the bot, then each installation. Each is saved before the old one is deleted, so that a break in between loses nothing, and a later call goes on.</summary>
    /// <returns>How many installations were moved.</returns>
    internal async ValueTask<int> RekeyAsync(WorkspaceId before, WorkspaceId after, CancellationToken cancellationToken)
    {
        // A bot that is there already came by a newer install, or by another process that does the same.
        if (await store.FindBotAsync(before, cancellationToken).ConfigureAwait(false) is { } bot
            && await store.FindBotAsync(after, cancellationToken).ConfigureAwait(false) is null)
        {
            await store.SaveBotAsync(bot with { EnterpriseId = after.EnterpriseId }, cancellationToken).ConfigureAwait(false);
        }

        var count = 0;
        while (count < MaxInstallations
            && await store.FindInstallationAsync(before, cancellationToken: cancellationToken).ConfigureAwait(false) is { } installation)
        {
            // Without the bot fields: they are the bot record's, which has been moved.
            await store.SaveAsync(installation.WithBot(null) with { EnterpriseId = after.EnterpriseId }, cancellationToken).ConfigureAwait(false);
            await store.DeleteInstallationAsync(before, installation.UserId, cancellationToken).ConfigureAwait(false);
            count++;
        }

        await store.DeleteBotAsync(before, cancellationToken).ConfigureAwait(false);
        return count;
    }
}
