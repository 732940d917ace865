using System.Reflection;
using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.Benchmarks.Engines;

/// <summary>A dialect's own statements, whatever they come to be, so that the floor sends the same ones.</summary>
internal static class BareStatements
{
    internal static RelationalStatements Of(Type store, string dialect, params object?[] arguments) =>
        (RelationalStatements)store.Assembly.GetType($"{store.Namespace}.{dialect}Statements", throwOnError: true)!
            .GetMethod("For", BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, arguments)!;
}
