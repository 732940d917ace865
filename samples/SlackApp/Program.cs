using SlackApp;

if (args.Contains("--check"))
{
    return await Check.RunAsync();
}

await using var host = await SlackAppHost.StartAsync(args);
host.PrintWelcome();
await host.App.WaitForShutdownAsync();
return 0;
