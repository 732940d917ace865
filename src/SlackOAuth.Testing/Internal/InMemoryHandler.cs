namespace SlackOAuth.Testing;

/// <summary>Gives a dropped connection the exception that a socket gives: the in-memory server throws another.</summary>
internal sealed class InMemoryHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The stand-in for Slack dropped the connection.", exception);
        }
    }
}
