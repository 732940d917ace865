using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>A process of an app whose requests find an expired token: it waits until Slack lets it begin, sends all its requests at once, says so to Slack, and gives each request's tokens.</summary>
public abstract class RotatingProcess : ISecondProcess
{
    /// <summary>How long a lease lasts, and so how long a killed process holds back the others.</summary>
    internal static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(20);

    /// <summary>Opens the provider's store.</summary>
    /// <param name="options">The client id.</param>
    /// <param name="place">Where the store is, as the test said.</param>
    public abstract ValueTask<IInstallationStore> OpenAsync(SlackOAuthStoresOptions options, IReadOnlyList<string> place);

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<string> arguments)
    {
        var (slack, clientId, workspace, userId) = (new Uri(arguments[0]), arguments[1], WorkspaceId.ForTeam(arguments[2]), arguments[3]);
        var count = int.Parse(arguments[4], CultureInfo.InvariantCulture);
        var store = await OpenAsync(new SlackOAuthStoresOptions { ClientId = clientId }, [.. arguments.Skip(5)]);
        await using var services = Services(store, slack, clientId);
        var rotator = services.GetRequiredService<TokenRotator>();

        // What each request found before any began: all of them meet the expired token.
        var bot = (await store.FindBotAsync(workspace))!;
        var installation = userId.Length == 0 ? null : await store.FindInstallationAsync(workspace, userId);
        await SignalAsync(slack);
        var requests = Enumerable.Range(0, count).Select(_ => Task.Run(async () =>
        {
            var rotatedBot = rotator.RotateBotIfDueAsync(bot).AsTask();
            var rotatedUser = installation is null ? null : await rotator.RotateUserIfDueAsync(installation);
            return $"{(await rotatedBot)?.BotToken} {rotatedUser?.UserToken}".TrimEnd();
        })).ToArray();
        await SignalAsync(slack);
        return await Task.WhenAll(requests);
    }

    private static ServiceProvider Services(IInstallationStore store, Uri slack, string clientId)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(store);
        services.AddSlackOAuthClient(options =>
        {
            (options.ClientId, options.ClientSecret, options.ApiBaseUrl) = (clientId, "fake-client-secret", new Uri(slack, "api/"));
            options.AttemptTimeout = options.TotalTimeout = LeaseDuration - TimeSpan.FromSeconds(1);
        });
        services.AddSlackTokenRotation(options => (options.LeaseDuration, options.MaxWait) = (LeaseDuration, TimeSpan.FromHours(1)));
        return services.BuildServiceProvider();
    }

    /// <summary>Tells Slack, by a call that it counts and may hold, how far this process is.</summary>
    private static async Task SignalAsync(Uri slack)
    {
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        using var answer = await client.PostAsync(new Uri(slack, "api/auth.test"), null);
    }
}
