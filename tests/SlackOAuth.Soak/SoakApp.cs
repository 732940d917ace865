using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;
using SlackApp;
using SlackOAuth.AspNetCore;
using SlackOAuth.Stores;

namespace SlackOAuth.Soak;

/// <summary>The app of the soak: the endpoints of any app, and two that show the checker what it looked up and how much it holds.</summary>
internal static class SoakApp
{
    internal const string Name = "SlackOAuth.Soak";
    internal const string Ready = "ready";
    internal const string FailurePath = "/failed";

    /// <summary>So short that each workspace is rotated again and again. What Slack gives in hours is here in the same order: a lease, then the time ahead, then a life.</summary>
    internal static readonly TimeSpan TokenLifetime = TimeSpan.FromSeconds(80);

    internal static readonly TimeSpan RefreshAhead = TimeSpan.FromSeconds(40);

    /// <summary>So short that what is looked up again was changed meanwhile now and then, and much shorter than a token has before it is due, from when on it is not cached.</summary>
    internal static readonly TimeSpan CacheExpiration = TimeSpan.FromSeconds(10);

    internal static readonly TimeSpan NegativeCacheExpiration = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan BackgroundInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan SlackTimeout = TimeSpan.FromSeconds(10);

    internal static DirectoryInfo KeysIn(string folder) => new(Path.Combine(folder, "keys"));

    internal static async Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, SoakJson.Default));
        var stores = builder.Services.AddSlackOAuth(options =>
        {
            options.InstallPageEnabled = false;
            (options.SuccessUrl, options.FailureUrl) = ("/done", FailurePath);
            (options.Rotation.RefreshAhead, options.Rotation.LeaseDuration) = (RefreshAhead, LeaseDuration);
            (options.Rotation.BackgroundEnabled, options.Rotation.BackgroundInterval) = (builder.Configuration.GetValue<bool>(nameof(SoakChoice.RotatesAhead)), BackgroundInterval);

            // Each request waits for the rotation that it begins, so that none is under way in a process that nobody waits for.
            options.Rotation.MaxWait = options.Rotation.MaxWaitWhileValid = TokenLifetime;
        }).UseChosenStore(builder.Configuration, builder.Configuration["DataFolder"]!);
        if (builder.Configuration.GetValue<bool>(nameof(SoakChoice.ProtectsTokens)))
        {
            builder.Services.AddDataProtection().PersistKeysToFileSystem(KeysIn(builder.Configuration["DataFolder"]!)).SetApplicationName(Name);
            stores.ProtectTokens();
        }

        using var cacheHits = new CacheHits();
        if (builder.Configuration.GetValue<bool>(nameof(SoakChoice.CachesLookups)))
        {
            builder.Services.AddHybridCache();
            stores.CacheLookups(options =>
                (options.Expiration, options.NegativeExpiration, options.RotationWindow) = (CacheExpiration, NegativeCacheExpiration, RefreshAhead));
        }

        builder.Services.Configure<SlackOAuthClientOptions>(options => (options.AttemptTimeout, options.TotalTimeout) = (SlackTimeout, SlackTimeout));

        var app = builder.Build();
        app.MapSlackOAuth();
        app.MapSlackEvents();
        app.MapGet("/soak/lookup", LookUpAsync);
        app.MapGet("/soak/memory", () => new HeldMemory(GC.GetTotalMemory(forceFullCollection: true), cacheHits.Hits, cacheHits.Lookups));
        await app.StartAsync();
        Console.WriteLine(Ready);
        await app.WaitForShutdownAsync();
    }

    private static async Task<IResult> LookUpAsync(string team, string user, string? enterprise, ISlackAuthorizer authorizer, CancellationToken cancellationToken)
    {
        try
        {
            var found = await authorizer.AuthorizeAsync(new SlackRequestContext { EnterpriseId = enterprise, TeamId = team, UserId = user }, cancellationToken);
            return found is null
                ? Results.Ok(new LookedUp(false, null, null, null))
                : Results.Ok(new LookedUp(
                    true,
                    found.Bot?.InstalledAt,
                    found.BotToken is null ? null : new LookedUpToken(found.BotToken, found.Bot?.BotTokenExpiresAt),
                    found.UserToken is null ? null : new LookedUpToken(found.UserToken, found.UserTokenExpiresAt)));
        }
        catch (SlackOAuthStoreException)
        {
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }
}

/// <summary>What a lookup answered.</summary>
internal sealed record LookedUp(bool IsInstalled, DateTimeOffset? InstalledAt, LookedUpToken? Bot, LookedUpToken? User);

/// <summary>A token as a request gets it.</summary>
internal sealed record LookedUpToken(string Token, DateTimeOffset? ExpiresAt)
{
    public override string ToString() => "***";
}

/// <summary>What a process holds and has done.</summary>
/// <param name="Bytes">The bytes that are alive on the heap.</param>
/// <param name="CacheHits">How many lookups of the store the cache has answered.</param>
/// <param name="CachedLookups">How many it has been asked.</param>
internal sealed record HeldMemory(long Bytes, long CacheHits, long CachedLookups);

[JsonSerializable(typeof(LookedUp))]
[JsonSerializable(typeof(HeldMemory))]
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
internal sealed partial class SoakJson : JsonSerializerContext;
