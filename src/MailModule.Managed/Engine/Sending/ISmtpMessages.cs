using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Engine.Sending;

/// <summary>The messages of a host for whole transactions. Called on the thread of the host's call.</summary>
public interface ISmtpMessages
{
    /// <summary>Perhaps before the last one has its results.</summary>
    /// <param name="message">Null: there is none any more, also where the host gives a fault.</param>
    Fault Next(out SmtpMessage? message);

    /// <summary>What became of a message; once for each, in their order.</summary>
    /// <param name="number">Counted from 0.</param>
    /// <param name="results">By recipient; none is null.</param>
    void Sent(long number, IReadOnlyList<AttemptResult?> results);
}
