using System.Text;
using Xunit;

namespace SlackOAuth.Stores.Conformance;

public abstract partial class StateStoreConformanceTests<TFixture>
{
    [Theory, Contract(21)]
    [InlineData(OAuthStatePurpose.Install)]
    [InlineData(OAuthStatePurpose.SignIn)]
    public virtual async Task A_state_carries_all_that_was_put_in(OAuthStatePurpose purpose)
    {
        var data = new OAuthStateData
        {
            Purpose = purpose,
            TeamId = "T1",
            Scopes = ["commands", "chat:write"],
            UserScopes = ["search:read"],
            RedirectUri = new Uri("https://app.example/slack/oauth_redirect?a=b&c=%20d#e"),
            NonceHash = new string('0', 64),
            AppData = Sample.Json("""{"return":"/home?x=1&y='2'","list":[1,2.5,null,true],"日本":"😀"}"""),
        };
        Same.AssertEqual(data, await ConsumeAsync(await IssueAsync(data), purpose), "the state's data");
    }

    [Fact, Contract(21)]
    public virtual async Task Each_field_of_a_states_data_is_carried_on_its_own()
    {
        OAuthStateData[] all =
        [
            new(), new() { TeamId = "T1" }, new() { TeamId = "'; -- *?{x} ../ %00 日本 😀 \"" }, new() { Scopes = ["commands"] }, new() { UserScopes = ["search:read", "users:read"] },
            new() { Scopes = [.. Enumerable.Range(0, 1_000).Select(i => $"scope.{i:0000}:read.write")] },
            new() { RedirectUri = new Uri("https://app.example") }, new() { RedirectUri = new Uri("https://app.example/ü?q=%C3%BC") }, new() { NonceHash = "abc" },
            new() { AppData = Sample.Json("{}") }, new() { AppData = Sample.Json("[]") }, new() { AppData = Sample.Json("\"text\"") }, new() { AppData = Sample.Json("12345678901234567890.125") }, new() { AppData = Sample.Json("false") },
            new() { AppData = Sample.Json("""{"a.b":1,"$set":{"$ne":null},"":2,"\u0000":"\u0000"}""") },
        ];
        foreach (var (i, data) in all.Index())
        {
            Same.AssertEqual(data, await ConsumeAsync(await IssueAsync(data)), $"data number {i}");
        }
    }

    [Fact, Contract(21)]
    public virtual async Task Without_data_a_state_is_for_an_installation()
    {
        var state = await IssueAsync(null);
        Assert.Null(await ConsumeAsync(state, OAuthStatePurpose.SignIn));
        Same.AssertEqual(new OAuthStateData(), await ConsumeAsync(state), "the state's data");
    }

    [Fact, Contract(21)]
    public virtual async Task App_data_of_4_KB_is_carried()
    {
        foreach (var unit in new[] { "x", "日", "😀" })
        {
            var count = (OAuthStateData.MaxAppDataBytes - 8) / Encoding.UTF8.GetByteCount(unit);
            var text = $$"""{"a":"{{string.Concat(Enumerable.Repeat(unit, count))}}"}""";
            Assert.InRange(Encoding.UTF8.GetByteCount(text), OAuthStateData.MaxAppDataBytes - 4, OAuthStateData.MaxAppDataBytes);
            var data = new OAuthStateData { AppData = Sample.Json(text) };
            Same.AssertEqual(data, await ConsumeAsync(await IssueAsync(data)), $"4 KB of '{unit}'");
        }
    }

    [Fact, Contract(21)]
    public virtual async Task App_data_that_a_decorator_made_longer_is_carried()
    {
        // As a decorator that encrypts gives it: one text, of more than an app may give.
        var json = Encoding.UTF8.GetBytes($$"""{"expires_at":0,"purpose":1,"app_data":"{{new string('x', 64 * 1024)}}"}""");
        var data = StoreJson.ReadState(json).Data;
        Same.AssertEqual(data, await ConsumeAsync(await IssueAsync(data), OAuthStatePurpose.SignIn), "64 KB");
    }

    [Fact, Contract(13)]
    public virtual async Task A_stored_state_with_unknown_fields_is_read()
    {
        Requires(StoreCapabilities.UnknownFields);
        var data = new OAuthStateData { TeamId = "T1", AppData = Sample.Json("{}") };
        var state = await IssueAsync(data);
        await Fixture.AddUnknownFieldsAsync(Scope);
        Same.AssertEqual(data, await ConsumeAsync(state), "the state's data");
    }

    [Theory, Contract(21)]
    [InlineData(OAuthStatePurpose.Install, OAuthStatePurpose.SignIn)]
    [InlineData(OAuthStatePurpose.SignIn, OAuthStatePurpose.Install)]
    public virtual async Task A_state_of_one_purpose_is_unknown_to_another_and_stays_valid(OAuthStatePurpose issued, OAuthStatePurpose asked)
    {
        var data = new OAuthStateData { Purpose = issued, TeamId = "T1" };
        var state = await IssueAsync(data);
        Assert.Null(await ConsumeAsync(state, asked));
        Assert.Null(await ConsumeAsync(state, (OAuthStatePurpose)(-1)));
        Assert.Equal(data, await ConsumeAsync(state, issued));
    }

    [Fact, Contract(10, 21)]
    public virtual async Task A_state_of_one_client_id_is_unknown_to_another_and_stays_valid()
    {
        var state = await IssueAsync(new OAuthStateData { TeamId = "T1" });
        foreach (var clientId in new[] { "1234567890.09876543210", "1234567890", "*", "1234567890.0987654321 " })
        {
            var other = await CreateAsync(Scope.With(options => options.ClientId = clientId));
            Assert.Null(await other.ConsumeAsync(state, OAuthStatePurpose.Install, Cancellation));
            var own = await other.IssueAsync(null, Cancellation);
            Assert.Null(await ConsumeAsync(own));
            Assert.NotNull(await other.ConsumeAsync(own, OAuthStatePurpose.Install, Cancellation));
        }

        Assert.Equal(new OAuthStateData { TeamId = "T1" }, await ConsumeAsync(state));
    }
}
