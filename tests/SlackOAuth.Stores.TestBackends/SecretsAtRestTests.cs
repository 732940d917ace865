using System.Text;
using System.Text.Json;
using SlackOAuth.Stores.Conformance;
using Xunit;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>Searches every byte that an engine holds for what was saved: without protection the secrets are found, which shows that the search sees them; with it none is.</summary>
/// <param name="installations">The provider's fixture.</param>
/// <param name="states">The provider's fixture.</param>
public abstract class SecretsAtRestTests(StoreFixture<IInstallationStore> installations, StoreFixture<IOAuthStateStore> states) : IAsyncLifetime
{
    private static readonly WorkspaceId Workspace = WorkspaceId.ForTeam("T1", "E1");

    private readonly HashSet<string> _secrets = new(StringComparer.Ordinal);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Everything that the engine holds, as it holds it: its files, or the rows of all its tables.</summary>
    /// <param name="scope">The part of the engine.</param>
    protected abstract ValueTask<IReadOnlyList<byte[]>> ReadAsync(StoreScope scope);

    /// <summary>Makes the engine do now what it does in its own time with what was deleted, such as writing its log anew.</summary>
    /// <param name="scope">The part of the engine.</param>
    protected virtual ValueTask SettleAsync(StoreScope scope) => ValueTask.CompletedTask;

    /// <inheritdoc />
    public virtual async ValueTask InitializeAsync()
    {
        await installations.StartAsync();
        await states.StartAsync();
    }

