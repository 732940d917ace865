using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>The adapter of a store's author: it creates the store under test. One fixture serves a whole test class.</summary>
/// <remarks>Derive it, override <see cref="CreateAsync"/>, and whatever else the store or its engine can show. A fixture may take an assembly or collection fixture in its constructor.</remarks>
/// <typeparam name="TStore"><see cref="IInstallationStore"/> or <see cref="IOAuthStateStore"/>.</typeparam>
public abstract class StoreFixture<TStore> : IAsyncLifetime
    where TStore : class
{
    /// <summary>What the store can do and this fixture can show; <see cref="StoreCapabilities.Default"/> unless overridden.</summary>
    public virtual StoreCapabilities Capabilities => StoreCapabilities.Default;

    /// <summary>How many random sequences a model-based test runs; 100 unless overridden. Lower it for a slow engine, raise it for a long search.</summary>
    public virtual int ModelIterations => 100;

    /// <summary>How many workspaces the listing suite fills a store with; 500 unless overridden.</summary>
    public virtual int ListingSize => 500;

    /// <summary>Creates a store over the part of the engine that <paramref name="scope"/> names, with the scope's clock and options.</summary>
    /// <remarks>Called again with the same scope, it creates a second instance over the same engine. The suite disposes what it was given when the test ends.</remarks>
    /// <param name="scope">The name, the clock and the options.</param>
    public abstract ValueTask<TStore> CreateAsync(StoreScope scope);

    /// <summary>Starts the engine, before the first test of the class.</summary>
    public virtual ValueTask StartAsync() => ValueTask.CompletedTask;

    /// <summary>Stops what <see cref="StartAsync"/> started, after the last test of the class.</summary>
    public virtual ValueTask StopAsync() => ValueTask.CompletedTask;

    /// <summary>Everything the engine holds for the scope, keys and names included, as text. <see cref="StoreCapabilities.Dump"/></summary>
    /// <param name="scope">The part of the engine.</param>
    public virtual ValueTask<string> DumpAsync(StoreScope scope) => throw NotOverridden(nameof(DumpAsync), StoreCapabilities.Dump);

    /// <summary>How many states the engine holds for the scope, expired ones included. <see cref="StoreCapabilities.StateCount"/></summary>
    /// <param name="scope">The part of the engine.</param>
    public virtual ValueTask<long> CountStatesAsync(StoreScope scope) => throw NotOverridden(nameof(CountStatesAsync), StoreCapabilities.StateCount);

    /// <summary>Makes every call to the engine fail for the scope, until <see cref="RepairAsync"/>. <see cref="StoreCapabilities.Failure"/></summary>
    /// <param name="scope">The part of the engine.</param>
    public virtual ValueTask BreakAsync(StoreScope scope) => throw NotOverridden(nameof(BreakAsync), StoreCapabilities.Failure);

    /// <summary>Undoes <see cref="BreakAsync"/>.</summary>
    /// <param name="scope">The part of the engine.</param>
    public virtual ValueTask RepairAsync(StoreScope scope) => throw NotOverridden(nameof(RepairAsync), StoreCapabilities.Failure);

    /// <summary>Whether a retry can help while <see cref="BreakAsync"/> lasts, as it can where an engine is down: what the exceptions have to say. True unless overridden.</summary>
    public virtual bool CanRetryHelp => true;

    /// <summary>Makes the engine fall silent for the scope: it accepts what it is asked, and does not answer until <see cref="ResumeAsync"/>. <see cref="StoreCapabilities.Pause"/></summary>
    /// <param name="scope">The part of the engine.</param>
    public virtual ValueTask PauseAsync(StoreScope scope) => throw NotOverridden(nameof(PauseAsync), StoreCapabilities.Pause);

    /// <summary>Undoes <see cref="PauseAsync"/>.</summary>
    /// <param name="scope">The part of the engine.</param>
    public virtual ValueTask ResumeAsync(StoreScope scope) => throw NotOverridden(nameof(ResumeAsync), StoreCapabilities.Pause);

    /// <summary>How long a call may go on that was cancelled while the engine was silent, before a test gives it up as one that ignores its token; half a minute unless overridden.</summary>
    public virtual TimeSpan CancellationPatience => TimeSpan.FromSeconds(30);

    /// <summary>Creates a store whose preparation on first use is switched off, over a part of the engine that holds nothing yet. <see cref="StoreCapabilities.PreparationScript"/></summary>
    /// <param name="scope">The part of the engine.</param>
    public virtual ValueTask<TStore> CreateUnpreparedAsync(StoreScope scope) => throw NotOverridden(nameof(CreateUnpreparedAsync), StoreCapabilities.PreparationScript);

    /// <summary>Runs what a store has printed as its preparation, as an administrator would. <see cref="StoreCapabilities.PreparationScript"/></summary>
    /// <param name="scope">The part of the engine.</param>
    /// <param name="script">The script.</param>
    public virtual ValueTask RunScriptAsync(StoreScope scope, string script) => throw NotOverridden(nameof(RunScriptAsync), StoreCapabilities.PreparationScript);

    /// <summary>How many round trips to the engine were made for the scope until now. <see cref="StoreCapabilities.RoundTrips"/></summary>
    /// <param name="scope">The part of the engine.</param>
    public virtual ValueTask<long> CountRoundTripsAsync(StoreScope scope) => throw NotOverridden(nameof(CountRoundTripsAsync), StoreCapabilities.RoundTrips);

    /// <summary>Adds a field that no version knows to every record stored for the scope. <see cref="StoreCapabilities.UnknownFields"/></summary>
    /// <param name="scope">The part of the engine.</param>
    public virtual ValueTask AddUnknownFieldsAsync(StoreScope scope) => throw NotOverridden(nameof(AddUnknownFieldsAsync), StoreCapabilities.UnknownFields);

    /// <summary>Spoils what is stored for the scope of every bot and installation in whose content a text is found, as a disk or a hand does: what is there afterwards is no record, under the same key.
    /// <see cref="StoreCapabilities.Damage"/></summary>
    /// <param name="scope">The part of the engine.</param>
    /// <param name="appId">The text: an app id, which no decorator encrypts.</param>
    public virtual ValueTask DamageAsync(StoreScope scope, string appId) => throw NotOverridden(nameof(DamageAsync), StoreCapabilities.Damage);

    /// <summary>Loses the engine's answer to the next call of the scope's store: the engine does what it was asked, and the connection ends before the store, or its driver, learns it. What is asked after
    /// that is answered again. <see cref="StoreCapabilities.LostAnswers"/></summary>
    /// <param name="scope">The part of the engine.</param>
    public virtual ValueTask LoseAnswerAsync(StoreScope scope) => throw NotOverridden(nameof(LoseAnswerAsync), StoreCapabilities.LostAnswers);

    async ValueTask IAsyncLifetime.InitializeAsync() => await StartAsync();

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await StopAsync();
        GC.SuppressFinalize(this);
    }

    private NotSupportedException NotOverridden(string method, StoreCapabilities capability) =>
        new($"{GetType().Name} declares {nameof(StoreCapabilities)}.{capability} and does not override {method}. Override it, or leave the flag out.");
}
