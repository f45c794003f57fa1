#!/usr/bin/env bash
# How time and memory grow with the logs: makes days of lines of the same 400,000 accounts, scans the first 1, 4, 16 and
# 40 GB of them, and writes a table, raw numbers and a plot.
#
#   benches/growth.sh [GB...]            sizes that grow; default: 1 4 16 40
#
# MEMORY="default 2G" ceilings to scan with · FILE_MB=1000 size of a day's file · ROUNDS=3 rounds up to 4 GB (one above)
# FOLDER=target/growth where the logs go, which needs as much room as the largest size · OUT=target/growth-results
# name of the results without its end · CASE=case.toml, or case-bare.toml without a directory · BREACHSCOPE=another build
#
# Logs stay until the end, so that a larger size adds to a smaller one, and go then. Making lines and
# measuring is left to the bench, drawing to growth.awk.
set -euo pipefail
cd "$(dirname "$0")/.."

sizes=("${@:-1 4 16 40}")
read -ra sizes <<<"${sizes[*]}"
file_mb=${FILE_MB:-1000}
folder=${FOLDER:-target/growth}
out=${OUT:-target/growth-results}
case_file=${CASE:-case.toml}
read -ra ceilings <<<"${MEMORY:-default 2G}"
program=${BREACHSCOPE:-target/release/breachscope}

bench=$(cargo bench --bench scan --no-run 2>&1 | sed -n 's/.*Executable.*(\(.*\))/\1/p')
[ -n "$bench" ] || { echo "the bench did not build" >&2; exit 1; }
[ -x "$program" ] || cargo build --release

mkdir -p "$folder"
printf 'gb\tmemory\tround\tseconds\tcpu\tpeak_mb\tdisk_mb\topenssl_seconds\n' | tee "$out.tsv"
for size in "${sizes[@]}"; do
    days=$(awk -v gb="$size" -v mb="$file_mb" 'BEGIN { n = int(gb * 1000 / mb + 0.5); print n < 1 ? 1 : n }')
    "$bench" --make "$folder" --size "${file_mb}M" --days "$days"
    gb=$(cat "$folder"/logs/*.log | wc -c | awk '{ printf "%.2f", $1 / 1e9 }')
    rounds=$(awk -v gb="$size" -v rounds="${ROUNDS:-3}" 'BEGIN { print (gb > 4 ? 1 : rounds) }')
    for round in $(seq "$rounds"); do
        hash=$("$bench" -- openssl dgst -sha256 "$folder"/logs/*.log | cut -f1)
        for ceiling in "${ceilings[@]}"; do
            limit=()
            [ "$ceiling" = default ] || limit=(--memory "$ceiling")
            rm -rf "$folder-answer"
            cost=$("$bench" -- "$program" scan --quiet "${limit[@]}" --out "$folder-answer" "$folder/$case_file")
            printf '%s\t%s\t%s\t%s\t%s\n' "$gb" "$ceiling" "$round" "$cost" "$hash" | tee -a "$out.tsv"
        done
    done
done
rm -rf "$folder" "$folder-answer"
awk -f benches/growth.awk -v svg="$out.svg" "$out.tsv" | tee "$out.md"
