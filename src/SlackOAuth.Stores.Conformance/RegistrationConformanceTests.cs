using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>What a provider's <c>UseX</c> on <see cref="SlackOAuthStoresBuilder"/> owes: the resolved stores, options checked at start, disposal by the container.</summary>
public abstract class RegistrationConformanceTests
{
    /// <summary>What this test has to itself. Its options are those of the app, its clock is among the services.</summary>
    protected StoreScope Scope { get; } = new();

    /// <summary>The contracts that the provider has stores for; both unless overridden.</summary>
    protected virtual StoreContracts Contracts => StoreContracts.All;

    /// <summary>Wrong options of the provider itself, each with the text (its name, and what else matters) that the message must hold. None unless overridden.</summary>
    protected virtual IReadOnlyList<(string Named, Action<SlackOAuthStoresBuilder> Use)> WrongOptions => [];

    /// <summary>Calls the provider's registration method, over the part of the engine that <see cref="Scope"/> names.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="contracts">What the provider is to be used for: one of <see cref="Contracts"/>, or all of them.</param>
    protected abstract void Use(SlackOAuthStoresBuilder builder, StoreContracts contracts);

    /// <summary>Builds the container, since this package brings none: <c>services.BuildServiceProvider()</c>.</summary>
    /// <param name="services">The services.</param>
    protected abstract IServiceProvider Build(IServiceCollection services);

    /// <summary>The stores that are resolved are the provider's, and work.</summary>
    [Fact, Contract(1, 17)]
    public virtual async Task The_resolved_stores_work()
    {
        await using var provider = new Container(Build(Services(builder => Use(builder, Contracts))));
        await AssertWorksAsync(provider.Services, Contracts);
    }

    /// <summary>The stores are bound to the client id of the options.</summary>
    [Fact, Contract(10)]
    public virtual async Task The_resolved_stores_follow_the_options()
    {
        await using var one = new Container(Build(Services(builder => Use(builder, Contracts))));
        await using var other = new Container(Build(Services(builder => Use(builder, Contracts), options => options.ClientId = "another")));
        if (Contracts.HasFlag(StoreContracts.Installations))
        {
            await one.Services.GetRequiredService<IInstallationStore>().SaveAsync(Sample.Installation("U1", 1, "mine"), Cancellation);
            Assert.Null(await other.Services.GetRequiredService<IInstallationStore>().FindBotAsync(Sample.Workspace, Cancellation));
        }

        if (Contracts.HasFlag(StoreContracts.States))
        {
            var state = await one.Services.GetRequiredService<IOAuthStateStore>().IssueAsync(null, Cancellation);
            Assert.Null(await other.Services.GetRequiredService<IOAuthStateStore>().ConsumeAsync(state, OAuthStatePurpose.Install, Cancellation));
        }
    }

