namespace SlackOAuth.Stores.Tests;

public sealed class WorkspaceIdTests
{
    [Fact]
    public void An_empty_id_is_an_absent_one() => Assert.Equal(new WorkspaceId(null, "T1"), new WorkspaceId("", "T1"));

    [Fact]
    public void An_org_wide_key_drops_the_team_id()
    {
        Assert.Equal(WorkspaceId.ForEnterprise("E1"), new WorkspaceId("E1", "T1", isEnterpriseInstall: true));
        Assert.Null(new WorkspaceId("E1", "T1", isEnterpriseInstall: true).TeamId);
    }

    [Fact]
    public void A_workspace_inside_a_grid_is_a_key_of_its_own()
    {
        var keys = new[] { WorkspaceId.ForTeam("T1"), WorkspaceId.ForTeam("T1", "E1"), WorkspaceId.ForTeam("T1", "E2"), WorkspaceId.ForEnterprise("E1") };
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.False(WorkspaceId.ForTeam("T1", "E1").IsEnterpriseInstall);
    }

    [Fact]
    public void An_enterprise_without_a_team_is_the_organization()
    {
        var workspace = new WorkspaceId("E1", teamId: null);
        Assert.True(workspace.IsEnterpriseInstall);
        Assert.Equal(WorkspaceId.ForEnterprise("E1"), workspace);
    }

    [Fact]
    public void Ids_are_compared_exactly()
    {
        Assert.NotEqual(WorkspaceId.ForTeam("T1"), WorkspaceId.ForTeam("t1"));
        Assert.NotEqual(WorkspaceId.ForTeam("T1"), WorkspaceId.ForTeam("T1 "));
    }

    [Theory]
    [InlineData(null, null, false, "enterprise id nor a team id")]
    [InlineData("", "", false, "enterprise id nor a team id")]
    [InlineData(null, "T1", true, "org-wide")]
    public void A_key_without_an_id_is_refused(string? enterpriseId, string? teamId, bool isEnterpriseInstall, string says) =>
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => new WorkspaceId(enterpriseId, teamId, isEnterpriseInstall)).Message, StringComparison.Ordinal);
}
