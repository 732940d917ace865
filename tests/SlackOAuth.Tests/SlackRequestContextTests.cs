using System.Net;
using System.Security.Cryptography;
using System.Text;
using SlackOAuth.Stores;

namespace SlackOAuth.Tests;

public sealed class SlackRequestContextTests
{
    private const string Json = "application/json";
    private const string Form = "application/x-www-form-urlencoded";

    [Fact]
    public void A_slash_command_has_its_ids_at_the_top_of_the_form()
    {
        var context = Read(Form, "token=x&team_id=T1&enterprise_id=E1&user_id=U1&command=%2Fopen-modal&text=a+b%26c&api_app_id=A1&is_enterprise_install=false&trigger_id=1.2.3");

        Assert.Equal((SlackRequestKind.Command, "/open-modal", "A1", "1.2.3"), (context.Kind, context.Command, context.AppId, context.TriggerId));
        Assert.Equal(("E1", "T1", "U1", false), (context.EnterpriseId, context.TeamId, context.UserId, context.IsEnterpriseInstall));
        Assert.Equal(("E1", "T1", "U1"), (context.ActorEnterpriseId, context.ActorTeamId, context.ActorUserId));
        Assert.Equal(WorkspaceId.ForTeam("T1", "E1"), context.Workspace);
    }

    [Fact]
    public void A_slash_command_of_an_org_wide_install_is_looked_up_by_the_organization()
    {
        var context = Read(Form, "command=%2Fx&team_id=T1&enterprise_id=E1&user_id=U1&is_enterprise_install=true");

        Assert.True(context.IsEnterpriseInstall);
        Assert.Equal(WorkspaceId.ForEnterprise("E1"), context.Workspace);
    }

    [Theory]
    [InlineData("""{"type":"event_callback","team_id":"T1","enterprise_id":"E1","event":{"type":"app_mention","user":"U1"}}""")]
    [InlineData("""{"type":"event_callback","team_id":"T1","enterprise_id":"E1","event":{"type":"reaction_added","user":"U1","item_user":"U2","item":{"channel":"C1"}}}""")]
    [InlineData("""{"type":"event_callback","team_id":"T1","enterprise_id":"E1","event":{"type":"team_join","user":{"id":"U1","team_id":"T9"}}}""")]
    [InlineData("""{"type":"event_callback","team_id":"T1","enterprise_id":"E1","event":{"type":"message","subtype":"message_changed","message":{"user":"U1"}}}""")]
    [InlineData("""{"type":"event_callback","team_id":"T1","enterprise_id":"E1","event":{"type":"message","subtype":"message_deleted","previous_message":{"user":"U1"}}}""")]
    [InlineData("""{"type":"event_callback","event":{"type":"x","user_id":"U1","team_id":"T1","enterprise_id":"E1"}}""")]
    [InlineData("""{"type":"event_callback","team_id":"T8","enterprise_id":"E8","is_enterprise_install":true,"event":{"type":"message","user":"U1"},"authorizations":[{"team_id":"T1","enterprise_id":"E1","is_enterprise_install":false,"user_id":"UB"},{"team_id":"T9"}]}""")]
    [InlineData("""{"type":"event_callback","team_id":"T1","enterprise_id":"E1","event":{"type":"message","user":"U1"},"authorizations":[]}""")]
    [InlineData("""{"type":"event_callback","team_id":"T1","enterprise_id":"E1","event":{"type":"message","user":"U1"},"authorizations":null}""")]
    [InlineData("""{"type":"event_callback","team_id":"T1","enterprise_id":"E1","event":{"type":"message","user":"U1"},"authorizations":[null]}""")]
    public void Events_have_their_ids_in_the_authorization_then_at_the_top(string body)
    {
        var context = Read(Json, body);

        Assert.Equal(SlackRequestKind.Event, context.Kind);
        Assert.Equal(("E1", "T1", "U1", false), (context.EnterpriseId, context.TeamId, context.UserId, context.IsEnterpriseInstall));
    }

