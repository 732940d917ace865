using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SlackOAuth.Stores.Protection;

/// <summary>The secrets of the records, encrypted field by field as text: a marker, then the ciphertext in base64url.</summary>
/// <remarks>Each is bound to its client id, workspace, user and field. A bot's are bound to no user: they stand in one place, and are shown with every installation.</remarks>
internal sealed class TokenCipher(ITokenProtector protector, string clientId, bool refusesPlain)
{
    internal const string ProviderName = "Protection";

    private const string Marker = "protected:1:";

    internal Installation Encrypt(string operation, WorkspaceId workspace, Installation installation) =>
        Map(installation, workspace, installation.UserId, (secret, context) => EncryptField(operation, secret, context));

    internal Bot Encrypt(string operation, WorkspaceId workspace, Bot bot) => Map(bot, workspace, (secret, context) => EncryptField(operation, secret, context));

    internal Installation Decrypt(string operation, WorkspaceId workspace, string userId, Installation installation) =>
        Map(installation, workspace, userId, (secret, context) => DecryptField(operation, secret, context, userId));

    internal Bot Decrypt(string operation, WorkspaceId workspace, Bot bot) => Map(bot, workspace, (secret, context) => DecryptField(operation, secret, context, userId: null));

    /// <summary>All of a state's data but the purpose, as one text in place of the app's JSON.</summary>
    internal OAuthStateData Encrypt(string operation, OAuthStateData data)
    {
        var plaintext = StoreJson.Serialize(new StoredOAuthState(data, DateTimeOffset.UnixEpoch));
        return new OAuthStateData { Purpose = data.Purpose, StoredAppData = JsonElement.Parse($"\"{EncryptBytes(operation, plaintext, StateContext(data.Purpose))}\"") };
    }

    internal OAuthStateData Decrypt(string operation, OAuthStateData stored)
    {
        var context = StateContext(stored.Purpose);
        if (stored.AppData is not { ValueKind: JsonValueKind.String } json || json.GetString() is not { } text || !text.StartsWith(Marker, StringComparison.Ordinal))
        {
            return refusesPlain ? throw Plain(operation, context, userId: null) : stored;
        }

        var plaintext = DecryptBytes(operation, text, context, userId: null);
        try
        {
            return StoreJson.ReadState(plaintext).Data;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    /// <summary>What is not a record of a store, such as an entry of a cache.</summary>
    internal byte[] Encrypt(ReadOnlySpan<byte> plaintext, string field) => protector.Protect(plaintext, new TokenProtectionContext { ClientId = clientId, Field = field });

    internal byte[] Decrypt(ReadOnlySpan<byte> ciphertext, string field) => protector.Unprotect(ciphertext, new TokenProtectionContext { ClientId = clientId, Field = field });

    private Installation Map(Installation installation, WorkspaceId workspace, string userId, Func<string, TokenProtectionContext, string> map) => installation with
    {
        BotToken = Map(installation.BotToken, workspace, null, "bot_token", map),
        BotRefreshToken = Map(installation.BotRefreshToken, workspace, null, "bot_refresh_token", map),
        UserToken = Map(installation.UserToken, workspace, userId, "user_token", map),
        UserRefreshToken = Map(installation.UserRefreshToken, workspace, userId, "user_refresh_token", map),
        IncomingWebhookUrl = Map(installation.IncomingWebhookUrl, workspace, userId, "incoming_webhook_url", map),
        IncomingWebhookConfigurationUrl = Map(installation.IncomingWebhookConfigurationUrl, workspace, userId, "incoming_webhook_configuration_url", map),
    };

    private Bot Map(Bot bot, WorkspaceId workspace, Func<string, TokenProtectionContext, string> map) => bot with
    {
        BotToken = Map(bot.BotToken, workspace, null, "bot_token", map)!,
        BotRefreshToken = Map(bot.BotRefreshToken, workspace, null, "bot_refresh_token", map),
    };

    private string? Map(string? secret, WorkspaceId workspace, string? userId, string field, Func<string, TokenProtectionContext, string> map) =>
        secret is null ? null : map(secret, new TokenProtectionContext { ClientId = clientId, Workspace = workspace, UserId = userId, Field = field });

    private string EncryptField(string operation, string secret, TokenProtectionContext context) => EncryptBytes(operation, Encoding.UTF8.GetBytes(secret), context);

    private string EncryptBytes(string operation, byte[] plaintext, TokenProtectionContext context)
    {
        try
        {
            return Marker + Base64Url.EncodeToString(protector.Protect(plaintext, context));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new SlackOAuthStoreException(
                ProviderName,
                operation,
                $"{Name(context)} could not be encrypted, and nothing was written",
                isTransient: false,
                "See the inner exception; with Data Protection the process has to be able to read and write its key ring.",
                exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    /// <param name="operation">The operation, for errors.</param>
    /// <param name="stored">The ciphertext.</param>
    /// <param name="context">What it is bound to.</param>
    /// <param name="userId">Whose installation it was read with, which a bot's is not bound to.</param>
    private string DecryptField(string operation, string stored, TokenProtectionContext context, string? userId)
    {
        if (!stored.StartsWith(Marker, StringComparison.Ordinal))
        {
            return refusesPlain ? throw Plain(operation, context, userId) : stored;
        }

        var plaintext = DecryptBytes(operation, stored, context, userId);
        try
        {
            return Encoding.UTF8.GetString(plaintext);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    private byte[] DecryptBytes(string operation, string stored, TokenProtectionContext context, string? userId)
    {
        try
        {
            return protector.Unprotect(Base64Url.DecodeFromChars(stored.AsSpan(Marker.Length)), context);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new SlackOAuthStoreException(
                ProviderName,
                operation,
                $"{Name(context)} that is stored cannot be decrypted: its key is not in this process's key ring, or it was changed or copied from another row, field or app",
                isTransient: false,
                "Give this process the keys that encrypted it (with Data Protection: the same PersistKeysTo… and SetApplicationName on every server, and no key deleted), or delete the record and have the app installed again.",
                exception)
            {
                IsUnreadableRecord = true,
                Workspace = context.Workspace,
                UserId = userId,
            };
        }
    }

    private TokenProtectionContext StateContext(OAuthStatePurpose purpose) => new() { ClientId = clientId, Field = $"state_{(int)purpose}" };

    private static SlackOAuthStoreException Plain(string operation, TokenProtectionContext context, string? userId) => new(
        ProviderName,
        operation,
        $"{Name(context)} that is stored is not encrypted, and {nameof(TokenProtectionOptions)}.{nameof(TokenProtectionOptions.RefusePlain)} is on",
        isTransient: false,
        $"Turn it off until every record has been saved again; where all had been, somebody else has written to the engine.")
    {
        IsUnreadableRecord = true,
        Workspace = context.Workspace,
        UserId = userId,
    };

    private static string Name(TokenProtectionContext context) => context.Field.StartsWith("state_", StringComparison.Ordinal) ? "the data of a state" : $"the {context.Field}";
}
