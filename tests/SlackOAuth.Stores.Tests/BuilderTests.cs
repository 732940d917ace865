using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SlackOAuth.Stores.Tests;

public sealed class BuilderTests
{
    [Fact]
    public async Task The_two_contracts_can_come_from_different_providers()
    {
        var installations = new RecordingStore();
        await using var services = new ServiceCollection()
            .AddSlackOAuthStores(options => options.ClientId = "1.1")
            .UseInMemory()
            .UseInstallationStore("custom", _ => installations)
            .Services.BuildServiceProvider();

        await services.GetRequiredService<IInstallationStore>().DeleteAllAsync(WorkspaceId.ForTeam("T1"), TestContext.Current.CancellationToken);
        var states = services.GetRequiredService<IOAuthStateStore>();
        var state = await states.IssueAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([nameof(IInstallationStore.DeleteAllAsync)], installations.Calls);
        Assert.NotNull(await states.ConsumeAsync(state, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_contract_without_a_provider_says_which_call_is_missing()
    {
        await using var services = new ServiceCollection().AddSlackOAuthStores(options => options.ClientId = "1.1").UseInMemory(StoreContracts.States).Services.BuildServiceProvider();

        services.GetRequiredService<IOAuthStateStore>();
        var exception = Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<IInstallationStore>());
        Assert.Contains("UseFileSystem", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_are_checked_at_start_and_every_fault_is_named_with_its_fix()
    {
        using var services = new ServiceCollection()
            .AddSlackOAuthStores(options =>
            {
                options.StateLifetime = TimeSpan.Zero;
                options.HistoryLength = 0;
            })
            .UseInMemory()
            .Services.BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
        Assert.Collection(
            exception.Failures,
            fault => Assert.StartsWith("SlackOAuthStoresOptions.ClientId is empty. Set it", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("SlackOAuthStoresOptions.StateLifetime is 00:00:00. Set it", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("SlackOAuthStoresOptions.HistoryLength is 0. Set it", fault, StringComparison.Ordinal));
    }

    [Fact]
    public void A_store_made_without_the_container_checks_its_options_too() =>
        Assert.Throws<OptionsValidationException>(() => new InMemoryInstallationStore(new SlackOAuthStoresOptions()));

    [Fact]
    public async Task The_container_disposes_the_store_behind_the_telemetry()
    {
        var asynchronous = new RecordingStore();
        await using (var services = new ServiceCollection().AddSlackOAuthStores(o => o.ClientId = "1.1").UseInstallationStore("custom", _ => asynchronous).Services.BuildServiceProvider())
        {
            services.GetRequiredService<IInstallationStore>();
        }

        Assert.Equal(["DisposeAsync"], asynchronous.Calls);
    }

    [Fact]
    public async Task Capabilities_are_found_through_the_telemetry()
    {
        await using var services = new ServiceCollection().AddSlackOAuthStores(o => o.ClientId = "1.1").UseInMemory().Services.BuildServiceProvider();

        var store = services.GetRequiredService<IInstallationStore>();
        Assert.IsType<InMemoryInstallationStore>(store.GetCapability<IInstallationListing>());
        Assert.Null(store.GetCapability<IStorePreparation>());
        Assert.IsType<InMemoryOAuthStateStore>(services.GetRequiredService<IOAuthStateStore>().GetCapability<IExpiredStatePurging>());
    }
}
