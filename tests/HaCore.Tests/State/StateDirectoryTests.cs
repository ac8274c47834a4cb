using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using HaCore.Engine;
using HaCore.State;

namespace HaCore.Tests.State;

public sealed class StateDirectoryTests : IDisposable
{
    private const string Cluster = "unipd";
    private readonly TemporaryFolder folder = new();

    private string Home => Path.Combine(folder.Path, "deeper", Cluster);

    private string StatePath => Path.Combine(Home, StateDirectory.StateName);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void First_start_has_no_state_and_makes_a_private_folder()
    {
        using var directory = StateDirectory.Open(Home, Cluster);
        Assert.Null(directory.Load());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal("700", Convert.ToString((int)File.GetUnixFileMode(Home), 8));
        }
    }

    [Fact]
    public void Saved_state_comes_back_whole_with_its_64_bit_numbers()
    {
        var state = Everything();
        using (var directory = StateDirectory.Open(Home, Cluster))
        {
            directory.Save(Small(1));
            directory.Save(state);
        }

        using var again = StateDirectory.Open(Home, Cluster);
        var loaded = again.Load();
        Assert.NotNull(loaded);
        Assert.Equal(state.Groups, loaded.Groups);
        Assert.Equal(state with { Groups = loaded.Groups }, loaded);
        Assert.Contains("\"18446744073709551615\"", File.ReadAllText(StatePath), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal("600", Convert.ToString((int)File.GetUnixFileMode(StatePath), 8));
        }
    }

    [Fact]
    public void File_of_version_1_is_read_for_ever()
    {
        const string Payload = """
            {"cluster":"unipd","incarnation":7,"peerIncarnation":9,"peerNonce":"18446744073709551615","localStandby":true,"maintenance":true,
            "maintenanceRevision":3,"groups":[{"name":"vservers","term":"9223372036854775807","holdBootId":"b","diverged":true,"pinned":"novanta",
            "peerOutdatedEpoch":4,"sole":true,"outdatedEpoch":5},{"name":"b"}]}
            """;
        WriteState(Payload);
        using var directory = StateDirectory.Open(Home, Cluster);
        var loaded = directory.Load();
        var expected = Everything();
        Assert.Equal([.. expected.Groups.Select(g => g with { ConflictLost = false })], loaded!.Groups); // the field came later; its absence says no
        Assert.Equal(expected with { ArmedBootId = null, Groups = loaded.Groups }, loaded);
    }

    [Fact]
    public void Second_owner_in_the_same_process_is_refused_until_the_first_is_gone()
    {
        using (StateDirectory.Open(Home, Cluster))
        {
            AssertRefused("only one process", () => StateDirectory.Open(Home, Cluster));
        }

        StateDirectory.Open(Home, Cluster).Dispose();
    }

    [Fact]
    public void Another_process_sees_the_lock_and_a_lock_of_another_process_is_seen()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/flock"), "Needs flock(1) of util-linux.");
        var lockPath = Path.Combine(Home, StateDirectory.LockName);
        using (StateDirectory.Open(Home, Cluster))
        {
            using var refused = Start("-n", lockPath, "true");
            refused.WaitForExit();
            Assert.Equal(1, refused.ExitCode);
        }

        using var holder = Start(lockPath, "sh", "-c", "echo locked; read line");
        Assert.Equal("locked", holder.StandardOutput.ReadLine());
        AssertRefused("only one process", () => StateDirectory.Open(Home, Cluster));
        holder.StandardInput.Close();
        holder.WaitForExit();
        StateDirectory.Open(Home, Cluster).Dispose();
    }

    [Theory]
    [InlineData("750")]
    [InlineData("705")]
    public void Folder_open_to_others_is_refused_with_the_command_that_repairs(string mode)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }

        Directory.CreateDirectory(Home);
        File.SetUnixFileMode(Home, (UnixFileMode)Convert.ToInt32(mode, 8));
        AssertRefused($"mode 0{mode}", () => StateDirectory.Open(Home, Cluster));
        AssertRefused("chmod 0700", () => StateDirectory.Open(Home, Cluster));
    }

    [Fact]
    public void Path_that_is_a_file_is_refused()
    {
        var path = Path.Combine(folder.Path, "file");
        File.WriteAllText(path, "");
        AssertRefused("cannot be used", () => StateDirectory.Open(path, Cluster));
        AssertRefused("cannot be used", () => StateDirectory.Open(Path.Combine(path, "below"), Cluster));
    }

    [Fact]
    public void State_cut_short_anywhere_refuses_start_and_names_the_recovery()
    {
        using var directory = StateDirectory.Open(Home, Cluster);
        directory.Save(Everything());
        var bytes = File.ReadAllBytes(StatePath);
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(StatePath, bytes[..length]);
            var message = Assert.Throws<StateFileException>(directory.Load).Message;
            Assert.Contains("Recovery", message, StringComparison.Ordinal);
            Assert.Contains(StatePath, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Any_changed_bit_refuses_start()
    {
        using var directory = StateDirectory.Open(Home, Cluster);
        directory.Save(Small(1));
        var bytes = File.ReadAllBytes(StatePath);
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            var changed = (byte[])bytes.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            var (state, refusal) = StateFile.Parse(changed, Cluster);
            Assert.Null(state);
            Assert.NotNull(refusal);
        }
    }

    [Fact]
    public void Newer_version_refuses_start()
    {
        WriteState("{}", version: 2);
        AssertLoadRefused("newer than this release");
    }

    [Theory]
    [InlineData("", "version 1")]
    [InlineData("null", "version 1")]
    [InlineData("{}", "version 1")]
    [InlineData("""{"cluster":"unipd","incarnation":1,"groups":null}""", "version 1")]
    [InlineData("""{"cluster":"unipd","incarnation":1,"groups":[null]}""", "version 1")]
    [InlineData("""{"cluster":"unipd","incarnation":0,"groups":[]}""", "impossible")]
    [InlineData("""{"cluster":"unipd","incarnation":-1,"groups":[]}""", "version 1")]
    [InlineData("""{"cluster":"unipd","incarnation":1,"groups":[{"name":"a","term":"-1"}]}""", "impossible")]
    [InlineData("""{"cluster":"unipd","incarnation":1,"groups":[{"name":"a"},{"name":"a"}]}""", "twice")]
    [InlineData("""{"cluster":"unipd","incarnation":1,"groups":[],"later":1}""", "version 1")]
    [InlineData("""{"cluster":"other","incarnation":1,"groups":[]}""", "belongs to cluster 'other'")]
    public void Right_checksum_over_wrong_content_refuses_start(string payload, string expected)
    {
        WriteState(payload);
        AssertLoadRefused(expected);
    }

    [Fact]
    public void Unreadable_state_is_not_taken_for_none()
    {
        using var directory = StateDirectory.Open(Home, Cluster);
        Directory.CreateDirectory(StatePath);
        AssertRefused("cannot be read", () => directory.Load());
    }

    [Fact]
    public void Crash_before_the_rename_leaves_the_old_state()
    {
        using var directory = StateDirectory.Open(Home, Cluster);
        directory.Save(Small(1));
        File.WriteAllText(Path.Combine(Home, StateDirectory.TemporaryName), "half");
        Assert.Equal(1u, directory.Load()!.Incarnation);
        directory.Save(Small(2));
        Assert.Equal(2u, directory.Load()!.Incarnation);
    }

    [Fact]
    public void Full_disk_is_an_error_keeps_the_old_state_and_heals() => PrivateMounts.Run(() =>
    {
        Directory.CreateDirectory(Home);
        PrivateMounts.SmallDisk(Home, "size=8k,mode=0700");
        using var directory = StateDirectory.Open(Home, Cluster);
        directory.Save(Small(1));
        var filler = Path.Combine(Home, "filler");
        File.WriteAllBytes(filler, new byte[4096]);
        AssertRefused("cannot be written", () => directory.Save(Small(2)));
        Assert.Equal(1u, directory.Load()!.Incarnation);
        File.Delete(filler);
        directory.Save(Small(3));
        Assert.Equal(3u, directory.Load()!.Incarnation);
    });

    [Fact]
    public void Disk_that_turns_read_only_is_an_error_and_keeps_the_old_state() => PrivateMounts.Run(() =>
    {
        using var directory = StateDirectory.Open(Home, Cluster);
        directory.Save(Small(1));
        PrivateMounts.MakeReadOnly(Home);
        AssertRefused("cannot be written", () => directory.Save(Small(2)));
        Assert.Equal(1u, directory.Load()!.Incarnation);
    });

    [Fact]
    public void Read_only_disk_at_start_is_refused() => PrivateMounts.Run(() =>
    {
        StateDirectory.Open(Home, Cluster).Dispose();
        PrivateMounts.MakeReadOnly(Home);
        AssertRefused("Read-only", () => StateDirectory.Open(Home, Cluster));
    });

    [Fact]
    public void State_that_could_not_be_read_again_is_not_written()
    {
        using var directory = StateDirectory.Open(Home, Cluster);
        directory.Save(Small(1));
        AssertRefused("at most", () => directory.Save(Small(2) with { Groups = [new() { Name = new string('x', 1024 * 1024) }] }));
        Assert.Equal(1u, directory.Load()!.Incarnation);
    }

    [Fact]
    public void Save_after_the_lock_is_given_back_is_refused()
    {
        var directory = StateDirectory.Open(Home, Cluster);
        directory.Dispose();
        directory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => directory.Save(Small(1)));
    }

    [Fact]
    public void Boot_has_a_name_that_stays()
    {
        Assert.Equal(BootId.Read(), BootId.Read());
        Assert.True(!OperatingSystem.IsLinux() || BootId.Read() is { Length: 36 } or BootId.Unnamed);
    }

    private static PersistentState Small(uint incarnation) => new() { Incarnation = incarnation, Groups = [] };

    private static PersistentState Everything() => new()
    {
        Incarnation = 7,
        PeerIncarnation = 9,
        PeerNonce = ulong.MaxValue,
        LocalStandby = true,
        Maintenance = true,
        MaintenanceRevision = 3,
        ArmedBootId = "c",
        Groups =
        [
            new()
            {
                Name = "vservers",
                Term = long.MaxValue,
                HoldBootId = "b",
                Diverged = true,
                ConflictLost = true,
                Pinned = "novanta",
                PeerOutdatedEpoch = 4,
                Sole = true,
                OutdatedEpoch = 5,
            },
            new() { Name = "b" },
        ],
    };

    private static void AssertRefused(string expected, Action action) =>
        Assert.Contains(expected, Assert.Throws<StateFileException>(action).Message, StringComparison.Ordinal);

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/flock", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // The test is about another process; the command runner waits for its programs and has no conversation with them.
#pragma warning disable RS0030
        return Process.Start(start)!;
#pragma warning restore RS0030
    }

    private void AssertLoadRefused(string expected)
    {
        using var directory = StateDirectory.Open(Home, Cluster);
        AssertRefused(expected, () => directory.Load());
    }

    private void WriteState(string payload, int version = 1)
    {
        StateDirectory.Open(Home, Cluster).Dispose();
        var sum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(payload)));
        File.WriteAllText(StatePath, $"hacore-state {version} {sum}\n{payload}");
    }
}
