namespace SlackOAuth.Stores;

/// <summary>A decorator over a store. It says which capabilities of the inner store it lets through, and as what.</summary>
public interface IStoreDecorator
{
    /// <summary>The capability of the decorated store; null where there is none.</summary>
    /// <typeparam name="TCapability">One of the capability interfaces.</typeparam>
    TCapability? GetCapability<TCapability>()
        where TCapability : class;
}
