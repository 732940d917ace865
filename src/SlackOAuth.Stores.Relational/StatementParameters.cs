using System.Data;
using System.Data.Common;
using Dapper;

namespace SlackOAuth.Stores.Relational;

/// <summary>Hands the parameters to the dialect with the driver's own command, so that each gets exactly the engine's type, and nothing is emitted at run time.</summary>
internal sealed class StatementParameters(RelationalDatabase database, RelationalParameter[] parameters) : SqlMapper.IDynamicParameters
{
    void SqlMapper.IDynamicParameters.AddParameters(IDbCommand command, SqlMapper.Identity identity) => database.Bind((DbCommand)command, parameters);
}
