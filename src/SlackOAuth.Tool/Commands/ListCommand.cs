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
            var (workspaces, unreadable) = (new List<WorkspaceSummary>(), new List<SlackOAuthStoreException>());
            foreach (var clientId in await apps.ReadAsync(parsed, host, location, cancellationToken).ConfigureAwait(false))
            {
                workspaces.AddRange(await ReadAsync(location, clientId, unreadable, host, cancellationToken).ConfigureAwait(false));
            }

            if (output.IsJson(parsed))
            {
                host.Out.WriteJson(workspaces);
            }
            else
            {
                Write(host, location, workspaces);
            }

            Name(host, unreadable);
            return unreadable.Count == 0 ? ExitCodes.Ok : ExitCodes.Problems;
        });
        return command;
    }

    private static async ValueTask<IEnumerable<WorkspaceSummary>> ReadAsync(
        StoreLocation location,
        string clientId,
        List<SlackOAuthStoreException> unreadable,
        ToolHost host,
        CancellationToken cancellationToken)
    {
        var store = OpenedStore.Open(location, clientId, host.Time);
        await using (store.ConfigureAwait(false))
        {
            var found = new Dictionary<WorkspaceId, WorkspaceSummary>();
            await foreach (var (bot, failure) in store.Listing.ListBotsAsync(cancellationToken).WithUnreadableAsync(cancellationToken).ConfigureAwait(false))
            {
                if (bot is null)
                {
                    Note(failure!);
                }
                else
                {
                    At(new(bot.EnterpriseId, bot.TeamId, bot.IsEnterpriseInstall)).Add(bot);
                }
            }

            await foreach (var (installation, failure) in store.Listing.ListInstallationsAsync(cancellationToken).WithUnreadableAsync(cancellationToken).ConfigureAwait(false))
            {
                if (installation is null)
                {
                    Note(failure!);
                }
                else
                {
                    At(new(installation.EnterpriseId, installation.TeamId, installation.IsEnterpriseInstall)).Add(installation);
                }
            }

            return found.Values.OrderBy(summary => summary.Workspace, StringComparer.Ordinal);

            void Note(SlackOAuthStoreException failure)
            {
                unreadable.Add(failure);
                if (failure.Workspace is { } workspace)
                {
                    At(workspace).Add(failure);
                }
            }

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
                workspace.InstalledAt is { } installedAt ? TokenText.Time(installedAt) : "",
                workspace.Bot is { } bot ? TokenText.Expiry(bot.ExpiresAt, now) : workspace.IsBotUnreadable ? "unreadable" : "none",
                workspace.UserTokens is { Count: > 0 } tokens ? $"{tokens.Count}, {(tokens is { ExpiresAt: not null, Count: > 1 } ? "first " : "")}{TokenText.Expiry(tokens.ExpiresAt, now)}" : "none",
            ])]);
    }

    /// <summary>The records that cannot be read. A store names them alike, so that one reason stands for all of a kind.</summary>
    private static void Name(ToolHost host, List<SlackOAuthStoreException> unreadable)
    {
        foreach (var failures in unreadable.GroupBy(StoreFailureText.Split))
        {
            var workspaces = failures.Select(failure => failure.Workspace is { } workspace ? WorkspaceNotation.Format(workspace) : "one that cannot be told").Distinct(StringComparer.Ordinal);
            host.Error.WritePlainLine(string.Create(
                CultureInfo.InvariantCulture,
                $"slackoauth: {failures.Count():N0} {(failures.Count() == 1 ? "record" : "records")} of {SafeText.Of(string.Join(", ", workspaces), maxLength: 400)} cannot be read: {SafeText.Of(failures.Key.Reason, maxLength: 1000)}. {failures.Key.NextStep}"));
        }
    }
}
