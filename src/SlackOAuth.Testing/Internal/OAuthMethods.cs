using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace SlackOAuth.Testing;

/// <summary><c>oauth.v2.access</c> and <c>openid.connect.*</c>.</summary>
internal sealed class OAuthMethods(FakeSlackOptions options, FakeDirectory directory, Ledger ledger, IdTokenSigner signer, MessageHooks hooks)
{
    private const int IdTokenLifetimeSeconds = 300;

    /// <summary>The grant type that a request means.</summary>
    public static string GrantType(ApiRequest request) => request["grant_type"] is { Length: > 0 } given ? given : "authorization_code";

    public Reply Access(ApiRequest request)
    {
        if (!TryAuthenticate(request, out var app, out var error))
        {
            return Reply.Refusal(error);
        }

        switch (GrantType(request))
        {
            case "authorization_code":
                var (grant, refusal) = ledger.RedeemCode(app, isSignIn: false, request["code"], request["redirect_uri"]);
                return grant is null ? Reply.Refusal(refusal!) : Reply.Json(Install(grant));
            case "refresh_token":
                return ledger.Refresh(app, request["refresh_token"], isSignIn: false) is { } issued
                    ? Reply.Json(Refreshed(issued))
                    : Reply.Refusal("invalid_refresh_token");
            default:
                return Reply.Refusal("invalid_grant_type");
        }
    }

    public Reply OpenIdToken(ApiRequest request)
    {
        if (!TryAuthenticate(request, out var app, out var error))
        {
            return Reply.Refusal(error);
        }

        string? nonce = null;
        IssuedToken issued;
        switch (GrantType(request))
        {
            case "authorization_code":
                var (grant, refusal) = ledger.RedeemCode(app, isSignIn: true, request["code"], request["redirect_uri"]);
                if (grant is null)
                {
                    return Reply.Refusal(refusal!);
                }

                nonce = grant.Nonce;
                issued = ledger.Issue(ledger.Installation(app, grant.Tenant), grant.User, grant.UserScopes, isSignIn: true);
                break;
            case "refresh_token":
                if (ledger.Refresh(app, request["refresh_token"], isSignIn: true) is not { } refreshed)
                {
                    return Reply.Refusal("invalid_refresh_token");
                }

                issued = refreshed;
                break;
            default:
                return Reply.Refusal("invalid_grant_type");
        }

        var answer = new JsonObject
        {
            ["ok"] = true,
            ["access_token"] = issued.AccessToken,
            ["token_type"] = "Bearer",
            ["id_token"] = signer.Sign(IdTokenClaims(issued, nonce)),
        };
        AddRotation(answer, issued);
        return Reply.Json(answer);
    }

    public Reply UserInfo(ApiRequest request)
    {
        var (credential, error) = ledger.Authenticate(request.Token);
        if (credential is null)
        {
            return Reply.Refusal(error!);
        }

        if (!credential.IsSignIn)
        {
            return Reply.Refusal("missing_scope");
        }

        var answer = new JsonObject { ["ok"] = true, ["sub"] = credential.User!.Id };
        AddIdentity(answer, credential);
        return Reply.Json(answer);
    }

    private static JsonObject? Named(string? id, string? name) => id is null ? null : new() { ["id"] = id, ["name"] = name };

    private static string Join(IEnumerable<string> scopes) => string.Join(',', scopes);

    private static void AddRotation(JsonObject answer, IssuedToken issued)
    {
        if (issued.RefreshToken is not null)
        {
            answer["refresh_token"] = issued.RefreshToken;
            answer["expires_in"] = (long)issued.Credential.Installation.App.TokenLifetime.TotalSeconds;
        }
    }

    private static void AddTenant(JsonObject answer, Tenant tenant)
    {
        answer["team"] = Named(tenant.Workspace?.Id, tenant.Workspace?.Name);
        answer["enterprise"] = Named(tenant.Enterprise?.Id, tenant.Enterprise?.Name);
        answer["is_enterprise_install"] = tenant.IsOrgWide;
    }

    private static JsonObject Refreshed(IssuedToken issued)
    {
        var (credential, installation) = (issued.Credential, issued.Credential.Installation);
        var answer = new JsonObject
        {
            ["ok"] = true,
            ["app_id"] = installation.App.AppId,
            ["access_token"] = issued.AccessToken,
            ["token_type"] = credential.User is null ? "bot" : "user",
            ["scope"] = Join(credential.Scopes),
        };
        AddRotation(answer, issued);
        if (credential.User is null)
        {
            answer["bot_user_id"] = installation.BotUserId;
        }
        else
        {
            answer["authed_user"] = new JsonObject { ["id"] = credential.User.Id };
        }

        AddTenant(answer, installation.Tenant);
        return answer;
    }

