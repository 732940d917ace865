using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SlackOAuth.Tool.Copying;

/// <summary>Which records a source held that cannot be asked for one: 16 bytes of a hash of each key, some 30 MB for a million.</summary>
internal sealed class SeenKeys
{
    private readonly Lock _gate = new();
    private readonly HashSet<UInt128> _keys = [];

    internal void Add(Credential credential)
    {
        var key = Hash(credential);
        lock (_gate)
        {
            _keys.Add(key);
        }
    }

    internal bool Contains(Credential credential)
    {
        var key = Hash(credential);
        lock (_gate)
        {
            return _keys.Contains(key);
        }
    }

    // No id holds a control character, so that the parts cannot run into each other.
    private static UInt128 Hash(Credential credential) => BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{credential.ClientId}\0{credential.Workspace.EnterpriseId}\0{credential.Workspace.TeamId}\0{credential.UserId}")));
}
