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

    internal async Task CheckAsync(SoakedWorkspace workspace, SoakedWorkspace.Knowledge known, string userId, LookedUp found, DateTimeOffset answered)
    {
        if (!known.IsInstalled)
        {
            if (found.IsInstalled)
            {
                tally.Violation(Tally.Kinds.Stale, $"{workspace.TeamId} is uninstalled and was found");
            }

            return;
        }

        if (!found.IsInstalled || found.Bot is null)
        {
            tally.Violation(Tally.Kinds.Lost, $"{workspace.TeamId} is installed, and {(found.IsInstalled ? "its bot" : "it")} was not found");
            return;
        }

        if (found.InstalledAt < known.InstalledSince)
        {
            tally.Violation(Tally.Kinds.Stale, $"{workspace.TeamId} was installed at {known.InstalledSince:O}, and its bot of {found.InstalledAt:O} was found");
        }

        await CheckTokenAsync(workspace, known, found.Bot, answered, expectedUser: null);
        if (known.Users.Contains(userId))
        {
            if (found.User is null)
            {
                tally.Violation(Tally.Kinds.Lost, $"{userId} has installed, and has no token");
            }
            else
            {
                await CheckTokenAsync(workspace, known, found.User, answered, userId);
            }
        }
        else if (found.User is not null)
        {
            tally.Violation(Tally.Kinds.Stale, $"{userId} has not installed, and a user token was found");
        }
    }

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

    private async Task CheckTokenAsync(SoakedWorkspace workspace, SoakedWorkspace.Knowledge known, LookedUpToken token, DateTimeOffset answered, string? expectedUser)
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
        if (workspace.Know().Version != known.Version || (error == "token_expired" && token.ExpiresAt > answered))
        {
            // It was revoked, or expired, between the answer and this question.
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
