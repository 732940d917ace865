using System.Text.Json.Nodes;

namespace SlackOAuth.Testing;

/// <summary>The one request pipeline behind both the port and the in-memory handler.</summary>
internal sealed class SlackServer(
    FakeSlackOptions options, CallLog calls, AuthorizeEndpoint authorize, OAuthMethods oauth, WebMethods web, IdTokenSigner signer, MessageHooks hooks, Func<Uri> baseAddress, CancellationToken stopping)
{
    private const string ApiPrefix = "api/";

    public async Task HandleAsync(HttpContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            var reply = await AnswerAsync(context.Request, ending.Token).ConfigureAwait(false);
            if (reply is not null)
            {
                await reply.WriteAsync(context).ConfigureAwait(false);
                return;
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The caller gave up or this Slack is being disposed of: nobody is left to be answered.
        }

        context.Abort();
    }

    private static bool IsPostOnly(string method) => method is not ("auth.test" or "auth.revoke" or "openid.connect.userInfo");

    /// <summary>Null drops the connection.</summary>
    private async Task<Reply?> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var path = request.Path.Value!.TrimStart('/');
        var isApi = path.StartsWith(ApiPrefix, StringComparison.Ordinal);
        var method = isApi ? path[ApiPrefix.Length..] : MessageHooks.KindOf(path) ?? path;
        var (arguments, unreadable) = isApi ? await ApiRequest.ReadAsync(request, cancellationToken).ConfigureAwait(false) : default;

        var grantType = arguments is not null && method is "oauth.v2.access" or "openid.connect.token" ? OAuthMethods.GrantType(arguments!) : null;
        var scripted = calls.Record(new(method, grantType, options.TimeProvider.GetUtcNow()));
        switch (scripted?.Kind)
        {
            case ScriptedKind.Reply:
                return scripted.Reply;
            case ScriptedKind.Drop:
                return null;
            case ScriptedKind.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(false);
                return null;
            case ScriptedKind.Hold:
                await scripted.Gate!.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
                break;
        }

        var reply = isApi
            ? arguments is null ? Reply.Refusal(unreadable!) : CallMethod(method, request, arguments)
            : await CallPathAsync(path, request, cancellationToken).ConfigureAwait(false);
        return scripted?.Kind == ScriptedKind.LoseAnswer ? null : reply;
    }

    private Reply CallMethod(string method, HttpRequest request, ApiRequest arguments)
    {
        if (!HttpMethods.IsPost(request.Method) && (IsPostOnly(method) || !HttpMethods.IsGet(request.Method)))
        {
            return Reply.Text(StatusCodes.Status405MethodNotAllowed, "Use POST.");
        }

        return method switch
        {
            "oauth.v2.access" => oauth.Access(arguments),
            "openid.connect.token" => oauth.OpenIdToken(arguments),
            "openid.connect.userInfo" => oauth.UserInfo(arguments),
            "auth.test" => web.AuthTest(arguments),
            "auth.revoke" => web.AuthRevoke(arguments),
            "views.open" => web.ViewsOpen(arguments),
            "chat.postMessage" => web.PostMessage(arguments),
            _ => Reply.Json(new() { ["ok"] = false, ["error"] = "unknown_method", ["req_method"] = method }),
        };
    }

    private async Task<Reply> CallPathAsync(string path, HttpRequest request, CancellationToken cancellationToken)
    {
        var isGet = HttpMethods.IsGet(request.Method);
        switch (path)
        {
            case AuthorizeEndpoint.InstallPath or AuthorizeEndpoint.SignInPath when isGet:
                return authorize.Show(path, request.QueryString.Value);
            case AuthorizeEndpoint.InstallPath or AuthorizeEndpoint.SignInPath when HttpMethods.IsPost(request.Method):
                return await authorize.DecideAsync(path, request, cancellationToken).ConfigureAwait(false);
            case "openid/connect/keys" when isGet:
                return Reply.Json(signer.KeySet());
            case ".well-known/openid-configuration" when isGet:
                return Reply.Json(Metadata());
        }

        if (HttpMethods.IsPost(request.Method) && MessageHooks.KindOf(path) is not null)
        {
            var (arguments, error) = await ApiRequest.ReadAsync(request, cancellationToken).ConfigureAwait(false);
            return arguments is null ? Reply.Text(StatusCodes.Status400BadRequest, error!) : hooks.Post($"/{path}", arguments);
        }

        return Reply.Text(StatusCodes.Status404NotFound, "This stand-in for Slack has nothing here.");
    }

    private JsonObject Metadata()
    {
        string At(string path) => new Uri(baseAddress(), path).AbsoluteUri;
        return new()
        {
            ["issuer"] = options.Issuer,
            ["authorization_endpoint"] = At("openid/connect/authorize"),
            ["token_endpoint"] = At("api/openid.connect.token"),
            ["userinfo_endpoint"] = At("api/openid.connect.userInfo"),
            ["jwks_uri"] = At("openid/connect/keys"),
            ["scopes_supported"] = Json.Array(["openid", "profile", "email"]),
            ["response_types_supported"] = Json.Array(["code"]),
            ["response_modes_supported"] = Json.Array(["form_post"]),
            ["grant_types_supported"] = Json.Array(["authorization_code"]),
            ["subject_types_supported"] = Json.Array(["public"]),
            ["id_token_signing_alg_values_supported"] = Json.Array(["RS256"]),
            ["claims_supported"] = Json.Array(["sub", "auth_time", "iss"]),
            ["claims_parameter_supported"] = false,
            ["request_parameter_supported"] = false,
            ["request_uri_parameter_supported"] = true,
            ["token_endpoint_auth_methods_supported"] = Json.Array(["client_secret_post", "client_secret_basic"]),
        };
    }
}
