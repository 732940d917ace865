using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.Options;

namespace SlackOAuth.Stores.DynamoDB;

/// <summary>Keeps states in a table of DynamoDB.</summary>
/// <remarks>
/// <para>Safe for concurrent use. Issuing is one <c>PutItem</c>, consuming one <c>UpdateItem</c> that claims the state with a token of the caller's: the client may repeat the request
/// after a lost answer, and finds its own claim. [17, 24]</para>
/// <para>DynamoDB removes by its time to live what was claimed or has expired, within days; whether a state is valid is for the <see cref="TimeProvider"/> to say. [18]</para>
/// </remarks>
public sealed class DynamoDBOAuthStateStore : IOAuthStateStore, IStorePreparation
{
    // DynamoDB must not remove a state that the app's clock still holds valid, nor a claim that its holder may ask for again.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly DynamoDBTable _table;
    private readonly TimeProvider _timeProvider;
    private readonly string _clientId;
    private readonly TimeSpan _lifetime;

    /// <summary>Creates a store over a client, which it never disposes.</summary>
    /// <param name="options">The client id and the lifetime of a state.</param>
    /// <param name="client">The client.</param>
    /// <param name="dynamoDBOptions">The table; null for the defaults.</param>
    /// <param name="timeProvider">The clock that judges expiry; null for the system's.</param>
    /// <exception cref="OptionsValidationException">An option is wrong.</exception>
    public DynamoDBOAuthStateStore(SlackOAuthStoresOptions options, IAmazonDynamoDB client, DynamoDBStoreOptions? dynamoDBOptions = null, TimeProvider? timeProvider = null)
        : this(options, DynamoDBTable.Over(client, dynamoDBOptions), timeProvider ?? TimeProvider.System)
    {
    }

    internal DynamoDBOAuthStateStore(SlackOAuthStoresOptions options, DynamoDBTable table, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _table = table;
        _timeProvider = timeProvider;
        _clientId = options.ClientId;
        _lifetime = options.StateLifetime;
    }

    /// <inheritdoc />
    /// <remarks>A CloudFormation template.</remarks>
    public string PreparationScript => _table.Template;

    /// <inheritdoc />
    public ValueTask PrepareAsync(CancellationToken cancellationToken = default) => _table.PrepareAsync(nameof(PrepareAsync), cancellationToken);

    /// <inheritdoc />
    public async ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default)
    {
        data ??= new OAuthStateData();
        var state = OAuthState.Create();
        var stored = new StoredOAuthState(data, _timeProvider.GetUtcNow() + _lifetime);
        var item = DynamoDBKeys.StateItem(OAuthState.ComputeKey(state, _clientId, data.Purpose)!);
        item[DynamoDBKeys.Document] = DynamoDBKeys.Text(StoreJson.Serialize(stored));
        item[DynamoDBKeys.ExpiresAt] = DynamoDBKeys.Number((stored.ExpiresAt + Grace).ToUnixTimeSeconds() + 1);
        await _table.CallAsync(
            nameof(IssueAsync),
            new PutItemRequest { TableName = _table.Name, Item = item, ConditionExpression = "attribute_not_exists(pk)" },
            static (client, request, cancellationToken) => PutOnceAsync(client, request, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return state;
    }

    /// <summary>What is there already is this very state, put by a try whose answer was lost. A late one must not put it again: it may have been used by then. [17]</summary>
    private static async Task<bool> PutOnceAsync(IAmazonDynamoDB client, PutItemRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await DynamoDBTable.WriteAsync(token => client.PutItemAsync(request, token), cancellationToken).ConfigureAwait(false);
        }
        catch (ConditionalCheckFailedException)
        {
        }

        return true;
    }

    /// <inheritdoc />
    /// <remarks>A caller whose request is never answered gets the exception, never null, and the state is claimed or is not: the flow is begun again.</remarks>
    public async ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (OAuthState.ComputeKey(state, _clientId, purpose) is not { } hash)
        {
            return null;
        }

        var now = _timeProvider.GetUtcNow();
        var request = new UpdateItemRequest
        {
            TableName = _table.Name,
            Key = DynamoDBKeys.StateItem(hash),
            UpdateExpression = "SET claimed_by = :claim, expires_at = :end",
            ConditionExpression = "attribute_exists(pk) AND (attribute_not_exists(claimed_by) OR claimed_by = :claim)",
            ExpressionAttributeValues = new()
            {
                [":claim"] = new AttributeValue { S = DynamoDBKeys.Unique() },
                [":end"] = DynamoDBKeys.Number((now + Grace).ToUnixTimeSeconds()),
            },
            ReturnValues = ReturnValue.ALL_NEW,
        };
        var stored = await _table.CallAsync(
            nameof(ConsumeAsync),
            request,
            static async (client, request, cancellationToken) =>
            {
                try
                {
                    var claimed = await DynamoDBTable.WriteAsync(token => client.UpdateItemAsync(request, token), cancellationToken).ConfigureAwait(false);
                    return StoreJson.ReadState(DynamoDBKeys.ReadDocument(claimed.Attributes));
                }
                catch (ConditionalCheckFailedException)
                {
                    return null;
                }
            },
            cancellationToken).ConfigureAwait(false);
        return stored is not null && now < stored.ExpiresAt ? stored.Data : null;
    }
}
