using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using SlackOAuth.Testing;

namespace SlackOAuth.Soak;

/// <summary>Compares what a lookup answered with what is known, and asks Slack about each token.</summary>
/// <param name="slack">Slack.</param>
/// <param name="tally">What is noted.</param>
/// <param name="rotatesAhead">Whether the app rotates in the background too.</param>
internal sealed class Judge(FakeSlack slack, Tally tally, bool rotatesAhead) : IDisposable
{
    // What the background rotation of one process has under way at once, and so can take along.
    private const int AheadAtOnce = 4;

    private readonly HttpClient _client = slack.CreateClient();
    private readonly Lock _gate = new();
    private readonly List<(DateTimeOffset At, int Lost)> _kills = [];

    public void Dispose() => _client.Dispose();

    /// <summary>Notes that a process is being killed.</summary>
    internal void Killed(DateTimeOffset at)
    {
        lock (_gate)
        {
            _kills.Add((at, 0));
        }
    }

    /// <summary>Compares an answer with what was so when it was read; most often that is what is so now.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="process">The process that has answered.</param>
    /// <param name="began">When it was asked.</param>
    /// <param name="found">What may be found: all that was so since the earliest moment at which an answer can have been read, the last of it now.</param>
    /// <param name="missed">What may be missed, as <paramref name="found"/>.</param>
    /// <param name="userId">The user who was looked up.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="answered">When it came.</param>
    internal async Task CheckAsync(
        SoakedWorkspace workspace,
        int process,
        DateTimeOffset began,
        IReadOnlyList<SoakedWorkspace.Knowledge> found,
        IReadOnlyList<SoakedWorkspace.Knowledge> missed,
        string userId,
        LookedUp answer,
        DateTimeOffset answered)
    {
        var now = found[^1];
        if (!IsOf(now, userId, answer))
        {
            tally.Count(Tally.Behind);
        }

        if (!answer.IsInstalled || answer.Bot is null)
        {
            if (missed.All(known => known.IsInstalled))
            {
                Missed(null, $"{workspace.TeamId} is installed, and {(answer.IsInstalled ? "its bot" : "it")} was not found");
            }

            return;
        }

        var installed = found.Where(known => known.IsInstalled).ToArray();
        if (installed.Length == 0)
        {
            tally.Violation(Tally.Kinds.Stale, $"{workspace.TeamId} is uninstalled and was found");
            return;
        }

        var since = installed.Min(known => known.InstalledSince);
        if (answer.InstalledAt < since)
        {
            tally.Violation(Tally.Kinds.Stale, $"{workspace.TeamId} was installed at {since:O}, and its bot of {answer.InstalledAt:O} was found");
        }

        await CheckTokenAsync(workspace, now, answer.Bot, answered, expectedUser: null, mayHaveEnded: HasEnded(found, known => known.IsInstalled));
        if (answer.User is null)
        {
            if (missed.All(known => known.Users.Contains(userId)))
            {
                Missed(userId, $"{userId} has installed, and has no token");
            }
        }
        else if (found.Any(known => known.Users.Contains(userId)))
        {
            await CheckTokenAsync(workspace, now, answer.User, answered, userId, mayHaveEnded: HasEnded(found, known => known.Users.Contains(userId)));
        }
        else
        {
            tally.Violation(Tally.Kinds.Stale, $"{userId} has not installed, and a user token was found");
        }

        void Missed(string? user, string details)
        {
            if (workspace.MayMissMoved(process, user, began, answered))
            {
                tally.Count(Tally.MissedMoved);
            }
            else
            {
                tally.Violation(Tally.Kinds.Lost, details);
            }
        }
    }

    /// <summary>Whether an answer is that of a moment.</summary>
    private static bool IsOf(SoakedWorkspace.Knowledge known, string userId, LookedUp answer) => known.IsInstalled
        ? answer.Bot is not null && answer.InstalledAt >= known.InstalledSince && (answer.User is not null) == known.Users.Contains(userId)
        : !answer.IsInstalled;

    /// <summary>Whether something came to an end: what was there at one moment was not at a later one.</summary>
    private static bool HasEnded(IReadOnlyList<SoakedWorkspace.Knowledge> moments, Func<SoakedWorkspace.Knowledge, bool> isThere) => moments.SkipWhile(known => !isThere(known)).Any(known => !isThere(known));

    /// <summary>Whether the background rotation of a process that was killed may have taken the token along: it was due at the kill, and no more have gone with that one than can.</summary>
    private bool MayHaveLostAhead(DateTimeOffset? dueAt, DateTimeOffset? expiresAt)
    {
        lock (_gate)
        {
            var index = rotatesAhead ? _kills.FindIndex(kill => dueAt <= kill.At && kill.At <= expiresAt && kill.Lost < AheadAtOnce) : -1;
            if (index >= 0)
            {
                _kills[index] = _kills[index] with { Lost = _kills[index].Lost + 1 };
            }

            return index >= 0;
        }
    }

    private async Task CheckTokenAsync(SoakedWorkspace workspace, SoakedWorkspace.Knowledge known, LookedUpToken token, DateTimeOffset answered, string? expectedUser, bool mayHaveEnded)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/auth.test") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token.Token) } };
        using var response = await _client.SendAsync(request);
        var identity = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        if ((bool)identity["ok"]!)
        {
            if ((string?)identity["team_id"] != workspace.TeamId || (expectedUser is not null && (string?)identity["user_id"] != expectedUser))
            {
                tally.Violation(Tally.Kinds.Foreign, $"{workspace.TeamId}, {expectedUser ?? "bot"}: the token is of {identity["team_id"]}, {identity["user_id"]}");
            }

            return;
        }

        var error = (string?)identity["error"];
        if (workspace.Know().Version != known.Version || (error == "token_expired" ? token.ExpiresAt > answered : mayHaveEnded))
        {
            // It was revoked, or expired, between the answer and this question; or the answer is of before it was revoked, as a cached one may be.
            return;
        }

        var dueAt = token.ExpiresAt - SoakApp.RefreshAhead;
        if (error == "token_expired" && (workspace.IsLost(token.Token) || workspace.MayHaveLost(expectedUser, dueAt) || MayHaveLostAhead(dueAt, token.ExpiresAt)))
        {
            if (workspace.Lost(token.Token))
            {
                tally.Count(Tally.LostWithProcess);
            }

            return;
        }

        tally.Violation(Tally.Kinds.Dead, $"{workspace.TeamId}, {expectedUser ?? "bot"}: Slack says {error}; it was to expire at {token.ExpiresAt:O} and was given at {answered:O}");
    }
}
