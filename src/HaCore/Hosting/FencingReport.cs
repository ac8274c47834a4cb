using System.Globalization;
using System.Text;

namespace HaCore.Hosting;

/// <summary>All fencing devices, each with what a look finds now and what its last fence said, for an operator.</summary>
internal static class FencingReport
{
    private static readonly string[] Head = ["Level", "Device", "Type", "Health"];

    public static async ValueTask<OperatorCommandResult> CreateAsync(
        IReadOnlyList<FencingDeviceRunner> devices, NodeId peer, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (devices.Count == 0)
        {
            return new(0, "no fencing device is configured");
        }

        var healths = await Task.WhenAll(devices.Select(device => device.LookAsync(peer, cancellationToken).AsTask())).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        List<string[]> rows = [Head];
        rows.AddRange(devices.Select((device, i) => new[] { device.Level.ToString(CultureInfo.InvariantCulture), device.Name, device.Type, Word(device, healths[i]) }));
        var text = new StringBuilder();
        for (var i = 0; i < rows.Count; i++)
        {
            text.AppendLine(Line(rows, i));
            if (i > 0)
            {
                AppendDetails(text, devices[i - 1], healths[i - 1], timeProvider);
            }
        }

        return new(healths.Any(health => health?.State == FencingDeviceState.Unusable) ? 1 : 0, text.ToString().ReplaceLineEndings("\n"));
    }

    private static string Line(List<string[]> rows, int index) =>
        string.Join("  ", rows[index].Select((cell, column) => cell.PadRight(rows.Max(row => row[column].Length)))).TrimEnd();

    private static string Word(FencingDeviceRunner device, FencingDeviceHealth? health) => health switch
    {
        null when device.Device is IMonitoredFencingDevice => "not looked at: a fence is under way",
        null => "cannot tell",
        { } known => known.State switch
        {
            FencingDeviceState.Usable => "usable",
            FencingDeviceState.Unusable => "unusable",
            FencingDeviceState.Unknown => "cannot tell",
        },
    };

    private static void AppendDetails(StringBuilder text, FencingDeviceRunner device, FencingDeviceHealth? health, TimeProvider timeProvider)
    {
        if (!string.IsNullOrEmpty(health?.Detail))
        {
            text.Append("       ").AppendLine(health.Value.Detail);
        }

        if (device.Last is { } last)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"       last fence of {last.Target}, {Ago(timeProvider.GetElapsedTime(last.At))}: {last.Result.Outcome} ({last.Result.Detail})");
        }
    }

    private static string Ago(TimeSpan time) =>
        time < TimeSpan.FromMinutes(2) ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s ago")
        : time < TimeSpan.FromHours(2) ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min ago")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} h ago");
}
