using System.Data.Common;

namespace SlackOAuth.Stores.Relational;

/// <summary>A row as far as the statement names its columns; see <see cref="RelationalStatements"/>.</summary>
internal sealed record StoredRow(byte[] Document, byte[]? Bot, byte[]? WorkspaceKey, byte[]? UserKey)
{
    internal static StoredRow Read(RelationalDatabase database, DbDataReader reader) => new(
        database.Document(reader, 0),
        reader.FieldCount > 1 && !reader.IsDBNull(1) ? database.Document(reader, 1) : null,
        reader.FieldCount > 2 ? reader.GetFieldValue<byte[]>(2) : null,
        reader.FieldCount > 3 ? reader.GetFieldValue<byte[]>(3) : null);
}
