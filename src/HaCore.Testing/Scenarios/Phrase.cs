using System.Globalization;
using HaCore.Configuration;
using HaCore.Engine;

namespace HaCore.Testing.Scenarios;

/// <summary>
/// One form of a line, as the reference shows it: small words stand for themselves, words in capitals for what the writer fills in,
/// "this|that" for a choice. What it takes from a line are <see cref="PhraseArguments"/>, in order.
/// </summary>
internal sealed class Phrase<T>(string form, string meaning, T value)
{
    private readonly string[] _elements = form.Split(' ');

    public string Form { get; } = form;

    /// <summary>One sentence for the reference.</summary>
    public string Meaning { get; } = meaning;

    public T Value { get; } = value;

    /// <summary>Does the line say this? If not: at which word it stopped, and what was expected there.</summary>
    public PhraseMatch Match(IReadOnlyList<ScenarioToken> words, ScenarioNames names)
    {
        var arguments = new List<object>();
        var at = 0;
        for (var i = 0; i < _elements.Length; i++)
        {
            if (PhraseWord.IsList(_elements[i]))
            {
                var stop = i + 1 < _elements.Length ? _elements[i + 1] : null;
                if (PhraseWord.ReadList(_elements[i], words, ref at, stop, names, out var list) is { } failure)
                {
                    return failure;
                }

                arguments.Add(list);
            }
            else if (PhraseWord.Read(_elements[i], words, at, names, out var argument) is { } failure)
            {
                return failure;
            }
            else
            {
                at++;
                if (argument is not null)
                {
                    arguments.Add(argument);
                }
            }
        }

        return at < words.Count
            ? PhraseMatch.Failed(at, "the end of the line", [])
            : PhraseMatch.Matched(new PhraseArguments(arguments));
    }
}

internal sealed record PhraseMatch(PhraseArguments? Arguments, int At, string Expected, IReadOnlyList<string> Known)
{
    public static PhraseMatch Matched(PhraseArguments arguments) => new(arguments, int.MaxValue, "", []);

    /// <param name="at">Index of the word that does not fit.</param>
    /// <param name="expected">What would, in words.</param>
    /// <param name="known">Words that would fit, for "did you mean".</param>
    public static PhraseMatch Failed(int at, string expected, IReadOnlyList<string> known) => new(null, at, expected, known);
}

/// <summary>What a line filled in, in the order of its form.</summary>
internal sealed class PhraseArguments(IReadOnlyList<object> values)
{
    public string Text(int index) => (string)values[index];

    public TimeSpan Time(int index) => (TimeSpan)values[index];

    public int Number(int index) => (int)values[index];

    public NoticeKind Notice(int index) => (NoticeKind)values[index];

    public MemberState State(int index) => (MemberState)values[index];

    public IReadOnlyList<string> Names(int index) => (IReadOnlyList<string>)values[index];
}

/// <summary>What a word in capitals takes.</summary>
internal static class PhraseWord
{
    public const string Node = "NODE", Nodes = "NODES", Links = "LINKS", Link = "LINK", Group = "GROUP", Resource = "RESOURCE";
    public const string Time = "TIME", Count = "COUNT", Percent = "PERCENT", Event = "EVENT", State = "STATE", Text = "TEXT", Name = "NAME", Names = "NAMES";

    private static readonly string[] Events =
        [.. Enum.GetValues<NoticeKind>().Where(k => k != NoticeKind.Unknown).Select(k => k.ToString())];

    private static readonly string[] States = Enum.GetNames<MemberState>();

