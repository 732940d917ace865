using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SlackOAuth.AspNetCore;

/// <summary>Reads the raw body of a request within the limit, verifies its signature, and leaves the body readable for the handler.</summary>
internal sealed class SlackSignatureGate
{
    private const int ChunkBytes = 16 * 1024;

    private readonly SlackSignatureVerifier _verifier;
    private readonly int _statusCode;
    private readonly FlowTelemetry _telemetry;
    private readonly ILogger _logger;

    public SlackSignatureGate(IOptions<SlackOAuthOptions> options, TimeProvider time, FlowTelemetry telemetry, ILogger<SlackSignatureGate> logger)
    {
        if (string.IsNullOrWhiteSpace(options.Value.SigningSecret))
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(SlackOAuthOptions), [
                $"{nameof(SlackOAuthOptions)}.{nameof(SlackOAuthOptions.SigningSecret)} is missing, and an endpoint takes Slack's requests. "
                + $"{SlackOAuthOptionsValidator.Set(nameof(SlackOAuthOptions.SigningSecret), "SLACK_SIGNING_SECRET")} to the signing secret that Slack shows under \"Basic Information\" of the app."]);
        }

        _verifier = new(options.Value.SigningSecret, time) { MaxBodyBytes = options.Value.MaxRequestBodyBytes };
        _statusCode = options.Value.InvalidSignatureStatusCode;
        _telemetry = telemetry;
        _logger = logger;
    }

    /// <summary>Lets a request through to its endpoint where its signature is Slack's; else answers it.</summary>
    internal async Task RunAsync(HttpContext context, RequestDelegate endpoint)
    {
        var (finding, _) = await ReadAsync(context).ConfigureAwait(false);
        if (finding == SlackSignatureVerification.Valid)
        {
            await endpoint(context).ConfigureAwait(false);
        }
        else
        {
            Refuse(context, finding);
        }
    }

    internal void Refuse(HttpContext context, SlackSignatureVerification finding)
    {
        _telemetry.CountRefusedSignature(finding);
        Log.SignatureRefused(_logger, finding);
        context.Response.StatusCode = _statusCode;
    }

    /// <summary>Reads and verifies. The body is empty where it is over the limit.</summary>
    internal async Task<(SlackSignatureVerification Finding, ReadOnlyMemory<byte> Body)> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (await ReadBodyAsync(request, context.RequestAborted).ConfigureAwait(false) is not { } body)
        {
            return (SlackSignatureVerification.BodyTooLarge, default);
        }

        var finding = _verifier.Verify(
            request.Headers[SlackSignatureVerifier.TimestampHeader], request.Headers[SlackSignatureVerifier.SignatureHeader], body.GetBuffer().AsSpan(0, (int)body.Length));
        body.Position = 0;
        request.Body = body;
        return (finding, body.GetBuffer().AsMemory(0, (int)body.Length));
    }

    private async Task<MemoryStream?> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > _verifier.MaxBodyBytes)
        {
            return null;
        }

        if (request.Body.CanSeek)
        {
            // Something before has read and buffered it.
            request.Body.Position = 0;
        }

        var body = new MemoryStream();
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (body.Length + read > _verifier.MaxBodyBytes)
                {
                    return null;
                }

                body.Write(chunk, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        return body;
    }
}
