using System.Reflection;
using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>The suites of this package, and who derives them.</summary>
internal static class SuiteTypes
{
    internal static IReadOnlyList<Type> All { get; } =
    [
        .. typeof(SuiteTypes).Assembly.GetExportedTypes()
            .Where(type => type.IsAbstract && type != typeof(ConformanceCoverageTests) && Tests(type).Any())
            .OrderBy(type => type.Name, StringComparer.Ordinal),
    ];

    internal static IEnumerable<MethodInfo> Tests(Type type) =>
        type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(method => method.GetCustomAttribute<FactAttribute>() is not null);

    /// <summary>Whether a class derives a suite, and does so for a fixture where one is given.</summary>
    internal static bool Derives(Type type, Type suite, Type? fixture = null)
    {
        for (var candidate = type.BaseType; candidate is not null; candidate = candidate.BaseType)
        {
            if ((candidate.IsGenericType ? candidate.GetGenericTypeDefinition() : candidate) == suite)
            {
                return fixture is null || candidate.GetGenericArguments().Contains(fixture);
            }
        }

        return false;
    }

    internal static string NameOf(Type suite) => suite.Name.Split('`')[0];
}
