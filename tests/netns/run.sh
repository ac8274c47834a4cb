#!/usr/bin/env bash
# Two real processes of the sample host in network namespaces of their own; what this proves is in docs/internals/netns.md.
#   tests/netns/run.sh [--list] [--parallel N] [--timing-runs N] [--lease-runs N] [CASE...]
# HACORE_NETNS_CONFIGURATION chooses the build (default Release), HACORE_NETNS_KEEP=1 leaves the temporary directory with the nodes' logs.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
configuration=${HACORE_NETNS_CONFIGURATION:-Release}
run=hn$$                                  # begins the name of every namespace of this run: a second copy has another process id
directory=''

# Ends, by process id, what still runs in this run's own namespaces, then deletes these. After an orderly end there is nothing left to do.
cleanup() {
    local name process
    for name in $(ip netns list 2>/dev/null | awk -v run="$run" 'index($1, run "c") == 1 || index($1, run "t") == 1 || index($1, run "l") == 1 { print $1 }'); do
        for process in $(ip netns pids "$name" 2>/dev/null); do
            kill -KILL "$process" 2>/dev/null || true
        done
        ip netns delete "$name" || true
    done
    if [[ -n $directory && ${HACORE_NETNS_KEEP:-0} != 1 ]]; then
        rm -rf "$directory"
    fi
}

# Why the suite cannot run here; nothing when it can.
hindrance() {
    local program probe=${run}c-probe
    [[ $(uname -s) == Linux ]] || { echo 'network namespaces are a thing of Linux'; return; }
    [[ $(id -u) == 0 ]] || { echo 'making network namespaces needs root'; return; }
    for program in ip nft sysctl; do
        command -v "$program" >/dev/null || { echo "the program $program is missing (Debian: iproute2, nftables, procps)"; return; }
    done
    ip netns add "$probe" 2>/dev/null || { echo 'network namespaces are not allowed here'; return; }
    ip netns exec "$probe" true 2>/dev/null || { echo 'entering a network namespace is not allowed here'; return; }
    ip -n "$probe" link add br0 type bridge 2>/dev/null || { echo 'the kernel has no bridge'; return; }
    ip -n "$probe" link add v0 type veth peer name v1 2>/dev/null || { echo 'the kernel has no veth pairs'; return; }
    ip netns exec "$probe" sysctl -qw net.ipv4.ip_default_ttl=101 2>/dev/null || { echo 'settings of a network namespace cannot be written here'; return; }
    ip netns exec "$probe" nft -f - 2>/dev/null <<<'table inet probe { chain input { type filter hook input priority 0; meta l4proto udp numgen random mod 100 < 20 drop; }; }' \
        || echo 'the kernel has no nftables with numgen'
}

trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cd "$top"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build tests/netns/HaCore.Netns --configuration "$configuration" -v quiet --nologo -clp:NoSummary
suite=(dotnet "artifacts/bin/HaCore.Netns/${configuration,,}/HaCore.Netns.dll")
tool=(--tool "$(command -v dotnet)" --tool "$top/artifacts/bin/HaCore.Tool/${configuration,,}/hactl.dll")
host=(--host "$(command -v dotnet)" --host "$top/artifacts/bin/TwoNodeCluster/${configuration,,}/TwoNodeCluster.dll")

reason=$(hindrance)
if [[ -n $reason ]]; then
    "${suite[@]}" --skip "$reason" "$@"
    exit
fi

directory=$(mktemp -d)
status=0
"${suite[@]}" "${host[@]}" "${tool[@]}" --run-id "$run" --directory "$directory" --report "$top/artifacts/netns.json" "$@" </dev/null || status=$?
exit "$status"
