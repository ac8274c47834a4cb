namespace HaCore.Fencing.Tests.Watchdog;

/// <summary>The real system calls, on files that are no watchdog: nothing here can reset the machine that runs the tests.</summary>
public sealed class LinuxWatchdogKernelTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public LinuxWatchdogKernelTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "System calls of Linux.");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_file_is_opened_written_and_closed()
    {
        var kernel = new LinuxWatchdogKernel();
        using (var opened = kernel.Open(_file, out var error)!)
        {
            Assert.Equal(0, error);
            Assert.Equal(0, opened.Write("xV"u8));
        }

        Assert.Equal("xV", File.ReadAllText(_file));
    }

    [Fact]
    public void Errors_are_those_of_the_kernel()
    {
        var kernel = new LinuxWatchdogKernel();

        Assert.Null(kernel.Open(_file + "-missing", out var error));
        Assert.Equal(WatchdogCall.NoSuchFile, error);
        using var full = kernel.Open("/dev/full", out _)!;
        Assert.Equal(28, full.Write("x"u8));   // ENOSPC
        using var file = kernel.Open(_file, out _)!;
        Assert.Equal(WatchdogCall.NoSuchControl, file.Control(WatchdogCall.GetSupport, new byte[WatchdogCall.InfoBytes]));
    }

    [Fact]
    public void A_regular_file_as_device_is_refused_and_left_as_it_was()
    {
        File.WriteAllText(_file, "precious");
        using var watchdog = new LinuxWatchdog(new WatchdogOptions { Device = _file }, new LinuxWatchdogKernel());

        var refusal = Assert.Throws<IOException>(() => watchdog.Arm());

        Assert.Contains("is no watchdog", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(_file));
    }

    [Fact]
    public void An_attribute_that_does_not_exist_is_null() =>
        Assert.Null(new LinuxWatchdogKernel().ReadAttribute("/dev/no-such-watchdog", "nowayout"));
}
