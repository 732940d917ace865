namespace SlackOAuth.Testing;

/// <summary>Where an app is installed: a workspace, or a whole organization where there is no workspace.</summary>
internal sealed record Tenant(FakeWorkspace? Workspace, FakeEnterprise? Enterprise)
{
    public bool IsOrgWide => Workspace is null;

    public string Id => Workspace?.Id ?? Enterprise!.Id;

    public string Name => Workspace?.Name ?? Enterprise!.Name;

    public string Url => Workspace is null ? $"https://{Enterprise!.Domain}.enterprise.slack.com/" : $"https://{Workspace.Domain}.slack.com/";
}

/// <summary>The apps, workspaces, organizations and users that exist. After the start only the redirect URIs change, and which organization a workspace belongs to.</summary>
internal sealed class FakeDirectory
{
    private readonly FakeSlackOptions _options;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Uri>> _redirectUris = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _joined = new(StringComparer.Ordinal);

    public FakeDirectory(FakeSlackOptions options)
    {
        _options = options;
        foreach (var app in options.Apps)
        {
            _redirectUris.Add(app.ClientId, [.. app.RedirectUris]);
        }
    }

    public FakeSlackApp? FindApp(string? clientId) => _options.Apps.FirstOrDefault(app => app.ClientId == clientId);

    public FakeSlackApp RequireApp(string? clientId)
        => clientId is null
            ? _options.Apps[0]
            : FindApp(clientId) ?? throw new ArgumentException($"No app with the client id '{clientId}' is registered; add it to FakeSlackOptions.Apps.", nameof(clientId));

    public Tenant? FindTenant(string? id)
    {
        if (_options.Workspaces.FirstOrDefault(workspace => workspace.Id == id) is { } found)
        {
            return TenantOf(found);
        }

        return _options.Enterprises.FirstOrDefault(enterprise => enterprise.Id == id) is { } organization ? new(null, organization) : null;
    }

    public Tenant RequireTenant(string? id)
        => id is null
            ? TenantOf(_options.Workspaces[0])
            : FindTenant(id) ?? throw new ArgumentException($"No workspace or enterprise '{id}' is configured; add it to FakeSlackOptions.", nameof(id));

    public Tenant RequireWorkspace(string? id)
        => RequireTenant(id) is { IsOrgWide: false } workspace
            ? workspace
            : throw new ArgumentException($"'{id}' is an enterprise; give one of its workspaces.", nameof(id));

    public IEnumerable<FakeUser> UsersOf(Tenant tenant)
        => tenant.Workspace?.Users
            ?? _options.Workspaces.Where(workspace => EnterpriseOf(workspace) == tenant.Enterprise!.Id).SelectMany(workspace => workspace.Users).DistinctBy(user => user.Id);

    /// <summary>Every place where somebody can install the app, in the order of the options, organizations last.</summary>
    public IEnumerable<Tenant> TenantsFor(FakeSlackApp app)
    {
        var workspaces = _options.Workspaces.Select(TenantOf);
        return app.OrgWideInstalls ? workspaces.Concat(_options.Enterprises.Select(enterprise => new Tenant(null, enterprise))) : workspaces;
    }

    public void AddRedirectUri(FakeSlackApp app, Uri uri)
    {
        lock (_gate)
        {
            _redirectUris[app.ClientId].Add(uri);
        }
    }

    public IReadOnlyList<Uri> RedirectUrisOf(FakeSlackApp app)
    {
        lock (_gate)
        {
            return [.. _redirectUris[app.ClientId]];
        }
    }

    /// <summary>Moves a workspace into an organization.</summary>
    /// <returns>The workspace as it is from now on.</returns>
    public Tenant Join(string workspaceId, string enterpriseId)
    {
        var workspace = RequireWorkspace(workspaceId).Workspace!;
        if (!RequireTenant(enterpriseId).IsOrgWide)
        {
            throw new ArgumentException($"'{enterpriseId}' is a workspace; give one of FakeSlackOptions.Enterprises.", nameof(enterpriseId));
        }

        lock (_gate)
        {
            _joined[workspaceId] = enterpriseId;
        }

        return TenantOf(workspace);
    }

    private Tenant TenantOf(FakeWorkspace workspace)
        => new(workspace, EnterpriseOf(workspace) is { } id ? _options.Enterprises.First(enterprise => enterprise.Id == id) : null);

    private string? EnterpriseOf(FakeWorkspace workspace)
    {
        lock (_gate)
        {
            return _joined.GetValueOrDefault(workspace.Id) ?? workspace.EnterpriseId;
        }
    }
}
