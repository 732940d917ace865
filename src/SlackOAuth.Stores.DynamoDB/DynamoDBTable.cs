using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace SlackOAuth.Stores.DynamoDB;

/// <summary>The table of the stores, over a client that the app gave, which is never disposed, or one of their own, made at the first call.</summary>
internal sealed class DynamoDBTable : IDisposable
{
    // Enough for 32 saves of one workspace at once. The waits add up to some seven seconds, if it comes to that.
    private const int MaxAttempts = 20;
    private const int FirstDelay = 20;
    private const int LongestDelay = 1000;

    // A write that is cancelled once it was sent is waited for so long, which is long for DynamoDB.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    // Tables take some seconds to create.
    private const int MaxPolls = 240;
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _preparing = new(1, 1);
    private readonly DynamoDBStoreOptions _options;
    private readonly bool _isOwner;
    private IAmazonDynamoDB? _client;
    private volatile bool _isPrepared;
    private bool _isDisposed;

    internal DynamoDBTable(DynamoDBStoreOptions options, IAmazonDynamoDB? client = null)
    {
        options.Validate();
        _options = options;
        _isOwner = client is null;
        _client = client;
        _isPrepared = !options.PrepareOnFirstUse;
    }

    internal string Name => _options.TableName;

    internal bool ConsistentReads => _options.ConsistentReads;

    /// <summary>How many items a transaction of the stores changes at most. DynamoDB takes 100 of 4 MB in all, which is 160 KB for each of these; DynamoDB Local of before 2022 takes 10.</summary>
    internal int MostWrites { get; init; } = 25;

    /// <summary>The table as a CloudFormation template: what <see cref="PrepareAsync"/> creates. [25]</summary>
    internal string Template =>
        $"""
        AWSTemplateFormatVersion: "2010-09-09"
        Resources:
          SlackOAuthTable:
            Type: AWS::DynamoDB::Table
            DeletionPolicy: Retain
            UpdateReplacePolicy: Retain
            Properties:
              TableName: {Name}
              BillingMode: PAY_PER_REQUEST
              AttributeDefinitions:
                - AttributeName: pk
                  AttributeType: S
                - AttributeName: sk
                  AttributeType: S
              KeySchema:
                - AttributeName: pk
                  KeyType: HASH
                - AttributeName: sk
                  KeyType: RANGE
              TimeToLiveSpecification:
                AttributeName: expires_at
                Enabled: true

        """.ReplaceLineEndings("\n");

    internal static DynamoDBTable Over(IAmazonDynamoDB client, DynamoDBStoreOptions? options)
    {
        ArgumentNullException.ThrowIfNull(client);
        return new DynamoDBTable(options ?? new DynamoDBStoreOptions(), client);
    }

