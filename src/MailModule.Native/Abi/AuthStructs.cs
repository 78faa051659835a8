using System.Runtime.InteropServices;

namespace MailModule.Native.Abi;

/// <summary><c>mm_auth_result</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AuthResultLayout
{
    public nuint Size;
    public nint Method;
    public nint Domain;
    public nint Selector;
    public nint Identity;
    public nint Algorithm;
    public nint SignatureStart;
    public nint SignedFields;
    public nint Sealers;
    public nint Mechanism;
    public nint Explanation;
    public nint PolicyDomain;
    public nint Organization;
    public nint OverriddenBy;
    public nint Reason;
    public long SignedLength;
    public long SignedAt;
    public long Expires;
    public int Result;
    public int KeyBits;
    public int Policy;
    public int Disposition;
    public int Instances;
    public int OldestPass;
    public int Flags;
    public int Reserved;
}

/// <summary><c>mm_auth_query</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AuthQueryLayout
{
    public nuint Size;
    public nint Client;
    public nint Helo;
    public nint Sender;
    public nint Message;
    public nuint MessageSize;
    public nint Path;
    public nint Read;
    public nint ReadUser;
    public nint TrustedSealers;
    public int TimeoutMilliseconds;
    public int Reserved;
}

/// <summary><c>mm_sign_options</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SignOptionsLayout
{
    public nuint Size;
    public nint Domain;
    public nint Selector;
    public nint Key;
    public nint KeyPath;
}
