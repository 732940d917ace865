using System.Buffers;
using Microsoft.Extensions.Options;

namespace SlackOAuth.AspNetCore;

/// <summary>Checks the options at start: each message names the option, its configuration key and, where there is one, its environment variable.</summary>
internal sealed class SlackOAuthOptionsValidator : IValidateOptions<SlackOAuthOptions>
{
    private static readonly SearchValues<char> NotInPaths = SearchValues.Create("{}?#*\\ \r\n\t");
    private static readonly SearchValues<char> NotInLinks = SearchValues.Create("\\ \r\n\t");
    private static readonly SearchValues<char> NotInScopes = SearchValues.Create(" ,;\r\n\t");

    public ValidateOptionsResult Validate(string? name, SlackOAuthOptions options)
    {
        var faults = Credentials(options).Concat(Addresses(options)).Concat(Limits(options)).ToArray();
        return faults.Length > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }

    /// <summary>What to set, in the three places where it can be set.</summary>
    internal static string Set(string option, string? variable) =>
        variable is null
            ? $"Set {SlackOAuthOptions.SectionName}:{option.Replace('.', ':')} in the configuration"
            : $"Set {SlackOAuthOptions.SectionName}:{option.Replace('.', ':')} in the configuration or {variable} in the environment";

    private static IEnumerable<string> Credentials(SlackOAuthOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.ClientId))
        {
            yield return Fault(nameof(options.ClientId), "is missing", "SLACK_CLIENT_ID", "to the client id that Slack shows under \"Basic Information\" of the app");
        }

        if (string.IsNullOrWhiteSpace(options.ClientSecret))
        {
            yield return Fault(nameof(options.ClientSecret), "is missing", "SLACK_CLIENT_SECRET", "to the client secret that Slack shows under \"Basic Information\" of the app");
        }

        if (BadScope(options.Scopes) is { } scope)
        {
            yield return Fault(nameof(options.Scopes), scope, "SLACK_SCOPES", "to scopes such as commands,chat:write");
        }

        if (BadScope(options.UserScopes) is { } userScope)
        {
            yield return Fault(nameof(options.UserScopes), userScope, "SLACK_USER_SCOPES", "to scopes such as search:read");
        }

        if (!options.SignIn.Scopes.Contains("openid"))
        {
            yield return Fault("SignIn.Scopes", "lacks openid", null, "to openid, and email and profile where wanted");
        }
    }

    private static IEnumerable<string> Addresses(SlackOAuthOptions options)
    {
        (string Option, string Value, string? Variable)[] paths =
        [
            (nameof(options.InstallPath), options.InstallPath, "SLACK_INSTALL_PATH"),
            (nameof(options.CallbackPath), options.CallbackPath, "SLACK_REDIRECT_URI_PATH"),
            ("SignIn.Path", options.SignIn.Path, null),
            ("SignIn.CallbackPath", options.SignIn.CallbackPath, null),
        ];
        foreach (var (option, value, variable) in paths)
        {
            if (value is not ['/', not '/', ..] || value.AsSpan().ContainsAny(NotInPaths))
            {
                yield return Fault(option, "is no path", variable, "to a path that begins with one '/' and has no parameter, query or blank");
            }
            else if (paths.FirstOrDefault(other => other.Option != option && string.Equals(other.Value, value, StringComparison.OrdinalIgnoreCase)) is { Option: { } twin })
            {
                yield return Fault(option, $"is the same path as {nameof(SlackOAuthOptions)}.{twin}", variable, "to a path of its own");
            }
        }

        if (options.RedirectUri is not null && !IsWebAddress(options.RedirectUri))
        {
            yield return Fault(nameof(options.RedirectUri), "is no absolute http(s) address without a fragment", "SLACK_REDIRECT_URI", "to the redirect URL of the app's settings");
        }

        if (options.SignIn.RedirectUri is not null && !IsWebAddress(options.SignIn.RedirectUri))
        {
            yield return Fault("SignIn.RedirectUri", "is no absolute http(s) address without a fragment", null, "to the redirect URL of the app's settings");
        }

        if (string.IsNullOrWhiteSpace(options.Pages.ContentSecurityPolicy) || !options.Pages.ContentSecurityPolicy.All(static character => character is >= ' ' and <= '~'))
        {
            yield return Fault("Pages.ContentSecurityPolicy", "is empty, or no header can hold it", null, "to a policy in ASCII without line breaks, or leave it out for the default");
        }

        if (options.SuccessUrl is not null && !IsLink(options.SuccessUrl))
        {
            yield return Fault(nameof(options.SuccessUrl), "is neither an absolute URL nor a path of this app", null, "to a URL such as https://example.com/welcome or a path that begins with one '/'");
        }

        if (options.FailureUrl is not null && !IsLink(options.FailureUrl))
        {
            yield return Fault(nameof(options.FailureUrl), "is neither an absolute URL nor a path of this app", null, "to a URL such as https://example.com/sorry or a path that begins with one '/'");
        }

        if (options.SlackUrl is not { IsAbsoluteUri: true } slack || !(slack.Scheme == Uri.UriSchemeHttps || (slack.Scheme == Uri.UriSchemeHttp && slack.IsLoopback)))
        {
            yield return Fault(nameof(options.SlackUrl), "is neither https nor http on loopback", null, "to https://slack.com/, or to a stand-in on this machine");
        }
    }

    private static IEnumerable<string> Limits(SlackOAuthOptions options)
    {
        if (options.StateLifetime < TimeSpan.FromSeconds(1) || options.StateLifetime > TimeSpan.FromDays(1))
        {
            yield return Fault(nameof(options.StateLifetime), $"is {options.StateLifetime}", null, "to a second to a day; Slack's SDKs take 00:10:00");
        }

        if (!IsCookieName(options.StateCookieName))
        {
            yield return Fault(nameof(options.StateCookieName), "is no cookie name", null, "to letters, digits and '-'");
        }
        else if (options.StateCookieName.StartsWith("__", StringComparison.Ordinal))
        {
            yield return Fault(nameof(options.StateCookieName), "begins as the prefixes do that browsers give a meaning", null, "to a name without one, and StateCookieHostPrefixEnabled to true for __Host-");
        }

        foreach (var fault in RateLimits(options.RateLimits))
        {
            yield return fault;
        }

        if (options.MaxRequestBodyBytes < 1)
        {
            yield return Fault(nameof(options.MaxRequestBodyBytes), $"is {options.MaxRequestBodyBytes}", null, "to at least 1; Slack's requests are below 1048576");
        }

        if (options.InvalidSignatureStatusCode is not (401 or 403))
        {
            yield return Fault(nameof(options.InvalidSignatureStatusCode), $"is {options.InvalidSignatureStatusCode}", null, "to 401 or 403");
        }

        if (!Enum.IsDefined(options.UserTokenResolution))
        {
            yield return Fault(nameof(options.UserTokenResolution), "is none of the choices", null, "to Automatic, None, RequestingUser or Actor");
        }
    }

    private static IEnumerable<string> RateLimits(SlackRateLimitOptions limits)
    {
        const int most = 1_000_000;
        if (limits.RequestsPerClient is < 1 or > most)
        {
            yield return Fault("RateLimits.RequestsPerClient", $"is {limits.RequestsPerClient}", null, "to 1 to 1000000; RateLimits:Enabled is what switches them off");
        }

        if (limits.RequestsPerProxy < limits.RequestsPerClient || limits.RequestsPerProxy > most)
        {
            yield return Fault("RateLimits.RequestsPerProxy", $"is {limits.RequestsPerProxy}", null, "to at least RequestsPerClient and at most 1000000");
        }

        if (limits.Window < TimeSpan.FromSeconds(1) || limits.Window > TimeSpan.FromDays(1))
        {
            yield return Fault("RateLimits.Window", $"is {limits.Window}", null, "to a second to a day");
        }
    }

    private static string Fault(string option, string problem, string? variable, string value) =>
        $"{nameof(SlackOAuthOptions)}.{option} {problem}. {Set(option, variable)} {value}.";

    private static string? BadScope(IEnumerable<string> scopes) =>
        scopes.Any(static scope => scope.AsSpan().ContainsAny(NotInScopes)) ? "holds a scope with a blank or a separator in it" : null;

    private static bool IsWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) && uri.Fragment.Length == 0;

    /// <summary>A browser takes <c>//host</c> for another host, reads <c>\</c> as <c>/</c>, and drops a tab or a line break wherever it stands.</summary>
    private static bool IsLink(string text) =>
        !text.AsSpan().ContainsAny(NotInLinks)
        && (text is ['/'] or ['/', not '/', ..]
            || (text is not ['/', ..] && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is not ("javascript" or "data" or "vbscript" or "file")));

    private static bool IsCookieName(string name) =>
        name is { Length: > 0 } && name.All(static character => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character, StringComparison.Ordinal));
}
