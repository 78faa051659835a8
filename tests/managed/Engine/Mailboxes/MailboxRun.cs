using System.Text;
using MailModule.Engine;
using MailModule.Engine.Mailboxes;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Mailboxes;

/// <summary>An engine with the users ann and bob, who have mailboxes, and carl, who has none.</summary>
internal sealed class MailboxRun : IDisposable
{
    public MailboxRun()
    {
        Set("mail_root", Folder.Path);
        Set("smtp_name", "mail.example");
        Set("user", "ann;pass;;PS");
        Set("user", "bob;pass;;PS");
        Set("user", "carl;pass;;S");
    }

    public TemporaryFolder Folder { get; } = new();
    public MailEngine Engine { get; } = new();

    public MailboxAccess Access
    {
        get
        {
            Assert.Equal(Fault.None, Engine.OpenMailData(out HostMailData? data));
            return data!.Mailboxes;
        }
    }

    public void Set(string key, string value) => Assert.Equal(Fault.None, Engine.Set(key, value));

    public string HomeOf(string user) => Path.Join(Folder.Path, "users", user);

    public string Deliver(string user, string text, string folder = "", string from = "")
    {
        Assert.Equal(Fault.None, TryDeliver(user, text, out string id, folder, from));
        return id;
    }

    public Fault TryDeliver(string user, string text, out string id, string folder = "", string from = "")
    {
        id = "";
        Fault fault = Access.NewDelivery(user, folder, from, out HostDelivery? delivery);
        if (fault != Fault.None)
            return fault;
        using (delivery)
        {
            fault = delivery!.Write(Encoding.UTF8.GetBytes(text));
            return fault == Fault.None ? delivery.Commit(out id) : fault;
        }
    }

    public HostMailbox Open(string user, string folder = "", MailboxOpening opening = MailboxOpening.None)
    {
        Assert.Equal(Fault.None, Access.Open(user, folder, opening, out HostMailbox? mailbox));
        return mailbox!;
    }

    public static string Read(HostMailbox mailbox, int index)
    {
        var text = new MemoryStream();
        byte[] piece = new byte[7];
        int count;
        do
        {
            Assert.Equal(Fault.None, mailbox.Read(index, text.Length, piece, out count));
            text.Write(piece, 0, count);
        }
        while (count > 0);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    public void Dispose()
    {
        Engine.Close();
        Folder.Dispose();
    }
}
