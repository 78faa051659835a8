using System.Security.Cryptography;
using System.Text;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Pop3.Client;

/// <summary>How far an exchange has come.</summary>
internal enum Pop3LoginStep
{
    /// <summary>An answer is awaited.</summary>
    Asked,
    Done,
    /// <summary>The server has refused; its answer says why.</summary>
    Refused,
    /// <summary>See <see cref="Pop3LoginExchange.Failure"/>; the answer to a cancel may be awaited.</summary>
    Failed,
}

/// <summary>
/// A login by one SASL mechanism (RFC 5034) over a dialogue. Whether the mechanism may be used, and what follows a
/// refusal, is the caller's matter.
/// </summary>
internal sealed class Pop3LoginExchange(Pop3Dialogue dialogue, ISaslMechanism mechanism)
{
    private byte[]? _heldBack;

    /// <summary>Why it failed: None before.</summary>
    public Fault Fault { get; private set; }

    /// <summary>The same in words.</summary>
    public string Failure { get; private set; } = "";

    /// <summary>The server has the password, or something that the password was computed into.</summary>
    public bool IsTried { get; private set; }

    /// <summary>As it is: whoever refuses it has seen it.</summary>
    public static bool TellsPassword(ISaslMechanism mechanism) => mechanism.Name is "PLAIN" or "LOGIN";

    public Pop3LoginStep Begin(Output output)
    {
        Fault fault = mechanism.Begin(out byte[]? initial);
        if (fault != Fault.None)
            return Fail(fault, $"{mechanism.Name}: {mechanism.Failure}");
        string line = $"AUTH {mechanism.Name}";
        // RFC 4954 §4, RFC 5034 §4: "=" is an initial response without octets
        if (initial is not null)
            line += initial.Length == 0 ? " =" : $" {Convert.ToBase64String(initial)}";
        // RFC 5034 §4: one that makes the line too long comes after an empty challenge
        _heldBack = line.Length > Pop3Dialogue.CommandLimit ? initial : null;
        // Of others the first response holds the name alone (SCRAM), or is not made with a password.
        IsTried = TellsPassword(mechanism) && initial is not null && _heldBack is null;
        dialogue.Say(_heldBack is null ? line : $"AUTH {mechanism.Name}", Pop3AnswerForm.OneLine, output);
        return Pop3LoginStep.Asked;
    }

    /// <summary>May take long: a mechanism computes with the password.</summary>
    public Pop3LoginStep OnReply(Pop3Reply reply, Output output) => reply.Status switch
    {
        Pop3Status.Challenge => OnChallenge(reply, output),
        Pop3Status.Ok when !mechanism.MayBelieveSuccess => Fail(
            Fault.Protocol, "the server takes the login without the proof that it knows the password"),
        Pop3Status.Ok => Pop3LoginStep.Done,
        _ => Pop3LoginStep.Refused,
    };

    // There are servers whose prompts are plain text.
    private Pop3LoginStep OnChallenge(Pop3Reply reply, Output output)
    {
        bool isRead = SaslEncoding.TryDecode(Encoding.UTF8.GetBytes(reply.Text), out byte[] challenge);
        if (!isRead && !mechanism.IsPrompted)
            return Cancel(output);
        byte[]? response = _heldBack;
        _heldBack = null;
        bool isAskedFor = challenge.Length == 0 || mechanism.IsPrompted;
        if (response is null || !isAskedFor)
            response = TryAnswer(isRead ? challenge : [], out byte[] answer) ? answer : null;
        if (response is null)
            return Fault == Fault.None ? Cancel(output) : Withdraw(output);
        IsTried = true;
        dialogue.Respond(Convert.ToBase64String(response), output);
        return Pop3LoginStep.Asked;
    }

    private Pop3LoginStep Cancel(Output output)
    {
        string words = mechanism.Failure.Length > 0 ? $": {mechanism.Failure}" : "";
        Fail(Fault.Protocol, $"the server's part in {mechanism.Name} is wrong: it breaks the exchange, or does not know"
            + $" the password{words}");
        return Withdraw(output);
    }

    private Pop3LoginStep Withdraw(Output output)
    {
        dialogue.Respond("*", output);
        return Pop3LoginStep.Failed;
    }

    private bool TryAnswer(byte[] challenge, out byte[] answer)
    {
        try
        {
            return mechanism.TryAnswer(challenge, out answer);
        }
        catch (CryptographicException) // the system's policy forbids the hash
        {
            answer = [];
            Fail(Fault.NotSupported, $"this machine's cryptography does not allow {mechanism.Name}");
            return false;
        }
    }

    private Pop3LoginStep Fail(Fault fault, string text)
    {
        (Fault, Failure) = (fault, text);
        return Pop3LoginStep.Failed;
    }
}
