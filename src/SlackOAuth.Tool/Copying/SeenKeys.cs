using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Copying;

/// <summary>Which records a source held that cannot be asked for one: 16 bytes of a hash of each key, some 30 MB for a million.</summary>
internal sealed class SeenKeys
{
    private readonly Lock _gate = new();
    private readonly HashSet<UInt128> _keys = [];

    internal void Add(RecordKey record)
    {
        var key = Hash(record);
        lock (_gate)
        {
            _keys.Add(key);
        }
    }

    internal bool Contains(RecordKey record)
    {
        var key = Hash(record);
        lock (_gate)
        {
            return _keys.Contains(key);
        }
    }

    // No id holds a control character, so that the parts cannot run into each other.
    private static UInt128 Hash(RecordKey record) => BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{record.ClientId}\0{record.EnterpriseId}\0{record.TeamId}\0{record.UserId}")));
}
