namespace SlackOAuth.Tool;

/// <summary>What the process ends with. They are in the README, and scripts go by them.</summary>
internal static class ExitCodes
{
    /// <summary>Done, and nothing to object to.</summary>
    internal const int Ok = 0;

    /// <summary>Done, and there is something to look at: a difference, a refused record, a failed check.</summary>
    internal const int Problems = 1;

    /// <summary>The command line, a notation or the environment is wrong. Nothing was done.</summary>
    internal const int Usage = 2;

    /// <summary>A store failed or could not be reached.</summary>
    internal const int StoreFailure = 3;

    /// <summary>The tool itself is at fault.</summary>
    internal const int Defect = 70;

    /// <summary>Ctrl+C, or a signal to end.</summary>
    internal const int Cancelled = 130;
}
