using System.Text;
using SlackOAuth.Tool.Importing;
using SlackOAuth.Tool.Sources;

namespace SlackOAuth.Tool.Tests.Importing;

/// <summary>Records that are damaged, foreign or meant to harm: each is refused by name, without a piece of its content, and the rest is read.</summary>
public sealed class HostileFilesTests : IDisposable
{
    private const string Secret = "xoxb-very-secret";

    private readonly ImportFolder _folder = new();

    /// <summary>The importers, each with what it needs to read one user's installation: its file, and its JSON with the ids and the token to fill in.</summary>
    private static readonly Dictionary<string, (string Path, string Json, Func<string, FileImporter> Open)> Layouts = new(StringComparer.Ordinal)
    {
        ["python"] = (
            "111.222/E1-{team}/installer-{user}-latest",
            """{"enterprise_id": "E1", "team_id": "{team}", "user_id": "{user}", "user_token": "{token}", "is_enterprise_install": false, "user_token_expires_at": {expiry}, "installed_at": 1000.0}""",
            root => new BoltPythonFiles(root, [])),
        ["js"] = (
            "111.222/E1-{team}/user-{user}-latest",
            """{"enterprise": {"id": "E1"}, "team": {"id": "{team}"}, "user": {"id": "{user}", "token": "{token}", "expiresAt": {expiry}}, "isEnterpriseInstall": false}""",
            root => new BoltJsFiles(root, [])),
        ["java"] = (
            "111.222/installation/installer/E1-{team}-{user}",
            """{"enterprise_id": "E1", "team_id": "{team}", "installer_user_id": "{user}", "installer_user_access_token": "{token}", "is_enterprise_install": false, "installer_user_token_expires_at": {expiry}, "installed_at": 1000}""",
            root => new BoltJavaFiles(root, [])),
    };

