using System.CommandLine;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Output;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands;

/// <summary><c>slackoauth show WORKSPACE</c>: what a store holds of a workspace, with every secret masked.</summary>
internal static class ShowCommand
{
    internal static Command Create(ToolHost host)
    {
        var (store, apps, output) = (new StoreOptions(), new AppOptions(), new OutputOptions());
        var workspaceArgument = new WorkspaceArgument();
        var userOption = new Option<string?>("--user") { HelpName = "ID", Description = "Only the installation of this user." };
        var command = new ExampleCommand("show", "Shows what a store holds of a workspace, with every token masked.")
        {
            Remarks = "Of a token its kind and expiry are shown, never enough to use it. The app's own values are shown by their names.",
            Examples =
            [
                "show T0123456 --store file:./data",
                "show E0123456/T0123456 --store redis:env:REDIS_CONNECTION",
                "show E0123456 --store postgres:env:DATABASE --output json",
            ],
        };
        workspaceArgument.AddTo(command);
        store.AddTo(command);
        apps.AddTo(command);
        command.Add(userOption);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (workspace, user) = (workspaceArgument.Read(parsed), parsed.GetValue(userOption));
            var location = store.Read(parsed, host);
            var found = new List<WorkspaceDetails>();
            foreach (var clientId in await apps.ReadAsync(parsed, host, location, cancellationToken).ConfigureAwait(false))
            {
                var opened = OpenedStore.Open(location, clientId, host.Time);
                await using (opened.ConfigureAwait(false))
                {
                    if (await WorkspaceDetails.ReadAsync(opened, workspace, user, cancellationToken).ConfigureAwait(false) is { } details)
                    {
                        found.Add(details);
                    }
                }
            }

            if (output.IsJson(parsed))
            {
                host.Out.WriteJson(found);
            }
            else
            {
                found.ForEach(details => Write(host, details));
            }

            if (found.Count == 0)
            {
                host.Error.WritePlainLine($"slackoauth: {location.Notation.Description} holds nothing of {Name(workspace, user)}. {WorkspaceArgument.Hint(workspace)}");
            }

            return found.Count == 0 ? ExitCodes.Problems : ExitCodes.Ok;
        });
        return command;
    }

    private static string Name(WorkspaceId workspace, string? user) => SafeText.Of(WorkspaceNotation.Format(workspace)) + (user is null ? "" : $" and user {SafeText.Of(user)}");

    private static void Write(ToolHost host, WorkspaceDetails details)
    {
        var now = host.Time.GetUtcNow();
        Line("workspace", details.Workspace);
        Line("client id", details.ClientId);
        Line("enterprise", Both(details.EnterpriseId, details.EnterpriseName));
        Line("team", Both(details.TeamId, details.TeamName));
        Line("app", details.AppId);
        if (details.Bot is { } bot)
        {
            host.Out.WritePlainLine("bot");
            Credential(bot);
        }

        foreach (var installation in details.Installations)
        {
            host.Out.WritePlainLine($"user {SafeText.Of(installation.UserId)}");
            Credential(installation);
            Line("  webhook", installation.HasWebhook ? $"https://… ({installation.WebhookChannel ?? "channel unknown"})" : null);
        }

        Line("history", details.OlderRecords > 0 ? $"{details.OlderRecords} older" : null);

        void Credential(CredentialDetails credential)
        {
            Line("  id", credential.Id);
            Line("  installed", TokenText.Time(credential.InstalledAt));
            Line("  token", credential.Token is null ? "none" : $"{credential.Token}, {TokenText.Expiry(credential.ExpiresAt, now)}");
            Line("  refresh token", credential.RefreshToken);
            Line("  scopes", string.Join(", ", credential.Scopes));
            Line("  custom values", string.Join(", ", credential.CustomValueNames));
        }

        void Line(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                host.Out.WritePlainLine($"{name,-16} {SafeText.Of(value, maxLength: 1000)}");
            }
        }
    }

    private static string? Both(string? id, string? name) => id is null || name is null ? id ?? name : $"{id} ({name})";
}
