namespace MailModule.Dns;

/// <summary>Record types, with their values on the wire (RFC 1035 §3.2.2, RFC 3596 §2.1, RFC 6698 §7.1).</summary>
internal enum DnsType : ushort
{
    A = 1,
    Cname = 5,
    Soa = 6,
    Ptr = 12,
    Mx = 15,
    Txt = 16,
    Aaaa = 28,
    Tlsa = 52,
}
