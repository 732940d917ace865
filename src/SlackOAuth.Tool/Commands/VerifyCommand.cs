using System.CommandLine;
using SlackOAuth.Tool.Copying;
using SlackOAuth.Tool.Output;
using SlackOAuth.Tool.Sources;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands;

/// <summary><c>slackoauth verify</c>: says whether two sides hold the same credentials.</summary>
internal static class VerifyCommand
{
    internal static Command Create(ToolHost host)
    {
        var (from, to, apps, output, concurrency) = (new StoreOptions("from"), new StoreOptions("to"), new AppOptions(), new OutputOptions(), new ConcurrencyOption());
        var command = new ExampleCommand("verify", "Says whether two sides hold the same: every bot and every user's installation, compared by a hash of the record.")
        {
            Remarks = "The first differences are named by record and field, never with a value. Ends with 0 where both sides hold the same, and with 1 where not.",
            Examples =
            [
                "verify --from file:./data --to redis:env:REDIS_CONNECTION",
                "verify --from sqlite:./old.db --from-keys ./old-keys --to postgres:env:DATABASE --to-keys ./keys --output json",
            ],
        };
        from.AddTo(command);
        to.AddTo(command);
        apps.AddTo(command);
        concurrency.AddTo(command);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (sourceLocation, destinationLocation) = (from.Read(parsed, host), to.Read(parsed, host));
            var source = await SourceOpening.OpenAsync(sourceLocation, readsHistory: false, apps, parsed, host, cancellationToken).ConfigureAwait(false);
            await using (source.ConfigureAwait(false))
            {
                var stores = new AppStores(destinationLocation, host.Time);

                // What it lists is only looked for in the source: there is nothing to decrypt.
                var listed = destinationLocation with { KeyFolder = null };
                var destination = new StoreSource(listed, await apps.ReadAsync(parsed, host, destinationLocation, cancellationToken).ConfigureAwait(false), host.Time);
                await using (stores.ConfigureAwait(false))
                await using (destination.ConfigureAwait(false))
                {
                    var (tally, pace) = (new VerifyTally(), new Pace(host.Time));
                    var run = new VerifyRun(source, destination, clientId => stores.Open(clientId).Installations, host.Time)
                    {
                        Bare = destinationLocation.KeyFolder is null ? null : destination.Open,
                    };
                    var comparing = run.RunAsync(tally, concurrency.Read(parsed), cancellationToken);
                    await new ProgressView(host, "Comparing").ShowAsync(comparing, pace, () => tally.Source.Read + tally.Destination.Read, CountBothAsync).ConfigureAwait(false);
                    var summary = new VerifySummary(source.Description, destination.Description, tally, pace, host.Redactor);
                    if (output.IsJson(parsed))
                    {
                        host.Out.WriteJson(summary);
                    }
                    else
                    {
                        summary.Write(host);
                    }

                    return summary.ExitCode;
                }

                async ValueTask<long?> CountBothAsync(CancellationToken token) =>
                    await source.CountAsync(token).ConfigureAwait(false) + await destination.CountAsync(token).ConfigureAwait(false);
            }
        });
        return command;
    }
}
