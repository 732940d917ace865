using System.Collections.Concurrent;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using Npgsql;

namespace SlackOAuth.Stores.MongoDB.Gateway;

/// <summary>MongoDB's commands, as far as the stores and their tests use them.</summary>
internal sealed class Commands(Engine engine)
{
    private const string NextPage = "SELECT cursorpage::bytea, continuation::bytea FROM documentdb_api.cursor_get_more($1, $2::bson, $3::bson)";
    private const string FindAndModify = "SELECT p_result::bytea FROM documentdb_api.find_and_modify($1, $2::bson, NULL)";
    private const string Create = "SELECT documentdb_api.create_collection_view($1, $2::bson)::bytea";
    private const string Drop = "SELECT documentdb_api.drop_collection($1, $2)";
    private const string DropDatabase = "SELECT documentdb_api.drop_database($1)";

    // The engine's other way of making an index answers before the index is there, and duplicates get in.
    private const string CreateIndexes = "SELECT documentdb_api_internal.create_indexes_non_concurrently($1, $2::bson, true)::bytea";

    private readonly ConcurrentDictionary<long, byte[]> _cursors = new();

    /// <summary>Runs a command and gives its answer. What fails is answered too, as a mongod does.</summary>
    internal async Task<byte[]> RunAsync(Request request, int connection)
    {
        try
        {
            var command = new RawBsonDocument(request.Command);
            var first = command.GetElement(0);
            return await RunAsync(request, first.Name, first.Value, command.GetValue("$db", "admin").AsString, connection);
        }
        catch (PostgresException exception)
        {
            return Errors.Answer(exception).ToBson();
        }
        catch (Exception exception) when (exception is NpgsqlException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return Errors.Answer(1, exception.Message).ToBson();
        }
    }

    private async Task<byte[]> RunAsync(Request request, string name, BsonValue subject, string database, int connection)
    {
        var collection = $"{database}.{subject}";
        switch (name)
        {
            case "hello" or "isMaster" or "ismaster":
                return Hello(connection).ToBson();
            case "ping" or "endSessions":
                return Ok().ToBson();
            case "buildInfo":
                return Ok(new BsonDocument { { "version", "8.0.0" }, { "versionArray", new BsonArray { 8, 0, 0, 0 } }, { "maxBsonObjectSize", 16777216 } }).ToBson();
            case "insert" or "update" or "delete":
                // A delete that meets an update of its document deletes nothing in the engine, where a mongod would look again.
                var written = await engine.CallAsync(collection, name == "delete", Write(name), database, request.Command, request.Documents is { Length: > 0 } documents ? documents : null);
                return written[1] is true ? (byte[])written[0]! : Errors.Translate(Read(written[0])).ToBson();
            case "findAndModify" or "findandmodify":
                return (byte[])(await engine.CallAsync(collection, false, FindAndModify, database, request.Command))[0]!;
            case "find" or "aggregate":
                return Page(await engine.CallAsync(collection, false, FirstPage(name), database, request.Command));
            case "listCollections" or "listIndexes":
                return Page(await engine.CallAsync(collection, false, FirstPage(name == "listIndexes" ? "list_indexes" : "list_collections"), database, request.Command));
            case "getMore":
                var cursor = subject.ToInt64();
                if (!_cursors.TryRemove(cursor, out var continuation))
                {
                    return Errors.Answer(43, $"cursor id {cursor} not found").ToBson();
                }

                return Page([.. await engine.CallAsync(collection, false, NextPage, database, request.Command, continuation), cursor]);
            case "killCursors":
                return Ok(new BsonDocument("cursorsKilled", new BsonArray())).ToBson();
            case "create":
                return (byte[])(await engine.CallAsync(collection, true, Create, database, request.Command))[0]!;
            case "createIndexes":
                var indexed = Read((await engine.CallAsync(collection, true, CreateIndexes, database, request.Command))[0]);
                return indexed["raw"]["defaultShard"].AsBsonDocument.ToBson();
            case "drop":
                await engine.CallAsync(collection, true, Drop, database, subject.AsString);
                return Ok().ToBson();
            case "dropDatabase":
                await engine.CallAsync(collection, true, DropDatabase, database);
                return Ok().ToBson();
            default:
                return Errors.Answer(59, $"no such command: '{name}'").ToBson();
        }
    }

    private static string Write(string function) => $"SELECT p_result::bytea, p_success FROM documentdb_api.{function}($1, $2::bson, $3::bsonsequence, NULL)";

    private static string FirstPage(string function) => $"SELECT cursorpage::bytea, continuation::bytea, cursorid FROM documentdb_api.{function}_cursor_first_page($1, $2::bson)";

    private byte[] Page(object?[] row)
    {
        if (row[1] is byte[] continuation)
        {
            _cursors[(long)row[2]!] = continuation;
        }

        return (byte[])row[0]!;
    }

    private static BsonDocument Hello(int connection) => Ok(new BsonDocument
    {
        { "helloOk", true },
        { "isWritablePrimary", true },
        { "ismaster", true },
        { "maxBsonObjectSize", 16777216 },
        { "maxMessageSizeBytes", 48000000 },
        { "maxWriteBatchSize", 25000 },
        { "localTime", DateTime.UtcNow },
        { "logicalSessionTimeoutMinutes", 30 },
        { "connectionId", connection },
        { "minWireVersion", 0 },
        { "maxWireVersion", 21 },
        { "readOnly", false },
    });

    private static BsonDocument Ok(BsonDocument? answer = null) => (answer ?? []).Add("ok", 1.0);

    private static BsonDocument Read(object? bson) => BsonSerializer.Deserialize<BsonDocument>((byte[])bson!);
}
