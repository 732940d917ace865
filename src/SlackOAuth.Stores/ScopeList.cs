using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace SlackOAuth.Stores;

/// <summary>An immutable list of OAuth scopes, in the order Slack gave them; equal to another with the same scopes in the same order.</summary>
/// <remarks>Write it as a collection expression: <c>BotScopes = ["commands", "chat:write"]</c>. <see cref="ToString"/> gives Slack's comma-joined form.</remarks>
[CollectionBuilder(typeof(ScopeList), nameof(Create))]
public sealed class ScopeList : IReadOnlyList<string>, IEquatable<ScopeList>
{
    private readonly ImmutableArray<string> _scopes;

    private ScopeList(ImmutableArray<string> scopes) => _scopes = scopes;

    /// <summary>No scopes.</summary>
    public static ScopeList Empty { get; } = new([]);

    /// <inheritdoc />
    public int Count => _scopes.Length;

    /// <inheritdoc />
    public string this[int index] => _scopes[index];

    /// <summary>Creates a list that holds a copy of <paramref name="scopes"/>; null and empty entries are left out.</summary>
    public static ScopeList Create(params ReadOnlySpan<string> scopes)
    {
        var builder = ImmutableArray.CreateBuilder<string>(scopes.Length);
        foreach (var scope in scopes)
        {
            if (!string.IsNullOrEmpty(scope))
            {
                builder.Add(scope);
            }
        }

        return builder.Count == 0 ? Empty : new ScopeList(builder.DrainToImmutable());
    }

    /// <summary>Reads Slack's comma-joined form, such as <c>commands,chat:write</c>; null and empty give no scopes.</summary>
    public static ScopeList Parse(string? scopes) =>
        string.IsNullOrEmpty(scopes) ? Empty : Create(scopes.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    /// <inheritdoc />
    public bool Equals(ScopeList? other) => other is not null && _scopes.AsSpan().SequenceEqual(other._scopes.AsSpan());

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ScopeList);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var scope in _scopes)
        {
            hash.Add(scope, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    /// <summary>The scopes joined by commas, as Slack writes them.</summary>
    public override string ToString() => string.Join(',', _scopes.AsSpan()!);

    /// <inheritdoc />
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_scopes).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
