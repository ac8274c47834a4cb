using System.CommandLine;
using HaCore.Search;

var scope = new Option<string[]>("--scope") { Description = "Only these scopes (--list names them).", AllowMultipleArgumentsPerToken = true };
var mutant = new Option<string[]>("--mutant") { Description = "Only these mutants (--list names them).", AllowMultipleArgumentsPerToken = true };
var noScopes = new Option<bool>("--no-scopes") { Description = "Mutants only." };
var noMutants = new Option<bool>("--no-mutants") { Description = "Scopes only." };
var list = new Option<bool>("--list") { Description = "Names the scopes and the mutants." };
var seconds = new Option<double>("--seconds") { Description = "For each scope; 0 = what the scope itself says.", DefaultValueFactory = _ => 0 };
var mutantSeconds = new Option<double>("--mutant-seconds") { Description = "For the search of each mutant, at most.", DefaultValueFactory = _ => 90 };
var states = new Option<int>("--states") { Description = "Ends a scope's search at this many states.", DefaultValueFactory = _ => 40_000_000 };
var workers = new Option<int>("--workers") { Description = "Threads.", DefaultValueFactory = _ => Math.Min(Environment.ProcessorCount, 4) };
var measure = new Option<bool>("--measure") { Description = "Tells where the time of the given scopes' transitions goes." };
var writeDocs = new Option<string?>("--write-docs") { Description = "Writes the page of mutants into this file." };
var root = new RootCommand("Explores the real engine exhaustively within stated scopes, and checks that engines with one rule broken are caught.")
{
    scope, mutant, noScopes, noMutants, list, seconds, mutantSeconds, states, workers, measure, writeDocs,
};
root.SetAction(parsed => new Runner(new RunnerSettings
{
    Scopes = parsed.GetValue(scope) ?? [],
    Mutants = parsed.GetValue(mutant) ?? [],
    NoScopes = parsed.GetValue(noScopes),
    NoMutants = parsed.GetValue(noMutants),
    List = parsed.GetValue(list),
    Seconds = parsed.GetValue(seconds),
    MutantSeconds = parsed.GetValue(mutantSeconds),
    States = parsed.GetValue(states),
    Workers = parsed.GetValue(workers),
    Measure = parsed.GetValue(measure),
    WriteDocs = parsed.GetValue(writeDocs),
}).Run());
return root.Parse(args).Invoke();
