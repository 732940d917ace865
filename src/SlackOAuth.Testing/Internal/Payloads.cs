using System.Globalization;
using System.Text.Json.Nodes;

namespace SlackOAuth.Testing;

/// <summary>What Slack sends to an app: the bodies of commands, interactions and events.</summary>
internal sealed class Payloads(FakeSlackOptions options, FakeDirectory directory, Ledger ledger, MessageHooks hooks)
{
    /// <summary>Slack's deprecated verification token, which still stands in every payload. It proves nothing.</summary>
    private const string VerificationToken = "fake-verification-token";

    public static JsonObject View(OpenedView opened, AppInstallation installation, string installedTeamId, JsonNode? values)
    {
        var view = (JsonObject)Json.Node(opened.View)!;
        view["id"] = opened.Id;
        view["team_id"] = opened.TeamId;
        view["app_id"] = opened.AppId;
        view["bot_id"] = installation.BotId;
        view["app_installed_team_id"] = installedTeamId;
        view["root_view_id"] = opened.Id;
        view["previous_view_id"] = null;
        view["hash"] = $"{Ids.Number(10)}.{Ids.Secret(8)}";
        view["state"] = new JsonObject { ["values"] = values ?? new JsonObject() };
        foreach (var name in (ReadOnlySpan<string>)["private_metadata", "callback_id", "external_id"])
        {
            view[name] ??= "";
        }

        return view;
    }

    public IEnumerable<KeyValuePair<string, string>> Command(SlashCommand command)
    {
        var app = directory.RequireApp(command.ClientId);
        var (workspace, userId, userName) = Actor(command.TeamId, command.UserId);
        yield return new("token", VerificationToken);
        yield return new("team_id", workspace.Id);
        yield return new("team_domain", workspace.Workspace!.Domain);
        if (workspace.Enterprise is { } enterprise)
        {
            yield return new("enterprise_id", enterprise.Id);
            yield return new("enterprise_name", enterprise.Name);
        }

        yield return new("channel_id", command.ChannelId);
        yield return new("channel_name", "general");
        yield return new("user_id", userId);
        yield return new("user_name", userName);
        yield return new("command", command.Command);
        yield return new("text", command.Text);
        yield return new("api_app_id", app.AppId);
        yield return new("is_enterprise_install", command.IsEnterpriseInstall ?? IsOrgInstalled(app, workspace) ? "true" : "false");
        yield return new("response_url", hooks.Issue("commands", app, workspace, command.ChannelId).AbsoluteUri);
        yield return new("trigger_id", ledger.IssueTrigger(app, workspace, userId));
    }

    public JsonObject Interaction(SlackInteraction interaction)
    {
        var app = directory.RequireApp(interaction.ClientId);
        var (workspace, userId, userName) = Actor(interaction.TeamId, interaction.UserId);
        var orgWide = interaction.IsEnterpriseInstall ?? IsOrgInstalled(app, workspace);
        var team = new JsonObject { ["id"] = workspace.Id, ["domain"] = workspace.Workspace!.Domain };
        if (workspace.Enterprise is { } enterprise)
        {
            team["enterprise_id"] = enterprise.Id;
            team["enterprise_name"] = enterprise.Name;
        }

        var payload = new JsonObject
        {
            ["team"] = team,
            ["user"] = new JsonObject { ["id"] = userId, ["username"] = userName, ["name"] = userName, ["team_id"] = workspace.Id },
            ["api_app_id"] = app.AppId,
            ["token"] = VerificationToken,
            ["trigger_id"] = ledger.IssueTrigger(app, workspace, userId),
            ["enterprise"] = workspace.Enterprise is { } org ? new JsonObject { ["id"] = org.Id, ["name"] = org.Name } : null,
            ["is_enterprise_install"] = orgWide,
        };
        switch (interaction)
        {
            case ViewSubmission submission:
                AddSubmission(payload, submission, app, workspace, userId, orgWide);
                break;
            case BlockAction action:
                AddAction(payload, action, app, workspace);
                break;
        }

        return payload;
    }