    public static TheoryData<string, string, string> Damages
    {
        get
        {
            var damages = new TheoryData<string, string, string>();
            foreach (var layout in Layouts.Keys)
            {
                damages.Add(layout, "cut off", "");
                damages.Add(layout, "empty", "empty");
                damages.Add(layout, "null", "");
                damages.Add(layout, "an array", "");
                damages.Add(layout, "a token of another type", "");
                damages.Add(layout, "scopes of another type", "");
                damages.Add(layout, "a time of another type", "");
                damages.Add(layout, "a time beyond all years", "");
                damages.Add(layout, "a truth of another type", "");
                damages.Add(layout, "no UTF-8", "UTF-8");
                damages.Add(layout, "half a surrogate pair", "");
                damages.Add(layout, "a huge file", "bytes");
                damages.Add(layout, "deep nesting", "");
                damages.Add(layout, "no user", "");
                damages.Add(layout, "another user", "user");
                damages.Add(layout, "another workspace", "workspace");
                damages.Add(layout, "a link", "link");
                damages.Add(layout, "a folder", "");
            }

            return damages;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_record_is_refused_by_name_and_the_rest_is_read(string layout, string damage, string reason)
    {
        var whole = Json(layout);
        var path = _folder.Write(Path(layout), Damage(whole, damage));
        switch (damage)
        {
            case "no UTF-8":
                await File.WriteAllBytesAsync(path, [.. Encoding.UTF8.GetBytes(whole[..^1]), 0xE9, (byte)'}'], TestContext.Current.CancellationToken);
                break;
            case "a link":
                File.Delete(path);
                File.CreateSymbolicLink(path, _folder.Write("elsewhere", whole));
                break;
            case "a folder":
                File.Delete(path);
                Directory.CreateDirectory(path);
                break;
        }

        _folder.Write(Path(layout, user: "U2"), Json(layout, user: "U2"));
        var records = await Imported.AllAsync(Layouts[layout].Open(_folder.Root));
        Assert.Equal("U2", Assert.Single(records.Installations()).UserId);
        if (damage == "a folder")
        {
            // A folder is no file of the layout.
            Assert.Empty(records.Refused());
            return;
        }

        var refused = Assert.Single(records.Refused());
        Assert.Equal(path, refused.Where);
        Assert.Contains(reason, refused.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("js")]
    public async Task An_id_of_more_than_255_characters_is_refused(string layout)
    {
        // Longer than any name of a file on Linux: it can only be in a team's id, which the record has and the folder has not.
        _folder.Write(Path(layout), Json(layout).Replace("\"E1\"", $"\"{new string('E', 256)}\"", StringComparison.Ordinal));
        Assert.Single((await Imported.AllAsync(Layouts[layout].Open(_folder.Root))).Refused());
    }

    [Theory]
    [InlineData("python")]
    [InlineData("js")]
    [InlineData("java")]
    public async Task An_id_with_a_control_character_is_refused_without_sending_it_to_the_terminal(string layout)
    {
        _folder.Write(Path(layout, user: "U\u001b[2J"), Json(layout, user: "U\\u001b[2J"));
        var refused = Assert.Single((await Imported.AllAsync(Layouts[layout].Open(_folder.Root))).Refused());
        Assert.DoesNotContain(refused.Where + refused.Reason, char.IsControl);
        Assert.Contains("[2J", refused.Where, StringComparison.Ordinal);
        Assert.Contains("UserId", refused.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("js")]
    [InlineData("java")]
    public async Task Ids_that_look_like_syntax_are_ordinary_ids(string layout)
    {
        string[] users = ["..", "*", "'; --", "$ne", "none", "%", "{x}", "U1 ", "u1"];
        foreach (var user in users)
        {
            _folder.Write(Path(layout, user: user), Json(layout, user: user));
        }

        var records = await Imported.AllAsync(Layouts[layout].Open(_folder.Root));
        Assert.Empty(records.Refused());
        Assert.Equal(users.Order(StringComparer.Ordinal), records.Installations().Select(installation => installation.UserId).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("python")]
    [InlineData("js")]
    [InlineData("java")]
    public async Task A_record_that_points_out_of_its_folder_is_refused(string layout)
    {
        _folder.Write(Path(layout), Json(layout).Replace("\"T1\"", "\"../../x\"", StringComparison.Ordinal));
        Assert.Contains("workspace", Assert.Single((await Imported.AllAsync(Layouts[layout].Open(_folder.Root))).Refused()).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("js")]
    public async Task A_linked_folder_is_refused(string layout)
    {
        _folder.Write(Path(layout), Json(layout));
        Directory.CreateSymbolicLink(_folder.Of("111.222/E1-T2"), _folder.Of("111.222/E1-T1"));
        var records = await Imported.AllAsync(Layouts[layout].Open(_folder.Root));
        Assert.Equal(_folder.Of("111.222/E1-T2"), Assert.Single(records.Refused()).Where);
        Assert.Single(records.Installations());
    }

    [Theory]
    [InlineData("python")]
    [InlineData("js")]
    [InlineData("java")]
    public async Task A_byte_order_mark_is_no_damage(string layout)
    {
        _folder.Write(Path(layout), "\uFEFF" + Json(layout));
        Assert.Single((await Imported.AllAsync(Layouts[layout].Open(_folder.Root))).Installations());
    }

    [Theory]
    [InlineData("python")]
    [InlineData("js")]
    [InlineData("java")]
    public async Task Reading_can_be_cancelled(string layout)
    {
        _folder.Write(Path(layout), Json(layout));
        await using var source = Layouts[layout].Open(_folder.Root);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await source.ReadAsync(cancelled.Token).GetAsyncEnumerator(cancelled.Token).MoveNextAsync());
    }

    private static string Path(string layout, string user = "U1") => Fill(Layouts[layout].Path, user);

    private static string Json(string layout, string user = "U1") => Fill(Layouts[layout].Json, user);

    private static string Fill(string text, string user) => text
        .Replace("{team}", "T1", StringComparison.Ordinal)
        .Replace("{user}", user, StringComparison.Ordinal)
        .Replace("{token}", Secret, StringComparison.Ordinal)
        .Replace("{expiry}", "2000", StringComparison.Ordinal);

    private static string Damage(string json, string damage) => damage switch
    {
        "cut off" => json[..(json.IndexOf(Secret, StringComparison.Ordinal) + 8)],
        "empty" => "",
        "null" => "null",
        "an array" => $"[\"{Secret}\"]",
        "a token of another type" => json.Replace($"\"{Secret}\"", $"[\"{Secret}\"]", StringComparison.Ordinal),
        "scopes of another type" => json.Replace($"\"{Secret}\"", $"\"{Secret}\", \"scopes\": {{}}, \"user_scopes\": {{}}, \"installer_user_scope\": {{}}", StringComparison.Ordinal),
        "a time of another type" => json.Replace("2000", $"\"{Secret}\"", StringComparison.Ordinal),
        "a time beyond all years" => json.Replace("2000", "99999999999999999999", StringComparison.Ordinal),
        "a truth of another type" => json.Replace("false", $"\"{Secret}\"", StringComparison.Ordinal),
        "half a surrogate pair" => json.Replace(Secret, Secret + "\\ud800", StringComparison.Ordinal),
        "a huge file" => json + new string(' ', RecordFile.MaxBytes),
        "deep nesting" => json[..^1] + ", \"more\": " + new string('[', 200) + new string(']', 200) + "}",
        "no user" => json.Replace("\"U1\"", "null", StringComparison.Ordinal),
        "another user" => json.Replace("\"U1\"", "\"U9\"", StringComparison.Ordinal),
        "another workspace" => json.Replace("\"T1\"", "\"T9\"", StringComparison.Ordinal),
        _ => json,
    };
}
