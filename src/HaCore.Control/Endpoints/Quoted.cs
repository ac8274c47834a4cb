using System.Text;

namespace HaCore.Control;

/// <summary>Foreign text in messages and log lines: one line, of bounded length.</summary>
internal static class Quoted
{
    private const int CharactersMax = 200;

    public static string Shorten(string text)
    {
        var clean = new StringBuilder(Math.Min(text.Length, CharactersMax + 1));
        foreach (var character in text)
        {
            if (clean.Length == CharactersMax)
            {
                return clean.Append('…').ToString();
            }

            clean.Append(char.IsControl(character) ? '?' : character);
        }

        return clean.ToString();
    }
}
