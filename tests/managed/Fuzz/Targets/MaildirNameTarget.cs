using System.Text;
using MailModule.Mailbox;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// File names in mailboxes, ours and other programs', and folders as users name them: sizes and ids come back, and
/// nothing leads out of the mailbox.
/// </summary>
internal static class MaildirNameTarget
{
    private const string Id = "0123456789abcdefABCDEF0";

    public static void Check(byte[] input)
    {
        ReadName(input);
        CorrectName(input);
        WriteName(Encoding.UTF8.GetString(input), input.Length * 1_000_003L);
        NameFolder(Encoding.UTF8.GetString(input));
    }

    private static void ReadName(ReadOnlySpan<byte> name)
    {
        int unique = MaildirName.UniqueLength(name);
        Assert.InRange(unique, 0, name.Length);
        Assert.True(MaildirName.Id(name[..unique]).Length <= unique);
        Assert.True(MaildirName.Time(name) >= 0 && MaildirName.WireLength(name) >= -1);
        Span<byte> id = stackalloc byte[MaildirName.UniqueLimit];
        int length = MaildirName.WriteUniqueId(name[..unique], id);
        // RFC 1939 §7: one to 70 characters from 0x21 to 0x7E
        Assert.True(length is >= 1 and <= 70 && !id[..length].ContainsAnyExceptInRange((byte)0x21, (byte)0x7e));
        Span<byte> again = stackalloc byte[MaildirName.UniqueLimit];
        Assert.True(id[..length].SequenceEqual(again[..MaildirName.WriteUniqueId(id[..length], again)]));
    }

    private static void CorrectName(ReadOnlySpan<byte> name)
    {
        var size = new MessageSize(12, 34);
        ReadOnlySpan<byte> right = MaildirName.WithSizes(new byte[name.Length + MaildirName.SizesRoom], name, size);
        int unique = MaildirName.UniqueLength(name), colon = name.IndexOf((byte)':');
        Assert.True(name[..unique].SequenceEqual(right[..MaildirName.UniqueLength(right)]));
        Assert.True(right.EndsWith(colon < 0 ? default : name[colon..]));
        Assert.Equal((12, 34), (MaildirName.Length(right), MaildirName.WireLength(right)));
        Assert.False(MaildirName.TellsOther(right, size));
        Assert.True(right.SequenceEqual(
            MaildirName.WithSizes(new byte[right.Length + MaildirName.SizesRoom], right, size)));
    }

    private static void WriteName(string host, long size)
    {
        Span<byte> room = stackalloc byte[MaildirName.Room];
        ReadOnlySpan<byte> name = MaildirName.Write(room, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), Id,
            MaildirName.EscapeHost(host), size, size + 5, out int unique);
        Assert.True(name.IndexOfAny("/: \0"u8) < 0 && !name.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e));
        Assert.Equal(unique, MaildirName.UniqueLength(name));
        Assert.True(unique <= MaildirName.UniqueLimit);
        Assert.Equal((1_700_000_000, size + 5), (MaildirName.Time(name), MaildirName.WireLength(name)));
        Assert.True(MaildirName.Id(name[..unique]).SequenceEqual(Encoding.ASCII.GetBytes(Id)));
    }

    private static void NameFolder(string text)
    {
        if (!SubFolder.TryParse(text, "/home/ann", out string folder))
            return;
        Assert.True(Encoding.UTF8.GetByteCount(folder) <= 200);
        Assert.All(folder.Split('/'), name => Assert.True(
            name.Length > 0 && !name.Contains('.') && !name.Any(char.IsControl), $"not a folder inside: {folder}"));
        if (folder != folder.Trim())
            return; // blanks around a name are not a user's way to say it
        Assert.True(SubFolder.TryParse(folder, "/home/ann", out string again));
        Assert.True(again == folder || folder.StartsWith("Maildir/", StringComparison.Ordinal)
            || folder.StartsWith("mbox/", StringComparison.Ordinal), $"{folder} became {again}");
    }
}
