#!/usr/bin/env bash
# Other programs on the same log, with the nearest query that each can express, beside a whole scan in the same run.
#
#   benches/peers/run.sh FILE [ROUNDS]     combined or JSON lines as the bench makes them; three rounds
#
# FILE comes from `cargo bench --bench scan -- --make DIR --size 1G` (DIR/logs/access-0001.log). The query: per account,
# distinct contacts outside its own tenant with status 200, the first 20 (query.py says where it is meant). A scan does
# more: it parses every line, hashes the file, judges every account and writes the evidence. GoAccess cannot ask it and
# makes its own report; rg counts lines with a literal; openssl hashes. Whatever cannot be had is skipped with a word; what
# takes over 30 s runs once. TSV=FILE keeps raw numbers. BREACHSCOPE=another build.
set -euo pipefail
file=$(realpath "$1")
rounds=${2:-3}
cd "$(dirname "$0")/../.."
program=$(realpath "${BREACHSCOPE:-target/release/breachscope}")
here=benches/peers
venv=target/peers
work=target/peers-run
tsv=${TSV:-$work/peers.tsv}

bench=$(cargo bench --bench scan --no-run 2>&1 | sed -n 's/.*Executable.*(\(.*\))/\1/p')
[ -n "$bench" ] || { echo "the bench did not build" >&2; exit 1; }
[ -x "$program" ] || cargo build --release

# What can be had: Python packages in a folder of their own, the rest from Debian.
if command -v python3 >/dev/null && [ ! -x $venv/bin/pip ]; then
    python3 -m venv $venv || true
fi
for package in duckdb chdb polars; do
    [ -x $venv/bin/pip ] || break
    $venv/bin/python -c "import $package" 2>/dev/null || $venv/bin/pip install -q $package || true
done
missing=()
for tool in rg:ripgrep mawk:mawk lnav:lnav goaccess:goaccess openssl:openssl; do
    command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
done
if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -q && apt-get install -qy --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1 || true
fi

rm -rf $work
mkdir -p $work/case
form=combined
[ "$(head -c 1 "$file")" = "{" ] && form=json
# The case of a small log, and then the log that is meant in its place.
"$bench" --make $work/case --size 1K --format $form
ln -sf "$file" $work/case/logs/access-0001.log

# Runs a peer once; its answer goes to $work/NAME.
once() {
    local name=$1
    case $name in
    breachscope) set -- "$program" scan --quiet --out $work/answer $work/case/case.toml ;;
    breachscope-bare) set -- "$program" scan --quiet --out $work/answer $work/case/case-bare.toml ;;
    openssl) set -- openssl dgst -sha256 "$file" ;;
    rg) set -- rg -c /contacts/ "$file" ;;
    wc) set -- wc -l "$file" ;;
    duckdb | chdb | polars) set -- $venv/bin/python $here/query.py "$name" "$file" ;;
    mawk) set -- mawk -f $here/query.awk "$file" ;;
    lnav) set -- lnav -N -n -f $here/query.sql "$file" ;;
    goaccess)
        set -- goaccess "$file" --no-progress --no-global-config --date-format=%d/%b/%Y --time-format=%T -o $work/report.json \
            '--log-format=%h %^ %e [%d:%t %^] "%r" %s %b "%R" "%u"'
        ;;
    esac
    rm -rf $work/answer
    "$bench" --output "$work/$name.out" -- "$@" 2>>$work/errors
}

# Whether a peer can run here at all; says why not.
there() {
    case $1 in
    breachscope*) return ;;
    duckdb | chdb | polars)
        $venv/bin/python -c "import $1" 2>/dev/null || { echo "$1: cannot be installed here: skipped"; return 1; }
        ;;
    lnav | goaccess)
        [ $form = combined ] || { echo "$1: has no reader for these JSON lines: skipped"; return 1; }
        ;;&
    *) command -v "$1" >/dev/null || { echo "$1: cannot be installed here: skipped"; return 1; } ;;
    esac
}

printf 'peer\tround\tseconds\tcpu\tpeak_mb\tspilled_mb\n' >"$tsv"
peers=()
for peer in breachscope breachscope-bare wc openssl rg duckdb chdb polars mawk lnav goaccess; do
    there $peer && peers+=($peer)
done
declare -A slow
for round in $(seq "$rounds"); do
    for peer in "${peers[@]}"; do
        [ -z "${slow[$peer]:-}" ] || continue
        cost=$(once $peer) || { echo "$peer: failed: $(tail -1 $work/errors)"; slow[$peer]=1; continue; }
        printf '%s\t%s\t%s\n' $peer "$round" "$cost" >>"$tsv"
        case $peer in
        breachscope*) ;;
        *) ((${cost%%.*} < 30)) || slow[$peer]=1 ;;
        esac
    done
done

# The same first twenty, however each writes them, as the first of those that answered.
twenty() { tr ',\t' '  ' <"$work/$1.out" | grep '^u[0-9]' | sort -k2,2nr -k1,1 | head -20; }
agrees() {
    case $1 in
    duckdb | chdb | polars | mawk | lnav)
        reference=${reference:-$1}
        [ "$(twenty "$1")" = "$(twenty $reference)" ] && said="the same as $reference" || said="NOT the same as $reference"
        [ "$1" != $reference ] || said="$(twenty "$1" | wc -l) accounts, $(twenty "$1" | awk '{ n += $2 } END { print n }') contacts"
        ;;
    rg) said="a literal only" ;;
    goaccess) said="its own report" ;;
    openssl) said="the hash only" ;;
    wc) said="newlines only" ;;
    breachscope) said="whole scan with directory" ;;
    breachscope-bare) said="whole scan without directory" ;;
    esac
}
echo
echo "$(stat -c %s "$file") bytes of $form lines; $("$program" --version); medians of $rounds rounds, ratios within a round"
reference=
printf '| %-16s | %9s | %8s | %13s | %13s | %s\n' program seconds "peak MB" ": breachscope" ": its bare" "what it answered"
for peer in "${peers[@]}"; do
    agrees $peer
    awk -F '\t' -v peer=$peer -v said="$said" '
        function middle(v, n,    i, j, x) {
            for (i = 2; i <= n; i++) { x = v[i]; for (j = i - 1; j && v[j] > x; j--) v[j + 1] = v[j]; v[j + 1] = x }
            return v[int((n + 1) / 2)]
        }
        $1 == "breachscope" { full[$2] = $3 }
        $1 == "breachscope-bare" { bare[$2] = $3 }
        $1 == peer { n++; round[n] = $2; s[n] = $3; if ($5 > peak) peak = $5 }
        END {
            if (!n) exit
            for (i = 1; i <= n; i++) { a[i] = s[i] / full[round[i]]; b[i] = s[i] / bare[round[i]] }
            printf "| %-16s | %9.3f | %8d | %13.3f | %13.3f | %s\n", peer, middle(s, n), peak, middle(a, n), middle(b, n), said
        }' "$tsv"
done
