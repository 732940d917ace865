using System.Runtime.CompilerServices;
using SlackOAuth.Stores;
using SlackOAuth.Tool.Importing;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Tests.Importing;

/// <summary>A folder of one test, written as another SDK writes it.</summary>
internal sealed class ImportFolder : IDisposable
{
    internal const string ClientId = "111.222";

    private readonly string _temporary = Directory.CreateTempSubdirectory("slackoauth-").FullName;

    /// <summary>What the importer is given. It has a folder above it that is the test's own.</summary>
    internal string Root => Path.Combine(_temporary, "root");

    internal string Of(string name) => Path.GetFullPath(Path.Combine(Root, name));

    /// <summary>Writes a file; the name is relative to the root.</summary>
    internal string Write(string name, string content)
    {
        var path = Of(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    internal void WriteAll(string content, params IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            Write(name, content);
        }
    }

    public void Dispose() => Directory.Delete(_temporary, recursive: true);
}

/// <summary>What an importer gave.</summary>
internal static class Imported
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task<List<SourceRecord>> AllAsync(IRecordSource source)
    {
        await using (source)
        {
            var records = new List<SourceRecord>();
            await foreach (var record in source.ReadAsync(Token))
            {
                records.Add(record);
            }

            return records;
        }
    }

    internal static IReadOnlyList<Bot> Bots(this IEnumerable<SourceRecord> records) => [.. records.OfType<SourceRecord.OfBot>().Select(record => record.Bot)];

    internal static IReadOnlyList<Installation> Installations(this IEnumerable<SourceRecord> records) => [.. records.OfType<SourceRecord.OfInstallation>().Select(record => record.Installation)];

    internal static IReadOnlyList<SourceRecord.Refused> Refused(this IEnumerable<SourceRecord> records) => [.. records.OfType<SourceRecord.Refused>()];

    internal static IReadOnlyList<string> ClientIds(this IEnumerable<SourceRecord> records) =>
        [.. records.Select(record => record switch { SourceRecord.OfBot bot => bot.ClientId, SourceRecord.OfInstallation installation => installation.ClientId, _ => "" }).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Saves what was read in a store, in the order in which it came.</summary>
    internal static async Task<InMemoryInstallationStore> SaveAsync(this IEnumerable<SourceRecord> records, bool history = false)
    {
        var store = new InMemoryInstallationStore(new SlackOAuthStoresOptions { ClientId = ImportFolder.ClientId, HistoryEnabled = history });
        foreach (var record in records)
        {
            await (record switch
            {
                SourceRecord.OfBot bot => store.SaveBotAsync(bot.Bot, Token),
                SourceRecord.OfInstallation installation => store.SaveAsync(installation.Installation, Token),
                var other => throw new InvalidOperationException($"{other} cannot be saved."),
            });
        }

        return store;
    }
}
