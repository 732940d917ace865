using System.Text.Json;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Tests.Support;

/// <summary>What the tests' stores hold, and the secrets in it.</summary>
internal static class Workspaces
{
    internal const string ClientId = "111.222";

    /// <summary>Everything that no output may show.</summary>
    internal static IReadOnlyList<string> Secrets { get; } =
    [
        "xoxe.xoxb-bot-secret-of-T1", "xoxe-bot-refresh-secret-of-T1", "xoxp-user-secret-of-U1", "xoxe-user-refresh-secret-of-U1",
        "https://hooks.slack.com/services/T1/B1/webhook-secret", "https://acme.slack.com/services/config-secret", "custom-secret",
        "xoxb-old-secret", "xoxb-secret-of-E1", "xoxb-secret-of-org",
    ];

    /// <summary>Opens a store as the app does, and fills it.</summary>
    /// <param name="notation">The store.</param>
    /// <param name="settings">Its options, each <c>Name=Value</c>.</param>
    /// <param name="clientId">The app.</param>
    /// <param name="keyFolder">The keys that it encrypts with; null for none.</param>
    /// <param name="applicationName">The application name that the keys are used with; null for none.</param>
    internal static async Task FillAsync(string notation, IReadOnlyList<string>? settings = null, string clientId = ClientId, string? keyFolder = null, string? applicationName = null)
    {
        var parsed = StoreNotation.Parse(notation, _ => null);
        await using var store = OpenedStore.Open(
            new() { Notation = parsed, Settings = StoreSettings.Parse(parsed.Scheme, settings ?? []), Prepares = true, KeyFolder = keyFolder, ApplicationName = applicationName },
            clientId);
        foreach (var installation in Installations)
        {
            await store.Installations.SaveAsync(installation, TestContext.Current.CancellationToken);
        }
    }

    private static IEnumerable<Installation> Installations =>
    [
        new()
        {
            AppId = "A1", TeamId = "T1", TeamName = "Acme", UserId = "U1",
            BotToken = Secrets[0], BotId = "B1", BotUserId = "UB1", BotScopes = ["commands", "chat:write"], BotRefreshToken = Secrets[1], BotTokenExpiresAt = ToolRun.Now.AddHours(3),
            UserToken = Secrets[2], UserScopes = ["search:read"], UserRefreshToken = Secrets[3], UserTokenExpiresAt = ToolRun.Now.AddHours(-1),
            IncomingWebhookUrl = Secrets[4], IncomingWebhookChannel = "#general", IncomingWebhookChannelId = "C1", IncomingWebhookConfigurationUrl = Secrets[5],
            InstalledAt = ToolRun.Now.AddDays(-1),
            CustomValues = JsonDocument.Parse($$"""{ "plan": "{{Secrets[6]}}" }""").RootElement,
        },
        new() { AppId = "A1", TeamId = "T1", TeamName = "Acme", UserId = "U2", InstalledAt = ToolRun.Now.AddDays(-2) },
        new() { AppId = "A1", EnterpriseId = "E1", EnterpriseName = "Grid", TeamId = "T2", TeamName = "In \e[2J the\u202e grid\t", UserId = "U3", BotToken = Secrets[8], InstalledAt = ToolRun.Now.AddDays(-3) },
        new() { AppId = "A1", EnterpriseId = "E1", EnterpriseName = "Grid", IsEnterpriseInstall = true, UserId = "U4", BotToken = Secrets[9], InstalledAt = ToolRun.Now.AddDays(-4) },
    ];
}
