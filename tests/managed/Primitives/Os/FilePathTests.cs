using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Tests.Primitives.Os;

public class FilePathTests
{
    [Theory]
    [InlineData("")]
    [InlineData("/home/ann")]
    [InlineData("/home/für")]
    public void A_path_becomes_octets_that_end_with_nul_in_the_room_or_beyond_it(string path)
    {
        byte[] expected = [.. Encoding.UTF8.GetBytes(path), 0];
        for (int size = 0; size <= expected.Length + 1; size++)
        {
            byte[] room = new byte[size];
            room.AsSpan().Fill(0xFF);
            Assert.Equal(expected, FilePath.Octets(path, room).ToArray());
            Assert.Equal(size >= expected.Length, FilePath.Octets(path, room).Overlaps(room));
        }
    }
}
