using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;
using SlackOAuth.Stores.FileSystem;

// Several overloads with optional parameters: the required path tells these two apart, now and when one of them grows.
#pragma warning disable RS0026

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses the file system stores.</summary>
public static class FileSystemStoresBuilderExtensions
{
    private const string SystemName = "file_system";

    /// <summary>Keeps what <paramref name="contracts"/> names in files. Safe to repeat; the options are checked when the host starts. [26]</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options; null for the defaults, or where they are configured elsewhere.</param>
    /// <param name="contracts">What the files are used for.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder UseFileSystem(
        this SlackOAuthStoresBuilder builder,
        Action<FileSystemStoreOptions>? configure = null,
        StoreContracts contracts = StoreContracts.All)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = builder.Services.AddOptions<FileSystemStoreOptions>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FileSystemStoreOptions>, FileSystemStoreOptionsValidator>());
        if (contracts.HasFlag(StoreContracts.Installations))
        {
            builder.UseInstallationStore(
                SystemName,
                services => new FileSystemInstallationStore(CommonOptions(services), OwnOptions(services), services.GetRequiredService<TimeProvider>()));
        }

        if (contracts.HasFlag(StoreContracts.States))
        {
            builder.UseStateStore(
                SystemName,
                services => new FileSystemOAuthStateStore(CommonOptions(services), OwnOptions(services), services.GetRequiredService<TimeProvider>()));
        }

        return builder;
    }

    /// <summary>Keeps what <paramref name="contracts"/> names in files under a folder.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="baseDirectory">The folder; see <see cref="FileSystemStoreOptions.BaseDirectory"/>.</param>
    /// <param name="contracts">What the files are used for.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder UseFileSystem(this SlackOAuthStoresBuilder builder, string baseDirectory, StoreContracts contracts = StoreContracts.All) =>
        builder.UseFileSystem(options => options.BaseDirectory = baseDirectory, contracts);

    private static SlackOAuthStoresOptions CommonOptions(IServiceProvider services) => services.GetRequiredService<IOptions<SlackOAuthStoresOptions>>().Value;

    private static FileSystemStoreOptions OwnOptions(IServiceProvider services) => services.GetRequiredService<IOptions<FileSystemStoreOptions>>().Value;

    private sealed class FileSystemStoreOptionsValidator : IValidateOptions<FileSystemStoreOptions>
    {
        public ValidateOptionsResult Validate(string? name, FileSystemStoreOptions options) =>
            options.FindFaults().ToArray() is { Length: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
