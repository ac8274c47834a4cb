using System.Text;

namespace HaCore.Fencing;

/// <summary>A text with {placeholders}, parsed once. "{{" and "}}" are braces.</summary>
internal sealed class Template
{
    private readonly List<(string Text, bool IsName)> _parts = [];

    private Template()
    {
    }

    public IEnumerable<string> Names => _parts.Where(part => part.IsName).Select(part => part.Text);

    /// <summary>Null with an error when it is not one.</summary>
    public static Template? Parse(string text, out string? error)
    {
        var template = new Template();
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (character is '{' or '}' && i + 1 < text.Length && text[i + 1] == character)
            {
                plain.Append(character);
                i++;
            }
            else if (character == '{' && text.IndexOf('}', i) is > 0 and var end)
            {
                template._parts.Add((plain.ToString(), false));
                template._parts.Add((text[(i + 1)..end], true));
                plain.Clear();
                i = end;
            }
            else if (character is '{' or '}')
            {
                error = $"the brace at character {i + 1} of \"{text}\" belongs to no placeholder; double it to have a brace";
                return null;
            }
            else
            {
                plain.Append(character);
            }
        }

        template._parts.Add((plain.ToString(), false));
        error = null;
        return template;
    }

    public string Fill(Func<string, string> value) => string.Concat(_parts.Select(part => part.IsName ? value(part.Text) : part.Text));
}
