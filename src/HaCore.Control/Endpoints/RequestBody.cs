using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace HaCore.Control;

/// <summary>Reads the JSON body of a command.</summary>
internal static class RequestBody
{
    private const int BytesMax = 65_536;   // a command is some hundred; an extension's arguments may be some kilobytes

    /// <summary>The request, or why it is none.</summary>
    public static async ValueTask<(T? Request, string? Error)> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> type)
        where T : class
    {
        // Also what keeps a form on a foreign page, sent with an operator's cookie, from being a command.
        if (!http.Request.HasJsonContentType())
        {
            return (null, $"Content-Type ({Quoted.Shorten(http.Request.ContentType ?? "missing")}) must be application/json: nothing else is read");
        }

        var buffer = new byte[BytesMax + 1];
        var length = await http.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, http.RequestAborted).ConfigureAwait(false);
        if (length > BytesMax)
        {
            return (null, $"the body (more than {BytesMax} bytes) must be at most {BytesMax} bytes: no command is that long");
        }

        try
        {
            return JsonSerializer.Deserialize(buffer.AsSpan(0, length), type) is { } request
                ? (request, null)
                : (null, "the body (null) must be a JSON object: it says what to act on");
        }
        catch (JsonException exception)
        {
            return (null, $"the body must be a JSON object with the fields of this command and no others, or half a command would be carried out: {Quoted.Shorten(exception.Message)}");
        }
    }
}
