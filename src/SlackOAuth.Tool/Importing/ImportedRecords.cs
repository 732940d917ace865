using SlackOAuth.Stores;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Importing;

/// <summary>Makes records of a source of what was read, or refuses what no store takes.</summary>
internal static class ImportedRecords
{
    internal static SourceRecord Of(string clientId, Bot bot, string where)
    {
        try
        {
            StoreArguments.Validate(bot);
            return new SourceRecord.OfBot(clientId, bot);
        }
        catch (ArgumentException exception)
        {
            return new SourceRecord.Refused(where, Explain(exception)) { Keys = [new(clientId, bot.EnterpriseId, bot.IsEnterpriseInstall ? null : bot.TeamId, null)] };
        }
    }

    internal static SourceRecord Of(string clientId, Installation installation, string where)
    {
        try
        {
            StoreArguments.Validate(installation);
            return new SourceRecord.OfInstallation(clientId, installation.WithBot(null));
        }
        catch (ArgumentException exception)
        {
            return new SourceRecord.Refused(where, Explain(exception)) { Keys = [new(clientId, installation.EnterpriseId, installation.IsEnterpriseInstall ? null : installation.TeamId, installation.UserId)] };
        }
    }

    /// <summary>Whether a store can be opened for this app: client ids are held to the rule of every id.</summary>
    internal static bool IsClientId(string clientId) => clientId.Length > 0 && StoreArguments.CanBeStored(WorkspaceId.ForTeam(clientId));

    /// <summary>What the check said, without its advice, which is for a program: "UserId has 300 characters".</summary>
    private static string Explain(ArgumentException exception) => exception.Message.Split(['.', ';'])[0];
}
