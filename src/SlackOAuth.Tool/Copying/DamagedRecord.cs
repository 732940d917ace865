using System.Text.Json;
using MongoDB.Bson;
using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Copying;

/// <summary>Tells a record that is no record from a store that does not work, and from a record whose key is gone: that one may be whole.</summary>
internal static class DamagedRecord
{
    internal static bool Is(SlackOAuthStoreException exception) =>
        !exception.IsTransient && exception.InnerException is JsonException or FormatException or BsonException or { InnerException: JsonException };
}
