using MailModule.Engine.Authenticating;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>What an <c>mm_auth</c> stands for, with all its texts. Nothing changes it before its end.</summary>
internal sealed class AuthHandle
{
    private readonly FoundResults _results;
    private readonly nint[] _texts;
    private nint _memory;
    private int _isFreed;

    private AuthHandle(FoundResults results)
    {
        _results = results;
        string[] texts = [.. results.All.SelectMany(AuthResultWriter.TextsOf)];
        _texts = new nint[texts.Length];
        _memory = TextBlock.Allocate(texts, _texts);
    }

    public nint Address { get; private set; }

    public int Count => _results.All.Count;

    /// <summary>Makes the handle of results.</summary>
    public static Fault Open(FoundResults results, out nint handle)
    {
        var auth = new AuthHandle(results);
        auth.Address = handle = HandleTable.Add(auth);
        if (handle != 0)
            return Fault.None;
        auth.FreeTexts();
        return HandleTable.TooMany;
    }

    public Fault WriteResult(int index, nint place)
    {
        var fault = Layout.Check<AuthResultLayout>(place);
        if (fault != Fault.None)
            return fault;
        if (index < 0 || index >= Count)
            return FaultReason.Because(Fault.NotFound, $"there is no result {index}");
        var texts = _texts.AsSpan(index * AuthResultWriter.TextCount, AuthResultWriter.TextCount);
        Layout.Write(place, AuthResultWriter.LayoutOf(_results.All[index], texts));
        return Fault.None;
    }

    /// <summary>The field Authentication-Results.</summary>
    /// <param name="name">Who has checked; null: our own.</param>
    public Fault Field(string? name, out string field) => _results.WriteField(name, out field);

    public Fault Free()
    {
        if (Interlocked.Exchange(ref _isFreed, 1) != 0)
            return FaultReason.Because(Fault.Handle, "another thread has freed it");
        HandleTable.Remove(Address);
        FreeTexts();
        return Fault.None;
    }

    private void FreeTexts()
    {
        Text.Free(_memory);
        _memory = 0;
    }
}
