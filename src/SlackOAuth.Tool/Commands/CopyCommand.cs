using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Copying;
using SlackOAuth.Tool.Output;
using SlackOAuth.Tool.Sources;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands;

/// <summary><c>slackoauth copy</c>: copies what a store, or another SDK, holds into a store.</summary>
internal static class CopyCommand
{
    // SlackOAuthStoresOptions takes no more.
    private const int GreatestHistoryLength = 1000;

    internal static Command Create(ToolHost host)
    {
        var (from, to, apps, output, concurrency) = (new StoreOptions("from"), new StoreOptions("to"), new AppOptions(), new OutputOptions(), new ConcurrencyOption());
        var historyOption = new Option<int?>("--history")
        {
            HelpName = "N",
            Description = "Copy the history too, and keep the last N records of each workspace at the destination, also of what it has already. Without it, current records alone are copied, and a history that is there stays.",
        };
        historyOption.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length > 0))
            {
                result.AddError("--history takes how many records to keep, 1 or more.");
            }
        });
        var dryRunOption = new Option<bool>("--dry-run") { Description = "Write nothing, and say what would be. The destination has to be prepared already." };
        var overwriteOption = new Option<bool>("--overwrite") { Description = "Let the source win where two records differ and nothing tells which is the newer one." };
        var command = new ExampleCommand("copy", "Copies every bot and every user's installation from a store, or from what another SDK left, to a store.")
        {
            Remarks = """
                What the destination has already, or has newer, is skipped: run it again after a break, or to bring what has changed since, and it goes on.
                The app may be running on either side. The destination is opened as your app opens it: --to-set, --to-keys.
                """,
            Examples =
            [
                "copy --from file:./data --to redis:env:REDIS_CONNECTION",
                "copy --from bolt-python:./installations --to postgres:env:DATABASE --client-id 111.222 --dry-run",
                "copy --from sqlite:./old.db --from-keys ./old-keys --to postgres:env:DATABASE --to-keys ./keys --history 10",
            ],
        };
        from.AddTo(command);
        to.AddTo(command);
        apps.AddTo(command);
        command.Add(dryRunOption);
        command.Add(overwriteOption);
        command.Add(historyOption);
        concurrency.AddTo(command);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (isDryRun, history) = (parsed.GetValue(dryRunOption), parsed.GetValue(historyOption));
            var source = from.Read(parsed, host) with { HistoryLength = history };
            var destination = to.Read(parsed, host, prepares: !isDryRun) with { HistoryLength = history };
            var records = await SourceOpening.OpenAsync(source, history is not null, apps, parsed, host, cancellationToken).ConfigureAwait(false);
            var stores = new AppStores(destination, host.Time);
            await using (records.ConfigureAwait(false))
            await using (stores.ConfigureAwait(false))
            {
                // As long as can be: the app's own saves trim it.
                var keeping = new AppStores(destination with { HistoryLength = GreatestHistoryLength }, host.Time);
                await using var disposingKeeping = keeping.ConfigureAwait(false);
                var bare = new AppStores(destination with { KeyFolder = null }, host.Time);
                await using var disposingBare = bare.ConfigureAwait(false);
                using var turns = new SemaphoreSlim(HistoryKeepingStore.AtOnce);
                var isHistoryKnown = history is not null || destination.Settings.Sets(nameof(SlackOAuthStoresOptions.HistoryEnabled));
                var opened = new ConcurrentDictionary<string, IInstallationStore>(StringComparer.Ordinal);
                var copier = new CredentialCopier(parsed.GetValue(overwriteOption), isDryRun, host.Time)
                {
                    Bare = destination.KeyFolder is null ? null : clientId => bare.Open(clientId).Installations,
                    CopiesHistory = history is not null,
                };
                var (tally, pace) = (new CopyTally(), new Pace(host.Time));
                var run = new CopyRun(clientId => opened.GetOrAdd(clientId, Open), copier, host.Time, encrypts: destination.KeyFolder is not null);
                try
                {
                    var copying = run.RunAsync(records, tally, concurrency.Read(parsed), cancellationToken);
                    await new ProgressView(host, isDryRun ? "Looking" : "Copying").ShowAsync(copying, pace, () => tally.Done, records.CountAsync).ConfigureAwait(false);
                }
                catch (SlackOAuthStoreException exception)
                {
                    throw new ToolException(
                        ExitCodes.StoreFailure,
                        string.Create(CultureInfo.InvariantCulture, $"{exception.Message} {tally.Done:N0} records were done until then, and stay so. Run the same command again: it goes on from there."),
                        exception);
                }

                var summary = new CopySummary(records.Description, stores.Description, isDryRun, tally, pace, host.Redactor);
                if (output.IsJson(parsed))
                {
                    host.Out.WriteJson(summary);
                }
                else
                {
                    summary.Write(host);
                }

                return summary.ExitCode;

                IInstallationStore Open(string clientId) => isHistoryKnown
                    ? stores.Open(clientId).Installations
                    : new HistoryKeepingStore(stores.Open(clientId).Installations, keeping.Open(clientId).Installations, turns);
            }
        });
        return command;
    }
}