    public JsonObject Event(SlackEvent slackEvent)
    {
        if (slackEvent.Challenge is not null)
        {
            return new() { ["token"] = VerificationToken, ["challenge"] = slackEvent.Challenge, ["type"] = slackEvent.Type };
        }

        var app = directory.RequireApp(slackEvent.ClientId);
        var tenant = directory.RequireTenant(slackEvent.TenantId);
        var envelope = new JsonObject
        {
            ["token"] = VerificationToken,
            ["team_id"] = tenant.Id,
            ["api_app_id"] = app.AppId,
            ["event"] = Json.Node(slackEvent.Inner),
            ["type"] = "event_callback",
            ["event_id"] = Ids.New("Ev"),
            ["event_time"] = (slackEvent.OccurredAt ?? options.TimeProvider.GetUtcNow()).ToUnixTimeSeconds(),
            ["is_ext_shared_channel"] = slackEvent.AuthorizedTenantId is { } authorized && authorized != tenant.Id,
            ["context_team_id"] = tenant.Id,
            ["context_enterprise_id"] = tenant.Enterprise?.Id,
        };
        if (tenant.Enterprise is { } enterprise)
        {
            envelope["enterprise_id"] = enterprise.Id;
        }

        if (slackEvent.IncludeAuthorizations)
        {
            envelope["authorizations"] = new JsonArray(Authorization(app, slackEvent, tenant));
        }

        return envelope;
    }

    private static JsonObject Channel(string id) => new() { ["id"] = id, ["name"] = "general" };

    private JsonObject Authorization(FakeSlackApp app, SlackEvent slackEvent, Tenant tenant)
    {
        var authorized = slackEvent.AuthorizedTenantId is null ? tenant : directory.RequireTenant(slackEvent.AuthorizedTenantId);
        var orgWide = slackEvent.IsEnterpriseInstall ?? (authorized.IsOrgWide || IsOrgInstalled(app, authorized));
        var installed = orgWide && authorized.Enterprise is { } org ? new Tenant(null, org) : authorized;
        return new()
        {
            ["enterprise_id"] = authorized.Enterprise?.Id,
            ["team_id"] = orgWide ? null : authorized.Id,
            ["user_id"] = ledger.Installation(app, installed).BotUserId,
            ["is_bot"] = true,
            ["is_enterprise_install"] = orgWide,
        };
    }

    private void AddSubmission(JsonObject payload, ViewSubmission submission, FakeSlackApp app, Tenant workspace, string userId, bool orgWide)
    {
        var installed = orgWide && workspace.Enterprise is { } org ? new Tenant(null, org) : workspace;
        var view = submission.View ?? new OpenedView(Ids.New("V"), app.AppId, workspace.Id, userId, Json.Element(new JsonObject
        {
            ["type"] = "modal",
            ["title"] = new JsonObject { ["type"] = "plain_text", ["text"] = "Modal" },
            ["blocks"] = new JsonArray(),
            ["callback_id"] = submission.CallbackId,
        }));
        payload["type"] = "view_submission";
        payload["view"] = View(
            view,
            ledger.Installation(app, installed),
            submission.AppInstalledTeamId ?? installed.Id,
            submission.Values is { } values ? Json.Node(values) : null);
        payload["response_urls"] = new JsonArray();
    }

    private void AddAction(JsonObject payload, BlockAction action, FakeSlackApp app, Tenant workspace)
    {
        var timestamp = options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0m;
        var ts = timestamp.ToString("F6", CultureInfo.InvariantCulture);
        payload["type"] = "block_actions";
        payload["container"] = new JsonObject { ["type"] = "message", ["message_ts"] = ts, ["channel_id"] = action.ChannelId, ["is_ephemeral"] = false };
        payload["channel"] = Channel(action.ChannelId);
        payload["message"] = new JsonObject { ["type"] = "message", ["text"] = "", ["ts"] = ts };
        payload["state"] = new JsonObject { ["values"] = new JsonObject() };
        payload["response_url"] = hooks.Issue("actions", app, workspace, action.ChannelId).AbsoluteUri;
        payload["actions"] = new JsonArray(new JsonObject
        {
            ["type"] = "button",
            ["action_id"] = action.ActionId,
            ["block_id"] = action.BlockId,
            ["value"] = action.Value,
            ["text"] = new JsonObject { ["type"] = "plain_text", ["text"] = "Button", ["emoji"] = true },
            ["action_ts"] = ts,
        });
    }

    private bool IsOrgInstalled(FakeSlackApp app, Tenant workspace)
        => workspace.Enterprise is { } enterprise && !ledger.IsInstalled(app, workspace.Id) && ledger.IsInstalled(app, enterprise.Id);

    private (Tenant Workspace, string UserId, string UserName) Actor(string? teamId, string? userId)
    {
        var workspace = directory.RequireWorkspace(teamId);
        var users = workspace.Workspace!.Users;
        var user = userId is null ? users[0] : users.FirstOrDefault(known => known.Id == userId);
        return (workspace, user?.Id ?? userId!, user?.Name ?? "somebody");
    }
}
