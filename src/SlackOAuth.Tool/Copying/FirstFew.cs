namespace SlackOAuth.Tool.Copying;

/// <summary>The first of many things, added by many at once: what a summary names. The rest is but counted.</summary>
internal sealed class FirstFew<T>
{
    internal const int Named = 20;

    private readonly Lock _gate = new();
    private readonly List<T> _items = new(Named);

    internal void Add(T item)
    {
        lock (_gate)
        {
            if (_items.Count < Named)
            {
                _items.Add(item);
            }
        }
    }

    internal IReadOnlyList<T> ToList()
    {
        lock (_gate)
        {
            return [.. _items];
        }
    }
}
