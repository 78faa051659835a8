using MailModule.Mime.Composing;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>Reads <c>mm_attachment</c>.</summary>
internal static unsafe class AttachmentReader
{
    public static Fault Read(in AttachmentLayout given, out Attachment? attachment)
    {
        attachment = null;
        var fault = Text.ReadOptional(given.Name, "name", out string? name);
        if (fault != Fault.None || (fault = Text.ReadOptional(given.Type, "type", out string? type)) != Fault.None)
            return fault;
        fault = Text.ReadOptional(given.ContentId, "content_id", out string? contentId);
        if (fault == Fault.None)
            fault = ReadSource(given, out attachment);
        if (fault == Fault.None)
            attachment = attachment! with { Name = name, Type = type ?? attachment.Type, ContentId = contentId };
        return fault;
    }

    private static Fault ReadSource(in AttachmentLayout given, out Attachment? attachment)
    {
        attachment = null;
        int sources = (given.Content != 0 ? 1 : 0) + (given.Path != 0 ? 1 : 0) + (given.Read != 0 ? 1 : 0);
        if (sources != 1)
            return FaultReason.Because(Fault.Argument, "one of content, path and read has to be given");
        if (given.Content == 0 && given.ContentSize != 0)
            return FaultReason.Because(Fault.Argument, "content is NULL, and content_size is not 0");
        if (given.ContentSize > (nuint)Array.MaxLength)
            return FaultReason.Because(Fault.Argument, "content_size is above 2 GiB: give a file or a callback");
        if (given.Path != 0)
            return ReadPath(given.Path, out attachment);
        attachment = given.Read != 0
            ? Attachment.FromReader(new HostReader(given.Read, given.User).Read)
            : Attachment.FromMemory(new ReadOnlySpan<byte>((void*)given.Content, (int)given.ContentSize).ToArray());
        return Fault.None;
    }

    private static Fault ReadPath(nint given, out Attachment? attachment)
    {
        attachment = null;
        var fault = Text.Read(given, "path", out string path);
        if (fault != Fault.None)
            return fault;
        if (path.Length == 0)
            return FaultReason.Because(Fault.Argument, "path is empty");
        if (Directory.Exists(path))
            return FaultReason.Because(Fault.Io, $"{path}: it is a folder");
        if (!File.Exists(path))
            return FaultReason.Because(Fault.NotFound, $"{path}: there is no such file");
        attachment = Attachment.FromFile(path);
        return Fault.None;
    }
}
