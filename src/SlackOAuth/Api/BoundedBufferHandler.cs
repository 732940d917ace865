using Microsoft.Extensions.Options;

namespace SlackOAuth;

/// <summary>Reads the answer within the attempt, so that the attempt's timeout and retry cover the body too, and no further than the limit.</summary>
internal sealed class BoundedBufferHandler(IOptions<SlackOAuthClientOptions> options) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            await response.Content.LoadIntoBufferAsync(options.Value.MaxResponseBytes, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
