using System.Buffers;
using MailModule.Primitives.Os;

namespace MailModule.Authentication;

/// <summary>
/// SHA-256 over one canonical form of a body. A signature of the body's beginning needs the hash of what has gone by at
/// a certain length: that is the same hash, read on the way.
/// </summary>
internal sealed class BodyDigest(Canonicalization form) : ICanonicalOutput
{
    private const int BlockSize = 4096;

    private readonly BodyCanonicalization _body = new(form);
    private readonly List<BodyHash> _hashes = [];
    private byte[] _block = [];
    private int _blockLength;

    /// <summary>Null: not yet, or the system has no OpenSSL.</summary>
    private Sha256Digest? _hash;

    /// <summary>Octets of the canonical form so far, and in the hash.</summary>
    private long _length;
    private long _hashed;

    /// <summary>How many of the hashes, sorted by their limits when the first octets come, have their value.</summary>
    private int _done = -1;

    public BodyHash Add(long limit)
    {
        BodyHash? same = _hashes.Find(hash => hash.Limit == limit);
        if (same is null)
            _hashes.Add(same = new BodyHash(form, limit));
        return same;
    }

    public void Append(ReadOnlySpan<byte> octets)
    {
        Begin();
        _body.Append(octets, this);
    }

    public void End()
    {
        Begin();
        _body.End(this);
        Flush();
        byte[] whole = _hash?.Finish() ?? [];
        foreach (BodyHash hash in _hashes)
        {
            if (hash.Limit < 0)
                hash.SetValue(whole);
            hash.End(_length);
        }
        _hash?.GiveBack();
        _hash = null;
        ArrayPool<byte>.Shared.Return(_block);
        _block = [];
    }

    public void Write(ReadOnlySpan<byte> octets)
    {
        _length += octets.Length;
        while (!octets.IsEmpty)
        {
            // As much at once as there is: what is short waits for more.
            if (_blockLength == 0 && octets.Length >= BlockSize)
            {
                Hash(octets);
                return;
            }
            int count = Math.Min(octets.Length, BlockSize - _blockLength);
            octets[..count].CopyTo(_block.AsSpan(_blockLength));
            _blockLength += count;
            octets = octets[count..];
            if (_blockLength == BlockSize)
                Flush();
        }
    }

    private void Begin()
    {
        if (_done >= 0)
            return;
        _done = 0;
        _block = ArrayPool<byte>.Shared.Rent(BlockSize); // a message that is dropped leaves it to the collector
        _hashes.Sort((one, other) => ((ulong)one.Limit).CompareTo((ulong)other.Limit)); // -1 is the largest
        if (OpenSsl.IsThere)
            _hash = Sha256Digest.Take();
        TakeDue(0);
    }

    private void Flush()
    {
        Hash(_block.AsSpan(0, _blockLength));
        _blockLength = 0;
    }

    private void Hash(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            int count = (int)Math.Min((ulong)octets.Length, NextLimit - (ulong)_hashed);
            _hash?.Append(octets[..count]);
            _hashed += count;
            octets = octets[count..];
            TakeDue((ulong)_hashed);
        }
    }

    private ulong NextLimit => _done < _hashes.Count ? (ulong)_hashes[_done].Limit : ulong.MaxValue;

    private void TakeDue(ulong length)
    {
        for (; NextLimit == length; _done++)
            _hashes[_done].SetValue(_hash?.Current() ?? []);
    }
}
