namespace HaCore.Tests.State;

/// <summary>A folder of one test, gone after it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hacore-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