    /// <summary>Expiry is judged by the <see cref="TimeProvider"/> among the services.</summary>
    [Fact, Contract(18)]
    public virtual async Task The_resolved_state_store_judges_expiry_by_the_services_clock()
    {
        Assert.SkipUnless(Contracts.HasFlag(StoreContracts.States), "The provider has no state store.");
        await using var provider = new Container(Build(Services(builder => Use(builder, Contracts), options => options.StateLifetime = TimeSpan.FromSeconds(60))));
        var store = provider.Services.GetRequiredService<IOAuthStateStore>();
        var (early, late) = (await store.IssueAsync(null, Cancellation), await store.IssueAsync(null, Cancellation));
        Scope.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.NotNull(await store.ConsumeAsync(early, OAuthStatePurpose.Install, Cancellation));
        Scope.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await store.ConsumeAsync(late, OAuthStatePurpose.Install, Cancellation));
    }

    /// <summary>The end of a lease is judged by the <see cref="TimeProvider"/> of the services.</summary>
    [Fact, Contract(28)]
    public virtual async Task The_resolved_installation_store_judges_leases_by_the_services_clock()
    {
        Assert.SkipUnless(Contracts.HasFlag(StoreContracts.Installations), "The provider has no installation store.");
        await using var provider = new Container(Build(Services(builder => Use(builder, Contracts))));
        var store = provider.Services.GetRequiredService<IInstallationStore>();
        var leasing = store.GetCapability<IRotationLeasing>();
        Assert.SkipUnless(leasing is not null, $"The provider's installation store is no {nameof(IRotationLeasing)}.");
        await store.SaveBotAsync(Sample.Bot(1, "stored"), Cancellation);
        var duration = TimeSpan.FromHours(1);
        Assert.NotNull(await leasing.TryAcquireLeaseAsync(Sample.Workspace, null, duration, Cancellation));
        Assert.Null(await leasing.TryAcquireLeaseAsync(Sample.Workspace, null, duration, Cancellation));
        Scope.Time.Advance(duration);
        Assert.NotNull(await leasing.TryAcquireLeaseAsync(Sample.Workspace, null, duration, Cancellation));
    }

    /// <summary>A store is a singleton: it is safe for concurrent use, and holds its engine's connections.</summary>
    [Fact, Contract(12)]
    public virtual async Task A_resolved_store_is_a_singleton()
    {
        await using var provider = new Container(Build(Services(builder => Use(builder, Contracts))));
        foreach (var contract in ContractTypes(Contracts))
        {
            using var scope = provider.Services.CreateScope();
            Assert.Same(provider.Services.GetRequiredService(contract), scope.ServiceProvider.GetRequiredService(contract));
        }
    }

    /// <summary>Registering twice is registering once.</summary>
    [Fact, Contract(26)]
    public virtual async Task Registering_is_repeatable()
    {
        var services = Services(builder =>
        {
            Use(builder, Contracts);
            Use(builder, Contracts);
            Use(builder.Services.AddSlackOAuthStores(), Contracts);
        });
        foreach (var contract in ContractTypes(Contracts))
        {
            Assert.Single(services, service => service.ServiceType == contract);
        }

        await using var provider = new Container(Build(services));
        await AssertWorksAsync(provider.Services, Contracts);
    }

    /// <summary>Installations and states can come from different providers, in either order of registration.</summary>
    [Fact, Contract(26)]
    public virtual async Task The_contracts_can_come_from_different_providers()
    {
        Assert.SkipUnless(Contracts == StoreContracts.All, "The provider has stores for one contract.");
        foreach (var mine in new[] { StoreContracts.Installations, StoreContracts.States })
        {
            var others = StoreContracts.All & ~mine;
            foreach (var lastMine in new[] { true, false })
            {
                var (installations, states) = (new InMemoryInstallationStore(Scope.Options), new InMemoryOAuthStateStore(Scope.Options));
                await using var provider = new Container(Build(Services(builder =>
                {
                    if (!lastMine)
                    {
                        Use(builder, mine);
                    }

                    builder = others == StoreContracts.States ? builder.UseStateStore("other", _ => states) : builder.UseInstallationStore("other", _ => installations);
                    if (lastMine)
                    {
                        Use(builder, mine);
                    }
                })));
                await AssertWorksAsync(provider.Services, StoreContracts.All);
                var savedByOther = await installations.FindBotAsync(Sample.Workspace, Cancellation) is not null;
                Assert.Equal(others == StoreContracts.Installations, savedByOther);
            }
        }
    }

    /// <summary>A wrong option of the family is refused at start, by its name.</summary>
    [Fact, Contract(26)]
    public virtual void A_wrong_common_option_is_refused_at_start_by_its_name()
    {
        AssertRefused(nameof(SlackOAuthStoresOptions.ClientId), builder => Use(builder, Contracts), options => options.ClientId = "");
        AssertRefused(nameof(SlackOAuthStoresOptions.StateLifetime), builder => Use(builder, Contracts), options => options.StateLifetime = TimeSpan.Zero);
        AssertRefused(nameof(SlackOAuthStoresOptions.HistoryLength), builder => Use(builder, Contracts), options => options.HistoryLength = 0);
    }

    /// <summary>A wrong option of the provider is refused at start, by its name.</summary>
    [Fact, Contract(26)]
    public virtual void A_wrong_option_of_the_provider_is_refused_at_start_by_its_name()
    {
        Assert.SkipWhen(WrongOptions.Count == 0, $"{GetType().Name} lists no {nameof(WrongOptions)}: the provider has no options of its own that can be wrong.");
        foreach (var (named, use) in WrongOptions)
        {
            AssertRefused(named, use);
        }
    }

    /// <summary>The container can dispose the stores it made, used or not, synchronously too.</summary>
    [Fact, Contract(23)]
    public virtual async Task The_container_disposes_the_stores()
    {
        await new Container(Build(Services(builder => Use(builder, Contracts)))).DisposeAsync();
        var used = new Container(Build(Services(builder => Use(builder, Contracts))));
        await AssertWorksAsync(used.Services, Contracts);
        await used.DisposeAsync();
        var usedAgain = Build(Services(builder => Use(builder, Contracts)));
        await AssertWorksAsync(usedAgain, Contracts);
        (usedAgain as IDisposable)?.Dispose();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static IEnumerable<Type> ContractTypes(StoreContracts contracts)
    {
        if (contracts.HasFlag(StoreContracts.Installations))
        {
            yield return typeof(IInstallationStore);
        }

        if (contracts.HasFlag(StoreContracts.States))
        {
            yield return typeof(IOAuthStateStore);
        }
    }

    private ServiceCollection Services(Action<SlackOAuthStoresBuilder> use, Action<SlackOAuthStoresOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.TryAddSingleton<TimeProvider>(Scope.Time);
        use(services.AddSlackOAuthStores(options =>
        {
            options.ClientId = Scope.Options.ClientId;
            configure?.Invoke(options);
        }));
        return services;
    }

    private static async Task AssertWorksAsync(IServiceProvider services, StoreContracts contracts)
    {
        services.GetService<IStartupValidator>()?.Validate();
        if (contracts.HasFlag(StoreContracts.Installations))
        {
            var installations = services.GetRequiredService<IInstallationStore>();
            var saved = Sample.Installation("U1", 1, "registered");
            await installations.SaveAsync(saved, Cancellation);
            Same.AssertEqual(saved, await installations.FindInstallationAsync(Sample.Workspace, "U1", Cancellation), "the installation");
        }

        if (contracts.HasFlag(StoreContracts.States))
        {
            var states = services.GetRequiredService<IOAuthStateStore>();
            Assert.Equal(new OAuthStateData(), await states.ConsumeAsync(await states.IssueAsync(null, Cancellation), OAuthStatePurpose.Install, Cancellation));
        }
    }

    private void AssertRefused(string named, Action<SlackOAuthStoresBuilder> use, Action<SlackOAuthStoresOptions>? configure = null)
    {
        var provider = Build(Services(use, configure));
        try
        {
            // What a host does before it starts anything.
            var refused = Assert.Throws<OptionsValidationException>(() => provider.GetService<IStartupValidator>()?.Validate());
            Assert.Contains(named, refused.Message, StringComparison.Ordinal);
            Assert.True(
                refused.Failures.All(failure => failure.TrimEnd('.').Contains(". ", StringComparison.Ordinal)),
                $"'{refused.Message}' says what is wrong, and not what to do. Add a sentence with the fix.");
        }
        finally
        {
            (provider as IDisposable)?.Dispose();
        }
    }

    private sealed class Container(IServiceProvider services) : IAsyncDisposable
    {
        internal IServiceProvider Services => services;

        public ValueTask DisposeAsync()
        {
            if (services is IAsyncDisposable asyncDisposable)
            {
                return asyncDisposable.DisposeAsync();
            }

            (services as IDisposable)?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
