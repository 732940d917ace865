namespace SlackOAuth.Stores;

/// <summary>Which of the two contracts a provider is used for, so that installations and states can come from different ones.</summary>
[Flags]
public enum StoreContracts
{
    /// <summary>The provider keeps the installations.</summary>
    Installations = 1,

    /// <summary>The provider keeps the states.</summary>
    States = 2,

    /// <summary>The provider keeps both.</summary>
    All = Installations | States,
}
