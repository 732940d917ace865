using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Package.Tests;

public sealed partial class ReadmeTests
{
    public static TheoryData<string, int> Snippets
    {
        get
        {
            var snippets = new TheoryData<string, int>();
            foreach (var readme in Repository.Readmes)
            {
                foreach (var line in CSharpBlocks(readme).Select(block => block.Line))
                {
                    snippets.Add(readme, line);
                }
            }

            return snippets;
        }
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public void A_snippet_compiles_as_it_stands(string readme, int line)
    {
        var (_, given, code) = CSharpBlocks(readme).Single(block => block.Line == line);
        var tree = CSharpSyntaxTree.ParseText($"{given.ReplaceLineEndings(" ")}\n#line {line + 1}\n{code}", cancellationToken: TestContext.Current.CancellationToken);
        var isProgram = tree.GetRoot(TestContext.Current.CancellationToken).ChildNodes().OfType<GlobalStatementSyntax>().Any();
        var compilation = CSharpCompilation.Create(
            "Snippet",
            [
                tree,
                CSharpSyntaxTree.ParseText(ImplicitUsings, cancellationToken: TestContext.Current.CancellationToken),
                CSharpSyntaxTree.ParseText(Repository.Read("samples/CustomStore/MyStateStore.cs"), cancellationToken: TestContext.Current.CancellationToken),
            ],
            References,
            new CSharpCompilationOptions(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

        var faults = compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(fault => fault.Severity >= DiagnosticSeverity.Warning);
        Check.None(faults.Select(fault => $"{readme}:{fault.Location.GetMappedLineSpan().StartLinePosition.Line + 1}: {fault.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}"));
    }

    [Fact]
    public void The_recipe_for_a_custom_store_is_the_sample_that_is_built_against_the_packages() =>
        Assert.Contains(Repository.Read("samples/CustomStore/MyStateStoreTests.cs"), CSharpBlocks("README.md").Select(block => block.Code));

    public static TheoryData<string> Readmes => [.. Repository.Readmes];

    [Theory]
    [MemberData(nameof(Readmes))]
    public void Every_link_to_a_file_leads_to_one(string readme)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, readme))!;
        var broken = Link().Matches(Repository.Read(readme))
            .Select(match => match.Groups["target"].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal))
            .Select(target => target.Split('#')[0])
            .Where(path => path.Length > 0 && !Path.Exists(Path.Combine(folder, path)));
        Check.None(broken);
    }

    [Fact]
    public void A_packages_page_links_to_nothing_in_the_repository_which_is_not_there_on_a_package_feed() =>
        Check.None(Repository.ShippedNames.Select(name => $"src/{name}/README.md").SelectMany(readme => Link().Matches(Repository.Read(readme))
            .Select(match => match.Groups["target"].Value)
            .Where(target => !target.StartsWith('#') && !target.Contains("://", StringComparison.Ordinal))
            .Select(target => $"{readme}: {target}. Name the file, as in: `docs/contract.md` in the repository.")));

    [Fact]
    public void Every_shipped_package_is_in_the_root_readmes_table()
    {
        var readme = Repository.Read("README.md");
        Assert.All(Repository.ShippedNames, name => Assert.Contains($"[`{name}`](src/{name}/README.md)", readme, StringComparison.Ordinal));
    }

    [Fact]
    public void The_contract_has_34_sentences() =>
        Assert.Equal(Enumerable.Range(1, 34).Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)), Sentence().Matches(Repository.Read("docs/contract.md")).Select(match => match.Groups["number"].Value));

    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        global using Xunit;
        """;

    private static IReadOnlyList<MetadataReference> References { get; } =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>The snippets of a page. What one takes for given (a variable, a using) stands before it in a comment that begins with "given:".</summary>
    private static IEnumerable<(int Line, string Given, string Code)> CSharpBlocks(string readme)
    {
        var text = Repository.Read(readme);
        return CSharpBlock().Matches(text).Select(match => (text.AsSpan(0, match.Groups["code"].Index).Count('\n'), match.Groups["given"].Value, match.Groups["code"].Value));
    }

    [GeneratedRegex(@"(^<!-- given:(?<given>[^>]*?)-->\n\n?)?^```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"(?<!!)\[[^\]]*\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"^(?<number>\d+)\. ", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Sentence();
}
