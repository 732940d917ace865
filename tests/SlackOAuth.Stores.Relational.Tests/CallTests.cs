namespace SlackOAuth.Stores.Relational.Tests;

/// <summary>What the core makes of an engine's failures, and what it hands to the dialect.</summary>
public sealed class CallTests : IAsyncDisposable
{
    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T1");

    private readonly Dialect _dialect = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Installation Installation { get; } = new() { TeamId = "T1", UserId = "U1", UserToken = "xoxp-1", BotToken = "xoxb-1", InstalledAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000) };

    public ValueTask DisposeAsync() => _dialect.DisposeAsync();

    [Theory]
    [InlineData(1, true)]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public async Task What_the_engine_has_undone_is_sent_again_ten_times_at_most(int conflicts, bool succeeds)
    {
        var store = await PreparedAsync();
        _dialect.Fail([.. Enumerable.Range(0, conflicts).Select(_ => new Dialect.Undone())]);
        if (succeeds)
        {
            await store.SaveAsync(Installation, Token);
            Assert.Equal(Installation, await store.FindInstallationAsync(Workspace, "U1", Token));
        }
        else
        {
            Assert.True((await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.SaveAsync(Installation, Token))).IsTransient);
        }

        Assert.Equal(succeeds ? conflicts + 1 : 10, _dialect.Sent.Count(statement => statement == _dialect.Statements.Save));
    }

    [Fact]
    public async Task A_call_whose_connection_is_lost_is_made_again_once()
    {
        var store = await PreparedAsync();
        _dialect.Fail(new Dialect.Lost());
        await store.SaveAsync(Installation, Token);
        _dialect.LoseAnswers(new Dialect.Lost());
        await store.SaveAsync(Installation, Token);
        Assert.Equal(Installation, await store.FindInstallationAsync(Workspace, "U1", Token));
        _dialect.Fail(new Dialect.Lost(), new Dialect.Lost());
        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Workspace, Token));
        Assert.IsType<Dialect.Lost>(failure.InnerException);
    }

    [Fact]
    public async Task A_consume_whose_answer_was_lost_still_gets_the_data_and_nobody_else_does()
    {
        var states = new DialectStateStore(_dialect);
        var data = new OAuthStateData { TeamId = "T1", NonceHash = "hash" };
        var state = await states.IssueAsync(data, Token);
        _dialect.LoseAnswers(new Dialect.Lost());
        Assert.Equal(data, await states.ConsumeAsync(state, cancellationToken: Token));
        Assert.Null(await states.ConsumeAsync(state, cancellationToken: Token));
        Assert.Equal(3, _dialect.Sent.Count(statement => statement == _dialect.Statements.Consume));
    }

    [Fact]
    public async Task A_rotation_whose_answer_was_lost_is_saved_once_and_refused_to_nobody()
    {
        var store = await PreparedAsync();
        await store.SaveAsync(Installation, Token);
        var lease = await store.TryAcquireLeaseAsync(Workspace, null, TimeSpan.FromMinutes(1), Token);
        Assert.NotNull(lease);
        var rotated = Installation.ToBot()! with { BotToken = "xoxb-2" };
        _dialect.LoseAnswers(new Dialect.Lost());
        Assert.True(await store.TrySaveBotAsync(lease, rotated, Token));
        Assert.Equal(rotated, await store.FindBotAsync(Workspace, Token));
    }

    [Fact]
    public async Task A_lease_whose_answer_was_lost_is_a_failure_and_not_another_holders()
    {
        var store = await PreparedAsync();
        await store.SaveAsync(Installation, Token);
        _dialect.LoseAnswers(new Dialect.Lost());
        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.TryAcquireLeaseAsync(Workspace, null, TimeSpan.FromMinutes(1), Token));
        Assert.True(failure.IsTransient);
        Assert.Null(await store.TryAcquireLeaseAsync(Workspace, null, TimeSpan.FromMinutes(1), Token));

        // A connection that had ended before the call has given nothing away.
        _dialect.Fail(new Dialect.Lost());
        Assert.NotNull(await store.TryAcquireLeaseAsync(Workspace, "U1", TimeSpan.FromMinutes(1), Token));
    }

    [Fact]
    public async Task A_failure_is_described_with_its_operation_cause_and_next_step()
    {
        var store = await PreparedAsync();
        var cause = new Dialect.Refused();
        _dialect.Fail(cause);
        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.SaveBotAsync(Installation.ToBot()!, Token));
        Assert.Equal(("Dialect", nameof(store.SaveBotAsync), false), (failure.ProviderName, failure.Operation, failure.IsTransient));
        Assert.Same(cause, failure.InnerException);
        Assert.Contains("the engine refused it", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Ask for the right.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_the_engines_passes_as_it_is()
    {
        var store = await PreparedAsync();
        var bug = new NotSupportedException();
        _dialect.Fail(bug);
        Assert.Same(bug, await Assert.ThrowsAsync<NotSupportedException>(async () => await store.FindBotAsync(Workspace, Token)));
    }

    [Fact]
    public async Task What_fails_while_it_is_cancelled_is_a_cancellation_and_is_not_made_again()
    {
        var store = await PreparedAsync();
        using var cancellation = new CancellationTokenSource();
        _dialect.WhileFailing = cancellation.Cancel;
        _dialect.Fail(new Dialect.Lost());
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.FindBotAsync(Workspace, cancellation.Token));
        Assert.Equal(cancellation.Token, cancelled.CancellationToken);
        Assert.Equal(1, _dialect.Sent.Count(statement => statement == _dialect.Statements.FindBot));
    }

    [Fact]
    public async Task A_cancelled_call_is_left_to_itself_where_the_server_is_silent_and_the_next_call_about_the_record_waits_for_it()
    {
        var store = await PreparedAsync();
        using var cancellation = new CancellationTokenSource();
        var heard = new TaskCompletionSource();
        _dialect.BeSilent(heard.Task);
        var save = store.SaveAsync(Installation, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => save);
        Assert.Equal(cancellation.Token, cancelled.CancellationToken);

        var find = store.FindBotAsync(Workspace, Token).AsTask();
        using var impatience = new CancellationTokenSource();
        var impatient = store.DeleteAllAsync(Workspace, impatience.Token).AsTask();
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await store.SaveAsync(Installation with { TeamId = "T2" }, Token);
        Assert.NotNull(await store.FindBotAsync(WorkspaceId.ForTeam("T2"), Token));
        Assert.False(find.IsCompleted);

        heard.SetResult();
        Assert.Equal(Installation.ToBot(), await find);
        Assert.DoesNotContain(_dialect.Statements.DeleteAll, _dialect.Sent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_that_was_left_is_found_by_its_record_until_it_has_ended_and_no_longer(bool fails)
    {
        RelationalParameter[] record = [new("@workspace", RelationalParameterKind.Key, new byte[] { 1 })];
        RelationalParameter[] another = [new("@workspace", RelationalParameterKind.Key, new byte[] { 2 })];
        var calls = new CancelledCalls();
        using var cancellation = new CancellationTokenSource();
        TaskCompletionSource<int>[] heard = [new(), new()];
        var left = heard.Select(source => calls.LeaveAsync(source.Task, writes: true, record, cancellation.Token).AsTask()).ToArray();
        var read = calls.LeaveAsync(heard[0].Task, writes: false, another, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        foreach (var call in left.Append(read))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }

        var waited = calls.Find(record);
        Assert.NotNull(waited);
        Assert.Null(calls.Find(another));
        Settle(heard[0]);
        Assert.False(waited.IsCompleted);
        Settle(heard[1]);
        await waited.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        for (var turns = 0; calls.Find(record) is not null; turns++)
        {
            Assert.True(turns < 1000, "What was left has ended, and is not forgotten.");
            await Task.Delay(10, Token);
        }

        void Settle(TaskCompletionSource<int> source)
        {
            if (fails)
            {
                source.SetException(new Dialect.Lost());
            }
            else
            {
                source.SetResult(1);
            }
        }
    }

    [Fact]
    public async Task What_was_left_and_fails_hinders_nothing_after_it()
    {
        var store = await PreparedAsync();
        var heard = new TaskCompletionSource();
        foreach (var call in new Func<CancellationToken, Task>[]
        {
            async token => await store.SaveAsync(Installation, token),
            async token => await store.FindBotAsync(Workspace, token),
        })
        {
            using var cancellation = new CancellationTokenSource();
            _dialect.BeSilent(heard.Task);
            var left = call(cancellation.Token);
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        }

        heard.SetException(new Dialect.Lost());
        await store.SaveAsync(Installation, Token);
        Assert.Equal(Installation, await store.FindInstallationAsync(Workspace, "U1", Token));
    }

    [Fact]
    public async Task A_damaged_record_is_told_without_a_piece_of_it()
    {
        var store = await PreparedAsync();
        await store.SaveAsync(Installation, Token);
        _dialect.Run("UPDATE slack_workspaces SET bot = SUBSTR(bot, 1, LENGTH(bot) - 20); UPDATE slack_installations SET document = 'xoxp-1'");
        foreach (var call in new Func<Task>[]
        {
            async () => await store.FindBotAsync(Workspace, Token),
            async () => await store.FindInstallationAsync(Workspace, "U1", Token),
            async () => await store.ListBotsAsync(Token).ToListAsync(Token),
        })
        {
            var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(call);
            Assert.False(failure.IsTransient);
            Assert.DoesNotContain("xox", failure.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_save_hands_over_each_value_by_its_kind()
    {
        var store = await PreparedAsync();
        await store.SaveAsync(Installation, Token);
        var parameters = _dialect.Parameters.ToDictionary(parameter => parameter.Name);
        Assert.Equal(StoreKeys.Workspace(StoreKeys.Client("111.222"), Workspace), Value(RelationalParameterKind.Key, "@workspace"));
        Assert.Equal(StoreKeys.User("U1"), Value(RelationalParameterKind.Key, "@user"));
        Assert.Equal("111.222", Value(RelationalParameterKind.Id, "@client_id"));
        Assert.Null(Value(RelationalParameterKind.Id, "@enterprise_id"));
        Assert.Equal("T1", Value(RelationalParameterKind.Id, "@team_id"));
        Assert.Equal(Installation.InstalledAt, Value(RelationalParameterKind.Instant, "@installed_at"));
        Assert.Equal(Installation.ToBot(), StoreJson.ReadBot((byte[])Value(RelationalParameterKind.Document, "@bot")!));
        Assert.Equal(Installation.WithBot(null), StoreJson.ReadInstallation((byte[])Value(RelationalParameterKind.Document, "@document")!));
        Assert.Equal(0, Value(RelationalParameterKind.Count, "@kept"));

        await store.SaveAsync(Installation.WithBot(null), Token);
        Assert.All(_dialect.Parameters.Where(parameter => parameter.Name is "@bot" or "@bot_installed_at"), parameter => Assert.Null(parameter.Value));

        object? Value(RelationalParameterKind kind, string name)
        {
            Assert.Equal(kind, parameters[name].Kind);
            return parameters[name].Value;
        }
    }

    [Fact]
    public async Task Each_consume_has_a_claim_of_its_own()
    {
        var states = new DialectStateStore(_dialect);
        var claims = new HashSet<string>();
        for (var i = 0; i < 8; i++)
        {
            await states.ConsumeAsync(OAuthState.Create(), cancellationToken: Token);
            claims.Add(Convert.ToHexString((byte[])_dialect.Parameters.Single(parameter => parameter.Name == "@claim").Value!));
        }

        Assert.Equal(8, claims.Count);
        Assert.All(claims, claim => Assert.Equal(32, claim.Length));
    }

    [Fact]
    public async Task Rows_are_read_with_the_bot_there_is_and_without_one()
    {
        var store = await PreparedAsync();
        await store.SaveAsync(Installation, Token);
        Assert.Equal(Installation, await store.FindInstallationAsync(Workspace, cancellationToken: Token));
        await store.DeleteBotAsync(Workspace, Token);
        Assert.Equal(Installation.WithBot(null), await store.FindInstallationAsync(Workspace, "U1", Token));
        Assert.Equal([Installation.WithBot(null)], await store.ListInstallationsAsync(Token).ToListAsync(Token));
        Assert.Empty(await store.ListBotsAsync(Token).ToListAsync(Token));
    }

    [Fact]
    public async Task Everything_is_listed_once_over_pages()
    {
        var store = await PreparedAsync();
        for (var i = 0; i < 401; i++)
        {
            await store.SaveAsync(Installation with { TeamId = $"T{i % 7}", UserId = $"U{i}" }, Token);
        }

        _dialect.Sent.Clear();
        Assert.Equal(401, (await store.ListInstallationsAsync(Token).Select(installation => installation.UserId).ToListAsync(Token)).Distinct().Count());
        Assert.Equal(3, _dialect.Sent.Count);
        Assert.Equal(7, (await store.ListBotsAsync(Token).ToListAsync(Token)).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_disposes_the_database_it_owns_and_no_other(bool owns)
    {
        await using (new DialectInstallationStore(_dialect, owns))
        {
        }

        await using (new DialectStateStore(_dialect, owns))
        {
        }

        new DialectInstallationStore(_dialect, owns).Dispose();
        new DialectStateStore(_dialect, owns).Dispose();
        Assert.Equal(owns ? 4 : 0, _dialect.Disposed);
    }

    private async Task<DialectInstallationStore> PreparedAsync()
    {
        var store = new DialectInstallationStore(_dialect);
        await store.PrepareAsync(Token);
        return store;
    }
}
