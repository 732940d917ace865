namespace SlackOAuth.Stores.Conformance.Tests.Table;

/// <summary>A right store over <see cref="Engine"/>. What the broken stores change is virtual.</summary>
internal class TableStateStore(Engine engine, StoreScope scope) : IOAuthStateStore, IExpiredStatePurging, IStorePreparation
{
    protected Engine Engine => engine;

    protected StoreScope Scope => scope;

    public virtual string PreparationScript => "CREATE TABLE IF NOT EXISTS states (hash, client_id, expires_at, json);";

    protected virtual DateTimeOffset Now => scope.Time.GetUtcNow();

    protected virtual TimeSpan Lifetime => scope.Options.StateLifetime;

    public virtual ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default)
    {
        data ??= new OAuthStateData();
        var state = CreateState();
        var key = KeyOf(state, data.Purpose)!;
        var now = Now;
        return CallAsync(
            nameof(IssueAsync),
            tables =>
            {
                Sweep(tables, now);
                tables.States[key] = new StateRow(scope.Options.ClientId, now + Lifetime, Write(new StoredOAuthState(data, now + Lifetime)));
                return state;
            },
            cancellationToken);
    }

    public virtual async ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (KeyOf(state, purpose) is not { } key)
        {
            return null;
        }

        var now = Now;
        return await CallAsync(nameof(ConsumeAsync), tables => Take(tables, key) is { } row && IsValid(row, now) ? Read(row, purpose) : null, cancellationToken);
    }

    public virtual ValueTask<int> PurgeExpiredAsync(CancellationToken cancellationToken = default)
    {
        var now = Now;
        return CallAsync(nameof(PurgeExpiredAsync), tables => Sweep(tables, now), cancellationToken);
    }

    public virtual async ValueTask PrepareAsync(CancellationToken cancellationToken = default) => await CallAsync(nameof(PrepareAsync), tables => tables.IsPrepared = true, cancellationToken);

    protected virtual string CreateState() => OAuthState.Create();

    protected virtual string? KeyOf(string? state, OAuthStatePurpose purpose) => OAuthState.ComputeKey(state, scope.Options.ClientId, purpose);

    protected virtual byte[] Write(StoredOAuthState state) => StoreJson.Serialize(state);

    protected virtual OAuthStateData? Read(StateRow row, OAuthStatePurpose purpose) => StoreJson.ReadState(row.Json).Data;

    protected virtual StateRow? Take(Engine tables, string key) => tables.States.Remove(key, out var row) ? row : null;

    protected virtual bool IsValid(StateRow row, DateTimeOffset now) => now < row.ExpiresAt;

    protected virtual int Sweep(Engine tables, DateTimeOffset now)
    {
        var expired = tables.States.Where(entry => entry.Value.ClientId == scope.Options.ClientId && !IsValid(entry.Value, now)).Select(entry => entry.Key).ToArray();
        return expired.Count(key => tables.States.Remove(key));
    }

    protected virtual async ValueTask<T> CallAsync<T>(string operation, Func<Engine, T> statement, CancellationToken cancellation)
    {
        try
        {
            return await engine.CallAsync(statement, cancellation, needsTables: operation != nameof(PrepareAsync));
        }
        catch (EngineException exception)
        {
            throw new SlackOAuthStoreException("Table", operation, "the engine does not answer", isTransient: true, "Start it.", exception);
        }
    }
}
