using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>Why a flow ended, and how that is answered.</summary>
internal sealed record FlowFailure(string Reason, int StatusCode, SlackError? Error = null, Exception? Exception = null);

/// <summary>The one place that writes the answers of a flow: headers, cookies, pages, the failure hook.</summary>
internal sealed class FlowResponder(IOptions<SlackOAuthOptions> options, ILogger<FlowResponder> logger)
{
    private readonly SlackOAuthOptions _options = options.Value;
    private readonly OAuthStateCookie _cookie = new(options.Value.StateLifetime, options.Value.StateCookieName);
    private readonly OAuthStateCookie _secureCookie =
        new(options.Value.StateLifetime, (options.Value.StateCookieHostPrefixEnabled ? OAuthStateCookie.HostPrefix : "") + options.Value.StateCookieName);

    internal static async Task<bool> IsHandledAsync<TContext>(Func<TContext, Task>? hook, TContext context)
        where TContext : SlackOAuthHookContext
    {
        if (hook is null)
        {
            return false;
        }

        await hook(context).ConfigureAwait(false);
        return context.IsHandled;
    }

    internal bool HoldsState(HttpContext context, string? state) => CookieOf(context).Cookie.Holds(state, context.Request.Headers.Cookie);

    internal void IssueCookie(HttpContext context, string state)
    {
        var (cookie, isSecure) = CookieOf(context);
        SetCookies(context, cookie.Issue(state, isSecure, context.Request.Headers.Cookie));
    }

    internal void DeleteCookie(HttpContext context, string? state)
    {
        var (cookie, isSecure) = CookieOf(context);
        SetCookies(context, cookie.Delete(state, isSecure, context.Request.Headers.Cookie));
    }

    /// <summary>Redirects to Slack.</summary>
    internal static void Redirect(HttpContext context, string url) => context.Response.Redirect(url);

    /// <summary>Sets the headers that every answer of the flow has, whoever writes it, before anything else: none is cached, and no address is passed on.</summary>
    internal static RequestDelegate WithHeaders(RequestDelegate endpoint) => context =>
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        return endpoint(context);
    };

    internal Task FailAsync(HttpContext context, OAuthStatePurpose purpose, FlowFailure failure, string retryUrl)
    {
        LogFailure(purpose, failure);
        return AnswerAsync(context, purpose, failure, retryUrl, _options.FailureUrl);
    }

    /// <summary>
    /// Answers a request that is one too many, and has not been looked at: neither its state nor its cookie is used up, and the page can be loaded again. Never a redirect, which
    /// would be one request more.
    /// </summary>
    internal Task RefuseAsync(HttpContext context, OAuthStatePurpose purpose, TimeSpan retryAfter)
    {
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return AnswerAsync(context, purpose, new(OAuthFailureReasons.RateLimited, StatusCodes.Status429TooManyRequests), retryUrl: null, failureUrl: null);
    }

    private async Task AnswerAsync(HttpContext context, OAuthStatePurpose purpose, FlowFailure failure, string? retryUrl, string? failureUrl)
    {
        var hook = new FlowFailedContext(context)
        {
            Purpose = purpose,
            Reason = failure.Reason,
            StatusCode = failure.StatusCode,
            Error = failure.Error,
            Exception = failure.Exception,
        };
        if (await IsHandledAsync(_options.Hooks.Failed, hook).ConfigureAwait(false))
        {
            return;
        }

        if (failureUrl is not null)
        {
            var reason = failure.Reason.Length <= OAuthPages.MaxReasonLength ? failure.Reason : failure.Reason[..OAuthPages.MaxReasonLength];
            context.Response.Redirect(QueryHelpers.AddQueryString(failureUrl, "reason", reason));
            return;
        }

        var page = _options.Pages.Failure;
        await WriteAsync(context, failure.StatusCode, page?.Invoke(failure.Reason) ?? OAuthPages.Failure(failure.Reason, retryUrl), page is not null).ConfigureAwait(false);
    }

    internal Task WriteAsync(HttpContext context, int statusCode, string html, bool isAppsOwn)
    {
        var response = context.Response;
        response.Headers.ContentSecurityPolicy = isAppsOwn ? _options.Pages.ContentSecurityPolicy : OAuthPages.ContentSecurityPolicy;
        response.StatusCode = statusCode;
        response.ContentType = OAuthPages.ContentType;
        return response.WriteAsync(html, context.RequestAborted);
    }

    /// <summary>A browser takes no prefixed name without Secure, so plain http on this machine does without both; everywhere else only the prefixed cookie counts.</summary>
    private (OAuthStateCookie Cookie, bool IsSecure) CookieOf(HttpContext context) => FlowRequest.NeedsSecureCookie(context) ? (_secureCookie, true) : (_cookie, false);

    private static void SetCookies(HttpContext context, IReadOnlyList<string> values)
    {
        foreach (var value in values)
        {
            context.Response.Headers.Append("Set-Cookie", value);
        }
    }

    private void LogFailure(OAuthStatePurpose purpose, FlowFailure failure)
    {
        var reason = Log.Word(failure.Reason);
        if (failure.Exception is { } exception)
        {
            Log.FlowFailedByException(logger, purpose, reason, Log.Cause(exception));
        }
        else if (failure.Error is { } error)
        {
            Log.FlowRefused(logger, purpose, reason, Log.Word(error.Code), error.IsTransient);
        }
        else
        {
            Log.FlowFailed(logger, purpose, reason);
        }
    }
}
