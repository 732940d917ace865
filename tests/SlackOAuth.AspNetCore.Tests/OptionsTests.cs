using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore.Tests;

public sealed class OptionsTests
{
    private static readonly Dictionary<string, string?> Nothing = [];

    private static readonly Dictionary<string, string?> Environment = new()
    {
        ["SLACK_CLIENT_ID"] = "env-id",
        ["SLACK_CLIENT_SECRET"] = "env-secret",
        ["SLACK_SIGNING_SECRET"] = "env-signing",
        ["SLACK_SCOPES"] = "commands, chat:write",
        ["SLACK_USER_SCOPES"] = "search:read",
        ["SLACK_REDIRECT_URI"] = "https://env.example/cb",
        ["SLACK_INSTALL_PATH"] = "/env/install",
        ["SLACK_REDIRECT_URI_PATH"] = "/env/callback",
    };

    [Fact]
    public void The_environment_sets_what_Bolt_for_Python_reads_there()
    {
        var options = Read(Environment, Nothing);

        Assert.Equal(("env-id", "env-secret", "env-signing"), (options.ClientId, options.ClientSecret, options.SigningSecret));
        Assert.Equal(["commands", "chat:write"], options.Scopes);
        Assert.Equal(["search:read"], options.UserScopes);
        Assert.Equal(("https://env.example/cb", "/env/install", "/env/callback"), (options.RedirectUri, options.InstallPath, options.CallbackPath));
    }

    [Fact]
    public void Configuration_goes_before_the_environment_and_code_before_both()
    {
        var configuration = new Dictionary<string, string?> { ["Slack:ClientId"] = "config-id", ["Slack:ClientSecret"] = "config-secret", ["Slack:Scopes"] = "team:read" };

        var options = Read(Environment, configuration, target => target.ClientSecret = "code-secret");

        Assert.Equal(("config-id", "code-secret", "env-signing"), (options.ClientId, options.ClientSecret, options.SigningSecret));
        Assert.Equal(["team:read"], options.Scopes);
    }

    [Fact]
    public void Scopes_are_an_array_or_comma_joined()
    {
        var options = Read(Environment, new()
        {
            ["Slack:Scopes:0"] = "a",
            ["Slack:Scopes:1"] = "b",
            ["Slack:UserScopes"] = "c,d",
            ["Slack:SignIn:Scopes"] = "openid",
        });

        Assert.Equal(["a", "b"], options.Scopes);
        Assert.Equal(["c", "d"], options.UserScopes);
        Assert.Equal(["openid"], options.SignIn.Scopes);
    }

    [Fact]
    public void Every_option_that_is_a_value_can_be_set_by_configuration()
    {
        var options = Read(Nothing, new()
        {
            ["Slack:ClientId"] = "id",
            ["Slack:ClientSecret"] = "secret",
            ["Slack:SigningSecret"] = "signing",
            ["Slack:RedirectUri"] = "https://example.com/cb",
            ["Slack:InstallPath"] = "/i",
            ["Slack:CallbackPath"] = "/c",
            ["Slack:InstallPageEnabled"] = "false",
            ["Slack:AppName"] = "name",
            ["Slack:SuccessUrl"] = "/ok",
            ["Slack:FailureUrl"] = "/no",
            ["Slack:StateCookieName"] = "cookie",
            ["Slack:StateCookieHostPrefixEnabled"] = "true",
            ["Slack:StateLifetime"] = "00:05:00",
            ["Slack:StateVerificationEnabled"] = "false",
            ["Slack:SlackUrl"] = "https://slack-gov.com",
            ["Slack:UserTokenResolution"] = "Actor",
            ["Slack:GridFallbackEnabled"] = "false",
            ["Slack:MaxRequestBodyBytes"] = "1000",
            ["Slack:InvalidSignatureStatusCode"] = "403",
            ["Slack:NotInstalledMessage"] = "install!",
            ["Slack:RateLimits:Enabled"] = "false",
            ["Slack:RateLimits:RequestsPerClient"] = "7",
            ["Slack:RateLimits:RequestsPerProxy"] = "70",
            ["Slack:RateLimits:Window"] = "00:02:00",
            ["Slack:SignIn:Path"] = "/s",
            ["Slack:SignIn:CallbackPath"] = "/sc",
            ["Slack:SignIn:RedirectUri"] = "https://example.com/sc",
            ["Slack:SignIn:UserInfoEnabled"] = "true",
            ["Slack:Rotation:Enabled"] = "false",
            ["Slack:Rotation:RefreshAhead"] = "01:00:00",
            ["Slack:Rotation:LeaseDuration"] = "00:02:00",
            ["Slack:Rotation:MaxWait"] = "00:00:20",
            ["Slack:Rotation:MaxWaitWhileValid"] = "00:00:01",
            ["Slack:Rotation:BackgroundEnabled"] = "true",
            ["Slack:Rotation:BackgroundInterval"] = "00:05:00",
            ["Slack:Rotation:BackgroundBatchSize"] = "7",
            ["Slack:Scopes"] = "commands",
            ["Slack:UserScopes"] = "search:read",
            ["Slack:SignIn:Scopes"] = "openid,email",
        });

        var defaults = new SlackOAuthOptions();
        Assert.All(
            typeof(SlackOAuthOptions).GetProperties().Where(property => property.CanWrite),
            property => Assert.True(!Equals(property.GetValue(options), property.GetValue(defaults)), property.Name));
        Assert.All(
            typeof(SlackSignInOptions).GetProperties(),
            property => Assert.True(!Equals(property.GetValue(options.SignIn), property.GetValue(defaults.SignIn)), property.Name));
        Assert.All(
            typeof(SlackRateLimitOptions).GetProperties(),
            property => Assert.True(!Equals(property.GetValue(options.RateLimits), property.GetValue(defaults.RateLimits)), property.Name));
        Assert.All(
            typeof(TokenRotationOptions).GetProperties().Where(property => property.Name != nameof(TokenRotationOptions.Failed)),
            property => Assert.True(!Equals(property.GetValue(options.Rotation), property.GetValue(defaults.Rotation)), property.Name));
        Assert.Equal(TimeSpan.FromMinutes(5), options.StateLifetime);
        Assert.Equal(UserTokenResolution.Actor, options.UserTokenResolution);
    }

