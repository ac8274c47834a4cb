using HaCore.State;

namespace HaCore;

/// <summary>Makes the key file that both nodes of a cluster share.</summary>
public static class ClusterKeyFile
{
    /// <summary>
    /// Creates a key file with one new random key of 32 bytes, readable and writable by its owner only (mode 0600; on Windows with the
    /// access list of its folder). Copy it to the peer over a safe channel: who has it can speak as a node.
    /// </summary>
    /// <param name="path">The file to create. Its folder must exist. An existing file is never overwritten.</param>
    /// <exception cref="IOException">The file exists already, its folder does not, or the disk refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written by this user.</exception>
    /// <remarks>Any thread.</remarks>
    public static void Create(string path) => KeyFile.Generate(path);
}
