using System.Security.Cryptography;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SlackOAuth.AspNetCore;
using SlackOAuth.Stores;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of the stores.</summary>
public static class SlackOAuthHealthChecksBuilderExtensions
{
    /// <summary>The name of the check of the installation store.</summary>
    public const string InstallationsCheckName = "slackoauth_installations";

    /// <summary>The name of the check of the state store.</summary>
    public const string StatesCheckName = "slackoauth_states";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds a check of each store. It costs one round trip and writes nothing: the installation store is asked for a workspace that does not exist, the state store for a state that was never issued.
    /// Both are new each time, so that no cache answers. An engine that is not prepared fails, or is prepared, as at the app's first call.
    /// </summary>
    /// <param name="builder">What <c>AddHealthChecks</c> returns.</param>
    /// <param name="contracts">Which stores to check.</param>
    /// <param name="failureStatus">What a failure is reported as; null for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">The tags of both checks, to filter by; null for none.</param>
    /// <param name="timeout">When a check that is not answered has failed; null for 5 seconds.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddSlackOAuthStores(
        this IHealthChecksBuilder builder,
        StoreContracts contracts = StoreContracts.All,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var all = tags?.ToArray();
        if (contracts.HasFlag(StoreContracts.Installations))
        {
            Add(InstallationsCheckName, "installation", static async (services, cancellationToken) =>
                await services.GetRequiredService<IInstallationStore>().FindBotAsync(NoWorkspace(), cancellationToken).ConfigureAwait(false));
        }

        if (contracts.HasFlag(StoreContracts.States))
        {
            Add(StatesCheckName, "state", static async (services, cancellationToken) =>
                await services.GetRequiredService<IOAuthStateStore>().ConsumeAsync(OAuthState.Create(), cancellationToken: cancellationToken).ConfigureAwait(false));
        }

        return builder;

        // The store is made within the check: one that cannot be made is unhealthy, where a check that cannot be made would fail the whole report.
        void Add(string name, string store, Func<IServiceProvider, CancellationToken, Task> ask) => builder.Add(new HealthCheckRegistration(
            name, services => new StoreHealthCheck(store, cancellationToken => ask(services, cancellationToken)), failureStatus, all, timeout ?? DefaultTimeout));
    }

    /// <summary>An id that Slack's ids, upper-case letters and digits, never are.</summary>
    private static WorkspaceId NoWorkspace() => WorkspaceId.ForTeam($"health-check-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
}
