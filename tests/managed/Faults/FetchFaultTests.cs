using MailModule.Engine.Retrieving;
using MailModule.Primitives;
using MailModule.Tests.Engine.Retrieving;
using MailModule.Tests.Support;

namespace MailModule.Tests.Faults;

/// <summary>
/// A step of the session with the other host fails, or the disk does, or the power goes, at the n-th of them, for every
/// n: no message is lost, and none comes twice.
/// </summary>
public class FetchFaultTests
{
    private static readonly string[] s_subjects = ["one", "two", "three"];
    private static readonly int s_callsBefore = NewDisk(0).Calls;

    [Theory]
    [InlineData(Fault.Closed, false, false)]
    [InlineData(Fault.Closed, true, false)]
    [InlineData(Fault.Closed, false, true)]
    [InlineData(Fault.Timeout, true, true)]
    [InlineData(Fault.RefusedTemporary, false, false)]
    [InlineData(Fault.RefusedPermanent, false, true)]
    public void Whichever_step_or_octet_of_the_session_fails_each_message_comes_once(
        Fault fault, bool losesAnswers, bool keeps)
    {
        OutsideMailbox mailbox = FetchWorld.Mailbox with { Keeps = keeps };
        bool isStruck = true;
        for (int n = 1; isStruck; n++)
        {
            isStruck = false;
            ScriptedMailbox outside = NewOutside(losesAnswers);
            outside.Strike = (step, name) =>
            {
                // An answer cannot come in the middle of a message.
                bool isOne = step == n && (name != "octet" || fault is Fault.Closed or Fault.Timeout);
                isStruck |= step == n;
                return isOne ? fault : Fault.None;
            };
            var ledger = new FetchWorld.Ledger();
            using var world = new FetchWorld(NewDisk(n), outside, ledger);
            world.Look(mailbox);
            if (!isStruck)
                break;
            Settle(world, outside, mailbox, ledger, $"{fault} at step {n}");
        }
        Assert.False(isStruck);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whenever_the_power_goes_each_message_comes_once(bool keeps)
    {
        OutsideMailbox mailbox = FetchWorld.Mailbox with { Keeps = keeps };
        bool isCut = true;
        int n = s_callsBefore + 1;
        for (; isCut; n++)
            foreach (Survival survival in Enum.GetValues<Survival>())
            {
                isCut = false;
                SimulatedDisk disk = NewDisk(n);
                ScriptedMailbox outside = NewOutside(losesAnswers: false);
                var ledger = new FetchWorld.Ledger();
                disk.Strike = (call, _) =>
                {
                    if (call == n)
                    {
                        isCut = true;
                        disk.CutPower();
                        // Who has no power says nothing to the other host either.
                        outside.Strike = (_, _) => Fault.Closed;
                    }
                    return Fault.None;
                };
                // What a machine without power did to its mailboxes is gone; here nothing is lost by counting it.
                Live(disk, outside, mailbox, ledger);
                disk = disk.AfterRestart(survival);
                outside.Strike = (_, _) => Fault.None;
                using var world = new FetchWorld(disk, outside, ledger);
                string what = $"power cut at call {n}, {survival} survives";
                Assert.True(world.Fault == Fault.None, what);
                Settle(world, outside, mailbox, ledger, what);
            }
        Assert.True(n > 40, $"{n}");
    }

    [Theory]
    [InlineData(Fault.Io)]
    [InlineData(Fault.Full)]
    public void Whichever_call_of_the_disk_fails_each_message_comes_once(Fault fault)
    {
        bool isStruck = true;
        int n = s_callsBefore + 1;
        for (; isStruck; n++)
        {
            isStruck = false;
            SimulatedDisk disk = NewDisk(n);
            ScriptedMailbox outside = NewOutside(losesAnswers: false);
            var ledger = new FetchWorld.Ledger();
            string struck = "";
            disk.Strike = (call, name) =>
            {
                isStruck |= call == n;
                struck = call == n ? name : struck;
                return call == n ? fault : Fault.None;
            };
            Live(disk, outside, FetchWorld.Mailbox, ledger);
            disk.Strike = (_, _) => Fault.None;
            disk = disk.AfterRestart(Survival.Everything);
            using var world = new FetchWorld(disk, outside, ledger);
            Settle(world, outside, FetchWorld.Mailbox, ledger, $"{fault} at call {n}, {struck}");
        }
        Assert.True(n > 40, $"{n}");
    }

    private static void Live(
        SimulatedDisk disk, ScriptedMailbox outside, OutsideMailbox mailbox, FetchWorld.Ledger ledger)
    {
        using var world = new FetchWorld(disk, outside, ledger);
        if (world.Fault != Fault.None)
            return;
        world.Look(mailbox);
        world.Look(mailbox);
    }

    // Two looks more, and another start in between.
    private static void Settle(
        FetchWorld world, ScriptedMailbox outside, OutsideMailbox mailbox, FetchWorld.Ledger ledger, string what)
    {
        FetchResult result = world.Look(mailbox);
        Assert.True(result.Fault == Fault.None, $"{what}: {result}");
        result = world.Look(mailbox);
        Assert.True(result is { Fault: Fault.None, Fetched: 0 }, $"{what}: {result}");
        foreach (string subject in s_subjects)
            Assert.True(ledger.Times(subject) == 1, $"{what}: {subject} came {ledger.Times(subject)} times");
        Assert.True(outside.Messages.Count == (mailbox.Keeps ? 3 : 0), what);
        Assert.Equal(0, outside.OpenSessions);
    }

    private static SimulatedDisk NewDisk(int seed)
    {
        var disk = new SimulatedDisk(seed);
        Assert.Equal(Fault.None, disk.MakeDirectory(FetchWorld.Root));
        Assert.Equal(Fault.None, disk.OpenDirectory("/", out IDiskDirectory root));
        using (root)
            Assert.Equal(Fault.None, root.Sync());
        return disk;
    }

    private static ScriptedMailbox NewOutside(bool losesAnswers)
    {
        var outside = new ScriptedMailbox { LosesAnswers = losesAnswers };
        foreach (string subject in s_subjects)
            outside.Messages.Add(($"uid-{subject}", $"Subject: {subject}\r\n\r\nbody of {subject}\r\n"));
        return outside;
    }
}
