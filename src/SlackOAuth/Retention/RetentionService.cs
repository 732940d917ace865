using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace SlackOAuth;

/// <summary>Sweeps at times that differ from process to process.</summary>
internal sealed class RetentionService(SlackRetention retention, IOptions<SlackRetentionOptions> options, TimeProvider time) : BackgroundService
{
    // An app that is restarted more often than the interval sweeps all the same.
    private static readonly TimeSpan MaxFirstDelay = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.Interval;
        try
        {
            await Task.Delay(Jitter.PartOf(interval < MaxFirstDelay ? interval : MaxFirstDelay), time, stoppingToken).ConfigureAwait(false);
            while (true)
            {
                await retention.SweepAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(Jitter.Of(interval), time, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // A host that is disposed without being stopped would call it a failure.
        }
    }
}
