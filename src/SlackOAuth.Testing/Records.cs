using System.Text.Json;

namespace SlackOAuth.Testing;

/// <summary>A request that reached this Slack.</summary>
/// <param name="Method">The Web API method (<c>oauth.v2.access</c>), or the path without its first slash (<c>openid/connect/keys</c>).
/// Of an incoming webhook it is <c>services</c> alone, and of a <c>response_url</c> <c>commands</c> or <c>actions</c>: the rest of those paths is a secret.</param>
/// <param name="GrantType">The <c>grant_type</c> of an OAuth method, <c>authorization_code</c> where the request leaves it out; null for other methods.</param>
/// <param name="At">When it arrived, by the options' clock.</param>
public sealed record SlackCall(string Method, string? GrantType, DateTimeOffset At);

/// <summary>A message that an app posted with <c>chat.postMessage</c>, an incoming webhook or a <c>response_url</c>.</summary>
/// <param name="AppId">The app that posted.</param>
/// <param name="TenantId">The workspace, or the enterprise where the token is org-wide.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Text">The text; empty where the message has none.</param>
public sealed record PostedMessage(string AppId, string TenantId, string Channel, string Text);

/// <summary>A modal that an app opened with <c>views.open</c>.</summary>
public sealed class OpenedView
{
    internal OpenedView(string id, string appId, string teamId, string userId, JsonElement view)
    {
        Id = id;
        AppId = appId;
        TeamId = teamId;
        UserId = userId;
        View = view;
    }

    /// <summary>The view's id, given by Slack.</summary>
    public string Id { get; }

    /// <summary>The app that opened it.</summary>
    public string AppId { get; }

    /// <summary>The workspace of the user who sees it.</summary>
    public string TeamId { get; }

    /// <summary>The user who sees it.</summary>
    public string UserId { get; }

    /// <summary>The view as the app sent it.</summary>
    public JsonElement View { get; }
}
