using MailModule.Engine.Authenticating;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>Reads <c>mm_sign_options</c>.</summary>
internal static class SignOptionsReader
{
    /// <param name="pointer">0: the keys of the settings.</param>
    /// <param name="key">Null: the keys of the settings.</param>
    public static Fault Read(nint pointer, out GivenKey? key)
    {
        key = null;
        if (pointer == 0)
            return Fault.None;
        var fault = Layout.Read(pointer, out SignOptionsLayout given);
        if (fault != Fault.None)
            return fault;
        if ((given.Key == 0) == (given.KeyPath == 0))
            return FaultReason.Because(Fault.Argument, "there is one key: key or key_path");
        string? pem = null, path = null;
        string selector = "";
        fault = Text.Read(given.Domain, "domain", out string domain);
        if (fault == Fault.None)
            fault = Text.Read(given.Selector, "selector", out selector);
        if (fault == Fault.None)
            fault = Text.ReadOptional(given.Key, "key", out pem);
        if (fault == Fault.None)
            fault = Text.ReadOptional(given.KeyPath, "key_path", out path);
        if (fault == Fault.None && path is { Length: 0 })
            fault = FaultReason.Because(Fault.Argument, "key_path is empty");
        if (fault == Fault.None)
            key = new GivenKey(domain, selector, pem, path);
        return fault;
    }
}
