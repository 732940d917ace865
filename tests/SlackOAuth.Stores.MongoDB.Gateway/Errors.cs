using MongoDB.Bson;
using Npgsql;

namespace SlackOAuth.Stores.MongoDB.Gateway;

/// <summary>The engine's SQLSTATEs as MongoDB's error codes: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml</summary>
internal static class Errors
{
    private const int InternalError = 1;

    private static readonly Dictionary<string, int> Codes = new(StringComparer.Ordinal)
    {
        // The engine's own.
        ["M0001"] = 2, ["M0003"] = 9, ["M0004"] = 14, ["M0008"] = 26, ["M0009"] = 27, ["M000R"] = 85, ["M000S"] = 86, ["M001C"] = 11000,

        // PostgreSQL's.
        [PostgresErrorCodes.UniqueViolation] = 11000,
        [PostgresErrorCodes.ExclusionViolation] = 11000,
        [PostgresErrorCodes.UndefinedTable] = 26,
        [PostgresErrorCodes.DuplicateTable] = 48,
        [PostgresErrorCodes.QueryCanceled] = 50,
        [PostgresErrorCodes.LockNotAvailable] = 24,
        [PostgresErrorCodes.DeadlockDetected] = 112,
        [PostgresErrorCodes.AdminShutdown] = 11600,
        [PostgresErrorCodes.CannotConnectNow] = 91,
    };

    internal static BsonDocument Answer(PostgresException exception) => Answer(Codes.GetValueOrDefault(exception.SqlState, InternalError), $"{exception.MessageText} (SQLSTATE {exception.SqlState})");

    internal static BsonDocument Answer(int code, string message) => new() { { "ok", 0.0 }, { "errmsg", message }, { "code", code } };

    /// <summary>An answer whose write errors hold the SQLSTATE in place of the code.</summary>
    internal static BsonDocument Translate(BsonDocument answer)
    {
        foreach (var error in answer.GetValue("writeErrors", new BsonArray()).AsBsonArray)
        {
            error["code"] = Codes.GetValueOrDefault(Unpack(error["code"].ToInt32()), InternalError);
        }

        return answer;
    }

    /// <summary>A SQLSTATE as PostgreSQL packs it: 6 bits a character, the first one lowest.</summary>
    private static string Unpack(int packed) => string.Create(5, packed, static (state, bits) =>
    {
        for (var i = 0; i < state.Length; i++, bits >>= 6)
        {
            state[i] = (char)('0' + (bits & 0x3F));
        }
    });
}
