using System.Security.Cryptography;

namespace SlackOAuth.Tool.Tests.Support;

/// <summary>A folder for one test, gone after it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal TemporaryFolder() => Path = Directory.CreateTempSubdirectory("slackoauth-tool-").FullName;

    internal string Path { get; }

    /// <summary>A path in the folder.</summary>
    internal string At(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A name that no other test has, for tables and prefixes.</summary>
    internal static string UniqueName() => "t" + RandomNumberGenerator.GetHexString(10, lowercase: true);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
