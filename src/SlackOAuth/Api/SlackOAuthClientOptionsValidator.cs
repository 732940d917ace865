using Microsoft.Extensions.Options;

namespace SlackOAuth;

internal sealed class SlackOAuthClientOptionsValidator : IValidateOptions<SlackOAuthClientOptions>
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, SlackOAuthClientOptions options)
    {
        var failures = new List<string>();
        if (string.IsNullOrWhiteSpace(options.ClientId) || options.ClientId.Contains(':', StringComparison.Ordinal))
        {
            failures.Add("ClientId is empty or no client id. Set it to the Client ID under \"Basic Information\" of the app's settings on api.slack.com.");
        }

        if (string.IsNullOrWhiteSpace(options.ClientSecret))
        {
            failures.Add("ClientSecret is empty. Set it to the Client Secret under \"Basic Information\" of the app's settings on api.slack.com.");
        }

        CheckUrl(options.ApiBaseUrl, nameof(options.ApiBaseUrl), "tokens travel to it");
        CheckUrl(options.OpenIdConfigurationUrl, nameof(options.OpenIdConfigurationUrl), "the keys that sign-ins are trusted by come from it");

        Check(options.AttemptTimeout > TimeSpan.Zero && options.AttemptTimeout <= LongestTimeout, nameof(options.AttemptTimeout), "over 0 and at most an hour");
        Check(options.TotalTimeout >= options.AttemptTimeout && options.TotalTimeout <= LongestTimeout, nameof(options.TotalTimeout), "at least AttemptTimeout and at most an hour");
        Check(options.MaxRetries is >= 0 and <= 10, nameof(options.MaxRetries), "0 to 10");
        Check(options.MaxRetryDelay >= TimeSpan.Zero && options.MaxRetryDelay <= LongestTimeout, nameof(options.MaxRetryDelay), "0 to an hour");
        Check(options.MaxResponseBytes > 0, nameof(options.MaxResponseBytes), "at least 1");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void CheckUrl(Uri? url, string option, string reason)
        {
            if (!WebUrl.TryParse(url?.OriginalString, out _))
            {
                failures.Add($"{option} is not an absolute https URL, and {reason}. Leave it out for Slack's own; plain http is for a stand-in on loopback.");
            }
        }

        void Check(bool holds, string option, string range)
        {
            if (!holds)
            {
                failures.Add($"{option} is out of range. Set it to {range}, or leave it out for the default.");
            }
        }
    }
}