    private static readonly (string Unit, TimeSpan Size)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("min", TimeSpan.FromMinutes(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("h", TimeSpan.FromHours(1)),
    ];

    public static bool IsList(string element) => element is Nodes or Links or Names;

    public static PhraseMatch? Read(string element, IReadOnlyList<ScenarioToken> words, int at, ScenarioNames names, out object? argument)
    {
        argument = null;
        var word = at < words.Count ? words[at] : default;
        var text = word.IsQuoted ? null : word.Text;
        if (element is Node + ":" or Link + ":" && text?.EndsWith(':') == true)
        {
            (element, text) = (element[..^1], text[..^1]);   // the name that a setting is about
        }

        switch (element)
        {
            case Node:
                return Known(at, text, "a node", names.Nodes, ref argument);
            case Link:
                return Known(at, text, "a link", names.Links, ref argument);
            case Group:
                return Known(at, text, "a group", names.Groups, ref argument);
            case Resource:
                return Known(at, text, "a resource", names.Resources, ref argument);
            case Event:
                return Parsed(at, Find(Events, text) is { } kind ? Enum.Parse<NoticeKind>(kind) : null, "the name of a log event", Events, ref argument);
            case State:
                return Parsed(at, Find(States, text) is { } state ? Enum.Parse<MemberState>(state) : null, "a state of a node", States, ref argument);
            case Time:
                return Parsed(at, ReadTime(text), "a time like 200ms, 2s, 1.5s, 5min or 2h", [], ref argument);
            case Count:
                return Parsed(at, ReadNumber(text, int.MaxValue), "a number", [], ref argument);
            case Percent:
                return Parsed(at, text?.EndsWith('%') == true ? ReadNumber(text[..^1], 100) : null, "a share like 30%", [], ref argument);
            case Text:
                return Parsed(at, word.IsQuoted ? word.Text : null, "a text in double quotes", [], ref argument);
            case Name:
                return Parsed(at, text is "," ? null : text, "a name", [], ref argument);
            default:
                return Literal(element, at, text, ref argument);
        }
    }

    public static PhraseMatch? ReadList(
        string element, IReadOnlyList<ScenarioToken> words, ref int at, string? stop, ScenarioNames names, out IReadOnlyList<string> list)
    {
        var (single, all) = element switch
        {
            Nodes => (Node, names.Nodes),
            Links => (Link, names.Links),
            _ => (Name, (IReadOnlyList<string>)[]),
        };
        var found = new List<string>();
        list = found;
        if (element == Links && at < words.Count && words[at].Text == "all")
        {
            at++;
            found.AddRange(all);
            return null;
        }

        while (at < words.Count && (found.Count == 0 || words[at].Text != stop))
        {
            if (Read(single, words, at, names, out var one) is { } failure)
            {
                return failure;
            }

            found.Add((string)one!);
            at++;
        }

        return found.Count > 0 ? null : Read(single, words, at, names, out _);
    }

    private static PhraseMatch? Literal(string element, int at, string? text, ref object? argument)
    {
        if (!element.Contains('|', StringComparison.Ordinal))
        {
            return text == element ? null : PhraseMatch.Failed(at, $"\"{element}\"", [element]);
        }

        var choices = element.Split('|');
        return Known(at, text, string.Join(", ", choices.Select(c => $"\"{c}\"")), choices, ref argument, isChoice: true);
    }

    private static PhraseMatch? Known(int at, string? text, string what, IReadOnlyList<string> known, ref object? argument, bool isChoice = false)
    {
        if (text is not null && known.Contains(text))
        {
            argument = text;
            return null;
        }

        return PhraseMatch.Failed(at, isChoice ? what : $"{what} ({string.Join(", ", known)})", known);
    }

    private static PhraseMatch? Parsed(int at, object? value, string what, IReadOnlyList<string> known, ref object? argument)
    {
        argument = value;
        return value is null ? PhraseMatch.Failed(at, what, known) : null;
    }

    private static string? Find(string[] known, string? text) => Array.Find(known, k => k == text);

    private static TimeSpan? ReadTime(string? text)
    {
        foreach (var (unit, size) in Units)
        {
            if (text?.EndsWith(unit, StringComparison.Ordinal) == true
                && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
                && count * size.TotalDays < ScenarioFile.DaysMax)
            {
                return count * size;
            }
        }

        return null;
    }

    private static int? ReadNumber(string? text, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= max ? count : null;
}
