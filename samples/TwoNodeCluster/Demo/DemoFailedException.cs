namespace TwoNodeCluster.Demo;

/// <summary>A step went otherwise than it must. The message says what was expected and what was seen.</summary>
internal sealed class DemoFailedException(string message) : Exception(message);
