using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore.Tests;

/// <summary>In-memory installations that note every call and fail on demand.</summary>
internal sealed class RecordingInstallationStore : IInstallationStore
{
    private readonly InMemoryInstallationStore _inner = new(new() { ClientId = "1234567890.1234567890" });
    private readonly Lock _gate = new();
    private readonly List<string> _calls = [];

    /// <summary>The operations that fail; null for none.</summary>
    public Func<string, bool>? Fails { get; set; }

    /// <summary>What those throw; null for the family's own exception.</summary>
    public Exception? Throws { get; set; }

    /// <summary>The operations that fail however often they are tried, as for a damaged record; null for none.</summary>
    public Func<string, bool>? FailsForGood { get; set; }

    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls];
            }
        }
    }

    public void Forget()
    {
        lock (_gate)
        {
            _calls.Clear();
        }
    }

    public ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        Note("SaveAsync");
        return _inner.SaveAsync(installation, cancellationToken);
    }

    public ValueTask SaveBotAsync(Bot bot, CancellationToken cancellationToken = default)
    {
        Note("SaveBotAsync");
        return _inner.SaveBotAsync(bot, cancellationToken);
    }

    public ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        Note($"FindBotAsync {Name(workspace)}");
        return _inner.FindBotAsync(workspace, cancellationToken);
    }

    public ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        Note($"FindInstallationAsync {Name(workspace)} {userId}".TrimEnd());
        return _inner.FindInstallationAsync(workspace, userId, cancellationToken);
    }

    public ValueTask DeleteBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        Note($"DeleteBotAsync {Name(workspace)}");
        return _inner.DeleteBotAsync(workspace, cancellationToken);
    }

    public ValueTask DeleteInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        Note($"DeleteInstallationAsync {Name(workspace)} {userId}".TrimEnd());
        return _inner.DeleteInstallationAsync(workspace, userId, cancellationToken);
    }

    public ValueTask DeleteAllAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        Note($"DeleteAllAsync {Name(workspace)}");
        return _inner.DeleteAllAsync(workspace, cancellationToken);
    }

    private static string Name(WorkspaceId workspace) => $"{workspace.EnterpriseId ?? "none"}-{workspace.TeamId ?? "none"}";

    private void Note(string call)
    {
        lock (_gate)
        {
            _calls.Add(call);
        }

        var isForGood = FailsForGood?.Invoke(call) == true;
        if (isForGood || Fails?.Invoke(call) == true)
        {
            throw Throws ?? new SlackOAuthStoreException("Test", call.Split(' ')[0], "the engine is down", isTransient: !isForGood, innerException: new IOException("driver-detail-with-a-key"));
        }
    }
}

/// <summary>A state store whose engine is down.</summary>
internal sealed class DownStateStore : IOAuthStateStore
{
    public ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default) =>
        throw new SlackOAuthStoreException("Test", nameof(IssueAsync), "the engine is down", isTransient: true);

    public ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default) =>
        throw new SlackOAuthStoreException("Test", nameof(ConsumeAsync), "the engine is down", isTransient: true);
}

/// <summary>A state store that issues and then cannot be reached.</summary>
internal sealed class HalfDownStateStore : IOAuthStateStore
{
    public ValueTask<string> IssueAsync(OAuthStateData? data = null, CancellationToken cancellationToken = default) => new(OAuthState.Create());

    public ValueTask<OAuthStateData?> ConsumeAsync(string? state, OAuthStatePurpose purpose = OAuthStatePurpose.Install, CancellationToken cancellationToken = default) =>
        throw new SlackOAuthStoreException("Test", nameof(ConsumeAsync), "the engine is down", isTransient: true);
}
