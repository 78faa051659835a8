using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Tests.Delivery.Remote;

/// <summary>What the queue and direct sending have in common, without a network.</summary>
public class TransferTests : IRemoteDelivery
{
    private readonly Transfer<string[]> _transfer;
    private readonly Attempt _attempt = new();
    private Action _atBegin = () => { };
    private bool _isBroken;

    public TransferTests() => _transfer = new Transfer<string[]>(this, "one.test", NewTransaction);

    [Fact]
    public void A_cancel_before_the_beginning_has_returned_cuts_the_attempt()
    {
        _atBegin = _transfer.Cancel;
        _transfer.Begin(new AttemptOwner());
        Assert.Equal(1, _attempt.Cancels);
    }

    [Fact]
    public void A_cancel_cuts_what_is_under_way_and_what_begins_later()
    {
        _transfer.Begin(new AttemptOwner());
        Assert.Equal(0, _attempt.Cancels);
        _transfer.Cancel();
        Assert.Equal(1, _attempt.Cancels);
        _transfer.Begin(new AttemptOwner());
        Assert.Equal(2, _attempt.Cancels);
    }

    [Fact]
    public void What_was_handed_out_is_found_by_its_transaction()
    {
        string[] first = ["a@one.test"], second = ["a@one.test"];
        SmtpClientTransaction one = _transfer.HandOut(first), other = _transfer.HandOut(second);
        Assert.Same(first, _transfer.MembersOf(one));
        Assert.Same(second, _transfer.MembersOf(other));
        Assert.Same(second, _transfer.TakeBack(other));
        Assert.Equal(1, _transfer.UnderWay);
        Assert.Same(first, _transfer.TakeBack(one));
        Assert.Equal(0, _transfer.UnderWay);
    }

    [Fact]
    public void What_could_not_be_made_a_transaction_of_is_found_at_the_end()
    {
        string[] members = ["a@one.test"];
        _isBroken = true;
        Assert.Throws<IOException>(() => _transfer.HandOut(members));
        Assert.Same(members, _transfer.TakeBackAny());
        Assert.Null(_transfer.TakeBackAny());
    }

    [Fact]
    public void A_transaction_has_all_that_the_envelope_says()
    {
        var envelope = new Envelope { Return = ReturnContent.Headers, EnvelopeId = "id", Utf8 = true };
        SmtpClientTransaction said = AttemptOwner.Transaction("hello\n", "a@one.test");
        SmtpClientTransaction one = SmtpClientTransaction.Of(envelope, said.Recipients, said.Source);
        Assert.Equal((ReturnContent.Headers, "id", true), (one.Return, one.EnvelopeId, one.IsUtf8));
        Assert.Same(said.Recipients, one.Recipients);
    }

    IDeliveryAttempt IRemoteDelivery.Begin(string nextHop, IAttemptOwner owner)
    {
        Assert.Equal("one.test", nextHop);
        _atBegin();
        return _attempt;
    }

    private SmtpClientTransaction NewTransaction(string[] members)
        => _isBroken ? throw new IOException("no content") : AttemptOwner.Transaction("hello\n", members);

    private sealed class Attempt : IDeliveryAttempt
    {
        public bool WasReady => false;
        public int Cancels { get; private set; }
        public void Cancel() => Cancels++;

        public void GiveUpWaiting() => Cancels++;
    }
}
