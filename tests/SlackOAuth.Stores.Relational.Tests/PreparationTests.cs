namespace SlackOAuth.Stores.Relational.Tests;

/// <summary>Who prepares the tables, when, and from which version. [25]</summary>
public sealed class PreparationTests : IAsyncDisposable
{
    private const string Upgrade =
        """
        INSERT INTO {table}schema (version) VALUES (2);
        ALTER TABLE {table}workspaces ADD COLUMN upgraded TEXT NULL
        """;

    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T1");

    private readonly Dialect _dialect = new(upgrade: Upgrade);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _dialect.DisposeAsync();

    [Fact]
    public async Task The_first_call_prepares_and_those_beside_and_after_it_do_not()
    {
        var store = new DialectInstallationStore(_dialect);
        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () => await store.FindBotAsync(Workspace, Token), Token)));
        Assert.Equal([_dialect.Statements.ReadVersion, _dialect.Statements.Prepare], _dialect.Sent.Take(2));
        Assert.All(_dialect.Sent.Skip(2), statement => Assert.Equal(_dialect.Statements.FindBot, statement));
        Assert.Equal(34, _dialect.Sent.Count);
    }

    [Fact]
    public async Task A_preparation_that_failed_is_tried_again_by_the_next_call()
    {
        var store = new DialectInstallationStore(_dialect);
        _dialect.Fail(new Dialect.Refused());
        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Workspace, Token));
        Assert.Equal(nameof(store.FindBotAsync), failure.Operation);
        Assert.Null(await store.FindBotAsync(Workspace, Token));
    }

    [Fact]
    public async Task Switched_off_it_is_left_to_who_calls_it_and_the_failure_says_so()
    {
        await using var dialect = new Dialect(prepareOnFirstUse: false);
        var store = new DialectInstallationStore(dialect);
        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Workspace, Token));
        Assert.False(failure.IsTransient);
        Assert.Contains(nameof(IStorePreparation.PrepareAsync), failure.Message, StringComparison.Ordinal);
        Assert.Equal([dialect.Statements.FindBot], dialect.Sent);
        await store.PrepareAsync(Token);
        Assert.Null(await store.FindBotAsync(Workspace, Token));
        Assert.Equal(dialect.Statements.Prepare, store.PreparationScript);
    }

    [Fact]
    public async Task A_schema_of_this_version_is_used_as_it_is()
    {
        _dialect.Run(_dialect.Statements.Prepare);
        await new DialectInstallationStore(_dialect).FindBotAsync(Workspace, Token);
        Assert.Equal([_dialect.Statements.ReadVersion, _dialect.Statements.FindBot], _dialect.Sent);
    }

    /// <summary>A later version only adds: the instances of an app that is being updated run side by side.</summary>
    [Fact]
    public async Task A_schema_of_a_later_version_is_used_as_it_is()
    {
        _dialect.Run(_dialect.Statements.Prepare);
        _dialect.Run("INSERT INTO slack_schema (version) VALUES (3); ALTER TABLE slack_workspaces ADD COLUMN of_tomorrow TEXT NOT NULL DEFAULT 'more'");
        var store = new DialectInstallationStore(_dialect);
        var bot = new Bot { TeamId = "T1", BotToken = "xoxb-1", InstalledAt = DateTimeOffset.UnixEpoch };
        await store.SaveBotAsync(bot, Token);
        Assert.Equal(bot, await store.FindBotAsync(Workspace, Token));
        Assert.DoesNotContain(_dialect.Statements.Prepare, _dialect.Sent);
        Assert.DoesNotContain(_dialect.Statements.Upgrade, _dialect.Sent);
    }

    [Fact]
    public async Task A_schema_of_the_version_before_is_upgraded_where_the_script_cannot_add_to_it()
    {
        PrepareVersion1();
        await new DialectInstallationStore(_dialect).FindBotAsync(Workspace, Token);
        Assert.Equal([_dialect.Statements.ReadVersion, _dialect.Statements.Upgrade!, _dialect.Statements.FindBot], _dialect.Sent);
        Assert.Equal(2L, _dialect.Run("SELECT MAX(version) FROM slack_schema"));
    }

    [Fact]
    public async Task A_schema_of_the_version_before_is_prepared_where_the_script_can_add_to_it()
    {
        await using var dialect = new Dialect();
        dialect.Run(dialect.Statements.Prepare);
        dialect.Run("UPDATE slack_schema SET version = 1");
        await new DialectInstallationStore(dialect).FindBotAsync(Workspace, Token);
        Assert.Equal([dialect.Statements.ReadVersion, dialect.Statements.Prepare, dialect.Statements.FindBot], dialect.Sent);
    }

    [Fact]
    public async Task Who_is_overtaken_while_it_upgrades_looks_again_and_goes_on()
    {
        PrepareVersion1();
        var (first, second) = (new DialectInstallationStore(_dialect), new DialectInstallationStore(_dialect));

        // The second upgrade finds the row of the first: both had read version 1.
        _dialect.LoseAnswers(new Dialect.Undone());
        await first.FindBotAsync(Workspace, Token);
        Assert.Equal(
            [_dialect.Statements.ReadVersion, _dialect.Statements.Upgrade!, _dialect.Statements.ReadVersion, _dialect.Statements.FindBot],
            _dialect.Sent);
        Assert.Null(await second.FindBotAsync(Workspace, Token));
    }

    private void PrepareVersion1()
    {
        _dialect.Run(_dialect.Statements.Prepare);
        _dialect.Run("UPDATE slack_schema SET version = 1");
    }
}