    private JsonObject Install(Grant grant)
    {
        var installation = ledger.Installation(grant.App, grant.Tenant);
        var authedUser = new JsonObject { ["id"] = grant.User.Id };
        var answer = new JsonObject { ["ok"] = true, ["app_id"] = grant.App.AppId, ["authed_user"] = authedUser };
        if (grant.UserScopes.Count > 0)
        {
            var user = ledger.Issue(installation, grant.User, grant.UserScopes, isSignIn: false);
            authedUser["scope"] = Join(user.Credential.Scopes);
            authedUser["access_token"] = user.AccessToken;
            authedUser["token_type"] = "user";
            AddRotation(authedUser, user);
        }

        if (grant.BotScopes.Count > 0)
        {
            var bot = ledger.Issue(installation, null, grant.BotScopes, isSignIn: false);
            answer["scope"] = Join(bot.Credential.Scopes);
            answer["token_type"] = "bot";
            answer["access_token"] = bot.AccessToken;
            answer["bot_user_id"] = installation.BotUserId;
            AddRotation(answer, bot);
        }

        AddTenant(answer, grant.Tenant);
        if (grant.BotScopes.Contains("incoming-webhook"))
        {
            answer["incoming_webhook"] = new JsonObject
            {
                ["channel"] = "#general",
                ["channel_id"] = "C0FAKECHAN1",
                ["configuration_url"] = $"{grant.Tenant.Url}services/{installation.BotId}",
                ["url"] = hooks.Issue("services", grant.App, grant.Tenant, "C0FAKECHAN1").AbsoluteUri,
            };
        }

        return answer;
    }

    private bool TryAuthenticate(ApiRequest request, out FakeSlackApp app, out string error)
    {
        var (clientId, clientSecret) = request.ClientCredentials();
        (app, error) = (directory.FindApp(clientId)!, "");
        if (app is null)
        {
            error = "invalid_client_id";
        }
        else if (clientSecret is null || !Ids.AreEqual(clientSecret, app.ClientSecret))
        {
            error = "bad_client_secret";
        }

        return error.Length == 0;
    }

    private JsonObject IdTokenClaims(IssuedToken issued, string? nonce)
    {
        var now = options.TimeProvider.GetUtcNow().ToUnixTimeSeconds();
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(issued.AccessToken));
        var claims = new JsonObject
        {
            ["iss"] = options.Issuer,
            ["sub"] = issued.Credential.User!.Id,
            ["aud"] = issued.Credential.Installation.App.ClientId,
            ["exp"] = now + IdTokenLifetimeSeconds,
            ["iat"] = now,
            ["auth_time"] = now,
            ["nonce"] = nonce ?? "",
            ["at_hash"] = Base64Url.EncodeToString(hash.AsSpan(0, hash.Length / 2)),
        };
        AddIdentity(claims, issued.Credential);
        return claims;
    }

    private void AddIdentity(JsonObject claims, Credential credential)
    {
        var (user, workspace) = (credential.User!, credential.Installation.Tenant.Workspace!);
        claims["https://slack.com/user_id"] = user.Id;
        claims["https://slack.com/team_id"] = workspace.Id;
        if (credential.Installation.Tenant.Enterprise is { } enterprise)
        {
            claims["https://slack.com/enterprise_id"] = enterprise.Id;
            claims["https://slack.com/enterprise_name"] = enterprise.Name;
            claims["https://slack.com/enterprise_domain"] = enterprise.Domain;
        }

        if (credential.Scopes.Contains("email"))
        {
            claims["email"] = user.Email;
            claims["email_verified"] = true;
            claims["date_email_verified"] = options.TimeProvider.GetUtcNow().ToUnixTimeSeconds();
        }

        if (credential.Scopes.Contains("profile"))
        {
            var names = user.RealName.Split(' ', 2);
            claims["name"] = user.RealName;
            claims["given_name"] = names[0];
            claims["family_name"] = names.Length > 1 ? names[1] : "";
            claims["locale"] = "en-US";
            claims["https://slack.com/team_name"] = workspace.Name;
            claims["https://slack.com/team_domain"] = workspace.Domain;
        }
    }
}
