using System.CommandLine;
using System.Globalization;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Output;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands;

/// <summary><c>slackoauth list</c>: the workspaces that a store holds.</summary>
internal static class ListCommand
{
    internal static Command Create(ToolHost host)
    {
        var (store, apps, output) = (new StoreOptions(isArgument: true), new AppOptions(), new OutputOptions());
        var command = new ExampleCommand("list", "Lists the workspaces that a store holds, with their users and tokens, and no token's value.")
        {
            Examples =
            [
                "list file:./data --client-id 111.222",
                "list redis:env:REDIS_CONNECTION",
                "list --store sqlite:./slackoauth.db --output json | jq -r '.[].team_id'",
            ],
        };
        store.AddTo(command);
        apps.AddTo(command);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var location = store.Read(parsed, host);
            var workspaces = new List<WorkspaceSummary>();
            foreach (var clientId in await apps.ReadAsync(parsed, host, location, cancellationToken).ConfigureAwait(false))
            {
                workspaces.AddRange(await ReadAsync(location, clientId, host, cancellationToken).ConfigureAwait(false));
            }

            if (output.IsJson(parsed))
            {
                host.Out.WriteJson(workspaces);
            }
            else
            {
                Write(host, location, workspaces);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static async ValueTask<IEnumerable<WorkspaceSummary>> ReadAsync(StoreLocation location, string clientId, ToolHost host, CancellationToken cancellationToken)
    {
        var store = OpenedStore.Open(location, clientId, host.Time);
        await using (store.ConfigureAwait(false))
        {
            var found = new Dictionary<WorkspaceId, WorkspaceSummary>();
            await foreach (var bot in store.Listing.ListBotsAsync(cancellationToken).ConfigureAwait(false))
            {
                At(new(bot.EnterpriseId, bot.TeamId, bot.IsEnterpriseInstall)).Add(bot);
            }

            await foreach (var installation in store.Listing.ListInstallationsAsync(cancellationToken).ConfigureAwait(false))
            {
                At(new(installation.EnterpriseId, installation.TeamId, installation.IsEnterpriseInstall)).Add(installation);
            }

            return found.Values.OrderBy(summary => summary.Workspace, StringComparer.Ordinal);

            WorkspaceSummary At(WorkspaceId workspace)
            {
                if (!found.TryGetValue(workspace, out var summary))
                {
                    found.Add(workspace, summary = new WorkspaceSummary(clientId, workspace));
                }

                return summary;
            }
        }
    }

    private static void Write(ToolHost host, StoreLocation location, List<WorkspaceSummary> workspaces)
    {
        if (workspaces.Count == 0)
        {
            host.Error.WritePlainLine($"{location.Notation.Description} holds no installation of the app.");
            return;
        }

        var now = host.Time.GetUtcNow();
        host.Out.WriteRows(
            ["CLIENT ID", "WORKSPACE", "NAME", "APP", "USERS", "INSTALLED", "BOT TOKEN", "USER TOKENS"],
            [.. workspaces.Select(workspace => (string[])
            [
                SafeText.Of(workspace.ClientId),
                SafeText.Of(workspace.Workspace),
                SafeText.Of(workspace.TeamName ?? workspace.EnterpriseName, maxLength: 40),
                SafeText.Of(workspace.AppId),
                workspace.Users.ToString(CultureInfo.InvariantCulture),
                TokenText.Time(workspace.InstalledAt),
                workspace.Bot is { } bot ? TokenText.Expiry(bot.ExpiresAt, now) : "none",
                workspace.UserTokens is { Count: > 0 } tokens ? $"{tokens.Count}, {(tokens is { ExpiresAt: not null, Count: > 1 } ? "first " : "")}{TokenText.Expiry(tokens.ExpiresAt, now)}" : "none",
            ])]);
    }
}
