using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MailModule.Transport;

/// <summary>
/// Names out of a certificate as text for people and hosts. Whoever has it issued may have put anything into them.
/// </summary>
internal static class CertificateText
{
    /// <summary>
    /// The distinguished name with controls escaped as in RFC 4514 §2.4. A NUL would end it for a reader in C, and make
    /// of "CN=joe\0.example" a "CN=joe".
    /// </summary>
    public static string Of(X500DistinguishedName name) => Escape(name.Name);

    /// <summary>Each octet of a control as "\" and two hexadecimal digits.</summary>
    public static string Escape(string name)
    {
        if (!name.Any(char.IsControl))
            return name;
        var text = new StringBuilder(name.Length + 8);
        foreach (char c in name)
            if (!char.IsControl(c))
                text.Append(c);
            else
                foreach (byte octet in Encoding.UTF8.GetBytes([c]))
                    text.Append('\\').Append(Convert.ToHexStringLower([octet]));
        return text.ToString();
    }
}
