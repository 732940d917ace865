using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using SlackOAuth.Stores.FileSystem;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands.Doctor;

/// <summary>The file system: rights, and room.</summary>
internal sealed class FileProbe(OpenedStore store) : IEngineProbe
{
    // Of the files, enough to see a rule; a store may have millions.
    private const int Looked = 1000;
    private const long LittleRoom = 100L * 1_048_576;

    private readonly DirectoryInfo _folder = new(store.Options<FileSystemStoreOptions>().BaseDirectory);

    private string Remedy => $"chmod -R go= {_folder.FullName}";

    public ValueTask<string> ReachAsync(CancellationToken cancellationToken = default) => _folder.Exists
        ? new($"folder on {new DriveInfo(_folder.FullName).DriveFormat}")
        : throw new DirectoryNotFoundException($"There is no folder {_folder.FullName}.");

    public ValueTask<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken = default) => new((DateTimeOffset?)null);

    public async IAsyncEnumerable<DoctorCheck> CheckAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);

        // A folder that lets nobody in hides what is in it.
        var ofFolder = FileRights.Check(_folder.FullName, Remedy);
        yield return ofFolder.Status == DoctorStatus.Ok ? ofFolder : FindOpenFile() ?? DoctorCheck.Ok("rights", "others can list the folder; its files are the owner's alone");
        var room = new DriveInfo(_folder.FullName).AvailableFreeSpace;
        yield return room < LittleRoom
            ? DoctorCheck.Warn("room", $"{room / 1_048_576} MB are free on the disk", "Free some space: a full disk refuses every save.")
            : DoctorCheck.Ok("room", $"{room / 1_048_576} MB are free on the disk");
    }

    /// <summary>Removes the folders of the doctor's own client id, whose name the store's README explains.</summary>
    public ValueTask DisposeAsync()
    {
        var options = store.Options<FileSystemStoreOptions>();
        var name = "~" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Examination.ClientId)));
        foreach (var parent in (string[])[options.BaseDirectory, options.StateDirectory ?? Path.Combine(options.BaseDirectory, ".oauth-states")])
        {
            TryDelete(Path.Combine(parent, name));
        }

        return ValueTask.CompletedTask;
    }

    private static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception)
        {
            // What was found is worth more than a tidy folder: whatever is left is of no use to anybody, and the next examination tries again.
        }
    }

    private DoctorCheck? FindOpenFile() =>
        _folder.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Take(Looked)
            .Select(file => FileRights.Check(file.FullName, Remedy)).FirstOrDefault(check => check.Status != DoctorStatus.Ok);
}
