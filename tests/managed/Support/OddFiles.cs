using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MailModule.Tests.Support;

/// <summary>What a user may put where a file is expected.</summary>
public enum OddFile
{
    SymbolicLink,
    DanglingLink,
    Pipe,
    Folder,
    Socket,
    Device,
    HardLink,
}

/// <summary>Makes what no file of a mailbox should be, and changes owners.</summary>
internal static partial class OddFiles
{
    public const int Stranger = 65533;

    private const int EndlessZeros = (1 << 8) | 5;
    private const int CharacterDevice = 0x2000;

    public static bool IsRoot { get; } = OperatingSystem.IsLinux() && geteuid() == 0;

    /// <summary>Every kind that this process can make; a device takes root.</summary>
    public static IEnumerable<OddFile> Kinds
        => Enum.GetValues<OddFile>().Where(kind => kind != OddFile.Device || IsRoot);

    /// <param name="outside">What links lead to: a file or a folder outside of the home.</param>
    public static void Make(OddFile kind, string path, string outside)
    {
        switch (kind)
        {
            case OddFile.SymbolicLink:
                File.CreateSymbolicLink(path, outside);
                break;
            case OddFile.DanglingLink:
                File.CreateSymbolicLink(path, outside + ".missing");
                break;
            case OddFile.Pipe:
                MakePipe(path);
                break;
            case OddFile.Folder:
                Directory.CreateDirectory(path);
                break;
            case OddFile.Socket:
                using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
                    MakeSocket(socket, path);
                break;
            case OddFile.Device:
                Assert.Equal(0, mknod(path, CharacterDevice | 0x1B6, EndlessZeros));
                break;
            case OddFile.HardLink:
                Assert.Equal(0, link(outside, path));
                break;
        }
    }

    public static void MakePipe(string path) => Assert.Equal(0, mkfifo(path, 0x1B6));

    public static void GiveTo(int owner, params string[] paths)
    {
        foreach (string path in paths)
            Assert.Equal(0, lchown(path, owner, owner));
    }

    public static int OwnerOf(string path)
    {
        Assert.Equal(0, MailModule.Primitives.Os.FileCalls.Real.Stat(
            [.. System.Text.Encoding.UTF8.GetBytes(path), 0], out var stamp));
        return (int)stamp.Owner.User;
    }

    // Disposing of a socket that is bound takes its file away; under another name it stays.
    private static void MakeSocket(Socket socket, string path)
    {
        string first = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        socket.Bind(new UnixDomainSocketEndPoint(first));
        Assert.Equal(0, rename(first, path));
    }

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mknod(string path, uint mode, ulong device);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string from, string to);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string from, string to);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, int owner, int group);
}

/// <summary>A test that gives files to another user; only root can.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (!OddFiles.IsRoot)
            Skip = "only root can give files to another user";
    }
}
