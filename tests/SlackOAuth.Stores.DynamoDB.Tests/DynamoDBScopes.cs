using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.DynamoDB.Tests;

/// <summary>The part of DynamoDB that each scope has: a table, and a client of its own, whose requests are counted and can be made to fail.</summary>
internal sealed class DynamoDBScopes(DynamoDBServer server) : IAsyncDisposable
{
    // What the stores keep longer than a state is valid.
    private const int Grace = 60;

    private readonly ConcurrentDictionary<string, Part> _parts = new(StringComparer.Ordinal);
    private AmazonDynamoDBClient? _direct;

    /// <summary>The table over the scope's client. It walks the way of several transactions where real DynamoDB needs no second: this DynamoDB Local takes 10 items at once.</summary>
    internal async Task<DynamoDBTable> OpenAsync(StoreScope scope, bool prepareOnFirstUse = true)
    {
        var url = await server.GetConnectionStringAsync();
        _direct ??= DynamoDBServer.Connect(url);
        return new DynamoDBTable(new DynamoDBStoreOptions { TableName = scope.Name, PrepareOnFirstUse = prepareOnFirstUse }, _parts.GetOrAdd(scope.Name, _ => new Part(url)).Client)
        {
            MostWrites = DynamoDBServer.MostWrites,
        };
    }

    internal RequestHandler Handler(StoreScope scope) => _parts[scope.Name].Handler;

    /// <summary>Makes what a template describes, as CloudFormation does: it changes nothing where that is there.</summary>
    internal async Task DeployAsync(string template)
    {
        var (table, expiry) = CloudFormation.ReadTable(template);
        try
        {
            await _direct!.CreateTableAsync(table);
        }
        catch (ResourceInUseException)
        {
            return;
        }

        await _direct.UpdateTimeToLiveAsync(expiry);
    }

    /// <summary>Every item of the scope with what it holds.</summary>
    internal async Task<string> DumpAsync(StoreScope scope)
    {
        var dump = new StringBuilder();
        await foreach (var item in ItemsAsync(scope.Name))
        {
            foreach (var (name, value) in item.OrderBy(attribute => attribute.Key, StringComparer.Ordinal))
            {
                dump.Append(name).Append('=').Append(value.S ?? value.N).AppendJoin(',', value.L?.Select(entry => entry.S) ?? []).Append(' ');
            }

            dump.AppendLine();
        }

        return dump.ToString();
    }

    /// <summary>How many states DynamoDB would hold after a sweep of its time to live, if its clock were the test's: what it may remove it has removed, but for the grace.</summary>
    internal async Task<long> CountStatesAsync(StoreScope scope) =>
        await ItemsAsync(scope.Name).CountAsync(item => long.Parse(item["expires_at"].N, CultureInfo.InvariantCulture) - Grace > scope.Time.GetUtcNow().ToUnixTimeSeconds());

    /// <summary>Adds an attribute to every item of the scope, and a field to the JSON in it.</summary>
    internal async Task AddUnknownFieldsAsync(StoreScope scope)
    {
        await foreach (var item in ItemsAsync(scope.Name))
        {
            item["an_attribute_of_tomorrow"] = new AttributeValue { S = "more" };
            if (item.TryGetValue("document", out var document))
            {
                document.S = """{"a_field_of_tomorrow":{"and":["more"]},""" + document.S[1..];
            }

            await _direct!.PutItemAsync(new PutItemRequest { TableName = scope.Name, Item = item });
        }
    }

    internal async Task DamageAsync(StoreScope scope, string appId)
    {
        await foreach (var item in ItemsAsync(scope.Name))
        {
            if (item.TryGetValue("document", out var document) && document.S.Contains(appId, StringComparison.Ordinal))
            {
                document.S = document.S[..(document.S.Length / 2)];
                await _direct!.PutItemAsync(new PutItemRequest { TableName = scope.Name, Item = item });
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (table, part) in _parts)
        {
            part.Client.Dispose();
            part.Handler.Dispose();
            await DeleteTableAsync(_direct!, table);
        }

        _direct?.Dispose();
    }

    internal static async Task DeleteTableAsync(IAmazonDynamoDB client, string table)
    {
        try
        {
            await client.DeleteTableAsync(new DeleteTableRequest { TableName = table });
        }
        catch (ResourceNotFoundException)
        {
            // The test made none.
        }
    }

    internal static async IAsyncEnumerable<Dictionary<string, AttributeValue>> ItemsAsync(IAmazonDynamoDB client, string table)
    {
        var request = new ScanRequest { TableName = table, ConsistentRead = true };
        do
        {
            var page = await client.ScanAsync(request);
            foreach (var item in page.Items ?? [])
            {
                yield return item;
            }

            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (request.ExclusiveStartKey is { Count: > 0 });
    }

    private async IAsyncEnumerable<Dictionary<string, AttributeValue>> ItemsAsync(string table)
    {
        // What was not used has no table yet.
        if ((await _direct!.ListTablesAsync(new ListTablesRequest { ExclusiveStartTableName = table[..^1], Limit = 1 })).TableNames is { } tables && tables.Contains(table))
        {
            await foreach (var item in ItemsAsync(_direct, table))
            {
                yield return item;
            }
        }
    }

    private sealed class Part(string url)
    {
        internal RequestHandler Handler { get; } = new();

        internal AmazonDynamoDBClient Client => field ??= DynamoDBServer.Connect(url, config => config.HttpClientFactory = Handler.Factory);
    }
}
