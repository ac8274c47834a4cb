using System.Text;
using HaCore.Control.Tests.Rig;

namespace HaCore.Tool.Tests;

/// <summary>Takes what a running tool prints, and lets a test wait for a text in it.</summary>
internal sealed class LineWaiter : TextWriter
{
    private readonly Lock _gate = new();   // the tool writes, the test reads
    private readonly StringBuilder _text = new();
    private TaskCompletionSource _more = New();

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        TaskCompletionSource more;
        lock (_gate)
        {
            _text.Append(value);
            (more, _more) = (_more, New());
        }

        more.SetResult();
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    public async Task WaitAsync(string text)
    {
        while (true)
        {
            Task more;
            lock (_gate)
            {
                if (_text.ToString().Contains(text, StringComparison.Ordinal))
                {
                    return;
                }

                more = _more.Task;
            }

            try
            {
                await more.WaitAsync(DoorNodes.Patience, TimeProvider.System, TestContext.Current.CancellationToken);
            }
            catch (TimeoutException)
            {
                throw new InvalidOperationException($"\"{text}\" was never printed:\n{this}");
            }
        }
    }

    public override string ToString()
    {
        lock (_gate)
        {
            return _text.ToString();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
