using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;
using MongoDB.Driver;

namespace SlackOAuth.Stores.MongoDB;

/// <summary>A save as an update of the workspace's document, worked out by the server from what is there: one atomic write, without a transaction. [7, 12, 24]</summary>
/// <remarks>
/// <para>Only stages of $set and $unset: an engine that some services run in MongoDB's place stores two ids where a whole document is replaced. All that comes from a caller stands in a
/// $literal, so that an id or a token that begins with a dollar sign is a text. [9]</para>
/// <para>Both lists are sorted, newest first: a lookup without a user takes the first installation.</para>
/// </remarks>
internal static class MongoDBUpdates
{
    /// <summary>The update of a save.</summary>
    /// <param name="identity">The ids of the workspace, beside its key for people to read.</param>
    /// <param name="bot">The bot; null for none.</param>
    /// <param name="installation">The installation without bot fields; null for none.</param>
    /// <param name="historyLength">How many records are kept; zero for the current ones alone.</param>
    /// <param name="fence">The fencing token of the lease that this saves under; null for none.</param>
    internal static UpdateDefinition<BsonDocument> Save(BsonDocument identity, BsonDocument? bot, BsonDocument? installation, int historyLength, long? fence = null)
    {
        var set = new BsonDocument(identity.Select(id => new BsonElement(id.Name, Literal(id.Value))));
        if (bot is not null)
        {
            PutBot(set, bot, historyLength, fence);
        }

        if (installation is not null)
        {
            PutInstallation(set, installation, historyLength, fence);
        }

        // The next stage sees what this one has put.
        return new Pipeline(historyLength == 0
            ? [new BsonDocument("$set", set), new BsonDocument("$unset", new BsonArray { MongoDBFields.BotHistory, MongoDBFields.InstallationHistory })]
            : installation is null ? [new BsonDocument("$set", set)] : [new BsonDocument("$set", set), new BsonDocument("$set", TrimInstallations(historyLength))]);
    }

    private static void PutBot(BsonDocument set, BsonDocument bot, int historyLength, long? fence)
    {
        var at = bot[MongoDBFields.InstalledAt];
        var stored = "$" + MongoDBFields.Bot;
        var storedAt = $"{stored}.{MongoDBFields.InstalledAt}";

        // What is missing is less than any number.
        var isRefused = Call("$gt", storedAt, at);
        set[MongoDBFields.Bot] = If(isRefused, stored, WithLease(bot, stored, fence));
        if (historyLength > 1)
        {
            var history = OrEmpty(MongoDBFields.BotHistory);
            var superseded = Call("$concatArrays", new BsonArray { stored }, history);
            set[MongoDBFields.BotHistory] = If(Call("$lt", storedAt, at), If(IsThere(storedAt), Call("$slice", superseded, historyLength - 1), history), Call("$slice", history, historyLength - 1));
        }
        else if (historyLength == 1)
        {
            set[MongoDBFields.BotHistory] = Literal(new BsonArray());
        }
    }

    private static void PutInstallation(BsonDocument set, BsonDocument installation, int historyLength, long? fence)
    {
        var at = installation[MongoDBFields.InstalledAt];
        var isOfUser = Call("$eq", "$$this." + MongoDBFields.UserId, Literal(installation[MongoDBFields.UserId]));
        var isNewer = Call("$gt", "$$this." + MongoDBFields.InstalledAt, at);
        var all = OrEmpty(MongoDBFields.Installations);

        // The user's stored installation is missing where there is none.
        var stored = Call("$arrayElemAt", Filter("$$all", isOfUser), 0);
        var storedAt = "$$stored." + MongoDBFields.InstalledAt;
        var put = Call(
            "$concatArrays",
            Filter("$$all", isNewer),
            new BsonArray { WithLease(installation, "$$stored", fence) },
            Filter("$$all", Call("$not", Call("$or", isNewer, isOfUser))));
        set[MongoDBFields.Installations] = Let("all", all, Let("stored", stored, If(Call("$gt", storedAt, at), "$$all", put)));
        if (historyLength > 0)
        {
            var history = OrEmpty(MongoDBFields.InstallationHistory);
            var isNewerThanStored = Call("$gt", "$$this." + MongoDBFields.InstalledAt, storedAt);
            var superseded = Call("$concatArrays", Filter("$$history", isNewerThanStored), new BsonArray { "$$stored" }, Filter("$$history", Call("$not", isNewerThanStored)));
            set[MongoDBFields.InstallationHistory] = Let(
                "all",
                all,
                Let("history", history, Let("stored", stored, If(Call("$and", IsThere(storedAt), Call("$lt", storedAt, at)), superseded, "$$history"))));
        }
    }

    /// <summary>Of the superseded records those that are among the newest of all: the current ones count, and stay.</summary>
    private static BsonDocument TrimInstallations(int historyLength)
    {
        var currentBefore = new BsonDocument("$size", new BsonDocument("$filter", new BsonDocument
        {
            { "input", "$" + MongoDBFields.Installations },
            { "as", "current" },
            { "cond", Call("$gte", "$$current." + MongoDBFields.InstalledAt, "$$this." + MongoDBFields.InstalledAt) },
        }));
        var rank = Call("$add", new BsonDocument("$size", "$$value"), currentBefore);
        return new BsonDocument(MongoDBFields.InstallationHistory, new BsonDocument("$reduce", new BsonDocument
        {
            { "input", "$" + MongoDBFields.InstallationHistory },
            { "initialValue", new BsonArray() },
            { "in", If(Call("$lt", rank, historyLength), Call("$concatArrays", "$$value", new BsonArray { "$$this" }), "$$value") },
        }));
    }

    /// <summary>The record with the lease of the one that it replaces. A field that is missing there is missing here.</summary>
    private static BsonDocument WithLease(BsonDocument record, string replaced, long? fence)
    {
        var lease = $"{replaced}.{MongoDBFields.Lease}";
        return Call(
            "$mergeObjects",
            new BsonDocument(MongoDBFields.Lease, fence is { } saved ? Call("$mergeObjects", lease, new BsonDocument(MongoDBFields.SavedFence, saved)) : lease),
            Literal(record));
    }

    private static BsonDocument Literal(BsonValue value) => new("$literal", value);

    private static BsonDocument Call(string name, params ReadOnlySpan<BsonValue> arguments) => new(name, new BsonArray(arguments.ToArray()));

    private static BsonDocument If(BsonValue condition, BsonValue then, BsonValue otherwise) => Call("$cond", condition, then, otherwise);

    private static BsonDocument Let(string name, BsonValue value, BsonValue body) => new("$let", new BsonDocument { { "vars", new BsonDocument(name, value) }, { "in", body } });

    private static BsonDocument Filter(BsonValue list, BsonValue condition) => new("$filter", new BsonDocument { { "input", list }, { "cond", condition } });

    private static BsonDocument OrEmpty(string list) => Call("$ifNull", "$" + list, new BsonArray());

    private static BsonDocument IsThere(string number) => Call("$gt", number, BsonNull.Value);

    private sealed class Pipeline(IReadOnlyList<BsonDocument> stages) : PipelineDefinition<BsonDocument, BsonDocument>
    {
        public override IBsonSerializer<BsonDocument> OutputSerializer => BsonDocumentSerializer.Instance;

        public override IEnumerable<IPipelineStageDefinition> Stages => [];

        public override RenderedPipelineDefinition<BsonDocument> Render(RenderArgs<BsonDocument> args) => new(stages, OutputSerializer);
    }
}
