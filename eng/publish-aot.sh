#!/usr/bin/env bash
# The host and hactl as one native file each, for machines without .NET: artifacts/publish/{host,hactl}. Any warning of the trimmer or the native compiler fails it.
# Wants clang and zlib (Debian: clang zlib1g-dev). With arguments: only those (host, hactl).
set -euo pipefail
cd "$(dirname "$0")/.."
case $(uname -m) in
    x86_64) rid=linux-x64 ;;
    aarch64) rid=linux-arm64 ;;
    *) echo "$(uname -m): no native form of .NET here that this script knows" >&2; exit 2 ;;
esac
[[ $# -gt 0 ]] || set -- host hactl
declare -A project=([host]=samples/TwoNodeCluster [hactl]=src/HaCore.Tool) program=([host]=TwoNodeCluster [hactl]=hactl)
for name in "$@"; do
    output=artifacts/publish/$name
    rm -rf "$output"
    # PackAsTool: a tool package has no native form of its own here; this is the file beside the host.
    dotnet publish "${project[$name]}" --configuration Release --runtime "$rid" --output "$output" --nologo -v quiet \
        -warnaserror -p:PublishAot=true -p:PackAsTool=false -p:DebugType=none -p:StripSymbols=true
    rm -f "$output"/*.dbg "$output"/*.xml
    "$output/${program[$name]}" --help > /dev/null
    echo "$output/${program[$name]}: $(stat --format %s "$output/${program[$name]}") bytes"
done
