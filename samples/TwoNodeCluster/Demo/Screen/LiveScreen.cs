using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace TwoNodeCluster.Demo.Screen;

/// <summary>The stage as it is now, redrawn ten times a second on a thread of its own: nodes, cables, the client, and what happened last.</summary>
internal sealed class LiveScreen : IDemoScreen
{
    private const int LinesMax = 200;
    private const int LinesShownMin = 6;
    private const int WrapLoss = 10;         // a row that is wrapped at a word is shorter than the terminal is wide
    private const int RowsBesidesLines = 19; // tables, rules and a margin
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new(); // the script and the nodes' readers write lines, the drawing thread reads them
    private readonly Queue<string> _lines = [];
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly ManualResetEventSlim _end = new();
    private Thread? _thread;
    private int _step;

    public LiveScreen(TimeProvider time)
    {
        _time = time;
        _began = time.GetTimestamp();
    }

    public void Show(DemoStage stage)
    {
        _end.Reset();
        _thread = new Thread(() => Draw(stage)) { IsBackground = true, Name = "screen" };
        _thread.Start();
    }

    public void Announce(string sentence) => Add($"[bold]{++_step}. {sentence.EscapeMarkup()}[/]");

    public void Felt(string sentence) => Add($"   [green]->[/] {sentence.EscapeMarkup()}");

    public void Explain(string node, string decision) => Add($"   [grey]{node.EscapeMarkup()}: {decision.EscapeMarkup()}[/]");

    public void End()
    {
        _end.Set();
        _thread?.Join();
        _thread = null;
    }

    public void Dispose()
    {
        End();
        _end.Dispose();
    }

    private void Add(string markup)
    {
        string at = _time.GetElapsedTime(_began).TotalSeconds.ToString("00.0", CultureInfo.InvariantCulture);
        lock (_gate)
        {
            _lines.Enqueue($"[grey]{at}[/] {markup}");
            if (_lines.Count > LinesMax)
            {
                _lines.Dequeue();
            }
        }
    }

    private void Draw(DemoStage stage) => AnsiConsole.Live(Picture(stage)).Overflow(VerticalOverflow.Crop).Start(live =>
    {
        bool ended;
        do
        {
            ended = _end.Wait(Redraw);
            live.UpdateTarget(Picture(stage));
            live.Refresh();
        }
        while (!ended);
    });

    private static int RowsOf(string line) => (Markup.Remove(line).Length / Math.Max(1, AnsiConsole.Profile.Width - WrapLoss)) + 1;

    private Rows Picture(DemoStage stage) => new(
        StagePicture.Nodes(stage),
        StagePicture.Cables(stage),
        StagePicture.Client(stage),
        new Rule { Style = Style.Parse("grey") },
        Timeline());

    private Rows Timeline()
    {
        int room = Math.Max(LinesShownMin, AnsiConsole.Profile.Height - RowsBesidesLines);
        lock (_gate)
        {
            // The newest that there is room for; a long line takes several rows.
            int shown = _lines.Reverse().TakeWhile(line => (room -= RowsOf(line)) >= 0).Count();
            return new Rows(_lines.TakeLast(shown).Select(IRenderable (line) => new Markup(line)));
        }
    }
}
