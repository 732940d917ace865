using Microsoft.AspNetCore.Http;

namespace SlackOAuth.AspNetCore;

/// <summary>The request that a hook runs in.</summary>
public abstract class SlackOAuthHookContext
{
    private protected SlackOAuthHookContext(HttpContext httpContext) => HttpContext = httpContext;

    /// <summary>The request and its response.</summary>
    public HttpContext HttpContext { get; }

    /// <summary>Whether the hook has answered the request.</summary>
    public bool IsHandled { get; private set; }

    /// <summary>Says that the hook has answered the request: the flow ends here and writes nothing more.</summary>
    public void HandleResponse() => IsHandled = true;

    /// <summary>The type's name: nothing of the flow is shown.</summary>
    public sealed override string ToString() => GetType().Name;
}