    [Theory]
    [InlineData("block_actions", """{"type":"block_actions","team":{"id":"T1","enterprise_id":"E1"},"user":{"id":"U1"},"actions":[{}]}""")]
    [InlineData("dialog_submission", """{"type":"dialog_submission","team":{"id":"T1","enterprise_id":"E1"},"user":{"id":"U1"}}""")]
    [InlineData("shortcut", """{"type":"shortcut","team":{"id":"T1","domain":"d"},"user":{"id":"U1","team_id":"T1"},"is_enterprise_install":false,"enterprise":{"id":"E1","name":"e"}}""")]
    [InlineData("view_submission", """{"type":"view_submission","team":{"id":"T8","domain":"d"},"enterprise":{"id":"E1"},"user":{"id":"U1","team_id":"T8"},"view":{"app_installed_team_id":"T1","team_id":"T8"}}""")]
    [InlineData("view_submission", """{"type":"view_submission","team":null,"enterprise":{"id":"E1"},"user":{"id":"U1","team_id":"T1"},"view":{"app_installed_team_id":null,"team_id":"T8"}}""")]
    [InlineData("view_closed", """{"type":"view_closed","team":null,"enterprise":{"id":"E1"},"user":{"id":"U1"},"view":{"team_id":"T1"}}""")]
    [InlineData("block_actions", """{"type":"block_actions","team_id":"T1","enterprise_id":"E1","user":"U1"}""")]
    public void Interactions_have_their_ids_in_the_payload(string type, string payload)
    {
        var context = Read(Form, "payload=" + WebUtility.UrlEncode(payload));

        Assert.Equal((SlackRequestKind.Interaction, type), (context.Kind, context.Type));
        Assert.Equal(("E1", "T1", "U1"), (context.EnterpriseId, context.TeamId, context.UserId));
        Assert.Equal(("E1", "T1", "U1"), (context.ActorEnterpriseId, context.ActorTeamId, context.ActorUserId));
    }

    [Theory]
    [InlineData("""{"type":"view_submission","team":{"id":"T8"},"enterprise":{"id":"E8"},"view":{"app_installed_team_id":"T1"}}""", true)]
    [InlineData("""{"type":"view_submission","team":{"id":"T1"},"enterprise":{"id":"E1"},"view":{"app_installed_team_id":"T1"}}""", false)]
    [InlineData("""{"type":"view_submission","team":null,"enterprise":{"id":"E1"},"user":{"id":"U1","team_id":"T1"},"view":{"app_installed_team_id":"T1"}}""", false)]
    [InlineData("""{"type":"view_submission","team":{"id":"T8"},"enterprise":null,"view":{"app_installed_team_id":"T1"}}""", false)]
    [InlineData("""{"type":"block_actions","team":{"id":"T1"},"enterprise":{"id":"E1"}}""", false)]
    public void The_organization_is_uncertain_where_a_modal_names_another_workspace_than_the_users(string payload, bool expected) =>
        Assert.Equal(expected, Read(Form, "payload=" + WebUtility.UrlEncode(payload)).IsEnterpriseUncertain);

    [Theory]
    [InlineData("true", true)]
    [InlineData("\"true\"", true)]
    [InlineData("false", false)]
    [InlineData("\"false\"", false)]
    [InlineData("1", false)]
    [InlineData("null", false)]
    public void An_org_wide_install_is_told_by_true_and_by_its_text(string value, bool expected)
    {
        var context = Read(Json, $$"""{"type":"event_callback","enterprise_id":"E1","team_id":"T1","is_enterprise_install":{{value}}}""");

        Assert.Equal(expected, context.IsEnterpriseInstall);
        Assert.Equal(expected ? WorkspaceId.ForEnterprise("E1") : WorkspaceId.ForTeam("T1", "E1"), context.Workspace);
    }

    [Fact]
    public void An_org_wide_authorization_is_looked_up_by_the_organization()
    {
        var context = Read(Json, """{"type":"event_callback","team_id":"T1","enterprise_id":"E9","authorizations":[{"team_id":null,"enterprise_id":"E1","is_enterprise_install":true}],"event":{"user":"U1"}}""");

        Assert.Equal(WorkspaceId.ForEnterprise("E1"), context.Workspace);
    }

    [Fact]
    public void A_payload_that_names_no_workspace_has_no_key()
    {
        Assert.Null(Read(Json, """{"type":"event_callback","event":{"type":"x"}}""").Workspace);
        Assert.Null(Read(Json, """{"type":"event_callback","team_id":"T1","is_enterprise_install":true}""").Workspace);
        Assert.Null(Read(Json, """{"type":"event_callback"}""").ActorWorkspace);
    }

