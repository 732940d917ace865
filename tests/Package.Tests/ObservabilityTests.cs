using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SlackOAuth;
using SlackOAuth.Stores;

namespace Package.Tests;

/// <summary>docs/observability.md lists what the code shows of itself: no more, no less, in its words.</summary>
public sealed partial class ObservabilityTests
{
    private const string Page = "docs/observability.md";

    [Fact]
    public void The_page_has_every_event_id_with_its_level_and_message() => AssertTable(
        "events",
        "| Event id | Level | Message |\n| --- | --- | --- |\n",
        Messages.Select(message => $"| {message.EventId.ToString(CultureInfo.InvariantCulture)} | {message.Level} | {message.Message} |\n"));

    [Fact]
    public void Event_ids_are_distinct_over_the_family() => Check.None(
        Messages.GroupBy(message => message.EventId).Where(same => same.Count() > 1).Select(same => $"{same.Key}: {string.Join(" / ", same.Select(message => message.Message))}"));

    [Fact]
    public async Task The_page_has_every_instrument_with_its_kind_unit_and_description()
    {
        var instruments = new List<Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => Note(instrument) };
        listener.Start();
        await MakeAllAsync();

        AssertTable(
            "instruments",
            "| Meter | Instrument | Kind | Unit | What it measures |\n| --- | --- | --- | --- | --- |\n",
            instruments.DistinctBy(instrument => (instrument.Meter.Name, instrument.Name))
                .OrderBy(instrument => instrument.Meter.Name, StringComparer.Ordinal).ThenBy(instrument => instrument.Name, StringComparer.Ordinal)
                .Select(instrument => $"| `{instrument.Meter.Name}` | `{instrument.Name}` | {instrument.GetType().Name.Split('`')[0].ToLowerInvariant()} | `{instrument.Unit}` | {instrument.Description} |\n"));

        void Note(Instrument instrument)
        {
            if (instrument.Meter.Name.StartsWith("SlackOAuth", StringComparison.Ordinal))
            {
                lock (instruments)
                {
                    instruments.Add(instrument);
                }
            }
        }
    }

    [Fact]
    public void Every_public_name_is_on_the_page_and_every_name_on_the_page_is_public()
    {
        var page = Repository.Read(Page);
        var names = Repository.ShippedAssemblies.SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => type.Name.EndsWith("Telemetry", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral))
            .Select(field => (string)field.GetRawConstantValue()!)
            .ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(names);
        Check.None(names.Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal)).Select(name => $"{Page} does not say `{name}`."));
        Check.None(OwnName().Matches(page).Select(match => match.Groups["name"].Value).Except(names).Select(name => $"{Page} says `{name}`, which no *Telemetry class has."));
    }

    private static IReadOnlyList<LoggerMessageAttribute> Messages { get; } =
    [
        .. Repository.ShippedAssemblies.SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .SelectMany(method => method.GetCustomAttributes<LoggerMessageAttribute>())
            .OrderBy(message => message.EventId),
    ];

    /// <summary>Makes everything that measures.</summary>
    private static async Task MakeAllAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddHybridCache();
        builder.Services.AddSlackOAuth(options =>
        {
            (options.ClientId, options.ClientSecret, options.SigningSecret) = ("1.1", "client-secret", "signing-secret");
            options.Scopes = ["commands"];
        }).UseInMemory().CacheLookups().AddRetention();
        await using var app = builder.Build();
        app.MapSlackOAuth();
        app.MapSlackEvents();
        app.Services.GetRequiredService<SlackRetention>();
        await app.Services.GetRequiredService<IInstallationStore>().FindBotAsync(WorkspaceId.ForTeam("T1"), TestContext.Current.CancellationToken);
    }

    private static void AssertTable(string name, string head, IEnumerable<string> rows)
    {
        var table = head + string.Concat(rows);
        var (begin, end) = ($"<!-- {name}: as tests/Package.Tests/ObservabilityTests.cs reads it from the code -->\n", $"<!-- /{name} -->\n");
        var page = Repository.Read(Page);
        var from = page.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var shown = page[from..page.IndexOf(end, from, StringComparison.Ordinal)];
        Assert.True(shown == table, $"{Page} has to hold this table:{Environment.NewLine}{table}");
    }

    [GeneratedRegex("`(?<name>slackoauth\\.[a-z_.]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex OwnName();
}