    [Fact]
    public void The_stores_and_the_client_take_over_what_they_need()
    {
        using var services = Build(Environment, new() { ["Slack:StateLifetime"] = "00:05:00", ["Slack:SlackUrl"] = "https://slack-gov.com" });

        var stores = services.GetRequiredService<IOptions<SlackOAuthStoresOptions>>().Value;
        var client = services.GetRequiredService<IOptions<SlackOAuthClientOptions>>().Value;
        Assert.Equal(("env-id", TimeSpan.FromMinutes(5)), (stores.ClientId, stores.StateLifetime));
        Assert.Equal(("env-id", "env-secret", "https://slack-gov.com/api/"), (client.ClientId, client.ClientSecret, client.ApiBaseUrl.AbsoluteUri));
        Assert.Equal("https://slack-gov.com/.well-known/openid-configuration", client.OpenIdConfigurationUrl.AbsoluteUri);
    }

    [Fact]
    public void The_rotator_takes_over_every_setting_of_rotation()
    {
        using var services = Provider(collection => collection.AddSlackOAuth(options =>
        {
            (options.ClientId, options.ClientSecret) = ("id", "secret");
            (options.Rotation.Enabled, options.Rotation.RefreshAhead, options.Rotation.LeaseDuration) = (false, TimeSpan.FromHours(1), TimeSpan.FromMinutes(2));
            (options.Rotation.MaxWait, options.Rotation.MaxWaitWhileValid) = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4));
            (options.Rotation.BackgroundEnabled, options.Rotation.BackgroundInterval, options.Rotation.BackgroundBatchSize) = (true, TimeSpan.FromMinutes(5), 6);
            options.Rotation.Failed = _ => Task.CompletedTask;
        }));

        var (source, rotation, defaults) = (
            services.GetRequiredService<IOptions<SlackOAuthOptions>>().Value.Rotation, services.GetRequiredService<IOptions<TokenRotationOptions>>().Value, new TokenRotationOptions());
        Assert.All(typeof(TokenRotationOptions).GetProperties(), property =>
        {
            Assert.Equal(property.GetValue(source), property.GetValue(rotation));
            Assert.NotEqual(property.GetValue(defaults), property.GetValue(rotation));
        });
    }

    [Fact]
    public void A_section_of_the_callers_choice_is_bound_and_a_whole_configuration_by_its_Slack_section()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Slack:ClientId"] = "one",
            ["Slack:ClientSecret"] = "secret",
            ["Other:ClientId"] = "two",
            ["Other:ClientSecret"] = "secret",
        }).Build();

        using var whole = Provider(services => services.AddSlackOAuth(configuration));
        using var section = Provider(services => services.AddSlackOAuth(configuration.GetSection("Other")));

        Assert.Equal("one", whole.GetRequiredService<IOptions<SlackOAuthOptions>>().Value.ClientId);
        Assert.Equal("two", section.GetRequiredService<IOptions<SlackOAuthOptions>>().Value.ClientId);
    }

    public static TheoryData<string, Action<SlackOAuthOptions>, string[]> Faults => new()
    {
        { "client id", o => o.ClientId = " ", ["ClientId is missing", "Slack:ClientId", "SLACK_CLIENT_ID"] },
        { "client secret", o => o.ClientSecret = "", ["ClientSecret is missing", "Slack:ClientSecret", "SLACK_CLIENT_SECRET"] },
        { "scope", o => o.Scopes = ["a b"], ["Scopes holds a scope with a blank", "Slack:Scopes", "SLACK_SCOPES"] },
        { "user scope", o => o.UserScopes = ["a,b"], ["UserScopes holds", "SLACK_USER_SCOPES"] },
        { "sign-in scopes", o => o.SignIn.Scopes = ["email"], ["SignIn.Scopes lacks openid", "Slack:SignIn:Scopes"] },
        { "install path", o => o.InstallPath = "install", ["InstallPath is no path", "SLACK_INSTALL_PATH", "begins with one '/'"] },
        { "protocol-relative path", o => o.InstallPath = "//evil.example", ["InstallPath is no path"] },
        { "path with a parameter", o => o.CallbackPath = "/{x}", ["CallbackPath is no path", "SLACK_REDIRECT_URI_PATH"] },
        { "equal paths", o => o.CallbackPath = o.InstallPath.ToUpperInvariant(), ["CallbackPath is the same path as SlackOAuthOptions.InstallPath"] },
        { "redirect URI", o => o.RedirectUri = "/cb", ["RedirectUri is no absolute", "SLACK_REDIRECT_URI"] },
        { "sign-in redirect URI", o => o.SignIn.RedirectUri = "javascript:x", ["SignIn.RedirectUri is no absolute"] },
        { "success URL", o => o.SuccessUrl = "javascript:alert(1)", ["SuccessUrl is neither", "Slack:SuccessUrl"] },
        { "success URL of another host", o => o.SuccessUrl = "//evil.example", ["SuccessUrl is neither", "begins with one '/'"] },
        { "success URL that a browser reads as one", o => o.SuccessUrl = "/\\evil.example", ["SuccessUrl is neither"] },
        { "success URL with a tab that a browser drops", o => o.SuccessUrl = "/\t/evil.example", ["SuccessUrl is neither"] },
        { "success URL that is a file", o => o.SuccessUrl = "file:///etc/passwd", ["SuccessUrl is neither"] },
        { "failure URL", o => o.FailureUrl = "sorry", ["FailureUrl is neither"] },
        { "failure URL of another host", o => o.FailureUrl = "//evil.example/x", ["FailureUrl is neither", "Slack:FailureUrl"] },
        { "failure URL that a browser reads as one", o => o.FailureUrl = "\\/evil.example", ["FailureUrl is neither"] },
        { "Slack over http", o => o.SlackUrl = new("http://slack.com"), ["SlackUrl is neither https nor http on loopback"] },
        { "lifetime", o => o.StateLifetime = TimeSpan.Zero, ["StateLifetime is 00:00:00"] },
        { "cookie name", o => o.StateCookieName = "a b", ["StateCookieName is no cookie name"] },
        { "cookie prefix", o => o.StateCookieName = "__Host-state", ["StateCookieName begins", "StateCookieHostPrefixEnabled"] },
        { "no requests", o => o.RateLimits.RequestsPerClient = 0, ["RateLimits.RequestsPerClient is 0", "Slack:RateLimits:RequestsPerClient", "Enabled"] },
        { "proxy below client", o => o.RateLimits.RequestsPerProxy = 299, ["RateLimits.RequestsPerProxy is 299"] },
        { "window", o => o.RateLimits.Window = TimeSpan.Zero, ["RateLimits.Window is 00:00:00"] },
        { "body limit", o => o.MaxRequestBodyBytes = 0, ["MaxRequestBodyBytes is 0"] },
        { "status", o => o.InvalidSignatureStatusCode = 200, ["InvalidSignatureStatusCode is 200", "401 or 403"] },
        { "resolution", o => o.UserTokenResolution = (UserTokenResolution)9, ["UserTokenResolution is none of the choices"] },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void A_wrong_option_is_named_with_its_key_its_variable_and_the_fix(string what, Action<SlackOAuthOptions> spoil, string[] says)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => Read(Environment, Nothing, spoil));

        Assert.All(says, text => Assert.True(exception.Message.Contains(text, StringComparison.Ordinal), $"{what}: {exception.Message}"));
        Assert.DoesNotContain("env-secret", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_options_stop_the_app_before_it_serves()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSlackOAuth(options => options.StateLifetime = TimeSpan.Zero).UseInMemory();
        await using var app = builder.Build();

        Assert.Contains("StateLifetime", Assert.Throws<OptionsValidationException>(() => app.MapSlackOAuth()).Message, StringComparison.Ordinal);
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => app.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("StateLifetime", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_install_without_a_scope_is_refused_at_start_with_the_fix()
    {
        await using var app = Minimal(options => options.Scopes = []);

        var exception = Assert.Throws<OptionsValidationException>(() => app.MapSlackOAuth());

        Assert.Contains("Slack:Scopes", exception.Message, StringComparison.Ordinal);
        Assert.Contains("SLACK_SCOPES", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_for_Slacks_requests_wants_the_signing_secret()
    {
        await using var app = Minimal(options => options.SigningSecret = "");

        var exception = Assert.Throws<OptionsValidationException>(() => app.MapSlackEvents());

        Assert.Contains("SigningSecret is missing", exception.Message, StringComparison.Ordinal);
        Assert.Contains("SLACK_SIGNING_SECRET", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mapping_without_the_services_names_the_call_that_is_missing()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();

        Assert.Contains("AddSlackOAuth", Assert.Throws<InvalidOperationException>(() => app.MapSlackOAuth()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mapping_without_a_store_names_the_calls_that_choose_one()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSlackOAuth(options => (options.ClientId, options.ClientSecret, options.Scopes) = ("id", "secret", ["commands"]));
        await using var app = builder.Build();

        Assert.Contains("UseFileSystem", Assert.Throws<InvalidOperationException>(() => app.MapSlackOAuth()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_authorizer_of_the_apps_own_is_kept()
    {
        using var provider = Provider(services =>
        {
            services.AddSingleton<ISlackAuthorizer, OwnAuthorizer>();
            services.AddSlackOAuth(options => (options.ClientId, options.ClientSecret) = ("id", "secret")).UseInMemory();
        });

        Assert.IsType<OwnAuthorizer>(provider.GetRequiredService<ISlackAuthorizer>());
    }

    [Fact]
    public void Adding_twice_applies_both_and_registers_once()
    {
        using var provider = Provider(services =>
        {
            services.AddSlackOAuth(options => (options.ClientId, options.ClientSecret) = ("first", "secret"));
            services.AddSlackOAuth(options => options.ClientId = "second").UseInMemory();
        });

        Assert.Equal("second", provider.GetRequiredService<IOptions<SlackOAuthOptions>>().Value.ClientId);
        Assert.Single(provider.GetServices<IValidateOptions<SlackOAuthOptions>>());
    }

    [Fact]
    public void Adding_again_with_a_section_binds_it()
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection([new("Slack:ClientId", "second")]).Build().GetSection("Slack");
        using var provider = Provider(services =>
        {
            services.AddSlackOAuth(options => (options.ClientId, options.ClientSecret) = ("first", "secret"));
            services.AddSlackOAuth(section).UseInMemory();
        });

        var options = provider.GetRequiredService<IOptions<SlackOAuthOptions>>().Value;

        Assert.Equal(("second", "secret"), (options.ClientId, options.ClientSecret));
    }

    private static WebApplication Minimal(Action<SlackOAuthOptions> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSlackOAuth(options =>
        {
            (options.ClientId, options.ClientSecret, options.SigningSecret, options.Scopes) = ("id", "secret", "signing", ["commands"]);
            configure(options);
        }).UseInMemory();
        return builder.Build();
    }

    private static SlackOAuthOptions Read(Dictionary<string, string?> environment, Dictionary<string, string?> configuration, Action<SlackOAuthOptions>? configure = null)
    {
        using var provider = Build(environment, configuration, configure);
        return provider.GetRequiredService<IOptions<SlackOAuthOptions>>().Value;
    }

    private static ServiceProvider Build(Dictionary<string, string?> environment, Dictionary<string, string?> configuration, Action<SlackOAuthOptions>? configure = null) =>
        Provider(services =>
        {
            var section = new ConfigurationBuilder().AddInMemoryCollection(configuration).Build().GetSection("Slack");
            SlackOAuthAspNetCoreServiceCollectionExtensions.Add(services, _ => section, environment.GetValueOrDefault, configure ?? (_ => { })).UseInMemory();
        });

    private static ServiceProvider Provider(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        add(services);
        return services.BuildServiceProvider();
    }

    private sealed class OwnAuthorizer : ISlackAuthorizer
    {
        public ValueTask<SlackAuthorization?> AuthorizeAsync(SlackRequestContext request, CancellationToken cancellationToken = default) => default;
    }
}
