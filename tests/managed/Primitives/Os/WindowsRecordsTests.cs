using System.Buffers.Binary;
using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Tests.Primitives.Os;

/// <summary>What Windows says of files and folders, read by octets.</summary>
public class WindowsRecordsTests
{
    private const uint FolderAttribute = 0x10, NormalAttribute = 0x80, ReparseAttribute = 0x400;

    [Fact]
    public void Entries_of_a_folder_become_records_in_their_order()
    {
        byte[] records = Entries(
            ("a.eml", NormalAttribute), ("käse\u4E2D", NormalAttribute), ("cur", FolderAttribute),
            ("link", FolderAttribute | ReparseAttribute));
        Assert.Equal(
            [("a.eml", DirectoryRecords.Regular), ("käse\u4E2D", DirectoryRecords.Regular),
                ("cur", DirectoryRecords.Directory), ("link", DirectoryRecords.Unknown)],
            Walk(records));
    }

    [Fact]
    public void No_entry_is_no_record() => Assert.Empty(Walk([]));

    [Theory]
    [InlineData(1)]
    [InlineData(43)]
    [InlineData(44)]
    [InlineData(45)]
    [InlineData(255)]
    public void Half_as_much_again_is_room_for_the_longest_names(int length)
    {
        string name = new('\u4E2D', length);
        Assert.Equal(2, Walk(Entries((name, NormalAttribute), (name, NormalAttribute))).Count(e => e.Name == name));
    }

    [Fact]
    public void A_stamp_has_what_identifies_a_file()
    {
        FileStamp stamp = WindowsStamp.Of(AllInformation(NormalAttribute, links: 2), volume: 7, isLink: false);
        Assert.Equal(new FileStamp(7, 0x1122334455, 1_500, 99) { Mode = 0x180, IsRegular = true, Links = 2 }, stamp);
    }

    [Fact]
    public void What_is_being_deleted_has_no_name_left()
    {
        byte[] all = AllInformation(FolderAttribute, links: 1);
        (all[60], all[61]) = (1, 1);
        FileStamp stamp = WindowsStamp.Of(all, volume: 7, isLink: false);
        Assert.True(stamp.IsDirectory);
        Assert.Equal(0u, stamp.Links);
    }

    [Fact]
    public void A_link_to_a_folder_is_a_link()
    {
        byte[] all = AllInformation(FolderAttribute | ReparseAttribute, links: 1);
        all[61] = 1;
        FileStamp stamp = WindowsStamp.Of(all, volume: 7, isLink: true);
        Assert.Equal((true, false, false), (stamp.IsSymbolicLink, stamp.IsDirectory, stamp.IsRegular));
    }

    [Theory]
    [InlineData("010100000000000512000000", true)]
    [InlineData("01020000000000052000000020020000", true)]
    [InlineData("01020000000000052000000021020000", false)]
    [InlineData("010100000000000514000000", false)]
    public void An_owner_is_the_administrators_or_another(string sid, bool isAdministrators)
    {
        byte[] descriptor = new byte[64];
        descriptor[4] = 20;
        Convert.FromHexString(sid).CopyTo(descriptor, 20);
        Assert.Equal(isAdministrators, WindowsStamp.IsAdministratorsOwn(descriptor));
    }

    [Theory]
    [InlineData(0xA0000003, @"\??\D:\mail", 0, @"D:\mail", false)]
    [InlineData(0xA0000003, @"\??\Volume{1-2}\", 0, @"\\?\Volume{1-2}\", false)]
    [InlineData(0xA000000C, @"\??\UNC\server\share\x", 0, @"\\server\share\x", false)]
    [InlineData(0xA000000C, @"..\x", 1, @"..\x", true)]
    public void A_link_says_where_it_leads(uint tag, string substitute, uint flags, string target, bool isRelative)
    {
        Assert.True(WindowsLink.TryRead(Link(tag, substitute, flags), out string found, out bool relative));
        Assert.Equal((target, isRelative), (found, relative));
    }

    [Theory]
    [InlineData(0x80000013)]
    [InlineData(0x9000001A)]
    public void A_reparse_point_of_another_kind_is_no_link(uint tag)
    {
        Assert.False(WindowsStamp.IsLink(tag));
        Assert.False(WindowsLink.TryRead(Link(tag, "x", 0), out _, out _));
    }

    [Fact]
    public void A_link_that_is_longer_than_its_record_is_none()
    {
        byte[] record = Link(0xA0000003, @"\??\D:\mail", 0);
        record[11] = 0x70;
        Assert.False(WindowsLink.TryRead(record, out _, out _));
    }

    private static List<(string Name, byte Kind)> Walk(byte[] records)
    {
        byte[] room = new byte[records.Length / 2 * 3];
        var found = new List<(string, byte)>();
        var entries = new DirectoryRecords(room.AsSpan(0, WindowsFolder.Convert(records, room)));
        while (entries.Next())
            found.Add((Encoding.UTF8.GetString(entries.Name), entries.Kind));
        return found;
    }

    // FILE_DIRECTORY_INFORMATION, one after another, at multiples of eight; the last one ends with its name.
    private static byte[] Entries(params (string Name, uint Attributes)[] entries)
    {
        var all = new List<byte>();
        for (int i = 0; i < entries.Length; i++)
        {
            byte[] name = Encoding.Unicode.GetBytes(entries[i].Name);
            bool isLast = i == entries.Length - 1;
            byte[] entry = new byte[isLast ? 64 + name.Length : (64 + name.Length + 7) / 8 * 8];
            BinaryPrimitives.WriteInt32LittleEndian(entry, isLast ? 0 : entry.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(56), entries[i].Attributes);
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(60), name.Length);
            name.CopyTo(entry, 64);
            all.AddRange(entry);
        }
        return [.. all];
    }

    // FILE_ALL_INFORMATION of a file of 99 octets that was written 15 ticks after the beginning of 1970.
    private static byte[] AllInformation(uint attributes, uint links)
    {
        byte[] all = new byte[112];
        BinaryPrimitives.WriteInt64LittleEndian(all.AsSpan(16), 116_444_736_000_000_015);
        BinaryPrimitives.WriteUInt32LittleEndian(all.AsSpan(32), attributes);
        BinaryPrimitives.WriteInt64LittleEndian(all.AsSpan(48), 99);
        BinaryPrimitives.WriteUInt32LittleEndian(all.AsSpan(56), links);
        BinaryPrimitives.WriteInt64LittleEndian(all.AsSpan(64), 0x1122334455);
        return all;
    }

    // REPARSE_DATA_BUFFER; a symbolic link's has flags before the names.
    private static byte[] Link(uint tag, string substitute, uint flags)
    {
        byte[] record = new byte[256];
        byte[] name = Encoding.Unicode.GetBytes(substitute);
        BinaryPrimitives.WriteUInt32LittleEndian(record, tag);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(10), (ushort)name.Length);
        if (tag == 0xA000000C)
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(16), flags);
        name.CopyTo(record, tag == 0xA000000C ? 20 : 16);
        return record;
    }
}
