// A program that a test has just written cannot be run (ETXTBSY) while a child that another test forks at that moment still has the file open.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
