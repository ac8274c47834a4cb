using Spectre.Console;

namespace TwoNodeCluster.Demo.Screen;

/// <summary>Plain lines, one after the other: for files, pipes and terminals that can do no more. Colour only where a terminal says that it can.</summary>
internal sealed class PlainScreen : IDemoScreen
{
    private const int LineWidthInFiles = 200;

    private readonly Lock _gate = new(); // the nodes' readers explain while the script announces: whole lines only
    private int _step;

    public PlainScreen()
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = LineWidthInFiles; // a file has no width: a sentence stays on its line
        }
    }

    public void Show(DemoStage stage)
    {
    }

    public void Announce(string sentence) => Write($"[bold]{++_step}.[/] {sentence}");

    public void Felt(string sentence) => Write($"   [green]->[/] {sentence}");

    public void Explain(string node, string decision) => Write($"      [grey]{node}: {decision}[/]");

    public void End()
    {
    }

    public void Dispose()
    {
    }

    private void Write(FormattableString line)
    {
        lock (_gate)
        {
            AnsiConsole.MarkupLineInterpolated(line);
        }
    }
}
