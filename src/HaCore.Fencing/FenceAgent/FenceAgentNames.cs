namespace HaCore.Fencing.FenceAgent;

/// <summary>Names on an agent's standard input.</summary>
internal static class FenceAgentNames
{
    public const string Action = "action";
    public const string NodeName = "nodename";
    public const string Plug = "plug";
    public const string Port = "port";           // until fence-agents 4.0 and where an agent has kept it
    public const string Password = "password";
    public const string Method = "method";

    /// <summary>Those of the packaged agents (fence-agents 4.12) that let whoever knows the value in. "community" switches outlets as well as a password does.</summary>
    private static readonly string[] SecretWords = ["password", "passwd", "passphrase", "secret", "secret_key", "apikey", "api_key", "token", "community", "hexadecimal_kg"];

    /// <summary>These make an agent print something and end with 0 without having done anything.</summary>
    private static readonly string[] Harmful = ["help", "version"];

    /// <summary>The agents take '-' for '_'.</summary>
    public static bool AreSame(string a, string b) => string.Equals(Normal(a), Normal(b), StringComparison.Ordinal);

    public static string Normal(string name) => name.Replace('-', '_');

    public static bool IsSecret(string name)
    {
        var normal = Normal(name);
        return SecretWords.Any(word => normal.Equals(word, StringComparison.OrdinalIgnoreCase) || normal.EndsWith("_" + word, StringComparison.OrdinalIgnoreCase));
    }

    public static bool IsPassword(string name) => name.Equals(Password, StringComparison.OrdinalIgnoreCase) || name.Equals("passwd", StringComparison.OrdinalIgnoreCase);

    /// <summary>Why nobody may give it; null when one may.</summary>
    public static string? WhyRefused(string name)
    {
        if (name.Length == 0 || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-'))
        {
            return "has letters, digits, '_' and '-' only, as the agents' manual pages write it";
        }

        if (Harmful.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return "cannot be given: the agent would print a text, do nothing and end as if it had";
        }

        return Normal(name).ToLowerInvariant() switch
        {
            Action => "cannot be given: write \"Action\": \"Off\" or \"Reboot\" beside it",
            NodeName => "cannot be given: it is always the name of the target",
            Plug or Port => "cannot be given: write \"Plugs\", which has one for each node",
            _ => null,
        };
    }
}
