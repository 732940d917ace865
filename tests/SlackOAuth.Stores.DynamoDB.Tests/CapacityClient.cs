using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace SlackOAuth.Stores.DynamoDB.Tests;

/// <summary>A client that asks what each request cost, and adds it up.</summary>
internal sealed class CapacityClient(AmazonDynamoDBConfig config) : AmazonDynamoDBClient(DynamoDBServer.Credentials, config)
{
    /// <summary>The capacity units that DynamoDB says the requests until now took, and the requests.</summary>
    internal (double Units, int Requests) Cost { get; private set; }

    public override async Task<GetItemResponse> GetItemAsync(GetItemRequest request, CancellationToken cancellationToken = default)
    {
        request.ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL;
        var response = await base.GetItemAsync(request, cancellationToken);
        return Add(response, response.ConsumedCapacity);
    }

    public override async Task<PutItemResponse> PutItemAsync(PutItemRequest request, CancellationToken cancellationToken = default)
    {
        request.ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL;
        var response = await base.PutItemAsync(request, cancellationToken);
        return Add(response, response.ConsumedCapacity);
    }

    public override async Task<UpdateItemResponse> UpdateItemAsync(UpdateItemRequest request, CancellationToken cancellationToken = default)
    {
        request.ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL;
        var response = await base.UpdateItemAsync(request, cancellationToken);
        return Add(response, response.ConsumedCapacity);
    }

    public override async Task<QueryResponse> QueryAsync(QueryRequest request, CancellationToken cancellationToken = default)
    {
        request.ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL;
        var response = await base.QueryAsync(request, cancellationToken);
        return Add(response, response.ConsumedCapacity);
    }

    public override async Task<TransactGetItemsResponse> TransactGetItemsAsync(TransactGetItemsRequest request, CancellationToken cancellationToken = default)
    {
        request.ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL;
        var response = await base.TransactGetItemsAsync(request, cancellationToken);
        return Add(response, [.. response.ConsumedCapacity ?? []]);
    }

    public override async Task<TransactWriteItemsResponse> TransactWriteItemsAsync(TransactWriteItemsRequest request, CancellationToken cancellationToken = default)
    {
        request.ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL;
        var response = await base.TransactWriteItemsAsync(request, cancellationToken);
        return Add(response, [.. response.ConsumedCapacity ?? []]);
    }

    private T Add<T>(T response, params ReadOnlySpan<ConsumedCapacity?> consumed)
    {
        var units = Cost.Units;
        foreach (var part in consumed)
        {
            units += part?.CapacityUnits ?? 0;
        }

        Cost = (units, Cost.Requests + 1);
        return response;
    }
}
