namespace SlackOAuth.Stores.Tests;

public sealed class ScopeListTests
{
    [Fact]
    public void Slacks_form_is_read_and_written()
    {
        Assert.Equal(["commands", "chat:write"], ScopeList.Parse("commands,chat:write"));
        Assert.Equal(["commands", "chat:write"], ScopeList.Parse(" commands, ,chat:write,"));
        Assert.Equal("commands,chat:write", ScopeList.Create("commands", "chat:write").ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(",")]
    public void No_scopes_are_the_empty_list(string? text) => Assert.Same(ScopeList.Empty, ScopeList.Parse(text));

    [Fact]
    public void The_source_of_a_list_cannot_change_it()
    {
        string[] source = ["a", "b"];
        var scopes = ScopeList.Create(source);
        source[0] = "changed";
        Assert.Equal("a", scopes[0]);
    }

    [Fact]
    public void Lists_are_equal_by_content_and_order()
    {
        ScopeList left = ["a", "b"];
        Assert.Equal(left, ScopeList.Create("a", "b"));
        Assert.Equal(left.GetHashCode(), ScopeList.Create("a", "b").GetHashCode());
        Assert.NotEqual(left, ScopeList.Create("b", "a"));
    }
}
