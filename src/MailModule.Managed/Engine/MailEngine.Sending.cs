using System.Text;
using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Queue;
using MailModule.Dns;
using MailModule.Engine.Authenticating;
using MailModule.Engine.Connecting;
using MailModule.Engine.Retrieving;
using MailModule.Engine.Sending;
using MailModule.Mail;
using MailModule.Mime;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Smtp;
using MailModule.Transport;

namespace MailModule.Engine;

// What goes to other hosts and comes from them: messages with a result for each recipient, the queue, the look-up of
// mail hosts, checks, POP3; and the mail that is here.
public sealed partial class MailEngine
{
    /// <summary>
    /// Begins an outgoing message. <see cref="Fault.Argument"/> for an address list that is empty or malformed; where
    /// mail goes into the spool, what opening it gives.
    /// </summary>
    /// <param name="from">Envelope sender; empty for the null path.</param>
    /// <param name="to">Recipients, with commas, semicolons or white space between.</param>
    /// <param name="observer">Null: nobody hears.</param>
    /// <param name="stream">Not null when the result is None.</param>
    public Fault BeginSend(
        SendRoute route, string from, string to, ISubmissionObserver? observer, out IOutgoingStream? stream)
    {
        stream = null;
        if (route.Kind == SubmissionRoute.Server && FindProblem(route) is { } wrong)
            return Fail(Fault.Argument, wrong);
        Fault fault = RunForSending(out RunningEngine? running);
        if (fault != Fault.None)
            return fault;
        fault = OutgoingStream.TryOpen(
            running!.Outgoing, route, from, to, running.Counted(observer), out stream, out string? text);
        return Fail(fault, text);
    }

    /// <summary>
    /// Begins a message that is sent with results. <see cref="Fault.Argument"/> for a route or sender that is
    /// malformed.
    /// </summary>
    /// <param name="from">Envelope sender; empty for the null path.</param>
    /// <param name="observer">Null: nobody hears.</param>
    /// <param name="sending">Not null when the result is None.</param>
    public Fault NewSending(SendOptions options, string from, ISubmissionObserver? observer, out ISending? sending)
    {
        sending = null;
        if (FindProblem(options) is { } wrong)
            return Fail(Fault.Argument, wrong);
        if (!OutgoingMail.TryReadSender(from, out MailAddress sender, out string? text))
            return Fail(Fault.Argument, text);
        Fault fault = RunForSending(out RunningEngine? running);
        if (fault != Fault.None)
            return fault;
        fault = running!.Outgoing.OpenSpoolFor(options.Route, out text);
        if (fault == Fault.None)
            sending = new SendingMessage(running.Outgoing, options, sender, running.Counted(observer));
        return Fail(fault, text);
    }

    /// <summary>
    /// As <see cref="NewSending"/>, for one mail: with its recipients, and with the message if it is made here. Does
    /// not begin it. <see cref="Fault.Argument"/> for what of the draft is wrong.
    /// </summary>
    /// <param name="text">UTF-8, any line ends; of a draft that says so a message is made of it.</param>
    public Fault NewMail(
        SendOptions options, MailDraft draft, ReadOnlySpan<byte> text, ISubmissionObserver? observer,
        out ISending? sending)
    {
        sending = null;
        if (draft.Subject is { } subject && subject.Any(c => char.IsControl(c) && c != '\t'))
            return Fail(Fault.Argument, "subject has a line break or another control character");
        if (DraftAddresses.Read(draft, out string? problem) is not { } addresses)
            return Fail(Fault.Argument, problem);
        Fault fault = NewSending(options, addresses.From.Address.Text, observer, out sending);
        foreach (NamedAddress recipient in addresses.Recipients)
            if (fault == Fault.None)
                fault = sending!.AddRecipient(recipient.Address.Text, Notify.Default, null);
        if (fault == Fault.None && draft.IsMadeHere)
            fault = NewMessageOf(draft, addresses).Write(text, sending!.Write);
        if (fault == Fault.None)
            return Fault.None;
        sending?.Dispose();
        sending = null;
        return fault;
    }

    private NewMessage NewMessageOf(MailDraft draft, DraftAddresses addresses) => new()
    {
        From = addresses.From,
        To = addresses.To,
        Cc = addresses.Cc,
        Subject = draft.Subject,
        Date = TimeProvider.System.GetLocalNow(),
        MessageId = $"{RandomOctets.Hex(16)}@{_settings.Current.OwnName.Text}",
    };

    /// <summary>
    /// Makes a client that speaks SMTP verb by verb; nothing is connected. <see cref="Fault.Argument"/> for a setup
    /// that cannot be; what reading the files of its certificate gives.
    /// </summary>
    /// <param name="client">Not null when the result is None.</param>
    public Fault NewSmtpClient(ClientSetup setup, out SmtpClient? client)
    {
        client = null;
        Fault fault = RunForSending(out _);
        ClientSettings? settings = null;
        if (fault == Fault.None)
            fault = setup.TryRead(out settings);
        if (fault == Fault.None)
            client = new SmtpClient(RunClients, settings!);
        return fault;
    }

    private Fault RunClients(out OpenClients? clients)
    {
        Fault fault = RunForSending(out RunningEngine? running);
        clients = running?.Clients;
        return fault;
    }

