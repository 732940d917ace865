using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.Tests;

/// <summary>Memory that outlives a store, as an engine does: one for each scope.</summary>
internal static class InMemoryEngines
{
    private static readonly ConcurrentDictionary<string, InMemoryStoreData> Engines = new(StringComparer.Ordinal);

    internal static InMemoryStoreData Of(StoreScope scope) => Engines.GetOrAdd(scope.Name, _ => new InMemoryStoreData());

    internal static IEnumerable<string> Rows(this WorkspaceRecord record) =>
    [
        .. record.BotHistory.Append(record.Bot).OfType<Bot>().Select(bot => Encoding.UTF8.GetString(StoreJson.Serialize(bot))),
        .. record.InstallationHistory.Concat(record.Installations.Values).Select(installation => Encoding.UTF8.GetString(StoreJson.Serialize(installation))),
    ];
}

public sealed class InMemoryInstallationFixture : StoreFixture<IInstallationStore>
{
    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Listing | StoreCapabilities.AppListing | StoreCapabilities.History | StoreCapabilities.HistoryTrimming | StoreCapabilities.RotationLeases | StoreCapabilities.Dump;

    public override ValueTask<string> DumpAsync(StoreScope scope)
    {
        var data = InMemoryEngines.Of(scope);
        lock (data.Gate)
        {
            return new(string.Join('\n', data.Workspaces.SelectMany(entry => entry.Value.Rows().Prepend($"{entry.Key}"))));
        }
    }

    public override ValueTask<IInstallationStore> CreateAsync(StoreScope scope) => new(new InMemoryInstallationStore(scope.Options, InMemoryEngines.Of(scope), scope.Time));
}

public sealed class InMemoryStateFixture : StoreFixture<IOAuthStateStore>
{
    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Purging | StoreCapabilities.Dump | StoreCapabilities.StateCount;

    public override ValueTask<string> DumpAsync(StoreScope scope)
    {
        var data = InMemoryEngines.Of(scope);
        lock (data.Gate)
        {
            return new(string.Join('\n', data.States.Select(entry => $"{entry.Key} {Encoding.UTF8.GetString(StoreJson.Serialize(entry.Value))}").Order(StringComparer.Ordinal)));
        }
    }

    public override ValueTask<long> CountStatesAsync(StoreScope scope)
    {
        var data = InMemoryEngines.Of(scope);
        lock (data.Gate)
        {
            return new(data.States.Count);
        }
    }

    public override ValueTask<IOAuthStateStore> CreateAsync(StoreScope scope) => new(new InMemoryOAuthStateStore(scope.Options, scope.Time, InMemoryEngines.Of(scope)));
}

public sealed class InMemoryInstallationStoreConformanceTests(InMemoryInstallationFixture fixture) : InstallationStoreConformanceTests<InMemoryInstallationFixture>(fixture);

public sealed class InMemoryStateStoreConformanceTests(InMemoryStateFixture fixture) : StateStoreConformanceTests<InMemoryStateFixture>(fixture);

public sealed class InMemoryInstallationListingConformanceTests(InMemoryInstallationFixture fixture) : InstallationListingConformanceTests<InMemoryInstallationFixture>(fixture);

public sealed class InMemoryAppListingConformanceTests(InMemoryInstallationFixture fixture) : AppListingConformanceTests<InMemoryInstallationFixture>(fixture);

public sealed class InMemoryInstallationHistoryConformanceTests(InMemoryInstallationFixture fixture) : InstallationHistoryConformanceTests<InMemoryInstallationFixture>(fixture);

public sealed class InMemoryRotationLeaseConformanceTests(InMemoryInstallationFixture fixture) : RotationLeaseConformanceTests<InMemoryInstallationFixture>(fixture);

public sealed class InMemoryExpiredStatePurgingConformanceTests(InMemoryStateFixture fixture) : ExpiredStatePurgingConformanceTests<InMemoryStateFixture>(fixture);

public sealed class InMemoryRegistrationConformanceTests : RegistrationConformanceTests
{
    private readonly InMemoryStoreData _data = new();

    protected override void Use(SlackOAuthStoresBuilder builder, StoreContracts contracts)
    {
        builder.Services.AddSingleton(_data);
        builder.UseInMemory(contracts);
    }

    protected override IServiceProvider Build(IServiceCollection services) => services.BuildServiceProvider();
}

public sealed class InMemoryConformanceCoverageTests : ConformanceCoverageTests;
