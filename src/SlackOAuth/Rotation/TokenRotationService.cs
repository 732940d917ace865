using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace SlackOAuth;

/// <summary>Rotates tokens ahead of time, where <see cref="TokenRotationOptions.BackgroundEnabled"/> is on: in batches, a few tokens at once, with pauses that no two processes share.</summary>
internal sealed class TokenRotationService(IServiceProvider services, IOptions<TokenRotationOptions> options, TimeProvider time, ILogger<TokenRotator> logger) : BackgroundService
{
    private const int AtOnce = 4;

    private static readonly TimeSpan BetweenBatches = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // An app for sign-ins alone has no installations.
        if (!options.Value.Enabled || services.GetService<IInstallationStore>() is not { } store)
        {
            return;
        }

        // Made here, at start, for what it may have to warn of.
        var rotator = services.GetRequiredService<TokenRotator>();
        if (!options.Value.BackgroundEnabled)
        {
            return;
        }

        if (store.GetCapability<IInstallationListing>() is not { } listing)
        {
            Log.NoListing(logger);
            return;
        }

        try
        {
            await Task.Delay(Jitter.PartOf(options.Value.BackgroundInterval), time, stoppingToken).ConfigureAwait(false);
            while (true)
            {
                await TrySweepAsync(listing, rotator, stoppingToken).ConfigureAwait(false);
                await Task.Delay(Jitter.Of(options.Value.BackgroundInterval), time, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // A host that is disposed without being stopped would call it a failure.
        }
    }

    private async Task TrySweepAsync(IInstallationListing listing, TokenRotator rotator, CancellationToken stoppingToken)
    {
        try
        {
            await SweepAsync(listing, rotator, stoppingToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            // Whatever it was: an exception that left a hosted service would end the app.
            Log.SweepFailed(logger, Log.Cause(exception));
        }
    }

    private async Task SweepAsync(IInstallationListing listing, TokenRotator rotator, CancellationToken cancellationToken)
    {
        var unreadable = new UnreadableRecords();
        await RotateAsync(unreadable.PassOver(listing.ListBotsAsync(cancellationToken), cancellationToken).Where(rotator.IsDue), rotator.RotateAheadAsync, rotator, cancellationToken).ConfigureAwait(false);
        await RotateAsync(unreadable.PassOver(listing.ListInstallationsAsync(cancellationToken), cancellationToken).Where(rotator.IsDue), rotator.RotateAheadAsync, rotator, cancellationToken).ConfigureAwait(false);
        if (unreadable.First is { } first)
        {
            Log.RecordsPassedOver(logger, unreadable.Count, Log.Cause(first));
        }
    }

    private async Task RotateAsync<T>(IAsyncEnumerable<T> due, Func<T, CancellationToken, ValueTask> rotateAsync, TokenRotator rotator, CancellationToken cancellationToken)
    {
        await foreach (var batch in due.Chunk(options.Value.BackgroundBatchSize).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (rotator.IsRateLimited)
            {
                return;
            }

            await Parallel.ForEachAsync(batch, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, rotateAsync).ConfigureAwait(false);
            Log.Swept(logger, batch.Length);
            await Task.Delay(Jitter.Of(BetweenBatches), time, cancellationToken).ConfigureAwait(false);
        }
    }
}
