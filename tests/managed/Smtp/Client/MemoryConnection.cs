using System.Text;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Tests.Smtp.Client;

/// <summary>
/// A connection that its caller waits for, over memory: what is sent goes to a function, and its answer is there to be
/// received. In the texts line ends are LF.
/// </summary>
/// <param name="answer">What the server says to what it was sent; null: the connection is lost, and all later.</param>
/// <param name="cut">So many octets are received at once; 0: all that there are.</param>
internal sealed class MemoryConnection(Func<string, string?> answer, int cut = 0) : IDialogueConnection
{
    private readonly MemoryStream _coming = new();
    private byte[] _unconsumed = [];

    public List<string> Sent { get; } = [];
    public int ReceiveCount { get; private set; }

    /// <summary>What waits end with when there is nothing to receive.</summary>
    public Fault Fault { get; set; } = Fault.Closed;

    public ReadOnlySpan<byte> Unconsumed => _unconsumed;

    public void Consume(int count) => _unconsumed = _unconsumed[count..];

    public Fault Send(ReadOnlySpan<byte> octets)
    {
        string said = Encoding.UTF8.GetString(octets).Replace("\r\n", "\n", StringComparison.Ordinal);
        Sent.Add(said);
        Come(answer(said) ?? "");
        return Fault.None;
    }

    public Fault Receive()
    {
        ReceiveCount++;
        int left = (int)(_coming.Length - _coming.Position);
        if (left == 0)
            return Fault;
        byte[] piece = new byte[cut == 0 ? left : Math.Min(cut, left)];
        _coming.ReadExactly(piece);
        _unconsumed = [.. _unconsumed, .. piece];
        return Fault.None;
    }

    /// <summary>Counts begin anew.</summary>
    public void Forget()
    {
        Sent.Clear();
        ReceiveCount = 0;
    }

    /// <summary>The server says this.</summary>
    public void Come(string words)
    {
        long at = _coming.Position;
        _coming.Seek(0, SeekOrigin.End);
        _coming.Write(Encoding.UTF8.GetBytes(words.Replace("\n", "\r\n", StringComparison.Ordinal)));
        _coming.Position = at;
    }
}
