namespace SlackOAuth.Stores.Relational.Tests;

/// <summary>Names of tables and schemas, the statements that they are written into, and the keys of rows.</summary>
public sealed class NameTests
{
    [Theory]
    [InlineData("slack_", true)]
    [InlineData("_", true)]
    [InlineData("A1", true)]
    [InlineData("a23456789_123456789_123456789_12", true)]
    [InlineData("a23456789_123456789_123456789_123", false)]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("1a", false)]
    [InlineData("a.b", false)]
    [InlineData("a b", false)]
    [InlineData("a\n", false)]
    [InlineData("a\"", false)]
    [InlineData("a]", false)]
    [InlineData("a;--", false)]
    [InlineData("ä", false)]
    [InlineData("١", false)]
    public void A_name_is_1_to_32_ascii_letters_digits_and_underscores_and_begins_with_no_digit(string? name, bool isValid) => Assert.Equal(isValid, RelationalNames.IsValid(name));

    [Fact]
    public void Every_statement_has_its_names_filled_in()
    {
        var statements = Dialect.Texts("ALTER TABLE {table}workspaces ADD COLUMN {name}x {json}");
        foreach (var property in typeof(RelationalStatements).GetProperties())
        {
            var text = Assert.IsType<string>(property.GetValue(statements));
            Assert.NotEmpty(text);
            Assert.DoesNotMatch("[{}]", text);
        }

        Assert.Equal("ALTER TABLE slack_workspaces ADD COLUMN slack_x TEXT", statements.Upgrade);
        Assert.Null(Dialect.Texts().Upgrade);
    }

    [Fact]
    public void A_schema_stands_before_tables_alone()
    {
        var statements = Dialect.Texts("{table}t {name}n {json}", "\"S\"", "p_");
        Assert.Equal("\"S\".p_t p_n TEXT", statements.Upgrade);
        Assert.Throws<ArgumentException>(() => statements.For(null, "", "json"));
        Assert.Throws<ArgumentException>(() => statements.For(null, "p_", ""));
    }

    [Fact]
    public void A_dialect_without_its_script_is_told_how_to_embed_it()
    {
        Assert.Contains("CREATE TABLE", RelationalSchema.Read(typeof(Dialect).Assembly), StringComparison.Ordinal);
        var failure = Assert.Throws<InvalidOperationException>(() => RelationalSchema.Read(typeof(RelationalSchema).Assembly));
        Assert.Contains("Schema.sql", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_workspace_has_a_key_of_its_own_within_the_range_of_its_app()
    {
        string[] ids = ["T1", "t1", "T1 ", "T", "1", "T1E1", new string('x', 255)];
        WorkspaceId[] workspaces =
        [
            .. ids.Select(id => WorkspaceId.ForTeam(id)),
            .. ids.Select(WorkspaceId.ForEnterprise),
            .. ids.SelectMany(team => ids.Select(enterprise => WorkspaceId.ForTeam(team, enterprise))),
        ];
        string[] clients = ["111.222", "111.22", "other"];
        var keys = new List<string>();
        foreach (var client in clients.Select(StoreKeys.Client))
        {
            foreach (var key in workspaces.Select(workspace => StoreKeys.Workspace(client, workspace)))
            {
                Assert.Equal(StoreKeys.WorkspaceLength, key.Length);
                Assert.True(key.AsSpan().SequenceCompareTo(StoreKeys.FirstWorkspace(client)) > 0);
                Assert.True(key.AsSpan().SequenceCompareTo(StoreKeys.LastWorkspace(client)) < 0);
                keys.Add(Convert.ToHexString(key));
            }
        }

        Assert.Equal(3 * workspaces.Length, keys.Distinct().Count());
        Assert.Equal(StoreKeys.UserLength, StoreKeys.User("U1").Length);
        Assert.NotEqual(StoreKeys.User("U1"), StoreKeys.User("u1"));
        Assert.NotEqual(StoreKeys.User("U1"), StoreKeys.User("U1 "));
    }
}
