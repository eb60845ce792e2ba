# Background processes, known by a file with their id, and the ports they hold.
# shellcheck shell=bash

# pid_of NAME: the id of a process of ours that still runs; fails if there is none. An id alone is not enough: after a
# reboot it may be anyone's, so the start time from proc(5) is kept beside it.
pid_of() {
    local file="$state/$1.pid" pid began
    [[ -f $file ]] || return 1
    read -r pid began <"$file" || return 1
    [[ $(_start_time "$pid") == "$began" ]] || return 1
    printf '%s\n' "$pid"
}

# remember NAME PID
remember() {
    printf '%s %s\n' "$2" "$(_start_time "$2")" >"$state/$1.pid"
}

# stop_process NAME SECONDS: asks it to end, insists after that many seconds, and waits until it is gone.
stop_process() {
    local pid
    if pid=$(pid_of "$1"); then
        kill "$pid" 2>/dev/null || true
        wait_until "$2" _is_gone "$pid" || kill -9 "$pid" 2>/dev/null || true
        wait_until 10 _is_gone "$pid"
    fi
    rm -f "$state/$1.pid"
}

# port_is_closed PORT: whether nothing listens there.
port_is_closed() {
    ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# wait_until SECONDS COMMAND…: whether the command succeeds in time.
wait_until() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.2
    done
}

_is_gone() {
    [[ -z $(_start_time "$1") ]]
}

# Clock ticks from boot to the start of a process; nothing for one that has ended, waited for or not.
_start_time() {
    local stat fields
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} == Z ]] || printf '%s' "${fields[19]}"
}
