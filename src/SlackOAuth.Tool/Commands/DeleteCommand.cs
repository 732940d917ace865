using System.CommandLine;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Copying;
using SlackOAuth.Tool.Output;
using SlackOAuth.Tool.Stores;
using Spectre.Console;

namespace SlackOAuth.Tool.Commands;

/// <summary><c>slackoauth delete WORKSPACE</c>: deletes what a store holds of a workspace, or of one of its users.</summary>
internal static class DeleteCommand
{
    internal static Command Create(ToolHost host)
    {
        var (store, apps, output) = (new StoreOptions(), new AppOptions(), new OutputOptions());
        var workspaceArgument = new WorkspaceArgument();
        var userOption = new Option<string?>("--user") { HelpName = "ID", Description = "Delete the installation of this user alone, and leave the bot and the others." };
        var yesOption = new Option<bool>("--yes", "-y") { Description = "Do not ask. Needed where there is no terminal." };
        var command = new ExampleCommand("delete", "Deletes what a store holds of a workspace, or of one of its users; asks first.")
        {
            Remarks = "Slack is not told: tokens stay valid until they are revoked, or the app is removed there.",
            Examples =
            [
                "delete T0123456 --store file:./data",
                "delete E0123456/T0123456 --user U0123456 --store redis:env:REDIS_CONNECTION",
                "delete T0123456 --store postgres:env:DATABASE --client-id 111.222 --yes",
            ],
        };
        workspaceArgument.AddTo(command);
        store.AddTo(command);
        apps.AddTo(command);
        command.Add(userOption);
        command.Add(yesOption);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (workspace, user) = (workspaceArgument.Read(parsed), parsed.GetValue(userOption));
            var mustAsk = !parsed.GetValue(yesOption);
            if (mustAsk && !host.CanAsk)
            {
                throw ToolException.Usage("delete asks before it deletes, and there is no terminal to ask on. Add --yes to delete without being asked.");
            }

            var location = store.Read(parsed, host);
            var clientId = await apps.ReadOneAsync(parsed, host, location, cancellationToken).ConfigureAwait(false);
            var opened = OpenedStore.Open(location, clientId, host.Time);
            await using (opened.ConfigureAwait(false))
            {
                WorkspaceDetails? details = null;
                string? unreadable = null;
                try
                {
                    details = await WorkspaceDetails.ReadAsync(opened, workspace, user, cancellationToken).ConfigureAwait(false);
                }
                catch (SlackOAuthStoreException exception) when (DamagedRecord.Is(exception))
                {
                    // To delete a damaged record is what its message advises.
                    unreadable = StoreFailureText.Split(exception).Reason;
                }

                var what = $"{(unreadable is null ? Describe(details, user) : $"{(user is null ? "everything" : $"the installation of user {SafeText.Of(user)}")} (not all of it can be read: {SafeText.Of(unreadable)})")} of {SafeText.Of(WorkspaceNotation.Format(workspace))}{Named(details)} in {opened.Description}";
                if ((details is not null || unreadable is not null) && mustAsk && !await AskAsync(host, what, cancellationToken).ConfigureAwait(false))
                {
                    return Report(deleted: false, "Nothing was deleted.", ExitCodes.Problems);
                }

                if (details is null && unreadable is null)
                {
                    return Report(deleted: false, $"{opened.Description} holds nothing of it. {WorkspaceArgument.Hint(workspace)}");
                }

                if (user is null)
                {
                    await opened.Installations.DeleteAllAsync(workspace, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await opened.Installations.DeleteInstallationAsync(workspace, user, cancellationToken).ConfigureAwait(false);
                }

                return Report(deleted: true, $"Deleted {what}.");
            }

            int Report(bool deleted, string line, int exitCode = ExitCodes.Ok)
            {
                if (output.IsJson(parsed))
                {
                    host.Out.WriteJson(new { ClientId = clientId, Workspace = WorkspaceNotation.Format(workspace), UserId = user, Deleted = deleted });
                }
                else
                {
                    host.Out.WritePlainLine(line);
                }

                return exitCode;
            }
        });
        return command;
    }

    private static async Task<bool> AskAsync(ToolHost host, string what, CancellationToken cancellationToken)
    {
        var question = new ConfirmationPrompt(Markup.Escape($"Delete {what}? The app works there no more until it is installed again.")) { DefaultValue = false };
        try
        {
            return await question.ShowAsync(host.Error, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The cursor stands behind the question.
            host.Error.WriteLine();
            throw;
        }
    }

    private static string Describe(WorkspaceDetails? details, string? user) =>
        user is not null ? $"the installation of user {SafeText.Of(user)}"
        : string.Join(" and ", ((string?[])[details?.Bot is null ? null : "the bot", details?.Installations.Count switch { null or 0 => null, 1 => "1 installation", var count => $"{count} installations" }]).OfType<string>());

    private static string Named(WorkspaceDetails? details) => (details?.TeamName ?? details?.EnterpriseName) is { Length: > 0 } name ? $" ({SafeText.Of(name, maxLength: 40)})" : "";
}
