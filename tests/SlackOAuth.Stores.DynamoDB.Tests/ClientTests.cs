using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using SlackOAuth.Stores.Conformance;

namespace SlackOAuth.Stores.DynamoDB.Tests;

/// <summary>What the client repeats by itself, what it does not, and what DynamoDB refuses: by an HTTP handler between the two, for DynamoDB Local neither loses nor throttles.</summary>
public sealed class ClientTests(DynamoDBServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_consumer_whose_answer_was_lost_gets_its_data_by_the_clients_own_retry_and_nobody_else_does()
    {
        await using var scope = await OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            var data = new OAuthStateData { TeamId = "T" + i };
            var state = await scope.States.IssueAsync(data, Token);
            scope.Handler.LoseNextAnswer();
            var before = scope.Handler.Requests;
            Assert.Equal(data, await scope.States.ConsumeAsync(state, cancellationToken: Token));
            Assert.Equal(2, scope.Handler.Requests - before);
            Assert.Null(await scope.States.ConsumeAsync(state, cancellationToken: Token));
        }
    }

    [Fact]
    public async Task A_consumer_whose_every_answer_was_lost_gets_the_exception_and_never_null()
    {
        await using var scope = await OpenAsync(config => config.MaxErrorRetry = 2);
        var state = await scope.States.IssueAsync(cancellationToken: Token);
        for (var i = 0; i < 3; i++)
        {
            scope.Handler.LoseNextAnswer();
        }

        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await scope.States.ConsumeAsync(state, cancellationToken: Token));
        Assert.True(exception.IsTransient);
        Assert.Null(await scope.States.ConsumeAsync(state, cancellationToken: Token));
    }

    [Fact]
    public async Task A_state_that_is_put_again_after_its_use_stays_used()
    {
        await using var scope = await OpenAsync();
        await scope.Installations.FindBotAsync(Samples.Workspace, Token);
        scope.Handler.AfterNext("PutItem", async () =>
        {
            var item = Assert.Single(await DynamoDBScopes.ItemsAsync(scope.Client, scope.Name).ToListAsync(Token));
            await scope.Client.UpdateItemAsync(
                new UpdateItemRequest
                {
                    TableName = scope.Name,
                    Key = DynamoDBKeys.Item(item["pk"].S, item["sk"].S),
                    UpdateExpression = "SET claimed_by = :somebody",
                    ExpressionAttributeValues = new() { [":somebody"] = new() { S = "somebody" } },
                },
                Token);
            throw new HttpRequestException("The answer was lost.", new IOException("The connection was reset."));
        });
        var requests = scope.Handler.Requests;
        var state = await scope.States.IssueAsync(cancellationToken: Token);
        Assert.Null(await scope.States.ConsumeAsync(state, cancellationToken: Token));
        Assert.True(scope.Handler.Requests - requests >= 5, "The client has not put the state again.");
    }

    [Fact]
    public async Task What_the_client_repeats_after_a_lost_answer_is_done_once()
    {
        await using var scope = await OpenAsync();
        await scope.Installations.FindBotAsync(Samples.Workspace, Token);
        scope.Handler.LoseNextAnswer();
        await scope.Installations.SaveAsync(Samples.Installation(1), Token);
        Assert.Equal(Samples.Installation(1), await scope.Installations.FindInstallationAsync(Samples.Workspace, null, Token));

        scope.Handler.LoseNextAnswer();
        var state = await scope.States.IssueAsync(cancellationToken: Token);
        Assert.NotNull(await scope.States.ConsumeAsync(state, cancellationToken: Token));

        var duration = TimeSpan.FromMinutes(1);
        scope.Handler.LoseNextAnswer();
        var lease = await scope.Installations.TryAcquireLeaseAsync(Samples.Workspace, null, duration, Token);
        Assert.NotNull(lease);
        Assert.Null(await scope.Installations.TryAcquireLeaseAsync(Samples.Workspace, null, duration, Token));
        scope.Handler.LoseNextAnswer();
        Assert.True(await scope.Installations.TrySaveBotAsync(lease, Samples.Installation(2).ToBot()!, Token));
        scope.Handler.LoseNextAnswer();
        await scope.Installations.ReleaseLeaseAsync(lease, Token);
        var next = await scope.Installations.TryAcquireLeaseAsync(Samples.Workspace, null, duration, Token);
        Assert.True(next?.FencingToken > lease.FencingToken);

        scope.Handler.LoseNextAnswer();
        await scope.Installations.DeleteInstallationAsync(Samples.Workspace, "U1", Token);
        Assert.Null(await scope.Installations.FindInstallationAsync(Samples.Workspace, null, Token));
        Assert.Equal(Samples.Installation(2).ToBot(), await scope.Installations.FindBotAsync(Samples.Workspace, Token));
    }

    [Theory]
    [InlineData("ProvisionedThroughputExceededException")]
    [InlineData("ThrottlingException")]
    [InlineData("RequestLimitExceeded")]
    public async Task Throttling_is_outlasted_and_when_it_lasts_it_is_told(string error)
    {
        await using var scope = await OpenAsync(config => config.MaxErrorRetry = 2);
        await scope.Installations.SaveAsync(Samples.Installation(1), Token);
        Throttle(2);
        Assert.NotNull(await scope.Installations.FindBotAsync(Samples.Workspace, Token));
        Throttle(2);
        await scope.Installations.SaveAsync(Samples.Installation(2), Token);
        Throttle(3);
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await scope.Installations.FindBotAsync(Samples.Workspace, Token));
        Assert.True(exception.IsTransient);
        Assert.Contains("throttles", exception.Message, StringComparison.Ordinal);
        Assert.Equal(Samples.Installation(2).ToBot(), await scope.Installations.FindBotAsync(Samples.Workspace, Token));

        void Throttle(int times)
        {
            for (var i = 0; i < times; i++)
            {
                scope.Handler.AnswerNext(HttpStatusCode.BadRequest, error);
            }
        }
    }

    [Theory]
    [InlineData("TransactionConflict", true)]
    [InlineData("ThrottlingError", true)]
    [InlineData("ProvisionedThroughputExceeded", true)]
    [InlineData("ValidationError", false)]
    public async Task A_transaction_that_was_cancelled_by_others_is_repeated_within_limits(string code, bool isRepeated)
    {
        await using var scope = await OpenAsync();
        await scope.Installations.SaveAsync(Samples.Installation(1), Token);
        if (isRepeated)
        {
            Cancel(3);
            await scope.Installations.SaveAsync(Samples.Installation(2), Token);
            Cancel(3);
            Assert.Equal(Samples.Installation(2), await scope.Installations.FindInstallationAsync(Samples.Workspace, null, Token));
        }

        Cancel(isRepeated ? 20 : 1);
        var before = scope.Handler.Requests;
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await scope.Installations.SaveAsync(Samples.Installation(3), Token));
        Assert.Equal(isRepeated, exception.IsTransient);
        Assert.Equal(isRepeated ? 20 : 1, scope.Handler.Requests - before);

        void Cancel(int times)
        {
            for (var i = 0; i < times; i++)
            {
                scope.Handler.AnswerNext(
                    HttpStatusCode.BadRequest,
                    "TransactionCanceledException",
                    $$""","CancellationReasons":[{"Code":"None"},{"Code":"{{code}}","Message":"scripted"}]""");
            }
        }
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, "ResourceNotFoundException", false, "PrepareAsync")]
    [InlineData(HttpStatusCode.BadRequest, "AccessDeniedException", false, "README")]
    [InlineData(HttpStatusCode.BadRequest, "UnrecognizedClientException", false, "credentials")]
    [InlineData(HttpStatusCode.BadRequest, "ExpiredTokenException", false, "credentials")]
    [InlineData(HttpStatusCode.BadRequest, "ValidationException", false, "invalid")]
    [InlineData(HttpStatusCode.InternalServerError, "InternalServerError", true, "of its own")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable", true, "of its own")]
    public async Task What_DynamoDB_refuses_is_told_with_what_to_do(HttpStatusCode status, string error, bool isTransient, string told)
    {
        await using var scope = await OpenAsync(config => config.MaxErrorRetry = 0);
        await scope.Installations.SaveAsync(Samples.Installation(1), Token);
        scope.Handler.AnswerNext(status, error);
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await scope.Installations.SaveAsync(Samples.Installation(2), Token));
        Assert.Equal(isTransient, exception.IsTransient);
        Assert.Contains(told, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        Assert.Equal(Samples.Installation(1), await scope.Installations.FindInstallationAsync(Samples.Workspace, "U1", Token));
    }

    [Fact]
    public async Task An_item_conflict_outside_of_a_transaction_is_repeated()
    {
        await using var scope = await OpenAsync();
        await scope.Installations.SaveAsync(Samples.Installation(1), Token);
        scope.Handler.AnswerNext(HttpStatusCode.BadRequest, "TransactionConflictException");
        Assert.NotNull(await scope.Installations.TryAcquireLeaseAsync(Samples.Workspace, "U1", TimeSpan.FromMinutes(1), Token));
    }

    [Fact]
    public async Task A_record_that_is_too_large_is_refused_whole_and_told()
    {
        await using var scope = await OpenAsync();
        var large = Samples.Installation(1) with { TeamName = new string('x', 450_000) };
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await scope.Installations.SaveAsync(large, Token));
        Assert.False(exception.IsTransient);
        Assert.Contains("400 KB", exception.Message, StringComparison.Ordinal);
        Assert.Null(await scope.Installations.FindBotAsync(Samples.Workspace, Token));
        Assert.Null(await scope.Installations.FindInstallationAsync(Samples.Workspace, null, Token));
    }

    [Fact]
    public async Task A_damaged_record_is_told_without_what_it_holds()
    {
        await using var scope = await OpenAsync();
        await scope.Installations.SaveAsync(Samples.Installation(1), Token);
        foreach (var document in new[] { """{"bot_token":"xoxb-secret""", null })
        {
            var item = DynamoDBKeys.Item("workspace#1.2##T1", "bot");
            if (document is not null)
            {
                item["document"] = new() { S = document };
            }

            await scope.Client.PutItemAsync(scope.Name, item, Token);
            var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await scope.Installations.FindBotAsync(Samples.Workspace, Token));
            Assert.False(exception.IsTransient);
            Assert.Contains("damaged", exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        }

        await scope.Installations.SaveAsync(Samples.Installation(2), Token);
        Assert.Equal(Samples.Installation(2).ToBot(), await scope.Installations.FindBotAsync(Samples.Workspace, Token));
    }

    [Fact]
    public async Task Without_preparing_a_missing_table_is_told_and_nothing_is_asked_for_but_the_item()
    {
        await using var scope = await OpenAsync();
        var store = new DynamoDBInstallationStore(Samples.Options(), scope.Client, new DynamoDBStoreOptions { TableName = scope.Name, PrepareOnFirstUse = false });
        var before = scope.Handler.Requests;
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Samples.Workspace, Token));
        Assert.Contains("PrepareAsync", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, scope.Handler.Requests - before);
        await store.PrepareAsync(Token);
        Assert.Null(await store.FindBotAsync(Samples.Workspace, Token));
    }

    [Fact]
    public async Task A_disposed_client_gives_the_exception()
    {
        using var table = new DynamoDBTable(new DynamoDBStoreOptions { ServiceUrl = "http://127.0.0.1:9" });
        table.Dispose();
        var store = new DynamoDBInstallationStore(Samples.Options(), table, TimeProvider.System);
        var exception = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Samples.Workspace, Token));
        Assert.IsType<ObjectDisposedException>(exception.InnerException);
        Assert.False(exception.IsTransient);
    }

    private async Task<OwnTable> OpenAsync(Action<AmazonDynamoDBConfig>? configure = null) => new(await server.GetConnectionStringAsync(), configure);
}
