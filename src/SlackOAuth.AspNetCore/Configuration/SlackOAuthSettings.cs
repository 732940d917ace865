using Microsoft.Extensions.Configuration;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>What a configuration section or the environment sets; null where it sets nothing. The options themselves hold delegates, which no binder can read.</summary>
internal sealed class SlackOAuthSettings
{
    // Fields, which the binder passes over: a list of scopes may be an array or one text, and is read here.
    private ScopeList? _scopes;
    private ScopeList? _userScopes;
    private ScopeList? _signInScopes;

    public string? ClientId { get; set; }

    public string? ClientSecret { get; set; }

    public string? SigningSecret { get; set; }

    public string? RedirectUri { get; set; }

    public string? InstallPath { get; set; }

    public string? CallbackPath { get; set; }

    public bool? InstallPageEnabled { get; set; }

    public string? AppName { get; set; }

    public string? SuccessUrl { get; set; }

    public string? FailureUrl { get; set; }

    public string? StateCookieName { get; set; }

    public bool? StateCookieHostPrefixEnabled { get; set; }

    public TimeSpan? StateLifetime { get; set; }

    public bool? StateVerificationEnabled { get; set; }

    public Uri? SlackUrl { get; set; }

    public UserTokenResolution? UserTokenResolution { get; set; }

    public bool? GridFallbackEnabled { get; set; }

    public int? MaxRequestBodyBytes { get; set; }

    public int? InvalidSignatureStatusCode { get; set; }

    public string? NotInstalledMessage { get; set; }

    public SlackRateLimitSettings? RateLimits { get; set; }

    public TokenRotationSettings? Rotation { get; set; }

    public SlackSignInSettings? SignIn { get; set; }

    internal static SlackOAuthSettings? FromSection(IConfiguration section)
    {
        if (section.Get<SlackOAuthSettings>() is not { } settings)
        {
            return null;
        }

        settings._scopes = ReadScopes(section.GetSection(nameof(SlackOAuthOptions.Scopes)));
        settings._userScopes = ReadScopes(section.GetSection(nameof(SlackOAuthOptions.UserScopes)));
        settings._signInScopes = ReadScopes(section.GetSection($"{nameof(SlackOAuthOptions.SignIn)}:{nameof(SlackSignInOptions.Scopes)}"));
        return settings;
    }

    /// <summary>Reads the variables of Bolt for Python's OAuthSettings. An empty variable sets nothing.</summary>
    internal static SlackOAuthSettings FromEnvironment(Func<string, string?> read)
    {
        return new()
        {
            ClientId = Read("SLACK_CLIENT_ID"),
            ClientSecret = Read("SLACK_CLIENT_SECRET"),
            SigningSecret = Read("SLACK_SIGNING_SECRET"),
            _scopes = Read("SLACK_SCOPES") is { } scopes ? ScopeList.Parse(scopes) : null,
            _userScopes = Read("SLACK_USER_SCOPES") is { } userScopes ? ScopeList.Parse(userScopes) : null,
            RedirectUri = Read("SLACK_REDIRECT_URI"),
            InstallPath = Read("SLACK_INSTALL_PATH"),
            CallbackPath = Read("SLACK_REDIRECT_URI_PATH"),
        };

        string? Read(string name) => read(name) is { Length: > 0 } value ? value : null;
    }

