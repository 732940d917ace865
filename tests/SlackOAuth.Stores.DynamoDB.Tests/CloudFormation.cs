using System.Text.Json.Nodes;
using Amazon.DynamoDBv2.Model;
using YamlDotNet.Serialization;

namespace SlackOAuth.Stores.DynamoDB.Tests;

/// <summary>The calls that CloudFormation makes of a template with one table, whose properties have the names and the meaning of DynamoDB's own API. What is not read here fails.</summary>
internal static class CloudFormation
{
    internal static (CreateTableRequest Table, UpdateTimeToLiveRequest Expiry) ReadTable(string template)
    {
        var json = new SerializerBuilder().JsonCompatible().Build().Serialize(new DeserializerBuilder().Build().Deserialize<object>(template));
        var resource = Assert.Single(JsonNode.Parse(json)!["Resources"]!.AsObject()).Value!;
        Assert.Equal("AWS::DynamoDB::Table", Text(resource["Type"]));
        var properties = resource["Properties"]!.AsObject();
        Assert.Equal(
            ["AttributeDefinitions", "BillingMode", "KeySchema", "TableName", "TimeToLiveSpecification"],
            properties.Select(property => property.Key).Order(StringComparer.Ordinal));
        var (name, expiry) = (Text(properties["TableName"]), properties["TimeToLiveSpecification"]!);
        return (
            new CreateTableRequest
            {
                TableName = name,
                BillingMode = Text(properties["BillingMode"]),
                AttributeDefinitions = [.. properties["AttributeDefinitions"]!.AsArray().Select(attribute => new AttributeDefinition(Text(attribute!["AttributeName"]), Text(attribute["AttributeType"])))],
                KeySchema = [.. properties["KeySchema"]!.AsArray().Select(key => new KeySchemaElement(Text(key!["AttributeName"]), Text(key["KeyType"])))],
            },
            new UpdateTimeToLiveRequest { TableName = name, TimeToLiveSpecification = new() { AttributeName = Text(expiry["AttributeName"]), Enabled = bool.Parse(Text(expiry["Enabled"])) } });
    }

    private static string Text(JsonNode? scalar) => scalar!.GetValue<string>();
}
