using System.Text;
using MailModule.Engine.Connecting;
using MailModule.Engine.Retrieving;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Retrieving;

/// <summary>
/// A mailbox at another host, as a server keeps it: what is marked goes at QUIT. A step can be made to fail; each call
/// of a session is one, and each octet of a message.
/// </summary>
internal sealed class ScriptedMailbox
{
    private int _steps;

    /// <summary>Unique id and text (CRLF) of each message, in the server's order.</summary>
    public List<(string UniqueId, string Text)> Messages { get; } = [];

    /// <summary>Asked before each step, with its number from 1 and its name; a fault makes it fail.</summary>
    public Func<int, string, Fault> Strike { get; set; } = (_, _) => Fault.None;

    /// <summary>What QUIT does is done, and the answer is lost, when its step fails.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>Runs behind each message that was given whole.</summary>
    public Action<string> Retrieved { get; set; } = _ => { };

    /// <summary>Octets that LIST tells of a message.</summary>
    public Func<string, long> SizeOf { get; set; } = text => text.Length;

    /// <summary>Unique id of the message that the step is about; empty: it is about none.</summary>
    public string At { get; private set; } = "";

    public int Steps => _steps;
    public int Sessions { get; private set; }
    public int OpenSessions { get; private set; }
    public List<string> Given { get; } = [];

    public IOutsideSession NewSession() => new Session(this);

    public void BeginCount() => _steps = 0;

    private Fault Step(string name) => Strike(++_steps, name);

    private sealed class Session(ScriptedMailbox mailbox) : IOutsideSession
    {
        private readonly HashSet<int> _marked = [];
        private (string UniqueId, string Text)[] _messages = [];
        private bool _isOpen;
        private bool _isOver;

        public ClientStage Stage { get; private set; }
        public string Problem { get; private set; } = "";

        public Fault Open(OutsideMailbox of, CancellationToken cancel)
        {
            mailbox.At = "";
            mailbox.Sessions++;
            mailbox.OpenSessions++;
            _isOpen = true;
            _messages = [.. mailbox.Messages];
            return Ask("open");
        }

        public Fault List(Action<OutsideMessage> each)
        {
            mailbox.At = "";
            Fault fault = Ask("list");
            for (int i = 0; fault == Fault.None && i < _messages.Length; i++)
                each(new OutsideMessage(i + 1, mailbox.SizeOf(_messages[i].Text), _messages[i].UniqueId));
            return fault;
        }

        public Fault Retrieve(int number, OutsideContent into)
        {
            mailbox.At = _messages[number - 1].UniqueId;
            Fault fault = Ask("retr");
            foreach (byte octet in fault == Fault.None ? Encoding.Latin1.GetBytes(_messages[number - 1].Text) : [])
            {
                fault = Ask("octet");
                if (fault == Fault.None)
                    fault = into([octet]);
                _isOver |= fault != Fault.None;
                if (fault != Fault.None)
                    return fault;
            }
            if (fault != Fault.None)
                return fault;
            mailbox.Given.Add(_messages[number - 1].UniqueId);
            mailbox.Retrieved(_messages[number - 1].UniqueId);
            return Fault.None;
        }

        public Fault Delete(int number)
        {
            mailbox.At = _messages[number - 1].UniqueId;
            Fault fault = Ask("dele");
            if (fault == Fault.None)
                _marked.Add(number);
            return fault;
        }

        public Fault Quit()
        {
            mailbox.At = "";
            Fault fault = Ask("quit");
            if (fault == Fault.None || mailbox.LosesAnswers)
                foreach (int number in _marked)
                    mailbox.Messages.Remove(_messages[number - 1]);
            _isOver = true;
            return fault;
        }

        public void Dispose()
        {
            if (_isOpen)
                mailbox.OpenSessions--;
            _isOpen = false;
        }

        private Fault Ask(string name)
        {
            Assert.False(_isOver, $"{name} in a session that is over");
            Fault fault = mailbox.Step(name);
            _isOver = fault is not (Fault.None or Fault.RefusedTemporary or Fault.RefusedPermanent);
            Problem = fault == Fault.None ? "" : $"{name} failed";
            Stage = fault == Fault.None ? ClientStage.None : ClientStage.Other;
            return fault;
        }
    }
}
