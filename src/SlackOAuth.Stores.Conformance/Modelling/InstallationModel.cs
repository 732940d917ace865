using CsCheck;

namespace SlackOAuth.Stores.Conformance.Modelling;

/// <summary>Random calls of an installation store: few ids, neighbours among them, and few installed-ats, so that calls meet.</summary>
internal static class InstallationModel
{
    private static readonly WorkspaceId[] Workspaces = [WorkspaceId.ForTeam("T1"), WorkspaceId.ForTeam("T12"), WorkspaceId.ForTeam("T1", "E1"), WorkspaceId.ForEnterprise("E1")];

    private static readonly string[] Users = ["U1", "U12", "u1"];

    internal static Gen<ModelStep<IInstallationStore>> Step { get; } = StepOf(Workspaces);

    /// <summary>The calls of one workspace and its organization, so that concurrent ones meet often.</summary>
    internal static Gen<ModelStep<IInstallationStore>> CloseStep { get; } = StepOf([Workspaces[2], Workspaces[3]]);

    /// <summary>The calls, and some that trim the history.</summary>
    internal static Gen<ModelStep<IInstallationStore>> TrimmingStep { get; } = Gen.Frequency((8, Step), (1, Gen.Select(Gen.OneOf(Workspaces), Gen.Int[1, 4], Trim)));

    internal static IReadOnlyList<ModelStep<IInstallationStore>> Observations { get; } =
        [.. Workspaces.SelectMany(workspace => Users.Select(user => Find(workspace, user)).Append(Find(workspace, null)).Append(FindBot(workspace)))];

    internal static IReadOnlyList<ModelStep<IInstallationStore>> HistoryObservations { get; } =
        [.. Workspaces.SelectMany(workspace => Users.Select(user => History(workspace, user)).Append(History(workspace, null)).Append(BotHistory(workspace)))];

    private static Gen<ModelStep<IInstallationStore>> StepOf(WorkspaceId[] workspaces)
    {
        var workspace = Gen.OneOf(workspaces);
        var user = Gen.OneOf(Users);
        var at = Gen.Int[1, 3];
        return Gen.Frequency(
            (8, Gen.Select(workspace, user, at, Gen.Bool, Save)),
            (3, Gen.Select(workspace, at, SaveBot)),
            (2, workspace.Select(FindBot)),
            (2, workspace.Select(one => Find(one, null))),
            (2, Gen.Select(workspace, user, Find)),
            (2, workspace.Select(DeleteBot)),
            (3, Gen.Select(workspace, user, Delete)),
            (1, workspace.Select(one => Delete(one, null))),
            (1, workspace.Select(DeleteAll)));
    }

    private static ModelStep<IInstallationStore> Save(WorkspaceId workspace, string user, int at, bool withBot) => new(
        $"SaveAsync({Show(workspace)}, {user}, installed at {at}{(withBot ? "" : ", without a bot")})",
        async (run, number, cancellation) =>
        {
            var installation = Sample.Installation(workspace, user, at, $"{number}");
            await run.Store.SaveAsync(withBot ? installation : installation.WithBot(null), cancellation);
            return null;
        });

    private static ModelStep<IInstallationStore> SaveBot(WorkspaceId workspace, int at) => new(
        $"SaveBotAsync({Show(workspace)}, installed at {at})",
        async (run, number, cancellation) =>
        {
            await run.Other.SaveBotAsync(Sample.Bot(workspace, at, $"{number}"), cancellation);
            return null;
        });

    private static ModelStep<IInstallationStore> FindBot(WorkspaceId workspace) => new(
        $"FindBotAsync({Show(workspace)})", async (run, _, cancellation) => await run.Store.FindBotAsync(workspace, cancellation));

    private static ModelStep<IInstallationStore> Find(WorkspaceId workspace, string? user) => new(
        $"FindInstallationAsync({Show(workspace)}{(user is null ? "" : $", {user}")})",
        async (run, _, cancellation) => await run.Other.FindInstallationAsync(workspace, user, cancellation),
        IsLookup: true)
    {
        // Between users with equal installed-at, any is the latest.
        IsAsRightAsync = user is not null ? null : async (reference, expected, answer, cancellation) =>
            expected is Installation wanted && answer is Installation found && wanted.InstalledAt == found.InstalledAt
            && found == await reference.Store.FindInstallationAsync(workspace, found.UserId, cancellation),
    };

    private static ModelStep<IInstallationStore> DeleteBot(WorkspaceId workspace) => new(
        $"DeleteBotAsync({Show(workspace)})",
        async (run, _, cancellation) =>
        {
            await run.Store.DeleteBotAsync(workspace, cancellation);
            return null;
        });

    private static ModelStep<IInstallationStore> Delete(WorkspaceId workspace, string? user) => new(
        $"DeleteInstallationAsync({Show(workspace)}{(user is null ? "" : $", {user}")})",
        async (run, _, cancellation) =>
        {
            await run.Other.DeleteInstallationAsync(workspace, user, cancellation);
            return null;
        });

    private static ModelStep<IInstallationStore> DeleteAll(WorkspaceId workspace) => new(
        $"DeleteAllAsync({Show(workspace)})",
        async (run, _, cancellation) =>
        {
            await run.Store.DeleteAllAsync(workspace, cancellation);
            return null;
        });

    private static ModelStep<IInstallationStore> Trim(WorkspaceId workspace, int olderThan) => new(
        $"TrimHistoryAsync({Show(workspace)}, older than {olderThan})",
        async (run, _, cancellation) => await run.Other.GetCapability<IHistoryTrimming>()!.TrimHistoryAsync(workspace, Sample.At(olderThan), cancellation));

    private static ModelStep<IInstallationStore> BotHistory(WorkspaceId workspace) => new(
        $"ListBotHistoryAsync({Show(workspace)})",
        async (run, _, cancellation) => Answer(await run.Store.GetCapability<IInstallationHistory>()!.ListBotHistoryAsync(workspace, cancellation).ToListAsync(cancellation), bot => bot.InstalledAt, bot => bot.AppId));

    private static ModelStep<IInstallationStore> History(WorkspaceId workspace, string? user) => new(
        $"ListInstallationHistoryAsync({Show(workspace)}{(user is null ? "" : $", {user}")})",
        async (run, _, cancellation) =>
            Answer(
                await run.Other.GetCapability<IInstallationHistory>()!.ListInstallationHistoryAsync(workspace, user, cancellation).ToListAsync(cancellation),
                installation => installation.InstalledAt,
                installation => $"{installation.UserId} {installation.AppId} {installation.BotId}"));

    /// <summary>A list whose order counts by installed-at alone: newest first, and between equals any.</summary>
    private static string Answer<T>(IReadOnlyList<T> records, Func<T, DateTimeOffset> installedAt, Func<T, string?> show)
    {
        var isNewestFirst = records.Zip(records.Skip(1)).All(pair => installedAt(pair.First) >= installedAt(pair.Second));
        return $"{(isNewestFirst ? "newest first" : "in disorder")}: {string.Join(", ", records.Select(show).Order(StringComparer.Ordinal))}";
    }

    private static string Show(WorkspaceId workspace) => (workspace.EnterpriseId, workspace.TeamId) switch
    {
        (null, { } team) => team,
        ({ } enterprise, null) => enterprise,
        var (enterprise, team) => $"{enterprise}/{team}",
    };
}
