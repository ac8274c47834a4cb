namespace HaCore.Testing.Scenarios;

/// <summary>One word of a line: separated by blanks; a text in double quotes is one word, a comma is one of its own, "#" begins a comment.</summary>
internal readonly record struct ScenarioToken(string Text, bool IsQuoted)
{
    public static IReadOnlyList<ScenarioToken> Split(string line, out string? error)
    {
        error = null;
        var tokens = new List<ScenarioToken>();
        for (var at = 0; at < line.Length;)
        {
            if (char.IsWhiteSpace(line[at]))
            {
                at++;
            }
            else if (line[at] == '#')
            {
                break;
            }
            else if (line[at] == ',')
            {
                tokens.Add(new(",", false));
                at++;
            }
            else if (line[at] == '"')
            {
                var end = line.IndexOf('"', at + 1);
                if (end < 0)
                {
                    error = "the text that begins with " + line[at..] + " has no second quotation mark";
                    return tokens;
                }

                tokens.Add(new(line[(at + 1)..end], true));
                at = end + 1;
            }
            else
            {
                var end = at;
                while (end < line.Length && !char.IsWhiteSpace(line[end]) && line[end] is not (',' or '"'))
                {
                    end++;
                }

                tokens.Add(new(line[at..end], false));
                at = end;
            }
        }

        return tokens;
    }

    public override string ToString() => IsQuoted ? $"\"{Text}\"" : Text;
}
