using System.Text;
using System.Text.Json.Nodes;

namespace SlackOAuth.Stores.Conformance.Tests.Table;

/// <summary>Creates stores of one type over <see cref="Engine"/>, and shows all that a fixture can.</summary>
internal sealed class TableFixture<TStore>(Type type) : StoreFixture<TStore>
    where TStore : class
{
    public override StoreCapabilities Capabilities =>
        StoreCapabilities.Default | StoreCapabilities.Preparation | StoreCapabilities.Dump | StoreCapabilities.Failure | StoreCapabilities.RoundTrips | StoreCapabilities.UnknownFields
        | StoreCapabilities.Pause | StoreCapabilities.LostAnswers | StoreCapabilities.PreparationScript
        | (typeof(TStore) == typeof(IInstallationStore) ? StoreCapabilities.Listing | StoreCapabilities.AppListing | StoreCapabilities.History | StoreCapabilities.HistoryTrimming | StoreCapabilities.RotationLeases | StoreCapabilities.Damage : StoreCapabilities.Purging | StoreCapabilities.StateCount);

    public override int ListingSize => 120;

    public override ValueTask<TStore> CreateAsync(StoreScope scope) => new((TStore)Activator.CreateInstance(type, Engine.Of(scope), scope)!);

    public override ValueTask<string> DumpAsync(StoreScope scope) => new(Engine.Of(scope).Inspect(tables => string.Join(
        '\n',
        tables.Rows.Select(row => $"{row} {Encoding.UTF8.GetString(row.Json)}").Concat(tables.States.Select(entry => $"{entry.Key} {entry.Value} {Encoding.UTF8.GetString(entry.Value.Json)}")).Order(StringComparer.Ordinal))));

    public override ValueTask<long> CountStatesAsync(StoreScope scope) => new(Engine.Of(scope).Inspect(tables => tables.States.Count));

    public override ValueTask BreakAsync(StoreScope scope) => SetBrokenAsync(scope, true);

    public override ValueTask RepairAsync(StoreScope scope) => SetBrokenAsync(scope, false);

    public override TimeSpan CancellationPatience => TimeSpan.FromSeconds(3);

    public override ValueTask PauseAsync(StoreScope scope)
    {
        Engine.Of(scope).Inspect(engine => engine.Pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return ValueTask.CompletedTask;
    }

    public override ValueTask ResumeAsync(StoreScope scope)
    {
        Engine.Of(scope).Inspect(engine =>
        {
            engine.Pause!.SetResult();
            return engine.Pause = null;
        });
        return ValueTask.CompletedTask;
    }

    public override ValueTask LoseAnswerAsync(StoreScope scope)
    {
        Engine.Of(scope).Inspect(engine => engine.LosesNextAnswer = true);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<TStore> CreateUnpreparedAsync(StoreScope scope)
    {
        Engine.Of(scope).Inspect(engine => engine.IsPrepared = false);
        return CreateAsync(scope);
    }

    public override ValueTask RunScriptAsync(StoreScope scope, string script)
    {
        Engine.Of(scope).Inspect(engine => engine.IsPrepared |= script.StartsWith("CREATE TABLE", StringComparison.Ordinal));
        return ValueTask.CompletedTask;
    }

    public override ValueTask<long> CountRoundTripsAsync(StoreScope scope) => new(Engine.Of(scope).RoundTrips);

    public override ValueTask AddUnknownFieldsAsync(StoreScope scope)
    {
        Engine.Of(scope).Inspect(tables =>
        {
            for (var i = 0; i < tables.Rows.Count; i++)
            {
                tables.Rows[i] = tables.Rows[i] with { Json = Extended(tables.Rows[i].Json) };
            }

            foreach (var (key, row) in tables.States.ToArray())
            {
                tables.States[key] = row with { Json = Extended(row.Json) };
            }

            return true;
        });
        return ValueTask.CompletedTask;
    }

    public override ValueTask DamageAsync(StoreScope scope, string appId)
    {
        Engine.Of(scope).Inspect(tables =>
        {
            for (var i = 0; i < tables.Rows.Count; i++)
            {
                var row = tables.Rows[i];
                tables.Rows[i] = Encoding.UTF8.GetString(row.Json).Contains(appId, StringComparison.Ordinal) ? row with { Json = [(byte)'['] } : row;
            }

            return true;
        });
        return ValueTask.CompletedTask;
    }

    private static byte[] Extended(byte[] json)
    {
        var extended = JsonNode.Parse(json)!.AsObject();
        extended["field_of_a_later_version"] = new JsonObject { ["a"] = 1 };
        return Encoding.UTF8.GetBytes(extended.ToJsonString());
    }

    private static ValueTask SetBrokenAsync(StoreScope scope, bool isBroken)
    {
        Engine.Of(scope).Inspect(tables => tables.IsBroken = isBroken);
        return ValueTask.CompletedTask;
    }
}
