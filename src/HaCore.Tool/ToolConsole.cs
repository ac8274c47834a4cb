using System.Text.RegularExpressions;
using Spectre.Console;

namespace HaCore.Tool;

/// <summary>What the tool knows of the world around it: where it prints, whether a person sits there, its environment and the time.</summary>
internal sealed partial record ToolConsole
{
    private const int PlainWidth = 80;   // where nobody says how wide it is
    private const int WidthMin = 40;

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public required TextReader In { get; init; }

    /// <summary>Does a person see the output at once?</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Can a person be asked?</summary>
    public bool IsInteractive { get; init; }

    public int Width { get; init; } = PlainWidth;

    public int Height { get; init; } = 24;

    public Func<string, string?> Variable { get; init; } = static _ => null;

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Colours? NO_COLOR: https://no-color.org, any value that is not empty.</summary>
    public bool HasColor(bool isSwitchedOff) => IsTerminal && !isSwitchedOff && string.IsNullOrEmpty(Variable("NO_COLOR")) && Variable("TERM") != "dumb";

    public static ToolConsole OfThisProcess()
    {
        var isTerminal = !Console.IsOutputRedirected;
        return new ToolConsole
        {
            // The streams, not Console.Out and Console.In: those switch the terminal's keypad over, seen in every recording.
            Out = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true },
            Error = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true },
            In = new StreamReader(Console.OpenStandardInput()),
            IsTerminal = isTerminal,
            IsInteractive = isTerminal && !Console.IsInputRedirected,
            Width = isTerminal ? Math.Max(Measure(() => Console.WindowWidth, PlainWidth), WidthMin) : PlainWidth,
            Height = isTerminal ? Measure(() => Console.WindowHeight, 24) : 24,
            Variable = Environment.GetEnvironmentVariable,
        };
    }

    /// <summary>Draws into a text of this width, without blanks at the ends of lines.</summary>
    public string Draw(bool hasColor, Action<IAnsiConsole> draw)
    {
        var text = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,   // without, it would set the colours of the process's own terminal, whatever it draws into
            ColorSystem = ColorSystemSupport.Standard,   // the 16 colours that the operator's terminal chose
            Interactive = InteractionSupport.No,
            Out = new Page(text, Width),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        draw(console);
        var drawn = hasColor ? text.ToString() : StylePattern().Replace(text.ToString(), "");
        return string.Join('\n', drawn.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd(' ')));
    }

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex StylePattern();

    private static int Measure(Func<int> read, int otherwise)
    {
        try
        {
            return read() is > 0 and var value ? value : otherwise;
        }
        catch (Exception unknown) when (unknown is IOException or PlatformNotSupportedException)
        {
            return otherwise;
        }
    }

    private sealed class Page(TextWriter writer, int width) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => false;

        public int Width => width;

        public int Height => 1000;

        public void SetEncoding(System.Text.Encoding encoding)
        {
            // It is a text.
        }
    }
}
