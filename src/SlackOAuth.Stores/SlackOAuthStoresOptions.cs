using Microsoft.Extensions.Options;

namespace SlackOAuth.Stores;

/// <summary>What every store of an app has in common, whatever engine is behind it.</summary>
public sealed class SlackOAuthStoresOptions
{
    /// <summary>The client id of the app, which everything stored is kept under.</summary>
    /// <value>Required: 1 to 255 characters and no control character. Slack shows it under "Basic Information".</value>
    public string ClientId { get; set; } = "";

    /// <summary>How long a state is valid.</summary>
    /// <value>600 seconds by default, as in the Slack SDKs; more than zero, and a day at most.</value>
    public TimeSpan StateLifetime { get; set; } = TimeSpan.FromSeconds(600);

    /// <summary>Whether older installations and bots are kept beside the current ones. [15]</summary>
    /// <value>False by default, because old tokens are secrets too.</value>
    public bool HistoryEnabled { get; set; }

    /// <summary>How many installations, and how many bots, a workspace keeps when <see cref="HistoryEnabled"/> is on, the current ones included.</summary>
    /// <value>10 by default; 1 to 1,000.</value>
    public int HistoryLength { get; set; } = 10;

    /// <summary>Checks the options, for those who create a store without the container. [26]</summary>
    /// <exception cref="OptionsValidationException">An option is wrong; the message names it and says how to mend it.</exception>
    public void Validate()
    {
        var faults = FindFaults().ToArray();
        if (faults.Length > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(SlackOAuthStoresOptions), faults);
        }
    }

    internal IEnumerable<string> FindFaults()
    {
        if (StoreArguments.FindFault(ClientId) is { } fault)
        {
            yield return $"{nameof(SlackOAuthStoresOptions)}.{nameof(ClientId)} {fault}. Set it to the client id that Slack shows under \"Basic Information\" of the app.";
        }

        if (StateLifetime <= TimeSpan.Zero || StateLifetime > TimeSpan.FromDays(1))
        {
            yield return $"{nameof(SlackOAuthStoresOptions)}.{nameof(StateLifetime)} is {StateLifetime}. Set it to more than zero and a day at most; Slack's SDKs take 10 minutes.";
        }

        if (HistoryLength is < 1 or > 1000)
        {
            yield return $"{nameof(SlackOAuthStoresOptions)}.{nameof(HistoryLength)} is {HistoryLength}. Set it to 1 to 1,000, or turn {nameof(HistoryEnabled)} off.";
        }
    }
}
