using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SlackOAuth.Stores;

namespace SlackOAuth;

/// <summary>What the rotations of bots and of users share.</summary>
internal sealed record RotationContext(SlackOAuthClient Client, TokenRotationOptions Options, TimeProvider Time, RotationMeter Meter, ILogger Logger)
{
    private long _limitedUntilTicks;

    /// <summary>Cancelled when the process ends: waits end, and what Slack has been asked is still saved.</summary>
    internal required CancellationToken Stopping { get; init; }

    /// <summary>Whether Slack has said that there are too many calls.</summary>
    internal bool IsRateLimited => Time.GetUtcNow().UtcTicks < Interlocked.Read(ref _limitedUntilTicks);

    internal void LimitRate(TimeSpan wait) => Interlocked.Exchange(ref _limitedUntilTicks, (Time.GetUtcNow() + wait).UtcTicks);
}

/// <summary>Rotates the tokens of one kind: within the process one at a time for each credential, and over all processes by the store's lease.</summary>
/// <remarks>
/// A rotation is nobody's request: it goes on when the request that began it is aborted, since the refresh token may be spent by then, and what Slack answered must be saved.
/// </remarks>
internal sealed class Rotation<T>(RotatedRecords<T> records, RotationContext context)
    where T : class
{
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstSaveRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestSaveRetry = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Credential, Flight> _flights = new();
    private readonly ConcurrentDictionary<Flight, Task> _running = new();
    private readonly RotationPauses _pauses = new(context.Time);

    /// <summary>The rotations that are under way, until the app has been told what it is to be told.</summary>
    internal IEnumerable<Task> Running => _running.Values;

    internal bool IsDue(T record) => IsDue(records.TokenOf(record));

    /// <summary>The record to use: the one given where its token is not due, or is still good and a new one cannot be had now; else the one with the new token.</summary>
    /// <param name="record">The record.</param>
    /// <param name="isRequest">Whether a request waits, which is for no longer than the options say. The service that rotates ahead waits for the end: it would begin ever more else while Slack is slow.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null where the record has been deleted meanwhile.</returns>
    internal ValueTask<T?> RotateIfDueAsync(T record, bool isRequest, CancellationToken cancellationToken)
    {
        var token = records.TokenOf(record);
        if (!IsDue(token))
        {
            return new ValueTask<T?>(record);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var key = records.KeyOf(record);

        // Slack limits calls by app, whatever the workspace. Where the token has expired, a call is worth a try all the same.
        return _pauses.IsPaused(key, token) || (context.IsRateLimited && IsValid(token))
            ? new ValueTask<T?>(record)
            : new ValueTask<T?>(JoinAsync(key, record, token, isRequest, cancellationToken));
    }

    private bool IsDue(ExpiringToken token) =>
        context.Options.Enabled && !string.IsNullOrEmpty(token.RefreshToken) && token.ExpiresAt <= context.Time.GetUtcNow() + context.Options.RefreshAhead;

    private bool IsValid(ExpiringToken token) => context.Time.GetUtcNow() < token.ExpiresAt;

    private async Task<T?> JoinAsync(Credential key, T record, ExpiringToken token, bool isRequest, CancellationToken cancellationToken)
    {
        var mine = new Flight();
        var flight = _flights.GetOrAdd(key, mine);
        if (flight == mine)
        {
            _ = FlyAsync(key, mine);
        }

        var isValid = IsValid(token);
        if (isValid && flight != mine && !flight.Landed.IsCompleted)
        {
            return record;
        }

        var longest = !isRequest ? Timeout.InfiniteTimeSpan : isValid ? context.Options.MaxWaitWhileValid : context.Options.MaxWait;
        try
        {
            var (isKnown, current) = await flight.Landed.WaitAsync(longest, context.Time, cancellationToken).ConfigureAwait(false);

            // A flight that has landed long ago may know less than the caller, who has looked since.
            return !isKnown || (current is not null && records.TokenOf(current).ExpiresAt < token.ExpiresAt) ? record : current;
        }
        catch (TimeoutException)
        {
            return record;
        }
    }

    private async Task FlyAsync(Credential key, Flight flight)
    {
        _running.TryAdd(flight, flight.Ended);
        try
        {
            var result = await RotateAsync(key, flight).ConfigureAwait(false);

            // Gone before its waiters go on, so that what they begin next is not answered by it.
            _flights.TryRemove(new(key, flight));
            flight.Land(result);
            if (flight.Failure is { } failure && context.Options.Failed is { } failed)
            {
                await ReportAsync(failed, failure).ConfigureAwait(false);
            }
        }
        catch (SlackOAuthStoreException exception)
        {
            Count(RotationMeter.Failed, exception.GetType().FullName);
            Log.StoreFailed(context.Logger, records.TokenType, Log.Cause(exception));
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested)
        {
            // Nothing has been asked of Slack yet.
        }
        catch (Exception exception)
        {
            flight.Fail(exception);
        }
        finally
        {
            _flights.TryRemove(new(key, flight));
            flight.Land((false, null));
            _running.TryRemove(flight, out _);
            flight.End();
        }
    }

    private async Task<(bool IsKnown, T? Record)> RotateAsync(Credential key, Flight flight)
    {
        RotationLease? lease = null;
        try
        {
            var started = context.Time.GetTimestamp();
            for (var pause = FirstPoll; ; pause = pause * 2 < LongestPoll ? pause * 2 : LongestPoll)
            {
                context.Stopping.ThrowIfCancellationRequested();
                lease = records.Leasing is { } leasing
                    ? await leasing.TryAcquireLeaseAsync(key.Workspace, key.UserId, context.Options.LeaseDuration, context.Stopping).ConfigureAwait(false)
                    : null;

                // Looked up again under the lease: whoever held it before may have saved a new token.
                var current = await records.FindAsync(key, context.Stopping).ConfigureAwait(false);
                if (current is null || records.TokenOf(current) is var token && (!IsDue(token) || _pauses.IsPaused(key, token)))
                {
                    return (true, current);
                }

                if (records.Leasing is null || (lease is not null && context.Time.GetUtcNow() + context.Client.LongestCall < lease.ExpiresAt))
                {
                    return (true, await ExchangeAsync(key, flight, lease, current, token).ConfigureAwait(false));
                }

                // The look took so long that the call could outlive the lease, and another process would send the same refresh token.
                await ReleaseAsync(lease).ConfigureAwait(false);
                lease = null;

                if (IsValid(token) || context.Time.GetElapsedTime(started) > 2 * context.Options.LeaseDuration)
                {
                    return (true, current);
                }

                await Task.Delay(Jitter.Of(pause), context.Time, context.Stopping).ConfigureAwait(false);
            }
        }
        finally
        {
            await ReleaseAsync(lease).ConfigureAwait(false);
        }
    }

    /// <summary>Spends the refresh token, and saves what came of it before anything else. From here on nothing is cancelled.</summary>
    private async Task<T?> ExchangeAsync(Credential key, Flight flight, RotationLease? lease, T current, ExpiringToken token)
    {
        var now = context.Time.GetUtcNow();
        var answer = await context.Client.RefreshAsync(token.RefreshToken!, CancellationToken.None).ConfigureAwait(false);
        if (!answer.Ok)
        {
            return await KeepAsync(key, flight, lease, current, token, answer.Error).ConfigureAwait(false);
        }

        // A user's token in the bot's place would act as that user for everybody.
        return answer.Value.TokenType is { Length: > 0 } type && type != records.TokenType
            ? await KeepAsync(key, flight, lease, current, token, new SlackError { Code = SlackErrorCodes.InvalidResponse }).ConfigureAwait(false)
            : await SaveAsync(key, flight, lease, records.With(current, answer.Value, now)).ConfigureAwait(false);
    }

    private async Task<T?> SaveAsync(Credential key, Flight flight, RotationLease? lease, T rotated)
    {
        _pauses.Remove(key);
        var expiresAt = records.TokenOf(rotated).ExpiresAt;
        for (var pause = FirstSaveRetry; ; pause = pause * 2 < LongestSaveRetry ? pause * 2 : LongestSaveRetry)
        {
            try
            {
                var isSaved = await records.TrySaveAsync(lease, rotated, CancellationToken.None).ConfigureAwait(false);
                var current = isSaved ? rotated : await records.FindAsync(key, CancellationToken.None).ConfigureAwait(false);
                if (isSaved)
                {
                    Count(RotationMeter.Rotated);
                    Log.Rotated(context.Logger, records.TokenType);
                }
                else
                {
                    Count(RotationMeter.Superseded);
                    Log.Superseded(context.Logger, records.TokenType);
                }

                return current;
            }
            catch (Exception exception)
            {
                // The stored refresh token is spent. What is in hand serves this process, and is saved as soon as the store is back.
                flight.Land((true, rotated));
                if (context.Stopping.IsCancellationRequested || expiresAt <= context.Time.GetUtcNow())
                {
                    Count(RotationMeter.Lost, exception.GetType().FullName);
                    Log.Lost(context.Logger, records.TokenType, Log.Cause(exception));
                    return rotated;
                }

                Log.NotSaved(context.Logger, records.TokenType, Log.Cause(exception));
            }

            // Cancelled, the loop goes on at once, for a last time.
            await Task.Delay(Jitter.Of(pause), context.Time, context.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Slack gave no token: the record stays, and the token is left alone for a while.</summary>
    private async Task<T?> KeepAsync(Credential key, Flight flight, RotationLease? lease, T current, ExpiringToken token, SlackError error)
    {
        var word = Log.Word(error.Code);
        if (!IsFinal(error))
        {
            _pauses.Add(key, token, isFinal: false, error.RetryAfter);
            if (error.Code == SlackErrorCodes.RateLimited)
            {
                context.LimitRate(error.RetryAfter ?? TimeSpan.FromMinutes(1));
            }

            Count(RotationMeter.Failed, word);
            Log.Failed(context.Logger, records.TokenType, word);
            return current;
        }

        // Another process may have spent the refresh token, without a lease or after its own had run out.
        var again = await records.FindAsync(key, CancellationToken.None).ConfigureAwait(false);
        if (again is null || !records.TokenOf(again).IsSameAs(token))
        {
            _pauses.Remove(key);
            Count(RotationMeter.Superseded);
            Log.Superseded(context.Logger, records.TokenType);
            return again;
        }

        if (await FindLeftBehindAsync(key, again).ConfigureAwait(false) is { } left)
        {
            var saved = await SaveAsync(key, flight, lease, records.WithTokensOf(again, left)).ConfigureAwait(false);
            flight.Land((true, saved));

            // Only where it stands under the new key by now: a store that failed until the process ends has not taken it.
            if (await records.FindAsync(key, CancellationToken.None).ConfigureAwait(false) is { } stored && records.TokenOf(stored).IsSameAs(records.TokenOf(left)))
            {
                await records.DeleteAsync(records.KeyOf(left), CancellationToken.None).ConfigureAwait(false);
            }

            return saved;
        }

        // Only now: where the store fails at these looks, the refusal is met again, and told then.
        var isNew = _pauses.Add(key, token, isFinal: true, error.RetryAfter);
        Count(RotationMeter.Refused, word);
        Log.Refused(context.Logger, records.TokenType, word);
        flight.Failure = isNew ? new() { Workspace = key.Workspace, UserId = key.UserId, ExpiresAt = token.ExpiresAt!.Value, Error = error } : null;
        return again;
    }

    /// <summary>
    /// The same credential under the key that the workspace had before it joined an Enterprise Grid, where its refresh token was spent: a re-keying broke off between the save under the new key and
    /// the deletion under the old one, and a look in the background came to the old one first. Its token is not due, so nobody rotates it meanwhile.
    /// </summary>
    private async Task<T?> FindLeftBehindAsync(Credential key, T current)
    {
        if (key.Workspace is not { EnterpriseId: not null, TeamId: { } teamId })
        {
            return null;
        }

        var left = await records.FindAsync(key with { Workspace = WorkspaceId.ForTeam(teamId) }, CancellationToken.None).ConfigureAwait(false);
        return left is not null && records.InstalledAt(left) == records.InstalledAt(current) && records.TokenOf(left) is { ExpiresAt: not null } token && !IsDue(token) ? left : null;
    }

    /// <summary>Whether Slack itself has said no. What is no answer of Slack's that can be read says nothing of the token.</summary>
    private static bool IsFinal(SlackError error) =>
        !error.IsTransient && error.Code is not (SlackErrorCodes.InvalidResponse or SlackErrorCodes.HttpError or SlackErrorCodes.ResponseTooLarge);

    private async Task ReportAsync(Func<TokenRotationFailure, Task> failed, TokenRotationFailure failure)
    {
        try
        {
            await failed(failure).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.HookFailed(context.Logger, exception.GetType().FullName!);
        }
    }

    private void Count(string result, string? error = null) => context.Meter.Count(records.TokenType, result, error);

    private async ValueTask ReleaseAsync(RotationLease? lease)
    {
        if (lease is null)
        {
            return;
        }

        try
        {
            await records.Leasing!.ReleaseLeaseAsync(lease, CancellationToken.None).ConfigureAwait(false);
        }
        catch (SlackOAuthStoreException exception)
        {
            Log.NotReleased(context.Logger, Log.Cause(exception));
        }
    }

    /// <summary>One rotation of one credential. It lands when its result is known, and ends when that is saved, and the app has been told of a failure.</summary>
    private sealed class Flight
    {
        private readonly TaskCompletionSource<(bool IsKnown, T? Record)> _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task<(bool IsKnown, T? Record)> Landed => _landed.Task;

        internal Task Ended => _ended.Task;

        /// <summary>What the app is to be told once the flight has landed; null for nothing.</summary>
        internal TokenRotationFailure? Failure { get; set; }

        internal void Land((bool IsKnown, T? Record) result) => _landed.TrySetResult(result);

        internal void Fail(Exception exception) => _landed.TrySetException(exception);

        internal void End() => _ended.TrySetResult();
    }
}
