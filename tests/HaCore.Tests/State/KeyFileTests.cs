using System.Runtime.InteropServices;
using HaCore.State;
using HaCore.Wire;

namespace HaCore.Tests.State;

public sealed partial class KeyFileTests : IDisposable
{
    private const UnixFileMode Mode0600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly string Key = Convert.ToBase64String(new byte[32]);
    private readonly TemporaryFolder folder = new();

    private string FilePath => Path.Combine(folder.Path, "keys");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Generated_file_loads_is_private_and_new_each_time()
    {
        ClusterKeyFile.Create(FilePath);
        KeyFile.Generate(FilePath + "2");
        Assert.Equal((1, (byte)1), (KeyFile.Load(FilePath).Count, KeyFile.Load(FilePath).SigningId));
        Assert.NotEqual(File.ReadAllText(FilePath), File.ReadAllText(FilePath + "2"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(Mode0600, File.GetUnixFileMode(FilePath));
        }
    }

    [Fact]
    public void Existing_file_is_never_overwritten()
    {
        Write("precious");
        Assert.Throws<IOException>(() => ClusterKeyFile.Create(FilePath));
        Assert.Equal("precious", File.ReadAllText(FilePath));
    }

    [Fact]
    public void First_key_signs_and_comments_blanks_and_line_ends_do_not_matter()
    {
        Write($"# two keys\r\n\r\n  7   {Key}\r\n# the old one\n3\t{Key}");
        var ring = KeyFile.Load(FilePath);
        Assert.Equal((2, (byte)7), (ring.Count, ring.SigningId));
    }

    [Fact]
    public void Missing_file_says_so()
    {
        AssertRefused("does not exist");
        Assert.Contains("does not exist", Assert.Throws<KeyFileException>(() => KeyFile.Load("/nowhere/at/all")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", "line 1")]
    [InlineData("# c\n1 KEY extra", "line 2")]
    [InlineData("0 KEY", "1 to 255")]
    [InlineData("256 KEY", "1 to 255")]
    [InlineData("-1 KEY", "1 to 255")]
    [InlineData("1 KEY\n2 KEY\n1 KEY", "line 3")]
    [InlineData("1 no*base64*at*all", "not base64")]
    [InlineData("1 c2hvcnQgc2VjcmV0", "at least 32")]
    [InlineData("", "no key")]
    [InlineData("# nothing", "no key")]
    public void Malformed_file_is_refused_with_its_line_and_never_with_key_text(string text, string expected)
    {
        Write(text.Replace("KEY", Key, StringComparison.Ordinal));
        var message = AssertRefused(expected);
        Assert.DoesNotContain(Key, message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2hvcnQ", message, StringComparison.Ordinal);
        Assert.DoesNotContain("no*base64", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Endless_file_is_refused_at_the_bound()
    {
        Write(new string('#', 70_000));
        AssertRefused("longer than");
    }

    [Theory]
    [InlineData("640")]
    [InlineData("604")]
    [InlineData("700")]
    [InlineData("620")]
    public void File_open_to_others_is_refused_with_the_command_that_repairs(string mode)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }

        Write($"1 {Key}");
        File.SetUnixFileMode(FilePath, (UnixFileMode)Convert.ToInt32(mode, 8));
        Assert.Contains("chmod 0600", AssertRefused($"mode 0{mode}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_only_file_is_fine()
    {
        Write($"1 {Key}");
        File.SetAttributes(FilePath, FileAttributes.ReadOnly);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(FilePath, UnixFileMode.UserRead);
        }

        Assert.Equal(1, KeyFile.Load(FilePath).Count);
    }

    [Fact]
    public void File_of_another_user_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can give a file away.");
        Write($"1 {Key}");
        Assert.Equal(0, ChangeOwner(FilePath, 65534, 65534));
        AssertRefused("belongs to user 65534");
    }

    [Fact]
    public void Nothing_prints_a_key()
    {
        Write($"1 {Key}");
        var ring = KeyFile.Load(FilePath);
        Assert.Equal("1 keys", ring.ToString());
        Assert.Equal("key 9", new KeyRing.Key(9, new byte[32]).ToString());
    }

    [Fact]
    public void Ring_refuses_what_no_key_file_should_bring()
    {
        Assert.Throws<ArgumentException>(() => new KeyRing([]));
        Assert.Throws<ArgumentException>(() => new KeyRing([new(1, new byte[31])]));
        Assert.Throws<ArgumentException>(() => new KeyRing([new(0, new byte[32])]));
        Assert.Throws<ArgumentException>(() => new KeyRing([new(1, new byte[32]), new(1, new byte[32])]));
    }

    private void Write(string text)
    {
        File.WriteAllText(FilePath, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(FilePath, Mode0600);
        }
    }

    private string AssertRefused(string expected)
    {
        var message = Assert.Throws<KeyFileException>(() => KeyFile.Load(FilePath)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains(FilePath, message, StringComparison.Ordinal);
        return message;
    }

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
