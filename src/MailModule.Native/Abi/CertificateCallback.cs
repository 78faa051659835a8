using System.Runtime.InteropServices;
using MailModule.Transport;

namespace MailModule.Native.Abi;

/// <summary>A host's <c>mm_certificate_fn</c>.</summary>
internal sealed unsafe class CertificateCallback(nint callback, nint user)
{
    private const int Texts = 5;
    private const int ChainLimit = 32;

    public bool Decide(ShownCertificate shown, bool isAccepted)
    {
        Span<nint> texts = stackalloc nint[Texts];
        var certificate = shown.Certificate;
        string?[] words = [shown.Host, shown.Subject, shown.Issuer, shown.Names, shown.Words];
        nint memory = TextBlock.Allocate(words, texts);
        var chain = shown.Chain;
        int count = Math.Min(chain.Count, ChainLimit);
        var pins = new GCHandle[count];
        nint* places = stackalloc nint[ChainLimit];
        nuint* lengths = stackalloc nuint[ChainLimit];
        for (int i = 0; i < count; i++)
        {
            pins[i] = GCHandle.Alloc(chain[i], GCHandleType.Pinned);
            (places[i], lengths[i]) = (pins[i].AddrOfPinnedObject(), (nuint)chain[i].Length);
        }
        var layout = new CertificateLayout
        {
            Size = (nuint)sizeof(CertificateLayout),
            Host = texts[0],
            Subject = texts[1],
            Issuer = texts[2],
            Names = texts[3],
            ProblemText = texts[4],
            Chain = (nint)places,
            ChainLengths = (nint)lengths,
            NotBefore = Times.Of(certificate?.NotBefore),
            NotAfter = Times.Of(certificate?.NotAfter),
            ChainCount = count,
            Problems = (int)shown.Problems,
        };
        int accept = isAccepted ? 1 : 0;
        using (Callbacks.EnterInsideCall())
            ((delegate* unmanaged[Cdecl]<CertificateLayout*, int*, nint, void>)callback)(&layout, &accept, user);
        foreach (var pin in pins)
            pin.Free();
        Text.Free(memory);
        return accept != 0;
    }
}
