using System.Net;
using MailModule.Engine.Serving.Handlers;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// What an <c>mm_session</c> stands for: a session as the handlers of one table see it. Made before the first of them,
/// gone when the session has ended. Texts that it has given out live until its next handler begins.
/// </summary>
internal sealed unsafe class SessionHandle
{
    private const int InfoTexts = 10;
    private const int RecipientTexts = 6;

    private List<nint>? _texts;

    private SessionHandle(IHandledSession session)
    {
        Session = session;
        Address = HandleTable.Add(this);
    }

    public nint Address { get; }
    public IHandledSession Session { get; }

    /// <summary>The session as one of SMTP; of another protocol it is one outside of its handlers.</summary>
    public IHandlerSession Smtp => Session as IHandlerSession ?? NoSmtpSession.Only;

    /// <summary>What the host keeps with it.</summary>
    public nint User { get; set; }

    /// <summary>The handle of a session whose handler is about to be called; null when a million are open.</summary>
    public static SessionHandle? Enter(IHandledSession session)
    {
        if (session.User is SessionHandle made)
        {
            made.FreeTexts();
            return made;
        }
        var handle = new SessionHandle(session);
        if (handle.Address == 0)
            return null;
        session.User = handle;
        return handle;
    }

    /// <summary>The session is over.</summary>
    public void Close()
    {
        HandleTable.Remove(Address);
        FreeTexts();
    }

    public Fault WriteInfo(nint place)
    {
        var fault = Layout.Check<SessionInfoLayout>(place);
        if (fault != Fault.None)
            return fault;
        if (Session.Info is not { } info)
            return Outside;
        Span<nint> texts = stackalloc nint[InfoTexts];
        Keep(
            [
                AddressOf(info.Client), AddressOf(info.ConnectedFrom), AddressOf(info.Server), info.Helo, info.Protocol,
                info.Tls, info.TlsName, info.Certificate, info.User, info.Mechanism,
            ],
            texts);
        Layout.Write(place, new SessionInfoLayout
        {
            Client = texts[0],
            ConnectedFrom = texts[1],
            Server = texts[2],
            Helo = texts[3],
            Protocol = texts[4],
            Tls = texts[5],
            TlsName = texts[6],
            Certificate = texts[7],
            User = texts[8],
            Mechanism = texts[9],
            Began = Times.Of(info.Began),
            ClientPort = info.Client?.Port ?? 0,
            ServerPort = info.Server?.Port ?? 0,
            Trusted = info.IsTrusted ? 1 : 0,
            Messages = info.Messages,
        });
        return Fault.None;
    }

    public Fault Sender(out nint text)
    {
        text = 0;
        if (Smtp.Sender is not { } sender)
            return FaultReason.Because(Fault.State, "there is no transaction");
        text = Keep(sender);
        return Fault.None;
    }

    public Fault WriteRecipient(int index, nint place)
    {
        var fault = Layout.Check<SessionRcptLayout>(place);
        if (fault != Fault.None)
            return fault;
        if (Smtp.RecipientAt(index) is not { } rcpt)
            return Smtp.Info is null ? Outside : NoSuch("recipient", index);
        Span<nint> texts = stackalloc nint[RecipientTexts];
        Keep(TextsOf(rcpt), texts);
        Layout.Write(place, LayoutOf(rcpt, texts));
        return Fault.None;
    }

    public Fault WriteCheck(int index, nint place)
    {
        var fault = Layout.Check<SessionCheckLayout>(place);
        if (fault != Fault.None)
            return fault;
        if (Smtp.Info is null)
            return Outside;
        var checks = Smtp.Checks;
        if (index < 0 || index >= checks.Count)
            return NoSuch("check", index);
        var check = checks[index];
        Span<nint> texts = stackalloc nint[4];
        Keep([check.Kind, check.Name, check.Answer, check.Reason], texts);
        Layout.Write(place, new SessionCheckLayout
        {
            Kind = texts[0],
            Name = texts[1],
            Answer = texts[2],
            Reason = texts[3],
            Result = (int)check.Result,
        });
        return Fault.None;
    }

    public Fault WriteAuth(int index, nint place)
    {
        var fault = Layout.Check<AuthResultLayout>(place);
        if (fault != Fault.None)
            return fault;
        if (Smtp.Info is null)
            return Outside;
        var results = Smtp.Authentication;
        if (index < 0 || index >= results.Count)
            return NoSuch("result", index);
        Span<nint> texts = stackalloc nint[AuthResultWriter.TextCount];
        Keep(AuthResultWriter.TextsOf(results[index]), texts);
        Layout.Write(place, AuthResultWriter.LayoutOf(results[index], texts));
        return Fault.None;
    }

    public Fault Path(out nint text)
    {
        var fault = Smtp.GetPath(out string? path);
        text = fault == Fault.None ? Keep(path!) : 0;
        return fault;
    }

    /// <summary>The texts of a recipient, in the order that <see cref="LayoutOf"/> takes them.</summary>
    public static string?[] TextsOf(RcptRequest rcpt)
        => [rcpt.Address.Text, rcpt.Address.LocalPart, rcpt.Address.Domain, rcpt.Route, rcpt.Parameters, rcpt.Original];

    public static SessionRcptLayout LayoutOf(RcptRequest rcpt, ReadOnlySpan<nint> texts) => new()
    {
        Size = (nuint)sizeof(SessionRcptLayout),
        Address = texts[0],
        LocalPart = texts[1],
        Domain = texts[2],
        Route = texts[3],
        Parameters = texts[4],
        Original = texts[5],
        Notify = (int)rcpt.Notify,
    };

    public static Fault Outside => FaultReason.Because(Fault.State, "no handler of the session runs");

    private static Fault NoSuch(string what, int index)
        => FaultReason.Because(Fault.NotFound, $"there is no {what} {index}");

    private static string AddressOf(IPEndPoint? endPoint) => endPoint?.Address.ToString() ?? "";

    private nint Keep(string text)
    {
        nint place = 0;
        Keep([text], new Span<nint>(ref place));
        return place;
    }

    private void Keep(ReadOnlySpan<string?> texts, Span<nint> places)
        => (_texts ??= []).Add(TextBlock.Allocate(texts, places));

    private void FreeTexts()
    {
        if (_texts is null)
            return;
        foreach (nint text in _texts)
            Text.Free(text);
        _texts.Clear();
    }
}
