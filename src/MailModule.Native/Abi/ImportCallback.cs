using MailModule.Engine.Importing;

namespace MailModule.Native.Abi;

/// <summary>The host's callback for files of the old module that are taken over.</summary>
/// <param name="callback">0: nobody hears.</param>
internal sealed unsafe class ImportCallback(nint callback, nint user)
{
    private const int Texts = 4;

    /// <returns>False: the host wants no more.</returns>
    public bool Invoke(ImportedFile file)
    {
        if (callback == 0)
            return true;
        Span<nint> texts = stackalloc nint[Texts];
        string?[] given = [file.Path, file.User, file.Folder, file.Text];
        nint memory = TextBlock.Allocate(given, texts);
        var layout = new ImportFileLayout
        {
            Size = (nuint)sizeof(ImportFileLayout),
            Path = texts[0],
            Name = texts[1],
            Folder = texts[2],
            Text = texts[3],
            Octets = file.Octets,
            Error = -(int)file.Fault,
            Known = file.IsKnown ? 1 : 0,
        };
        int code;
        using (Callbacks.EnterInsideCall())
            code = ((delegate* unmanaged[Cdecl]<ImportFileLayout*, nint, int>)callback)(&layout, user);
        Text.Free(memory);
        return code == 0;
    }
}
