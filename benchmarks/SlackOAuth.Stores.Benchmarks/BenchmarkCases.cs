using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SlackOAuth.Stores.FileSystem;
using static SlackOAuth.Stores.Benchmarks.Sample;
using static SlackOAuth.Stores.Benchmarks.Scenario;

namespace SlackOAuth.Stores.Benchmarks;

/// <summary>The calls on files, on memory and of the protocol, over a folder with a thousand workspaces.</summary>
internal sealed class BenchmarkCases : IDisposable
{
    private const string SigningSecret = "8f742231b10e8888abcd99yyyzzz85a5";

    private readonly string _folder = Directory.CreateTempSubdirectory("slackoauth-bench-").FullName;
    private readonly FileSystemInstallationStore _files;
    private readonly FileSystemOAuthStateStore _fileStates;
    private readonly InMemoryInstallationStore _memory;
    private readonly InMemoryOAuthStateStore _memoryStates;
    private readonly WorkspaceId _workspace = WorkspaceId.ForTeam("T0500");
    private readonly Installation _installation = Installation(500);
    private readonly Queue<string> _issued = new();
    private readonly BareFiles _bare;
    private int _saves;

    internal BenchmarkCases()
    {
        var options = new SlackOAuthStoresOptions { ClientId = "111.222" };
        var files = new FileSystemStoreOptions { BaseDirectory = _folder };
        _files = new FileSystemInstallationStore(options, files);
        _fileStates = new FileSystemOAuthStateStore(options, files);
        _memory = new InMemoryInstallationStore(options);
        _memoryStates = new InMemoryOAuthStateStore(options);
        for (var number = 0; number < Workspaces; number++)
        {
            Wait(_memory.SaveAsync(Installation(number)));
        }

        // As the store lays them out, without a thousand flushes.
        foreach (var number in Enumerable.Range(0, Workspaces))
        {
            var folder = Directory.CreateDirectory(Path.Combine(_folder, "111.222", $"none-{TeamId(number)}")).FullName;
            var installation = StoreJson.Serialize(Installation(number).WithBot(null));
            File.WriteAllBytes(Path.Combine(folder, "bot-latest"), StoreJson.Serialize(Installation(number).ToBot()!));
            File.WriteAllBytes(Path.Combine(folder, "installer-latest"), installation);
            File.WriteAllBytes(Path.Combine(folder, "installer-U0001-latest"), installation);
        }

        Wait(_files.SaveAsync(_installation));

        // A neighbour's folder: what creating a file costs depends on the part of the disk that its folder lies in (ext4 looks for a free inode there).
        _bare = new BareFiles(Path.Combine(_folder, "111.222", "none-T0500"), Path.Combine(_folder, "111.222", "none-T0501"));
    }

    internal Bot? FindBotInFiles() => Wait(_files.FindBotAsync(_workspace));

    internal Installation? FindInstallationInFiles() => Wait(_files.FindInstallationAsync(_workspace, "U0001"));

    internal Bot? FindBotInMemory() => Wait(_memory.FindBotAsync(_workspace));

    internal Installation? FindInstallationInMemory() => Wait(_memory.FindInstallationAsync(_workspace, "U0001"));

    /// <summary>Each save is of a newer installation than the one before.</summary>
    internal void SaveInFiles() => Wait(_files.SaveAsync(_installation with { InstalledAt = InstalledAt.AddSeconds(++_saves) }));

    /// <summary>A rotation: the record just saved again.</summary>
    internal void SaveAgainInFiles() => Wait(_files.SaveAsync(_installation with { InstalledAt = InstalledAt.AddSeconds(_saves) }));

    internal void SaveInMemory() => Wait(_memory.SaveAsync(_installation with { InstalledAt = InstalledAt.AddSeconds(++_saves) }));

    internal string IssueInFiles() => Wait(_fileStates.IssueAsync());

    internal string IssueInMemory() => Wait(_memoryStates.IssueAsync());

    internal OAuthStateData? ConsumeInFiles(string state) => Wait(_fileStates.ConsumeAsync(state));

    internal OAuthStateData? ConsumeInMemory(string state) => Wait(_memoryStates.ConsumeAsync(state));

