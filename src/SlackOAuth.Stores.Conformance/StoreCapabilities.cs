namespace SlackOAuth.Stores.Conformance;

/// <summary>What a store can do and what its fixture can show. A test whose capability is missing is skipped with its reason, never passed.</summary>
/// <remarks>The numbers in brackets are those of the contract's sentences (<c>docs/contract.md</c>) that a missing flag relaxes or leaves unproven.</remarks>
[Flags]
public enum StoreCapabilities
{
    /// <summary>Nothing beyond the contract of one instance.</summary>
    None = 0,

    /// <summary>Two instances over one engine see each other's writes. [11, 17] Off: what is stored lives in one instance, as in a cache of one process.</summary>
    SecondInstance = 1 << 0,

    /// <summary>No reader ever sees an installation of one save beside the bot of another. [7] Off: a reader may see them in between, and the store's README says so.</summary>
    AtomicSave = 1 << 1,

    /// <summary>The store is an <see cref="IInstallationListing"/>.</summary>
    Listing = 1 << 2,

    /// <summary>The store is an <see cref="IInstallationHistory"/>. [15]</summary>
    History = 1 << 3,

    /// <summary>The store is an <see cref="IStorePreparation"/>. [25]</summary>
    Preparation = 1 << 4,

    /// <summary>The store is an <see cref="IExpiredStatePurging"/>. [18]</summary>
    Purging = 1 << 5,

    /// <summary>The fixture overrides <c>DumpAsync</c>: what is stored can be searched for what must not be there. [8, 15, 19, 20]</summary>
    Dump = 1 << 6,

    /// <summary>The fixture overrides <c>CountStatesAsync</c>. [18] Off where the engine's own expiry, which the test's clock does not move, collects the garbage.</summary>
    StateCount = 1 << 7,

    /// <summary>The fixture overrides <c>BreakAsync</c> and <c>RepairAsync</c>. [23]</summary>
    Failure = 1 << 8,

    /// <summary>The fixture overrides <c>CountRoundTripsAsync</c>. [24]</summary>
    RoundTrips = 1 << 9,

    /// <summary>The fixture overrides <c>AddUnknownFieldsAsync</c>. [13]</summary>
    UnknownFields = 1 << 10,

    /// <summary>The store is an <see cref="IRotationLeasing"/>. [27] to [31]</summary>
    RotationLeases = 1 << 11,

    /// <summary>The store is an <see cref="IAppListing"/>. [32]</summary>
    AppListing = 1 << 12,

    /// <summary>The fixture overrides <c>PauseAsync</c> and <c>ResumeAsync</c>. [22]</summary>
    Pause = 1 << 13,

    /// <summary>The fixture overrides <c>CreateUnpreparedAsync</c> and <c>RunScriptAsync</c>. [25] Off where no script can be run from a test.</summary>
    PreparationScript = 1 << 14,

    /// <summary>The store is an <see cref="IHistoryTrimming"/>; the tests are those of history. [34]</summary>
    HistoryTrimming = 1 << 15,

    /// <summary>The fixture overrides <c>DamageAsync</c>. [33]</summary>
    Damage = 1 << 16,

    /// <summary>The fixture overrides <c>LoseAnswerAsync</c>. [17], [22]</summary>
    LostAnswers = 1 << 17,

    /// <summary>What a fixture declares that overrides nothing.</summary>
    Default = SecondInstance | AtomicSave,
}
