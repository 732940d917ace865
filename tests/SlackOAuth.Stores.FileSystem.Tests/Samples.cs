using System.Text.Json;

namespace SlackOAuth.Stores.FileSystem.Tests;

internal static class Samples
{
    internal static readonly DateTimeOffset InstalledAt = DateTimeOffset.UnixEpoch.AddSeconds(1_772_368_245).AddMicroseconds(123456);

    internal static WorkspaceId Workspace { get; } = new("E111", "T111");

    internal static Installation Installation { get; } = new()
    {
        AppId = "A111",
        EnterpriseId = "E111",
        EnterpriseName = "Enterprise 株式会社",
        EnterpriseUrl = "https://example.enterprise.slack.com/",
        TeamId = "T111",
        TeamName = "Team \"quoted\" 🎉",
        BotToken = "xoxb-bot",
        BotId = "B111",
        BotUserId = "UB111",
        BotScopes = ["commands", "chat:write"],
        BotRefreshToken = "xoxe-1-bot",
        BotTokenExpiresAt = DateTimeOffset.FromUnixTimeSeconds(1_772_411_445),
        UserId = "U111",
        UserToken = "xoxp-user",
        UserScopes = ["search:read"],
        UserRefreshToken = "xoxe-1-user",
        UserTokenExpiresAt = DateTimeOffset.FromUnixTimeSeconds(1_772_411_446),
        IncomingWebhookUrl = "https://hooks.slack.com/services/T111/B111/secret",
        IncomingWebhookChannel = "#general",
        IncomingWebhookChannelId = "C111",
        IncomingWebhookConfigurationUrl = "https://example.slack.com/services/B111",
        TokenType = "bot",
        InstalledAt = InstalledAt,
        CustomValues = JsonElement.Parse("""{"plan":"pro","seats":[1,2,{"n":null}]}"""),
    };

    internal static Bot Bot => Installation.ToBot()!;
}
