using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace SlackOAuth.Tests;

/// <summary>Answers with scripted bytes, one script per attempt, and keeps what was sent.</summary>
internal sealed class ScriptedSlack : HttpMessageHandler
{
    private readonly ConcurrentQueue<Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>> _scripts = new();

    public ConcurrentQueue<SentRequest> Sent { get; } = new();

    public ScriptedSlack Answers(string body, HttpStatusCode status = HttpStatusCode.OK, string? retryAfter = null, string mediaType = "application/json") =>
        Answers(Encoding.UTF8.GetBytes(body), status, retryAfter, mediaType);

    public ScriptedSlack Answers(byte[] body, HttpStatusCode status = HttpStatusCode.OK, string? retryAfter = null, string mediaType = "application/json") =>
        Does((_, _) =>
        {
            var response = new HttpResponseMessage(status) { Content = new ByteArrayContent(body) };
            response.Content.Headers.ContentType = new(mediaType);
            if (retryAfter is not null)
            {
                response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
            }

            return Task.FromResult(response);
        });

    public ScriptedSlack Throws(Exception exception) => Does((_, _) => Task.FromException<HttpResponseMessage>(exception));

    public ScriptedSlack Hangs() => Does(async (_, cancellationToken) =>
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        throw new InvalidOperationException("Unreachable: the wait ends by cancellation only.");
    });

    public ScriptedSlack Does(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> script)
    {
        _scripts.Enqueue(script);
        return this;
    }

    public ServiceProvider Services(Action<SlackOAuthClientOptions>? configure = null, Action<IServiceCollection>? add = null)
    {
        var services = new ServiceCollection();
        add?.Invoke(services);
        services
            .AddSlackOAuthClient(options =>
            {
                // Without a delay between retries, where a test does not want one.
                (options.ClientId, options.ClientSecret, options.MaxRetryDelay) = ("111.222", "the-client-secret", TimeSpan.Zero);
                configure?.Invoke(options);
            })
            .ConfigurePrimaryHttpMessageHandler(() => this);
        return services.BuildServiceProvider();
    }

    public SlackOAuthClient Client(Action<SlackOAuthClientOptions>? configure = null, Action<IServiceCollection>? add = null) =>
        Services(configure, add).GetRequiredService<SlackOAuthClient>();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Sent.Enqueue(new(request.Method.Method, request.RequestUri!.AbsoluteUri, request.Headers.Authorization?.ToString(), body));
        return _scripts.TryDequeue(out var script)
            ? await script(request, cancellationToken)
            : throw new InvalidOperationException("The client sent a request that the test did not script.");
    }

    internal sealed record SentRequest(string Method, string Url, string? Authorization, string Body);
}
