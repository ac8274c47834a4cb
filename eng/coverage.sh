#!/usr/bin/env bash
# What the simulator's fixed seeds visit of the engine: a table per file, lines and branches. With --missing also every line and branch that no seed visits.
# Measures an instrumented build of its own under artifacts/coverage; the other builds are left alone.
set -euo pipefail
cd "$(dirname "$0")/.."
missing=0
[[ ${1:-} != --missing ]] || missing=1
output=$PWD/artifacts/coverage
options=(--project tests/HaCore.SimulationTests --configuration Debug -p:Coverage=true -p:ArtifactsPath="$output/build")
rm -rf "$output/results"
# Debug: the lines as they were written, not as the optimizer joined them. Only the test of the fixed seeds: a test of the simulator itself proves nothing of the engine.
dotnet test "${options[@]}" --results-directory "$output/results" --filter-class HaCore.SimulationTests.DisasterTests \
    --coverlet --coverlet-single-hit --coverlet-output-format lcov \
    --coverlet-include '[HaCore]HaCore.Engine.*' --coverlet-include '[HaCore]HaCore.Wire.*' --coverlet-include '[HaCore]HaCore.State.StateFile' >&2
awk -v missing=$missing -v root="$PWD/src/HaCore/" -F'[:,]' '
    function share(part, of) { return of == 0 ? "" : sprintf("%5d of %5d  %5.1f %%", part, of, 100 * part / of) }
    function row(name, l, lh, b, bh) { printf "%-44s %-24s %s\n", name, share(lh, l), share(bh, b) }
    BEGIN { printf "%-44s %-24s %s\n", "file", "lines visited", "branches visited" }
    $1 == "SF" { file = substr($0, 4); sub(root, "", file); l = lh = b = bh = 0; text = "" }
    $1 == "DA" { l++; if ($3 > 0) lh++; else text = text "    line " $2 "\n" }
    $1 == "BRDA" { b++; if ($5 > 0) bh++; else text = text "    line " $2 ", branch " $4 "\n" }
    $1 == "end_of_record" {
        row(file, l, lh, b, bh)
        if (missing) printf "%s", text
        dir = file; sub("/.*", "", dir)
        L[dir] += l; LH[dir] += lh; B[dir] += b; BH[dir] += bh
    }
    END { for (dir in L) row("all of " dir, L[dir], LH[dir], B[dir], BH[dir]) }
' "$output"/results/coverage*.info | (read -r head; echo "$head"; if ((missing)); then cat; else sort; fi)
