using System.Reflection;

namespace Package.Tests;

/// <summary>The checkout that the tests were built from, and the assemblies that it ships.</summary>
internal static class Repository
{
    internal static string Root { get; } = FindRoot();

    internal static IReadOnlyList<string> ShippedNames { get; } =
        [.. Directory.EnumerateDirectories(Path.Combine(Root, "src")).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    internal static IReadOnlyList<Assembly> ShippedAssemblies { get; } = [.. ShippedNames.Select(Assembly.Load)];

    internal static IEnumerable<string> Readmes =>
        Directory.EnumerateFiles(Root, "README.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md"))
            .Append(Path.Combine(Root, "CONTRIBUTING.md"))
            .Append(Path.Combine(Root, "SECURITY.md"))
            .Select(path => Path.GetRelativePath(Root, path))
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "artifacts" or "node_modules" or ".git"))
            .Order(StringComparer.Ordinal);

    internal static string Read(string relativePath) => File.ReadAllText(Path.Combine(Root, relativePath));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SlackOAuth.Stores.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("No folder above the test's own holds SlackOAuth.Stores.sln. Run the tests from a checkout.");
    }
}
