using System.Text.Json.Serialization;

namespace SlackOAuth;

/// <summary>The answer of <c>oauth.v2.access</c>, for a code and for a refresh token. <see cref="ToString"/> shows ids only.</summary>
/// <remarks>See https://docs.slack.dev/reference/methods/oauth.v2.access.</remarks>
public sealed record OAuthAccess
{
    /// <summary>The app's id.</summary>
    [JsonPropertyName("app_id")]
    public string? AppId { get; init; }

    /// <summary>The bot token; where a user's refresh token was exchanged, the user token; null where only user scopes were asked for.</summary>
    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }

    /// <summary>What <see cref="AccessToken"/> is: <c>bot</c> or <c>user</c>.</summary>
    [JsonPropertyName("token_type")]
    public string? TokenType { get; init; }

    /// <summary>The scopes of <see cref="AccessToken"/>, comma-separated.</summary>
    [JsonPropertyName("scope")]
    public string? Scope { get; init; }

    /// <summary>The user id of the bot.</summary>
    [JsonPropertyName("bot_user_id")]
    public string? BotUserId { get; init; }

    /// <summary>The refresh token of <see cref="AccessToken"/>, which works once; null without rotation.</summary>
    [JsonPropertyName("refresh_token")]
    public string? RefreshToken { get; init; }

    /// <summary>In how many seconds <see cref="AccessToken"/> expires; null without rotation.</summary>
    [JsonPropertyName("expires_in")]
    public long? ExpiresIn { get; init; }

    /// <summary>The workspace; null for an org-wide install.</summary>
    [JsonPropertyName("team")]
    public SlackIdAndName? Team { get; init; }

    /// <summary>The organization of Enterprise Grid; null without one.</summary>
    [JsonPropertyName("enterprise")]
    public SlackIdAndName? Enterprise { get; init; }

    /// <summary>Whether the install is org-wide.</summary>
    [JsonPropertyName("is_enterprise_install")]
    public bool? IsEnterpriseInstall { get; init; }

    /// <summary>The user who installed.</summary>
    [JsonPropertyName("authed_user")]
    public OAuthAccessUser? AuthedUser { get; init; }

    /// <summary>The incoming webhook; null where its scope was not asked for.</summary>
    [JsonPropertyName("incoming_webhook")]
    public OAuthAccessIncomingWebhook? IncomingWebhook { get; init; }

    /// <inheritdoc />
    public override string ToString() =>
        $"{nameof(OAuthAccess)} {{ AppId = {AppId}, Enterprise = {Enterprise?.Id}, Team = {Team?.Id}, User = {AuthedUser?.Id}, TokenType = {TokenType} }}";
}

/// <summary>A workspace or an organization in an answer of Slack's.</summary>
public sealed record SlackIdAndName
{
    /// <summary>The id (<c>T…</c> or <c>E…</c>).</summary>
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    /// <summary>The name.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }
}

/// <summary>The user who installed. <see cref="ToString"/> shows the id only.</summary>
public sealed record OAuthAccessUser
{
    /// <summary>The user's id.</summary>
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    /// <summary>The user token; null where no user scopes were asked for.</summary>
    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }

    /// <summary>What <see cref="AccessToken"/> is: <c>user</c>.</summary>
    [JsonPropertyName("token_type")]
    public string? TokenType { get; init; }

    /// <summary>The scopes of <see cref="AccessToken"/>, comma-separated.</summary>
    [JsonPropertyName("scope")]
    public string? Scope { get; init; }

    /// <summary>The refresh token of <see cref="AccessToken"/>, which works once; null without rotation.</summary>
    [JsonPropertyName("refresh_token")]
    public string? RefreshToken { get; init; }

    /// <summary>In how many seconds <see cref="AccessToken"/> expires; null without rotation.</summary>
    [JsonPropertyName("expires_in")]
    public long? ExpiresIn { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"{nameof(OAuthAccessUser)} {{ Id = {Id} }}";
}

