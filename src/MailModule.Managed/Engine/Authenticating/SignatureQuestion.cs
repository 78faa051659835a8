using System.Buffers;
using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Dkim;
using MailModule.Primitives;

namespace MailModule.Engine.Authenticating;

/// <summary>A signature by DKIM over one message, for the host. Its answer are the fields.</summary>
internal sealed class SignatureQuestion : HostQuestion<string>
{
    private readonly DkimSigning _signing;
    private readonly MessagePass _pass;

    public SignatureQuestion(HostQuestions all, IDkimKeys keys) : base(all)
    {
        _signing = new DkimSigning(keys, TimeProvider.System);
        _pass = new MessagePass(_signing);
    }

    public override void Append(ReadOnlySpan<byte> octets) => _pass.Append(octets);

    public override void End() => _pass.End();

    internal override bool IsLocal => true;

    internal override ValueTask<HostAnswer<string>> Ask(CancellationToken cancel) => new(Sign());

    private HostAnswer<string> Sign()
    {
        if (!_signing.IsSigned)
            return _signing.Reason.Length > 0
                ? HostAnswer<string>.Not(Fault.Argument, _signing.Reason)
                : HostAnswer<string>.Not(Fault.NotFound, "there is no key for the domain of the From field");
        var fields = new ArrayBufferWriter<byte>();
        _signing.WriteFields(fields);
        return fields.WrittenCount > 0
            ? HostAnswer<string>.Of(Encoding.UTF8.GetString(fields.WrittenSpan))
            : HostAnswer<string>.Not(Fault.Tls, _signing.Reason);
    }
}
