using System.Text;

namespace MailModule.Authentication.Results;

/// <summary>
/// What somebody's Authentication-Results field says (RFC 8601 §2.2), or an ARC-Authentication-Results field behind its
/// i=. A value; whether its author is to be believed is the reader's to know.
/// </summary>
/// <param name="AuthServId">Without quotes, in its own case.</param>
/// <param name="Version">Of the field; 1 where it does not say.</param>
/// <param name="Results">None: nothing was checked.</param>
internal sealed record ReportedResults(string AuthServId, int Version, IReadOnlyList<ReportedResult> Results)
{
    /// <summary>Octets of a field that are read.</summary>
    public const int FieldLimit = 64 * 1024;

    /// <summary>Results of a field, and properties of each.</summary>
    public const int ResultLimit = 100;

    /// <summary>Reads what follows the colon, folded or not; false: it is not as the grammar has it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out ReportedResults results)
    {
        results = new ReportedResults("", 0, []);
        if (value.Length > FieldLimit)
            return false;
        var cursor = new ResultsCursor(Encoding.UTF8.GetString(value));
        if (!cursor.TryReadValue(out string id))
            return false;
        int version = 1;
        cursor.SkipBlanks();
        if (char.IsAsciiDigit(cursor.Next) && !cursor.TryReadNumber(out version))
            return false;
        var found = new List<ReportedResult>();
        // RFC 8601 §2.2 lets nothing follow a no-result, and no field be without either.
        if (!cursor.TryTake(';'))
            return false;
        bool isRead = cursor.TryTakeNoResult() || TryReadAll(cursor, found);
        results = new ReportedResults(id, version, found);
        return isRead;
    }

    private static bool TryReadAll(ResultsCursor cursor, List<ReportedResult> found)
    {
        do
        {
            // An empty one at the end is common, and harmless.
            if (cursor.IsAtEnd && found.Count > 0)
                return true;
            if (found.Count == ResultLimit || !TryReadOne(cursor, out ReportedResult? one))
                return false;
            found.Add(one!);
        }
        while (cursor.TryTake(';'));
        return cursor.IsAtEnd;
    }

    private static bool TryReadOne(ResultsCursor cursor, out ReportedResult? one)
    {
        one = null;
        int version = 1;
        if (!cursor.TryReadKeyword(out string method) || (cursor.TryTake('/') && !cursor.TryReadNumber(out version))
            || !cursor.TryTake('=') || !cursor.TryReadKeyword(out string result))
            return false;
        string reason = "";
        var properties = new List<ReportedProperty>();
        while (!cursor.IsAtEnd && cursor.Next != ';')
        {
            if (properties.Count == ResultLimit || !cursor.TryReadKeyword(out string name))
                return false;
            bool isRead = cursor.Next == '.'
                ? TryReadProperty(cursor, name, properties)
                : TryReadReason(cursor, name, ref reason);
            if (!isRead)
                return false;
        }
        one = new ReportedResult(method, result, reason, properties) { Version = version };
        return true;
    }

    private static bool TryReadReason(ResultsCursor cursor, string name, ref string reason)
        => name == "reason" && reason.Length == 0 && cursor.TryTake('=') && cursor.TryReadValue(out reason);

    private static bool TryReadProperty(ResultsCursor cursor, string type, List<ReportedProperty> properties)
    {
        if (!cursor.TryTake('.') || !cursor.TryReadKeyword(out string property) || !cursor.TryTake('=')
            || !cursor.TryReadAddress(out string value))
            return false;
        properties.Add(new ReportedProperty($"{type}.{property}", value));
        return true;
    }
}