/// <summary>An incoming webhook. <see cref="ToString"/> does not show its URL, which is a secret.</summary>
public sealed record OAuthAccessIncomingWebhook
{
    /// <summary>The URL that messages are posted to: a secret.</summary>
    [JsonPropertyName("url")]
    public string? Url { get; init; }

    /// <summary>The channel's name.</summary>
    [JsonPropertyName("channel")]
    public string? Channel { get; init; }

    /// <summary>The channel's id.</summary>
    [JsonPropertyName("channel_id")]
    public string? ChannelId { get; init; }

    /// <summary>Where the webhook is configured.</summary>
    [JsonPropertyName("configuration_url")]
    public string? ConfigurationUrl { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"{nameof(OAuthAccessIncomingWebhook)} {{ ChannelId = {ChannelId} }}";
}

/// <summary>The answer of <c>auth.test</c>.</summary>
/// <remarks>See https://docs.slack.dev/reference/methods/auth.test.</remarks>
public sealed record AuthTest
{
    /// <summary>The URL of the workspace, or of the organization where the install is org-wide.</summary>
    [JsonPropertyName("url")]
    public string? Url { get; init; }

    /// <summary>The name of the workspace or organization.</summary>
    [JsonPropertyName("team")]
    public string? Team { get; init; }

    /// <summary>The id of the workspace; of the organization where the install is org-wide.</summary>
    [JsonPropertyName("team_id")]
    public string? TeamId { get; init; }

    /// <summary>The name of the user or bot user.</summary>
    [JsonPropertyName("user")]
    public string? User { get; init; }

    /// <summary>The id of the user or bot user.</summary>
    [JsonPropertyName("user_id")]
    public string? UserId { get; init; }

    /// <summary>The bot's id; null for a user token.</summary>
    [JsonPropertyName("bot_id")]
    public string? BotId { get; init; }

    /// <summary>The organization's id; null without one.</summary>
    [JsonPropertyName("enterprise_id")]
    public string? EnterpriseId { get; init; }

    /// <summary>Whether the install is org-wide.</summary>
    [JsonPropertyName("is_enterprise_install")]
    public bool? IsEnterpriseInstall { get; init; }
}

/// <summary>The answer of <c>auth.revoke</c>.</summary>
/// <remarks>See https://docs.slack.dev/reference/methods/auth.revoke.</remarks>
public sealed record AuthRevoke
{
    /// <summary>Whether the token was revoked.</summary>
    [JsonPropertyName("revoked")]
    public bool Revoked { get; init; }
}

/// <summary>The answer of <c>openid.connect.token</c>. <see cref="ToString"/> shows no token.</summary>
/// <remarks>See https://docs.slack.dev/reference/methods/openid.connect.token.</remarks>
public sealed record OpenIdConnectToken
{
    /// <summary>The token for <see cref="SlackOAuthClient.GetUserInfoAsync"/>.</summary>
    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }

    /// <summary>What <see cref="AccessToken"/> is: <c>Bearer</c>.</summary>
    [JsonPropertyName("token_type")]
    public string? TokenType { get; init; }

    /// <summary>Who signed in, signed by Slack; trust nothing in it before <see cref="SlackIdTokenValidator"/> has seen it.</summary>
    [JsonPropertyName("id_token")]
    public string? IdToken { get; init; }

    /// <summary>The refresh token, which works once; null without rotation.</summary>
    [JsonPropertyName("refresh_token")]
    public string? RefreshToken { get; init; }

    /// <summary>In how many seconds <see cref="AccessToken"/> expires; null without rotation.</summary>
    [JsonPropertyName("expires_in")]
    public long? ExpiresIn { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"{nameof(OpenIdConnectToken)} {{ TokenType = {TokenType} }}";
}

/// <summary>The answer of <c>openid.connect.userInfo</c>. <see cref="ToString"/> shows ids only.</summary>
/// <remarks>See https://docs.slack.dev/reference/methods/openid.connect.userInfo.</remarks>
public sealed record OpenIdConnectUserInfo
{
    /// <summary>The subject: the user's id.</summary>
    [JsonPropertyName("sub")]
    public string? Subject { get; init; }

