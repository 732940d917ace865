using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using MongoDB.Bson;

namespace SlackOAuth.Stores.MongoDB.Gateway;

/// <summary>A client's connection: messages of MongoDB's wire protocol, one after the other.</summary>
/// <remarks>OP_MSG without compression, and OP_QUERY for the hello that a driver begins with: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/</remarks>
internal sealed class Connection(TcpClient client, int id, Commands commands)
{
    private const int HeaderLength = 16;
    private const int OpReply = 1;
    private const int OpQuery = 2004;
    private const int OpMessage = 2013;
    private const int MoreToCome = 2;
    private const int MaxMessageLength = 48_000_000;

    internal async Task ServeAsync()
    {
        using (client)
        {
            client.NoDelay = true;
            var stream = client.GetStream();
            var header = new byte[HeaderLength];
            try
            {
                while (true)
                {
                    await stream.ReadExactlyAsync(header);
                    var length = BinaryPrimitives.ReadInt32LittleEndian(header);
                    if (length is < HeaderLength or > MaxMessageLength)
                    {
                        return;
                    }

                    var message = new byte[length - HeaderLength];
                    await stream.ReadExactlyAsync(message);
                    if (await AnswerAsync(BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12)), message) is { } answer)
                    {
                        // The answer names the message that it answers.
                        header.AsSpan(4, 4).CopyTo(answer.AsSpan(8));
                        await stream.WriteAsync(answer);
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException or EndOfStreamException)
            {
                // The client is gone.
            }
        }
    }

    private async Task<byte[]?> AnswerAsync(int operation, byte[] message)
    {
        switch (operation)
        {
            case OpQuery:
                // Flags, the collection's name, what to skip and how much to return; then the command.
                var command = Array.IndexOf(message, (byte)0, 4) + 9;
                var hello = await commands.RunAsync(new Request(message[command..], []), id);

                // Flags, a cursor's id, where it starts, how many documents.
                return Message(OpReply, [8, 0, 0, 0, .. new byte[12], 1, 0, 0, 0], hello);
            case OpMessage:
                var answer = await commands.RunAsync(Parse(message), id);
                return (message[0] & MoreToCome) != 0 ? null : Message(OpMessage, new byte[5], answer);
            default:
                throw new IOException($"Operation {operation} is not known here.");
        }
    }

    /// <summary>The sections: one of kind 0 with the command, and those of kind 1 with the documents that belong into it, each under its field's name.</summary>
    private static Request Parse(byte[] message)
    {
        byte[] command = [];
        byte[] documents = [];
        for (var at = 4; at < message.Length;)
        {
            var kind = message[at++];
            var section = message.AsSpan(at, BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(at)));
            at += section.Length;
            if (kind == 0)
            {
                command = section.ToArray();
            }
            else
            {
                documents = section[(section[4..].IndexOf((byte)0) + 5)..].ToArray();
            }
        }

        return new Request(command, documents);
    }

    private static byte[] Message(int operation, byte[] prefix, byte[] document)
    {
        var message = new byte[HeaderLength + prefix.Length + document.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(12), operation);
        prefix.CopyTo(message, HeaderLength);
        document.CopyTo(message, HeaderLength + prefix.Length);
        return message;
    }
}

/// <summary>A command as it came over the wire.</summary>
/// <param name="Command">The command's document.</param>
/// <param name="Documents">The documents beside it, one after the other; empty where it has them inside.</param>
internal sealed record Request(byte[] Command, byte[] Documents);