    /// <summary>
    /// The hosts that take a domain's mail, best first, with their addresses. Blocks. <see cref="Fault.Dns"/>: not
    /// known for now; <see cref="Fault.NotFound"/>: no such domain or no host; <see cref="Fault.RefusedPermanent"/>: it
    /// takes no mail (RFC 7505); <see cref="Fault.Argument"/>: not a domain name.
    /// </summary>
    /// <param name="limit">Hosts at most.</param>
    /// <param name="nameLimit">A host whose name is longer is left out, if others are not.</param>
    public Fault FindMx(string domain, int limit, int nameLimit, out IReadOnlyList<MailExchanger> hosts)
    {
        hosts = [];
        Fault fault = RunForSending(out RunningEngine? running);
        if (fault != Fault.None)
            return fault;
        var lookup = new MxLookup(
            new MailExchangers(running!.OutboundDelivery.Dns) { HostLimit = limit, NameLimit = nameLimit }, domain,
            running.Stopping);
        MxAnswer answer = lookup.Find(running.Workers);
        hosts = answer.Hosts;
        return Fail(answer.Status switch
        {
            MxStatus.Ok => Fault.None,
            MxStatus.NullMx => Fault.RefusedPermanent,
            MxStatus.NoDomain or MxStatus.NoHost => Fault.NotFound,
            MxStatus.BadDomain => Fault.Argument,
            MxStatus.Cancelled => Fault.Cancelled,
            _ => Fault.Dns,
        }, answer.Text);
    }

    /// <summary>What a host may ask about messages, which begins by it. <see cref="Fault.State"/>: the engine is being
    /// stopped.</summary>
    /// <param name="questions">Not null when the result is None.</param>
    public Fault OpenQuestions(out HostQuestions? questions)
    {
        Fault fault = RunForSending(out RunningEngine? running);
        questions = running?.Questions;
        return fault;
    }

    /// <summary>What the engine gets from other hosts by POP3. <see cref="Fault.State"/>: the engine is being stopped.
    /// When it has stopped, nothing connects by this any more: the next use of the engine has another.</summary>
    /// <param name="retrieval">Not null when the result is None.</param>
    public Fault OpenRetrieval(out Retrieval? retrieval)
    {
        Fault fault = RunForSending(out RunningEngine? running);
        retrieval = running?.Retrieval;
        return fault;
    }

    /// <inheritdoc cref="Retrieval.NewClient"/>
    public Fault NewPop3Client(ClientSetup setup, out Pop3Client? client)
    {
        client = null;
        Fault fault = RunForSending(out _);
        return fault == Fault.None ? Retrieval.NewClient(RunPop3Clients, setup, out client) : fault;
    }

    private Fault RunPop3Clients(out OpenClients? clients)
    {
        Fault fault = OpenRetrieval(out Retrieval? retrieval);
        clients = retrieval?.Clients;
        return fault;
    }

    /// <summary>Spool and mailboxes, whose first use opens them and begins delivery: it may fail as
    /// <see cref="OpenQueue"/> does.</summary>
    /// <param name="data">Not null when the result is None.</param>
    public Fault OpenMailData(out HostMailData? data)
    {
        data = null;
        Fault fault = RunForSending(out RunningEngine? running);
        if (fault != Fault.None)
            return fault;
        fault = running!.OpenMailData(out data, out string? text);
        return Fail(fault, text);
    }

    /// <summary>The queue, whose first use opens the spool and begins delivery. <see cref="Fault.Locked"/> (another
    /// engine has the spool), <see cref="Fault.Io"/>, <see cref="Fault.Full"/>, <see cref="Fault.State"/> while the
    /// engine is being stopped. When the engine has stopped it is empty, and stays so: the next use of the engine has
    /// another.</summary>
    public Fault OpenQueue(out IMailQueue? queue)
    {
        queue = null;
        Fault fault = RunForSending(out RunningEngine? running);
        if (fault != Fault.None)
            return fault;
        fault = running!.OpenQueue(out queue, out string? text);
        return Fail(fault, text);
    }

    /// <summary>
    /// Sets the listener that hears of the queue's events; kept over stops and starts of the engine, and set before the
    /// first use of the queue hears all of it. See <see cref="IMailQueue.SetListener"/>.
    /// </summary>
    public void SetQueueListener(Action<QueueEvent>? listener)
    {
        Action<QueueEvent>? counted = Counted(listener);
        RunningEngine? running;
        lock (_lock)
        {
            _queueListener = counted;
            running = _running;
        }
        running?.SetQueueListener(counted);
    }

    private Action<QueueEvent>? Counted(Action<QueueEvent>? listener) => listener is null ? null : one =>
    {
        using (_hostCalls.Enter(HostCall.QueueEvent))
            listener(one);
    };

    private Fault RunForSending(out RunningEngine? running)
    {
        running = null;
        lock (_lock)
        {
            if (WhyNotRun() is { } reason)
                return Fail(Fault.State, reason);
            return Run(out running);
        }
    }

    private static string? FindProblem(SendOptions options)
    {
        bool isServer = options.Route.Kind == SubmissionRoute.Server;
        if (isServer && FindProblem(options.Route) is { } wrong)
            return wrong;
        if (options.Timeout is { } timeout && timeout <= TimeSpan.Zero)
            return "a time-out is above 0";
        if (options.HelloName is { } name && !IsHelloName(name))
            return "the name for EHLO is neither a domain nor an address";
        // RFC 3461 §4.4: 100 characters at most, printable
        return options.EnvelopeId is { } id && (id.Length is 0 or > 100 || id.Any(c => c is < ' ' or > '~'))
            ? "an envelope id has 1 to 100 printable characters of ASCII"
            : null;
    }

    // An underscore is taken in addresses of others; some hosts refuse it in EHLO.
    private static bool IsHelloName(string name)
    {
        string form = OwnName.Of(name).Text;
        return !form.Contains('_') && Ascii.IsValid(form)
            && AddressGrammar.IsDomainOrLiteral(Encoding.UTF8.GetBytes(form));
    }

    private static string? FindProblem(SendRoute route)
        => route.Host.Length == 0 || route.Port is < 1 or > 65535
            ? "sending needs a host, and a port from 1 to 65535"
            : null;
}
