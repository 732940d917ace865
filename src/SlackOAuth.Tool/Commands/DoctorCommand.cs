using System.CommandLine;
using SlackOAuth.Tool.Commands.Doctor;
using SlackOAuth.Tool.Output;
using Spectre.Console;

namespace SlackOAuth.Tool.Commands;

/// <summary><c>slackoauth doctor STORE</c>: examines a store and its engine.</summary>
internal static class DoctorCommand
{
    internal static Command Create(ToolHost host)
    {
        var (store, output) = (new StoreOptions(isArgument: true), new OutputOptions());
        var command = new ExampleCommand("doctor", "Examines a store: whether it is reached, prepared and allowed, and how well it keeps what it is given.")
        {
            Remarks = $"It saves, finds and deletes records of its own, under the client id {Examination.ClientId}, and touches no others.",
            Examples =
            [
                "doctor redis:env:REDIS_CONNECTION",
                "doctor postgres:env:DATABASE --set Schema=slack",
                "doctor dynamodb:Tokens --set Region=eu-central-1 --output json",
            ],
        };
        store.AddTo(command);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var checks = new List<DoctorCheck>();
            await foreach (var check in new Examination(store.Read(parsed, host), host).RunAsync(cancellationToken).ConfigureAwait(false))
            {
                checks.Add(check);
                if (!output.IsJson(parsed))
                {
                    Write(host.Out, check);
                }
            }

            if (output.IsJson(parsed))
            {
                host.Out.WriteJson(checks);
            }

            return checks.Exists(check => check.Status == DoctorStatus.Fail) ? ExitCodes.Problems : ExitCodes.Ok;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, DoctorCheck check)
    {
        var (word, colour) = check.Status switch
        {
            DoctorStatus.Ok => ("ok", "green"),
            DoctorStatus.Warn => ("warn", "yellow"),
            _ => ("fail", "red"),
        };
        var finding = SafeText.Of(check.Finding, maxLength: 1000) + (check.NextStep is null ? "" : $". {check.NextStep}");
        if (!console.Profile.Out.IsTerminal)
        {
            console.WritePlainLine($"{word,-4}  {check.Check,-11}  {finding}");
            return;
        }

        var line = new Grid().AddColumn(new GridColumn().Width(4)).AddColumn(new GridColumn().Width(11)).AddColumn();
        line.AddRow(new Markup($"[{colour}]{word}[/]"), new Text(check.Check), new Text(finding));
        console.Write(line);
    }
}
