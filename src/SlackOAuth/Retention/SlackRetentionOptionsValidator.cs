using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SlackOAuth;

/// <summary>Checks the options of retention at start.</summary>
internal sealed class SlackRetentionOptionsValidator(IServiceProvider services) : IValidateOptions<SlackRetentionOptions>
{
    public ValidateOptionsResult Validate(string? name, SlackRetentionOptions options) =>
        FindFaults(options).ToArray() is { Length: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;

    private IEnumerable<string> FindFaults(SlackRetentionOptions options)
    {
        if (options.Interval < TimeSpan.FromMinutes(1) || options.Interval > TimeSpan.FromDays(30))
        {
            yield return Fault(nameof(options.Interval), options.Interval, "a minute to 30 days");
        }

        if (options.UnusedAfter < TimeSpan.FromDays(7))
        {
            yield return Fault(nameof(options.UnusedAfter), options.UnusedAfter, "7 days at least, or null to keep every workspace");
        }

        if (options.UnusedAfter is not null && services.GetService<IWorkspaceActivity>() is null)
        {
            yield return $"{nameof(SlackRetentionOptions)}.{nameof(options.UnusedAfter)} is set, and nothing knows when a workspace was used. "
                + $"Call {nameof(SlackRetentionStoresBuilderExtensions.TrackWorkspaceActivity)} on what AddSlackOAuth returns, or register an {nameof(IWorkspaceActivity)} of your own.";
        }

        if (options.MaxUnusedShare is not (> 0 and <= 1))
        {
            yield return Fault(nameof(options.MaxUnusedShare), options.MaxUnusedShare, "more than 0 and 1 at most");
        }

        if (options.HistoryOlderThan < TimeSpan.FromDays(1) || options.HistoryOlderThan > TimeSpan.FromDays(36_500))
        {
            yield return Fault(nameof(options.HistoryOlderThan), options.HistoryOlderThan, "a day to 36,500 days, or null to let history go by its length alone");
        }

        if (options.BatchSize is < 1 or > 10_000)
        {
            yield return Fault(nameof(options.BatchSize), options.BatchSize, "1 to 10,000");
        }

        if (options.BatchPause < TimeSpan.Zero || options.BatchPause > TimeSpan.FromHours(1))
        {
            yield return Fault(nameof(options.BatchPause), options.BatchPause, "none to an hour");
        }
    }

    private static string Fault(string option, object? value, string wanted) => FormattableString.Invariant($"{nameof(SlackRetentionOptions)}.{option} is {value}. Set it to {wanted}.");
}
