using Xunit.Sdk;

namespace SlackOAuth.Stores.TestBackends.Tests;

/// <summary>How a test comes to its engine: a named server, a container, a skip with its reason, and a failure where the engine is required or does not work.</summary>
public sealed class LadderTests
{
    private const string Required = "SLACKOAUTH_TEST_REQUIRED";

    // Reserved by RFC 2606: no registry answers there.
    private const string NoImage = "registry.invalid/none:1";

    [Fact]
    public async Task A_server_that_the_variable_names_is_used_and_no_container_is_started()
    {
        await using var server = new Server(Missing("named"));
        Environment.SetEnvironmentVariable("SLACKOAUTH_TEST_NAMED", "host:1");
        try
        {
            Assert.Equal("host:1", await server.GetConnectionStringAsync());
        }
        finally
        {
            Environment.SetEnvironmentVariable("SLACKOAUTH_TEST_NAMED", null);
        }
    }

    [Fact]
    public async Task A_server_of_another_kind_is_not_the_one_that_the_variable_names()
    {
        await using var server = new Server(Missing("kind"), engine => engine with { Command = ["cluster"] });
        Environment.SetEnvironmentVariable("SLACKOAUTH_TEST_KIND", "host:1");
        try
        {
            Assert.IsType<SkipException>(await FailureOfAsync(server));
        }
        finally
        {
            Environment.SetEnvironmentVariable("SLACKOAUTH_TEST_KIND", null);
        }
    }

    [Fact]
    public async Task Without_a_server_and_an_image_the_test_is_skipped_with_its_reason()
    {
        await using var server = new Server(Missing("absent"));
        var skip = Assert.IsType<SkipException>(await FailureOfAsync(server));
        Assert.Contains("absent", skip.Message, StringComparison.Ordinal);
        Assert.Contains("environment variable", skip.Message, StringComparison.Ordinal);

        // Every test that asks is told so, not only the first.
        Assert.IsType<SkipException>(await FailureOfAsync(server));
    }

    [Theory]
    [InlineData(true, "build/engines/absent.sh")]
    [InlineData(false, "cannot be built here")]
    public async Task A_missing_image_is_said_to_be_built_by_a_script_only_where_there_is_one(bool isBuildable, string said)
    {
        await using var server = new Server(Missing("absent") with { IsBuildable = isBuildable });
        var skip = Assert.IsType<SkipException>(await FailureOfAsync(server));
        Assert.SkipWhen(skip.Message.Contains("Docker does not answer", StringComparison.Ordinal), skip.Message);
        Assert.Contains(said, skip.Message, StringComparison.Ordinal);
        Assert.Contains("SLACKOAUTH_TEST_ABSENT", skip.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wanted")]
    [InlineData("redis, Wanted ,sqlite")]
    public async Task Where_it_is_required_the_test_fails_instead(string required)
    {
        await using var server = new Server(Missing("wanted"));
        var before = Environment.GetEnvironmentVariable(Required);
        Environment.SetEnvironmentVariable(Required, required);
        try
        {
            var failure = Assert.IsType<InvalidOperationException>(await FailureOfAsync(server));
            Assert.Contains(Required, failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Required, before);
        }
    }

    [Fact]
    public async Task A_container_that_listens_and_does_not_work_is_a_failure_and_is_not_tried_by_every_test()
    {
        var probes = 0;
        await using var server = new Server(
            Engine.Redis with { Patience = TimeSpan.FromSeconds(3) },
            AsItIs,
            async (connectionString, cancellationToken) =>
            {
                probes++;
                var address = connectionString.Split(':');
                using var client = new System.Net.Sockets.TcpClient();
                await client.ConnectAsync(address[0], int.Parse(address[1], System.Globalization.CultureInfo.InvariantCulture), cancellationToken);
                throw new InvalidDataException("It speaks another language.");
            });
        var first = await FailureOfAsync(server);
        SkipWhereThereIsNone(first);
        var failure = Assert.IsType<InvalidOperationException>(first);
        Assert.Contains("does not work", failure.Message, StringComparison.Ordinal);
        Assert.Contains("another language", failure.Message, StringComparison.Ordinal);
        var made = probes;
        Assert.InRange(made, 1, int.MaxValue);
        var second = Assert.IsType<InvalidOperationException>(await FailureOfAsync(server));
        Assert.Same(failure, second.InnerException);
        Assert.Equal(made, probes);
    }

    [Fact]
    public async Task A_container_that_ends_by_itself_is_a_failure_that_shows_its_log()
    {
        await using var server = new Server(Engine.Redis with { Command = ["sh", "-c", "echo out of luck; exit 1"] }, AsItIs);
        var failure = await FailureOfAsync(server);
        SkipWhereThereIsNone(failure);
        Assert.Contains("out of luck", Assert.IsType<InvalidOperationException>(failure).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_works_is_started_once_and_shared()
    {
        await using var server = new Server(Engine.Redis, AsItIs, (_, _) => Task.CompletedTask);
        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.GetConnectionStringAsync().AsTask()));
        Assert.Single(asked.Distinct());
    }

    /// <summary>An engine that neither a variable nor an image gives.</summary>
    private static Engine Missing(string name) => new(name, NoImage, 1, (host, port) => $"{host}:{port}");

    /// <summary>For a server of its own, whatever <c>SLACKOAUTH_TEST_REDIS</c> names.</summary>
    private static Engine AsItIs(Engine engine) => engine;

    /// <summary>A skip included, which the assertions of xunit let through.</summary>
    private static async Task<Exception?> FailureOfAsync(Server server)
    {
        try
        {
            await server.GetConnectionStringAsync();
            return null;
        }
        catch (Exception exception) when (exception is SkipException or InvalidOperationException)
        {
            return exception;
        }
    }

    /// <summary>On a machine without Docker the tests of containers are skipped themselves, unless Redis is required there.</summary>
    private static void SkipWhereThereIsNone(Exception? failure)
    {
        if (failure is SkipException)
        {
            throw failure;
        }
    }

    private sealed class Server(Engine engine, Func<Engine, Engine>? configure = null, Func<string, CancellationToken, Task>? probe = null) : EngineServer(engine, configure)
    {
        protected override Task ProbeAsync(string connectionString, CancellationToken cancellationToken) =>
            probe is null ? Task.FromException(new InvalidOperationException("There is no probe.")) : probe(connectionString, cancellationToken);
    }
}
