using System.Text.Json;

namespace SlackOAuth.Stores.Conformance;

/// <summary>Records made from a tag: everything in them tells which save they came from, so that a torn record equals none.</summary>
internal static class Sample
{
    private static readonly DateTimeOffset Start = new DateTimeOffset(2026, 3, 29, 1, 59, 59, TimeSpan.Zero).AddMicroseconds(123_456);

    internal static WorkspaceId Workspace { get; } = WorkspaceId.ForTeam("T1");

    /// <summary>Installed-at number <paramref name="n"/>, a minute apart each.</summary>
    internal static DateTimeOffset At(int n) => Start.AddMinutes(n);

    internal static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>An object with arrays in it, so many levels in all.</summary>
    internal static JsonElement Nested(int levels) =>
        JsonElement.Parse($"{{\"a\":{new string('[', levels - 1)}{new string(']', levels - 1)}}}", new JsonDocumentOptions { MaxDepth = levels });

    /// <summary>An installation with every field set.</summary>
    internal static Installation Installation(WorkspaceId workspace, string userId, int at, string tag) => new()
    {
        AppId = "A" + tag,
        EnterpriseId = workspace.EnterpriseId,
        EnterpriseName = "Enterprise " + tag,
        EnterpriseUrl = $"https://{tag}.enterprise.example/",
        TeamId = workspace.TeamId,
        TeamName = "Team " + tag,
        BotToken = "xoxb-secret-" + tag,
        BotId = "B" + tag,
        BotUserId = "UB" + tag,
        BotScopes = ["commands", "chat:write", "bot-" + tag],
        BotRefreshToken = "xoxe-secret-bot-" + tag,
        BotTokenExpiresAt = DateTimeOffset.FromUnixTimeSeconds(Start.AddHours(12).AddMinutes(at).ToUnixTimeSeconds()),
        UserId = userId,
        UserToken = "xoxp-secret-" + tag,
        UserScopes = ["search:read", "user-" + tag],
        UserRefreshToken = "xoxe-secret-user-" + tag,
        UserTokenExpiresAt = DateTimeOffset.FromUnixTimeSeconds(Start.AddHours(11).AddMinutes(at).ToUnixTimeSeconds()),
        IncomingWebhookUrl = "https://hooks.example/secret-" + tag,
        IncomingWebhookChannel = "#general-" + tag,
        IncomingWebhookChannelId = "C" + tag,
        IncomingWebhookConfigurationUrl = "https://example.com/services/" + tag,
        IsEnterpriseInstall = workspace.IsEnterpriseInstall,
        TokenType = "bot",
        InstalledAt = At(at),
        CustomValues = Json($$"""{"tag":"{{tag}}","nested":{"list":[1,2.5,null,true,"x"] } }"""),
    };

    internal static Installation Installation(string userId, int at, string tag) => Installation(Workspace, userId, at, tag);

    /// <summary>An installation that brings no bot.</summary>
    internal static Installation WithoutBot(WorkspaceId workspace, string userId, int at, string tag) => Installation(workspace, userId, at, tag).WithBot(null);

    internal static Installation WithoutBot(string userId, int at, string tag) => WithoutBot(Workspace, userId, at, tag);

    /// <summary>An installation with no field set but those that must be.</summary>
    internal static Installation Bare(WorkspaceId workspace, string userId, int at) => new()
    {
        EnterpriseId = workspace.EnterpriseId,
        TeamId = workspace.TeamId,
        IsEnterpriseInstall = workspace.IsEnterpriseInstall,
        UserId = userId,
        InstalledAt = At(at),
    };

    /// <summary>A bot with every field set.</summary>
    internal static Bot Bot(WorkspaceId workspace, int at, string tag) => Installation(workspace, "U", at, tag).ToBot()!;

    internal static Bot Bot(int at, string tag) => Bot(Workspace, at, tag);

    /// <summary>A bot with no field set but those that must be.</summary>
    internal static Bot BareBot(WorkspaceId workspace, int at) => new()
    {
        EnterpriseId = workspace.EnterpriseId,
        TeamId = workspace.TeamId,
        IsEnterpriseInstall = workspace.IsEnterpriseInstall,
        BotToken = "xoxb-bare",
        InstalledAt = At(at),
    };
}
