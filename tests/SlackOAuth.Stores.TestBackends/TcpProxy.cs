using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SlackOAuth.Stores.TestBackends;

/// <summary>Stands between a driver and its engine: counts round trips, cuts connections, loses answers.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<Connection, bool> _connections = new();
    private readonly string _host;
    private readonly int _port;
    private readonly Task _accepting;
    private long _roundTrips;
    private long _connectionsMade;
    private int _answersToCut;
    private int _bytesOfCutAnswer;
    private volatile bool _isBroken;
    private volatile TaskCompletionSource? _pause;

    /// <summary>Starts a proxy.</summary>
    /// <param name="host">The engine's host.</param>
    /// <param name="port">The engine's port.</param>
    public TcpProxy(string host, int port)
    {
        _host = host;
        _port = port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The host to connect to.</summary>
    public static string Host => "127.0.0.1";

    /// <summary>The port to connect to.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many times a client said something after the engine had answered, over all connections: the round trips that callers waited for, one after the other.</summary>
    public long RoundTrips => Interlocked.Read(ref _roundTrips);

    /// <summary>How many connections were made.</summary>
    public long ConnectionsMade => Interlocked.Read(ref _connectionsMade);

    /// <summary>Cuts every connection, and each new one, until <see cref="Repair"/>.</summary>
    public void Break()
    {
        _isBroken = true;
        CutConnections();
    }

    /// <summary>Lets new connections through again.</summary>
    public void Repair() => _isBroken = false;

    /// <summary>Holds back what the clients say, and with it every answer, until <see cref="Resume"/>.</summary>
    public void Pause() => _pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets through what was held back.</summary>
    public void Resume() => Interlocked.Exchange(ref _pause, null)?.SetResult();

    /// <summary>Cuts the connections there are; new ones go through.</summary>
    public void CutConnections()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Cut();
        }
    }

    /// <summary>Cuts the connection in the middle of an answer: the engine has done what it was asked, and the client does not learn it.</summary>
    /// <param name="bytes">How much of the answer comes through; zero for none of it.</param>
    /// <param name="answers">How many answers, the next one first.</param>
    public void CutNextAnswers(int bytes = 0, int answers = 1)
    {
        _bytesOfCutAnswer = bytes;
        Volatile.Write(ref _answersToCut, answers);
    }

    /// <summary>Ends the proxy and its connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        Resume();
        _listener.Stop();
        CutConnections();
        await _accepting;
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!_ended.IsCancellationRequested)
            {
                var client = await _listener.AcceptSocketAsync(_ended.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy has ended.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        Interlocked.Increment(ref _connectionsMade);
        using var connection = new Connection(client);
        _connections[connection] = true;
        try
        {
            if (_isBroken || _ended.IsCancellationRequested)
            {
                connection.Cut();
                return;
            }

            await connection.Server.ConnectAsync(_host, _port, _ended.Token);
            await Task.WhenAll(AskAsync(connection), AnswerAsync(connection));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One end is gone: so is the other.
            connection.Cut();
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }

    private async Task AskAsync(Connection connection)
    {
        var buffer = new byte[65536];
        int read;
        while ((read = await ReceiveAsync(connection.Client, connection, buffer)) > 0)
        {
            if (Interlocked.Exchange(ref connection.IsAsking, 1) == 0)
            {
                Interlocked.Increment(ref _roundTrips);
            }

            if (_pause is { } pause)
            {
                await pause.Task;
            }

            await SendAsync(connection.Server, buffer.AsMemory(0, read));
        }

        connection.Cut();
    }

    private async Task AnswerAsync(Connection connection)
    {
        var buffer = new byte[65536];
        int read;
        while ((read = await ReceiveAsync(connection.Server, connection, buffer)) > 0)
        {
            Interlocked.Exchange(ref connection.IsAsking, 0);
            if (Volatile.Read(ref _answersToCut) > 0 && Interlocked.Decrement(ref _answersToCut) >= 0)
            {
                await SendAsync(connection.Client, buffer.AsMemory(0, Math.Min(read, _bytesOfCutAnswer)));
                break;
            }

            await SendAsync(connection.Client, buffer.AsMemory(0, read));
        }

        connection.Cut();
    }

    private async Task<int> ReceiveAsync(Socket socket, Connection connection, byte[] buffer)
    {
        try
        {
            return await socket.ReceiveAsync(buffer, _ended.Token);
        }
        catch (SocketException)
        {
            connection.Cut();
            return 0;
        }
    }

    private async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, _ended.Token)..];
        }
    }

    private sealed class Connection(Socket client) : IDisposable
    {
        internal int IsAsking;

        internal Socket Client { get; } = client;

        internal Socket Server { get; } = new(SocketType.Stream, ProtocolType.Tcp);

        internal void Cut()
        {
            // Zero linger: the peer sees a reset, as of a cable that was pulled, rather than an orderly end.
            foreach (var socket in new[] { Client, Server })
            {
                socket.Close(0);
            }
        }

        public void Dispose() => Cut();
    }
}
