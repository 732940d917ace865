using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace SlackOAuth;

/// <summary>
/// Exchanges tokens that are about to expire for new ones (<c>oauth.v2.access</c> with a refresh token) and saves them. A refresh token works once: of all requests in all processes that
/// find a token due, one spends it, and the others get what came of it. Thread-safe; a singleton, registered by <c>AddSlackTokenRotation</c>, and by <c>AddSlackOAuth</c> for ASP.NET Core.
/// </summary>
/// <remarks>
/// <para>A token is due <see cref="TokenRotationOptions.RefreshAhead"/> before its expiry; one without an expiry or a refresh token never is. The bot's and a user's are rotated and saved apart, each
/// through its own record; scopes and installed-at stay.</para>
/// <para>Over several processes this holds where the store is an <see cref="IRotationLeasing"/>, as every store of the family is. Over another, it holds within one process, and a warning is logged once.</para>
/// <para>A passing failure (the network, a rate limit, a fault at Slack's) leaves the record as it is, and is tried again by a later request, after a wait that grows from 2 seconds to 5 minutes. A final one
/// (<c>invalid_refresh_token</c>, <c>token_revoked</c>, …) is reported to <see cref="TokenRotationOptions.Failed"/>, leaves the record too, and is tried again after an hour. After an answer that was lost
/// on its way (<see cref="SlackErrorCodes.Timeout"/>) nobody knows whether the refresh token is spent: the next try tells.</para>
/// <para>What Slack answered is saved whatever becomes of the request that asked. Where the store fails then, the new token serves this process, and saving is tried again until it succeeds, the token has
/// expired or the process ends.</para>
/// </remarks>
public sealed class TokenRotator : IAsyncDisposable, IDisposable
{
    // For saving what Slack answered, and for the app's hook.
    private static readonly TimeSpan AfterLastCall = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private readonly RotationContext _context;
    private readonly Rotation<Bot> _bots;
    private readonly Rotation<Installation> _users;
    private int _disposed;

    internal TokenRotator(SlackOAuthClient client, IInstallationStore store, IOptions<TokenRotationOptions> options, TimeProvider time, IMeterFactory meters, ILogger<TokenRotator> logger)
    {
        var leasing = store.GetCapability<IRotationLeasing>();
        _context = new RotationContext(client, options.Value, time, new RotationMeter(meters), logger) { Stopping = _stopping.Token };
        _bots = new(new RotatedBots(store, leasing), _context);
        _users = new(new RotatedUsers(store, leasing), _context);
        if (options.Value.Enabled && leasing is null)
        {
            Log.NoLeases(logger);
        }
    }

    /// <summary>Whether Slack limits the rate of calls at the moment.</summary>
    internal bool IsRateLimited => _context.IsRateLimited;

    /// <summary>Gives a bot whose token can be used.</summary>
    /// <param name="bot">The bot as a store or <see cref="Installation.ToBot"/> gave it.</param>
    /// <param name="cancellationToken">Ends the wait. A rotation that has begun goes on.</param>
    /// <returns>
    /// <paramref name="bot"/> itself where its token is not due, which costs nothing, or where no new one can be had now; it may have expired then. Else the bot as it is stored, with its new token.
    /// Null where it has been deleted meanwhile.
    /// </returns>
    public ValueTask<Bot?> RotateBotIfDueAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bot);
        return _bots.RotateIfDueAsync(bot, isRequest: true, cancellationToken);
    }

    /// <summary>Gives an installation whose user token can be used. Its bot token is left as it is.</summary>
    /// <param name="installation">The installation as a store gave it, user token and refresh token included.</param>
    /// <param name="cancellationToken">Ends the wait. A rotation that has begun goes on.</param>
    /// <returns>As <see cref="RotateBotIfDueAsync"/>.</returns>
    public ValueTask<Installation?> RotateUserIfDueAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(installation);
        return _users.RotateIfDueAsync(installation, isRequest: true, cancellationToken);
    }

    /// <summary>
    /// Ends the waits, and waits for the rotations whose refresh token may be spent, and for <see cref="TokenRotationOptions.Failed"/>: for as long as a call to Slack may take
    /// (<see cref="SlackOAuthClientOptions.TotalTimeout"/>) and 10 seconds more, at most.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await Task.WhenAll(_bots.Running.Concat(_users.Running)).WaitAsync(_context.Client.LongestCall + AfterLastCall, _context.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Ends the waits, and waits for nothing: dispose asynchronously where you can.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _stopping.Cancel();
            _stopping.Dispose();
        }
    }

    internal async ValueTask RotateAheadAsync(Bot bot, CancellationToken cancellationToken) => await _bots.RotateIfDueAsync(bot, isRequest: false, cancellationToken).ConfigureAwait(false);

    internal async ValueTask RotateAheadAsync(Installation installation, CancellationToken cancellationToken) =>
        await _users.RotateIfDueAsync(installation, isRequest: false, cancellationToken).ConfigureAwait(false);

    internal bool IsDue(Bot bot) => _bots.IsDue(bot);

    internal bool IsDue(Installation installation) => _users.IsDue(installation);
}
