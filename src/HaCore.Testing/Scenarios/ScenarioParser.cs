namespace HaCore.Testing.Scenarios;

/// <summary>From text to settings and statements, once. Settings (words with a colon) come first, then the story.</summary>
internal sealed class ScenarioParser(string name)
{
    private readonly List<string> _errors = [];
    private readonly List<Statement> _statements = [];
    private readonly ScenarioHeader _header = new();
    private readonly ScenarioNames _names = new();

    public ScenarioFile Parse(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        if (lines.Length > ScenarioFile.LinesMax)
        {
            throw new ScenarioFormatException($"{name}: {lines.Length} lines; at most {ScenarioFile.LinesMax} can be read by anybody");
        }

        for (var i = 0; i < lines.Length; i++)
        {
            var words = ScenarioToken.Split(lines[i], out var error);
            if (error is not null)
            {
                Error(i + 1, error);
            }
            else if (words.Count > 0)
            {
                Read(i + 1, words);
            }
        }

        foreach (var missing in _header.Missing(_statements.Count))
        {
            _errors.Add($"{name}: {missing}");
        }

        return _errors.Count == 0 ? new ScenarioFile(name, _header, _statements) : throw new ScenarioFormatException(_errors);
    }

    private void Read(int line, IReadOnlyList<ScenarioToken> words)
    {
        var colon = Enumerable.Range(0, words.Count).FirstOrDefault(i => !words[i].IsQuoted && words[i].Text.EndsWith(':'), -1);
        if (colon < 0)
        {
            ReadStatement(line, words);
        }
        else if (_statements.Count > 0)
        {
            Error(line, $"the setting \"{words[0]} ...\" must stand before the story begins (line {_statements[0].Line})");
        }
        else
        {
            _header.Read(words, colon, _names, message => Error(line, message));
        }
    }

    private void ReadStatement(int line, IReadOnlyList<ScenarioToken> words)
    {
        _header.Complete(_names);
        if (Verbs.All.Read(words, _names, out var error) is not { } read)
        {
            Error(line, error!);
            return;
        }

        if (words[0].Text == "double")
        {
            var twin = read.Arguments.Text(1);
            if (_names.Nodes.Contains(twin))
            {
                Error(line, $"{twin} is the name of another machine");
            }

            _names.Nodes.Add(twin);   // from here on it has a name
        }

        _statements.Add(new Statement(line, string.Join(' ', words), read.Value, read.Arguments));
    }

    private void Error(int line, string message) => _errors.Add($"{name}:{line}: {message}");
}
