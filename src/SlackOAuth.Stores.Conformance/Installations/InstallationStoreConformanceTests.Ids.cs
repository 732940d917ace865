using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class InstallationStoreConformanceTests<TFixture>
{
    [Fact, Contract(9)]
    public virtual async Task Hostile_team_ids_are_found_exactly_kept_apart_and_deleted_apart() =>
        await AssertKeptApartAsync([.. HostileIds.Savable.Select(id => (WorkspaceId.ForTeam(id), "U1"))], byWorkspace: true);

    [Fact, Contract(9)]
    public virtual async Task Hostile_enterprise_ids_are_found_exactly_kept_apart_and_deleted_apart() =>
        await AssertKeptApartAsync(
            [.. HostileIds.Savable.Select(id => (WorkspaceId.ForEnterprise(id), "U1")), .. HostileIds.Savable.Where((_, i) => i % 3 == 0).Select(id => (WorkspaceId.ForTeam("T1", id), "U1"))],
            byWorkspace: true);

    [Fact, Contract(9)]
    public virtual async Task Hostile_user_ids_are_found_exactly_kept_apart_and_deleted_apart() =>
        await AssertKeptApartAsync([.. HostileIds.Savable.Select(id => (T1, id))], byWorkspace: false);

    [Fact, Contract(9)]
    public virtual async Task Ids_that_join_to_the_same_text_are_kept_apart()
    {
        var keys = new List<(WorkspaceId, string)>();
        foreach (var separator in new[] { "-", ":", "/", "_", "|", ".", "#", ",", "~", "", "--", "\\", " " })
        {
            keys.Add((WorkspaceId.ForTeam("B", $"A{separator}X{separator}"), "C"));
            keys.Add((WorkspaceId.ForTeam($"X{separator}{separator}B", "A"), "C"));
            keys.Add((WorkspaceId.ForTeam($"B{separator}C", "A"), "D"));
            keys.Add((WorkspaceId.ForTeam("B", "A"), $"C{separator}D"));
            keys.Add((WorkspaceId.ForTeam($"none{separator}T1"), "D"));
            keys.Add((WorkspaceId.ForTeam("T1", "none"), $"{separator}D"));
            keys.Add((WorkspaceId.ForEnterprise($"E1{separator}none"), "D"));
            keys.Add((WorkspaceId.ForTeam("none", "E1"), $"{separator}D"));
        }

        await AssertKeptApartAsync([.. keys.Distinct()], byWorkspace: false);
    }

    [Fact, Contract(9)]
    public virtual async Task Other_ids_are_kept_as_they_are()
    {
        foreach (var (i, id) in HostileIds.Savable.Index())
        {
            var saved = Sample.Installation("U1", i, "ids") with { AppId = id, BotId = id, BotUserId = id, IncomingWebhookChannelId = id };
            await SaveAsync(saved);
            await AssertFoundAsync(saved, T1, "U1");
        }
    }

    [Fact, Contract(9)]
    public virtual async Task An_id_that_cannot_be_saved_is_refused_by_its_fields_name_with_nothing_written()
    {
        var stored = Sample.Installation("U1", 1, "stored");
        await SaveAsync(stored);
        foreach (var id in HostileIds.Unsavable)
        {
            var changes = new List<(string Field, Installation Changed)> { (nameof(Installation.UserId), Sample.Installation(id, 2, "refused")) };
            if (id.Length > 0)
            {
                // An empty id of these is an absent one.
                changes.Add((nameof(Installation.AppId), Sample.Installation("U1", 2, "refused") with { AppId = id }));
                changes.Add((nameof(Installation.BotId), Sample.Installation("U1", 2, "refused") with { BotId = id }));
                changes.Add((nameof(Installation.BotUserId), Sample.Installation("U1", 2, "refused") with { BotUserId = id }));
                changes.Add((nameof(Installation.IncomingWebhookChannelId), Sample.Installation("U1", 2, "refused") with { IncomingWebhookChannelId = id }));
                changes.Add((nameof(Installation.TeamId), Sample.Installation("U1", 2, "refused") with { TeamId = id }));
                changes.Add((nameof(Installation.EnterpriseId), Sample.Installation("U1", 2, "refused") with { EnterpriseId = id }));
            }

            foreach (var (field, changed) in changes)
            {
                AssertNames(field, await Assert.ThrowsAnyAsync<ArgumentException>(async () => await SaveAsync(changed)));
                if (changed.ToBot() is { } bot && field is not (nameof(Installation.UserId) or nameof(Installation.IncomingWebhookChannelId)))
                {
                    AssertNames(field, await Assert.ThrowsAnyAsync<ArgumentException>(async () => await SaveBotAsync(bot)));
                }

                var workspace = new WorkspaceId(changed.EnterpriseId, changed.TeamId);
                if (workspace != T1)
                {
                    await AssertEmptyAsync(workspace, "U1");
                }
            }
        }

        await AssertFoundAsync(stored, T1, "U1", "what was stored before the refused saves");
        await AssertFoundAsync(stored, T1, null, "what was stored before the refused saves");
        await AssertBotFoundAsync(stored.ToBot()!, T1, "the bot that was stored before the refused saves");
    }

    [Fact, Contract(9)]
    public virtual async Task Finding_by_an_id_that_cannot_have_been_saved_finds_nothing()
    {
        await SaveAsync(Sample.Installation("U1", 1, "stored"));
        await SaveAsync(Sample.Installation(WorkspaceId.ForEnterprise("E1"), "U1", 1, "org"));
        foreach (var id in HostileIds.Unsavable)
        {
            Assert.Null(await FindAsync(T1, id));
            if (id.Length > 0)
            {
                await AssertEmptyAsync(WorkspaceId.ForTeam(id), "U1");
                await AssertEmptyAsync(WorkspaceId.ForTeam("T1", id), "U1");
                await AssertEmptyAsync(WorkspaceId.ForEnterprise(id), "U1");
            }
        }
    }

    [Fact, Contract(9)]
    public virtual async Task Deleting_by_an_id_that_cannot_have_been_saved_deletes_nothing()
    {
        var saved = Sample.Installation("U1", 1, "stored");
        await SaveAsync(saved);
        foreach (var id in HostileIds.Unsavable)
        {
            await DeleteAsync(T1, id);
            if (id.Length > 0)
            {
                foreach (var workspace in new[] { WorkspaceId.ForTeam(id), WorkspaceId.ForTeam("T1", id), WorkspaceId.ForEnterprise(id) })
                {
                    await DeleteAsync(workspace);
                    await DeleteAsync(workspace, "U1");
                    await DeleteBotAsync(workspace);
                    await DeleteAllAsync(workspace);
                }
            }
        }

        await AssertFoundAsync(saved, T1, "U1");
        await AssertFoundAsync(saved, T1, null);
        await AssertBotFoundAsync(saved.ToBot()!, T1);
    }

    [Fact, Contract(23)]
    public virtual async Task Bad_arguments_are_ArgumentExceptions()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await SaveAsync(null!));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await SaveBotAsync(null!));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await FindBotAsync(null!));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await FindAsync(null!));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await DeleteBotAsync(null!));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await DeleteAsync(null!));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await DeleteAllAsync(null!));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await SaveBotAsync(Sample.BareBot(T1, 1) with { BotToken = "" }));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await SaveAsync(Sample.Installation("U1", 1, "bad") with { TeamId = null }));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await SaveAsync(Sample.Installation("U1", 1, "bad") with { IsEnterpriseInstall = true }));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await SaveAsync(Sample.Installation("U1", 1, "bad") with { CustomValues = Sample.Json("[1]") }));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await SaveBotAsync(Sample.Bot(1, "bad") with { CustomValues = Sample.Json("1") }));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await SaveAsync(Sample.Installation("U1", 1, "bad") with { CustomValues = Sample.Nested(65) }));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await SaveBotAsync(Sample.Bot(1, "bad") with { CustomValues = Sample.Json("""{"a":"\ud800"}""") }));
        await AssertEmptyAsync(T1, "U1");
    }

    private static void AssertNames(string field, ArgumentException exception)
    {
        Assert.Contains(field, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Saves under every key, finds each, deletes every other one, and finds the rest.</summary>
    private async Task AssertKeptApartAsync(IReadOnlyList<(WorkspaceId Workspace, string UserId)> keys, bool byWorkspace)
    {
        foreach (var (i, (workspace, userId)) in keys.Index())
        {
            await SaveAsync(Expected(i));
        }

        for (var i = 0; i < keys.Count; i++)
        {
            await AssertThereAsync(i);
        }

        for (var i = 0; i < keys.Count; i += 2)
        {
            var (workspace, userId) = keys[i];
            await (byWorkspace ? DeleteAllAsync(workspace) : DeleteAsync(workspace, userId));
        }

        for (var i = 0; i < keys.Count; i++)
        {
            var (workspace, userId) = keys[i];
            if (i % 2 == 0)
            {
                Assert.Null(await FindAsync(workspace, userId));
            }
            else
            {
                await AssertThereAsync(i);
            }
        }

        // Without a bot, since users of one workspace share the bot.
        Installation Expected(int i) => byWorkspace
            ? Sample.Installation(keys[i].Workspace, keys[i].UserId, 1, "k" + i)
            : Sample.WithoutBot(keys[i].Workspace, keys[i].UserId, 1, "k" + i);

        async Task AssertThereAsync(int i)
        {
            var (workspace, userId) = keys[i];
            var what = $"key {i}, enterprise '{workspace.EnterpriseId}', team '{workspace.TeamId}', user '{userId}'";
            await AssertFoundAsync(Expected(i), workspace, userId, what);
            if (byWorkspace)
            {
                await AssertBotFoundAsync(Expected(i).ToBot()!, workspace, what);
            }
        }
    }
}
