namespace SlackOAuth.Stores;

/// <summary>Finds what a store can do beyond its contract, also through decorators.</summary>
public static class StoreCapabilityExtensions
{
    /// <summary>The capability of <paramref name="store"/>; null where it lacks it.</summary>
    /// <typeparam name="TCapability">A capability interface such as <see cref="IInstallationListing"/>.</typeparam>
    public static TCapability? GetCapability<TCapability>(this IInstallationStore store)
        where TCapability : class => Get<TCapability>(store);

    /// <summary>The capability of <paramref name="store"/>; null where it lacks it.</summary>
    /// <typeparam name="TCapability">A capability interface such as <see cref="IExpiredStatePurging"/>.</typeparam>
    public static TCapability? GetCapability<TCapability>(this IOAuthStateStore store)
        where TCapability : class => Get<TCapability>(store);

    internal static TCapability? Get<TCapability>(object store)
        where TCapability : class
    {
        ArgumentNullException.ThrowIfNull(store);
        return store is IStoreDecorator decorator ? decorator.GetCapability<TCapability>() : store as TCapability;
    }
}
