using MailModule.Primitives;
using MailModule.Primitives.Os;
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

    /// <summary>It failed before a server could say anything.</summary>
    /// <param name="cancelWords">Who has cancelled it.</param>
    internal static ClientFailure OfOpening(ClientLink link, Fault fault, string cancelWords)
    {
        bool isResolving = link.Stage == ClientStage.Resolve && fault != Fault.Cancelled;
        ConnectionError? error = isResolving ? null : link.Link.Error;
        string words = fault == Fault.Cancelled ? cancelWords
            : isResolving ? link.ResolvingText
            : error is null && !OpenSsl.IsThere ? OpenSsl.Missing
            : error?.Text ?? FaultWords.Of(fault);
        return Of(link, fault, link.Stage, isResolving ? words : Place(link, words, at: "")) with
        {
            Layer = isResolving ? link.ResolvingLayer : LayerOf(fault, error),
        };
    }

    /// <summary>What has ended a connection, with what it knows of its end.</summary>
    internal static ClientFailure Of(ClientLink link, Fault fault, ClientStage stage, string text)
    {
        ConnectionError? error = link.ErrorOf(fault);
        return new ClientFailure(fault, text)
        {
            Layer = LayerOf(fault, error),
            Stage = stage,
            Host = link.Host,
            Peer = link.Peer,
            SystemError = error?.SystemError ?? 0,
            TlsAlert = error?.TlsAlert ?? -1,
            Certificate = error?.Certificate ?? CertificateProblems.None,
        };
    }

    /// <summary>As docs/errors.md has it: who, at which command, what.</summary>
    /// <param name="at">Empty: at none.</param>
    internal static string Place(ClientLink link, string words, string at)
    {
        bool isNamed = link.Host.Length > 0 && !HostAddresses.TryReadLiteral(link.Host, out _);
        string who = isNamed && link.Peer.Length > 0 ? $"{link.Host} ({link.Peer})"
            : link.Peer.Length > 0 ? link.Peer
            : link.Host.Length > 0 ? link.Host
            : "the server";
        return at.Length == 0 ? $"{who}: {words}" : $"{who} at {at}: {words}";
    }

    private static ErrorLayer LayerOf(Fault fault, ConnectionError? error) => fault switch
    {
        Fault.Cancelled => ErrorLayer.Host,
        Fault.Protocol => ErrorLayer.Protocol,
        _ when error?.Fault == fault => error.Layer,
        Fault.Tls or Fault.CertificateName => ErrorLayer.Tls,
        _ => ErrorLayer.Network,
    };
}
