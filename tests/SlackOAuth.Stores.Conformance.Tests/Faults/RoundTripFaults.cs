using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SlackOAuth.Stores.Conformance.Tests.Table;
using Suite = SlackOAuth.Stores.Conformance.Tests.Suites.Installations;

namespace SlackOAuth.Stores.Conformance.Tests.Faults;

[RejectedBy<Suite>(nameof(Suite.An_installation_with_every_field_set_is_found_field_by_field), nameof(Suite.Each_field_of_an_installation_is_kept_on_its_own))]
internal sealed class DropsCustomValues(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row RowOf(Installation installation) => base.RowOf(installation with { CustomValues = null });
}

[RejectedBy<Suite>(nameof(Suite.An_installation_with_every_field_absent_is_found_field_by_field))]
internal sealed class WritesEmptyTextForAbsent(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row RowOf(Installation installation) => base.RowOf(installation with { TeamName = installation.TeamName ?? "" });
}

[RejectedBy<Suite>(nameof(Suite.An_org_wide_installation_is_found_field_by_field))]
internal sealed class LosesThatAnInstallationIsOrgWide(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Installation Read(Row row) => base.Read(row) with { IsEnterpriseInstall = false };
}

[RejectedBy<Suite>(nameof(Suite.An_org_wide_installation_is_found_field_by_field))]
internal sealed class ComparesOrgWideTeamsWithNull(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    // As SQL does: nothing equals NULL.
    protected override bool IsWorkspace(Row row, WorkspaceId workspace) => workspace.TeamId is not null && base.IsWorkspace(row, workspace);
}

[RejectedBy<Suite>(nameof(Suite.Each_field_of_an_installation_is_kept_on_its_own))]
internal sealed class KeepsUserScopesWithAUserTokenAlone(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row RowOf(Installation installation) => base.RowOf(installation.UserToken is null ? installation with { UserScopes = [] } : installation);
}

[RejectedBy<Suite>(nameof(Suite.Times_far_from_now_come_back_to_the_microsecond_and_in_their_order))]
internal sealed class KeepsTimesAsDoubles(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Installation Read(Row row) => base.Read(row) with { InstalledAt = DateTimeOffset.UnixEpoch.AddSeconds((row.InstalledAt - DateTimeOffset.UnixEpoch).TotalSeconds) };
}

[RejectedBy<Suite>(nameof(Suite.A_bot_with_every_field_set_is_found_field_by_field))]
internal sealed class LosesTheBotsRefreshToken(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row RowOf(Bot bot) => base.RowOf(bot with { BotRefreshToken = null });
}

[RejectedBy<Suite>(nameof(Suite.A_bot_with_every_field_absent_is_found_field_by_field))]
internal sealed class ReadsAnAbsentExpiryAsTheEpoch(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Bot ReadBot(Row row) => base.ReadBot(row) is var bot && bot.BotTokenExpiresAt is null ? bot with { BotTokenExpiresAt = DateTimeOffset.UnixEpoch } : bot;
}

[RejectedBy<Suite>(nameof(Suite.Each_field_of_a_bot_is_kept_on_its_own))]
internal sealed class KeepsABotsUserWithItsIdAlone(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row RowOf(Bot bot) => base.RowOf(bot.BotId is null ? bot with { BotUserId = null } : bot);
}

[RejectedBy<Suite>(nameof(Suite.Names_are_kept_as_they_were_written))]
internal sealed class CutsNamesAt200(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row RowOf(Installation installation) => base.RowOf(installation with { TeamName = installation.TeamName?[..Math.Min(200, installation.TeamName.Length)] });
}

[RejectedBy<Suite>(nameof(Suite.Names_are_kept_as_they_were_written))]
internal sealed class NormalizesNames(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    // NFC of é and e + U+0301, without the tables of ICU.
    protected override Row RowOf(Installation installation) => base.RowOf(installation with { TeamName = installation.TeamName?.Replace("e\u0301", "é", StringComparison.Ordinal) });
}

[RejectedBy<Suite>(nameof(Suite.Names_are_kept_as_they_were_written))]
internal sealed class WritesNamesInLatin1(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row RowOf(Installation installation) =>
        base.RowOf(installation with { TeamName = installation.TeamName is { } name ? Encoding.Latin1.GetString(Encoding.Latin1.GetBytes(name)) : null });
}

