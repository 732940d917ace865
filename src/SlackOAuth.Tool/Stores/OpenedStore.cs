using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Stores;

/// <summary>The stores of one app, opened by the same builder as in the app itself.</summary>
internal sealed class OpenedStore : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private OpenedStore(StoreLocation location, string clientId, ServiceProvider services)
    {
        Location = location;
        ClientId = clientId;
        _services = services;
        Installations = services.GetRequiredService<IInstallationStore>();
        States = services.GetRequiredService<IOAuthStateStore>();
    }

    internal StoreLocation Location { get; }

    /// <summary>The app whose records these are.</summary>
    internal string ClientId { get; }

    /// <inheritdoc cref="StoreNotation.Description" />
    internal string Description => Location.Notation.Description;

    internal IInstallationStore Installations { get; }

    internal IOAuthStateStore States { get; }

    /// <summary>Listing, which every store of this family can.</summary>
    internal IInstallationListing Listing => Installations.GetCapability<IInstallationListing>()!;

    /// <summary>The history, which every store of this family can show.</summary>
    internal IInstallationHistory History => Installations.GetCapability<IInstallationHistory>()!;

    /// <summary>The options that a provider was opened with.</summary>
    /// <typeparam name="TOptions">The provider's options class.</typeparam>
    internal TOptions Options<TOptions>()
        where TOptions : class => _services.GetRequiredService<IOptions<TOptions>>().Value;

    /// <summary>Opens a store. Nothing is connected to before the first call.</summary>
    /// <param name="location">Which.</param>
    /// <param name="clientId">The app.</param>
    /// <param name="time">The clock of the store; null for the system's.</param>
    /// <exception cref="ToolException">A setting, the client id or the key folder is wrong.</exception>
    internal static OpenedStore Open(StoreLocation location, string clientId, TimeProvider? time = null)
    {
        var notation = location.Notation;
        if (notation.IsImporter)
        {
            throw ToolException.Usage($"{notation.Description} is what another SDK left, and can only be read by 'copy --from' and 'verify --from'. Name a store of this family here.");
        }

        var services = new ServiceCollection();
        if (time is not null)
        {
            services.AddSingleton(time);
        }

        var builder = services.AddSlackOAuthStores(options =>
        {
            options.ClientId = clientId;
            location.Settings.Apply(options);
            if (location.HistoryLength is { } length)
            {
                (options.HistoryEnabled, options.HistoryLength) = (true, length);
            }
        });
        Use(builder, location);
        Protect(builder, location);

        ServiceProvider? provider = null;
        try
        {
            provider = services.BuildServiceProvider();
            return new OpenedStore(location, clientId, provider);
        }
        catch (OptionsValidationException exception)
        {
            provider!.Dispose();
            throw ToolException.Usage($"{notation.Description} cannot be opened: {string.Join(' ', exception.Failures)}");
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static void Use(SlackOAuthStoresBuilder builder, StoreLocation location)
    {
        var (connection, settings, prepares) = (location.Notation.Connection, location.Settings, location.Prepares);
        _ = location.Notation.Scheme switch
        {
            StoreScheme.File => builder.UseFileSystem(options =>
            {
                (options.BaseDirectory, options.PrepareOnFirstUse) = (connection, prepares);
                settings.Apply(options);
            }),
            StoreScheme.Redis => builder.UseRedis(options =>
            {
                options.ConnectionString = connection;
                settings.Apply(options);
            }),
            StoreScheme.MongoDB => builder.UseMongoDB(options =>
            {
                (options.ConnectionString, options.PrepareOnFirstUse) = (connection, prepares);
                settings.Apply(options);
            }),
            StoreScheme.DynamoDB => builder.UseDynamoDB(options =>
            {
                options.PrepareOnFirstUse = prepares;
                options.TableName = connection.Length > 0 ? connection : options.TableName;
                settings.Apply(options);
            }),
            StoreScheme.SqlServer => builder.UseSqlServer(options =>
            {
                (options.ConnectionString, options.PrepareOnFirstUse) = (connection, prepares);
                settings.Apply(options);
            }),
            StoreScheme.PostgreSql => builder.UsePostgreSql(options =>
            {
                (options.ConnectionString, options.PrepareOnFirstUse) = (connection, prepares);
                settings.Apply(options);
            }),
            _ => builder.UseSqlite(options =>
            {
                (options.Path, options.PrepareOnFirstUse) = (connection, prepares);
                settings.Apply(options);
            }),
        };
    }

    /// <summary>Puts the protection around the stores, where the location has keys.</summary>
    /// <exception cref="ToolException">The key folder is not there.</exception>
    internal static void Protect(SlackOAuthStoresBuilder builder, StoreLocation location)
    {
        if (location.KeyFolder is not { } folder)
        {
            return;
        }

        // A folder that is not there is a mistyped one.
        if (!Directory.Exists(folder))
        {
            throw ToolException.Usage($"the key folder {folder} is not there. Name the folder that the app gives to PersistKeysToFileSystem.");
        }

        // The ring is the app's: no key is added to it here. A new one would read nothing, and would hide that the folder is the wrong one.
        var keys = builder.Services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(folder)).DisableAutomaticKeyGeneration();
        if (location.ApplicationName is { } name)
        {
            keys.SetApplicationName(name);
        }

        builder.ProtectTokens();
    }
}
