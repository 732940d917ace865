using System.Net;
using System.Net.Sockets;
using System.Text;
using SlackOAuth.Tool.Commands.Doctor;
using SlackOAuth.Tool.Stores;
using SlackOAuth.Tool.Tests.Support;

namespace SlackOAuth.Tool.Tests.Commands;

public class DynamoDBProbeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>DynamoDB dates its answers. DynamoDB Local, which the other tests run, does not.</summary>
    [Theory]
    [InlineData("Date: Sun, 01 Mar 2026 11:58:00 GMT\r\n", "2026-03-01T11:58:00Z")]
    [InlineData("", null)]
    [InlineData("Date: yesterday\r\n", null)]
    public async Task The_clock_is_the_date_of_an_answer(string header, string? expected)
    {
        ToolDynamoDB.ProvideCredentials();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerAsync(listener, header);
        var settings = StoreSettings.Parse(StoreScheme.DynamoDB, [$"ServiceUrl=http://{listener.LocalEndpoint}", "Region=us-east-1"]);
        await using var store = OpenedStore.Open(new StoreLocation { Notation = StoreNotation.Parse("dynamodb:", _ => null), Settings = settings }, "1.1");
        await using (var probe = new DynamoDBProbe(store))
        {
            Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, null), await probe.ReadClockAsync(Cancellation));
        }

        await answering;
    }

    private static async Task AnswerAsync(TcpListener listener, string header)
    {
        const string Body = """{"Table":{"TableName":"t","TableStatus":"ACTIVE"}}""";
        using var connection = await listener.AcceptTcpClientAsync(Cancellation);
        await using var stream = connection.GetStream();
        var request = new StringBuilder();
        var buffer = new byte[4096];
        while (!request.ToString().Contains("{\"TableName\"", StringComparison.Ordinal))
        {
            request.Append(Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, Cancellation)));
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\n{header}Content-Type: application/x-amz-json-1.0\r\nContent-Length: {Body.Length}\r\nConnection: close\r\n\r\n{Body}"), Cancellation);
    }
}
