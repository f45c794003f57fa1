#!/bin/sh
# Cargo calls this instead of the compiler: the program itself is built so that libFuzzer sees which
# branches an input takes. Its dependencies are not, which saves most of the time; no nightly compiler
# is needed, because panics are what is looked for and need no sanitizer.
case " $* " in
*" --crate-name breachscope "*)
    exec "$@" -C passes=sancov-module -C llvm-args=-sanitizer-coverage-level=4 \
        -C llvm-args=-sanitizer-coverage-inline-8bit-counters -C llvm-args=-sanitizer-coverage-pc-table \
        -C llvm-args=-sanitizer-coverage-trace-compares
    ;;
*) exec "$@" ;;
esac
