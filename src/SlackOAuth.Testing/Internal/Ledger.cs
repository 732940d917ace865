namespace SlackOAuth.Testing;

/// <summary>What a person allowed on the authorize page, as long as its code is not exchanged.</summary>
internal sealed class Grant
{
    public required FakeSlackApp App { get; init; }
    public required bool IsSignIn { get; init; }
    public required Tenant Tenant { get; set; }
    public required FakeUser User { get; init; }
    public required IReadOnlyList<string> BotScopes { get; init; }
    public required IReadOnlyList<string> UserScopes { get; init; }

    /// <summary>As the authorize request gave it; null where it gave none.</summary>
    public required string? RedirectUri { get; init; }

    /// <summary>Where the person was sent back to: the one above or the app's first.</summary>
    public required string EffectiveRedirectUri { get; init; }
    public required string? Nonce { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public bool IsUsed { get; set; }
}

/// <summary>An app on a workspace or organization.</summary>
internal sealed class AppInstallation
{
    public required FakeSlackApp App { get; init; }
    public required Tenant Tenant { get; set; }
    public required string BotUserId { get; init; }
    public required string BotId { get; init; }
    public bool IsInstalled { get; set; }
}

internal enum TokenState
{
    Active,
    Revoked,
    Inactive,
}

/// <summary>What an access token stands for. A rotation adds an access token and a refresh token of the same credential.</summary>
internal sealed class Credential
{
    public required AppInstallation Installation { get; init; }

    /// <summary>Null for a bot.</summary>
    public required FakeUser? User { get; init; }
    public bool IsSignIn { get; init; }
    public SortedSet<string> Scopes { get; } = new(StringComparer.Ordinal);
    public TokenState State { get; set; }

    /// <summary>The one access token of an app without rotation, which a second install gives again.</summary>
    public string? LastingToken { get; set; }
}

internal sealed record IssuedToken(Credential Credential, string AccessToken, string? RefreshToken)
{
    public override string ToString() => nameof(IssuedToken);
}

internal sealed record AccessToken(Credential Credential, DateTimeOffset? ExpiresAt);

internal sealed class RefreshToken(Credential credential)
{
    public Credential Credential { get; } = credential;
    public bool IsUsed { get; set; }
}

internal sealed class Trigger
{
    public required FakeSlackApp App { get; init; }
    public required Tenant Workspace { get; init; }
    public required string UserId { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public bool IsUsed { get; set; }
}

/// <summary>Everything that is issued and used up: codes, tokens, triggers, under one lock.</summary>
internal sealed class Ledger(TimeProvider time)
{
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan TriggerLifetime = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Grant> _grants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AccessToken> _accessTokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RefreshToken> _refreshTokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Trigger> _triggers = new(StringComparer.Ordinal);
    private readonly Dictionary<(string ClientId, string TenantId), AppInstallation> _installations = [];
    private readonly List<Credential> _credentials = [];

    public string IssueCode(Grant grant)
    {
        var code = Ids.Code();
        lock (_gate)
        {
            _grants.Add(code, grant);
        }

        return code;
    }

    /// <summary>Uses a code up, or says with Slack's error name why not.</summary>
    public (Grant? Grant, string? Error) RedeemCode(FakeSlackApp app, bool isSignIn, string? code, string? redirectUri)
    {
        lock (_gate)
        {
            if (code is null || !_grants.TryGetValue(code, out var grant) || grant.App != app || grant.IsSignIn != isSignIn)
            {
                return (null, "invalid_code");
            }

            if (grant.IsUsed)
            {
                return (null, "code_already_used");
            }

            if (time.GetUtcNow() - grant.IssuedAt >= CodeLifetime)
            {
                return (null, "invalid_code");
            }

            if ((redirectUri ?? grant.EffectiveRedirectUri) != grant.EffectiveRedirectUri || (redirectUri is null && grant.RedirectUri is not null))
            {
                return (null, "bad_redirect_uri");
            }

            grant.IsUsed = true;
            return (grant, null);
        }
    }

    public AppInstallation Installation(FakeSlackApp app, Tenant tenant)
    {
        lock (_gate)
        {
            if (!_installations.TryGetValue((app.ClientId, tenant.Id), out var installation))
            {
                installation = new() { App = app, Tenant = tenant, BotUserId = Ids.New("U"), BotId = Ids.New("B") };
                _installations.Add((app.ClientId, tenant.Id), installation);
            }

            return installation;
        }
    }

    public bool IsInstalled(FakeSlackApp app, string tenantId)
    {
        lock (_gate)
        {
            return _installations.TryGetValue((app.ClientId, tenantId), out var installation) && installation.IsInstalled;
        }
    }

    /// <summary>Tokens for a credential. Scopes add up over installs, as with Slack, and without rotation so does the token stay the same.</summary>
    public IssuedToken Issue(AppInstallation installation, FakeUser? user, IEnumerable<string> scopes, bool isSignIn)
    {
        lock (_gate)
        {
            var credential = _credentials.Find(known => known.Installation == installation && known.User == user && known.IsSignIn == isSignIn && known.State == TokenState.Active);
            if (credential is null)
            {
                credential = new() { Installation = installation, User = user, IsSignIn = isSignIn };
                _credentials.Add(credential);
            }

            installation.IsInstalled |= !isSignIn;
            credential.Scopes.UnionWith(scopes);
            return IssueFor(credential);
        }
    }

