using System.CommandLine;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Output;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands;

/// <summary><c>slackoauth purge</c>: removes the states that have expired.</summary>
internal static class PurgeCommand
{
    internal static Command Create(ToolHost host)
    {
        var (store, apps, output) = (new StoreOptions(isArgument: true), new AppOptions(), new OutputOptions());
        var command = new ExampleCommand("purge", "Removes the states that have expired.")
        {
            Remarks = "Stores remove them by themselves, a while after. In Redis and DynamoDB the engine does, and there is nothing to purge.",
            Examples =
            [
                "purge sqlite:./slackoauth.db",
                "purge --store postgres:env:DATABASE --client-id 111.222 --output json",
            ],
        };
        store.AddTo(command);
        apps.AddTo(command);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var location = store.Read(parsed, host);
            var results = new List<PurgeResult>();
            foreach (var clientId in await apps.ReadAsync(parsed, host, location, cancellationToken).ConfigureAwait(false))
            {
                var opened = OpenedStore.Open(location, clientId, host.Time);
                await using (opened.ConfigureAwait(false))
                {
                    results.Add(new(
                        clientId,
                        opened.States.GetCapability<IExpiredStatePurging>() is { } purging ? await purging.PurgeExpiredAsync(cancellationToken).ConfigureAwait(false) : null));
                }
            }

            if (output.IsJson(parsed))
            {
                host.Out.WriteJson(results);
            }
            else if (results.Count == 0)
            {
                host.Out.WritePlainLine($"{location.Notation.Description} holds no app. States of an app without an installation are purged when --client-id names it.");
            }
            else
            {
                results.ForEach(result => host.Out.WritePlainLine(result.Removed switch
                {
                    null => $"{SafeText.Of(result.ClientId)}: the engine removes expired states by itself.",
                    1 => $"{SafeText.Of(result.ClientId)}: removed 1 expired state.",
                    var removed => $"{SafeText.Of(result.ClientId)}: removed {removed} expired states.",
                }));
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    /// <param name="ClientId">The app.</param>
    /// <param name="Removed">How many states were removed; null where the engine does it by itself.</param>
    private sealed record PurgeResult(string ClientId, int? Removed);
}
