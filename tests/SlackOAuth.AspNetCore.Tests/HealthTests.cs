using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task Stores_that_answer_are_healthy_after_one_call_each_that_writes_nothing()
    {
        var installations = new RecordingInstallationStore();
        var (services, report) = await CheckAsync(stores => stores.UseInMemory(StoreContracts.States).UseInstallationStore("test", _ => installations));
        await using var _ = services;

        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.Equal(["slackoauth_installations", "slackoauth_states"], report.Entries.Keys.Order(StringComparer.Ordinal));
        Assert.StartsWith("FindBotAsync none-health-check-", Assert.Single(installations.Calls), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_asks_for_another_workspace_each_time_so_that_no_cache_answers()
    {
        var installations = new RecordingInstallationStore();
        var (services, _) = await CheckAsync(stores => stores.UseInMemory(StoreContracts.States).UseInstallationStore("test", _ => installations));
        await using var __ = services;

        await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(SlackTestApp.Cancellation);

        Assert.Equal(2, installations.Calls.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_store_that_is_down_is_unhealthy_in_words_that_hold_nothing_of_the_drivers()
    {
        var (services, report) = await CheckAsync(stores => stores
            .UseInstallationStore("test", _ => new RecordingInstallationStore { Fails = _ => true })
            .UseStateStore("test", _ => new DownStateStore()));
        await using var _ = services;

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.All(report.Entries.Values, entry => Assert.Equal(HealthStatus.Unhealthy, entry.Status));
        Assert.All(report.Entries.Values, entry => Assert.Null(entry.Exception));
        Assert.Equal(
            "FindBotAsync failed in the Test store: the engine is down. A retry can help. (System.IO.IOException)",
            report.Entries["slackoauth_installations"].Description);
    }

    [Fact]
    public async Task A_store_that_cannot_be_made_is_unhealthy_and_its_message_is_kept_back()
    {
        var (services, report) = await CheckAsync(stores => stores
            .UseInMemory(StoreContracts.States)
            .UseInstallationStore("test", _ => throw new FormatException("connection string with a password")));
        await using var _ = services;

        var entry = report.Entries["slackoauth_installations"];
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("System.FormatException", entry.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("password", entry.Description, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Healthy, report.Entries["slackoauth_states"].Status);
    }

    [Fact]
    public async Task Contracts_status_and_tags_are_the_callers()
    {
        var (services, report) = await CheckAsync(
            stores => stores.UseStateStore("test", _ => new DownStateStore()),
            health => health.AddSlackOAuthStores(StoreContracts.States, HealthStatus.Degraded, ["ready"]));
        await using var _ = services;

        var (name, entry) = Assert.Single(report.Entries);
        Assert.Equal(("slackoauth_states", HealthStatus.Degraded), (name, entry.Status));
        Assert.Equal(["ready"], entry.Tags);
    }

    private static async Task<(ServiceProvider Services, HealthReport Report)> CheckAsync(
        Action<SlackOAuthStoresBuilder> stores, Action<IHealthChecksBuilder>? health = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        stores(services.AddSlackOAuthStores(options => options.ClientId = "1.1"));
        (health ?? (builder => builder.AddSlackOAuthStores()))(services.AddHealthChecks());
        var provider = services.BuildServiceProvider();
        return (provider, await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(SlackTestApp.Cancellation));
    }
}
