using System.Runtime.InteropServices;

namespace MailModule.Native.Abi;

/// <summary>The C half of the edge (Shim/edge.h), linked into the library.</summary>
internal static unsafe partial class Shim
{
    private const string Library = "mailmodule-shim";

    [LibraryImport(Library, EntryPoint = "mmi_fail")]
    [SuppressGCTransition]
    public static partial void Fail(int code, byte* detail);

    [LibraryImport(Library, EntryPoint = "mmi_tell")]
    [SuppressGCTransition]
    public static partial void Tell(int code, byte* detail);

    /// <summary>The meaning of an <c>MM_E_…</c> value: static text.</summary>
    [LibraryImport(Library, EntryPoint = "mm_strerror")]
    [SuppressGCTransition]
    public static partial byte* Meaning(int code);

    [LibraryImport(Library, EntryPoint = "mmi_call_request")]
    public static partial int CallRequest(
        nint callback, nint stream, byte* name, int action, byte* text1, byte* text2, byte* text3, int number);

    [LibraryImport(Library, EntryPoint = "mmi_unshare")]
    [SuppressGCTransition]
    public static partial void Unshare(int descriptor, int isOurs);

    [LibraryImport(Library, EntryPoint = "mmi_call_log")]
    public static partial void CallLog(nint callback, int level, byte* area, byte* text, nint user);
}
