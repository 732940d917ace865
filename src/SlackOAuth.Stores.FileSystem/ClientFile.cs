using System.Text;
using System.Text.Json;

namespace SlackOAuth.Stores.FileSystem;

/// <summary>The file that holds the client id of a folder whose name holds but its hash. A client id as Slack gives them out is the folder's name, and needs no file.</summary>
/// <param name="folder">The folder of the client id, with a separator at its end.</param>
/// <param name="clientId">The client id.</param>
internal sealed class ClientFile(string folder, string clientId)
{
    internal const string Name = ".client-id";

    private const string StagedName = ".tmp-client-id";

    internal bool IsThere => DiskFile.Exists(folder + Name);

    /// <summary>Whose folder this is; null where it is no client id's, or was last written by a version that kept no such file.</summary>
    internal static string? Identify(string path)
    {
        var name = Path.GetFileName(path);
        if (!FileSystemNames.IsEscaped(name))
        {
            return FileSystemNames.IsClient(name) ? name : null;
        }

        using var file = DiskFile.Read(Path.Combine(path, Name));
        if (!file.IsThere)
        {
            return null;
        }

        var clientId = Encoding.UTF8.GetString(file.Content);
        return FileSystemNames.Client(clientId) == name
            ? clientId
            : throw new DamagedRecordException(Path.Combine(path, Name), new JsonException("It does not hold the client id that its folder is named by."));
    }

    /// <summary>Writes the file whole, for the holder of its lock.</summary>
    internal void Write()
    {
        DiskFile.Delete(folder + StagedName);
        DiskFile.Create(folder + StagedName, Encoding.UTF8.GetBytes(clientId), flush: true);
        File.Move(folder + StagedName, folder + Name, overwrite: true);
        DiskFile.FlushFolder(folder);
    }
}
