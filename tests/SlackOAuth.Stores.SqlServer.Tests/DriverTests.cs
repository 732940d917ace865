using System.Net;
using System.Net.Sockets;
using Microsoft.Data.SqlClient;

namespace SlackOAuth.Stores.SqlServer.Tests;

/// <summary>What can be known of the use of the driver without a server.</summary>
public sealed class DriverTests
{
    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T1");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static SlackOAuthStoresOptions Common => new() { ClientId = "111.222" };

    [Fact]
    public async Task A_server_that_cannot_be_reached_gives_a_failure_that_a_retry_can_help_and_that_names_no_secret()
    {
        await using var store = new SqlServerInstallationStore(
            Common,
            new SqlServerStoreOptions { ConnectionString = $"Server=127.0.0.1,{ClosedPort()};User Id=app;Password=hush-hush;Connect Timeout=1;ConnectRetryCount=0" });
        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Workspace, Token));
        Assert.True(failure.IsTransient);
        Assert.Equal("SqlServer", failure.ProviderName);
        Assert.IsType<SqlException>(failure.InnerException);
        Assert.DoesNotContain("hush", failure.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.FindBotAsync(Workspace, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task The_drivers_retry_logic_opens_connections()
    {
        var retry = SqlConfigurableRetryFactory.CreateFixedRetryProvider(new SqlRetryLogicOption
        {
            NumberOfTries = 3,
            DeltaTime = TimeSpan.FromMilliseconds(1),
            MaxTimeInterval = TimeSpan.FromMilliseconds(2),
            TransientErrors = [0, -1, 53, 111, 10061, 40],
        });
        var retries = 0;
        retry.Retrying += (_, _) => Interlocked.Increment(ref retries);
        await using var store = new SqlServerInstallationStore(
            Common,
            new SqlServerStoreOptions { ConnectionString = $"Server=127.0.0.1,{ClosedPort()};User Id=app;Password=p;Connect Timeout=1;ConnectRetryCount=0", RetryLogicProvider = retry });
        await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(Workspace, Token));
        Assert.True(retries >= 2, $"The provider was asked {retries} times.");
    }

    /// <summary>An engine of PostgreSQL's behind the protocol has a number of SQL Server's for some of its errors alone.</summary>
    [Theory]
    [InlineData(2627, "Violation of PRIMARY KEY constraint", true, false)]
    [InlineData(2601, "Cannot insert duplicate key row", true, false)]
    [InlineData(1205, "Transaction was deadlocked", true, false)]
    [InlineData(2714, "There is already an object named", true, false)]
    [InlineData(219, "The type already exists", true, false)]
    [InlineData(33557097, "column \"claim\" of relation \"slack_states\" already exists", true, false)]
    [InlineData(33557097, "tuple concurrently updated", true, false)]
    [InlineData(33557097, "could not serialize access due to concurrent update", true, false)]
    [InlineData(208, "Invalid object name", false, true)]
    [InlineData(33557097, "relation \"slack_states\" does not exist", false, true)]
    [InlineData(33557097, "permission denied for table slack_states", false, false)]
    [InlineData(229, "The SELECT permission was denied", false, false)]
    public void What_was_undone_and_what_is_missing_is_told_by_the_number_or_where_there_is_none_by_the_words(int number, string message, bool isUndone, bool isMissing)
    {
        Assert.Equal(isUndone, SqlServerDatabase.IsUndoneConflict(number, message));
        Assert.Equal(isMissing, SqlServerDatabase.IsMissingTable(number, message));
    }

    [Theory]
    [InlineData(33557097, 16, "the database system is starting up", true)]
    [InlineData(33557097, 16, "the database system is shutting down", true)]
    [InlineData(33557097, 16, "the database system is in recovery mode", true)]
    [InlineData(33557097, 16, "the database system is not yet accepting connections", true)]
    [InlineData(33557097, 16, "sorry, too many clients already", true)]
    [InlineData(33557097, 16, "terminating connection due to administrator command", true)]
    [InlineData(33557097, 16, "canceling statement due to statement timeout", true)]
    [InlineData(33557097, 16, "canceling statement due to lock timeout", true)]
    [InlineData(33557097, 16, "could not serialize access due to concurrent update", true)]
    [InlineData(2627, 14, "Violation of PRIMARY KEY constraint", true)]
    [InlineData(2714, 16, "There is already an object named", true)]
    [InlineData(1205, 13, "Transaction was deadlocked", true)]
    [InlineData(-2, 11, "Execution Timeout Expired", true)]
    [InlineData(40613, 17, "Database is not currently available", true)]
    [InlineData(0, 20, "A transport-level error has occurred", true)]
    [InlineData(33557097, 16, "permission denied for table slack_states", false)]
    [InlineData(229, 14, "The SELECT permission was denied", false)]
    [InlineData(18456, 14, "Login failed for user", false)]
    [InlineData(102, 15, "Incorrect syntax", false)]
    public void Whether_a_retry_can_help_is_told_by_the_number_or_where_there_is_none_by_the_words(int number, byte errorClass, string message, bool isTransient) =>
        Assert.Equal(isTransient, SqlServerDatabase.Describe(number, errorClass, message).IsTransient);

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
