using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SlackOAuth.Stores.Protection;

/// <summary>That the stores of one contract are protected, and by what: the service that stands for <c>ProtectTokens</c>.</summary>
/// <typeparam name="TStore"><see cref="IInstallationStore"/> or <see cref="IOAuthStateStore"/>.</typeparam>
/// <param name="FindProtector">Gives the protector; null where there is none.</param>
internal sealed record TokenProtection<TStore>(Func<IServiceProvider, ITokenProtector?> FindProtector)
{
    internal TokenCipher CreateCipher(IServiceProvider services) => new(
        FindProtector(services) ?? throw new InvalidOperationException(TokenProtectionOptionsValidator.NoProtector),
        services.GetRequiredService<IOptions<SlackOAuthStoresOptions>>().Value.ClientId,
        services.GetRequiredService<IOptions<TokenProtectionOptions>>().Value.RefusePlain);
}

/// <summary>Refuses at start what has nothing to encrypt with.</summary>
internal sealed class TokenProtectionOptionsValidator(IServiceProvider services) : IValidateOptions<TokenProtectionOptions>
{
    internal const string NoProtector =
        $"ProtectTokens needs something to encrypt with, and there is none. Call services.AddDataProtection() and say where its keys are kept (PersistKeysTo…), or register an {nameof(ITokenProtector)}.";

    public ValidateOptionsResult Validate(string? name, TokenProtectionOptions options) =>
        Lacks<IInstallationStore>() || Lacks<IOAuthStateStore>() ? ValidateOptionsResult.Fail(NoProtector) : ValidateOptionsResult.Success;

    private bool Lacks<TStore>() => services.GetService<TokenProtection<TStore>>() is { } protection && protection.FindProtector(services) is null;
}
