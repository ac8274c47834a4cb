using System.Linq.Expressions;
using System.Reflection;
using HaCore.Engine;

namespace HaCore.Search.Forking;

/// <summary>Writes an object into a <see cref="WordSink"/>, field by field as <see cref="FieldTable"/> says. Compiled once per type.</summary>
internal static class Hasher<T>
    where T : class
{
    public static readonly Action<T, WordSink> Write = Make();

    private static Action<T, WordSink> Make()
    {
        var self = Expression.Parameter(typeof(T));
        var sink = Expression.Parameter(typeof(WordSink));
        var body = new List<Expression>();
        var fields = FieldTable.Of(typeof(T)).ToList();
        foreach (var (field, name, policy) in fields)
        {
            var value = Expression.Field(self, field);
            Expression? call = policy switch
            {
                FieldPolicy.Plain => Plain(sink, value, name),
                FieldPolicy.Time => Call(sink, field.FieldType == typeof(Instant) ? nameof(WordSink.Time) : nameof(WordSink.Times), value),
                FieldPolicy.SilenceTime => Call(sink, nameof(WordSink.SilenceTime), value, Expression.Constant(false)),
                FieldPolicy.SessionTime => Call(sink, nameof(WordSink.SilenceTime), value, Expression.Field(self, fields.Single(f => f.Name == "HasSession").Field)),
                FieldPolicy.Sequence => Call(sink, nameof(WordSink.Sequence), value),
                FieldPolicy.PeerSequence => Call(sink, nameof(WordSink.PeerSequence), value),
                FieldPolicy.Version => Call(sink, nameof(WordSink.Version), value),
                FieldPolicy.Flag => Call(sink, nameof(WordSink.Flag), Expression.NotEqual(value, Expression.Default(field.FieldType))),
                FieldPolicy.Term => Call(sink, nameof(WordSink.Term), value),
                FieldPolicy.BootId => Call(sink, nameof(WordSink.BootId), value),
                FieldPolicy.Own => Own(sink, value),
                FieldPolicy.Conditions => Expression.Call(typeof(HashParts), nameof(HashParts.Conditions), null, Expression.Convert(value, typeof(object)), sink),
                FieldPolicy.Shared or FieldPolicy.Reference or FieldPolicy.Ignored or FieldPolicy.SendTimes => null,
                FieldPolicy.Undeclared => throw new InvalidOperationException($"{typeof(T).Name}.{name} has no policy"),
            };
            if (call is not null)
            {
                call = FieldTable.GuardOf(typeof(T), name) is { } guard
                    ? Expression.IfThenElse(Expression.Call(guard, self, sink), call, Call(sink, nameof(WordSink.Plain), Expression.Constant(ulong.MaxValue)))
                    : call;
                if (WordSink.Named)
                {
                    body.Add(Expression.Call(sink, typeof(WordSink).GetMethod(nameof(WordSink.Name))!, Expression.Constant($"{typeof(T).Name}.{name}")));
                }

                body.Add(call);
            }
        }

        body.Add(Expression.Empty());
        return Expression.Lambda<Action<T, WordSink>>(Expression.Block(body), self, sink).Compile();
    }

    private static MethodCallExpression Call(Expression sink, string method, params Expression[] arguments) =>
        Expression.Call(sink, typeof(WordSink).GetMethod(method, [.. arguments.Select(a => a.Type)])
            ?? throw new InvalidOperationException($"{method} does not take {arguments[0].Type.Name}"), arguments);

    private static MethodCallExpression Plain(Expression sink, Expression value, string name)
    {
        if (value.Type == typeof(string))
        {
            return Call(sink, nameof(WordSink.Text), value);
        }

        if (value.Type.IsArray && value.Type.GetElementType()!.IsPrimitive)
        {
            return Expression.Call(typeof(HashParts), nameof(HashParts.Array), [value.Type.GetElementType()!], value, sink);
        }

        if (value.Type == typeof(bool))
        {
            return Call(sink, nameof(WordSink.Flag), value);
        }

        if (!value.Type.IsPrimitive && !value.Type.IsEnum)
        {
            throw new InvalidOperationException($"{typeof(T).Name}.{name} ({value.Type.Name}) is not plain");
        }

        var number = value.Type.IsEnum ? Expression.Convert(value, Enum.GetUnderlyingType(value.Type)) : value;
        return Call(sink, nameof(WordSink.Plain), Expression.Convert(number, typeof(ulong)));
    }

    private static MethodCallExpression Own(Expression sink, Expression value)
    {
        var element = value.Type.IsArray ? value.Type.GetElementType()
            : value.Type.IsGenericType && value.Type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? value.Type.GenericTypeArguments[0] : null;
        return Expression.Call(typeof(HashParts), element is null ? nameof(HashParts.One) : nameof(HashParts.All), [element ?? value.Type], value, sink);
    }
}

internal static class HashParts
{
    public static void One<T>(T? part, WordSink sink)
        where T : class
    {
        sink.Flag(part is not null);
        if (part is not null)
        {
            Hasher<T>.Write(part, sink);
        }
    }

    public static void All<T>(IReadOnlyList<T> parts, WordSink sink)
        where T : class
    {
        sink.Plain((ulong)parts.Count);
        for (var i = 0; i < parts.Count; i++)
        {
            Hasher<T>.Write(parts[i], sink);
        }
    }

    public static void Array<T>(T[] values, WordSink sink)
        where T : struct, IConvertible
    {
        foreach (var value in values)
        {
            sink.Plain(value.ToUInt64(null));
        }
    }

    /// <summary>Which conditions last, whatever their order and text.</summary>
    public static void Conditions(object board, WordSink sink)
    {
        var sum = 0UL;
        var conditions = (System.Collections.IDictionary)board;
        if (conditions.Count == 0)
        {
            sink.Plain(0);
            return;
        }

        foreach (System.Collections.DictionaryEntry entry in conditions)
        {
            var (kind, index) = ((NoticeKind Kind, int Index))entry.Key;
            if (!FieldTable.OnlyTold.Contains(kind))
            {
                sum += ((ulong)kind * 0x9E3779B97F4A7C15) ^ ((ulong)index * 0xBF58476D1CE4E5B9);
            }
        }

        sink.Plain(sum);
    }
}
