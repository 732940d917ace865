using System.Globalization;
using SlackOAuth.Stores;
using SlackOAuth.Stores.FileSystem;
using SlackOAuth.Stores.FileSystem.Worker;

// save <folder> <count> <team> <user> <generation>: saves installations, each newer than the one before, and prints the number of each that was acknowledged.
// consume <folder> <consumers>: reads states from the input, and prints those that it won.
// Both print "ready" first and wait for a line, so that a test starts several at once.
var installations = new FileSystemInstallationStore(new SlackOAuthStoresOptions { ClientId = "111.222", HistoryEnabled = args[0] == "save-history" }, new FileSystemStoreOptions { BaseDirectory = args[1] });
var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
switch (args[0])
{
    case "save" or "save-history":
        output.WriteLine("ready");
        Console.ReadLine();
        var count = int.Parse(args[2], CultureInfo.InvariantCulture);
        var first = int.Parse(args[5], CultureInfo.InvariantCulture);
        for (var number = first; number < first + count; number++)
        {
            await installations.SaveAsync(WorkerRecords.Installation(args[3], args[4], number));
            output.WriteLine(number.ToString(CultureInfo.InvariantCulture));
        }

        return 0;

    case "consume":
        var states = new FileSystemOAuthStateStore(new SlackOAuthStoresOptions { ClientId = "111.222" }, new FileSystemStoreOptions { BaseDirectory = args[1] });
        var candidates = new List<string>();
        while (Console.ReadLine() is { Length: > 0 } state)
        {
            candidates.Add(state);
        }

        output.WriteLine("ready");
        Console.ReadLine();
        await Task.WhenAll(Enumerable.Range(0, int.Parse(args[2], CultureInfo.InvariantCulture)).Select(_ => Task.Run(async () =>
        {
            foreach (var state in candidates)
            {
                if (await states.ConsumeAsync(state) is not null)
                {
                    output.WriteLine(state);
                }
            }
        })));
        return 0;

    default:
        return 2;
}
