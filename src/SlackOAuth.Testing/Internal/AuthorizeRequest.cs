using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace SlackOAuth.Testing;

/// <summary>One line of the authorize page's "as" list.</summary>
internal sealed record AuthorizeChoice(Tenant Tenant, FakeUser User);

/// <summary>Why an authorize request gets an error page and no redirect.</summary>
internal sealed record AuthorizeProblem(string Error, string Explanation);

/// <summary>A checked request to one of the two authorize pages.</summary>
internal sealed class AuthorizeRequest
{
    private static readonly string[] SignInScopes = ["openid", "email", "profile"];

    private AuthorizeRequest(FakeSlackApp app, bool isSignIn, IReadOnlyList<AuthorizeChoice> choices)
    {
        App = app;
        IsSignIn = isSignIn;
        Choices = choices;
    }

    public FakeSlackApp App { get; }
    public bool IsSignIn { get; }
    public IReadOnlyList<AuthorizeChoice> Choices { get; }
    public required IReadOnlyList<string> BotScopes { get; init; }
    public required IReadOnlyList<string> UserScopes { get; init; }
    public required string? GivenRedirectUri { get; init; }
    public required string RedirectUri { get; init; }
    public required string State { get; init; }
    public required string? Nonce { get; init; }

    public static (AuthorizeRequest? Request, AuthorizeProblem? Problem) Read(FakeDirectory directory, bool isSignIn, string? queryString)
    {
        var query = QueryHelpers.ParseQuery(queryString);
        var app = directory.FindApp(First(query, "client_id"));
        if (app is null)
        {
            return Refuse("invalid_client_id", "No app is registered under the client_id of this link.");
        }

        var given = First(query, "redirect_uri");
        var registered = directory.RedirectUrisOf(app);
        if ((given is null && (isSignIn || registered.Count == 0)) || (given is not null && !registered.Any(uri => Covers(uri, given))))
        {
            return Refuse("bad_redirect_uri", $"The redirect_uri did not match any that the app has registered. Passed: {given ?? "none"}");
        }

        if (isSignIn && First(query, "response_type") != "code")
        {
            return Refuse("invalid_response_type", "The response_type of this link is not \"code\".");
        }

        string[] botScopes = isSignIn ? [] : Scopes(query, "scope");
        var userScopes = Scopes(query, isSignIn ? "scope" : "user_scope");
        if (botScopes.Length + userScopes.Length == 0)
        {
            return Refuse("no_scopes", "The link asks for no scopes.");
        }

        if (botScopes.Concat(userScopes).FirstOrDefault(scope => !IsWellFormed(scope)) is { } malformed)
        {
            return Refuse("invalid_scope", $"This is not a scope: {malformed}");
        }

        if (botScopes.FirstOrDefault(scope => app.BotScopes is not null && !app.BotScopes.Contains(scope)) is { } excess)
        {
            return Refuse("invalid_scope", $"The app is not registered for this scope: {excess}");
        }

        if (isSignIn && (!userScopes.Contains("openid") || userScopes.Except(SignInScopes).Any()))
        {
            return Refuse("invalid_scope", "Sign in with Slack takes the scopes openid, email and profile, openid among them.");
        }

        var team = First(query, "team");
        var tenants = directory.TenantsFor(app).Where(tenant => !(isSignIn && tenant.IsOrgWide) && (team is null || tenant.Id == team));
        AuthorizeChoice[] choices = [.. tenants.SelectMany(directory.UsersOf, (tenant, user) => new AuthorizeChoice(tenant, user))];
        if (choices.Length == 0)
        {
            return Refuse("invalid_team", $"There is no workspace that this app can be used in under the team of this link: {team ?? "any"}");
        }

        return (new(app, isSignIn, choices)
        {
            BotScopes = botScopes,
            UserScopes = userScopes,
            GivenRedirectUri = given,
            RedirectUri = given ?? registered[0].AbsoluteUri,
            State = First(query, "state") ?? "",
            Nonce = First(query, "nonce"),
        }, null);
    }

    public Uri RedirectWithCode(string code) => Redirect("code", code);

    public Uri RedirectWithDenial() => Redirect("error", "access_denied");

    public Grant Grant(AuthorizeChoice choice, DateTimeOffset now) => new()
    {
        App = App,
        IsSignIn = IsSignIn,
        Tenant = choice.Tenant,
        User = choice.User,
        BotScopes = BotScopes,
        UserScopes = UserScopes,
        RedirectUri = GivenRedirectUri,
        EffectiveRedirectUri = RedirectUri,
        Nonce = Nonce,
        IssuedAt = now,
    };

    /// <summary>Slack's rule: scheme, host and port are equal; the path is the registered one or below it.</summary>
    private static bool Covers(Uri registered, string given)
    {
        if (!Uri.TryCreate(given, UriKind.Absolute, out var uri)
            || uri.Fragment.Length > 0
            || uri.UserInfo.Length > 0
            || uri.Scheme != registered.Scheme
            || uri.Host != registered.Host
            || uri.Port != registered.Port)
        {
            return false;
        }

        var path = registered.AbsolutePath;
        return uri.AbsolutePath == path || uri.AbsolutePath.StartsWith(path.EndsWith('/') ? path : path + "/", StringComparison.Ordinal);
    }

    private static bool IsWellFormed(string scope) => scope.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is ':' or '.' or '-' or '_');

    private static string[] Scopes(Dictionary<string, StringValues> query, string name)
        => [.. (First(query, name) ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()];

    private static string? First(Dictionary<string, StringValues> query, string name)
        => query.TryGetValue(name, out var values) && values.Count > 0 && values[0] is { Length: > 0 } value ? value : null;

    private static (AuthorizeRequest? Request, AuthorizeProblem? Problem) Refuse(string error, string explanation) => (null, new(error, explanation));

    private Uri Redirect(string name, string value)
        => new(QueryHelpers.AddQueryString(RedirectUri, new Dictionary<string, string?> { [name] = value, ["state"] = State }));
}
