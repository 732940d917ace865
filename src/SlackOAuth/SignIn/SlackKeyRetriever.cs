using Microsoft.IdentityModel.Protocols;

namespace SlackOAuth;

/// <summary>Fetches Slack's metadata and keys through <see cref="IHttpClientFactory"/>, from https (or loopback) only.</summary>
internal sealed class SlackKeyRetriever(IHttpClientFactory factory) : IDocumentRetriever
{
    public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
    {
        if (!WebUrl.TryParse(address, out var url))
        {
            throw new IOException("Slack's keys are at an address that is not https. Check OpenIdConfigurationUrl, and the jwks_uri of what it answers.");
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        SlackResilience.MarkRepeatable(request);
        using var client = factory.CreateClient(SlackOAuthClient.HttpClientName);
        using var response = await client.SendAsync(request, cancel).ConfigureAwait(false);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadAsStringAsync(cancel).ConfigureAwait(false)
            : throw new IOException($"Slack's keys could not be fetched: HTTP {(int)response.StatusCode}. Check OpenIdConfigurationUrl, and try again later.");
    }
}
