using SlackOAuth.Tool;

return await SlackOAuthTool.RunAsync(args, ToolHost.OfThisProcess()).ConfigureAwait(false);
