#!/usr/bin/env bash
# The full screen of `view` in a real terminal (tmux), key by key, at two sizes and after a resize; and screens that are piped.
# check.sh PROGRAM: the program that is to be looked at. Needs tmux; leaves nothing behind.
set -euo pipefail

program=$(realpath "$1")
place=$(mktemp -d)
server=breachscope-check-$$
export LC_ALL=C.UTF-8
unset NO_COLOR CLICOLOR CLICOLOR_FORCE

terminal() { tmux -L "$server" -f /dev/null "$@"; }
# One that stays, so that the server does while others come and go.
terminal new-session -d -s stays cat
trap 'terminal kill-server 2>/dev/null || true; rm -rf "$place"' EXIT

failed=0
fail() {
    echo "terminal: $1" >&2
    failed=1
}

# Waits until the screen shows a text: a machine may be slow, so nothing here goes by time.
shows() {
    for _ in $(seq 100); do
        screen=$(terminal capture-pane -p -t view)
        if [[ $screen == *"$1"* ]]; then return 0; fi
        sleep 0.1
    done
    fail "the screen does not show \"$1\" but:
$screen"
}
press() { terminal send-keys -t view "$@"; }

"$program" demo --out "$place/demo" >"$place/demo.txt"
grep -q "demo/answer/report.html" "$place/demo.txt" || fail "demo does not say what to open"
if grep -q $'\033' "$place/demo.txt"; then fail "a piped screen holds an escape"; fi

# A pipe is refused with a sentence, on either side.
for piped in "'$program' view '$place/demo/answer' | cat" "'$program' view '$place/demo/answer' </dev/null"; do
    if bash -o pipefail -c "$piped" >"$place/out.txt" 2>"$place/err.txt"; then fail "view takes a pipe"; fi
    grep -q "wants a terminal" "$place/err.txt" || fail "view does not say that it wants a terminal"
    [ ! -s "$place/out.txt" ] || fail "view writes into a pipe"
done

terminal new-session -d -x 80 -y 24 -s view \
    "'$program' view '$place/demo/answer' --case '$place/demo/case/case.toml'; echo left with \$?; exec cat"
shows "controller 1 of 12"
shows "> t07"
shows "███"
press Enter
shows "data subject 1 of 326 + 13 protected, not named"
press G
shows "data subject 326 of 326"
press g
press / s 0 1 3 7 7 Enter
shows "> s01377"
press Enter
shows "access 1 of 1"
press Enter
shows "SHA-256 of the line, as the answer cites it"
shows "GET /api/v2/addressbooks/"
# The digest on the screen is that of the bytes in the log.
reference=$(grep -oE 'logs/nginx/[^ ]+' <<<"$screen" | head -1)
digest=$(grep -oE '[0-9a-f]{64}' <<<"$screen" | head -1)
file=${reference%%:*}
length=${reference##*+}
offset=${reference##*@}
offset=${offset%+*}
case $file in
*.gz) unpack=(gzip -dc) ;;
*) unpack=(cat) ;;
esac
own=$("${unpack[@]}" "$place/demo/case/$file" | tail -c "+$((offset + 1))" | head -c "$length" | sha256sum | cut -d' ' -f1) || true
[ "$own" = "$digest" ] || fail "the digest of $reference is $own, the screen says $digest"
press h
shows "Keys, as in less"
press Escape
shows "as the answer cites it"
terminal resize-window -t view -x 120 -y 40
shows "as the answer cites it"
press Escape
press Escape
press Escape
shows "controller 1 of 12"
# Nothing of a bigger screen stays when it shrinks.
terminal resize-window -t view -x 60 -y 12
shows "controller 1 of 12"
for _ in $(seq 300); do
    widest=$(terminal capture-pane -p -t view | awk '{ if (length($0) > most) most = length($0) } END { print most }')
    [ "$widest" -gt 60 ] || break
    sleep 0.1
done
[ "$widest" -le 60 ] || fail "a line of $widest columns on a screen of 60"
press q
shows "left with 0"
terminal kill-session -t view

# Ctrl-C and a signal give the terminal back too.
terminal new-session -d -x 80 -y 24 -s view "'$program' view '$place/demo/answer'; stty -a | grep -o -w -- '-\\?icanon'; exec cat"
shows "controller 1 of 12"
press C-c
shows "icanon"
[[ $screen != *"-icanon"* ]] || fail "the terminal stays raw after Ctrl-C"
terminal kill-session -t view

# In a terminal screens have colours, and none where NO_COLOR or TERM=dumb forbids them.
coloured=0
colours() {
    terminal new-session -d -x 100 -y 50 -s view "env $1 '$program' explain '$place/demo/answer' p0532; exec cat"
    shows "First lines"
    coloured=$(terminal capture-pane -e -p -S - -t view | grep -c $'\033' || true)
    terminal kill-session -t view
}
colours TERM=xterm
[ "$coloured" -gt 5 ] || fail "no colours in a terminal"
colours NO_COLOR=1
[ "$coloured" = 0 ] || fail "colours in spite of NO_COLOR"
colours TERM=dumb
[ "$coloured" = 0 ] || fail "colours in spite of TERM=dumb"

[ "$failed" = 0 ] && echo "terminal: every key led where it should"
exit "$failed"
