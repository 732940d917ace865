namespace SlackOAuth.Testing;

/// <summary>What a <see cref="FakeSlack"/> knows when it starts. The defaults are one app and one workspace with one user.</summary>
public sealed class FakeSlackOptions
{
    /// <summary>The TCP port on 127.0.0.1; 0 takes a free one; null opens no socket, so that only <see cref="FakeSlack.CreateHandler"/> reaches this Slack.</summary>
    /// <value>The default is 0. No other interface than loopback is ever bound.</value>
    public int? Port { get; init; } = 0;

    /// <summary>The clock of every expiry and timestamp: codes, tokens, triggers, signatures, id_tokens.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The registered apps, at least one. Where a call names no app, the first is meant.</summary>
    public IReadOnlyList<FakeSlackApp> Apps { get; init; } = [new()];

    /// <summary>The workspaces, at least one, each with at least one user. Where a call names no workspace, the first is meant.</summary>
    public IReadOnlyList<FakeWorkspace> Workspaces { get; init; } = [new()];

    /// <summary>The Enterprise Grid organizations. A workspace joins one by <see cref="FakeWorkspace.EnterpriseId"/>.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<FakeEnterprise> Enterprises { get; init; } = [];

    /// <summary>The issuer of id_tokens and of the OpenID Connect metadata.</summary>
    /// <value>The default is Slack's own, <c>https://slack.com</c>, on a port too.</value>
    public string Issuer { get; init; } = "https://slack.com";

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(TimeProvider);
        Require(Port is null or (>= 0 and <= 65535), nameof(Port), "is outside 0 to 65535; use 0 for a free port or null for no socket");
        Require(Apps is { Count: > 0 }, nameof(Apps), "is empty; register at least one app");
        Require(Workspaces is { Count: > 0 }, nameof(Workspaces), "is empty; configure at least one workspace");
        Require(Enterprises is not null, nameof(Enterprises), "is null; leave it out for none");
        Require(!string.IsNullOrEmpty(Issuer), nameof(Issuer), "is empty; leave it out for https://slack.com");
        RequireDistinct(Apps!.Select(app => app.ClientId), $"{nameof(Apps)}.{nameof(FakeSlackApp.ClientId)}");
        RequireDistinct(Workspaces!.Select(workspace => workspace.Id).Concat(Enterprises!.Select(enterprise => enterprise.Id)), "Workspaces.Id and Enterprises.Id");
        foreach (var app in Apps!)
        {
            Require(app.ClientSecret is { Length: > 0 } && app.SigningSecret is { Length: > 0 }, nameof(Apps), "holds an app with an empty client or signing secret");
            Require(app.TokenLifetime >= TimeSpan.FromSeconds(1), nameof(Apps), "holds an app whose TokenLifetime is under a second");
            Require(app.RedirectUris.All(IsWebAddress), nameof(Apps), "holds a redirect URI that is not an absolute http or https address");
        }

        foreach (var workspace in Workspaces!)
        {
            Require(workspace.Users is { Count: > 0 }, nameof(Workspaces), $"holds the workspace '{workspace.Id}' without a user; give it at least one");
            RequireDistinct(workspace.Users.Select(user => user.Id), $"the users of the workspace '{workspace.Id}'");
            Require(
                workspace.EnterpriseId is null || Enterprises!.Any(enterprise => enterprise.Id == workspace.EnterpriseId),
                nameof(Workspaces),
                $"holds the workspace '{workspace.Id}' of an enterprise that {nameof(Enterprises)} does not hold; add it there");
        }
    }

    internal static bool IsWebAddress(Uri uri)
        => uri is { IsAbsoluteUri: true } && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);

    private static void RequireDistinct(IEnumerable<string> ids, string what)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            Require(!string.IsNullOrEmpty(id), what, "holds an empty id");
            Require(seen.Add(id), what, $"holds '{id}' twice; give each its own");
        }
    }

    private static void Require(bool condition, string option, string problem)
    {
        if (!condition)
        {
            throw new ArgumentException($"FakeSlack cannot start: {option} {problem}.");
        }
    }
}
