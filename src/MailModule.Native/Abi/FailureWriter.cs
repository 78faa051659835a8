using System.Runtime.InteropServices;
using MailModule.Engine.Connecting;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>Fills <c>mm_error_detail</c> with the last failure of a client.</summary>
internal static unsafe class FailureWriter
{
    /// <param name="texts">Where its texts live.</param>
    /// <param name="known">Null: there was none.</param>
    public static Fault Write(nint place, KeptBlock texts, ClientFailure? known)
    {
        var fault = Layout.Check<ErrorDetailLayout>(place);
        if (fault != Fault.None)
            return fault;
        var failure = known ?? ClientFailure.None;
        nint[] places = texts.Of(failure, () => [MessageOf(failure), failure.Host, failure.Peer]);
        Layout.Write(place, new ErrorDetailLayout
        {
            Message = places[0],
            Host = places[1],
            Peer = places[2],
            Code = -(int)failure.Fault,
            Layer = (int)failure.Layer,
            Stage = (int)failure.Stage,
            SystemError = failure.SystemError,
            TlsAlert = failure.TlsAlert,
            Certificate = (int)failure.Certificate,
            Retry = failure.MayRetry ? 1 : 0,
        });
        return Fault.None;
    }

    // As mm_last_error_message has told it.
    private static string MessageOf(ClientFailure failure)
    {
        if (failure.Fault == Fault.None)
            return "";
        string meaning = Marshal.PtrToStringUTF8((nint)Shim.Meaning(-(int)failure.Fault)) ?? "";
        return failure.Text.Length == 0 ? meaning : $"{meaning}: {failure.Text}";
    }
}
