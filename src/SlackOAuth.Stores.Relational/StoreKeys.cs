using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace SlackOAuth.Stores.Relational;

/// <summary>The keys of rows: SHA-256 over ids, so that ids are compared exactly on every engine and collation [9], and a key of four ids of 255 characters fits an index.</summary>
internal static class StoreKeys
{
    internal const int ClientLength = 16;
    internal const int UserLength = SHA256.HashSizeInBytes;
    internal const int WorkspaceLength = ClientLength + SHA256.HashSizeInBytes;

    /// <summary>What stands in place of a user in the history of bots. No id is known to have this hash.</summary>
    internal static byte[] Nobody { get; } = new byte[UserLength];

    /// <summary>The app's. It begins the key of each of its workspaces, so that they are a range.</summary>
    internal static byte[] Client(string clientId) => Hash(clientId, null)[..ClientLength];

    internal static byte[] User(string userId) => Hash(userId, null);

    internal static byte[] Workspace(byte[] client, WorkspaceId workspace)
    {
        var key = new byte[WorkspaceLength];
        client.CopyTo(key, 0);
        Hash(workspace.EnterpriseId, workspace.TeamId).CopyTo(key, ClientLength);
        return key;
    }

    /// <summary>Below every workspace of every app.</summary>
    internal static byte[] First { get; } = new byte[WorkspaceLength];

    /// <summary>The app of a workspace.</summary>
    internal static byte[] ClientOf(byte[] workspace) => workspace[..ClientLength];

    /// <summary>Below every workspace of the app.</summary>
    internal static byte[] FirstWorkspace(byte[] client) => Bound(client, 0);

    /// <summary>Above every workspace of the app.</summary>
    internal static byte[] LastWorkspace(byte[] client) => Bound(client, byte.MaxValue);

    private static byte[] Bound(byte[] client, byte filler)
    {
        var key = new byte[WorkspaceLength];
        key.AsSpan().Fill(filler);
        client.CopyTo(key, 0);
        return key;
    }

    /// <summary>An id holds no control character, and so no NUL: no other two ids give the same text.</summary>
    private static byte[] Hash(string? first, string? second)
    {
        var text = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount((first?.Length ?? 0) + (second?.Length ?? 0)) + 1);
        var length = Encoding.UTF8.GetBytes(first.AsSpan(), text);
        text[length++] = 0;
        length += Encoding.UTF8.GetBytes(second.AsSpan(), text.AsSpan(length));
        var hash = SHA256.HashData(text.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(text);
        return hash;
    }
}
