using Dapper;

namespace SlackOAuth.Stores.Relational;

/// <summary>Hands the parameters to the dialect with the driver's own command, so that each gets exactly the engine's type.</summary>
internal sealed class StatementFactory(RelationalDatabase database) : CommandFactory<RelationalParameter[]>
{
    public override void AddParameters(in UnifiedCommand command, RelationalParameter[] args) => database.Bind(command.Command!, args);
}
