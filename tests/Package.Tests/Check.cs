namespace Package.Tests;

internal static class Check
{
    /// <summary>Fails with every fault on a line of its own, where Assert.Empty would show the first few, cut.</summary>
    internal static void None(IEnumerable<string?> faults)
    {
        var all = faults.ToArray();
        Assert.True(all.Length == 0, string.Join(Environment.NewLine, all));
    }
}
