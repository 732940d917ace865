using SlackApp;

if (args.Contains("--check"))
{
    return await Check.RunAsync([.. args.Except(["--check"])]);
}

await using var host = await SlackAppHost.StartAsync(args);
host.PrintWelcome();
await host.App.WaitForShutdownAsync();
return 0;
