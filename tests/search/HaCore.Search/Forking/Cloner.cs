using System.Reflection;
using System.Reflection.Emit;

namespace HaCore.Search.Forking;

/// <summary>
/// Copies a machine with everything that it owns. Made once per type from its fields: a memberwise copy, then each field that refers to something mutable is
/// replaced by the copy of it. What is shared and what is not says <see cref="FieldTable"/>.
/// </summary>
internal static class Cloner
{
    private static readonly Func<object, object> Memberwise =
        typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!.CreateDelegate<Func<object, object>>();

    private static readonly MethodInfo CopyMethod = typeof(Cloner).GetMethod(nameof(Copy), BindingFlags.Static | BindingFlags.NonPublic)!;
    private static readonly Dictionary<Type, Action<object, Copies>> Repairs = [];
    private static readonly Lock Gate = new(); // repairs are made once per type; both workers may be the first

    [ThreadStatic]
    private static Copies? t_copies;

    public static T Clone<T>(T source)
        where T : class
    {
        var copies = t_copies ??= new Copies();
        copies.Clear();
        return (T)Copy(source, copies)!;
    }

    private static object? Copy(object? source, Copies copies)
    {
        if (source is null)
        {
            return null;
        }

        if (copies.Find(source) is { } known)
        {
            return known;
        }

        var repair = RepairOf(source.GetType());
        var copy = source is Array array ? array.Clone() : Memberwise(source);
        copies.Add(source, copy);
        repair(copy, copies);
        return copy;
    }

    private static Action<object, Copies> RepairOf(Type type)
    {
        if (Copies.Cache.TryGetValue(type, out var mine))
        {
            return mine;
        }

        lock (Gate)
        {
            if (!Repairs.TryGetValue(type, out var repair))
            {
                Repairs[type] = repair = Make(type);
            }

            return Copies.Cache[type] = repair;
        }
    }

    private static Action<object, Copies> Make(Type type)
    {
        if (type.IsArray)
        {
            return type.GetElementType()!.IsClass ? RepairArray : static (_, _) => { };
        }

        if (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(List<>) || type.GetGenericTypeDefinition() == typeof(Dictionary<,>)))
        {
            // Their elements are values or immutable; a memberwise copy would share the arrays inside.
            return RepairCollection(type);
        }

        var method = new DynamicMethod("Repair" + type.Name, null, [typeof(object), typeof(Copies)], typeof(Cloner), skipVisibility: true);
        var il = method.GetILGenerator();
        foreach (var (field, _, policy) in FieldTable.Of(type))
        {
            if (policy == FieldPolicy.Shared || !IsMutable(field.FieldType))
            {
                continue;
            }

            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Castclass, type);
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldfld, field);
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Call, CopyMethod);
            il.Emit(OpCodes.Castclass, field.FieldType);
            il.Emit(OpCodes.Stfld, field);
        }

        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Action<object, Copies>>();
    }

    /// <summary>Strings and the persistent records are immutable; a value with a reference inside must not be.</summary>
    private static bool IsMutable(Type type)
    {
        if (type.IsValueType)
        {
            if (!type.IsPrimitive && !type.IsEnum && Array.Exists(type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic), f => IsMutable(f.FieldType)))
            {
                throw new InvalidOperationException($"{type.Name} is a value that refers to something mutable: the search cannot copy it");
            }

            return false;
        }

        return type != typeof(string) && type != typeof(Engine.PersistentGroup) && type != typeof(Engine.PersistentState);
    }

    private static void RepairArray(object copy, Copies copies)
    {
        var array = (object?[])copy;
        for (var i = 0; i < array.Length; i++)
        {
            array[i] = Copy(array[i], copies);
        }
    }

    private static Action<object, Copies> RepairCollection(Type type)
    {
        var fields = type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Where(f => f.FieldType.IsArray).ToArray();
        var method = new DynamicMethod("Repair" + type.Name, null, [typeof(object), typeof(Copies)], typeof(Cloner), skipVisibility: true);
        var il = method.GetILGenerator();
        var clone = typeof(Cloner).GetMethod(nameof(CloneArray), BindingFlags.Static | BindingFlags.NonPublic)!;
        foreach (var field in fields)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Castclass, type);
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldfld, field);
            il.Emit(OpCodes.Call, clone);
            il.Emit(OpCodes.Castclass, field.FieldType);
            il.Emit(OpCodes.Stfld, field);
        }

        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Action<object, Copies>>();
    }

    private static Array? CloneArray(Array? array) => array is null || array.Length == 0 ? array : (Array)array.Clone();

    /// <summary>What was copied already: some thirty objects, so looking through them is faster than any table.</summary>
    internal sealed class Copies
    {
        [ThreadStatic]
        private static Dictionary<Type, Action<object, Copies>>? t_cache;

        private object[] _sources = new object[64];
        private object[] _copies = new object[64];
        private int _count;

        public static Dictionary<Type, Action<object, Copies>> Cache => t_cache ??= [];

        public void Clear()
        {
            Array.Clear(_sources, 0, _count);
            Array.Clear(_copies, 0, _count);
            _count = 0;
        }

        public object? Find(object source)
        {
            var sources = _sources;
            for (var i = 0; i < _count; i++)
            {
                if (ReferenceEquals(sources[i], source))
                {
                    return _copies[i];
                }
            }

            return null;
        }

        public void Add(object source, object copy)
        {
            if (_count == _sources.Length)
            {
                Array.Resize(ref _sources, _count * 2);
                Array.Resize(ref _copies, _count * 2);
            }

            _sources[_count] = source;
            _copies[_count++] = copy;
        }
    }
}
