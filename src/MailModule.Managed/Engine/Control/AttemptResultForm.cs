using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Engine.Control;

/// <summary>What an attempt brought, as it goes over a control connection: what the C edge shows of it.</summary>
internal static class AttemptResultForm
{
    /// <param name="hasCodes">The reply's lines have their codes in them, as the queue shows them.</param>
    public static void Write(FrameWriter frame, AttemptResult? result, bool hasCodes)
    {
        frame.Byte(result is null ? (byte)0 : (byte)1);
        if (result is null)
            return;
        frame.Number((int)result.Fault);
        frame.Number(result.ReplyCode);
        frame.Text(result.Status);
        frame.Text(hasCodes ? result.Text : result.Words);
        frame.Text(result.SaidBy);
    }

    public static AttemptResult? Read(ref FrameReader frame)
    {
        if (frame.Byte() == 0)
            return null;
        var fault = (Fault)frame.Number();
        int code = frame.Number();
        string status = frame.Text(), text = frame.Text(), host = frame.Text();
        AttemptResultKind kind = fault == Fault.None ? AttemptResultKind.Delivered : AttemptResultKind.Deferred;
        return AttemptResult.Kept(kind, fault, code, status, text, host, tls: null);
    }
}
