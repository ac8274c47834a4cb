using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Fencing.Tests;

/// <summary>A directory with programs of a test's own, and the real command runner.</summary>
internal sealed class Workplace : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("hacore-fencing-");
    private readonly ServiceProvider _services;

    public Workplace()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/bin/sh"), "the programs are shell scripts for Linux");
        _services = new ServiceCollection().AddLogging().AddHaCluster("unipd", _ => { }).BuildServiceProvider();
        Commands = _services.GetRequiredService<ICommandRunner>();
    }

    public ICommandRunner Commands { get; }

    public FencingDeviceContext Context { get; } = new()
    {
        Cluster = "unipd",
        Device = "power",
        LocalNode = new("novanta"),
        Target = new("novantuno"),
        Timeout = TimeSpan.FromSeconds(60),
        TimeProvider = TimeProvider.System,
    };

    public static bool IsAlive(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat"); // proc_pid_stat(5): the state follows the name, which may hold brackets
            return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    public string Script(string name, string body) => Write(name, "#!/bin/sh\n" + body + "\n", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    public string Write(string name, string content, UnixFileMode mode)
    {
        var path = PathOf(name);
        File.WriteAllText(path, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }

        return path;
    }

    /// <summary>Waits until a program has made the file. No other bound than the test's own.</summary>
    public async Task Appears(string path)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(_directory.FullName);
        watcher.Created += (_, _) => Look();
        watcher.Renamed += (_, _) => Look();
        watcher.EnableRaisingEvents = true;
        Look();
        await seen.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        void Look()
        {
            if (File.Exists(path))
            {
                seen.TrySetResult();
            }
        }
    }

    public void Dispose()
    {
        _services.Dispose();
        _directory.Delete(recursive: true);
    }
}
