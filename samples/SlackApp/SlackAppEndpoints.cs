using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SlackOAuth;
using SlackOAuth.AspNetCore;
using SlackOAuth.Stores;

namespace SlackApp;

/// <summary>What the app does: installs, one slash command with its modal, sign-in, and a page of what is installed.</summary>
internal static class SlackAppEndpoints
{
    private static readonly JsonElement Modal = JsonElement.Parse("""
        {
          "type": "modal",
          "callback_id": "sample-modal",
          "title": { "type": "plain_text", "text": "Sample app" },
          "submit": { "type": "plain_text", "text": "Submit" },
          "blocks": [
            {
              "type": "input",
              "block_id": "wish",
              "label": { "type": "plain_text", "text": "What would you like?" },
              "element": { "type": "plain_text_input", "action_id": "text" }
            }
          ]
        }
        """);

    public static void MapSlackApp(this WebApplication app)
    {
        app.MapSlackOAuth();
        app.MapSlackEvents()
            .OnCommand("/open-modal", OpenModalAsync)
            .OnViewSubmission("sample-modal", request => request.RespondJsonAsync("""{"response_action":"clear"}"""));
        app.MapSignInWithSlack(async (identity, context) =>
        {
            await context.SignInAsync(identity.ToPrincipal());
            context.Response.Redirect("/");
        });

        // Everybody may see these pages of a sample. A deployment asks who is looking: .RequireAuthorization().
        app.MapGet("/", async (HttpContext context, IInstallationStore store) => Page.Html(await HomePage.RenderAsync(context, store)));
        app.MapGet("/status", async (HealthCheckService health, MetricsBoard metrics, CancellationToken cancellationToken) =>
            Page.Html(await StatusPage.RenderAsync(health, metrics, cancellationToken)));

        // For a load balancer: 200 "Healthy", or 503.
        app.MapHealthChecks("/health");
    }

    private static async Task OpenModalAsync(SlackRequest request)
    {
        var slack = request.HttpContext.RequestServices.GetRequiredService<SlackOAuthClient>();
        var cancellation = request.HttpContext.RequestAborted;
        if (request.Authorization.BotToken is not { } token || request.Context.TriggerId is not { } trigger)
        {
            await request.RespondAsync("The app has no bot here. Please install it again.", cancellation);
            return;
        }

        var opened = await slack.OpenViewAsync(token, trigger, Modal, cancellation);
        if (!opened.Ok)
        {
            await request.RespondAsync($"Slack refused to open the modal: {opened.Error.Code}. If the app was removed, please install it again.", cancellation);
        }
    }
}
