using System.Text.Json;

namespace SlackOAuth.Testing;

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
