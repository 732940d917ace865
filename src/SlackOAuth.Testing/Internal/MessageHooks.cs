namespace SlackOAuth.Testing;

/// <summary>Addresses that an app may post a message to (incoming webhooks, <c>response_url</c>), and every message that came in.</summary>
internal sealed class MessageHooks(Func<Uri> baseAddress)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (FakeSlackApp App, Tenant Tenant, string Channel)> _hooks = new(StringComparer.Ordinal);
    private readonly List<PostedMessage> _messages = [];

    public IReadOnlyList<PostedMessage> Messages
    {
        get
        {
            lock (_gate)
            {
                return [.. _messages];
            }
        }
    }

    /// <summary>The part of a hook's path that may be recorded: the rest of it is a secret. Null where the path is no hook's.</summary>
    public static string? KindOf(string path) => path.Split('/')[0] is "services" or "commands" or "actions" ? path.Split('/')[0] : null;

    public Uri Issue(string kind, FakeSlackApp app, Tenant tenant, string channel)
    {
        var path = $"/{kind}/{Ids.Number(12)}/{Ids.Secret(24)}";
        lock (_gate)
        {
            _hooks.Add(path, (app, tenant, channel));
        }

        return new(baseAddress(), path);
    }

    public Reply Post(string path, ApiRequest request)
    {
        lock (_gate)
        {
            if (!_hooks.TryGetValue(path, out var hook))
            {
                return Reply.Text(StatusCodes.Status404NotFound, "no_service");
            }

            var text = request["payload"] is { } payload ? Json.String(Json.ParseObject(payload)?["text"]) : request["text"];
            _messages.Add(new(hook.App.AppId, hook.Tenant.Id, hook.Channel, text ?? ""));
            return Reply.Text(StatusCodes.Status200OK, "ok");
        }
    }

    public void Record(PostedMessage message)
    {
        lock (_gate)
        {
            _messages.Add(message);
        }
    }
}
