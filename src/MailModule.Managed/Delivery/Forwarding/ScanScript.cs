using MailModule.Primitives;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// The script of the setting <c>antivirus</c>: the language of forward files, in which <c>#mv</c>, <c>#cp</c> and
/// <c>#rm</c> are about a message that is still at the door, and addresses mean nothing. Immutable; any thread.
/// </summary>
/// <param name="Steps">In order.</param>
/// <param name="Errors">Line and what is wrong with it; a script that has any scans nothing.</param>
internal sealed record ScanScript(IReadOnlyList<DotForwardStep> Steps, IReadOnlyList<(int Line, string Text)> Errors)
{
    /// <param name="octets">Of the file.</param>
    public static ScanScript Parse(byte[] octets)
    {
        if (octets.Length > DotForwardParser.SizeLimit)
            throw new InvalidDataException($"it has more than {DotForwardParser.SizeLimit} octets");
        DotForwardScript read = DotForwardParser.Parse(System.Text.Encoding.Latin1.GetString(octets), home: "/");
        (int, string)[] targets = [.. Redirects(read.Steps).Select(step => (step.Line, "addresses mean nothing here"))];
        return new ScanScript(read.Steps, [.. read.Errors, .. targets]);
    }

    private static IEnumerable<DotForwardStep> Redirects(IEnumerable<DotForwardStep> steps)
    {
        foreach (DotForwardStep step in steps)
            if (step is RedirectStep)
                yield return step;
            else if (step is BranchStep branch)
                foreach (DotForwardStep inner in branch.Parts.SelectMany(part => Redirects(part.Steps)))
                    yield return inner;
    }
}
