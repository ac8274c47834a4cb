using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HaCore.Wire;
using Microsoft.Win32.SafeHandles;

namespace HaCore.State;

/// <summary>
/// The cluster's keys as text: one per line, <c>id base64</c>, '#' begins a comment line. The first key signs, all verify.
/// docs/internals/wire.md has the rotation.
/// </summary>
internal static class KeyFile
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int FileBytesMax = 64 * 1024;   // 255 keys of 32 bytes are 13 KB

    /// <exception cref="KeyFileException">The file is missing, open to others, or not in the format.</exception>
    public static KeyRing Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string text;
        try
        {
            // Asked of the open file, not of its name: nobody can exchange it between the check and the reading.
            using var handle = File.OpenHandle(path);
            CheckAccess(path, handle);
            text = ReadAll(path, handle);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KeyFileException($"Key file '{path}' does not exist; a cluster needs one, the same on both nodes, or nothing starts. Make it once and copy it to the peer over a safe channel.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"Key file '{path}' cannot be read ({e.Message}); without keys no frame is believed, so nothing starts.", e);
        }

        return Parse(path, text);
    }

    /// <summary>Makes a new file with one new random key, mode 0600.</summary>
    /// <exception cref="IOException">It exists already, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static void Generate(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Private;
        }

        var secret = RandomNumberGenerator.GetBytes(KeyRing.KeyBytesMin);
        var text = $"""
            # HaCore cluster keys: id and base64. The first key signs, all of them verify.
            # Keep it secret (mode 0600) and the same on both nodes.
            1 {Convert.ToBase64String(secret)}

            """;
        using var stream = new FileStream(path, options);
        stream.Write(Encoding.ASCII.GetBytes(text));
        stream.Flush(flushToDisk: true);
    }

    private static void CheckAccess(string path, SafeFileHandle handle)
    {
        // Windows has access lists instead of modes; a key file there inherits those of its folder, which the installer sets.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var mode = File.GetUnixFileMode(handle);
        if (mode is not (Private or UnixFileMode.UserRead))
        {
            throw new KeyFileException($"Key file '{path}' has mode 0{Convert.ToString((int)mode, 8)}; it must be 0600 or 0400, or others on this machine can speak as a node of this cluster. Run: chmod 0600 '{path}', and make new keys if others could read it.");
        }

        // Where the owner cannot be asked, the mode is enough for all but root: only the owner opens a file of mode 0600.
        var owner = Posix.OwnerOf(handle);
        var user = Posix.EffectiveUser();
        if (owner is { } uid && uid != user && uid != 0)
        {
            throw new KeyFileException($"Key file '{path}' belongs to user {uid}; it must belong to the user that runs this node ({user}) or to root, or user {uid} can speak as a node of this cluster. Run: chown {user} '{path}'.");
        }
    }

    private static string ReadAll(string path, SafeFileHandle handle)
    {
        using var stream = new FileStream(handle, FileAccess.Read);
        var buffer = new byte[FileBytesMax + 1];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return length <= FileBytesMax
            ? Encoding.UTF8.GetString(buffer, 0, length)
            : throw new KeyFileException($"Key file '{path}' is longer than {FileBytesMax} bytes; that is no key file, so nothing starts.");
    }

    private static KeyRing Parse(string path, string text)
    {
        var keys = new List<KeyRing.Key>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var key = ParseLine(path, number, line);
            if (keys.Exists(k => k.Id == key.Id))
            {
                throw Refused(path, number, $"key id {key.Id} is there twice; ids must be unique, or the peer cannot know which key signed");
            }

            keys.Add(key);
        }

        return keys.Count > 0
            ? new KeyRing(keys)
            : throw new KeyFileException($"Key file '{path}' has no key; a cluster needs one, or nothing starts.");
    }

    private static KeyRing.Key ParseLine(string path, int number, string line)
    {
        var words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2)
        {
            throw Refused(path, number, "a line must be 'id base64'; nothing starts until it is");
        }

        if (!byte.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id == 0)
        {
            throw Refused(path, number, "the key id must be a number from 1 to 255; frames carry it in one byte");
        }

        var secret = new byte[words[1].Length];
        if (!Convert.TryFromBase64String(words[1], secret, out var length))
        {
            throw Refused(path, number, $"key {id} is not base64; nothing starts until it is");
        }

        return length >= KeyRing.KeyBytesMin
            ? new KeyRing.Key(id, secret.AsMemory(0, length))
            : throw Refused(path, number, $"key {id} has {length} bytes; it must have at least {KeyRing.KeyBytesMin} random ones, or it can be guessed");
    }

    private static KeyFileException Refused(string path, int line, string why) => new($"Key file '{path}', line {line}: {why}.");
}
