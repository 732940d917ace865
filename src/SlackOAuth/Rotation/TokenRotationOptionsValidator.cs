using Microsoft.Extensions.Options;

namespace SlackOAuth;

internal sealed class TokenRotationOptionsValidator(IOptions<SlackOAuthClientOptions> client) : IValidateOptions<TokenRotationOptions>
{
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(12);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, TokenRotationOptions options)
    {
        var failures = new List<string>();
        Check(options.RefreshAhead > TimeSpan.Zero && options.RefreshAhead < TokenLifetime, nameof(options.RefreshAhead), "over 0 and under 12 hours");
        Check(
            options.LeaseDuration > client.Value.TotalTimeout && options.LeaseDuration <= Day,
            nameof(options.LeaseDuration),
            $"more than {nameof(SlackOAuthClientOptions)}.{nameof(SlackOAuthClientOptions.TotalTimeout)} ({client.Value.TotalTimeout}), so that no call outlives its lease, and at most a day");
        Check(options.MaxWait >= TimeSpan.Zero && options.MaxWait <= Day, nameof(options.MaxWait), "0 to a day");
        Check(options.MaxWaitWhileValid >= TimeSpan.Zero && options.MaxWaitWhileValid <= Day, nameof(options.MaxWaitWhileValid), "0 to a day");
        Check(options.BackgroundInterval >= TimeSpan.FromSeconds(1) && options.BackgroundInterval <= Day, nameof(options.BackgroundInterval), "a second to a day");
        Check(options.BackgroundBatchSize is >= 1 and <= 1_000, nameof(options.BackgroundBatchSize), "1 to 1000");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(bool holds, string option, string range)
        {
            if (!holds)
            {
                failures.Add($"{nameof(TokenRotationOptions)}.{option} is out of range. Set it to {range}, or leave it out for the default.");
            }
        }
    }
}
