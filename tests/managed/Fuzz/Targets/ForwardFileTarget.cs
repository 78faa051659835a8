using System.Text;
using MailModule.Delivery.Forwarding;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// Forward files: each is read into steps or into errors that name one of its lines; steps are bounded, and folders
/// stay in the mailbox.
/// </summary>
internal static class ForwardFileTarget
{
    private const string Home = "/home/ann";

    public static void Check(byte[] input)
    {
        string text = Encoding.Latin1.GetString(input);
        int lines = text.Count(c => c == '\n') + 1;
        DotForwardScript script = DotForwardParser.Parse(text, Home);
        Assert.All(script.Errors, error => Assert.InRange(error.Line, 1, lines));
        var count = new Count();
        CountSteps(script.Steps, count, 0, lines);
        Assert.InRange(count.Steps, 0, lines);
        if (script.Errors.Count == 0)
            Assert.True(count.Targets <= 256 && count.Commands <= 64, "more than its limits");
    }

    private sealed class Count
    {
        public int Steps;
        public int Targets;
        public int Commands;
    }

    private static void CountSteps(IReadOnlyList<DotForwardStep> steps, Count count, int depth, int lines)
    {
        Assert.True(depth <= lines, "deeper than the file has lines");
        foreach (DotForwardStep step in steps)
        {
            count.Steps++;
            Assert.InRange(step.Line, 1, lines);
            switch (step)
            {
                case BranchStep branch:
                    foreach (BranchPart part in branch.Parts)
                        CountSteps(part.Steps, count, depth + 1, lines);
                    break;
                case MoveStep move:
                    CheckFolder(move.Folder);
                    break;
                case CopyStep copy:
                    CheckFolder(copy.Folder);
                    break;
                case RedirectStep redirect:
                    count.Targets += redirect.Targets.Count;
                    break;
                case CommandStep command:
                    count.Commands++;
                    Assert.False(command.Command.AsSpan().ContainsAny('\n', '\0'));
                    break;
            }
        }
    }

    private static void CheckFolder(string folder)
        => Assert.All(folder.Split('/'), name => Assert.True(
            name.Length > 0 && !name.StartsWith('.') && !name.Any(char.IsControl), $"not a folder inside: {folder}"));
}
