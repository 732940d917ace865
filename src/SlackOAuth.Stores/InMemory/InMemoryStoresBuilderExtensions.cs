using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses the in-memory stores.</summary>
public static class InMemoryStoresBuilderExtensions
{
    /// <summary>Keeps what <paramref name="contracts"/> names in the memory of the process, for tests and trials: everything is lost with the process.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="contracts">What the memory is used for.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder UseInMemory(this SlackOAuthStoresBuilder builder, StoreContracts contracts = StoreContracts.All)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<InMemoryStoreData>();
        if (contracts.HasFlag(StoreContracts.Installations))
        {
            builder.UseInstallationStore(
                "in_memory",
                services => new InMemoryInstallationStore(Options(services), services.GetRequiredService<InMemoryStoreData>(), services.GetRequiredService<TimeProvider>()));
        }

        if (contracts.HasFlag(StoreContracts.States))
        {
            builder.UseStateStore(
                "in_memory",
                services => new InMemoryOAuthStateStore(Options(services), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<InMemoryStoreData>()));
        }

        return builder;
    }

    private static SlackOAuthStoresOptions Options(IServiceProvider services) => services.GetRequiredService<IOptions<SlackOAuthStoresOptions>>().Value;
}
