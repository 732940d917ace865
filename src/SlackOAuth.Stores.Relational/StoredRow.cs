using System.Data.Common;

namespace SlackOAuth.Stores.Relational;

/// <summary>A row as far as the statement names its columns; see <see cref="RelationalStatements"/>.</summary>
internal sealed record StoredRow(byte[] Document, byte[]? Bot)
{
    internal byte[]? WorkspaceKey { get; private init; }

    /// <summary>Whose row it is, for whom the record does not say it.</summary>
    internal WorkspaceId? Workspace { get; private init; }

    internal byte[]? UserKey { get; private init; }

    internal string? UserId { get; private init; }

    internal static StoredRow Read(RelationalDatabase database, DbDataReader reader) => new(
        database.Document(reader, 0),
        reader.FieldCount > 1 && !reader.IsDBNull(1) ? database.Document(reader, 1) : null)
    {
        WorkspaceKey = reader.FieldCount > 2 ? reader.GetFieldValue<byte[]>(2) : null,
        Workspace = reader.FieldCount > 2 ? WorkspaceOf(Text(reader, 3), Text(reader, 4)) : null,
        UserKey = reader.FieldCount > 5 ? reader.GetFieldValue<byte[]>(5) : null,
        UserId = reader.FieldCount > 5 ? reader.GetString(6) : null,
    };

    private static WorkspaceId? WorkspaceOf(string? enterpriseId, string? teamId) => enterpriseId is null && teamId is null ? null : new WorkspaceId(enterpriseId, teamId);

    private static string? Text(DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}
