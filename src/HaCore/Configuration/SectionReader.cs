using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace HaCore.Configuration;

/// <summary>Reads single values, arrays and keys of configuration sections strictly: what it does not understand is an error with the place where it stands.</summary>
internal sealed class SectionReader(List<string> errors)
{
    private const string PasswordFile = "PasswordFile";   // an option of types that log in somewhere
    private static readonly string[] SecretWords = ["Key", "Keys", "AuthKey", "AuthKeys", "SharedKey", "Secret", "SharedSecret", "Password", "Passwd", "Passphrase"];

    public void Error(IConfigurationSection section, string what) => errors.Add($"{section.Path}: {what}");

    /// <summary>Every key must be known at its level; a typing error that is ignored shows at the first failover.</summary>
    public void CheckKeys(IConfigurationSection section, IEnumerable<string> known, OptionsShape? shape = null)
    {
        List<string> all = [.. known, .. shape?.Names ?? []];
        foreach (var child in section.GetChildren())
        {
            if (all.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            if (SecretWords.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                // Never the value: this message is logged.
                Error(child, "a secret in configuration is refused, because configuration ends up in backups, repositories and logs: " + (all.Contains(PasswordFile)
                    ? $"the password comes only from a file of mode 0600, which \"{PasswordFile}\" names. Remove it, and take a new password."
                    : "keys come only from the file that \"KeyFile\" names. Remove it, and take a new key."));
                continue;
            }

            var hint = NearestName.Find(child.Key, all) is { } nearest ? $"did you mean \"{nearest}\"?" : $"known here: {string.Join(", ", all)}.";
            Error(child, $"the key \"{child.Key}\" is unknown, and what is not understood is not ignored; {hint}");
        }
    }

    /// <summary>The elements of an array, in order; null after an error.</summary>
    public IReadOnlyList<IConfigurationSection>? Items(IConfigurationSection section)
    {
        List<IConfigurationSection> items = [.. section.GetChildren()];
        if (items.Count == 0 && !string.IsNullOrEmpty(section.Value))
        {
            Error(section, $"must be an array [ ... ] and is \"{section.Value}\".");
            return null;
        }

        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].Key != i.ToString(CultureInfo.InvariantCulture))
            {
                Error(section, $"must be an array [ {{ \"Name\": ... }}, ... ] and has the keys {string.Join(", ", items.Select(item => item.Key))}: " +
                    "order matters here, and configuration sorts the keys of an object.");
                return null;
            }
        }

        return items;
    }

    /// <summary>False when it is absent or (with an error) no object.</summary>
    public bool IsObject(IConfigurationSection section)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            Error(section, $"must be an object {{ ... }} and is \"{section.Value}\".");
            return false;
        }

        return section.GetChildren().Any();
    }

    public void Text(IConfigurationSection section, string key, Action<string> set)
    {
        var child = section.GetSection(key);
        if (child.GetChildren().Any())
        {
            Error(child, "must be a single value.");
        }
        else if (child.Value is { } value)
        {
            set(value);
        }
    }

    public void Time(IConfigurationSection section, string key, Action<TimeSpan> set) => Text(section, key, text =>
    {
        if (TimeText.Read(text, out var value) is { } error)
        {
            Error(section.GetSection(key), $"\"{text}\" is refused: {error}.");
        }
        else
        {
            set(value);
        }
    });

    public void Number(IConfigurationSection section, string key, Action<int> set) => Text(section, key, text =>
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            set(value);
        }
        else
        {
            Error(section.GetSection(key), $"\"{text}\" must be a whole number.");
        }
    });

    public void Flag(IConfigurationSection section, string key, Action<bool> set) => Text(section, key, text =>
    {
        if (bool.TryParse(text, out var value))
        {
            set(value);
        }
        else
        {
            Error(section.GetSection(key), $"\"{text}\" must be true or false.");
        }
    });

    /// <summary>By name only: a number would go on meaning something else when the list grows.</summary>
    public void Choice<TEnum>(IConfigurationSection section, string key, Action<TEnum> set) where TEnum : struct, Enum => Text(section, key, text =>
    {
        if (CheckChoice(section.GetSection(key), text, Enum.GetNames<TEnum>()))
        {
            set(Enum.Parse<TEnum>(text, ignoreCase: true));
        }
    });

    /// <summary>Checks the values of a type's own options as far as their types allow, because the binder would stop at the first and read "2" as two days.</summary>
    /// <returns>Are they good as far as that goes?</returns>
    public bool CheckValues(IConfigurationSection section, OptionsShape shape)
    {
        var before = errors.Count;
        foreach (var child in section.GetChildren())
        {
            if (!shape.TryGet(child.Key, out var declared))
            {
                continue;
            }

            var type = Nullable.GetUnderlyingType(declared) ?? declared;
            if (type == typeof(TimeSpan))
            {
                Time(section, child.Key, _ => { });
            }
            else if (type == typeof(bool))
            {
                Flag(section, child.Key, _ => { });
            }
            else if (type == typeof(int))
            {
                Number(section, child.Key, _ => { });
            }
            else if (type == typeof(string))
            {
                Text(section, child.Key, _ => { });
            }
            else if (type.IsEnum && !type.IsDefined(typeof(FlagsAttribute), inherit: false))
            {
                Text(section, child.Key, text => CheckChoice(child, text, Enum.GetNames(type)));
            }
        }

        return errors.Count == before;
    }

    private bool CheckChoice(IConfigurationSection section, string text, string[] names)
    {
        var isKnown = names.Contains(text, StringComparer.OrdinalIgnoreCase);
        if (!isKnown)
        {
            Error(section, $"\"{text}\" must be one of {string.Join(", ", names)}{NearestName.Hint(text, names)}");
        }

        return isKnown;
    }
}
