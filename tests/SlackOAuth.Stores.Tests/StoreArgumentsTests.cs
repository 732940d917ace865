using System.Text.Json;

namespace SlackOAuth.Stores.Tests;

public sealed class StoreArgumentsTests
{
    public static TheoryData<string, Installation> Unsavable => new()
    {
        { nameof(Installation.UserId), Samples.Installation with { UserId = "" } },
        { nameof(Installation.UserId), Samples.Installation with { UserId = new string('U', 256) } },
        { nameof(Installation.UserId), Samples.Installation with { UserId = "U\n" } },
        { nameof(Installation.UserId), Samples.Installation with { UserId = "U\u0085" } },
        { nameof(Installation.UserId), Samples.Installation with { UserId = "U\ud800" } },
        { nameof(Installation.UserId), Samples.Installation with { UserId = "\udc00U" } },
        { nameof(Installation.TeamId), Samples.Installation with { TeamId = "T\0" } },
        { nameof(Installation.EnterpriseId), Samples.Installation with { EnterpriseId = new string('E', 256) } },
        { nameof(Installation.AppId), Samples.Installation with { AppId = "\t" } },
        { nameof(Installation.BotId), Samples.Installation with { BotId = "\u007f" } },
        { nameof(Installation.BotUserId), Samples.Installation with { BotUserId = "\r" } },
        { nameof(Installation.IncomingWebhookChannelId), Samples.Installation with { IncomingWebhookChannelId = "\u0001" } },
        { nameof(Installation.TeamId), Samples.Installation with { EnterpriseId = null, TeamId = null } },
        { nameof(Installation.EnterpriseId), Samples.Installation with { EnterpriseId = null, IsEnterpriseInstall = true } },
        { nameof(Installation.CustomValues), Samples.Installation with { CustomValues = JsonElement.Parse("[]") } },
        { nameof(Installation.CustomValues), Samples.Installation with { CustomValues = Samples.Nested(65) } },
        { nameof(Installation.CustomValues), Samples.Installation with { CustomValues = JsonElement.Parse("""{"\ud800":1}""") } },
    };

    [Theory]
    [MemberData(nameof(Unsavable))]
    public void What_cannot_be_saved_is_refused_by_the_name_of_its_field(string field, Installation installation)
    {
        var exception = Assert.Throws<ArgumentException>(() => StoreArguments.Validate(installation));
        Assert.Contains(field, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Samples.Secret, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Custom_values_of_64_levels_with_comments_in_them_can_be_saved()
    {
        StoreArguments.Validate(Samples.Installation with { CustomValues = Samples.Nested(64) });
        StoreArguments.Validate(Samples.Bot with { CustomValues = JsonElement.Parse("""{"a":[1,/* one */2,]}""", new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }) });
    }

    [Fact]
    public void A_bot_without_a_token_is_refused() =>
        Assert.Contains("BotToken", Assert.Throws<ArgumentException>(() => StoreArguments.Validate(Samples.Bot with { BotToken = "" })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("U")]
    [InlineData(" ")]
    [InlineData("..")]
    [InlineData("😀")]
    public void Any_other_id_can_be_saved(string id) =>
        Assert.Equal(WorkspaceId.ForTeam(id), StoreArguments.Validate(Samples.Installation with { EnterpriseId = null, TeamId = id, UserId = new string('U', 255) }));

    [Fact]
    public void What_was_installed_before_a_time_was_installed_before_its_whole_microsecond()
    {
        var whole = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero).AddMicroseconds(8);
        foreach (var (time, expected) in new[]
        {
            (whole, whole), (whole.ToOffset(TimeSpan.FromHours(9)), whole), (whole.AddTicks(1), whole.AddMicroseconds(1)), (whole.AddTicks(9), whole.AddMicroseconds(1)),
            (DateTimeOffset.MinValue, DateTimeOffset.MinValue), (DateTimeOffset.MaxValue, new DateTimeOffset(DateTimeOffset.MaxValue.UtcTicks - 9, TimeSpan.Zero)),
        })
        {
            Assert.Equal((expected, TimeSpan.Zero), (StoreArguments.WholeMicroseconds(time), StoreArguments.WholeMicroseconds(time).Offset));
        }
    }

    [Fact]
    public void What_cannot_have_been_saved_is_known_without_asking_an_engine()
    {
        Assert.True(StoreArguments.CanBeStored(WorkspaceId.ForTeam("T1", "E1"), "U1"));
        Assert.True(StoreArguments.CanBeStored(WorkspaceId.ForTeam("T1"), null));
        Assert.False(StoreArguments.CanBeStored(WorkspaceId.ForTeam("T1"), ""));
        Assert.False(StoreArguments.CanBeStored(WorkspaceId.ForTeam("T\n1")));
        Assert.False(StoreArguments.CanBeStored(WorkspaceId.ForEnterprise(new string('E', 256))));
    }
}
