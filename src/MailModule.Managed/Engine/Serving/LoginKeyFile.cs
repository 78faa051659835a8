using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Serving;

/// <summary>The file that keeps a <see cref="LoginKey"/>, for its owner's eyes only.</summary>
internal static class LoginKeyFile
{
    private const string Name = "login_key";

    /// <summary>
    /// Gives the key the secret of the engine's earlier runs; where there is none, what it has now is kept. Blocks.
    /// </summary>
    /// <param name="folder">Where the file is.</param>
    public static void Open(LoginKey key, string folder, IDisk disk, Log log)
    {
        var file = new StateFile(disk, folder, Name, log);
        if (file.Load() is [var line, ..] && TryRead(line, out byte[] octets))
            key.Replace(octets);
        else
            file.Save([Convert.ToHexString(key.Octets)]);
    }

    private static bool TryRead(string line, out byte[] octets)
    {
        octets = [];
        if (line.Length != 2 * LoginKey.Size || !line.All(char.IsAsciiHexDigit))
            return false;
        octets = Convert.FromHexString(line);
        return true;
    }
}
