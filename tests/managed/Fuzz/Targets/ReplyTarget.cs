using System.Text;
using MailModule.Smtp;
using MailModule.Smtp.Client;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// Replies of other hosts: any cut gives the same; nothing in them steers a terminal or ends a line; in their wire
/// form they read the same; what EHLO offers is read without trouble.
/// </summary>
internal static class ReplyTarget
{
    private const int LineLimit = 512;

    public static void Check(byte[] input)
    {
        List<string> whole = Read(input, Pieces.Whole, CheckReply);
        foreach (Pieces cut in PiecesExtensions.Cut)
            Assert.Equal(whole, Read(input, cut, static _ => { }));
    }

    private static List<string> Read(byte[] input, Pieces pieces, Action<Reply> each)
    {
        var reader = new ReplyReader();
        var found = new List<string>();
        byte[] kept = [];
        for (int at = 0, end; at < input.Length; at = end)
        {
            end = pieces.EndOf(input, at);
            ReadOnlySpan<byte> rest = (byte[])[.. kept, .. input.AsSpan(at, end - at)];
            ReplyResult result;
            while ((result = reader.Read(ref rest, out Reply reply)) == ReplyResult.Reply)
            {
                each(reply);
                found.Add(Shown(reply));
            }
            if (result == ReplyResult.Malformed)
                return [.. found, "malformed"];
            kept = rest.ToArray();
        }
        return found;
    }

    private static string Shown(Reply reply) => $"{reply.Code} {reply.Enhanced} {string.Join('|', reply.Lines)}";

    private static void CheckReply(Reply reply)
    {
        Assert.InRange(reply.Code, 200, 599);
        Assert.False(reply.Lines.Any(line => line.Any(char.IsControl)), "a control character in a reply");
        Assert.Equal(reply.Join("/").Length, reply.TextLength);
        CheckExtensions(reply);
        string wire = Encoding.UTF8.GetString(reply.Wire);
        if (wire.Split("\r\n").Any(line => line.Length * 3 > LineLimit))
            return;
        ReadOnlySpan<byte> again = reply.Wire;
        Assert.Equal(ReplyResult.Reply, new ReplyReader().Read(ref again, out Reply second));
        Assert.True(again.IsEmpty, "one reply became two");
        Assert.Equal((reply.Code, reply.Enhanced, reply.Lines[0], reply.Lines.Count),
            (second.Code, second.Enhanced, second.Lines[0], second.Lines.Count));
    }

    private static void CheckExtensions(Reply reply)
    {
        var offered = new ServerExtensions(reply.Lines.Skip(1));
        Assert.True(offered.SizeLimit >= 0);
        Assert.All(offered.LoginMechanisms, name => Assert.True(name.Length > 0 && !name.Contains(' ')));
        Assert.True(offered.Size || offered.SizeLimit == 0);
    }
}
