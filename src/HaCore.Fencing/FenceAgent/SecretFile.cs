using System.Text;

namespace HaCore.Fencing.FenceAgent;

/// <summary>One secret in a file that only its owner can read.</summary>
internal static class SecretFile
{
    public const int BytesMax = 1024;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Null with an error, which never has the content.</summary>
    public static string? Read(string path, out string? error)
    {
        try
        {
            // The mode of the open file, not of its name: nobody can exchange it between the check and the reading.
            using var handle = File.OpenHandle(path);
            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(handle) is var mode and not (Private or UnixFileMode.UserRead))
            {
                error = $"{path} has mode 0{Convert.ToString((int)mode, 8)}; it must be 0600 or 0400, or others on this machine can read the password of the fencing device and turn machines off. " +
                    $"Run: chmod 0600 '{path}', and take a new password if others could read it";
                return null;
            }

            using var stream = new FileStream(handle, FileAccess.Read);
            var buffer = new byte[BytesMax + 1];
            return Parse(path, buffer.AsSpan(0, stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)), out error);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            error = exception is FileNotFoundException or DirectoryNotFoundException ? $"there is no {path}" : $"{path} cannot be read ({exception.Message})";
            return null;
        }
    }

    private static string? Parse(string path, ReadOnlySpan<byte> content, out string? error)
    {
        if (content.Length > BytesMax)
        {
            error = $"{path} is longer than {BytesMax} bytes: it must hold one secret and nothing else";
            return null;
        }

        string text;
        try
        {
            text = s_strict.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            error = $"{path} is not UTF-8: the agent would be told another secret than the one that is meant";
            return null;
        }

        var secret = text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;   // an editor puts it there
        error = FenceAgentValues.WhyRefused(secret) is { } reason ? $"the content of {path} {reason}" : null;
        return error is null ? secret : null;
    }
}
