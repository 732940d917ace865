using System.Reflection;
using SlackOAuth.Stores.Conformance.Tests.Table;

namespace SlackOAuth.Stores.Conformance.Tests;

/// <summary>The suites, derived for stores over a table, and run one test at a time without a runner.</summary>
internal static class Suites
{
    private const BindingFlags Inherited = BindingFlags.Public | BindingFlags.Instance;

    internal static IReadOnlyList<Type> All { get; } =
    [
        typeof(Installations), typeof(Listing), typeof(Apps), typeof(History), typeof(Leases), typeof(InstallationPreparation),
        typeof(States), typeof(Purging), typeof(StatePreparation),
    ];

    /// <summary>Every test of every suite that runs on a store, each with the rows of its theory.</summary>
    internal static IEnumerable<(Type Suite, MethodInfo Test)> Tests { get; } =
        [.. All.SelectMany(suite => suite.GetMethods(Inherited).Where(method => method.GetCustomAttribute<FactAttribute>() is not null).Select(method => (suite, method)))];

    internal static IEnumerable<Type> SuitesOf(Type store) => All.Where(suite => StoreOf(suite).IsAssignableFrom(store));

    internal static Type StoreOf(Type suite) => suite.GetConstructors()[0].GetParameters()[0].ParameterType.GetGenericArguments()[0];

    /// <summary>Runs a test of a suite on a store type, every row of a theory.</summary>
    /// <returns>What it threw; null where it passed.</returns>
    internal static async Task<Exception?> RunAsync(Type suite, MethodInfo test, Type store)
    {
        foreach (var row in test.GetCustomAttributes<InlineDataAttribute>().Select(row => row.Data).DefaultIfEmpty([]))
        {
            var fixture = Activator.CreateInstance(typeof(TableFixture<>).MakeGenericType(StoreOf(suite)), store)!;
            var instance = Activator.CreateInstance(suite, fixture)!;
            try
            {
                await ((IAsyncLifetime)instance).InitializeAsync();
                try
                {
                    if (test.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, row, null) is Task running)
                    {
                        await running;
                    }
                }
                finally
                {
                    await ((IAsyncDisposable)instance).DisposeAsync();
                }
            }
            catch (Exception exception)
            {
                return exception;
            }
        }

        return null;
    }

    internal sealed class Installations(TableFixture<IInstallationStore> fixture) : InstallationStoreConformanceTests<TableFixture<IInstallationStore>>(fixture);

    internal sealed class Listing(TableFixture<IInstallationStore> fixture) : InstallationListingConformanceTests<TableFixture<IInstallationStore>>(fixture);

    internal sealed class Apps(TableFixture<IInstallationStore> fixture) : AppListingConformanceTests<TableFixture<IInstallationStore>>(fixture);

    internal sealed class History(TableFixture<IInstallationStore> fixture) : InstallationHistoryConformanceTests<TableFixture<IInstallationStore>>(fixture);

    internal sealed class Leases(TableFixture<IInstallationStore> fixture) : RotationLeaseConformanceTests<TableFixture<IInstallationStore>>(fixture);

    internal sealed class InstallationPreparation(TableFixture<IInstallationStore> fixture) : StorePreparationConformanceTests<IInstallationStore, TableFixture<IInstallationStore>>(fixture);

    internal sealed class States(TableFixture<IOAuthStateStore> fixture) : StateStoreConformanceTests<TableFixture<IOAuthStateStore>>(fixture);

    internal sealed class Purging(TableFixture<IOAuthStateStore> fixture) : ExpiredStatePurgingConformanceTests<TableFixture<IOAuthStateStore>>(fixture);

    internal sealed class StatePreparation(TableFixture<IOAuthStateStore> fixture) : StorePreparationConformanceTests<IOAuthStateStore, TableFixture<IOAuthStateStore>>(fixture);
}