    internal void ApplyTo(SlackOAuthOptions options)
    {
        options.ClientId = ClientId ?? options.ClientId;
        options.ClientSecret = ClientSecret ?? options.ClientSecret;
        options.SigningSecret = SigningSecret ?? options.SigningSecret;
        options.Scopes = _scopes ?? options.Scopes;
        options.UserScopes = _userScopes ?? options.UserScopes;
        options.RedirectUri = RedirectUri ?? options.RedirectUri;
        options.InstallPath = InstallPath ?? options.InstallPath;
        options.CallbackPath = CallbackPath ?? options.CallbackPath;
        options.InstallPageEnabled = InstallPageEnabled ?? options.InstallPageEnabled;
        options.AppName = AppName ?? options.AppName;
        options.SuccessUrl = SuccessUrl ?? options.SuccessUrl;
        options.FailureUrl = FailureUrl ?? options.FailureUrl;
        options.StateCookieName = StateCookieName ?? options.StateCookieName;
        options.StateCookieHostPrefixEnabled = StateCookieHostPrefixEnabled ?? options.StateCookieHostPrefixEnabled;
        options.StateLifetime = StateLifetime ?? options.StateLifetime;
        options.StateVerificationEnabled = StateVerificationEnabled ?? options.StateVerificationEnabled;
        options.SlackUrl = SlackUrl ?? options.SlackUrl;
        options.UserTokenResolution = UserTokenResolution ?? options.UserTokenResolution;
        options.GridFallbackEnabled = GridFallbackEnabled ?? options.GridFallbackEnabled;
        options.MaxRequestBodyBytes = MaxRequestBodyBytes ?? options.MaxRequestBodyBytes;
        options.InvalidSignatureStatusCode = InvalidSignatureStatusCode ?? options.InvalidSignatureStatusCode;
        options.NotInstalledMessage = NotInstalledMessage ?? options.NotInstalledMessage;
        options.RateLimits.Enabled = RateLimits?.Enabled ?? options.RateLimits.Enabled;
        options.RateLimits.RequestsPerClient = RateLimits?.RequestsPerClient ?? options.RateLimits.RequestsPerClient;
        options.RateLimits.RequestsPerProxy = RateLimits?.RequestsPerProxy ?? options.RateLimits.RequestsPerProxy;
        options.RateLimits.Window = RateLimits?.Window ?? options.RateLimits.Window;
        Rotation?.ApplyTo(options.Rotation);
        options.SignIn.Path = SignIn?.Path ?? options.SignIn.Path;
        options.SignIn.CallbackPath = SignIn?.CallbackPath ?? options.SignIn.CallbackPath;
        options.SignIn.RedirectUri = SignIn?.RedirectUri ?? options.SignIn.RedirectUri;
        options.SignIn.Scopes = _signInScopes ?? options.SignIn.Scopes;
        options.SignIn.UserInfoEnabled = SignIn?.UserInfoEnabled ?? options.SignIn.UserInfoEnabled;
    }

    private static ScopeList? ReadScopes(IConfigurationSection section) =>
        section.Value is { } joined
            ? ScopeList.Parse(joined)
            : section.GetChildren().Select(child => child.Value ?? "").ToArray() is { Length: > 0 } scopes ? ScopeList.Create(scopes) : null;
}

/// <summary>The part of <see cref="SlackOAuthSettings"/> that is about rate limits.</summary>
internal sealed class SlackRateLimitSettings
{
    public bool? Enabled { get; set; }

    public int? RequestsPerClient { get; set; }

    public int? RequestsPerProxy { get; set; }

    public TimeSpan? Window { get; set; }
}

/// <summary>The part of <see cref="SlackOAuthSettings"/> that is about Sign in with Slack.</summary>
internal sealed class SlackSignInSettings
{
    public string? Path { get; set; }

    public string? CallbackPath { get; set; }

    public string? RedirectUri { get; set; }

    public bool? UserInfoEnabled { get; set; }
}

/// <summary>The part of <see cref="SlackOAuthSettings"/> that is about token rotation.</summary>
internal sealed class TokenRotationSettings
{
    public bool? Enabled { get; set; }

    public TimeSpan? RefreshAhead { get; set; }

    public TimeSpan? LeaseDuration { get; set; }

    public TimeSpan? MaxWait { get; set; }

    public TimeSpan? MaxWaitWhileValid { get; set; }

    public bool? BackgroundEnabled { get; set; }

    public TimeSpan? BackgroundInterval { get; set; }

    public int? BackgroundBatchSize { get; set; }

    internal void ApplyTo(TokenRotationOptions options)
    {
        options.Enabled = Enabled ?? options.Enabled;
        options.RefreshAhead = RefreshAhead ?? options.RefreshAhead;
        options.LeaseDuration = LeaseDuration ?? options.LeaseDuration;
        options.MaxWait = MaxWait ?? options.MaxWait;
        options.MaxWaitWhileValid = MaxWaitWhileValid ?? options.MaxWaitWhileValid;
        options.BackgroundEnabled = BackgroundEnabled ?? options.BackgroundEnabled;
        options.BackgroundInterval = BackgroundInterval ?? options.BackgroundInterval;
        options.BackgroundBatchSize = BackgroundBatchSize ?? options.BackgroundBatchSize;
    }
}
