using System.Security.Cryptography;

namespace SlackOAuth.Stores.Conformance;

/// <summary>What one test has to itself: a name for its part of the engine, a clock, and the options of the store it asks for.</summary>
/// <remarks>Two stores created for one scope are two instances over one engine. A scope made by <see cref="With"/> is the same part of the engine with other options.</remarks>
public sealed class StoreScope
{
    /// <summary>Creates a scope with a name of its own.</summary>
    public StoreScope()
        : this("c" + RandomNumberGenerator.GetHexString(20, lowercase: true), new TestClock(), new SlackOAuthStoresOptions { ClientId = "1234567890.0987654321" })
    {
    }

    private StoreScope(string name, TestClock time, SlackOAuthStoresOptions options)
    {
        Name = name;
        Time = time;
        Options = options;
    }

    /// <summary>The name of this test's part of the engine: a key prefix, a folder, the suffix of a table. Unique, 21 characters of <c>a-z0-9</c>, a letter first.</summary>
    public string Name { get; }

    /// <summary>The clock that judges expiry.</summary>
    public TestClock Time { get; }

    /// <summary>The options the store must follow.</summary>
    public SlackOAuthStoresOptions Options { get; }

    /// <summary>The same part of the engine, and the same clock, with other options.</summary>
    /// <param name="configure">Changes a copy of the options.</param>
    public StoreScope With(Action<SlackOAuthStoresOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new SlackOAuthStoresOptions
        {
            ClientId = Options.ClientId,
            StateLifetime = Options.StateLifetime,
            HistoryEnabled = Options.HistoryEnabled,
            HistoryLength = Options.HistoryLength,
        };
        configure(options);
        return new StoreScope(Name, Time, options);
    }
}