    /// <summary>The user's id.</summary>
    [JsonPropertyName("https://slack.com/user_id")]
    public string? UserId { get; init; }

    /// <summary>The workspace's id.</summary>
    [JsonPropertyName("https://slack.com/team_id")]
    public string? TeamId { get; init; }

    /// <summary>The workspace's name.</summary>
    [JsonPropertyName("https://slack.com/team_name")]
    public string? TeamName { get; init; }

    /// <summary>The workspace's domain: what stands before <c>.slack.com</c>.</summary>
    [JsonPropertyName("https://slack.com/team_domain")]
    public string? TeamDomain { get; init; }

    /// <summary>The organization's id; null without one.</summary>
    [JsonPropertyName("https://slack.com/enterprise_id")]
    public string? EnterpriseId { get; init; }

    /// <summary>The organization's name; null without one.</summary>
    [JsonPropertyName("https://slack.com/enterprise_name")]
    public string? EnterpriseName { get; init; }

    /// <summary>The e-mail address; null where the scope <c>email</c> was not granted.</summary>
    [JsonPropertyName("email")]
    public string? Email { get; init; }

    /// <summary>Whether the address was verified.</summary>
    [JsonPropertyName("email_verified")]
    public bool? EmailVerified { get; init; }

    /// <summary>The name; null where the scope <c>profile</c> was not granted.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    /// <summary>The given name.</summary>
    [JsonPropertyName("given_name")]
    public string? GivenName { get; init; }

    /// <summary>The family name.</summary>
    [JsonPropertyName("family_name")]
    public string? FamilyName { get; init; }

    /// <summary>The URL of the picture.</summary>
    [JsonPropertyName("picture")]
    public string? Picture { get; init; }

    /// <summary>The locale, such as <c>en-US</c>.</summary>
    [JsonPropertyName("locale")]
    public string? Locale { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"{nameof(OpenIdConnectUserInfo)} {{ UserId = {UserId}, TeamId = {TeamId} }}";
}

/// <summary>The answer of <c>views.open</c>.</summary>
/// <remarks>See https://docs.slack.dev/reference/methods/views.open.</remarks>
public sealed record ViewsOpen
{
    /// <summary>The view that was opened.</summary>
    [JsonPropertyName("view")]
    public SlackView? View { get; init; }
}

/// <summary>A view that Slack shows.</summary>
public sealed record SlackView
{
    /// <summary>The view's id.</summary>
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    /// <summary>The hash to send along with an update.</summary>
    [JsonPropertyName("hash")]
    public string? Hash { get; init; }
}

/// <summary>What every answer of Slack's has.</summary>
internal sealed record SlackEnvelope
{
    [JsonPropertyName("ok")]
    public bool? Ok { get; init; }

    [JsonPropertyName("error")]
    public string? Error { get; init; }

    [JsonPropertyName("needed")]
    public string? Needed { get; init; }

    [JsonPropertyName("provided")]
    public string? Provided { get; init; }

    [JsonPropertyName("response_metadata")]
    public SlackResponseMetadata? ResponseMetadata { get; init; }
}

internal sealed record SlackResponseMetadata
{
    [JsonPropertyName("messages")]
    public IReadOnlyList<string?>? Messages { get; init; }
}

[JsonSerializable(typeof(SlackEnvelope))]
[JsonSerializable(typeof(OAuthAccess))]
[JsonSerializable(typeof(AuthTest))]
[JsonSerializable(typeof(AuthRevoke))]
[JsonSerializable(typeof(OpenIdConnectToken))]
[JsonSerializable(typeof(OpenIdConnectUserInfo))]
[JsonSerializable(typeof(ViewsOpen))]
internal sealed partial class SlackOAuthJsonContext : JsonSerializerContext;
