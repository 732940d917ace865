using Microsoft.Extensions.DependencyInjection;
using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.FileSystem.Tests;

/// <summary>A disk for a test class: a folder with one for each scope in it. It fails as a file does that stands where the folder has to be.</summary>
internal sealed class Disk : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("slackoauth-").FullName;

    internal string Of(StoreScope scope) => Path.Combine(_path, scope.Name);

    internal FileSystemStoreOptions Options(StoreScope scope) => new() { BaseDirectory = Of(scope) };

    internal IEnumerable<string> Files(StoreScope scope) =>
        Directory.Exists(Of(scope)) ? Directory.EnumerateFiles(Of(scope), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Order(StringComparer.Ordinal) : [];

    /// <summary>Every file of the scope, as it lies on the disk.</summary>
    internal IReadOnlyList<byte[]> Bytes(StoreScope scope) => [.. Files(scope).Select(File.ReadAllBytes)];

    internal string Dump(StoreScope scope) => string.Join('\n', Files(scope).Select(path => $"{Path.GetRelativePath(Of(scope), path)} {File.ReadAllText(path)}"));

    internal void Break(StoreScope scope)
    {
        if (Directory.Exists(Of(scope)))
        {
            Directory.Move(Of(scope), Of(scope) + "-aside");
        }

        File.WriteAllText(Of(scope), "");
    }

    internal void Repair(StoreScope scope)
    {
        File.Delete(Of(scope));
        if (Directory.Exists(Of(scope) + "-aside"))
        {
            Directory.Move(Of(scope) + "-aside", Of(scope));
        }
    }

    internal void AddUnknownFields(StoreScope scope)
    {
        foreach (var path in Files(scope).Where(path => new FileInfo(path).Length > 0))
        {
            File.WriteAllText(path, """{"a_field_of_tomorrow":{"and":["more"]},""" + File.ReadAllText(path)[1..]);
        }
    }

    internal void Damage(StoreScope scope, string appId)
    {
        foreach (var (path, content) in Files(scope).Select(path => (path, File.ReadAllText(path))).Where(file => file.Item2.Contains(appId, StringComparison.Ordinal)))
        {
            File.WriteAllText(path, content[..(content.Length / 2)]);
        }
    }

    internal static void RunScript(string script)
    {
        using var shell = System.Diagnostics.Process.Start("/bin/sh", ["-ec", script]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}

public sealed class FileSystemInstallationFixture : StoreFixture<IInstallationStore>
{
    private readonly Disk _disk = new();

    internal IReadOnlyList<byte[]> Bytes(StoreScope scope) => _disk.Bytes(scope);

    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Listing | StoreCapabilities.AppListing | StoreCapabilities.History | StoreCapabilities.HistoryTrimming | StoreCapabilities.RotationLeases | StoreCapabilities.Preparation | StoreCapabilities.Dump | StoreCapabilities.Failure
        | StoreCapabilities.UnknownFields | StoreCapabilities.PreparationScript | StoreCapabilities.Damage;

    public override ValueTask<IInstallationStore> CreateAsync(StoreScope scope) => new(new FileSystemInstallationStore(scope.Options, _disk.Options(scope), scope.Time));

    public override bool CanRetryHelp => false;

    public override ValueTask<IInstallationStore> CreateUnpreparedAsync(StoreScope scope)
    {
        var options = _disk.Options(scope);
        options.PrepareOnFirstUse = false;
        return new(new FileSystemInstallationStore(scope.Options, options, scope.Time));
    }

    public override ValueTask RunScriptAsync(StoreScope scope, string script)
    {
        Disk.RunScript(script);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<string> DumpAsync(StoreScope scope) => new(_disk.Dump(scope));

    public override ValueTask BreakAsync(StoreScope scope)
    {
        _disk.Break(scope);
        return ValueTask.CompletedTask;
    }

    public override ValueTask RepairAsync(StoreScope scope)
    {
        _disk.Repair(scope);
        return ValueTask.CompletedTask;
    }

    public override ValueTask AddUnknownFieldsAsync(StoreScope scope)
    {
        _disk.AddUnknownFields(scope);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DamageAsync(StoreScope scope, string appId)
    {
        _disk.Damage(scope, appId);
        return ValueTask.CompletedTask;
    }

    public override ValueTask StopAsync()
    {
        _disk.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class FileSystemStateFixture : StoreFixture<IOAuthStateStore>
{
    private readonly Disk _disk = new();

    internal IReadOnlyList<byte[]> Bytes(StoreScope scope) => _disk.Bytes(scope);

    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Preparation | StoreCapabilities.Purging | StoreCapabilities.Dump | StoreCapabilities.StateCount | StoreCapabilities.Failure
        | StoreCapabilities.UnknownFields | StoreCapabilities.PreparationScript;

    public override ValueTask<IOAuthStateStore> CreateAsync(StoreScope scope) => new(new FileSystemOAuthStateStore(scope.Options, _disk.Options(scope), scope.Time));

    public override bool CanRetryHelp => false;

    public override ValueTask<IOAuthStateStore> CreateUnpreparedAsync(StoreScope scope)
    {
        var options = _disk.Options(scope);
        options.PrepareOnFirstUse = false;
        return new(new FileSystemOAuthStateStore(scope.Options, options, scope.Time));
    }

    public override ValueTask RunScriptAsync(StoreScope scope, string script)
    {
        Disk.RunScript(script);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<string> DumpAsync(StoreScope scope) => new(_disk.Dump(scope));

    public override ValueTask<long> CountStatesAsync(StoreScope scope) => new(_disk.Files(scope).LongCount());

    public override ValueTask BreakAsync(StoreScope scope)
    {
        _disk.Break(scope);
        return ValueTask.CompletedTask;
    }

    public override ValueTask RepairAsync(StoreScope scope)
    {
        _disk.Repair(scope);
        return ValueTask.CompletedTask;
    }

    public override ValueTask AddUnknownFieldsAsync(StoreScope scope)
    {
        _disk.AddUnknownFields(scope);
        return ValueTask.CompletedTask;
    }

    public override ValueTask StopAsync()
    {
        _disk.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class FileSystemInstallationStoreConformanceTests(FileSystemInstallationFixture fixture) : InstallationStoreConformanceTests<FileSystemInstallationFixture>(fixture);

public sealed class FileSystemStateStoreConformanceTests(FileSystemStateFixture fixture) : StateStoreConformanceTests<FileSystemStateFixture>(fixture);

public sealed class FileSystemInstallationListingConformanceTests(FileSystemInstallationFixture fixture) : InstallationListingConformanceTests<FileSystemInstallationFixture>(fixture);

public sealed class FileSystemAppListingConformanceTests(FileSystemInstallationFixture fixture) : AppListingConformanceTests<FileSystemInstallationFixture>(fixture);

public sealed class FileSystemInstallationHistoryConformanceTests(FileSystemInstallationFixture fixture) : InstallationHistoryConformanceTests<FileSystemInstallationFixture>(fixture);

public sealed class FileSystemRotationLeaseConformanceTests(FileSystemInstallationFixture fixture) : RotationLeaseConformanceTests<FileSystemInstallationFixture>(fixture);

public sealed class FileSystemInstallationPreparationConformanceTests(FileSystemInstallationFixture fixture)
    : StorePreparationConformanceTests<IInstallationStore, FileSystemInstallationFixture>(fixture);

public sealed class FileSystemStatePreparationConformanceTests(FileSystemStateFixture fixture) : StorePreparationConformanceTests<IOAuthStateStore, FileSystemStateFixture>(fixture);

public sealed class FileSystemExpiredStatePurgingConformanceTests(FileSystemStateFixture fixture) : ExpiredStatePurgingConformanceTests<FileSystemStateFixture>(fixture);

public sealed class FileSystemRegistrationConformanceTests : RegistrationConformanceTests, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override IReadOnlyList<(string Named, Action<SlackOAuthStoresBuilder> Use)> WrongOptions =>
    [
        (nameof(FileSystemStoreOptions.BaseDirectory), builder => builder.UseFileSystem("")),
        (nameof(FileSystemStoreOptions.BaseDirectory), builder => builder.UseFileSystem("~/slack")),
        (nameof(FileSystemStoreOptions.BaseDirectory), builder => builder.UseFileSystem("a\0b")),
        (nameof(FileSystemStoreOptions.StateDirectory), builder => builder.UseFileSystem(options => options.StateDirectory = " ")),
        (nameof(FileSystemStoreOptions.LockTimeout), builder => builder.UseFileSystem(options => options.LockTimeout = TimeSpan.Zero)),
    ];

    public void Dispose() => _folder.Dispose();

    protected override void Use(SlackOAuthStoresBuilder builder, StoreContracts contracts) => builder.UseFileSystem(_folder.Path, contracts);

    protected override IServiceProvider Build(IServiceCollection services) => services.BuildServiceProvider();
}

public sealed class FileSystemConformanceCoverageTests : ConformanceCoverageTests;
