#!/usr/bin/env bash
# Rewrites src/*/PublicAPI.Unshipped.txt from what the compiler reports (RS0016: missing, RS0017: gone), so that the diff of those
# files is the review of the public surface. Shipped.txt is never touched.
set -euo pipefail
cd "$(dirname "$0")/.."
for project in src/*/; do
    file="${project}PublicAPI.Unshipped.txt"
    [ -f "$file" ] || continue
    name=$(basename "$project")
    for _ in 1 2 3; do
        log=$(dotnet build "$project$name.csproj" --nologo -v q --no-dependencies -p:TreatWarningsAsErrors=false -warnaserror:RS0016,RS0017 -clp:NoSummary 2>&1 || true)
        added=$(sed -nE "s/.*error RS0016: Symbol '(.*)' is not part of the declared public API.*/\1/p" <<<"$log" | sort -u)
        gone=$(sed -nE "s/.*error RS0017: Symbol '(.*)' is part of the declared API, but.*/\1/p" <<<"$log" | sort -u)
        [ -n "$added$gone" ] || break
        { echo '#nullable enable'
          { grep -v '^#nullable' "$file" | grep -vxF -f <(printf '%s\n' "${gone:-\<none\>}") || true; printf '%s\n' "$added"; } | sed '/^$/d' | LC_ALL=C sort -u
        } > "$file.new"
        mv "$file.new" "$file"
    done
done
