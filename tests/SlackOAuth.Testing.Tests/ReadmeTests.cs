using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace SlackOAuth.Testing.Tests;

public sealed class ReadmeTests
{
    private const string ImplicitUsings = "global using System; global using System.Linq; global using System.Net.Http; global using System.Threading.Tasks;";

    [Fact]
    public void Every_example_of_the_README_compiles()
    {
        var readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"));
        var examples = Regex.Matches(readme, "```csharp\n(.*?)```", RegexOptions.Singleline).Select(match => match.Groups[1].Value).ToList();
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)).ToList();

        Assert.NotEmpty(examples);
        Assert.All(examples, example =>
        {
            var compilation = CSharpCompilation.Create(
                "Readme",
                [Parse(ImplicitUsings), Parse(example)],
                references,
                new(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
            Assert.DoesNotContain(compilation.GetDiagnostics(SlackFixture.Cancellation), diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        });
    }

    [Theory]
    [InlineData(typeof(FakeSlackOptions))]
    [InlineData(typeof(FakeSlackApp))]
    public void Every_option_is_in_the_README(Type options)
    {
        var readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"));

        Assert.All(options.GetProperties(), property => Assert.Contains($"| `{property.Name}` |", readme, StringComparison.Ordinal));
    }

    private static SyntaxTree Parse(string text) => CSharpSyntaxTree.ParseText(text, cancellationToken: SlackFixture.Cancellation);
}
