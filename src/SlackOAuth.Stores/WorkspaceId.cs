namespace SlackOAuth.Stores;

/// <summary>
/// The key of what is stored: one workspace, or one Enterprise Grid organization that installed the app org-wide.
/// </summary>
/// <remarks>
/// <para>An absent id and an empty one are the same. An org-wide installation is keyed by its enterprise alone: a team id given with it is dropped.
/// An enterprise id does not make an installation org-wide: a workspace inside an Enterprise Grid has both ids and is a key of its own.
/// An enterprise id without a team id can mean nothing but the organization, and is its key.</para>
/// <para>Ids are compared exactly, character by character. Any id may be asked for; which ids can be saved is for <see cref="StoreArguments"/> to say.</para>
/// <para>Source of the rule: <c>slack_sdk.oauth.installation_store</c> of the Python Slack SDK.</para>
/// </remarks>
public sealed record WorkspaceId
{
    /// <summary>Creates the key from the three values that Slack's payloads and the Slack SDKs use.</summary>
    /// <param name="enterpriseId">The enterprise (<c>E…</c>); null or empty outside an Enterprise Grid.</param>
    /// <param name="teamId">The workspace (<c>T…</c>); null or empty for an organization.</param>
    /// <param name="isEnterpriseInstall">Whether the app was installed org-wide; then <paramref name="teamId"/> is dropped.</param>
    /// <exception cref="ArgumentException">Both ids are absent, or the key is org-wide and has no enterprise id.</exception>
    public WorkspaceId(string? enterpriseId, string? teamId, bool isEnterpriseInstall = false)
    {
        EnterpriseId = string.IsNullOrEmpty(enterpriseId) ? null : enterpriseId;
        TeamId = isEnterpriseInstall || string.IsNullOrEmpty(teamId) ? null : teamId;
        if (EnterpriseId is null && TeamId is null)
        {
            throw isEnterpriseInstall
                ? new ArgumentException("An org-wide installation is keyed by its enterprise, and no enterprise id was given. Pass the enterprise id, or isEnterpriseInstall: false for a workspace.", nameof(enterpriseId))
                : new ArgumentException("Neither an enterprise id nor a team id was given. Pass the team id of the workspace, or the enterprise id of an org-wide installation.", nameof(teamId));
        }
    }

    /// <summary>The enterprise id; null outside an Enterprise Grid.</summary>
    public string? EnterpriseId { get; }

    /// <summary>The team id; null for an org-wide installation.</summary>
    public string? TeamId { get; }

    /// <summary>Whether this is the key of an organization rather than of one workspace.</summary>
    public bool IsEnterpriseInstall => TeamId is null;

    /// <summary>The key of one workspace.</summary>
    /// <param name="teamId">The workspace (<c>T…</c>).</param>
    /// <param name="enterpriseId">The Enterprise Grid that the workspace belongs to; null or empty where there is none.</param>
    /// <exception cref="ArgumentException"><paramref name="teamId"/> is null or empty.</exception>
    public static WorkspaceId ForTeam(string teamId, string? enterpriseId = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(teamId);
        return new WorkspaceId(enterpriseId, teamId);
    }

    /// <summary>The key of an org-wide installation.</summary>
    /// <param name="enterpriseId">The organization (<c>E…</c>).</param>
    /// <exception cref="ArgumentException"><paramref name="enterpriseId"/> is null or empty.</exception>
    public static WorkspaceId ForEnterprise(string enterpriseId)
    {
        ArgumentException.ThrowIfNullOrEmpty(enterpriseId);
        return new WorkspaceId(enterpriseId, teamId: null, isEnterpriseInstall: true);
    }
}
