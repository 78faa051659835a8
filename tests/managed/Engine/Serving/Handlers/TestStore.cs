using System.Text;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>
/// A host with a mail store of its own: one mailbox for everybody whose password is "secret". Messages go out in pieces
/// of a size that the test names.
/// </summary>
internal sealed class TestStore(Pop3Steps more, int piece, params string[] messages)
    : Pop3TestTable(Pop3Steps.Auth | Pop3Steps.Open | Pop3Steps.Retrieve | more)
{
    private readonly List<int> _removed = [];
    private byte[] _octets = [];
    private int _at;

    /// <summary>The answer to each step in place of the store's; below 0: the store's.</summary>
    public Func<Pop3Steps, IPop3HandlerSession, int>? Instead { get; init; }

    /// <summary>Size of each message, as the mailbox tells it; 0: the right one.</summary>
    public long Told { get; set; }

    /// <summary>What QUIT has removed for good, by number.</summary>
    public int[] Removed { get; private set; } = [];

    public static TestStore Of(int piece, params string[] messages)
        => Answering(
            Pop3Steps.Read | Pop3Steps.Remove | Pop3Steps.Update | Pop3Steps.Close, piece,
            static (_, _) => -1, messages);

    public override int Retrieve(IPop3HandlerSession session, MessageRequest message)
    {
        (_octets, _at) = (Encoding.Latin1.GetBytes(messages[message.Number - 1]), 0);
        Assert.Equal(message.Number * 10, message.Data);
        return base.Retrieve(session, message);
    }

    public static TestStore Answering(
        Pop3Steps more, int piece, Func<Pop3Steps, IPop3HandlerSession, int> instead, params string[] messages)
    {
        TestStore store = null!;
        store = new TestStore(more, piece, messages)
        {
            Instead = instead,
            Answer = (step, session) => store.Do(step, session),
        };
        return store;
    }

    /// <summary>What the store does at a step.</summary>
    public int Do(Pop3Steps step, IPop3HandlerSession session)
    {
        int instead = Instead?.Invoke(step, session) ?? -1;
        if (instead >= 0)
            return instead;
        switch (step)
        {
            case Pop3Steps.Auth:
                return Asked[^1].EndsWith(" secret", StringComparison.Ordinal)
                    ? HandlerVerdict.Accept : HandlerVerdict.Reject;
            case Pop3Steps.Open:
                for (int i = 0; i < messages.Length; i++)
                    Assert.Equal(
                        Fault.None,
                        session.AddMessage(Told > 0 ? Told : WireLength(i), $"id{i + 1}", 10 * (i + 1)));
                return HandlerVerdict.Accept;
            case Pop3Steps.Retrieve when (Steps & Pop3Steps.Read) != 0:
                return HandlerVerdict.Accept;
            case Pop3Steps.Retrieve:
                Assert.Equal(Fault.None, session.Write(_octets));
                return HandlerVerdict.Done;
            case Pop3Steps.Read:
                int count = Math.Min(piece, _octets.Length - _at);
                Assert.Equal(Fault.None, session.Write(_octets.AsSpan(_at, count)));
                _at += count;
                return _at == _octets.Length ? HandlerVerdict.Done : HandlerVerdict.Continue;
            case Pop3Steps.Remove:
                _removed.Add(int.Parse(Asked[^1].Split(' ')[1]));
                return HandlerVerdict.Done;
            case Pop3Steps.Update:
                Removed = [.. _removed];
                return HandlerVerdict.Accept;
            default:
                return HandlerVerdict.Continue;
        }
    }

    // RFC 1939 §11: with CRLF line ends, one behind the last line too
    private long WireLength(int index)
        => (messages[index].TrimEnd('\n') + "\n").Replace("\r\n", "\n").Replace("\n", "\r\n").Length;
}
