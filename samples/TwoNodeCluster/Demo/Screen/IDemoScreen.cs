namespace TwoNodeCluster.Demo.Screen;

/// <summary>Where the demo is watched. Called from one thread, <see cref="Explain"/> from any.</summary>
internal interface IDemoScreen : IDisposable
{
    /// <summary>Begins to show the stage.</summary>
    void Show(DemoStage stage);

    /// <summary>What is about to happen, in one sentence.</summary>
    void Announce(string sentence);

    /// <summary>What came of it.</summary>
    void Felt(string sentence);

    /// <summary>What a node decided, and why.</summary>
    void Explain(string node, string decision);

    /// <summary>The script is over: what is written to the console now stays there.</summary>
    void End();
}
