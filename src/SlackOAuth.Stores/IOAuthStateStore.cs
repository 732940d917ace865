namespace SlackOAuth.Stores;

/// <summary>Issues the <c>state</c> of an OAuth flow and accepts each once.</summary>
/// <remarks>
/// <para>A store is bound to one client id, and is safe for concurrent use; register it as a singleton. The numbers in brackets are those of the contract
/// (<c>docs/contract.md</c>), which the tests of the suite <c>SlackOAuth.Stores.Conformance</c> cite.</para>
/// <para>[18] A state is valid while <c>now &lt; issued + lifetime</c>, judged by the injected <see cref="TimeProvider"/>, with
/// <see cref="SlackOAuthStoresOptions.StateLifetime"/> as the lifetime. An engine's own expiry only collects the garbage, and expired states do not pile up.
/// [20] What is stored is a hash of the state, so that a leak of the store lets nobody finish a flow.
/// [21] A state issued for one purpose or one client id is unknown to another. The app's JSON is stored whatever its length: it was measured when it was given.</para>
/// <para>[22] Every method honours its token before and during the call with <see cref="OperationCanceledException"/>. [23] An engine that fails or cannot be reached
/// gives <see cref="SlackOAuthStoreException"/>; when it is back, the next call works. [24] An issue and a consume are one round trip each.</para>
/// </remarks>
public interface IOAuthStateStore
{
    /// <summary>Issues a new state.</summary>
    /// <returns>[16] At least 256 bits from a cryptographic generator, in at most 64 characters that need no escaping in a URL or a cookie.
    /// No two issues give the same.</returns>
    /// <param name="data">What the state carries; null for an installation without anything.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default);

    /// <summary>Consumes a state: of any number of callers, in any number of processes, one gets its data.</summary>
    /// <remarks>[17] A caller whose request the driver repeated after a lost answer still gets the data.</remarks>
    /// <returns>What the state was issued with, once. [19] Null where the state is unknown, expired, used, malformed, empty, oversized or hostile, or was issued for
    /// another purpose, without an exception and without a trace in the store.</returns>
    /// <param name="state">What the callback brought.</param>
    /// <param name="purpose">What the state must have been issued for.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SlackOAuthStoreException">The engine failed.</exception>
    ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default);
}
