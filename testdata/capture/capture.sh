#!/bin/bash
# Captures a case: nginx before the address-book service, ordinary clients, one walk by ffuf.
# Usage: capture.sh [OUT] [--replace]
#   OUT        folder for the case; new or empty. Left out: a fresh folder, whose name is printed.
#   --replace  puts the new capture in the place of the one that is in OUT (the committed `case/`, say).
# Everything runs on loopback addresses and takes less than four minutes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
seconds=165
export PYTHONDONTWRITEBYTECODE=1
# The zone of the platform, written out so that no zone file is needed.
export TZ='CET-1CEST,M3.5.0,M10.5.0/3'

die() {
    echo "capture.sh: $*" >&2
    exit 1
}

# --- what is needed, and where to write ----------------------------------------------------------
find_tool() {
    # Debian keeps nginx in sbin, which is not on everybody's PATH.
    PATH="$PATH:/usr/sbin:/sbin" command -v "$1" ||
        die "$1 is not installed; on Debian: apt-get install $2"
}
nginx=$(find_tool nginx nginx-light)
ffuf=$(find_tool ffuf ffuf)
python=$(find_tool python3 python3)
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "python3 is older than 3.11"

out="" replace=no
for argument in "$@"; do
    case $argument in
        --replace) replace=yes ;;
        -*) die "unknown option $argument; usage: capture.sh [OUT] [--replace]" ;;
        *) [ -z "$out" ] || die "one OUT only"; out=$argument ;;
    esac
done
[ -n "$out" ] || out=$(mktemp -d -t capture-case.XXXXXX)
mkdir -p "$out"
out=$(cd "$out" && pwd)
if [ -n "$(ls -A "$out")" ]; then
    [ "$replace" = yes ] || die "$out is not empty; name a new folder, or say --replace"
    # A slip of the pen must not empty somebody's home.
    grep -qx 'id = "capture"' "$out/case.toml" 2>/dev/null || die "$out holds no capture; it is left as it is"
fi

# --- everything that is started is ended by its process ID -----------------------------------------
work=$(mktemp -d -t capture-work.XXXXXX)
service="" clients="" attack=""
nginx_pid() { cat "$work/nginx.pid" 2>/dev/null || true; }
gone() {
    # Waits for a process that may be no child of this shell.
    for _ in $(seq 100); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    return 1
}
clean_up() {
    for pid in "$attack" "$clients" "$(nginx_pid)" "$service"; do
        [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap clean_up EXIT
wait_for() {
    # wait_for FILE SECONDS PID: the process must live until the file is there.
    for _ in $(seq $(($2 * 10))); do
        [ ! -s "$1" ] || return 0
        kill -0 "$3" 2>/dev/null || die "a process ended before it wrote ${1##*/}"
        sleep 0.1
    done
    die "${1##*/} did not come within $2 s"
}

# --- service, nginx, clients ---------------------------------------------------------------------
start=$(date +%s)
"$python" "$here/service.py" --start "$start" --work "$work" &
service=$!
wait_for "$work/service.port" 10 "$service"

start_nginx() {
    local port
    for _ in 1 2 3; do
        # A port that was free a moment ago; another try in case somebody was faster.
        port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
        "$python" "$here/export.py" conf --work "$work" --port "$port" --upstream "$(cat "$work/service.port")"
        if "$nginx" -p "$work" -c "$work/nginx.conf" 2>"$work/start.log"; then
            echo "$port"
            return
        fi
    done
    cat "$work/start.log" >&2
    die "nginx does not start"
}
port=$(start_nginx)
"$python" "$here/clients.py" --start "$start" --port "$port" --work "$work" --seconds "$seconds" &
clients=$!

# --- rotation, as logrotate does it: move, then tell nginx ------------------------------------------
rotate() {
    # rotate NAME: both logs go to NAME while nginx opens new ones.
    mv "$work/nginx/access.log" "$work/nginx/$1"
    mv "$work/json/access.json" "$work/json/$1"
    kill -USR1 "$(nginx_pid)"
}

# --- the attack: one pupil's session walks all numbers from 1 through a book of its own ---------------
wait_for "$work/attack.json" 60 "$clients"
plan() { "$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/attack.json" "$1"; }
seq "$(plan last)" >"$work/numbers.txt"
# Four threads with a pause between two requests: about 27 a second, among everybody else's.
"$ffuf" -s -w "$work/numbers.txt" -t 4 -p 0.14 -maxtime 140 -mc 200 -H "Cookie: SID=$(plan session)" \
    -u "http://127.0.0.1:$port/api/v2/addressbooks/$(plan book)/contacts/FUZZ" \
    </dev/null >"$work/ffuf.out" 2>&1 &
attack=$!
sleep 20
rotate oldest
sleep 45
rotate middle
wait "$attack" || die "ffuf failed: $(tail -3 "$work/ffuf.out")"
attack=""
echo done >"$work/attack.done"

wait "$clients" || die "the clients failed"
clients=""
pid=$(nginx_pid)
# QUIT lets requests end and closes the logs.
kill -QUIT "$pid"
gone "$pid" || die "nginx does not end"
kill -TERM "$service"
wait "$service" || die "the service failed"
service=""

# --- the case -------------------------------------------------------------------------------------
[ "$replace" = no ] || find "$out" -mindepth 1 -delete
pack_log() {
    # pack_log FOLDER NAME: .2.gz is one file of several gzip members, cut anywhere, as block-wise
    # packers leave it; .1 and the current one are plain.
    mkdir -p "$out/logs/$1"
    split -b 150000 "$work/$1/oldest" "$work/part."
    for part in "$work"/part.*; do
        gzip -9 -n -c "$part"
    done >"$out/logs/$1/$2.2.gz"
    rm "$work"/part.*
    mv "$work/$1/middle" "$out/logs/$1/$2.1"
    mv "$work/$1/$2" "$out/logs/$1/$2"
}
pack_log nginx access.log
pack_log json access.json
"$python" "$here/export.py" case --work "$work" --start "$start" --out "$out"
gzip -9 -n -c "$work/record.jsonl" >"$out/service-record.jsonl.gz"
"$python" "$here/check.py" "$out"
echo "the case is in $out"