    [Theory]
    [InlineData("message of a user of another organization", """{"type":"message","user":"U1","user_team":"E2","team":"E2"}""", "E2", "T2", "U1")]
    [InlineData("message of a user of this organization", """{"type":"message","user":"U1","user_team":"E1"}""", "E1", "T1", "U1")]
    [InlineData("message of a user of another workspace", """{"type":"message","user":"U1","user_team":"T5"}""", null, "T5", "U1")]
    [InlineData("message of a user of this workspace", """{"type":"message","user":"U1","team":"T1"}""", "E1", "T1", "U1")]
    [InlineData("message of an organization that is neither", """{"type":"message","user":"U1","user_team":"E7"}""", "E7", null, "U1")]
    [InlineData("mention by a user of another organization", """{"type":"app_mention","user":"U1","user_team":"E2","team":"T1"}""", "E2", null, "U1")]
    [InlineData("mention by a user of another workspace", """{"type":"app_mention","user":"U1","user_team":"T5","team":"T1"}""", null, "T5", "U1")]
    [InlineData("mention by a user of this workspace", """{"type":"app_mention","user":"U1","team":"T1"}""", "E1", "T1", "U1")]
    [InlineData("event that names no team", """{"type":"file_shared","user_id":"U1"}""", null, null, null)]
    public void In_a_shared_channel_the_actor_is_who_acted_or_nobody(string why, string slackEvent, string? enterpriseId, string? teamId, string? userId)
    {
        var context = Read(Json, $$"""
            {"type":"event_callback","team_id":"T1","enterprise_id":"E1","context_team_id":"T2","context_enterprise_id":"E2","is_ext_shared_channel":true,
             "authorizations":[{"enterprise_id":"E1","team_id":"T1","user_id":"UB","is_bot":true,"is_enterprise_install":false}],"event":{{slackEvent}}}
            """);

        Assert.True((enterpriseId, teamId, userId) == (context.ActorEnterpriseId, context.ActorTeamId, context.ActorUserId), why);
        Assert.Equal(WorkspaceId.ForTeam("T1", "E1"), context.Workspace);
    }

    [Fact]
    public void Revoked_tokens_are_listed_by_whose_they_are()
    {
        var context = Read(Json, """{"type":"event_callback","team_id":"T1","event":{"type":"tokens_revoked","tokens":{"oauth":["U1","U2",3,null,""],"bot":["UB1"]}}}""");

        Assert.Equal("tokens_revoked", context.EventType);
        Assert.Equal(["U1", "U2"], context.RevokedUserIds);
        Assert.Equal(["UB1"], context.RevokedBotUserIds);
        Assert.Empty(Read(Json, """{"type":"event_callback","event":{"type":"tokens_revoked","tokens":{"oauth":"U1"}}}""").RevokedUserIds);
    }

    [Theory]
    [InlineData("1772600767", 1772600767L)]
    [InlineData("253402300799", 253402300799L)]
    [InlineData("253402300800", null)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("1.5", null)]
    [InlineData("1e400", null)]
    [InlineData("\"1772600767\"", null)]
    [InlineData("null", null)]
    public void The_time_of_an_event_is_read_where_it_is_one(string json, long? seconds)
    {
        var context = Read(Json, $$$"""{"type":"event_callback","team_id":"T1","event_time":{{{json}}},"event":{"type":"app_uninstalled"}}""");

        Assert.Equal(seconds, context.EventTime?.ToUnixTimeSeconds());
        Assert.Null(Read(Json, """{"type":"other","event_time":1}""").EventTime);
    }

    [Fact]
    public void The_questions_about_the_endpoint_are_told_apart()
    {
        var verification = Read(Json, """{"type":"url_verification","token":"t","challenge":"c-1"}""");

        Assert.Equal((SlackRequestKind.UrlVerification, "c-1"), (verification.Kind, verification.Challenge));
        Assert.Equal(SlackRequestKind.SslCheck, Read(Form, "ssl_check=1&token=x").Kind);
        Assert.Equal(SlackRequestKind.Command, Read(Form, "ssl_check=1&command=%2Fx").Kind);
        Assert.Equal(SlackRequestKind.Other, Read(Json, """{"type":"app_rate_limited","team_id":"T1"}""").Kind);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("APPLICATION/JSON")]
    [InlineData("text/plain")]
    public void JSON_is_told_by_its_content_type_or_its_first_character(string? contentType)
    {
        Assert.Equal("T1", Read(contentType, """  {"type":"event_callback","team_id":"T1"}""").TeamId);
    }

