using System.Security.Cryptography;
using System.Text.Json;

namespace SlackOAuth.Stores.Relational;

/// <summary>Keeps states in a table. A dialect's store derives it and adds its constructors.</summary>
/// <remarks>A state is consumed by who deletes its row, or writes a claim into it; the engine lets one succeed. [17] An issue removes a few expired states in the same round trip, so that they do not
/// pile up. [18]</remarks>
public abstract class RelationalOAuthStateStore : IOAuthStateStore, IExpiredStatePurging, IStorePreparation, IAsyncDisposable, IDisposable
{
    /// <summary>How many expired states an issue removes at most: more than it adds, so that a backlog shrinks.</summary>
    private const int SweptPerIssue = 32;

    /// <summary>Small, so that no lock is held for long.</summary>
    private const int PurgedPerStatement = 500;

    /// <summary>In bytes: no two consumers guess the same.</summary>
    private const int ClaimLength = 16;

    private const string Claim = "@claim";

    private readonly RelationalDatabase _database;
    private readonly bool _ownsDatabase;
    private readonly TimeProvider _timeProvider;
    private readonly string _clientId;
    private readonly RelationalParameter _client;
    private readonly TimeSpan _lifetime;

    /// <summary>Whether the dialect's consume writes a claim: not where no answer can be lost on the way.</summary>
    private readonly bool _claims;

    /// <summary>Creates a store. It connects on its first use.</summary>
    /// <param name="options">The client id and the lifetime of a state.</param>
    /// <param name="database">The engine.</param>
    /// <param name="ownsDatabase">Whether the store disposes <paramref name="database"/>.</param>
    /// <param name="timeProvider">The clock that judges expiry; null for the system's.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is wrong.</exception>
    protected RelationalOAuthStateStore(SlackOAuthStoresOptions options, RelationalDatabase database, bool ownsDatabase, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(database);
        options.Validate();
        _database = database;
        _ownsDatabase = ownsDatabase;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _clientId = options.ClientId;
        _client = new RelationalParameter("@client", RelationalParameterKind.Key, StoreKeys.Client(options.ClientId));
        _lifetime = options.StateLifetime;
        _claims = database.Statements.Consume.Contains(Claim, StringComparison.Ordinal);
    }

    /// <inheritdoc />
    public string PreparationScript => _database.Statements.Prepare;

    /// <inheritdoc />
    public ValueTask PrepareAsync(CancellationToken cancellationToken = default) => _database.PrepareAsync(nameof(PrepareAsync), cancellationToken);

    /// <inheritdoc />
    public async ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default)
    {
        data ??= new OAuthStateData();
        var state = OAuthState.Create();
        var now = _timeProvider.GetUtcNow();
        var expiresAt = now + _lifetime;
        await _database.ExecuteAsync(
            nameof(IssueAsync),
            _database.Statements.Issue,
            [
                Key(OAuthState.ComputeKey(state, _clientId, data.Purpose)!),
                _client,
                RelationalParameter.Ticks("@expires_at", expiresAt),
                new("@document", RelationalParameterKind.Document, StoreJson.Serialize(new StoredOAuthState(data, expiresAt))),
                RelationalParameter.Ticks("@now", now),
                new("@batch", RelationalParameterKind.Count, SweptPerIssue),
            ],
            cancellationToken).ConfigureAwait(false);
        return state;
    }

    /// <inheritdoc />
    public async ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (OAuthState.ComputeKey(state, _clientId, purpose) is not { } key)
        {
            return null;
        }

        var row = await _database.ReadFirstAsync(
            nameof(ConsumeAsync),
            _database.Statements.Consume,
            writes: true,
            _claims ? [Key(key), new(Claim, RelationalParameterKind.Key, RandomNumberGenerator.GetBytes(ClaimLength))] : [Key(key)],
            cancellationToken).ConfigureAwait(false);
        return row is not null && Read(row.Document) is var stored && _timeProvider.GetUtcNow() < stored.ExpiresAt ? stored.Data : null;
    }

    /// <inheritdoc />
    public async ValueTask<int> PurgeExpiredAsync(CancellationToken cancellationToken = default)
    {
        var now = RelationalParameter.Ticks("@now", _timeProvider.GetUtcNow());
        var removed = 0;
        for (var isLast = false; !isLast;)
        {
            var (expired, consumed) = await _database.ReadPurgedAsync(
                nameof(PurgeExpiredAsync),
                _database.Statements.Purge,
                [_client, now, new("@batch", RelationalParameterKind.Count, PurgedPerStatement)],
                cancellationToken).ConfigureAwait(false);
            removed += expired;
            isLast = expired < PurgedPerStatement && consumed < PurgedPerStatement;
        }

        return removed;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_ownsDatabase)
        {
            _database.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_ownsDatabase)
        {
            await _database.DisposeAsync().ConfigureAwait(false);
        }

        GC.SuppressFinalize(this);
    }

    private static RelationalParameter Key(string key) => new("@state", RelationalParameterKind.Key, Convert.FromHexString(key));

    private StoredOAuthState Read(byte[] document)
    {
        try
        {
            return StoreJson.ReadState(document);
        }
        catch (JsonException exception)
        {
            throw _database.Damaged(nameof(ConsumeAsync), exception);
        }
    }
}
