using MailModule.Primitives;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Engine.Connecting;

/// <summary>Why a call of a client of the host failed, as data. Immutable.</summary>
/// <param name="Text">Beside what the fault means: who said or did what, and at which command.</param>
public sealed record ClientFailure(Fault Fault, string Text)
{
    public static readonly ClientFailure None = new(Fault.None, "") { Layer = ErrorLayer.None };

    public ErrorLayer Layer { get; init; } = ErrorLayer.Use;
    public ClientStage Stage { get; init; }

    /// <summary>The server as the host named it; empty if it did not.</summary>
    public string Host { get; init; } = "";

    /// <summary>The address and port that was spoken to; empty if there was none.</summary>
    public string Peer { get; init; } = "";

    /// <summary>The operating system's number; 0: it had none.</summary>
    public int SystemError { get; init; }

    /// <summary>The alert that the peer sent (RFC 8446 §6); -1: none is known.</summary>
    public int TlsAlert { get; init; } = -1;

    public CertificateProblems Certificate { get; init; }

    /// <summary>The same may succeed later without anybody changing anything (docs/errors.md).</summary>
    public bool MayRetry => Fault is Fault.Memory or Fault.Full or Fault.Dns or Fault.Connect or Fault.Closed
        or Fault.Timeout or Fault.RefusedTemporary;

    internal static ErrorLayer LayerOf(Fault fault, ConnectionError? error) => fault switch
    {
        Fault.Cancelled => ErrorLayer.Host,
        Fault.Protocol => ErrorLayer.Protocol,
        _ when error?.Fault == fault => error.Layer,
        Fault.Tls or Fault.CertificateName => ErrorLayer.Tls,
        _ => ErrorLayer.Network,
    };
}
