#!/usr/bin/env bash
# Builds the fuzz targets and runs each for so many seconds (60), two at a time.
#   fuzz/run.sh [SECONDS] [TARGET...]
# A crash leaves the input in target/fuzz/crashes and ends with its name.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
shift || true
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
    mapfile -t targets < <(cd fuzz/fuzz_targets && printf '%s\n' *.rs | sed 's/\.rs$//')
fi

# Dependencies are built as the program's own, so they are taken from there. The program itself, which rustc.sh lets libFuzzer
# see into, is told apart from the plain one by its profile.
mkdir -p target/fuzz/crashes
awk '/^\[/ { keep = /^\[profile/ } keep' Cargo.toml >target/fuzz/profile.toml
printf '[profile.release.package.breachscope]\ncodegen-units = 4\n' >>target/fuzz/profile.toml

# Its own incremental state would be as large as the build.
CARGO_INCREMENTAL=0 RUSTC_WRAPPER=$PWD/fuzz/rustc.sh cargo build --quiet --release \
    --config target/fuzz/profile.toml --manifest-path fuzz/Cargo.toml --target-dir target

fuzz() {
    corpus=target/fuzz/corpus/$1
    mkdir -p "$corpus"
    out=$(target/release/"$1" -max_total_time="$2" -rss_limit_mb=1024 -max_len=8192 -timeout=20 \
        -artifact_prefix="target/fuzz/crashes/$1-" -print_final_stats=1 "$corpus" 2>&1) || {
        printf '%s\n' "$out" | tail -40
        echo "fuzz: $1 failed; its input is in target/fuzz/crashes" >&2
        return 1
    }
    runs=$(printf '%s\n' "$out" | sed -n 's/^stat::number_of_executed_units: //p')
    peak=$(printf '%s\n' "$out" | sed -n 's/^stat::peak_rss_mb: //p')
    printf 'fuzz: %-12s %10s inputs, %5s MB at most, no crash\n' "$1" "$runs" "$peak"
}
export -f fuzz
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c 'fuzz "$1" "$2"' _ {} "$seconds"
