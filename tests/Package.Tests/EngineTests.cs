using System.Reflection;
using SlackOAuth.Stores.TestBackends;

namespace Package.Tests;

/// <summary>What the tests know of engines, against <c>build/engines</c>.</summary>
public sealed class EngineTests
{
    private static IEnumerable<Engine> Known => typeof(Engine).GetProperties(BindingFlags.Public | BindingFlags.Static).Select(property => property.GetValue(null)).OfType<Engine>();

    [Fact]
    public void An_image_can_be_built_where_build_engines_has_a_script_of_the_engines_name_that_names_it()
    {
        Assert.Equal(5, Known.Count());
        Assert.All(Known, engine =>
        {
            var script = Path.Combine("build", "engines", engine.Name + ".sh");
            Assert.Equal(engine.IsBuildable, File.Exists(Path.Combine(Repository.Root, script)));
            Assert.True(!engine.IsBuildable || Repository.Read(script).Contains($"ensure_image {engine.Image} ", StringComparison.Ordinal), $"{script} does not make {engine.Image}.");
        });
    }
}
