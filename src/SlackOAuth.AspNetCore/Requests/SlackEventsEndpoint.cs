using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>What a handler is registered for: a kind, an interaction's type, and a name within them.</summary>
internal readonly record struct HandlerKey(SlackRequestKind Kind, string? Type, string? Name);

/// <summary>One endpoint for all that Slack sends: verifies, answers Slack's own questions, forgets what is uninstalled, looks the tokens up, and calls the app's handler.</summary>
internal sealed class SlackEventsEndpoint(IServiceProvider services)
{
    // What is not signed is not read beyond what a check of the certificate holds: ssl_check and a token.
    private const int MaxSslCheckBytes = 1024;

    private readonly SlackSignatureGate _gate = services.GetRequiredService<SlackSignatureGate>();
    private readonly UninstallEvents _uninstall = services.GetRequiredService<UninstallEvents>();
    private readonly ISlackAuthorizer _authorizer = services.GetRequiredService<ISlackAuthorizer>();
    private readonly string _notInstalledMessage = services.GetRequiredService<IOptions<SlackOAuthOptions>>().Value.NotInstalledMessage;
    private readonly FlowTelemetry _telemetry = services.GetRequiredService<FlowTelemetry>();
    private readonly ILogger _logger = services.GetRequiredService<ILogger<SlackEventsEndpoint>>();
    private readonly Dictionary<HandlerKey, Func<SlackRequest, Task>> _handlers = [];

    internal void Add(HandlerKey key, Func<SlackRequest, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (!_handlers.TryAdd(key, handler))
        {
            throw new ArgumentException($"'{key.Name ?? key.Type}' has a handler already. One request has one handler: do both in it.", nameof(handler));
        }
    }

    /// <summary>Slack tries a request URL's certificate with an unsigned GET.</summary>
    internal static Task HandleGetAsync(HttpContext context)
    {
        if (FlowRequest.Single(context.Request, "ssl_check", 1) != "1")
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "POST";
        }

        return Task.CompletedTask;
    }

    internal async Task HandleAsync(HttpContext context)
    {
        var (finding, body) = await _gate.ReadAsync(context, MaxSslCheckBytes).ConfigureAwait(false);
        SlackRequestContext? request = null;
        var isRead = finding is SlackSignatureVerification.Valid or SlackSignatureVerification.MissingHeader
            && SlackRequestContext.TryParse(context.Request.ContentType, body, out request);
        if (request?.Kind == SlackRequestKind.SslCheck)
        {
            // Slack does not sign it, and nothing follows from it.
            return;
        }

        if (finding != SlackSignatureVerification.Valid)
        {
            _gate.Refuse(context, finding);
        }
        else
        {
            await _telemetry.RequestAsync(step => AnswerAsync(context, isRead ? request : null, body, step)).ConfigureAwait(false);
        }
    }

    /// <summary>Answers a signed request; one that is null could not be read.</summary>
    private async Task AnswerAsync(HttpContext context, SlackRequestContext? request, ReadOnlyMemory<byte> body, FlowStep step)
    {
        step.Set(SlackOAuthTelemetry.RequestKindAttribute, FlowTelemetry.Word(request?.Kind ?? SlackRequestKind.Other));
        if (request is null)
        {
            RefuseBody(context, step);
        }
        else if (request.Challenge is { } challenge)
        {
            step.End(FlowTelemetry.Succeeded);
            await WriteTextAsync(context, challenge).ConfigureAwait(false);
        }
        else
        {
            await DispatchAsync(context, request, body, step).ConfigureAwait(false);
        }
    }

    private async Task DispatchAsync(HttpContext context, SlackRequestContext request, ReadOnlyMemory<byte> body, FlowStep step)
    {
        if (!SlackPayload.TryRead(request, body, out var payload, out var key))
        {
            RefuseBody(context, step);
            return;
        }

        var handler = _handlers.GetValueOrDefault(key) ?? _handlers.GetValueOrDefault(key with { Name = null });
        var isUninstall = request.EventType is UninstallEvents.AppUninstalled or UninstallEvents.TokensRevoked;

        // A type that nobody registered is a word of another's: as many as Slack has, or a tester thinks of.
        var type = handler is null && !isUninstall ? SlackOAuthTelemetry.Other : request.EventType ?? key.Type;
        if (type is not null)
        {
            step.Set(SlackOAuthTelemetry.RequestTypeAttribute, type);
        }

        Log.RequestReceived(_logger, request.Kind, type);
        if (handler is null && !isUninstall)
        {
            step.End(FlowTelemetry.Failed, FlowTelemetry.NoHandler);
            Log.NoHandler(_logger, request.Kind);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        SlackAuthorization? authorization = null;
        try
        {
            if (isUninstall)
            {
                await _uninstall.HandleAsync(request, context.RequestAborted).ConfigureAwait(false);
            }
            else
            {
                authorization = await _authorizer.AuthorizeAsync(request, context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (SlackOAuthStoreException exception)
        {
            // Slack sends an event again that was answered with 500.
            step.End(FlowTelemetry.Failed, OAuthFailureReasons.StorageError);
            Log.StoreFailed(_logger, request.Kind, Log.Cause(exception));
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        if (authorization is null && !isUninstall)
        {
            step.End(FlowTelemetry.NotInstalled);
            Log.NotInstalled(_logger, request.Kind);
            await WriteTextAsync(context, _notInstalledMessage).ConfigureAwait(false);
        }
        else if (handler is not null)
        {
            await handler(new SlackRequest(context, request, payload, authorization)).ConfigureAwait(false);
            step.End(FlowTelemetry.Succeeded);
        }
        else
        {
            step.End(FlowTelemetry.Succeeded);
        }
    }

    private void RefuseBody(HttpContext context, FlowStep step)
    {
        step.End(FlowTelemetry.Failed, FlowTelemetry.MalformedBody);
        Log.BodyRefused(_logger);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
    }

    private static Task WriteTextAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
