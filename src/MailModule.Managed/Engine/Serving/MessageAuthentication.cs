using MailModule.Authentication;
using MailModule.Authentication.Checks;
using MailModule.Engine.Settings;
using MailModule.Mail;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// What a stranger's message is checked by on its way in (RFC 7208, RFC 6376, RFC 8617, RFC 9989): SPF is looked up
/// from MAIL on, keys and DMARC from the header's end on, and nobody waits for either before the results are needed.
/// One transaction; appended to by the session's owner, one thread at a time.
/// </summary>
internal sealed class MessageAuthentication
{
    /// <summary>A shorter message is as good as there when its header is: what that names is asked at its end, which
    /// costs one job less.</summary>
    private const int LongMessage = 16 * 1024;

    private readonly SenderChecks _shared;
    private readonly MessageChecks _checks;
    private long _length;
    private bool _hasBegun;
    private bool _isOver;

    /// <param name="request">Of <paramref name="envelope"/>, as the client has sent it.</param>
    public MessageAuthentication(
        SenderChecks shared, AuthenticationRules rules, Envelope envelope, CheckRequest request)
    {
        _shared = shared;
        Rules = rules;
        Envelope = envelope;
        _checks = new MessageChecks(request, new WorkerDns(shared.Dns, shared.RunJob), shared.Clock);
        if (rules.Has(CheckMethods.Spf))
            Run(() => _checks.BeginSpf(shared.Stopping));
    }

    public AuthenticationRules Rules { get; }

    /// <summary>Whose transaction it is of.</summary>
    public Envelope Envelope { get; }

    /// <summary>Somebody in front of who stores the message appends its content, as the client has sent it.</summary>
    public bool IsFedInFront { get; set; }

    /// <summary>Octets of memory.</summary>
    public long Held => _checks.Held;

    /// <summary>What is known by now. Any thread.</summary>
    public MessageResults Known => _checks.Known;

    /// <summary>SPF is known, or is not asked.</summary>
    public bool IsSpfKnown => !Rules.Has(CheckMethods.Spf) || _checks.IsSpfKnown;

    /// <summary>All is known.</summary>
    public bool IsKnown => _checks.IsKnown;

    /// <summary>The next octets of the content; lines with CRLF.</summary>
    public void Append(ReadOnlySpan<byte> content)
    {
        _checks.Append(content);
        _length += content.Length;
        if (!_hasBegun && _length >= LongMessage && _checks.IsHeaderOver)
            BeginLookUps();
    }

    /// <summary>The content is over; again it does nothing.</summary>
    public void End()
    {
        if (_isOver)
            return;
        _isOver = true;
        _checks.End();
    }

    /// <summary>SPF, when it is known. On a worker; goes on on one.</summary>
    public ValueTask<MessageResults> Spf() => _checks.CompleteSpf(_shared.Stopping).OnWorker(_shared.RunJob);

    /// <summary>All, when it is known: behind <see cref="End"/>. On a worker; goes on on one.</summary>
    public ValueTask<MessageResults> All() => _checks.Complete(_shared.Stopping).OnWorker(_shared.RunJob);

    /// <summary>
    /// Hands <paramref name="next"/> over when SPF is known, or all is. No continuation of a task runs it: where
    /// sessions are stepped it belongs to the thread that steps.
    /// </summary>
    public void WhenKnown(bool isAll, Action<IJob> runJob, IJob next)
        => _shared.RunJob(new BeginningJob(async () =>
        {
            try
            {
                await (isAll ? All() : Spf()).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // The session waits, whatever has happened.
                _shared.Log.WriteFailure("smtp", "a message could not be checked", exception);
            }
            runJob(next);
        }));

    /// <summary>The message is gone, or stored: what is still looked up is ended. Any thread.</summary>
    public void Dispose() => _checks.Dispose();

    private void BeginLookUps()
    {
        _hasBegun = true;
        Run(() => _checks.BeginLookUps(_shared.Stopping));
    }

    private void Run(Action begin)
        => _shared.RunJob(new BeginningJob(() =>
        {
            begin();
            return Task.CompletedTask;
        }));
}
