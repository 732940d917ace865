using System.Text.Json;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Output;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands;

/// <summary>What a store holds of a workspace, masked before anything can write it. Its properties are the fields of the JSON.</summary>
internal sealed record WorkspaceDetails
{
    public required string ClientId { get; init; }

    public required string Workspace { get; init; }

    public string? EnterpriseId { get; init; }

    public string? EnterpriseName { get; init; }

    public string? TeamId { get; init; }

    public string? TeamName { get; init; }

    public required bool IsEnterpriseInstall { get; init; }

    public string? AppId { get; init; }

    public CredentialDetails? Bot { get; init; }

    public required IReadOnlyList<InstallationDetails> Installations { get; init; }

    /// <summary>How many records the history holds beside the current ones.</summary>
    public int OlderRecords { get; init; }

    /// <summary>Reads a workspace.</summary>
    /// <param name="store">The store.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="user">Only this user's installation; null for every user's.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The details; null where nothing is stored.</returns>
    internal static async ValueTask<WorkspaceDetails?> ReadAsync(OpenedStore store, WorkspaceId workspace, string? user, CancellationToken cancellationToken = default)
    {
        var bot = await store.Installations.FindBotAsync(workspace, cancellationToken).ConfigureAwait(false);
        var current = new Dictionary<string, Installation>(StringComparer.Ordinal);
        var older = 0;

        // Newest first: the first of each user is the current one.
        await foreach (var installation in store.History.ListInstallationHistoryAsync(workspace, user, cancellationToken).ConfigureAwait(false))
        {
            older += current.TryAdd(installation.UserId, installation) ? 0 : 1;
        }

        await foreach (var kept in store.History.ListBotHistoryAsync(workspace, cancellationToken).ConfigureAwait(false))
        {
            older += kept == bot ? 0 : 1;
        }

        var newest = current.Values.MaxBy(installation => installation.InstalledAt);
        return (bot is null || user is not null) && newest is null ? null : new WorkspaceDetails
        {
            ClientId = store.ClientId,
            Workspace = WorkspaceNotation.Format(workspace),
            EnterpriseId = workspace.EnterpriseId,
            EnterpriseName = newest?.EnterpriseName ?? bot?.EnterpriseName,
            TeamId = workspace.TeamId,
            TeamName = newest?.TeamName ?? bot?.TeamName,
            IsEnterpriseInstall = workspace.IsEnterpriseInstall,
            AppId = newest?.AppId ?? bot?.AppId,
            Bot = bot is null ? null : CredentialDetails.Of(bot),
            Installations = [.. current.Values.OrderBy(installation => installation.UserId, StringComparer.Ordinal).Select(InstallationDetails.Of)],
            OlderRecords = older,
        };
    }
}

/// <summary>A masked credential.</summary>
internal record CredentialDetails
{
    /// <summary>The bot's user id, where that is known.</summary>
    public string? Id { get; init; }

    public required DateTimeOffset InstalledAt { get; init; }

    public required string? Token { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    public required string? RefreshToken { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The names of the app's own values. The values may be secret.</summary>
    public required IReadOnlyList<string> CustomValueNames { get; init; }

    public sealed override string ToString() => nameof(CredentialDetails);

    internal static CredentialDetails Of(Bot bot) => new()
    {
        Id = bot.BotUserId ?? bot.BotId,
        InstalledAt = bot.InstalledAt,
        Token = Mask(bot.BotToken),
        ExpiresAt = bot.BotTokenExpiresAt,
        RefreshToken = Mask(bot.BotRefreshToken),
        Scopes = [.. bot.BotScopes],
        CustomValueNames = Names(bot.CustomValues),
    };

    protected static string? Mask(string? token) => token is null ? null : TokenText.Mask(token);

    protected static string[] Names(JsonElement? customValues) => customValues is { ValueKind: JsonValueKind.Object } json ? [.. json.EnumerateObject().Select(value => value.Name)] : [];
}

/// <summary>A masked installation of a user.</summary>
internal sealed record InstallationDetails : CredentialDetails
{
    public required string UserId { get; init; }

    public required bool HasWebhook { get; init; }

    public string? WebhookChannel { get; init; }

    internal static InstallationDetails Of(Installation installation) => new()
    {
        UserId = installation.UserId,
        InstalledAt = installation.InstalledAt,
        Token = Mask(installation.UserToken),
        ExpiresAt = installation.UserTokenExpiresAt,
        RefreshToken = Mask(installation.UserRefreshToken),
        Scopes = [.. installation.UserScopes],
        CustomValueNames = Names(installation.CustomValues),
        HasWebhook = installation.IncomingWebhookUrl is not null,
        WebhookChannel = installation.IncomingWebhookChannel ?? installation.IncomingWebhookChannelId,
    };
}
