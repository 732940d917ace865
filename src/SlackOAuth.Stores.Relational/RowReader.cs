using System.Data.Common;
using Dapper;

namespace SlackOAuth.Stores.Relational;

/// <summary>Reads a row by the position of its columns, each once and in their order: Dapper has the driver read a row as it arrives.</summary>
internal sealed class RowReader<T>(Func<DbDataReader, T> read) : RowFactory<T>
{
    /// <summary>Nothing is looked up by the columns' names or types.</summary>
    public override object? Tokenize(DbDataReader reader, Span<int> tokens, int columnOffset) => null;

    public override T Read(DbDataReader reader, ReadOnlySpan<int> tokens, int columnOffset, object? state) => read(reader);
}
