using System.Security.Cryptography;
using MailModule.Primitives.Os;

namespace MailModule.Tests.Primitives.Os;

public class Sha256DigestTests
{
    private readonly byte[] _octets = RandomNumberGenerator.GetBytes(20_000);

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(4096)]
    [InlineData(20_000)]
    public void However_octets_are_cut_the_hash_is_the_platforms(int piece)
    {
        var digest = Sha256Digest.Take();
        for (int at = 0; at < _octets.Length; at += piece)
            digest.Append(_octets.AsSpan(at, Math.Min(piece, _octets.Length - at)));
        Assert.Equal(SHA256.HashData(_octets), digest.Finish());
        digest.GiveBack();
    }

    [Fact]
    public void A_digest_that_has_finished_begins_the_next_one()
    {
        var digest = Sha256Digest.Take();
        foreach (int length in (int[])[0, 1, 20_000, 0, 64])
        {
            digest.Append(_octets.AsSpan(0, length));
            Assert.Equal(SHA256.HashData(_octets.AsSpan(0, length)), digest.Finish());
        }
        digest.GiveBack();
    }

    [Fact]
    public void The_hash_so_far_leaves_the_digest_as_it_is()
    {
        var digest = Sha256Digest.Take();
        Assert.Equal(SHA256.HashData([]), digest.Current());
        for (int at = 0; at < _octets.Length; at += 1000)
        {
            digest.Append(_octets.AsSpan(at, 1000));
            Assert.Equal(SHA256.HashData(_octets.AsSpan(0, at + 1000)), digest.Current());
        }
        Assert.Equal(SHA256.HashData(_octets), digest.Finish());
        digest.GiveBack();
    }

    [Fact]
    public void Of_what_was_dropped_half_way_nothing_is_in_another_hash()
    {
        for (int i = 0; i < 100; i++)
        {
            Sha256Digest.Take().Append(_octets);
            var digest = Sha256Digest.Take();
            digest.Append("a"u8);
            Assert.Equal(SHA256.HashData("a"u8), digest.Finish());
            digest.GiveBack();
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [Fact]
    public void Threads_that_hash_at_the_same_time_have_a_digest_each()
        => Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, number =>
        {
            for (int round = 0; round < 50; round++)
            {
                var digest = Sha256Digest.Take();
                ReadOnlySpan<byte> own = _octets.AsSpan(number * 100, 5000 + round);
                digest.Append(own[..1000]);
                Assert.Equal(SHA256.HashData(own[..1000]), digest.Current());
                digest.Append(own[1000..]);
                Assert.Equal(SHA256.HashData(own), digest.Finish());
                digest.GiveBack();
            }
        });

    [Fact]
    public void A_place_that_has_no_room_for_a_hash_gets_none()
        => Assert.Throws<ArgumentOutOfRangeException>(
            () => Sha256Digest.Take().Finish(new byte[Sha256Digest.Size - 1]));
}
