namespace HaCore.Tool.Tests;

/// <summary>One run of hactl's entry point in this process.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    public static async Task<ToolRun> RunAsync(string socketPath, params string[] arguments) =>
        await RunAsync(new ToolConsole { Out = new StringWriter(), Error = new StringWriter(), In = new StringReader("") }, ["--socket", socketPath, .. arguments]);

    public static async Task<ToolRun> RunAsync(ToolConsole console, params string[] arguments)
    {
        var exitCode = await CommandTree.RunAsync(arguments, console, TestContext.Current.CancellationToken);
        return new ToolRun(exitCode, console.Out.ToString()!, console.Error.ToString()!);
    }

    public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Error}";
}
