using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores.Telemetry;

namespace SlackOAuth.Stores.Tests;

public sealed class TokenProtectionTests
{
    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T111", "E111");

    private readonly InMemoryStoreData _data = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_secret_of_a_record_is_encrypted_and_nothing_else_is_changed()
    {
        await Resolve(builder => builder.ProtectTokens(new Sealing())).SaveAsync(Samples.Installation, Cancellation);

        var stored = (await Engine().FindInstallationAsync(Workspace, "U111", Cancellation))!;
        Assert.DoesNotContain(Samples.Secret, Encoding.UTF8.GetString(StoreJson.Serialize(stored)), StringComparison.Ordinal);
        Assert.All(Secrets(stored), secret => Assert.StartsWith("protected:1:", secret, StringComparison.Ordinal));
        Assert.Equal(6, Secrets(stored).Distinct().Count());
        Assert.Equal(Samples.Installation, With(stored, Secrets(Samples.Installation)));
    }

    [Fact]
    public async Task A_ciphertext_that_was_copied_to_another_row_or_field_is_refused()
    {
        var store = Resolve(builder => builder.ProtectTokens(new EphemeralDataProtectionProvider()));
        await store.SaveAsync(Samples.Installation, Cancellation);
        var stored = (await Engine().FindInstallationAsync(Workspace, "U111", Cancellation))!;
        var bot = stored.ToBot()!;

        // To another field, workspace, organization, user or app.
        await RefusedAsync(() => Engine().SaveBotAsync(bot with { BotToken = bot.BotRefreshToken! }, Cancellation), () => store.FindBotAsync(Workspace, Cancellation));
        await RefusedAsync(
            () => Engine().SaveBotAsync(bot with { TeamId = "T222" }, Cancellation), () => store.FindBotAsync(WorkspaceId.ForTeam("T222", "E111"), Cancellation));
        await RefusedAsync(() => Engine().SaveBotAsync(bot with { EnterpriseId = null }, Cancellation), () => store.FindBotAsync(WorkspaceId.ForTeam("T111"), Cancellation));
        await RefusedAsync(
            () => Engine().SaveBotAsync(bot with { IsEnterpriseInstall = true }, Cancellation), () => store.FindBotAsync(WorkspaceId.ForEnterprise("E111"), Cancellation));
        await RefusedAsync(
            () => Engine().SaveAsync(stored.WithBot(null) with { UserId = "U222" }, Cancellation), () => store.FindInstallationAsync(Workspace, "U222", Cancellation));
        await RefusedAsync(
            () => Engine("another").SaveBotAsync(bot, Cancellation),
            () => Resolve(builder => builder.ProtectTokens(new EphemeralDataProtectionProvider()), "another").FindBotAsync(Workspace, Cancellation));
    }

