using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace SlackOAuth.Stores.Benchmarks.Engines;

internal sealed class BareDynamoDB(AmazonDynamoDBClient client, string table) : IBareEngine
{
    private readonly Queue<string> _issued = new();
    private readonly string _state = Encoding.UTF8.GetString(StoreJson.Serialize(new StoredOAuthState(new OAuthStateData(), DateTimeOffset.MaxValue)));
    private readonly Installation _installation = Sample.Installation(0);
    private int _saves;

    public async ValueTask<Bot?> FindBotAsync()
    {
        var answer = await client.GetItemAsync(new GetItemRequest { TableName = table, Key = Key(Sample.Workspaces / 2, "bot"), ConsistentRead = true });
        return StoreJson.ReadBot(Document(answer.Item));
    }

    public async ValueTask<Installation?> FindInstallationAsync()
    {
        var answer = await client.TransactGetItemsAsync(new TransactGetItemsRequest
        {
            TransactItems =
            [
                new() { Get = new() { TableName = table, Key = Key(Sample.Workspaces / 2, "bot") } },
                new() { Get = new() { TableName = table, Key = Key(Sample.Workspaces / 2, $"user#{Sample.UserId}") } },
            ],
        });
        return StoreJson.ReadInstallation(Document(answer.Responses[1].Item)).WithBot(StoreJson.ReadBot(Document(answer.Responses[0].Item)));
    }

    public async ValueTask SaveAsync()
    {
        var installation = _installation with { InstalledAt = Sample.InstalledAt.AddSeconds(++_saves) };
        var at = new AttributeValue { S = (installation.InstalledAt.UtcTicks / TimeSpan.TicksPerMicrosecond).ToString("D18", CultureInfo.InvariantCulture) };
        var user = new AttributeValue { S = $"user#{Sample.UserId}" };
        var record = new AttributeValue { S = Encoding.UTF8.GetString(StoreJson.Serialize(installation.WithBot(null))) };
        var bot = new AttributeValue { S = Encoding.UTF8.GetString(StoreJson.Serialize(installation.ToBot()!)) };
        var stamp = new AttributeValue { S = RandomNumberGenerator.GetHexString(32, lowercase: true) };
        await client.TransactWriteItemsAsync(new TransactWriteItemsRequest
        {
            TransactItems =
            [
                Update(user.S, "SET installed_at = :at, document = :document", new() { [":at"] = at, [":document"] = record }),
                Update("bot", "SET installed_at = :at, document = :document", new() { [":at"] = at, [":document"] = bot }),
                Update(
                    "latest",
                    "SET installed_at = :at, document = :document, user_key = :user, stamp = :stamp",
                    new() { [":at"] = at, [":document"] = record, [":user"] = user, [":stamp"] = stamp }),
                new() { ConditionCheck = new() { TableName = table, Key = Key(0, "history"), ConditionExpression = "attribute_not_exists(pk)" } },
            ],
        });
    }

    public async ValueTask IssueAsync()
    {
        var state = $"state#{RandomNumberGenerator.GetHexString(64)}";
        await client.PutItemAsync(new PutItemRequest
        {
            TableName = table,
            Item = new() { ["pk"] = new() { S = state }, ["sk"] = new() { S = "state" }, ["document"] = new() { S = _state }, ["expires_at"] = new() { N = "9999999999" } },
        });
        _issued.Enqueue(state);
    }

    public async ValueTask<StoredOAuthState?> ConsumeAsync()
    {
        var answer = await client.UpdateItemAsync(new UpdateItemRequest
        {
            TableName = table,
            Key = new() { ["pk"] = new() { S = _issued.Dequeue() }, ["sk"] = new() { S = "state" } },
            UpdateExpression = "SET claimed_by = :claim, expires_at = :end",
            ConditionExpression = "attribute_exists(pk) AND (attribute_not_exists(claimed_by) OR claimed_by = :claim)",
            ExpressionAttributeValues = new() { [":claim"] = new() { S = RandomNumberGenerator.GetHexString(32) }, [":end"] = new() { N = "9999999999" } },
            ReturnValues = ReturnValue.ALL_NEW,
        });
        return StoreJson.ReadState(Document(answer.Attributes));
    }

    /// <summary>A state costs the same however many there are, and they all go with the table.</summary>
    public ValueTask ClearStatesAsync()
    {
        _issued.Clear();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await client.DeleteTableAsync(table);
        client.Dispose();
    }

    private static byte[] Document(Dictionary<string, AttributeValue> item) => Encoding.UTF8.GetBytes(item["document"].S);

    private static Dictionary<string, AttributeValue> Key(int number, string sort) => new()
    {
        ["pk"] = new() { S = $"workspace#{Sample.Options.ClientId}##{Sample.TeamId(number)}" },
        ["sk"] = new() { S = sort },
    };

    private TransactWriteItem Update(string sort, string expression, Dictionary<string, AttributeValue> values) => new()
    {
        Update = new()
        {
            TableName = table,
            Key = Key(0, sort),
            UpdateExpression = expression,
            ConditionExpression = "attribute_not_exists(installed_at) OR installed_at <= :at",
            ExpressionAttributeValues = values,
        },
    };
}
