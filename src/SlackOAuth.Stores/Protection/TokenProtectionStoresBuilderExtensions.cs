using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;
using SlackOAuth.Stores.Protection;

// Several overloads with optional parameters: the required one tells these two apart, now and when one of them grows.
#pragma warning disable RS0026

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Encrypts what the stores keep.</summary>
public static class TokenProtectionStoresBuilderExtensions
{
    /// <summary>Encrypts tokens, refresh tokens, webhook addresses and what states carry before the provider sees them: by the <see cref="ITokenProtector"/> among the services or, where
    /// there is none, by ASP.NET Core Data Protection, which <c>AddDataProtection</c> adds.</summary>
    /// <remarks>Safe to repeat, before or after the provider's <c>UseX</c>; the last choice for a contract counts. That there is something to encrypt with is checked when the host starts. [26]</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options; null for the defaults, under which records that were saved before are read as they are.</param>
    /// <param name="contracts">What is protected.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder ProtectTokens(this SlackOAuthStoresBuilder builder, Action<TokenProtectionOptions>? configure = null, StoreContracts contracts = StoreContracts.All)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        return Protect(
            builder,
            static services => services.GetService<ITokenProtector>() ?? (services.GetService<IDataProtectionProvider>() is { } provider ? new DataProtectionTokenProtector(provider) : null),
            contracts);
    }

    /// <summary>Encrypts tokens, refresh tokens, webhook addresses and what states carry before the provider sees them, by a protector of the app's own.</summary>
    /// <remarks>As the other overload; further options by <c>services.Configure&lt;TokenProtectionOptions&gt;(…)</c>. The protector is never disposed here.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="protector">Encrypts and decrypts.</param>
    /// <param name="contracts">What is protected.</param>
    /// <returns>The builder.</returns>
    public static SlackOAuthStoresBuilder ProtectTokens(this SlackOAuthStoresBuilder builder, ITokenProtector protector, StoreContracts contracts = StoreContracts.All)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(protector);
        return Protect(builder, _ => protector, contracts);
    }

    private static SlackOAuthStoresBuilder Protect(SlackOAuthStoresBuilder builder, Func<IServiceProvider, ITokenProtector?> findProtector, StoreContracts contracts)
    {
        builder.Services.AddOptions<TokenProtectionOptions>().ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TokenProtectionOptions>, TokenProtectionOptionsValidator>());
        if (contracts.HasFlag(StoreContracts.Installations))
        {
            builder.Services.Replace(ServiceDescriptor.Singleton(new TokenProtection<IInstallationStore>(findProtector)));
        }

        if (contracts.HasFlag(StoreContracts.States))
        {
            builder.Services.Replace(ServiceDescriptor.Singleton(new TokenProtection<IOAuthStateStore>(findProtector)));
        }

        return builder;
    }
}
