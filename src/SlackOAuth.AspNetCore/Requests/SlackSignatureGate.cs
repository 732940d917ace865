using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SlackOAuth.AspNetCore;

/// <summary>Verifies the signature of a request over its raw body, which it reads within the limit and leaves readable for the handler.</summary>
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

    /// <summary>Reads and verifies. What nobody can have signed is not read, for anybody may send it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxUnsignedBytes">How much is read of a body that comes without any signature.</param>
    /// <returns>The body is empty where it was not read.</returns>
    internal async Task<(SlackSignatureVerification Finding, ReadOnlyMemory<byte> Body)> ReadAsync(HttpContext context, int maxUnsignedBytes = 0)
    {
        var request = context.Request;
        var (timestamp, signature) = (request.Headers[SlackSignatureVerifier.TimestampHeader], request.Headers[SlackSignatureVerifier.SignatureHeader]);
        var fault = _verifier.FindHeaderFault(timestamp, signature);
        var limit = fault switch
        {
            null => _verifier.MaxBodyBytes,
            SlackSignatureVerification.MissingHeader => Math.Min(maxUnsignedBytes, _verifier.MaxBodyBytes),
            _ => 0,
        };
        var body = limit > 0 ? await ReadBodyAsync(request, limit, context.RequestAborted).ConfigureAwait(false) : null;
        if (body is null)
        {
            return (fault ?? SlackSignatureVerification.BodyTooLarge, default);
        }

        var bytes = body.GetBuffer().AsMemory(0, (int)body.Length);
        var finding = _verifier.Verify(timestamp, signature, bytes.Span);
        body.Position = 0;
        request.Body = body;
        return (finding, bytes);
    }

    private static async Task<MemoryStream?> ReadBodyAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
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
                if (body.Length + read > limit)
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
