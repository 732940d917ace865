using System.Runtime.CompilerServices;
using SlackOAuth.Stores;

namespace SlackOAuth;

/// <summary>Passes over the records of listings that cannot be read, and keeps count of them.</summary>
/// <remarks>A listing goes on after such a record: see <see cref="IInstallationListing"/>.</remarks>
/// <param name="countsNamed">Whether records are counted too of which it is known whose they are: not for who needs no more of them.</param>
internal sealed class UnreadableRecords(bool countsNamed = true)
{
    /// <summary>The workspaces that have such records, as far as it is known whose they are.</summary>
    internal HashSet<WorkspaceId> Workspaces { get; } = [];

    /// <summary>How many could not be read.</summary>
    internal int Count { get; private set; }

    /// <summary>Why the first could not; null where all could.</summary>
    internal SlackOAuthStoreException? First { get; private set; }

    /// <summary>The records that can be read. What else fails is thrown as ever: the rest of the listing is unknown.</summary>
    internal async IAsyncEnumerable<T> PassOver<T>(IAsyncEnumerable<T> listing, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : class
    {
        await foreach (var (record, failure) in listing.WithUnreadableAsync(cancellationToken).ConfigureAwait(false))
        {
            if (record is not null)
            {
                yield return record;
                continue;
            }

            if (failure!.Workspace is { } workspace)
            {
                Workspaces.Add(workspace);
            }

            if (countsNamed || failure.Workspace is null)
            {
                Note(failure);
            }
        }
    }

    /// <summary>Does what may meet such a record, and notes it.</summary>
    internal async Task PassOverAsync(Func<Task> act)
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (SlackOAuthStoreException exception) when (exception.IsUnreadableRecord)
        {
            Note(exception);
        }
    }

    internal void Note(SlackOAuthStoreException exception)
    {
        First ??= exception;
        Count++;
    }
}
