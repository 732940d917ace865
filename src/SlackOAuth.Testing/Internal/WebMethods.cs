using System.Text.Json.Nodes;

namespace SlackOAuth.Testing;

/// <summary>The Web API methods that a token is used with.</summary>
internal sealed class WebMethods(FakeSlackOptions options, Ledger ledger, MessageHooks hooks)
{
    private readonly Lock _gate = new();
    private readonly List<OpenedView> _views = [];

    public IReadOnlyList<OpenedView> OpenedViews
    {
        get
        {
            lock (_gate)
            {
                return [.. _views];
            }
        }
    }

    public Reply AuthTest(ApiRequest request) => WithCredential(request, credential =>
    {
        var (installation, tenant) = (credential.Installation, credential.Installation.Tenant);
        var answer = new JsonObject
        {
            ["ok"] = true,
            ["url"] = tenant.Url,
            ["team"] = tenant.Name,
            ["user"] = credential.User?.Name ?? installation.App.Name,
            ["team_id"] = tenant.Id,
            ["user_id"] = credential.User?.Id ?? installation.BotUserId,
        };
        if (credential.User is null)
        {
            answer["bot_id"] = installation.BotId;
        }

        if (tenant.Enterprise is not null)
        {
            answer["enterprise_id"] = tenant.Enterprise.Id;
        }

        answer["is_enterprise_install"] = tenant.IsOrgWide;
        return Reply.Json(answer);
    });

    public Reply AuthRevoke(ApiRequest request) => WithCredential(request, credential =>
    {
        var revokes = request["test"] is not ("1" or "true");
        if (revokes)
        {
            ledger.Revoke(credential);
        }

        return Reply.Json(new() { ["ok"] = true, ["revoked"] = revokes });
    });

    public Reply ViewsOpen(ApiRequest request) => WithCredential(request, credential =>
    {
        if (request["view"] is not { } text || Json.ParseObject(text) is not { } view || Json.String(view["type"]) is not "modal" || view["title"] is not JsonObject)
        {
            return InvalidArguments("invalid `view`: a JSON object with the type \"modal\" and a title is wanted");
        }

        if (request["trigger_id"] is not { Length: > 0 } triggerId)
        {
            return InvalidArguments("missing required field: trigger_id");
        }

        var (trigger, error) = ledger.RedeemTrigger(credential, triggerId);
        if (trigger is null)
        {
            return Reply.Refusal(error!);
        }

        var installation = credential.Installation;
        var opened = new OpenedView(Ids.New("V"), installation.App.AppId, trigger.Workspace.Id, trigger.UserId, Json.Element(view));
        lock (_gate)
        {
            _views.Add(opened);
        }

        return Reply.Json(new() { ["ok"] = true, ["view"] = Payloads.View(opened, installation, installation.Tenant.Id, null) });
    });

    public Reply PostMessage(ApiRequest request) => WithCredential(request, credential =>
    {
        if (request["channel"] is not { Length: > 0 } channel)
        {
            return Reply.Refusal("channel_not_found");
        }

        if (request["text"] is null && request["blocks"] is null && request["attachments"] is null)
        {
            return Reply.Refusal("no_text");
        }

        var message = new PostedMessage(credential.Installation.App.AppId, credential.Installation.Tenant.Id, channel, request["text"] ?? "");
        hooks.Record(message);
        var timestamp = $"{options.TimeProvider.GetUtcNow().ToUnixTimeSeconds()}.{Ids.Number(6)}";
        return Reply.Json(new()
        {
            ["ok"] = true,
            ["channel"] = channel,
            ["ts"] = timestamp,
            ["message"] = new JsonObject { ["type"] = "message", ["text"] = message.Text, ["ts"] = timestamp },
        });
    });

    private static Reply InvalidArguments(string message) => Reply.Json(new()
    {
        ["ok"] = false,
        ["error"] = "invalid_arguments",
        ["response_metadata"] = new JsonObject { ["messages"] = new JsonArray($"[ERROR] {message}") },
    });

    private Reply WithCredential(ApiRequest request, Func<Credential, Reply> method)
    {
        var (credential, error) = ledger.Authenticate(request.Token);
        return credential is null ? Reply.Refusal(error!) : method(credential);
    }
}
