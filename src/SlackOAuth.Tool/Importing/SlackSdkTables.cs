using System.Globalization;
using System.Runtime.CompilerServices;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Importing;

/// <summary>The tables of slack_sdk's <c>SQLAlchemyInstallationStore</c> and <c>SQLite3InstallationStore</c>.</summary>
/// <remarks>
/// Each save of the SDK is a row: one of them is current, the others are the history. NULL (SQLAlchemy) and an empty text (SQLite3) are both an absent id. Columns that older versions did not
/// have may be missing; those that an app has added are passed over. Times without a zone are UTC. The bots are those of their own table: one that was deleted there stands in the installations still.
/// </remarks>
/// <param name="database">Where the tables are. It is closed with the source.</param>
/// <param name="options">The names of the tables.</param>
/// <param name="includeHistory">Whether rows that others have replaced are read as well.</param>
internal sealed class SlackSdkTables(SlackSdkDatabase database, SlackSdkTableOptions options, bool includeHistory = false) : IRecordSource
{
    private static readonly SlackSdkRecord<Bot> OfBot = new(
        row => row.ToBot(), bot => (bot.EnterpriseId, bot.TeamId, null), bot => bot.InstalledAt, Freshness.IsReplaced, Freshness.Choose, ImportedRecords.Of);

    private static readonly SlackSdkRecord<Installation> OfInstallation = new(
        row => row.ToInstallation(), installation => (installation.EnterpriseId, installation.TeamId, installation.UserId), installation => installation.InstalledAt, Freshness.IsReplaced, Freshness.Choose, ImportedRecords.Of);

    /// <inheritdoc />
    public string Description => database.Description;

    private SlackSdkTable Bots => new(options.BotsTable, "bot_token", IsOfUsers: false);

    private SlackSdkTable Installations => new(options.InstallationsTable, "user_id", IsOfUsers: true);

    /// <inheritdoc />
    public async ValueTask<long?> CountAsync(CancellationToken cancellationToken = default) =>
        await database.CountAsync(Bots, includeHistory, cancellationToken).ConfigureAwait(false)
        + await database.CountAsync(Installations, includeHistory, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public async IAsyncEnumerable<SourceRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var record in ReadAsync(Bots, OfBot, cancellationToken).ConfigureAwait(false))
        {
            yield return record;
        }

        await foreach (var record in ReadAsync(Installations, OfInstallation, cancellationToken).ConfigureAwait(false))
        {
            yield return record;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => database.DisposeAsync();

    /// <summary>Reads a table, in which the rows of one bot or user come one after another. Two of them are held at once.</summary>
    private async IAsyncEnumerable<SourceRecord> ReadAsync<TRecord>(SlackSdkTable table, SlackSdkRecord<TRecord> kind, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TRecord : class
    {
        (string ClientId, TRecord Record, string Where)? current = null;
        await foreach (var row in database.ReadAsync(table, cancellationToken).ConfigureAwait(false))
        {
            var where = string.Create(CultureInfo.InvariantCulture, $"{table.Name} id {row.Id}");
            if (!TryConvert(row, kind, out var clientId, out var record, out var reason))
            {
                yield return new SourceRecord.Refused(where, reason) { Keys = [row.ToKey(table.IsOfUsers)] };
            }
            else if (record is not null && current is { } last && last.ClientId == clientId && kind.Key(last.Record) == kind.Key(record))
            {
                var isReplaced = kind.IsReplaced(last.Record, record);
                var older = isReplaced ? last.Record : record;
                var chosen = kind.Choose(last.Record, record);
                if (includeHistory && kind.InstalledAt(older) < kind.InstalledAt(chosen))
                {
                    yield return kind.Make(clientId, older, isReplaced ? last.Where : where);
                }

                current = (clientId, chosen, isReplaced ? where : last.Where);
            }
            else if (record is not null)
            {
                if (current is { } previous)
                {
                    yield return kind.Make(previous.ClientId, previous.Record, previous.Where);
                }

                current = (clientId, record, where);
            }
        }

        if (current is { } final)
        {
            yield return kind.Make(final.ClientId, final.Record, final.Where);
        }
    }

    private static bool TryConvert<TRecord>(SlackSdkRow row, SlackSdkRecord<TRecord> kind, out string clientId, out TRecord? record, out string reason)
        where TRecord : class
    {
        (clientId, record, reason) = ("", null, "");
        try
        {
            clientId = row.ClientId;
            record = kind.Convert(row);
            return true;
        }
        catch (UnusableRecordException exception)
        {
            reason = exception.Message;
            return false;
        }
    }

    private sealed record SlackSdkRecord<TRecord>(
        Func<SlackSdkRow, TRecord?> Convert,
        Func<TRecord, (string? EnterpriseId, string? TeamId, string? UserId)> Key,
        Func<TRecord, DateTimeOffset> InstalledAt,
        Func<TRecord, TRecord, bool> IsReplaced,
        Func<TRecord?, TRecord, TRecord> Choose,
        Func<string, TRecord, string, SourceRecord> Make)
        where TRecord : class;
}
