using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>The contract of <see cref="IInstallationStore"/>, one topic a file.</summary>
/// <typeparam name="TFixture">The author's fixture.</typeparam>
/// <param name="fixture">The fixture of the class.</param>
public abstract partial class InstallationStoreConformanceTests<TFixture>(TFixture fixture) : ConformanceTests<IInstallationStore, TFixture>(fixture)
    where TFixture : StoreFixture<IInstallationStore>
{
    private static readonly WorkspaceId T1 = Sample.Workspace;

    private ValueTask SaveAsync(Installation installation) => Store.SaveAsync(installation, Cancellation);

    private ValueTask SaveBotAsync(Bot bot) => Store.SaveBotAsync(bot, Cancellation);

    private ValueTask<Bot?> FindBotAsync(WorkspaceId workspace) => Store.FindBotAsync(workspace, Cancellation);

    private ValueTask<Installation?> FindAsync(WorkspaceId workspace, string? userId = null) => Store.FindInstallationAsync(workspace, userId, Cancellation);

    private ValueTask DeleteBotAsync(WorkspaceId workspace) => Store.DeleteBotAsync(workspace, Cancellation);

    private ValueTask DeleteAsync(WorkspaceId workspace, string? userId = null) => Store.DeleteInstallationAsync(workspace, userId, Cancellation);

    private ValueTask DeleteAllAsync(WorkspaceId workspace) => Store.DeleteAllAsync(workspace, Cancellation);

    private async ValueTask AssertFoundAsync(Installation expected, WorkspaceId workspace, string? userId, string what = "the installation") =>
        Same.AssertEqual(expected, await FindAsync(workspace, userId), what);

    private async ValueTask AssertBotFoundAsync(Bot expected, WorkspaceId workspace, string what = "the bot") =>
        Same.AssertEqual(expected, await FindBotAsync(workspace), what);

    /// <summary>Nothing of the workspace is found: no bot, no installation, none of the users.</summary>
    private async ValueTask AssertEmptyAsync(WorkspaceId workspace, params string[] userIds)
    {
        Assert.Null(await FindBotAsync(workspace));
        Assert.Null(await FindAsync(workspace));
        foreach (var userId in userIds)
        {
            Assert.Null(await FindAsync(workspace, userId));
        }
    }
}
