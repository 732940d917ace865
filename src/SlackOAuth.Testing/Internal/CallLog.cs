namespace SlackOAuth.Testing;

/// <summary>Which calls arrived and what the script has for the next ones. Holds no argument of any call.</summary>
internal sealed class CallLog
{
    private static readonly HashSet<string> Methods = new(StringComparer.Ordinal)
    {
        "oauth.v2.access", "auth.test", "auth.revoke", "openid.connect.token", "openid.connect.userInfo", "views.open", "chat.postMessage",
        "oauth/v2/authorize", "openid/connect/authorize", "openid/connect/keys", ".well-known/openid-configuration",
        "services", "commands", "actions",
    };

    private readonly Lock _gate = new();
    private readonly List<SlackCall> _calls = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<ScriptedAnswer>> _scripts = new(StringComparer.Ordinal);
    private readonly List<(string Method, int Count, TaskCompletionSource Reached)> _waiters = [];

    public IReadOnlyList<SlackCall> Calls
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls];
            }
        }
    }

    public static void RequireKnown(string method)
    {
        if (!Methods.Contains(method))
        {
            throw new ArgumentException($"FakeSlack has no method '{method}'; it has {string.Join(", ", Methods.Order(StringComparer.Ordinal))}.", nameof(method));
        }
    }

    public void Script(string method, ScriptedAnswer answer, int times)
    {
        lock (_gate)
        {
            if (!_scripts.TryGetValue(method, out var queue))
            {
                _scripts.Add(method, queue = new());
            }

            for (var i = 0; i < times; i++)
            {
                queue.Enqueue(answer);
            }
        }
    }

    public ScriptedAnswer? Record(SlackCall call)
    {
        lock (_gate)
        {
            _calls.Add(call);
            var count = _counts[call.Method] = _counts.GetValueOrDefault(call.Method) + 1;
            foreach (var waiter in _waiters.FindAll(waiter => waiter.Method == call.Method && waiter.Count <= count))
            {
                waiter.Reached.TrySetResult();
                _waiters.Remove(waiter);
            }

            return _scripts.TryGetValue(call.Method, out var queue) && queue.TryDequeue(out var answer) ? answer : null;
        }
    }

    public Task WaitAsync(string method, int count, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_counts.GetValueOrDefault(method) >= count)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((method, count, reached));
            return reached.Task.WaitAsync(cancellationToken);
        }
    }
}
