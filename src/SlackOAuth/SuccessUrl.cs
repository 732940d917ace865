namespace SlackOAuth;

/// <summary>Where an installer goes after a success.</summary>
public static class SuccessUrl
{
    /// <summary>
    /// Gives the URL that opens what was installed: for an org-wide install, the page of the organization's administration that adds the app to workspaces;
    /// else the app in Slack (<c>slack://app?team=…&amp;id=…</c>); where team or app are unknown, Slack itself (<c>slack://open</c>).
    /// </summary>
    /// <param name="appId">The app's id; null where unknown.</param>
    /// <param name="teamId">The workspace's id; null where unknown or org-wide.</param>
    /// <param name="isEnterpriseInstall">Whether the install is org-wide.</param>
    /// <param name="enterpriseUrl">The organization's URL as <c>auth.test</c> gives it; anything but an https URL (http on loopback) is passed over.</param>
    public static string ForSlack(string? appId, string? teamId, bool isEnterpriseInstall = false, string? enterpriseUrl = null)
    {
        if (isEnterpriseInstall && !string.IsNullOrEmpty(appId) && WebUrl.TryParse(enterpriseUrl, out var organization))
        {
            return $"{organization.GetLeftPart(UriPartial.Path).TrimEnd('/')}/manage/organization/apps/profile/{Uri.EscapeDataString(appId)}/workspaces/add";
        }

        return string.IsNullOrEmpty(teamId) || string.IsNullOrEmpty(appId)
            ? "slack://open"
            : $"slack://app?team={Uri.EscapeDataString(teamId)}&id={Uri.EscapeDataString(appId)}";
    }

    /// <summary>Gives the URL of the workspace in Slack's web client: <c>https://app.slack.com/client/{team}</c>; null without a team.</summary>
    /// <param name="teamId">The workspace's id; null where unknown or org-wide.</param>
    public static string? ForBrowser(string? teamId) =>
        string.IsNullOrEmpty(teamId) ? null : $"https://app.slack.com/client/{Uri.EscapeDataString(teamId)}";
}
