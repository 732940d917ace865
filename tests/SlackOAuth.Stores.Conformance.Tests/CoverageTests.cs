using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace SlackOAuth.Stores.Conformance.Tests;

/// <summary>What the coverage suite says of assemblies that leave something out. Each is compiled from a few lines.</summary>
public class CoverageTests
{
    private const string Usings = "using System; using System.Collections.Generic; using System.Threading.Tasks; using SlackOAuth.Stores; using SlackOAuth.Stores.Conformance;";

    private const string StateSuite =
        """
        public sealed class F : StoreFixture<IOAuthStateStore>
        {
            public override ValueTask<IOAuthStateStore> CreateAsync(StoreScope scope) => new(new InMemoryOAuthStateStore(scope.Options, scope.Time));
        }
        public sealed class T(F fixture) : StateStoreConformanceTests<F>(fixture);
        """;

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    [Fact]
    public void Suites_that_nobody_derives_fail_by_name()
    {
        var failures = Run("public sealed class Coverage : ConformanceCoverageTests;");
        Assert.Contains("derives InstallationStoreConformanceTests or StateStoreConformanceTests.", Assert.Single(failures), StringComparison.Ordinal);
        failures = Run("public sealed class Coverage : ConformanceCoverageTests;" + StateSuite);
        Assert.Contains("derives InstallationStoreConformanceTests.", Assert.Single(failures), StringComparison.Ordinal);
    }

    [Fact]
    public void A_suite_that_is_listed_as_not_implemented_may_be_missing() => Assert.Empty(Run(Listing("typeof(InstallationStoreConformanceTests<>)") + StateSuite));

    [Fact]
    public void A_suite_that_is_listed_and_derived_fails_by_name()
    {
        var failures = Run(Listing("typeof(InstallationStoreConformanceTests<>), typeof(StateStoreConformanceTests<>)") + StateSuite);
        Assert.Contains("StateStoreConformanceTests is listed", Assert.Single(failures), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_listed_and_is_no_suite_fails_by_name()
    {
        var failures = Run(Listing("typeof(InstallationStoreConformanceTests<>), typeof(string)") + StateSuite);
        Assert.Contains("String is listed in NotImplemented and is no suite.", Assert.Single(failures), StringComparison.Ordinal);
    }

    [Fact]
    public void A_registration_method_without_its_suite_fails_by_name()
    {
        const string UseMine = "public static class Extensions { public static SlackOAuthStoresBuilder UseMine(this SlackOAuthStoresBuilder builder) => builder; }";
        var failures = Run(Listing("typeof(InstallationStoreConformanceTests<>)") + StateSuite + UseMine);
        Assert.Contains("derives RegistrationConformanceTests.", Assert.Single(failures), StringComparison.Ordinal);
        Assert.Empty(Run(Listing("typeof(InstallationStoreConformanceTests<>), typeof(RegistrationConformanceTests)") + StateSuite + UseMine));
    }

    private static string Listing(string types) =>
        $$"""
        public sealed class Coverage : ConformanceCoverageTests
        {
            protected override IReadOnlyCollection<Type> NotImplemented => [{{types}}];
        }

        """;

    /// <summary>Compiles an author's assembly, and runs its coverage tests.</summary>
    /// <returns>The messages of those that fail.</returns>
    private static List<string> Run(string source)
    {
        var compilation = CSharpCompilation.Create(
            $"Author{Guid.NewGuid():N}",
            [CSharpSyntaxTree.ParseText(Usings + source, cancellationToken: TestContext.Current.CancellationToken)],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(emitted.Success, string.Join(Environment.NewLine, emitted.Diagnostics));
        var coverage = Assembly.Load(image.ToArray()).GetType("Coverage")!;
        var failures = new List<string>();
        foreach (var test in coverage.GetMethods().Where(method => method.GetCustomAttribute<FactAttribute>() is not null))
        {
            try
            {
                test.Invoke(Activator.CreateInstance(coverage), BindingFlags.DoNotWrapExceptions, null, null, null);
            }
            catch (Xunit.Sdk.XunitException exception)
            {
                failures.Add(exception.Message);
            }
        }

        return failures;
    }
}
