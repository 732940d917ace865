using System.CommandLine;

return await new RootCommand("Copies, compares and examines the stores of a Slack app's installations.").Parse(args).InvokeAsync().ConfigureAwait(false);
