using SlackOAuth.Stores;

namespace SlackOAuth;

/// <summary>What retention removes, and how gently. What is not asked for stays: by default only states that have expired go.</summary>
public sealed class SlackRetentionOptions
{
    /// <summary>How long one sweep is after another. Each process sweeps, at a time of its own: up to ten minutes after its start, then after the interval, up to a fifth more or less.</summary>
    /// <value>A day by default; a minute to 30 days.</value>
    public TimeSpan Interval { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Whether expired states are removed. A store without <see cref="IExpiredStatePurging"/> has an engine that does it, and is passed over.</summary>
    /// <value>True by default.</value>
    public bool ExpiredStatesEnabled { get; set; } = true;

    /// <summary>
    /// Removes all that is stored of a workspace that was neither installed nor used for this long; null to keep every workspace. It wants an <see cref="IWorkspaceActivity"/> that knows, and a
    /// store with <see cref="IInstallationListing"/>.
    /// </summary>
    /// <value>Null by default; 7 days at least.</value>
    public TimeSpan? UnusedAfter { get; set; }

    /// <summary>
    /// The share of all workspaces that one sweep may remove, rounded up. Where more look unused, none is removed and an error is logged: a wrong clock, or an activity that stopped being noted,
    /// is likelier than so many who left.
    /// </summary>
    /// <value>0.1 by default; more than 0, and 1 at most.</value>
    public double MaxUnusedShare { get; set; } = 0.1;

    /// <summary>Asked before an unused workspace is removed: true lets it go, false keeps it until the next sweep asks again. The place to revoke its token, or to tell its owner. Null to ask nobody.</summary>
    public Func<WorkspaceId, CancellationToken, ValueTask<bool>>? BeforeRemoval { get; set; }

    /// <summary>
    /// Removes from the history of every workspace what was installed longer ago than this and is not current; null to let history go by its length alone. Also where history is switched off: what was kept
    /// before goes too. It wants a store with <see cref="IInstallationListing"/> and <see cref="IHistoryTrimming"/>, and no <see cref="IWorkspaceActivity"/>.
    /// </summary>
    /// <value>Null by default; a day to 36,500 days.</value>
    public TimeSpan? HistoryOlderThan { get; set; }

    /// <summary>How many workspaces are looked at before a pause.</summary>
    /// <value>100 by default; 1 to 10,000.</value>
    public int BatchSize { get; set; } = 100;

    /// <summary>The pause between two batches.</summary>
    /// <value>A second by default; none to an hour.</value>
    public TimeSpan BatchPause { get; set; } = TimeSpan.FromSeconds(1);
}
