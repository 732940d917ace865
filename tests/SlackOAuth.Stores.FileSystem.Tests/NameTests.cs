using System.Text;

namespace SlackOAuth.Stores.FileSystem.Tests;

public sealed class NameTests
{
    private static readonly string[] Ids =
    [
        "T0123ABCD", "t0123abcd", "T0123abcd", "none", "NONE", "None", "latest", "~", ".", "..", "/", "\\", "a/b", "a:b", "*", "?", "{x}", "T[0-9]", "%", "_", "'; --", "$ne", "CON", "con",
        "NUL", "U1", "u1", "U1 ", " U1", "U1.", "U1-latest", "U1-1", "1-U1", "é", "É", "e\u0301", "株式会社", "🎉", "U1\u200b", new string('A', 64), new string('A', 65), new string('a', 255),
        new string('A', 255), new string('株', 255), "~" + new string('0', 64), "E1-T1", "-", "--",
    ];

    [Theory]
    [InlineData("T0123ABCD")]
    [InlineData("E1")]
    [InlineData("W012345678")]
    public void An_id_of_Slack_stands_as_it_is(string id) => Assert.Equal($"none-{id}", FileSystemNames.Workspace(WorkspaceId.ForTeam(id)));

    [Fact]
    public void No_two_workspaces_share_a_name_even_where_case_does_not_count()
    {
        var names = (from enterprise in Ids.Prepend(null) from team in Ids.Prepend(null) where enterprise is not null || team is not null select FileSystemNames.Workspace(new WorkspaceId(enterprise, team))).ToArray();
        Assert.Equal(names.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void No_two_users_share_a_file_even_where_case_does_not_count()
    {
        var at = Samples.InstalledAt;
        var names = Ids.SelectMany(id => new[] { FileSystemNames.UserLatest(id), FileSystemNames.UserHistory(id, at) }).Append(FileSystemNames.InstallerLatest).Append(FileSystemNames.WorkspaceHistory(at)).ToArray();
        Assert.Equal(names.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void Every_name_is_plain_ASCII_and_short_enough_for_every_file_system()
    {
        var names = Ids.SelectMany(id => new[]
        {
            FileSystemNames.Workspace(new WorkspaceId(id, id)), FileSystemNames.UserLatest(id), FileSystemNames.UserHistory(id, DateTimeOffset.MaxValue), FileSystemNames.Client(id),
        });
        Assert.All(names, name =>
        {
            Assert.InRange(Encoding.UTF8.GetByteCount(name), 1, 255);
            Assert.Matches("^[A-Za-z0-9~.-]+$", name);
            Assert.DoesNotMatch(@"^\.|\.$", name);
        });
    }

    [Fact]
    public void A_history_file_is_as_old_as_its_record_which_keeps_six_decimals()
    {
        var at = Samples.InstalledAt;
        Assert.True(FileSystemNames.TryReadHistory("bot-1772368245.1234567", FileSystemNames.BotPrefix, out _, out var installedAt));
        Assert.False(FileSystemNames.IsOlder(installedAt, at));
        Assert.True(FileSystemNames.IsOlder(installedAt, at.AddTicks(1)));
        Assert.True(FileSystemNames.IsOlder(installedAt, DateTimeOffset.MaxValue));
        Assert.False(FileSystemNames.IsOlder(installedAt, DateTimeOffset.MinValue));
    }

    [Theory]
    [InlineData("1234567890.0987654321", true)]
    [InlineData("111", true)]
    [InlineData("..", false)]
    [InlineData(".1", false)]
    [InlineData("1.", false)]
    [InlineData("a.b", false)]
    [InlineData("../1", false)]
    public void A_client_id_of_Slack_stands_as_it_is_and_another_is_escaped(string clientId, bool isVerbatim) => Assert.Equal(isVerbatim, FileSystemNames.Client(clientId) == clientId);

    [Theory]
    [InlineData("installer-U1-latest", "U1", true)]
    [InlineData("installer-U1-1772368245.5", "U1", true)]
    [InlineData("installer-U1--5.0", "U1", true)]
    [InlineData("installer-U12-latest", "U1", false)]
    [InlineData("installer-U12-1772368245.5", "U1", false)]
    [InlineData("installer-U1-U2-latest", "U1", false)]
    [InlineData("installer-latest", "U1", false)]
    [InlineData("installer-1772368245.5", "U1", false)]
    [InlineData("installer-1772368245.5", "1772368245", false)]
    public void A_file_is_a_users_by_its_whole_name(string name, string userId, bool expected) => Assert.Equal(expected, FileSystemNames.IsOfUser(name, userId));

    [Fact]
    public async Task Hostile_ids_stay_in_the_base_directory()
    {
        using var outer = new TemporaryFolder();
        var inner = Path.Combine(outer.Path, "a", "b", "base");
        var token = TestContext.Current.CancellationToken;
        foreach (var id in Ids)
        {
            var store = outer.Installations(options => options.ClientId = id, files => files.BaseDirectory = inner);
            var states = outer.States(configure: options => options.ClientId = id, configureFiles: files => files.BaseDirectory = inner);
            var workspace = new WorkspaceId(id, id);
            await store.SaveAsync(new Installation { EnterpriseId = id, TeamId = id, UserId = id, BotToken = "xoxb-" + id, InstalledAt = Samples.InstalledAt }, token);
            Assert.Equal("xoxb-" + id, (await store.FindInstallationAsync(workspace, id, token))?.BotToken);
            Assert.Null(await states.ConsumeAsync(id, cancellationToken: token));
        }

        Assert.All(outer.FileNames(), name => Assert.StartsWith("a/b/base/", name, StringComparison.Ordinal));
        Assert.Equal(["a"], Directory.EnumerateFileSystemEntries(outer.Path).Select(Path.GetFileName));
    }
}
