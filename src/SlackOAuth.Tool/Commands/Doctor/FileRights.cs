namespace SlackOAuth.Tool.Commands.Doctor;

/// <summary>Who may read what holds tokens.</summary>
internal static class FileRights
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Looks whether a file or folder is its owner's alone.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="remedy">What makes it so, as a command.</param>
    internal static DoctorCheck Check(string path, string remedy)
    {
        if (OperatingSystem.IsWindows())
        {
            return DoctorCheck.Ok("rights", "not looked at: Windows has lists of rights, which the folder inherits");
        }

        var mode = File.GetUnixFileMode(path);
        return (mode & Others) == 0
            ? DoctorCheck.Ok("rights", "the owner's alone")
            : DoctorCheck.Warn("rights", $"mode {Convert.ToString((int)mode, 8)}: others than the owner have rights to {path}", remedy);
    }
}
