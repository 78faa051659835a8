using MailModule.Primitives.Os;
using MailModule.Smtp;

namespace MailModule.Engine.Settings;

/// <summary>Full paths of a certificate and its key.</summary>
/// <param name="Key">Null: the key stands in the certificate's file.</param>
internal readonly record struct PairFiles(string Certificate, string? Key)
{
    /// <summary>The pair for whoever asks for no other.</summary>
    public static PairFiles Default(SettingValues values)
        => new(values.FullPath(Keys.TlsCertFile)!, values.FullPath(Keys.TlsKeyFile));
}

/// <summary>A certificate for clients that ask for one of these names: <c>tls_host=names;certificate;key</c>.</summary>
/// <param name="Names">In small letters, A-labels; one may begin with <c>*.</c>, which stands for one label.</param>
internal sealed record TlsHost(IReadOnlyList<string> Names, PairFiles Files)
{
    private const string Wildcard = "*.";

    /// <summary>Reads what stands after <c>tls_host=</c>.</summary>
    /// <param name="folder">What a relative file name counts from; a full path.</param>
    public static bool TryParse(string text, string folder, out TlsHost host, out string error)
    {
        host = null!;
        string[] parts = text.Split(';', StringSplitOptions.TrimEntries);
        string[] names = [.. SettingForms.Items(parts[0]).Select(NameOf)];
        string[] files = parts[1..];
        if (parts.Length is not (2 or 3) || names.Length == 0 || Array.Exists(files, file => file.Length == 0))
            error = "not names;certificate or names;certificate;key";
        else if (Array.Find(names, name => !IsName(name)) is not null)
            error = "one of the names is no domain name, nor *. and a domain name";
        else
            error = files.Select(FilePath.Problem).FirstOrDefault(problem => problem is not null) ?? "";
        if (error.Length > 0)
            return false;
        string[] full = Array.ConvertAll(files, file => Path.GetFullPath(file, folder));
        host = new TlsHost(names, new PairFiles(full[0], full.Length > 1 ? full[1] : null));
        return true;
    }

    private static string NameOf(string text)
    {
        bool isWild = text.StartsWith(Wildcard, StringComparison.Ordinal);
        string name = OwnName.Of(isWild ? text[Wildcard.Length..] : text).Text.TrimEnd('.').ToLowerInvariant();
        return isWild ? Wildcard + name : name;
    }

    private static bool IsName(string name)
        => SettingForms.IsDomain(name.StartsWith(Wildcard, StringComparison.Ordinal) ? name[Wildcard.Length..] : name);
}
