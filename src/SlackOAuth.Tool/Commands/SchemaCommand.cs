using System.CommandLine;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Output;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands;

/// <summary><c>slackoauth schema ENGINE</c>: the script that prepares an engine, for those whose database changes go through a review.</summary>
internal static class SchemaCommand
{
    // Enough for the store to be opened; nothing is asked of it but the script.
    private static readonly Dictionary<string, string> Notations = new(StringComparer.Ordinal)
    {
        ["sqlserver"] = "sqlserver:Server=localhost",
        ["postgres"] = "postgres:Host=localhost",
        ["sqlite"] = "sqlite:slackoauth.db",
        ["dynamodb"] = "dynamodb:",
        ["mongodb"] = "mongodb://localhost:1/?directConnection=true",
    };

    internal static Command Create(ToolHost host)
    {
        var output = new OutputOptions();
        var engineArgument = new Argument<string>("ENGINE") { HelpName = string.Join('|', Notations.Keys), Description = "The engine." };
        engineArgument.AcceptOnlyFromAmong([.. Notations.Keys]);
        var settingsOption = new Option<string[]>("--set") { HelpName = "Name=Value", Description = "An option of the store, for the names in the script: TablePrefix, Schema, CollectionPrefix, TableName. May be repeated." };
        var command = new ExampleCommand("schema", "Prints the script that prepares an engine, and connects to none.")
        {
            Remarks = "SQL; a script for mongosh; for DynamoDB, a CloudFormation template.",
            Examples =
            [
                "schema postgres --set Schema=slack --set TablePrefix=oauth_ > prepare.sql",
                "schema sqlserver",
                "schema dynamodb --set TableName=Tokens > table.yaml",
                "schema mongodb | mongosh mongodb://localhost/app",
            ],
        };
        command.Add(engineArgument);
        command.Add(settingsOption);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var engine = parsed.GetRequiredValue(engineArgument);
            var notation = StoreNotation.Parse(Notations[engine], host.Environment);
            var store = OpenedStore.Open(new() { Notation = notation, Settings = StoreSettings.Parse(notation.Scheme, parsed.GetValue(settingsOption) ?? []) }, "slackoauth");
            await using (store.ConfigureAwait(false))
            {
                // The two stores of an engine prepare the same tables, or each its own collection.
                IStorePreparation[] preparations = [store.Installations.GetCapability<IStorePreparation>()!, store.States.GetCapability<IStorePreparation>()!];
                var script = string.Join('\n', preparations.Select(preparation => preparation.PreparationScript.TrimEnd()).Distinct());
                if (output.IsJson(parsed))
                {
                    host.Out.WriteJson(new { Engine = engine, Script = script });
                }
                else
                {
                    host.Out.WritePlainLine(script);
                }
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
