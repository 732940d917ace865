using CsCheck;

namespace SlackOAuth.Stores.Conformance.Modelling;

/// <summary>Random calls about the leases of few credentials, with saves, deletes and a moving clock between them.</summary>
internal static class RotationLeaseModel
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T1", "E1");

    internal static Gen<ModelStep<IInstallationStore>> Step { get; } = CreateStep();

    private static Gen<ModelStep<IInstallationStore>> CreateStep()
    {
        var user = Gen.OneOf<string?>(null, "U1");
        var at = Gen.Int[1, 2];
        var back = Gen.Int[0, 2];
        return Gen.Frequency(
            (4, Gen.Select(user, at, Save)),
            (6, user.Select(Acquire)),
            (6, Gen.Select(user, back, Gen.Const(2), TrySave)),
            (1, Gen.Select(user, back, Gen.Const(1), TrySave)),
            (3, Gen.Select(user, back, Release)),
            (3, Gen.Int[1, 2].Select(Advance)),
            (1, user.Select(Delete)),
            (1, Gen.Const(DeleteAll())));
    }

    private static ModelStep<IInstallationStore> Save(string? user, int at) => new(
        user is null ? $"SaveBotAsync(installed at {at})" : $"SaveAsync({user}, installed at {at})",
        async (run, number, cancellation) =>
        {
            await (user is null
                ? run.Store.SaveBotAsync(Sample.Bot(Workspace, at, $"{number}"), cancellation)
                : run.Store.SaveAsync(Sample.Installation(Workspace, user, at, $"{number}"), cancellation));
            return null;
        });

    private static ModelStep<IInstallationStore> Acquire(string? user) => new(
        $"TryAcquireLeaseAsync({Show(user)})",
        async (run, _, cancellation) =>
        {
            var lease = await Leasing(run.Other).TryAcquireLeaseAsync(Workspace, user, Duration, cancellation);
            if (lease is not null)
            {
                run.Leases.Insert(0, lease);
            }

            return lease is not null;
        });

    /// <summary>Saves under the last lease that was had of the credential, or one further back.</summary>
    private static ModelStep<IInstallationStore> TrySave(string? user, int back, int at) => new(
        $"TrySave…Async({Show(user)}, lease {back} back, installed at {at})",
        async (run, number, cancellation) => Lease(run, user, back) is not { } lease ? null
            : user is null ? await Leasing(run.Store).TrySaveBotAsync(lease, Sample.Bot(Workspace, at, $"{number}"), cancellation)
            : await Leasing(run.Store).TrySaveInstallationAsync(lease, Sample.Installation(Workspace, user, at, $"{number}"), cancellation));

    private static ModelStep<IInstallationStore> Release(string? user, int back) => new(
        $"ReleaseLeaseAsync({Show(user)}, lease {back} back)",
        async (run, _, cancellation) =>
        {
            if (Lease(run, user, back) is { } lease)
            {
                await Leasing(run.Store).ReleaseLeaseAsync(lease, cancellation);
            }

            return null;
        });

    private static ModelStep<IInstallationStore> Advance(int halves) => new(
        $"{halves} half a lease passes",
        (run, _, _) =>
        {
            run.Time.Advance(halves * Duration / 2);
            return new((object?)null);
        });

    // What a lease of before a delete may do to the record after it is for tests of its own: their installed-ats differ there, as they do in life.
    private static ModelStep<IInstallationStore> Delete(string? user) => new(
        user is null ? "DeleteBotAsync" : $"DeleteInstallationAsync({user})",
        async (run, _, cancellation) =>
        {
            await (user is null ? run.Other.DeleteBotAsync(Workspace, cancellation) : run.Other.DeleteInstallationAsync(Workspace, user, cancellation));
            run.Leases.RemoveAll(lease => lease.UserId == user);
            return null;
        });

    private static ModelStep<IInstallationStore> DeleteAll() => new(
        "DeleteAllAsync",
        async (run, _, cancellation) =>
        {
            await run.Store.DeleteAllAsync(Workspace, cancellation);
            run.Leases.Clear();
            return null;
        });

    private static RotationLease? Lease(ModelRun<IInstallationStore> run, string? user, int back) => run.Leases.Where(lease => lease.UserId == user).Skip(back).FirstOrDefault();

    private static IRotationLeasing Leasing(IInstallationStore store) => store.GetCapability<IRotationLeasing>()!;

    private static string Show(string? user) => user ?? "bot";
}