    /// <summary>Uses a refresh token up and issues new tokens; null where it is unknown, used, of another app or of a revoked credential.</summary>
    public IssuedToken? Refresh(FakeSlackApp app, string? refreshToken, bool isSignIn)
    {
        lock (_gate)
        {
            if (refreshToken is null
                || !_refreshTokens.TryGetValue(refreshToken, out var known)
                || known.IsUsed
                || known.Credential.Installation.App != app
                || known.Credential.IsSignIn != isSignIn
                || known.Credential.State != TokenState.Active)
            {
                return null;
            }

            known.IsUsed = true;
            return IssueFor(known.Credential);
        }
    }

    /// <summary>What a token stands for, or Slack's error name.</summary>
    public (Credential? Credential, string? Error) Authenticate(string? token)
    {
        if (string.IsNullOrEmpty(token))
        {
            return (null, "not_authed");
        }

        lock (_gate)
        {
            if (!_accessTokens.TryGetValue(token, out var access))
            {
                return (null, "invalid_auth");
            }

            return access.Credential.State switch
            {
                TokenState.Inactive => (null, "account_inactive"),
                TokenState.Revoked => (null, "token_revoked"),
                _ when time.GetUtcNow() >= access.ExpiresAt => (null, "token_expired"),
                _ => (access.Credential, null),
            };
        }
    }

    public void Revoke(Credential credential)
    {
        lock (_gate)
        {
            credential.State = TokenState.Revoked;
        }
    }

    /// <summary>Ends the active credentials on a tenant that <paramref name="which"/> picks, those of sign-ins too, and returns them.</summary>
    public IReadOnlyList<Credential> End(FakeSlackApp app, Tenant tenant, TokenState state, Func<Credential, bool> which)
    {
        lock (_gate)
        {
            var ended = _credentials.FindAll(credential =>
                credential.State == TokenState.Active && credential.Installation.App == app && credential.Installation.Tenant.Id == tenant.Id && which(credential));
            foreach (var credential in ended)
            {
                credential.State = state;
            }

            return ended;
        }
    }

    public void MarkUninstalled(FakeSlackApp app, Tenant tenant)
    {
        lock (_gate)
        {
            if (_installations.TryGetValue((app.ClientId, tenant.Id), out var installation))
            {
                installation.IsInstalled = false;
            }
        }
    }

    /// <summary>What was issued on a workspace is from now on of the workspace as it has become.</summary>
    public void Replace(Tenant workspace)
    {
        lock (_gate)
        {
            foreach (var grant in _grants.Values.Where(grant => grant.Tenant.Id == workspace.Id))
            {
                grant.Tenant = workspace;
            }

            foreach (var installation in _installations.Values.Where(installation => installation.Tenant.Id == workspace.Id))
            {
                installation.Tenant = workspace;
            }
        }
    }

    public string IssueTrigger(FakeSlackApp app, Tenant workspace, string userId)
    {
        var id = Ids.Trigger();
        lock (_gate)
        {
            _triggers.Add(id, new() { App = app, Workspace = workspace, UserId = userId, ExpiresAt = time.GetUtcNow() + TriggerLifetime });
        }

        return id;
    }

    /// <summary>Uses a trigger up, or says with Slack's error name why not.</summary>
    public (Trigger? Trigger, string? Error) RedeemTrigger(Credential credential, string triggerId)
    {
        lock (_gate)
        {
            if (!_triggers.TryGetValue(triggerId, out var trigger) || trigger.App != credential.Installation.App || !Covers(credential.Installation.Tenant, trigger.Workspace))
            {
                return (null, "invalid_trigger_id");
            }

            if (trigger.IsUsed)
            {
                return (null, "exchanged_trigger_id");
            }

            if (time.GetUtcNow() >= trigger.ExpiresAt)
            {
                return (null, "expired_trigger_id");
            }

            trigger.IsUsed = true;
            return (trigger, null);
        }
    }

    private static bool Covers(Tenant installed, Tenant workspace)
        => installed.IsOrgWide ? installed.Id == workspace.Enterprise?.Id : installed.Id == workspace.Id;

    private IssuedToken IssueFor(Credential credential)
    {
        var bot = credential.User is null;
        if (!credential.Installation.App.TokenRotation)
        {
            credential.LastingToken ??= Ids.AccessToken(bot, rotating: false);
            _accessTokens.TryAdd(credential.LastingToken, new(credential, null));
            return new(credential, credential.LastingToken, null);
        }

        var issued = new IssuedToken(credential, Ids.AccessToken(bot, rotating: true), Ids.RefreshToken());
        _accessTokens.Add(issued.AccessToken, new(credential, time.GetUtcNow() + credential.Installation.App.TokenLifetime));
        _refreshTokens.Add(issued.RefreshToken!, new(credential));
        return issued;
    }
}