    [Theory]
    [InlineData(Json, "")]
    [InlineData(Json, "null")]
    [InlineData(Json, "[]")]
    [InlineData(Json, "\"x\"")]
    [InlineData(Json, "{")]
    [InlineData(Json, "{\"type\":\"event_callback\"} trailing")]
    [InlineData(Json, "{\"team_id\":\"\\ud800\"}")]
    [InlineData(Json, "{\"\\ud800\":1}")]
    [InlineData(Form, "")]
    [InlineData(Form, "&&&==&")]
    [InlineData(Form, "a=b")]
    [InlineData(Form, "payload=")]
    [InlineData(Form, "payload=%7B")]
    [InlineData(Form, "payload=null")]
    [InlineData(Form, "payload=%ZZ%")]
    [InlineData(null, "\0\0\0")]
    [InlineData("multipart/form-data; boundary=x", "--x")]
    public void Other_bodies_are_refused_without_an_exception(string? contentType, string body)
    {
        Assert.False(SlackRequestContext.TryParse(contentType, Encoding.UTF8.GetBytes(body), out var context));
        Assert.Null(context);
    }

    [Fact]
    public void Endless_nesting_and_thousands_of_fields_are_refused()
    {
        Assert.False(SlackRequestContext.TryParse(Json, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"event\":", 100_000))), out _));
        Assert.False(SlackRequestContext.TryParse(Form, Encoding.UTF8.GetBytes("command=x&" + string.Join('&', Enumerable.Range(0, 100_000).Select(i => $"f{i}=1"))), out _));
        Assert.False(SlackRequestContext.TryParse(Json, new byte[] { 0xff, 0xfe, (byte)'{' }, out _));
    }

    [Fact]
    public void Every_place_may_hold_any_kind_of_value()
    {
        string[] places = ["type", "event", "team", "team_id", "enterprise", "enterprise_id", "user", "user_id", "view", "authorizations", "is_enterprise_install", "is_ext_shared_channel", "trigger_id", "api_app_id", "challenge", "message"];
        string[] values = ["null", "1", "true", "\"x\"", "[]", "[1]", "[{}]", "[null]", "{}", """{"id":1}""", """{"id":null,"team_id":[],"tokens":{"oauth":[{}],"bot":1},"user":{"id":{}},"team":5,"user_team":7,"type":[]}"""];
        foreach (var place in places)
        {
            foreach (var value in values)
            {
                Assert.True(SlackRequestContext.TryParse(Json, Encoding.UTF8.GetBytes($$"""{"type":"event_callback","is_ext_shared_channel":true,"{{place}}":{{value}}}"""), out var context), $"{place}: {value}");
                _ = context.Workspace;
                _ = context.ActorWorkspace;
            }
        }
    }

    [Fact]
    public void Random_changes_of_a_good_body_never_throw()
    {
        var good = Encoding.UTF8.GetBytes("""{"type":"event_callback","team_id":"T1","is_ext_shared_channel":true,"authorizations":[{"team_id":"T1"}],"event":{"type":"message","user":{"id":"U1"},"tokens":{"oauth":["\u00e4"]}}}""");
        for (var i = 0; i < 5000; i++)
        {
            byte[] changed = [.. good];
            for (var change = RandomNumberGenerator.GetInt32(1, 4); change > 0; change--)
            {
                changed[RandomNumberGenerator.GetInt32(changed.Length)] = (byte)RandomNumberGenerator.GetInt32(256);
            }

            if (SlackRequestContext.TryParse(i % 2 == 0 ? Json : Form, changed, out var context))
            {
                _ = context.Workspace;
            }
        }
    }

    [Fact]
    public void The_text_shows_no_trigger_and_no_challenge()
    {
        Assert.DoesNotContain("secret", Read(Form, "command=%2Fx&team_id=T1&trigger_id=secret").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", Read(Json, """{"type":"url_verification","challenge":"secret"}""").ToString(), StringComparison.Ordinal);
    }

    private static SlackRequestContext Read(string? contentType, string body)
    {
        Assert.True(SlackRequestContext.TryParse(contentType, Encoding.UTF8.GetBytes(body), out var context));
        return context;
    }
}
