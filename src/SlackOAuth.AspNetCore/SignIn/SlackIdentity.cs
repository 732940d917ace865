using System.Security.Claims;

namespace SlackOAuth.AspNetCore;

/// <summary>Who signed in with Slack, as a validated id_token says. <see cref="ToString"/> shows ids only.</summary>
public sealed record SlackIdentity
{
    /// <summary>The claim type of <see cref="UserId"/>, which is Slack's own.</summary>
    public const string UserIdClaimType = "https://slack.com/user_id";

    /// <summary>The claim type of <see cref="TeamId"/>, which is Slack's own.</summary>
    public const string TeamIdClaimType = "https://slack.com/team_id";

    /// <summary>The claim type of the organization's id, which is Slack's own.</summary>
    public const string EnterpriseIdClaimType = "https://slack.com/enterprise_id";

    /// <summary>What Slack signed.</summary>
    public required SlackIdToken IdToken { get; init; }

    /// <summary>What <c>openid.connect.userInfo</c> answered; null where it was not asked (<see cref="SlackSignInOptions.UserInfoEnabled"/>).</summary>
    public OpenIdConnectUserInfo? UserInfo { get; init; }

    /// <summary>The user's id, which is unique within the workspace only.</summary>
    public string UserId => IdToken.UserId ?? IdToken.Subject;

    /// <summary>The workspace's id; null where Slack did not say. Anybody of any workspace can sign in: check it where your app is for some alone.</summary>
    public string? TeamId => IdToken.TeamId;

    /// <summary>Makes a principal for ASP.NET Core's authentication, such as <c>HttpContext.SignInAsync(identity.ToPrincipal())</c>.</summary>
    /// <remarks>
    /// <see cref="ClaimTypes.NameIdentifier"/> is <c>{team}:{user}</c>, since a user id alone is not unique (https://docs.slack.dev/authentication/sign-in-with-slack), and
    /// <c>{enterprise}:{user}</c> where Slack names no workspace;
    /// <see cref="ClaimTypes.Email"/> is there only where Slack has verified the address.
    /// </remarks>
    /// <param name="authenticationType">The name of the authentication, which makes the identity an authenticated one.</param>
    /// <exception cref="InvalidOperationException">Slack named neither a workspace nor an organization, so that the user cannot be told from others.</exception>
    public ClaimsPrincipal ToPrincipal(string authenticationType = "Slack")
    {
        ArgumentException.ThrowIfNullOrEmpty(authenticationType);
        var home = TeamId ?? IdToken.EnterpriseId
            ?? throw new InvalidOperationException(
                "The id_token names neither a workspace nor an organization, and a user id is unique only within one. Refuse this sign-in, or make a principal of your own from IdToken.");
        var identity = new ClaimsIdentity(authenticationType);
        Add(ClaimTypes.NameIdentifier, $"{home}:{UserId}");
        Add(ClaimTypes.Name, IdToken.Name);
        Add(ClaimTypes.GivenName, IdToken.GivenName);
        Add(ClaimTypes.Surname, IdToken.FamilyName);
        Add(ClaimTypes.Email, IdToken.EmailVerified ? IdToken.Email : null);
        Add(UserIdClaimType, UserId);
        Add(TeamIdClaimType, TeamId);
        Add(EnterpriseIdClaimType, IdToken.EnterpriseId);
        return new(identity);

        void Add(string type, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                identity.AddClaim(new(type, value));
            }
        }
    }

    /// <inheritdoc />
    public override string ToString() => $"{nameof(SlackIdentity)} {{ UserId = {UserId}, TeamId = {TeamId} }}";
}
