using Amazon.DynamoDBv2;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;
using SlackOAuth.Stores.DynamoDB;

// Several overloads with optional parameters: the type of the first one tells these two apart, now and when one of them grows.
#pragma warning disable RS0026

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses the DynamoDB stores.</summary>
public static class DynamoDBStoresBuilderExtensions
{
    private const string SystemName = "aws.dynamodb";

    /// <summary>Keeps what <paramref name="contracts"/> names in a table of DynamoDB, over a client that is made at the first call and closed with the container.</summary>
    /// <remarks>Safe to repeat; the options are checked when the host starts. [26] Credentials come from where the AWS SDK finds them.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options; null where they are configured elsewhere, or the defaults are right.</param>
    /// <param name="contracts">What DynamoDB is used for.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder UseDynamoDB(this SlackOAuthStoresBuilder builder, Action<DynamoDBStoreOptions>? configure = null, StoreContracts contracts = StoreContracts.All)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = AddOptions(builder);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        builder.Services.TryAddSingleton(services => new DynamoDBTable(OwnOptions(services)));
        return Use(builder, services => services.GetRequiredService<DynamoDBTable>(), contracts);
    }

    /// <summary>Keeps what <paramref name="contracts"/> names in a table of DynamoDB, over a client that the app has. It is never disposed here.</summary>
    /// <remarks>The table's name and the rest come from <see cref="DynamoDBStoreOptions"/>: <c>services.Configure&lt;DynamoDBStoreOptions&gt;(o => o.TableName = "…")</c>.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="client">The client.</param>
    /// <param name="contracts">What DynamoDB is used for.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder UseDynamoDB(this SlackOAuthStoresBuilder builder, IAmazonDynamoDB client, StoreContracts contracts = StoreContracts.All)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(client);
        AddOptions(builder);
        return Use(builder, services => new DynamoDBTable(OwnOptions(services), client), contracts);
    }

    private static OptionsBuilder<DynamoDBStoreOptions> AddOptions(SlackOAuthStoresBuilder builder)
    {
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DynamoDBStoreOptions>, DynamoDBStoreOptionsValidator>());
        return builder.Services.AddOptions<DynamoDBStoreOptions>().ValidateOnStart();
    }

    private static SlackOAuthStoresBuilder Use(SlackOAuthStoresBuilder builder, Func<IServiceProvider, DynamoDBTable> table, StoreContracts contracts)
    {
        if (contracts.HasFlag(StoreContracts.Installations))
        {
            builder.UseInstallationStore(SystemName, services => new DynamoDBInstallationStore(CommonOptions(services), table(services), services.GetRequiredService<TimeProvider>()));
        }

        if (contracts.HasFlag(StoreContracts.States))
        {
            builder.UseStateStore(SystemName, services => new DynamoDBOAuthStateStore(CommonOptions(services), table(services), services.GetRequiredService<TimeProvider>()));
        }

        return builder;
    }

    private static SlackOAuthStoresOptions CommonOptions(IServiceProvider services) => services.GetRequiredService<IOptions<SlackOAuthStoresOptions>>().Value;

    private static DynamoDBStoreOptions OwnOptions(IServiceProvider services) => services.GetRequiredService<IOptions<DynamoDBStoreOptions>>().Value;

    private sealed class DynamoDBStoreOptionsValidator : IValidateOptions<DynamoDBStoreOptions>
    {
        public ValidateOptionsResult Validate(string? name, DynamoDBStoreOptions options) =>
            options.FindFaults().ToArray() is { Length: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
