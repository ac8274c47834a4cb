using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace HaCore.Configuration;

/// <summary>The names and types of the properties that a configuration section can set on an options class.</summary>
internal sealed class OptionsShape
{
    /// <summary>What must survive trimming of an options class: its constructor for the options framework, its properties for the names here.</summary>
    public const DynamicallyAccessedMemberTypes Members =
        DynamicallyAccessedMemberTypes.PublicParameterlessConstructor | DynamicallyAccessedMemberTypes.PublicProperties;

    public static readonly OptionsShape Empty = new([]);

    private readonly Dictionary<string, Type> _properties;

    private OptionsShape(Dictionary<string, Type> properties) => _properties = properties;

    public IEnumerable<string> Names => _properties.Keys;

    /// <summary>Configuration keys do not tell capitals from small letters.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out Type? type) => _properties.TryGetValue(key, out type);

    public static OptionsShape Of<[DynamicallyAccessedMembers(Members)] TOptions>()
    {
        var properties = new Dictionary<string, Type>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in typeof(TOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var isSettable = property.SetMethod is { IsPublic: true };
            var isFilled = property.PropertyType != typeof(string) && property.PropertyType.IsAssignableTo(typeof(IEnumerable));
            if (property.GetIndexParameters().Length == 0 && (isSettable || isFilled))
            {
                properties[property.Name] = property.PropertyType;
            }
        }

        return new(properties);
    }
}
