# Steps: what is done, how long it took, and where to read on when it failed.
# shellcheck shell=bash

started=${started:-$EPOCHSECONDS}

# step NAME TITLE COMMAND…: runs the command with its output in a log of its own; ends the whole run if it fails.
# The command may be a function of ours, but runs in a subshell: it cannot set variables here.
step() {
    local title=$2 log="$logs/$1.log" begin=$EPOCHREALTIME pid code=0
    shift 2
    mkdir -p "$logs"
    printf '[%4ds] %-46s' $((EPOCHSECONDS - started)) "$title"
    # In the background and not as a condition: inside a condition bash ignores `set -e`, and a failed line would pass.
    (
        set -euo pipefail
        "$@"
    ) >"$log" 2>&1 9>&- &
    pid=$!
    trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
    _watch "$pid"
    wait "$pid" || code=$?
    trap - INT TERM
    if ((code != 0)); then
        printf '%6.1f s  FAILED\n' "$(_since "$begin")"
        printf '\nStep "%s" failed (exit code %d). The end of its log, %s:\n\n' "$title" "$code" "${log#"$root/"}" >&2
        tail -n 25 "$log" | sed 's/^/    /' >&2
        exit 1
    fi
    printf '%6.1f s\n' "$(_since "$begin")"
}

# have TITLE: reports a step that needed nothing.
have() {
    printf '[%4ds] %-46s  already done\n' $((EPOCHSECONDS - started)) "$1"
}

# fail MESSAGE…: ends the run with words for the reader.
fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

_since() {
    local now=$EPOCHREALTIME
    printf '%d.%06d' $(((${now/./} - ${1/./}) / 1000000)) $(((${now/./} - ${1/./}) % 1000000))
}

# Shows that a long step lives: a dot every ten seconds.
_watch() {
    local ticks=0
    while kill -0 "$1" 2>/dev/null; do
        sleep 0.1
        ticks=$((ticks + 1))
        ((ticks % 100 != 0)) || printf '.'
    done
}
