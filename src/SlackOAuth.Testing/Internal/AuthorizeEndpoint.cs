using System.Globalization;

namespace SlackOAuth.Testing;

/// <summary>The two authorize pages, and the same decision without HTML.</summary>
internal sealed class AuthorizeEndpoint(FakeSlackOptions options, FakeDirectory directory, Ledger ledger)
{
    public const string InstallPath = "oauth/v2/authorize";
    public const string SignInPath = "openid/connect/authorize";

    public Reply Show(string path, string? query)
    {
        var (request, problem) = AuthorizeRequest.Read(directory, path == SignInPath, query);
        return request is null ? AuthorizePage.Problem(problem!) : AuthorizePage.Ask(request);
    }

    public async Task<Reply> DecideAsync(string path, HttpRequest posted, CancellationToken cancellationToken)
    {
        var (request, problem) = AuthorizeRequest.Read(directory, path == SignInPath, posted.QueryString.Value);
        if (request is null)
        {
            return AuthorizePage.Problem(problem!);
        }

        var (form, _) = await ApiRequest.ReadAsync(posted, cancellationToken).ConfigureAwait(false);
        switch (form?["decision"])
        {
            case "cancel":
                return Reply.Redirect(request.RedirectWithDenial());
            case "allow" when int.TryParse(form["as"], NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < request.Choices.Count:
                return Reply.Redirect(Allow(request, request.Choices[index]));
            default:
                return AuthorizePage.Problem(new("invalid_decision", "The form was sent without Allow or Cancel, or without one of the choices offered."));
        }
    }

    public Uri Decide(Uri authorizeUri, AuthorizeDecision decision)
    {
        var address = authorizeUri.IsAbsoluteUri ? authorizeUri : new Uri(new("https://slack.com/"), authorizeUri);
        var path = address.AbsolutePath.TrimStart('/');
        if (path is not (InstallPath or SignInPath))
        {
            throw new ArgumentException($"'{address.AbsolutePath}' is no authorize page; they are /{InstallPath} and /{SignInPath}.", nameof(authorizeUri));
        }

        var (request, problem) = AuthorizeRequest.Read(directory, path == SignInPath, address.Query);
        if (request is null)
        {
            throw new ArgumentException($"Slack shows an error page instead of asking: {problem!.Error}. {problem.Explanation}", nameof(authorizeUri));
        }

        if (!decision.Allows)
        {
            return request.RedirectWithDenial();
        }

        var choice = request.Choices.FirstOrDefault(known =>
            (decision.TenantId is null || known.Tenant.Id == decision.TenantId) && (decision.UserId is null || known.User.Id == decision.UserId));
        return choice is null
            ? throw new ArgumentException(
                $"The page offers no user '{decision.UserId ?? "(any)"}' in '{decision.TenantId ?? "(any)"}'. An organization is offered where the app has {nameof(FakeSlackApp.OrgWideInstalls)}.",
                nameof(decision))
            : Allow(request, choice);
    }

    private Uri Allow(AuthorizeRequest request, AuthorizeChoice choice)
        => request.RedirectWithCode(ledger.IssueCode(request.Grant(choice, options.TimeProvider.GetUtcNow())));
}
