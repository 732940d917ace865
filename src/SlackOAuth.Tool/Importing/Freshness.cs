using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Importing;

/// <summary>Which of several states of one credential is the one that works.</summary>
/// <remarks>
/// The SDKs keep the installed-at of a record whose tokens they rotate, and may rotate a workspace's bot through the record of somebody who installed long ago. So the later expiry tells
/// the later token, where both states have one; else the later installed-at does; and between equals the one that is met last. The one chosen gets the greatest installed-at
/// among them: a store takes no record that is older than its own [6], and the next copy must not be refused because the SDK went back to an older record.
/// </remarks>
internal static class Freshness
{
    /// <summary>Whether the second state of one bot, which is met after the first, is to be used.</summary>
    internal static bool IsReplaced(Bot first, Bot second) => IsReplaced(first.BotTokenExpiresAt, first.InstalledAt, second.BotTokenExpiresAt, second.InstalledAt);

    /// <summary>Whether the second state of one user's installation, which is met after the first, is to be used.</summary>
    internal static bool IsReplaced(Installation first, Installation second) => IsReplaced(first.UserTokenExpiresAt, first.InstalledAt, second.UserTokenExpiresAt, second.InstalledAt);

    /// <summary>The state to use of two of one bot, or the second where there is no first.</summary>
    internal static Bot Choose(Bot? first, Bot second) =>
        first is null ? second : (IsReplaced(first, second) ? second : first) with { InstalledAt = Later(first.InstalledAt, second.InstalledAt) };

    /// <summary>The state to use of two of one user's installation, or the second where there is no first.</summary>
    internal static Installation Choose(Installation? first, Installation second) =>
        first is null ? second : (IsReplaced(first, second) ? second : first) with { InstalledAt = Later(first.InstalledAt, second.InstalledAt) };

    private static bool IsReplaced(DateTimeOffset? firstExpiry, DateTimeOffset first, DateTimeOffset? secondExpiry, DateTimeOffset second) =>
        firstExpiry is { } earlier && secondExpiry is { } later && earlier != later ? later > earlier : second >= first;

    private static DateTimeOffset Later(DateTimeOffset first, DateTimeOffset second) => first > second ? first : second;
}