    /// <inheritdoc />
    public virtual async ValueTask DisposeAsync()
    {
        await installations.StopAsync();
        await states.StopAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The search.</summary>
    /// <param name="history">Whether older records are kept.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public virtual async Task No_secret_is_in_any_byte_that_the_engine_holds(bool history)
    {
        var plain = new StoreScope().With(options => options.HistoryEnabled = history);
        var (plainInstallations, plainStates) = (await installations.CreateAsync(plain), await states.CreateAsync(plain));
        var current = await FillAsync(plainInstallations, plainStates);
        var hidden = new StoreScope().With(options => options.HistoryEnabled = history);
        var (hiddenInstallations, hiddenStates) = (ProtectedStore.Around(await installations.CreateAsync(hidden), hidden), ProtectedStore.Around(await states.CreateAsync(hidden), hidden));
        var shown = await ReadAsync(plain);
        foreach (var secret in current)
        {
            Assert.True(IsIn(shown, secret), $"The search does not see the {secret[..secret.IndexOf('-', StringComparison.Ordinal)]} that was saved without protection.");
        }

        _secrets.Clear();
        await FillAsync(hiddenInstallations, hiddenStates);
        var found = await hiddenInstallations.FindInstallationAsync(Workspace, "U1", Cancellation);
        Assert.Contains(found!.BotToken!, _secrets);
        Assert.Contains(found.UserToken!, _secrets);
        var held = await ReadAsync(hidden);
        Assert.True(held.Sum(bytes => bytes.LongLength) > 1_000, "The engine holds next to nothing.");
        foreach (var secret in _secrets)
        {
            Assert.False(IsIn(held, secret), $"The {secret[..secret.IndexOf('-', StringComparison.Ordinal)]} is stored as it is.");
        }

        foreach (var store in new object[] { plainInstallations, plainStates, hiddenInstallations, hiddenStates })
        {
            await ((store as IAsyncDisposable)?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    /// <summary>DeleteAllAsync leaves nothing behind: no listing shows it, and no byte holds it, while the neighbour's are there.</summary>
    [Fact]
    public virtual async Task Nothing_of_a_deleted_workspace_is_in_any_listing_or_byte()
    {
        var scope = new StoreScope().With(options => options.HistoryEnabled = true);
        var (store, stateStore) = (await installations.CreateAsync(scope), await states.CreateAsync(scope));
        var neighbour = Installation("U1", 1) with { TeamId = "T2" };
        _secrets.Clear();
        await FillAsync(store, stateStore);
        await store.SaveAsync(neighbour, Cancellation);

        await store.DeleteAllAsync(Workspace, Cancellation);

        Assert.Equal(["T2"], await store.GetCapability<IInstallationListing>()!.ListBotsAsync(Cancellation).Select(bot => bot.TeamId).ToArrayAsync(Cancellation));
        Assert.Equal(["T2"], await store.GetCapability<IInstallationListing>()!.ListInstallationsAsync(Cancellation).Select(installation => installation.TeamId).ToArrayAsync(Cancellation));
        Assert.Empty(await store.GetCapability<IInstallationHistory>()!.ListBotHistoryAsync(Workspace, Cancellation).ToArrayAsync(Cancellation));
        Assert.Empty(await store.GetCapability<IInstallationHistory>()!.ListInstallationHistoryAsync(Workspace, cancellationToken: Cancellation).ToArrayAsync(Cancellation));
        foreach (var opened in new object[] { store, stateStore })
        {
            await ((opened as IAsyncDisposable)?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        await SettleAsync(scope);
        var held = await ReadAsync(scope);
        Assert.True(IsIn(held, neighbour.BotToken!), "The search does not see the neighbour's token.");
        var deleted = _secrets.Where(secret => secret.StartsWith("xox", StringComparison.Ordinal) || secret.StartsWith("webhook", StringComparison.Ordinal)).ToArray();
        Assert.True(deleted.Length > 20, "Next to nothing was saved.");
        foreach (var secret in deleted)
        {
            Assert.False(IsIn(held, secret), $"The {secret[..secret.IndexOf('-', StringComparison.Ordinal)]} of a deleted workspace is still there.");
        }
    }

    /// <summary>Installs, reinstalls, rotates and deletes; gives the secrets that are stored at the end.</summary>
    private async Task<string[]> FillAsync(IInstallationStore store, IOAuthStateStore stateStore)
    {
        await store.SaveAsync(Installation("U1", 1), Cancellation);
        await store.SaveAsync(Installation("U1", 2), Cancellation);
        var second = Installation("U2", 3);
        await store.SaveAsync(second, Cancellation);
        await store.SaveAsync(Installation("U3", 4), Cancellation);
        await store.DeleteInstallationAsync(Workspace, "U3", Cancellation);
        var bot = Installation("U4", 5).ToBot()!;
        await store.SaveBotAsync(bot, Cancellation);
        if (store.GetCapability<IRotationLeasing>() is { } leasing && await leasing.TryAcquireLeaseAsync(Workspace, "U2", TimeSpan.FromMinutes(1), Cancellation) is { } lease)
        {
            second = Installation("U2", 3);
            Assert.True(await leasing.TrySaveInstallationAsync(lease, second, Cancellation));
        }

        var data = new OAuthStateData
        {
            TeamId = Secret("team"),
            RedirectUri = new Uri("https://app.example/" + Secret("redirect")),
            NonceHash = Secret("nonce"),
            Scopes = [Secret("scope")],
            UserScopes = [Secret("userscope")],
            AppData = JsonSerializer.SerializeToElement(Secret("appdata")),
        };
        await stateStore.IssueAsync(data, Cancellation);
        return
        [
            bot.BotToken, bot.BotRefreshToken!, second.UserToken!, second.UserRefreshToken!, second.IncomingWebhookUrl!["https://hooks.example/".Length..],
            second.IncomingWebhookConfigurationUrl!["https://example.com/".Length..], data.TeamId!, data.NonceHash!, data.Scopes[0], data.UserScopes[0],
            data.RedirectUri.OriginalString["https://app.example/".Length..], data.AppData.Value.GetString()!,
        ];
    }

    private Installation Installation(string userId, int at) => new()
    {
        EnterpriseId = Workspace.EnterpriseId,
        TeamId = Workspace.TeamId,
        UserId = userId,
        BotToken = Secret("xoxb"),
        BotRefreshToken = Secret("xoxe"),
        UserToken = Secret("xoxp"),
        UserRefreshToken = Secret("xoxe"),
        IncomingWebhookUrl = "https://hooks.example/" + Secret("webhook"),
        IncomingWebhookConfigurationUrl = "https://example.com/" + Secret("configuration"),
        InstalledAt = DateTimeOffset.UnixEpoch.AddYears(56).AddMinutes(at),
    };

    /// <summary>A secret that no other is, and that no engine has to escape.</summary>
    private string Secret(string kind)
    {
        var secret = $"{kind}-{OAuthState.Create()}";
        _secrets.Add(secret);
        return secret;
    }

    // As text of 8 or of 16 bits, or packed by whoever thinks that hides it.
    private static bool IsIn(IReadOnlyList<byte[]> held, string secret)
    {
        var random = secret[(secret.IndexOf('-', StringComparison.Ordinal) + 1)..];
        var bytes = Encoding.UTF8.GetBytes(random);
        byte[][] forms =
        [
            bytes,
            Encoding.Unicode.GetBytes(random),
            Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)),
            Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)),
            .. Enumerable.Range(0, 3).Select(from => Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes, from, (bytes.Length - from) / 3 * 3))),
        ];
        return held.Any(part => forms.Any(form => part.AsSpan().IndexOf(form) >= 0));
    }
}
