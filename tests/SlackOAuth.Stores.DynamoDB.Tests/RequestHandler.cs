using System.Net;
using System.Text;
using Amazon.Runtime;

namespace SlackOAuth.Stores.DynamoDB.Tests;

/// <summary>Between a client and DynamoDB: counts what is sent, fails, loses answers, throttles.</summary>
internal sealed class RequestHandler : DelegatingHandler
{
    private readonly Queue<Func<Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>>> _next = new();
    private long _requests;
    private string? _limitedOperation;
    private int _letThrough;
    private (string Operation, Func<Task> Act)? _after;
    private volatile bool _isBroken;
    private volatile TaskCompletionSource? _pause;

    internal RequestHandler()
        : base(new SocketsHttpHandler())
    {
    }

    /// <summary>How many requests were sent, repeated ones included.</summary>
    internal long Requests => Interlocked.Read(ref _requests);

    /// <summary>Makes every request fail as without a network, until <see cref="Repair"/>.</summary>
    internal void Break() => _isBroken = true;

    internal void Repair() => _isBroken = false;

    /// <summary>Holds back every request, and with it the answer, until <see cref="Resume"/>.</summary>
    internal void Pause() => _pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    internal void Resume() => Interlocked.Exchange(ref _pause, null)?.SetResult();

    /// <summary>Refuses the requests of an operation, once some more were let through.</summary>
    /// <param name="operation">The operation; null refuses none.</param>
    /// <param name="letThrough">How many are not refused.</param>
    internal void RefuseAfter(string? operation, int letThrough = 0) => (_limitedOperation, _letThrough) = (operation, letThrough);

    /// <summary>Does something between the next answer of an operation and its caller.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="act">What to do.</param>
    internal void AfterNext(string operation, Func<Task> act) => _after = (operation, act);

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
    internal void AnswerNext(HttpStatusCode status, string error, string more = "") => Next(_ => Task.FromResult(Answer(status, error, more)));

    /// <summary>A client's own HTTP client, over this handler.</summary>
    internal HttpClientFactory Factory => new Handled(this);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requests);
        if (_isBroken)
        {
            throw new HttpRequestException("There is no network.", new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionRefused));
        }

        if (_pause is { } pause)
        {
            await pause.Task.WaitAsync(cancellationToken);
        }

        var operation = request.Headers.GetValues("X-Amz-Target").Single().Split('.')[^1];
        if (_limitedOperation == operation && Interlocked.Decrement(ref _letThrough) < 0)
        {
            return Answer(HttpStatusCode.BadRequest, "AccessDeniedException");
        }

        Func<Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>>? scripted;
        lock (_next)
        {
            _next.TryDequeue(out scripted);
        }

        var answer = scripted is null ? await base.SendAsync(request, cancellationToken) : await scripted(() => base.SendAsync(request, cancellationToken));
        if (_after is { } after && after.Operation == operation)
        {
            _after = null;
            await after.Act();
        }

        return answer;
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, string error, string more = "") => new(status)
    {
        Content = new StringContent($$"""{"__type":"com.amazonaws.dynamodb.v20120810#{{error}}","message":"scripted"{{more}}}""", Encoding.UTF8, "application/x-amz-json-1.0"),
    };

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