    /// <summary>Makes a call, repeats what other writes or want of throughput undid, and turns what the client reports into the one exception of the family. [22, 23]</summary>
    /// <remarks>What is repeated is the whole of <paramref name="invoke"/>, reading included.</remarks>
    internal async ValueTask<TResult> CallAsync<TCall, TResult>(
        string operation,
        TCall call,
        Func<IAmazonDynamoDB, TCall, CancellationToken, Task<TResult>> invoke,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var client = Client();
            if (!_isPrepared)
            {
                await PrepareOnceAsync(client, cancellationToken).ConfigureAwait(false);
            }

            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await invoke(client, call, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception exception) when (attempt < MaxAttempts && DynamoDBErrors.IsWorthRepeating(exception))
                {
                    // What a condition told is known now; what collided would collide again.
                    if (attempt > 3 || !DynamoDBErrors.IsOfConditionsAlone(exception))
                    {
                        var longest = Math.Min(LongestDelay, FirstDelay << Math.Min(attempt, 6));
                        await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(longest)), TimeProvider.System, cancellationToken).ConfigureAwait(false);
                    }
                }
            }
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && exception is OperationCanceledException)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        catch (Exception exception) when (DynamoDBErrors.IsEngineFailure(exception))
        {
            throw DynamoDBErrors.Wrap(operation, exception);
        }
    }

    /// <summary>Sends a write. When it is cancelled under way, it is waited for a while, and has happened if it then ends. [22]</summary>
    /// <remarks>Requests over HTTP have no order: DynamoDB might carry out after later calls what was given up at once.</remarks>
    internal static async Task<TResult> WriteAsync<TResult>(Func<CancellationToken, Task<TResult>> send, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var givenUp = new CancellationTokenSource();
        using var cancelling = cancellationToken.UnsafeRegister(static given => ((CancellationTokenSource)given!).CancelAfter(Settling), givenUp);
        return await send(givenUp.Token).ConfigureAwait(false);
    }

    internal async ValueTask PrepareAsync(string operation, CancellationToken cancellationToken)
    {
        await CallAsync(
            operation,
            this,
            static async (client, table, cancellationToken) =>
            {
                await table.CreateAsync(client, cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a query of a partition begins with.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="prefix">What the sort keys start with; empty for all.</param>
    internal QueryRequest Query(string partition, string prefix)
    {
        var request = new QueryRequest
        {
            TableName = Name,
            KeyConditionExpression = prefix.Length > 0 ? "pk = :pk AND begins_with(sk, :prefix)" : "pk = :pk",
            ExpressionAttributeValues = new() { [":pk"] = new() { S = partition } },
            ConsistentRead = ConsistentReads,
        };
        if (prefix.Length > 0)
        {
            request.ExpressionAttributeValues[":prefix"] = new() { S = prefix };
        }

        return request;
    }

    /// <summary>Reads all pages of a query.</summary>
    internal static async IAsyncEnumerable<Dictionary<string, AttributeValue>> QueryAsync(IAmazonDynamoDB client, QueryRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            var page = await client.QueryAsync(request, cancellationToken).ConfigureAwait(false);
            foreach (var item in page.Items ?? [])
            {
                yield return item;
            }

            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (request.ExclusiveStartKey is { Count: > 0 });
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            if (_isOwner)
            {
                _client?.Dispose();
            }
        }

        _preparing.Dispose();
    }

    private IAmazonDynamoDB Client()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _client ??= Connect();
        }
    }

    private AmazonDynamoDBClient Connect()
    {
        var config = new AmazonDynamoDBConfig { Timeout = _options.RequestTimeout };
        if (_options.ServiceUrl is { } url)
        {
            config.ServiceURL = url;
            config.AuthenticationRegion = _options.Region;
        }
        else if (_options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return new AmazonDynamoDBClient(config);
    }

    private async Task PrepareOnceAsync(IAmazonDynamoDB client, CancellationToken cancellationToken)
    {
        await _preparing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isPrepared)
            {
                await CreateAsync(client, cancellationToken).ConfigureAwait(false);
                _isPrepared = true;
            }
        }
        finally
        {
            _preparing.Release();
        }
    }

    private async Task CreateAsync(IAmazonDynamoDB client, CancellationToken cancellationToken)
    {
        if (await DescribeAsync(client, cancellationToken).ConfigureAwait(false) is null)
        {
            try
            {
                await client.CreateTableAsync(
                    new CreateTableRequest
                    {
                        TableName = Name,
                        BillingMode = BillingMode.PAY_PER_REQUEST,
                        AttributeDefinitions = [new(DynamoDBKeys.Partition, ScalarAttributeType.S), new(DynamoDBKeys.Sort, ScalarAttributeType.S)],
                        KeySchema = [new(DynamoDBKeys.Partition, KeyType.HASH), new(DynamoDBKeys.Sort, KeyType.RANGE)],
                    },
                    cancellationToken).ConfigureAwait(false);
            }
            catch (ResourceInUseException)
            {
                // Another process was faster.
            }
        }

        for (var poll = 1; await DescribeAsync(client, cancellationToken).ConfigureAwait(false) is not { TableStatus.Value: "ACTIVE" or "UPDATING" }; poll++)
        {
            if (poll == MaxPolls)
            {
                throw new TimeoutException($"The table was not active after {PollEvery * MaxPolls}.");
            }

            await Task.Delay(PollEvery, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }

        if (await ExpiresAsync(client, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            await client.UpdateTimeToLiveAsync(
                new UpdateTimeToLiveRequest { TableName = Name, TimeToLiveSpecification = new() { AttributeName = DynamoDBKeys.ExpiresAt, Enabled = true } },
                cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonServiceException)
        {
            // Another process was faster, or is about to be.
            if (!await ExpiresAsync(client, cancellationToken).ConfigureAwait(false))
            {
                throw;
            }
        }
    }

    private async Task<TableDescription?> DescribeAsync(IAmazonDynamoDB client, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.DescribeTableAsync(new DescribeTableRequest { TableName = Name }, cancellationToken).ConfigureAwait(false)).Table;
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }
    }

    private async Task<bool> ExpiresAsync(IAmazonDynamoDB client, CancellationToken cancellationToken)
    {
        var description = await client.DescribeTimeToLiveAsync(new DescribeTimeToLiveRequest { TableName = Name }, cancellationToken).ConfigureAwait(false);
        return description.TimeToLiveDescription?.TimeToLiveStatus?.Value is "ENABLED" or "ENABLING";
    }
}
