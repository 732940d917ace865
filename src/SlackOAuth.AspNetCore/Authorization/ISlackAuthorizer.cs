using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>Looks up the tokens for a request of Slack's. Thread-safe; a singleton. Register one of your own before <c>AddSlackOAuth</c> to replace it.</summary>
public interface ISlackAuthorizer
{
    /// <summary>Finds the bot and, where asked for, the requesting user's token.</summary>
    /// <remarks>
    /// <para>A workspace is looked for under its own key (enterprise and team); then, where the enterprise is known and
    /// <see cref="SlackOAuthOptions.GridFallbackEnabled"/> is on, under the key of before its upgrade to Enterprise Grid (team alone), which is then re-keyed; then org-wide.
    /// Where an app with bot scopes finds nothing but users' installations, the bot is looked for under the next keys.
    /// Where the enterprise may be another's (<see cref="SlackRequestContext.IsEnterpriseUncertain"/>), nothing is re-keyed or looked for org-wide. A request that says it is org-wide is looked for org-wide alone.</para>
    /// <para>Calls to the store for each key: with <see cref="UserTokenResolution.None"/> one, <c>FindBotAsync</c>; else <c>FindInstallationAsync</c> for the latest installation, one more for the
    /// requesting user's where that user is not its installer (in an organization's workspace also under the key of before its upgrade), and <c>FindBotAsync</c> where no
    /// installation is left.</para>
    /// <para>Of the tokens found, those that are due are rotated (<see cref="TokenRotator"/>); where none is due, that costs nothing.</para>
    /// </remarks>
    /// <param name="request">Whom the request is about. Verify its signature first: what it says is believed.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The tokens; null where the app is not installed there, or has neither a bot token nor a token of the requesting user.</returns>
    /// <exception cref="SlackOAuthStoreException">The store failed.</exception>
    ValueTask<SlackAuthorization?> AuthorizeAsync(SlackRequestContext request, CancellationToken cancellationToken = default);
}
