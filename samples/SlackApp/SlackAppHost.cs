using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using SlackOAuth.Testing;

namespace SlackApp;

/// <summary>The running app, and beside it the built-in Slack where there are no credentials for the real one.</summary>
public sealed class SlackAppHost : IAsyncDisposable
{
    private SlackAppHost(WebApplication app, FakeSlack? slack) => (App, BuiltInSlack) = (app, slack);

    public WebApplication App { get; }

    /// <summary>The stand-in for Slack; null where SLACK_CLIENT_ID is set and the app talks to slack.com.</summary>
    public FakeSlack? BuiltInSlack { get; }

    public Uri Address => new(App.Urls.First());

    public static async Task<SlackAppHost> StartAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        var registration = Register(builder.Configuration["BuiltInSlack:ClientId"]);
        var slack = builder.Configuration["SLACK_CLIENT_ID"] is { Length: > 0 } ? null : await FakeSlack.StartAsync(new() { Apps = [registration] });
        var folder = Path.Combine(builder.Environment.ContentRootPath, builder.Configuration["DataFolder"] ?? ".data");

        builder.Services.AddSlackOAuth(options =>
        {
            options.Scopes = options.Scopes is [] ? ["commands", "chat:write"] : options.Scopes;
            options.InvalidSignatureStatusCode = StatusCodes.Status403Forbidden;

            // The sample's own pages name these, whatever SLACK_INSTALL_PATH and the like say.
            (options.InstallPath, options.CallbackPath) = ("/slack/install", "/slack/oauth_redirect");
            if (slack is not null)
            {
                (options.ClientId, options.ClientSecret, options.SigningSecret) = (registration.ClientId, registration.ClientSecret, registration.SigningSecret);
                (options.SlackUrl, options.RedirectUri) = (slack.BaseAddress, null);
                options.SuccessUrl ??= "/";
            }
        }).UseChosenStore(builder.Configuration, folder).AddRetention();
        builder.Services.AddHealthChecks().AddSlackOAuthStores();
        builder.Services.AddSingleton<MetricsBoard>();

        if (slack is not null)
        {
            builder.Services.AddSingleton(slack);
        }

        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
        builder.Services.AddDataProtection().PersistKeysToFileSystem(new(Path.Combine(folder, "keys")));

        var app = builder.Build();

        // Made now, so that it counts from the start.
        app.Services.GetRequiredService<MetricsBoard>();
        app.UseAuthentication();
        app.MapSlackApp();
        if (slack is not null)
        {
            app.MapPretend();
        }

        await app.StartAsync();
        var host = new SlackAppHost(app, slack);

        // The app's port is known only now. The first redirect URL is the one of installs that name none.
        slack?.AddRedirectUri(new(host.Address, "/slack/oauth_redirect"));
        slack?.AddRedirectUri(new(host.Address, "/slack/signin/callback"));
        return host;
    }

    public void PrintWelcome() => Console.WriteLine(BuiltInSlack is null
        ? $"""

          The app runs on {Address} and talks to slack.com.
          Open          {new Uri(Address, "/slack/install")}
          In the app's settings at https://api.slack.com/apps, with this app's public https address in place of {Address}:
            redirect URLs                 {new Uri(Address, "/slack/oauth_redirect")} and {new Uri(Address, "/slack/signin/callback")}
            slash command /open-modal,
            interactivity, events         {new Uri(Address, "/slack/events")}

          """
        : $"""

          The app runs on {Address} with a built-in Slack on {BuiltInSlack.BaseAddress}: no account and no network needed.
          Open          {Address}
          Then try, in this order:
            1. "Type /open-modal": the app is not installed, and says so.
            2. "Add to Slack", then Cancel: nothing is installed. Again, then Allow: it is, and listed.
            3. "Type /open-modal" again: a modal opens. "Submit the modal", "Sign it wrongly", "Uninstall the app".
            4. "Sign in with Slack".
          For the real Slack, set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and SLACK_SIGNING_SECRET and start again.

          """);

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        if (BuiltInSlack is not null)
        {
            await BuiltInSlack.DisposeAsync();
        }
    }

    /// <summary>How the app is registered with the built-in Slack.</summary>
    private static FakeSlackApp Register(string? clientId) => clientId is null
        ? new() { Name = "Sample app", RedirectUris = [], TokenRotation = true }
        : new() { Name = "Sample app", RedirectUris = [], TokenRotation = true, ClientId = clientId };
}
