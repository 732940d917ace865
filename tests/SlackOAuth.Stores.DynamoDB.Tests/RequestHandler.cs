using System.Net;
using System.Text;
using Amazon.Runtime;

namespace SlackOAuth.Stores.DynamoDB.Tests;

/// <summary>Between a client and DynamoDB: counts what is sent, fails, loses answers, throttles.</summary>
internal sealed class RequestHandler : DelegatingHandler
{
    private readonly Queue<Func<Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>>> _next = new();
    private long _requests;
    private volatile bool _isBroken;

    internal RequestHandler()
        : base(new SocketsHttpHandler())
    {
    }

    /// <summary>How many requests were sent, repeated ones included.</summary>
    internal long Requests => Interlocked.Read(ref _requests);

    /// <summary>Makes every request fail as without a network, until <see cref="Repair"/>.</summary>
    internal void Break() => _isBroken = true;

    internal void Repair() => _isBroken = false;

    /// <summary>Drops the answer of the next request, after DynamoDB has done what it asks.</summary>
    internal void LoseNextAnswer() => Next(async send =>
    {
        using var lost = await send();
        Assert.True(lost.IsSuccessStatusCode, await lost.Content.ReadAsStringAsync());
        throw new HttpRequestException("The answer was lost.", new IOException("The connection was reset."));
    });

    /// <summary>Answers the next request in place of DynamoDB, which does not see it.</summary>
    /// <param name="status">The status.</param>
    /// <param name="error">The type of the error.</param>
    /// <param name="more">More of its JSON, with a comma first.</param>
    internal void AnswerNext(HttpStatusCode status, string error, string more = "") => Next(_ => Task.FromResult(new HttpResponseMessage(status)
    {
        Content = new StringContent($$"""{"__type":"com.amazonaws.dynamodb.v20120810#{{error}}","message":"scripted"{{more}}}""", Encoding.UTF8, "application/x-amz-json-1.0"),
    }));

    /// <summary>A client's own HTTP client, over this handler.</summary>
    internal HttpClientFactory Factory => new Handled(this);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requests);
        if (_isBroken)
        {
            throw new HttpRequestException("There is no network.", new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionRefused));
        }

        Func<Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>>? scripted;
        lock (_next)
        {
            _next.TryDequeue(out scripted);
        }

        return scripted is null ? await base.SendAsync(request, cancellationToken) : await scripted(() => base.SendAsync(request, cancellationToken));
    }

    private void Next(Func<Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> scripted)
    {
        lock (_next)
        {
            _next.Enqueue(scripted);
        }
    }

    private sealed class Handled(RequestHandler handler) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(handler, disposeHandler: false);

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }
}
