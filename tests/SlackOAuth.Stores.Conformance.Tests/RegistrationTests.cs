using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Xunit.Sdk;
using Suite = SlackOAuth.Stores.Conformance.RegistrationConformanceTests;

namespace SlackOAuth.Stores.Conformance.Tests;

/// <summary>The registration suite accepts a sound method, and rejects each broken one by the test that should.</summary>
public class RegistrationTests
{
    private static readonly MethodInfo[] Tests = [.. typeof(Suite).GetMethods().Where(method => method.GetCustomAttribute<FactAttribute>() is not null)];

    private static readonly Dictionary<string, (string Test, Use Use)> Broken = new()
    {
        ["registers nothing"] = (nameof(Suite.The_resolved_stores_work), (_, _, _) => { }),
        ["has a client id of its own"] = (
            nameof(Suite.The_resolved_stores_follow_the_options),
            (builder, contracts, data) => Sound(builder, contracts, data, options => new SlackOAuthStoresOptions { ClientId = "mine", StateLifetime = options.StateLifetime })),
        ["has a clock of its own"] = (
            nameof(Suite.The_resolved_state_store_judges_expiry_by_the_services_clock),
            (builder, _, data) => Sound(builder, StoreContracts.All, data).UseStateStore("broken", services => new InMemoryOAuthStateStore(OptionsOf(services), TimeProvider.System, data))),
        ["has a clock of its own for leases"] = (
            nameof(Suite.The_resolved_installation_store_judges_leases_by_the_services_clock),
            (builder, _, data) => Sound(builder, StoreContracts.All, data).UseInstallationStore("broken", services => new InMemoryInstallationStore(OptionsOf(services), data, TimeProvider.System))),
        ["makes a store for each who asks"] = (
            nameof(Suite.A_resolved_store_is_a_singleton),
            (builder, contracts, data) => Sound(builder, contracts, data).Services.Replace(
                ServiceDescriptor.Transient<IInstallationStore>(services => new InMemoryInstallationStore(OptionsOf(services), data)))),
        ["adds a store to those before it"] = (
            nameof(Suite.Registering_is_repeatable),
            (builder, contracts, data) => Sound(builder, contracts, data).Services.AddSingleton<IOAuthStateStore>(services => new InMemoryOAuthStateStore(OptionsOf(services), null, data))),
        ["takes both contracts where it was given one"] = (nameof(Suite.The_contracts_can_come_from_different_providers), (builder, _, data) => Sound(builder, StoreContracts.All, data)),
        ["mends wrong options in silence"] = (
            nameof(Suite.A_wrong_common_option_is_refused_at_start_by_its_name),
            (builder, contracts, data) => Sound(builder, contracts, data).Services.PostConfigure<SlackOAuthStoresOptions>(options => options.HistoryLength = Math.Max(1, options.HistoryLength))),
        ["checks its own options on first use"] = (nameof(Suite.A_wrong_option_of_the_provider_is_refused_at_start_by_its_name), (builder, contracts, data) => Sound(builder, contracts, data)),
        ["throws when it is disposed"] = (
            nameof(Suite.The_container_disposes_the_stores),
            (builder, contracts, data) => Sound(builder, contracts, data).UseInstallationStore("broken", services => new Undisposable(new InMemoryInstallationStore(OptionsOf(services), data)))),
    };

    private delegate void Use(SlackOAuthStoresBuilder builder, StoreContracts contracts, InMemoryStoreData data);

    public static TheoryData<string> Facts => [.. Tests.Select(test => test.Name)];

    public static TheoryData<string> BrokenMethods => [.. Broken.Keys];

    [Theory]
    [MemberData(nameof(Facts))]
    public async Task A_sound_method_passes(string test)
    {
        var thrown = await RunAsync(test, (builder, contracts, data) => Sound(builder, contracts, data), checksItsOptions: true);
        Assert.True(thrown is null, $"{thrown}");
    }

