using Microsoft.Extensions.Diagnostics.HealthChecks;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>Asks a store once. An exception is told in words that hold no secret, and is not handed on: whoever logs the report would log what the driver wrote.</summary>
internal sealed class StoreHealthCheck(string store, Func<CancellationToken, Task> ask) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await ask(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy($"The {store} store answers.");
        }
        catch (SlackOAuthStoreException exception)
        {
            return new(context.Registration.FailureStatus, Log.Cause(exception));
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new(
                context.Registration.FailureStatus,
                $"The {store} store could not be asked ({exception.GetType().FullName}). What the exception says may hold a secret and is not shown; the app's first call shows it.");
        }
    }
}