    [Fact]
    public async Task A_row_that_was_copied_whole_is_not_answered_under_the_key_it_was_copied_to()
    {
        var inner = new RecordingStore();
        var provider = new EphemeralDataProtectionProvider();
        await Resolve(builder => builder.ProtectTokens(provider)).SaveBotAsync(Samples.Bot, Cancellation);
        var stored = (await Engine().FindBotAsync(Workspace, Cancellation))!;
        var services = new ServiceCollection().AddSlackOAuthStores(options => options.ClientId = "1.1").UseInstallationStore("copied", _ => inner).ProtectTokens().Services;
        await using var container = services.AddSingleton<IDataProtectionProvider>(provider).BuildServiceProvider();
        inner.Bot = stored;

        var store = container.GetRequiredService<IInstallationStore>();
        Assert.Equal(Samples.Bot, await store.FindBotAsync(Workspace, Cancellation));
        await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindBotAsync(WorkspaceId.ForTeam("T222"), Cancellation));
    }

    [Fact]
    public async Task Plain_records_are_read_and_encrypted_at_their_next_save()
    {
        await Engine().SaveAsync(Samples.Installation, Cancellation);
        var store = Resolve(builder => builder.ProtectTokens(new Sealing()));

        var found = await store.FindInstallationAsync(Workspace, "U111", Cancellation);
        Assert.Equal(Samples.Installation, found);
        await store.SaveAsync(found!, Cancellation);

        Assert.All(Secrets((await Engine().FindInstallationAsync(Workspace, "U111", Cancellation))!), secret => Assert.StartsWith("protected:1:", secret, StringComparison.Ordinal));
        Assert.Equal(Samples.Installation, await store.FindInstallationAsync(Workspace, "U111", Cancellation));
    }

    [Fact]
    public async Task Plain_records_and_states_are_refused_where_the_options_say_so()
    {
        await Engine().SaveAsync(Samples.Installation, Cancellation);
        await using var services = Services(builder => builder.ProtectTokens(options => options.RefusePlain = true), new EphemeralDataProtectionProvider());
        var state = await new InMemoryOAuthStateStore(Options("1.1"), null, _data).IssueAsync(new OAuthStateData { TeamId = "T1" }, Cancellation);

        var refused = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await services.GetRequiredService<IInstallationStore>().FindBotAsync(Workspace, Cancellation));
        Assert.Contains("bot_token that is stored is not encrypted", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.IsTransient);
        await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await services.GetRequiredService<IOAuthStateStore>().ConsumeAsync(state, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Records_are_readable_through_the_rotation_of_keys()
    {
        var folder = Directory.CreateTempSubdirectory("slackoauth-keys-");
        try
        {
            foreach (var userId in new[] { "U1", "U2" })
            {
                // Each a new process, which makes a new key before it starts, as at the end of a key's life.
                await using var keys = new ServiceCollection().AddDataProtection().PersistKeysToFileSystem(folder).Services.BuildServiceProvider();
                keys.GetRequiredService<Microsoft.AspNetCore.DataProtection.KeyManagement.IKeyManager>().CreateNewKey(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(90));
                var store = Resolve(builder => builder.ProtectTokens(keys.GetRequiredService<IDataProtectionProvider>()));
                await store.SaveAsync(Samples.Installation with { UserId = userId }, Cancellation);
                Assert.Equal(Samples.Installation with { UserId = "U1" }, await store.FindInstallationAsync(Workspace, "U1", Cancellation));
            }

            var (first, second) = (await Engine().FindInstallationAsync(Workspace, "U1", Cancellation), await Engine().FindInstallationAsync(Workspace, "U2", Cancellation));
            Assert.NotEqual(KeyId(first!.UserToken!), KeyId(second!.UserToken!));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_record_that_cannot_be_decrypted_is_an_error_that_says_what_to_do_and_shows_nothing()
    {
        await Resolve(builder => builder.ProtectTokens(new EphemeralDataProtectionProvider())).SaveAsync(Samples.Installation, Cancellation);
        var store = Resolve(builder => builder.ProtectTokens(new EphemeralDataProtectionProvider()));

        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.FindInstallationAsync(Workspace, null, Cancellation));
        Assert.Equal(("Protection", nameof(IInstallationStore.FindInstallationAsync), false), (failure.ProviderName, failure.Operation, failure.IsTransient));
        Assert.IsAssignableFrom<CryptographicException>(failure.InnerException);
        Assert.Contains("bot_token that is stored cannot be decrypted: its key is not in this process's key ring", failure.Message, StringComparison.Ordinal);
        Assert.Contains("SetApplicationName", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Samples.Secret, failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("protected:1:", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("protected:1:")]
    [InlineData("protected:1:not base64")]
    [InlineData("protected:1:AAAA")]
    public async Task A_damaged_ciphertext_is_the_same_error(string damaged)
    {
        await Engine().SaveBotAsync(Samples.Bot with { BotToken = damaged }, Cancellation);
        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(
            async () => await Resolve(builder => builder.ProtectTokens(new EphemeralDataProtectionProvider())).FindBotAsync(Workspace, Cancellation));
        Assert.False(failure.IsTransient);
        Assert.NotNull(failure.InnerException);
    }

    [Fact]
    public async Task A_listing_goes_on_after_a_record_that_cannot_be_decrypted()
    {
        var store = Resolve(builder => builder.ProtectTokens(new EphemeralDataProtectionProvider()));
        foreach (var team in (string[])["T1", "T2", "T3"])
        {
            await store.SaveBotAsync(Samples.Bot with { TeamId = team }, Cancellation);
        }

        await Engine().SaveBotAsync(Samples.Bot with { TeamId = "T2", BotToken = "protected:1:AAAA" }, Cancellation);

        var (read, refused) = (new List<string?>(), 0);
        await using var bots = store.GetCapability<IInstallationListing>()!.ListBotsAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        while (true)
        {
            try
            {
                if (!await bots.MoveNextAsync())
                {
                    break;
                }

                read.Add(bots.Current.TeamId);
            }
            catch (SlackOAuthStoreException)
            {
                refused++;
            }
        }

        Assert.Equal(1, refused);
        Assert.Equal(["T1", "T3"], read.Order());
    }

    [Fact]
    public async Task A_save_that_cannot_be_encrypted_writes_nothing()
    {
        var store = Resolve(builder => builder.ProtectTokens(new Sealing { Failure = new CryptographicException("The vault is closed.") }));

        var failure = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.SaveAsync(Samples.Installation, Cancellation));
        Assert.Equal(nameof(IInstallationStore.SaveAsync), failure.Operation);
        Assert.Null(await Engine().FindInstallationAsync(Workspace, null, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.SaveBotAsync(Samples.Bot with { BotToken = "" }, Cancellation));
    }

    [Fact]
    public async Task A_record_saved_under_another_key_is_encrypted_for_that_one()
    {
        var store = Resolve(builder => builder.ProtectTokens(new EphemeralDataProtectionProvider()));
        await store.SaveAsync(Samples.Installation with { EnterpriseId = null }, Cancellation);

        // As after a Grid upgrade.
        var found = (await store.FindInstallationAsync(WorkspaceId.ForTeam("T111"), "U111", Cancellation))!;
        await store.SaveAsync(found with { EnterpriseId = "E111" }, Cancellation);

        Assert.Equal(Samples.Installation, await store.FindInstallationAsync(Workspace, "U111", Cancellation));
    }

    [Fact]
    public async Task A_rotation_saves_under_its_lease_what_is_encrypted()
    {
        var inner = new RecordingStore();
        var protector = new EphemeralDataProtectionProvider();
        await using var services = new ServiceCollection()
            .AddSlackOAuthStores(options => options.ClientId = "1.1").UseInstallationStore("custom", _ => inner).ProtectTokens().Services
            .AddSingleton<IDataProtectionProvider>(protector).BuildServiceProvider();
        var leasing = services.GetRequiredService<IInstallationStore>().GetCapability<IRotationLeasing>()!;

        var lease = (await leasing.TryAcquireLeaseAsync(Workspace, null, TimeSpan.FromMinutes(1), Cancellation))!;
        Assert.True(await leasing.TrySaveBotAsync(lease, Samples.Bot, Cancellation));
        Assert.True(await leasing.TrySaveInstallationAsync(lease with { UserId = "U111" }, Samples.Installation, Cancellation));
        await leasing.ReleaseLeaseAsync(lease, Cancellation);

        Assert.Equal(["TryAcquireLeaseAsync", "TrySaveBotAsync", "TrySaveInstallationAsync", "ReleaseLeaseAsync"], inner.Calls);
        Assert.All(inner.Saved, saved => Assert.DoesNotContain(Samples.Secret, Encoding.UTF8.GetString(saved), StringComparison.Ordinal));
        await Assert.ThrowsAsync<ArgumentException>(async () => await leasing.TrySaveBotAsync(lease, Samples.Bot with { TeamId = "T222" }, Cancellation));
    }

    [Fact]
    public async Task A_states_data_is_bound_to_its_purpose_and_client_id()
    {
        await using var services = Services(builder => builder.ProtectTokens(), new EphemeralDataProtectionProvider());
        var store = services.GetRequiredService<IOAuthStateStore>();
        var state = await store.IssueAsync(new OAuthStateData { TeamId = "T1" }, Cancellation);
        var stored = (await new InMemoryOAuthStateStore(Options("1.1"), null, _data).ConsumeAsync(state, cancellationToken: Cancellation))!;

        Assert.Equal((null, OAuthStatePurpose.Install), (stored.TeamId, stored.Purpose));
        var copied = await new InMemoryOAuthStateStore(Options("1.1"), null, _data).IssueAsync(stored with { Purpose = OAuthStatePurpose.SignIn }, Cancellation);
        await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await store.ConsumeAsync(copied, OAuthStatePurpose.SignIn, Cancellation));
    }

    [Fact]
    public void The_purpose_of_a_context_is_the_same_in_every_version_and_no_two_have_the_same()
    {
        TokenProtectionContext Context(string clientId, string? enterpriseId, string? teamId, string? userId, string field) =>
            new() { ClientId = clientId, Workspace = enterpriseId is null && teamId is null ? null : new WorkspaceId(enterpriseId, teamId), UserId = userId, Field = field };

        Assert.Equal("SlackOAuth.Stores/1|3:1.1|-|4:T111|-|9:bot_token", Context("1.1", null, "T111", null, "bot_token").ToPurpose());
        TokenProtectionContext[] all =
        [
            Context("a", "b", "c", "d", "e"), Context("a", "b", "c", null, "e"), Context("a", "b", null, "c", "e"), Context("a", null, "b", "c", "e"), Context("a", null, null, null, "e"),
            Context("a|1:b", null, "c", null, "e"), Context("a", null, "b|-", null, "e"), Context("a", null, "b", "-|1:e", "e"), Context("a", "-", "b", null, "e"),
        ];
        Assert.Equal(all.Length, all.Select(context => context.ToPurpose()).Distinct().Count());
    }

    [Fact]
    public async Task It_can_be_asked_for_before_or_after_the_provider_and_the_last_choice_counts()
    {
        foreach (var use in new Action<SlackOAuthStoresBuilder>[]
        {
            builder => builder.ProtectTokens(new Sealing()).UseInMemory(),
            builder => builder.UseInMemory().ProtectTokens(new Sealing()),
            builder => builder.ProtectTokens().UseInMemory().ProtectTokens(new Sealing()).ProtectTokens(new Sealing()),
        })
        {
            await using var services = Services(use);
            services.GetService<IStartupValidator>()!.Validate();
            await services.GetRequiredService<IInstallationStore>().SaveBotAsync(Samples.Bot, Cancellation);
            Assert.StartsWith("protected:1:", (await Engine().FindBotAsync(Workspace, Cancellation))!.BotToken, StringComparison.Ordinal);
            Assert.Equal(Samples.Bot, await services.GetRequiredService<IInstallationStore>().FindBotAsync(Workspace, Cancellation));
        }
    }

    [Theory]
    [InlineData(StoreContracts.Installations)]
    [InlineData(StoreContracts.States)]
    public async Task One_contract_can_be_protected_alone(StoreContracts contracts)
    {
        await using var services = Services(builder => builder.UseInMemory().ProtectTokens(new Sealing(), contracts));
        Assert.Equal(contracts.HasFlag(StoreContracts.Installations), services.GetRequiredService<IInstallationStore>() is not TelemetryInstallationStore);
        Assert.Equal(contracts.HasFlag(StoreContracts.States), services.GetRequiredService<IOAuthStateStore>() is not TelemetryOAuthStateStore);
    }

    [Fact]
    public void Without_anything_to_encrypt_with_the_host_does_not_start()
    {
        using var services = Services(builder => builder.UseInMemory().ProtectTokens());
        var refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
        Assert.Contains("AddDataProtection", refused.Message, StringComparison.Ordinal);
        Assert.Contains("AddDataProtection", Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<IInstallationStore>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_protector_among_the_services_goes_before_Data_Protection()
    {
        var own = new Sealing();
        var collection = new ServiceCollection().AddSingleton<ITokenProtector>(own).AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        await using var services = collection.AddSingleton(_data).AddSlackOAuthStores(options => options.ClientId = "1.1").UseInMemory().ProtectTokens().Services.BuildServiceProvider();
        await services.GetRequiredService<IInstallationStore>().SaveBotAsync(Samples.Bot, Cancellation);
        Assert.Contains(new TokenProtectionContext { ClientId = "1.1", Workspace = Workspace, Field = "bot_token" }, own.Contexts);
        Assert.Contains(new TokenProtectionContext { ClientId = "1.1", Workspace = Workspace, Field = "bot_refresh_token" }, own.Contexts);
    }

    private static SlackOAuthStoresOptions Options(string clientId) => new() { ClientId = clientId };

    private static string?[] Secrets(Installation installation) =>
    [
        installation.BotToken, installation.BotRefreshToken, installation.UserToken, installation.UserRefreshToken, installation.IncomingWebhookUrl,
        installation.IncomingWebhookConfigurationUrl,
    ];

    private static Installation With(Installation installation, string?[] secrets) => installation with
    {
        BotToken = secrets[0], BotRefreshToken = secrets[1], UserToken = secrets[2], UserRefreshToken = secrets[3], IncomingWebhookUrl = secrets[4],
        IncomingWebhookConfigurationUrl = secrets[5],
    };

    // Data Protection's header: four bytes, then the key's id.
    private static Guid KeyId(string stored) => new(System.Buffers.Text.Base64Url.DecodeFromChars(stored.AsSpan("protected:1:".Length)).AsSpan(4, 16));

    private static async Task RefusedAsync<T>(Func<ValueTask> copy, Func<ValueTask<T>> find)
    {
        await copy();
        var refused = await Assert.ThrowsAsync<SlackOAuthStoreException>(async () => await find());
        Assert.False(refused.IsTransient);
    }

    /// <summary>What the engine holds, as it holds it.</summary>
    private InMemoryInstallationStore Engine(string clientId = "1.1") => new(Options(clientId), _data);

    private IInstallationStore Resolve(Action<SlackOAuthStoresBuilder> protect, string clientId = "1.1") =>
        Services(builder => protect(builder.UseInMemory()), clientId: clientId).GetRequiredService<IInstallationStore>();

    private ServiceProvider Services(Action<SlackOAuthStoresBuilder> use, IDataProtectionProvider? keyRing = null, string clientId = "1.1")
    {
        var services = new ServiceCollection().AddSingleton(_data);
        var builder = services.AddSlackOAuthStores(options => options.ClientId = clientId);
        if (keyRing is not null)
        {
            services.AddSingleton(keyRing);
            builder.UseInMemory();
        }

        use(builder);
        return services.BuildServiceProvider();
    }

    /// <summary>A protector of an app's own: AES-GCM with one key, and the context as associated data.</summary>
    internal sealed class Sealing : ITokenProtector
    {
        private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

        internal List<TokenProtectionContext> Contexts { get; } = [];

        internal Exception? Failure { get; init; }

        public byte[] Protect(ReadOnlySpan<byte> plaintext, TokenProtectionContext context)
        {
            if (Failure is not null)
            {
                throw Failure;
            }

            Contexts.Add(context);
            var sealedBytes = new byte[28 + plaintext.Length];
            RandomNumberGenerator.Fill(sealedBytes.AsSpan(0, 12));
            using var aes = new AesGcm(Key, 16);
            aes.Encrypt(sealedBytes.AsSpan(0, 12), plaintext, sealedBytes.AsSpan(28), sealedBytes.AsSpan(12, 16), Encoding.UTF8.GetBytes(context.ToPurpose()));
            return sealedBytes;
        }

        public byte[] Unprotect(ReadOnlySpan<byte> ciphertext, TokenProtectionContext context)
        {
            var plaintext = new byte[ciphertext.Length - 28];
            using var aes = new AesGcm(Key, 16);
            aes.Decrypt(ciphertext[..12], ciphertext[28..], ciphertext[12..28], plaintext, Encoding.UTF8.GetBytes(context.ToPurpose()));
            return plaintext;
        }
    }
}

internal static class DataProtectionBuilderExtensions
{
    /// <summary>Protects with a key ring of the test's own.</summary>
    internal static SlackOAuthStoresBuilder ProtectTokens(this SlackOAuthStoresBuilder builder, IDataProtectionProvider keyRing)
    {
        builder.Services.AddSingleton(keyRing);
        return builder.ProtectTokens();
    }
}
