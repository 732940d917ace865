using SlackOAuth.Stores;
using SlackOAuth.Stores.Redis;
using SlackOAuth.Stores.Sqlite;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Tests.Stores;

public sealed class StoreSettingsTests
{
    [Fact]
    public void Settings_are_set_on_the_options_that_have_them()
    {
        var settings = StoreSettings.Parse(StoreScheme.Sqlite, ["tablePrefix=a_", "BusyTimeout=00:00:05", "FlushEveryWrite=true", "HistoryEnabled=True", "HistoryLength=7"]);
        var sqlite = new SqliteStoreOptions();
        var common = new SlackOAuthStoresOptions();
        settings.Apply(sqlite);
        settings.Apply(common);
        Assert.Equal(("a_", TimeSpan.FromSeconds(5), true), (sqlite.TablePrefix, sqlite.BusyTimeout, sqlite.FlushEveryWrite));
        Assert.Equal((true, 7), (common.HistoryEnabled, common.HistoryLength));
    }

    [Fact]
    public void A_value_may_hold_an_equals_sign()
    {
        var redis = new RedisStoreOptions();
        StoreSettings.Parse(StoreScheme.Redis, ["KeyPrefix=a=b"]).Apply(redis);
        Assert.Equal("a=b", redis.KeyPrefix);
    }

    [Theory]
    [InlineData("KeyPrefx=a", "KeyPrefix")]
    [InlineData("ConnectionString=x", "KeyPrefix")]
    [InlineData("KeyPrefix", "Name=Value")]
    [InlineData("=x", "Name=Value")]
    [InlineData("HistoryLength=many", "a whole number")]
    [InlineData("HistoryEnabled=1", "true or false")]
    public void A_wrong_setting_is_answered_with_the_right_ones(string setting, string named)
    {
        var failure = Assert.Throws<ToolException>(() => StoreSettings.Parse(StoreScheme.Redis, [setting], "--to-set"));
        Assert.Equal(ExitCodes.Usage, failure.ExitCode);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.StartsWith("--to-set", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_another_SDK_left_has_nothing_to_set() =>
        Assert.Contains("nothing to set", Assert.Throws<ToolException>(() => StoreSettings.Parse(StoreScheme.BoltJs, ["a=b"])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(StoreScheme.File, "LockTimeout")]
    [InlineData(StoreScheme.MongoDB, "CollectionPrefix")]
    [InlineData(StoreScheme.DynamoDB, "ServiceUrl")]
    [InlineData(StoreScheme.SqlServer, "Schema")]
    [InlineData(StoreScheme.PostgreSql, "TablePrefix")]
    public void Each_kind_of_store_has_its_own(object scheme, string name) => Assert.Contains(name, StoreSettings.Names((StoreScheme)scheme));
}
