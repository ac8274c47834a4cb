return await TwoNodeCluster.CommandLine.RunAsync(args);
