using System.Runtime.Versioning;
using HaCore.Engine;
using Microsoft.Win32.SafeHandles;

namespace HaCore.State;

/// <summary>
/// The folder where one node keeps what it must remember of one cluster. Locked while this object lives, so that a second process of the
/// same node is refused. Every save is a whole new file that replaces the old one, so a crash leaves one or the other, never a mixture.
/// Not thread-safe: one writer. docs/internals/state.md.
/// </summary>
internal sealed class StateDirectory : IDisposable
{
    public const string StateName = "state";
    public const string TemporaryName = "state.new";
    public const string LockName = "lock";

    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode FileMode0600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const int FileBytesMax = 1024 * 1024;   // 16 groups are 5 KB; groups that are no longer configured stay

    private readonly string cluster;
    private readonly string statePath;
    private readonly string temporaryPath;
    private readonly FileStream processLock;
    private readonly SafeFileHandle? directory;

    private StateDirectory(string path, string cluster, FileStream processLock, SafeFileHandle? directory)
    {
        this.cluster = cluster;
        this.processLock = processLock;
        this.directory = directory;
        statePath = Path.Combine(path, StateName);
        temporaryPath = Path.Combine(path, TemporaryName);
    }

    /// <param name="path">The folder; made with mode 0700 if it is missing.</param>
    /// <param name="cluster">Name of the cluster: a state of another one is refused.</param>
    /// <exception cref="StateFileException">It cannot be made, is open to others, or another process has it.</exception>
    public static StateDirectory Open(string path, string cluster)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(cluster);
        var full = Path.GetFullPath(path);
        SafeFileHandle? directory = null;
        try
        {
            directory = OpenDirectory(full);
            return new StateDirectory(full, cluster, Lock(full), directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            directory?.Dispose();
            throw new StateFileException($"State directory '{full}' cannot be used ({e.Message}); a node that cannot remember its terms must not run groups, so it does not start. Make it a writable folder of this service's user with mode 0700, or configure another one.", e);
        }
        catch (StateFileException)
        {
            directory?.Dispose();
            throw;
        }
    }

    /// <summary>The saved state; null when there never was one.</summary>
    /// <exception cref="StateFileException">There is one, and it cannot be trusted. Not the same as none: the node must not start.</exception>
    public PersistentState? Load()
    {
        byte[] bytes;
        try
        {
            using var stream = new FileStream(statePath, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length > FileBytesMax)
            {
                throw Refused($"it is longer than {FileBytesMax} bytes");
            }

            bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused($"it cannot be read ({e.Message})", e);
        }

        var (state, refusal) = StateFile.Parse(bytes, cluster);
        return state ?? throw Refused(refusal ?? "it cannot be read");
    }

    /// <summary>
    /// Returns when the state is on the disk. After an exception the old state stays, or, when only the last step failed (fsync of the
    /// folder), one of the two, whole: the caller must count nothing as persisted.
    /// </summary>
    /// <exception cref="StateFileException">The disk is full, read-only or broken.</exception>
    public void Save(PersistentState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        ObjectDisposedException.ThrowIf(processLock.SafeFileHandle.IsClosed, this);
        var bytes = StateFile.Format(state, cluster);
        if (bytes.Length > FileBytesMax)
        {
            throw new StateFileException($"The state of cluster '{cluster}' has {bytes.Length} bytes; at most {FileBytesMax} can be read again, so it is not written. Remove groups that are no longer configured.");
        }

        try
        {
            Write(bytes);
            File.Move(temporaryPath, statePath, overwrite: true);
            if (directory is not null && !OperatingSystem.IsWindows())
            {
                Posix.Sync(directory);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StateFileException($"State file '{statePath}' cannot be written ({e.Message}); until it can, this node takes no group. Free or repair the disk.", e);
        }
    }

    public void Dispose()
    {
        processLock.Dispose();
        directory?.Dispose();
    }

    private static SafeFileHandle? OpenDirectory(string path)
    {
        // Windows: no modes (the folder's access list rules) and no fsync of folders (NTFS journals the rename itself).
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return null;
        }

        Create(path, DirectoryMode);
        var directory = Posix.OpenDirectory(path);
        var mode = File.GetUnixFileMode(directory);
        var owner = Posix.OwnerOf(directory);
        var user = Posix.EffectiveUser();
        if ((mode & Others) == 0 && (owner is null || owner == user || owner == 0))
        {
            return directory;
        }

        directory.Dispose();
        throw (mode & Others) != 0
            ? new StateFileException($"State directory '{path}' has mode 0{Convert.ToString((int)mode, 8)}; it must be 0700, or others on this machine can change who owns the groups, so this node does not start. Run: chmod 0700 '{path}'.")
            : new StateFileException($"State directory '{path}' belongs to user {owner}; it must belong to the user that runs this node ({user}) or to root, or user {owner} can change who owns the groups, so this node does not start. Run: chown {user} '{path}'.");
    }

    [UnsupportedOSPlatform("windows")]
    private static void Create(string path, UnixFileMode? mode)
    {
        if (Directory.Exists(path) || Path.GetDirectoryName(path) is not { } parent)
        {
            return;
        }

        Create(parent, null);
        _ = mode is { } given ? Directory.CreateDirectory(path, given) : Directory.CreateDirectory(path);

        // Else a crash could take the new folder with all that was saved in it, and a state that is gone looks like a first start.
        using var handle = Posix.OpenDirectory(parent);
        Posix.Sync(handle);
    }

    private static FileStream Lock(string path)
    {
        var file = Path.Combine(path, LockName);
        try
        {
            // FileShare.None is flock(2) here: it ends with the process, however that ends, and child processes do not inherit it.
            return new FileStream(file, NewFile(FileMode.OpenOrCreate, FileAccess.ReadWrite));
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException))
        {
            throw new StateFileException($"State directory '{path}' cannot be locked ({e.Message}); only one process per node may run a cluster, or both could hold its groups, so this one does not start. See who has it: fuser -v '{file}'.", e);
        }
    }

    private static FileStreamOptions NewFile(FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileMode0600;
        }

        return options;
    }

    private void Write(byte[] bytes)
    {
        using var stream = new FileStream(temporaryPath, NewFile(FileMode.Create, FileAccess.Write));
        stream.Write(bytes);
        stream.Flush(flushToDisk: true);
    }

    private StateFileException Refused(string why, Exception? inner = null)
    {
        var message = $"State file '{statePath}': {why}. It is not treated as absent, because a node that forgot its terms could take a group twice; this node does not start. "
            + "Recovery: (1) was it written by a newer release, start that release again; otherwise (2) make sure that none of the cluster's resources is active on this node; "
            + "(3) let the peer run, or, with replicated data, make sure that this node's copy is the newest; "
            + $"(4) set the file aside: mv '{statePath}' '{statePath}.refused'; (5) start this node: it learns its place from the peer.";
        return inner is null ? new StateFileException(message) : new StateFileException(message, inner);
    }
}