    internal Bot? BareBot() => _bare.ReadBot();

    internal void BareSave() => _bare.Write();

    internal IEnumerable<Scenario> Scenarios()
    {
        yield return new("file: find bot", "open, read, parse the same bytes", 20_000, Sync(() => Require(FindBotInFiles())), Sync(() => Require(_bare.ReadBot())), 1.15);
        yield return new("file: find installation of a user", "two such reads", 10_000, Sync(() => Require(FindInstallationInFiles())), Sync(() => Require(_bare.ReadInstallation())), 1.15);
        yield return new(
            "file: find latest installation", "two such reads", 10_000, Sync(() => Require(Wait(_files.FindInstallationAsync(_workspace)))), Sync(() => Require(_bare.ReadInstallation())), 1.15);
        yield return new("file: find bot, not installed", "–", 20_000, Sync(() => _ = Wait(_files.FindBotAsync(WorkspaceId.ForTeam("T9999")))));
        yield return new("file: save", "write, flush, rename the same three files, flush the folder", 100, Sync(SaveInFiles), Sync(_bare.Write), 1.20);
        yield return new("file: save", "write and flush the same three files in place", 100, Sync(SaveInFiles), Sync(_bare.WriteInPlace));
        yield return new("file: save a rotated token", "write, flush, rename the same three files, flush the folder", 100, Sync(SaveAgainInFiles), Sync(_bare.Write));
        yield return new("file: issue", "create and write the same bytes", 500, Sync(() => IssueInFiles()), Sync(_bare.WriteState), BeforeSample: _ => { ClearStates(); return Task.CompletedTask; });
        yield return new(
            "file: consume",
            "open, read, parse, remove, flush the folder",
            20,
            Sync(() => Require(ConsumeInFiles(_issued.Dequeue()))),
            Sync(() => Require(_bare.TakeState())),
            BeforeSample: count =>
            {
                IssueMany(count);
                return Task.CompletedTask;
            });
        yield return new("file: consume, unknown", "–", 5_000, Sync(() => _ = ConsumeInFiles("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")));
        yield return new("memory: find bot", "–", 1_000_000, Sync(() => Require(FindBotInMemory())));
        yield return new("memory: find installation of a user", "–", 500_000, Sync(() => Require(FindInstallationInMemory())));
        yield return new("memory: save", "–", 200_000, Sync(SaveInMemory));
        yield return new("memory: issue and consume", "–", 50_000, Sync(() => Require(ConsumeInMemory(IssueInMemory()))));
        yield return Signature();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Scenario Signature()
    {
        var body = RandomNumberGenerator.GetBytes(2048);
        var now = new FrozenClock();
        var timestamp = now.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var key = Encoding.UTF8.GetBytes(SigningSecret);
        byte[] signed = [.. Encoding.ASCII.GetBytes($"v0:{timestamp}:"), .. body];
        var signature = "v0=" + Convert.ToHexStringLower(HMACSHA256.HashData(key, signed));
        var verifier = new SlackSignatureVerifier(SigningSecret, now);
        return new(
            "protocol: verify the signature of 2 KB",
            "HMACSHA256.HashData of the same bytes",
            50_000,
            Sync(() => Require(verifier.Verify(timestamp, signature, body) == SlackSignatureVerification.Valid ? verifier : null)),
            Sync(() =>
            {
                Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
                HMACSHA256.HashData(key, signed, hash);
            }),
            1.15);
    }

    private static T Wait<T>(ValueTask<T> task) => task.IsCompletedSuccessfully ? task.Result : task.AsTask().GetAwaiter().GetResult();

    private static void Wait(ValueTask task) => task.AsTask().GetAwaiter().GetResult();

    private void IssueMany(int count)
    {
        ClearStates();
        _issued.Clear();
        for (var i = 0; i < count; i++)
        {
            _issued.Enqueue(IssueInFiles());
            _bare.WriteState();
        }
    }

    private void ClearStates()
    {
        var folder = Path.Combine(_folder, ".oauth-states");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        _bare.ClearStates();

        // The folder of the current minutes, which the first issue creates.
        IssueInFiles();
    }

    private sealed class FrozenClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => InstalledAt;
    }
}
