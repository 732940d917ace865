using System.Text.Json;

namespace SlackOAuth.Stores.Tests;

/// <summary>Records with every field set. Each secret holds <see cref="Secret"/>, so that a leak is found by searching for it.</summary>
internal static class Samples
{
    internal const string Secret = "s3cr3t";

    internal static readonly DateTimeOffset InstalledAt = new DateTimeOffset(2026, 3, 1, 12, 30, 45, TimeSpan.Zero).AddMicroseconds(123456);

    internal static Installation Installation { get; } = new()
    {
        AppId = "A111",
        EnterpriseId = "E111",
        EnterpriseName = "Enterprise 株式会社",
        EnterpriseUrl = "https://example.enterprise.slack.com/",
        TeamId = "T111",
        TeamName = "Team \"quoted\" 🎉",
        BotToken = $"xoxb-{Secret}-bot",
        BotId = "B111",
        BotUserId = "UB111",
        BotScopes = ["commands", "chat:write"],
        BotRefreshToken = $"xoxe-1-{Secret}-bot",
        BotTokenExpiresAt = new DateTimeOffset(2026, 3, 2, 0, 30, 45, TimeSpan.Zero),
        UserId = "U111",
        UserToken = $"xoxp-{Secret}-user",
        UserScopes = ["search:read"],
        UserRefreshToken = $"xoxe-1-{Secret}-user",
        UserTokenExpiresAt = new DateTimeOffset(2026, 3, 2, 0, 30, 46, TimeSpan.Zero),
        IncomingWebhookUrl = $"https://hooks.slack.com/services/{Secret}",
        IncomingWebhookChannel = "#general",
        IncomingWebhookChannelId = "C111",
        IncomingWebhookConfigurationUrl = "https://example.slack.com/services/B111",
        IsEnterpriseInstall = false,
        TokenType = "bot",
        InstalledAt = InstalledAt,
        CustomValues = JsonElement.Parse("""{"plan":"pro","seats":[1,2,{"n":null}]}"""),
    };

    internal static Bot Bot => Installation.ToBot()!;

    /// <summary>An object with arrays in it, so many levels in all.</summary>
    internal static JsonElement Nested(int levels) =>
        JsonElement.Parse($"{{\"a\":{new string('[', levels - 1)}{new string(']', levels - 1)}}}", new JsonDocumentOptions { MaxDepth = levels });
}