[RejectedBy<Suite>(nameof(Suite.Scopes_of_20_000_characters_are_kept))]
internal sealed class CutsScopesAt1000(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row RowOf(Bot bot) => base.RowOf(bot with { BotScopes = ScopeList.Parse(bot.BotScopes.ToString() is { Length: > 1_000 } scopes ? scopes[..1_000] : bot.BotScopes.ToString()) });
}

[RejectedBy<Suite>(nameof(Suite.Tokens_of_8_000_characters_are_kept))]
internal sealed class CutsTokensAt4000(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row RowOf(Installation installation) => base.RowOf(installation with { UserToken = installation.UserToken?[..Math.Min(4_000, installation.UserToken.Length)] });
}

[RejectedBy<Suite>(nameof(Suite.Custom_values_of_64_KB_of_nested_JSON_are_kept))]
internal sealed class DropsLargeCustomValues(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row RowOf(Installation installation) => base.RowOf(installation.CustomValues?.GetRawText().Length > 65_000 ? installation with { CustomValues = null } : installation);
}

[RejectedBy<Suite>(nameof(Suite.Custom_values_with_any_key_and_any_number_are_kept))]
internal sealed class KeepsNumbersAsDoubles(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row RowOf(Installation installation) => base.RowOf(installation with { CustomValues = installation.CustomValues is { } custom ? Doubled(custom) : null });

    private static JsonElement Doubled(JsonElement custom)
    {
        var json = JsonObject.Create(custom)!;
        foreach (var (name, value) in json.ToArray().Where(property => property.Value?.GetValueKind() == JsonValueKind.Number))
        {
            json[name] = double.Parse(value!.ToJsonString(), CultureInfo.InvariantCulture);
        }

        return JsonSerializer.SerializeToElement(json);
    }
}

[RejectedBy<Suite>(nameof(Suite.Installed_at_is_kept_to_the_microsecond), nameof(Suite.A_microsecond_decides_which_is_newer))]
internal sealed class KeepsMilliseconds(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Row RowOf(Installation installation) =>
        base.RowOf(installation with { InstalledAt = DateTimeOffset.FromUnixTimeMilliseconds(installation.InstalledAt.ToUnixTimeMilliseconds()) });
}

[RejectedBy<Suite>(nameof(Suite.Times_are_found_in_UTC_whatever_offset_they_were_given_in))]
internal sealed class ReadsUtcAsLocalTime(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    // The host is in Tokyo.
    protected override Installation Read(Row row) => base.Read(row) is var installation ? installation with { UserTokenExpiresAt = installation.UserTokenExpiresAt?.AddHours(-9) } : null!;
}

[RejectedBy<Suite>(nameof(Suite.A_stored_record_with_unknown_fields_is_read))]
internal sealed class RefusesUnknownFields(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    protected override Installation Read(Row row) =>
        JsonNode.Parse(row.Json)!.AsObject().Count > 25 ? throw new JsonException("The record has a field that this version does not know.") : base.Read(row);
}

[RejectedBy<Suite>(nameof(Suite.What_a_find_returned_is_not_changed_by_a_later_save))]
internal sealed class HandsOutWhatItLaterChanges(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    private readonly Dictionary<WorkspaceId, Installation> _tracked = [];

    // As an object mapper does that tracks one object for each row.
    public override async ValueTask<Installation?> FindInstallationAsync(WorkspaceId workspace, string? userId = null, CancellationToken cancellationToken = default)
    {
        var found = await base.FindInstallationAsync(workspace, userId, cancellationToken);
        return found is null ? null : _tracked[workspace] = found;
    }

    public override async ValueTask SaveAsync(Installation installation, CancellationToken cancellationToken = default)
    {
        await base.SaveAsync(installation, cancellationToken);
        if (_tracked.TryGetValue(StoreArguments.Validate(installation), out var tracked))
        {
            typeof(Installation).GetProperty(nameof(Installation.UserToken))!.SetValue(tracked, installation.UserToken);
        }
    }
}

[RejectedBy<Suite>(nameof(Suite.Finding_changes_nothing))]
internal sealed class TakesAwayWhatItFinds(Engine engine, StoreScope scope) : TableInstallationStore(engine, scope)
{
    public override async ValueTask<Bot?> FindBotAsync(WorkspaceId workspace, CancellationToken cancellationToken = default)
    {
        var found = await base.FindBotAsync(workspace, cancellationToken);
        await DeleteBotAsync(workspace, cancellationToken);
        return found;
    }
}