    [Theory]
    [MemberData(nameof(BrokenMethods))]
    public async Task A_broken_method_is_rejected_by_the_test_that_should(string method)
    {
        var thrown = await RunAsync(Broken[method].Test, Broken[method].Use, checksItsOptions: false);
        Assert.True(thrown is not (null or SkipException), $"{Broken[method].Test} passes a method that {method}.");
    }

    [Fact]
    public void Every_test_rejects_a_broken_method() => Assert.Equal(Tests.Select(test => test.Name).Order(StringComparer.Ordinal), Broken.Values.Select(broken => broken.Test).Order(StringComparer.Ordinal));

    private static async Task<Exception?> RunAsync(string test, Use use, bool checksItsOptions)
    {
        try
        {
            if (Tests.Single(one => one.Name == test).Invoke(new Registration(use, checksItsOptions), BindingFlags.DoNotWrapExceptions, null, null, null) is Task running)
            {
                await running;
            }

            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private static SlackOAuthStoresOptions OptionsOf(IServiceProvider services) => services.GetRequiredService<IOptions<SlackOAuthStoresOptions>>().Value;

    private static SlackOAuthStoresBuilder Sound(
        SlackOAuthStoresBuilder builder, StoreContracts contracts, InMemoryStoreData data, Func<SlackOAuthStoresOptions, SlackOAuthStoresOptions>? change = null)
    {
        if (contracts.HasFlag(StoreContracts.Installations))
        {
            builder.UseInstallationStore("sound", services => new InMemoryInstallationStore(Changed(services), data, services.GetRequiredService<TimeProvider>()));
        }

        if (contracts.HasFlag(StoreContracts.States))
        {
            builder.UseStateStore("sound", services => new InMemoryOAuthStateStore(Changed(services), services.GetRequiredService<TimeProvider>(), data));
        }

        return builder;

        SlackOAuthStoresOptions Changed(IServiceProvider services) => change is null ? OptionsOf(services) : change(OptionsOf(services));
    }

    /// <summary>A provider with an option of its own, the name of a table.</summary>
    private sealed class Registration(Use use, bool checksItsOptions) : Suite
    {
        private readonly InMemoryStoreData _data = new();

        protected override IReadOnlyList<(string Named, Action<SlackOAuthStoresBuilder> Use)> WrongOptions => [(nameof(TableOptions.Table), builder => UseTable(builder, "x'; --"))];

        protected override void Use(SlackOAuthStoresBuilder builder, StoreContracts contracts) => use(builder, contracts, _data);

        protected override IServiceProvider Build(IServiceCollection services) => services.BuildServiceProvider();

        private void UseTable(SlackOAuthStoresBuilder builder, string table)
        {
            Use(builder, StoreContracts.All);
            var options = builder.Services.AddOptions<TableOptions>().Configure(options => options.Table = table);
            if (checksItsOptions)
            {
                options.Validate(checkedOptions => checkedOptions.Table.All(char.IsAsciiLetter), "TableOptions.Table is no name. Take letters.").ValidateOnStart();
            }
        }
    }

    private sealed class TableOptions
    {
        public string Table { get; set; } = "";
    }

    private sealed class Undisposable(IInstallationStore inner) : IInstallationStore, IDisposable
    {
        public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default) => inner.SaveAsync(installation, cancellationToken);

        public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default) => inner.SaveBotAsync(bot, cancellationToken);

        public ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => inner.FindBotAsync(workspace, cancellationToken);

        public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
            inner.FindInstallationAsync(workspace, userId, cancellationToken);

        public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => inner.DeleteBotAsync(workspace, cancellationToken);

        public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default) =>
            inner.DeleteInstallationAsync(workspace, userId, cancellationToken);

        public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default) => inner.DeleteAllAsync(workspace, cancellationToken);

        public void Dispose() => throw new InvalidOperationException("A call is still running.");
    }
}
