namespace HaCore.Configuration;

/// <summary>What must hold of the commands that packages add: an operator in trouble types a name and must get the one thing that it says.</summary>
internal static class OperatorCommandRules
{
    // Everything that hactl answers itself, and what it may want to: a package's command would hide it or be hidden.
    private static readonly HashSet<string> Taken =
    [
        "status", "events", "standby", "online", "move", "maintenance", "clear", "clear-divergence", "confirm-down", "take", "keygen", "help", "version", "commands", "clusters",
    ];

    // Options that hactl understands before and after every command.
    private static readonly HashSet<string> TakenOptions = ["cluster", "socket", "no-color", "help", "version", "json"];

    public static void Check(IEnumerable<IOperatorCommand> commands, List<string> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var command in commands)
        {
            var what = $"The operator command \"{command.Name}\" ({command.GetType()})";
            if (!IsKebabCase(command.Name))
            {
                errors.Add($"{what} must be named with 1 to {Rules.NameCharactersMax} lower-case letters and digits in words joined by '-', the first a letter, " +
                    "because it is typed on a command line and part of an address.");
            }

            if (Taken.Contains(command.Name))
            {
                errors.Add($"{what} has the name of a command of hactl itself: it could never be called. Choose another.");
            }
            else if (!names.Add(command.Name))
            {
                errors.Add($"{what} is added twice: nobody could say which of the two is meant. Rename one, or add it once.");
            }

            CheckParameters(what, command.Parameters, errors);
        }
    }

    private static void CheckParameters(string what, IReadOnlyList<OperatorCommandParameter> parameters, List<string> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        string? optional = null;
        foreach (var parameter in parameters)
        {
            if (!IsKebabCase(parameter.Name) || TakenOptions.Contains(parameter.Name) || !names.Add(parameter.Name))
            {
                errors.Add($"{what}: the parameter \"{parameter.Name}\" must be named in lower-case words joined by '-', once, and not as an option of hactl itself " +
                    $"({string.Join(", ", TakenOptions.Order(StringComparer.Ordinal))}): it is typed on a command line.");
            }

            Rules.CheckDefined($"{what}: the kind of the parameter \"{parameter.Name}\"", parameter.Kind, errors);
            if (parameter.Kind == OperatorCommandParameterKind.Flag && (parameter.IsRequired || parameter.Default is not null))
            {
                errors.Add($"{what}: the flag \"{parameter.Name}\" must be neither required nor have a default: it is there or not, that is its value.");
            }

            if (parameter.Kind == OperatorCommandParameterKind.Argument)
            {
                if (parameter.IsRequired && optional is not null)
                {
                    errors.Add($"{what}: the argument \"{parameter.Name}\" is required and follows \"{optional}\", which is not: places could not be told apart. Put it first.");
                }

                optional = parameter.IsRequired ? optional : parameter.Name;
            }
        }
    }

    private static bool IsKebabCase(string? name)
    {
        if (name is not { Length: > 0 and <= Rules.NameCharactersMax } || !char.IsAsciiLetterLower(name[0]) || name[^1] == '-' || name.Contains("--", StringComparison.Ordinal))
        {
            return false;
        }

        return name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');
    }
}
