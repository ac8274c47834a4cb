return await HaCore.Tool.CommandTree.RunAsync(args, HaCore.Tool.ToolConsole.OfThisProcess()).ConfigureAwait(false);
