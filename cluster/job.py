#!/usr/bin/env python3
"""A scan on Apache Spark: the stages of `breachscope`, run where the logs can be read, and the answer that `scan` gives.

    python3 cluster/job.py CASE.toml --out ANSWER --work SHARED --binary breachscope --master spark://HOST:7077

Nothing of the analysis stands here: what a line, an account or a finding is, only the binary knows. This plans, ships, sorts,
and checks that nothing went missing on the way. pyspark 4.3.0, pyarrow 26.0.1, pandas 2.3.3, Java 17.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import tomllib

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark import SparkFiles
from pyspark.sql import SparkSession

# As in src/stage/rows.rs.
SPLIT, DIGEST, PART, SEQUENCE, LOOKED, END = 0, 1, 3, 4, 5, 9
INTS = ["actor", "client", "agent", "object", "container", "skip", "take", "route", "status", "with_body"]
ROWS = (
    "key binary, time bigint, split int, line bigint, nth int, kind int, start bigint, length int, bytes bigint, "
    + ", ".join(f"{name} int" for name in INTS)
    + ", payload binary"
)
ANALYSED = "kind int, key binary, nth int, start bigint, first bigint, last bigint, payload binary"
ORDER = ["key", "time", "split", "line", "nth"]


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


# The shim between the engine and a stage.


def end_of(schema, rows):
    """The row that ends a stream: without it a stream that was cut between two messages looks whole."""
    empty = {pa.binary(): b"", pa.int32(): 0, pa.int64(): 0}
    row = {field.name: empty[field.type] for field in schema} | {"kind": END, "start": rows}
    return pa.RecordBatch.from_pylist([row], schema=schema)


def pump(command, schema, batches):
    """Runs a stage: gives it batches and an end, yields what it writes, and fails unless it ended well."""
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    faults, said = [], []

    def feed():
        rows = 0
        try:
            with pa.ipc.new_stream(child.stdin, schema) as to:
                for batch in batches:
                    rows += batch.num_rows
                    to.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
                to.write_batch(end_of(schema, rows))
            child.stdin.close()
        except BrokenPipeError:
            pass  # It ended early; its exit status says why.
        except Exception as fault:  # Whatever feeds this stage has failed; without an end the stage fails too.
            faults.append(fault)
            child.kill()

    threads = [
        threading.Thread(target=feed, daemon=True),
        threading.Thread(target=lambda: said.append(child.stderr.read()), daemon=True),
    ]
    try:
        for thread in threads:
            thread.start()
        rows, ended = 0, False
        try:
            with pa.ipc.open_stream(child.stdout) as stream:
                for batch in stream:
                    if batch.num_rows and batch.column("kind")[-1].as_py() == END:
                        told = batch.column("start")[-1].as_py()
                        batch = batch.slice(0, batch.num_rows - 1)
                        ended = told == rows + batch.num_rows
                    rows += batch.num_rows
                    if batch.num_rows:
                        yield batch
        except pa.ArrowInvalid:
            pass  # No stream at all, or a cut one: told below.
        status = child.wait()
        threads[1].join()
        if faults:
            raise faults[0]
        if status or not ended:
            what = b"".join(said).decode(errors="replace").strip()
            raise RuntimeError(f"{' '.join(command[1:3])} ended with {status}: {what or 'its output was cut'}")
    finally:
        # Closed early by the engine, or failed: nothing is left behind.
        child.kill()
        child.wait()


# Planning.


def planned(binary, case, logs, split):
    """The plan's rows and the job's tag."""
    command = [binary, "stage", "plan", case, "--logs", logs, "--split", split]
    done = subprocess.run(command, capture_output=True)
    if done.returncode:
        sys.exit(done.stderr.decode(errors="replace").strip())
    table = pa.ipc.open_stream(done.stdout).read_all()
    rows = table.to_pylist()
    if not rows or rows[-1]["kind"] != END or rows[-1]["start"] != len(rows) - 1:
        sys.exit("breachscope stage plan: its output was cut")
    return table.schema.remove_metadata(), rows[:-1], rows[-1]["note"].decode()


def bytes_of(row):
    """How many bytes a row of the plan reads."""
    return row["size"] if row["until"] == -1 else row["until"] - row["start"]


def tasks_of(rows, most):
    """Rows for each task: small files together, all else by itself, the largest first."""
    tasks, small = [], []
    for row in sorted(rows, key=bytes_of, reverse=True):
        if bytes_of(row) * 2 > most:
            tasks.append([row])
            continue
        if small and sum(map(bytes_of, small)) + bytes_of(row) > most:
            tasks.append(small)
            small = []
        small.append(row)
    return tasks + ([small] if small else [])


def size(text):
    unit = {"K": 10, "M": 20, "G": 30}.get(text[-1:].upper(), 0)
    return int(text[:-1] if unit else text) << unit


def shipped(case, into):
    """The case file and its tables, without logs, as an archive."""
    words = tomllib.loads(case.read_text())
    names = [name for name in words.get("directory", {}).values() if isinstance(name, str)]
    names += [words["leak"]["records"]] if "records" in words.get("leak", {}) else []
    archive = into / "breachscope-case.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(case, arcname=case.name)
        for name in dict.fromkeys(names):
            if os.path.isabs(name) or ".." in pathlib.PurePath(name).parts:
                sys.exit(f"{case}: {name}: only tables inside of the case's folder can be shipped; copy it there")
            tar.add(case.parent / name, arcname=name)
    return archive


# Stages on the workers.


def extracting(tasks, schema, case, logs, tag):
    def extract(ids):
        binary, home = SparkFiles.get("breachscope"), SparkFiles.get("case")
        command = [binary, "stage", "extract", f"{home}/{case}", "--logs", logs, "--tag", tag, "--threads", "1"]
        command += ["--spill", os.getcwd()]
        for batch in ids:
            rows = [row for number in batch.column(0).to_pylist() for row in tasks[number]]
            plan = [pa.RecordBatch.from_pylist(rows, schema=schema)] if rows else []
            yield from pump(command, schema, plan)

    return extract


def folding(tag):
    def fold(batches):
        batches = iter(batches)
        first = next(batches, None)
        if first is None:
            return
        schema = first.schema.remove_metadata()

        def all_of_them():
            yield first
            yield from batches

        yield from pump([SparkFiles.get("breachscope"), "stage", "fold", "--tag", tag], schema, all_of_them())

    return fold


def analysing(folded, case, logs, tag, context):
    """Judges the accounts of a partition, whose sequences lie in one file of the shared folder."""

    def analyse(ids):
        binary, home = SparkFiles.get("breachscope"), SparkFiles.get("case")
        command = [binary, "stage", "analyse", f"{home}/{case}", "--logs", logs, "--tag", tag, "--context", context]
        for batch in ids:
            for number in batch.column(0).to_pylist():
                schema = schema_of(ANALYSED)
                yield from pump([*command, "--threads", "1"], schema, of_kinds([folded[number]], [SEQUENCE], schema))

    return analyse


# Concluding on the driver.


def parquet(folder):
    return sorted(pathlib.Path(folder).glob("*.parquet"))


def schema_of(words):
    kinds = {"int": pa.int32(), "bigint": pa.int64(), "binary": pa.binary()}
    return pa.schema([(name, kinds[kind]) for name, kind in (one.split() for one in words.split(", "))])


def of_kinds(paths, wanted, schema):
    """Rows of some kinds, each file's in their order."""
    wanted = set(wanted)
    for path in paths:
        file = pq.ParquetFile(path)
        for group in range(file.num_row_groups):
            kinds = file.metadata.row_group(group).column(0).statistics
            if kinds and not any(kinds.min <= kind <= kinds.max for kind in wanted):
                continue
            for batch in file.iter_batches(batch_size=64, row_groups=[group]):
                batch = batch.select(schema.names)
                if not wanted.issuperset(batch.column("kind").unique().to_pylist()):
                    batch = batch.filter(pc.is_in(batch.column("kind"), pa.array(sorted(wanted), pa.int32())))
                if batch.num_rows:
                    yield batch


def tell_skew(folder, largest):
    table = pa.concat_tables(pq.read_table(path, columns=["kind", "key", "start"]) for path in parquet(folder))
    table = table.filter(pa.compute.equal(table["kind"], SEQUENCE))
    counts = table.group_by("key").aggregate([("start", "sum")])["start_sum"].to_pylist() or [0]
    share = max(counts) * 100 / max(sum(counts), 1)
    say(
        f"folded: {sum(counts):,} accesses of {len(counts):,} accounts and addresses; the largest has {share:.1f} % of them; "
        f"largest split {largest:,} bytes"
    )


def on_the_driver(args, stage, logs, tag, more, sources, stdout=None):
    """Runs a stage here, over the rows of some kinds of some folders, one source after the other; its status and output."""
    command = [args.binary, "stage", stage, str(args.case), "--logs", logs, "--tag", tag, *more]
    command += ["--memory", args.memory] if args.memory else []
    schema = schema_of(ANALYSED)
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=stdout)
    rows = 0
    try:
        with pa.ipc.new_stream(child.stdin, schema) as to:
            for batch in (batch for folder, kinds in sources for batch in of_kinds(parquet(folder), kinds, schema)):
                rows += batch.num_rows
                to.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
            to.write_batch(end_of(schema, rows))
        child.stdin.close()
    except BrokenPipeError:
        pass
    said = child.stdout.read().decode() if stdout else ""
    return child.wait(), said


def words():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", type=pathlib.Path, help="the case file; logs must be readable at one path everywhere")
    parser.add_argument("--out", required=True, help="folder for the answer: new or empty")
    parser.add_argument("--work", required=True, type=pathlib.Path, help="folder that driver and workers share; emptied at the end")
    parser.add_argument("--binary", required=True, help="breachscope, for the workers' kind of machine")
    parser.add_argument("--logs", help="folder that the case's `files` are relative to, on all machines [default: the case's]")
    parser.add_argument("--split", default="256M", help="bytes of a split [default: 256M]")
    parser.add_argument("--partitions", type=int, help="of the analysis [default: four for each core, at least 8]")
    parser.add_argument("--memory", help="of the stages on the driver, as of `scan`")
    parser.add_argument("--master", help="such as spark://HOST:7077 or local-cluster[2,1,1024] [default: as spark-submit says]")
    parser.add_argument("--conf", action="append", default=[], metavar="KEY=VALUE", help="for Spark (repeat it for more)")
    parser.add_argument("--quiet", action="store_true", help="do not print the answer's summary")
    return parser.parse_args()


def session(args):
    builder = SparkSession.builder.appName("breachscope")
    builder = builder.master(args.master) if args.master else builder
    # A part's pieces are a megabyte each: batches are bounded by bytes too. A whole split is one task's work.
    settings = {"spark.sql.execution.arrow.maxBytesPerBatch": "67108864", "spark.sql.adaptive.enabled": "false"}
    settings |= dict(one.split("=", 1) for one in args.conf)
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def main():
    args = words()
    args.case = args.case.resolve()
    args.binary = str(pathlib.Path(args.binary).resolve())
    logs = str(pathlib.Path(args.logs or args.case.parent).resolve())
    schema, rows, tag = planned(args.binary, str(args.case), logs, args.split)
    tasks = tasks_of(rows, size(args.split))
    whole = [row for row in rows if row["kind"] == SPLIT and row["until"] == -1 and row["size"] > size(args.split)]
    say(f"planned: {sum(row['kind'] == SPLIT for row in rows)} splits in {len(tasks)} tasks")
    for row in whole:
        say(f"{row['note'].decode()}: {row['size']:,} bytes in one split: packed, or its lines depend on those before them")
    args.work.mkdir(parents=True, exist_ok=True)
    places = [args.work.resolve() / name for name in ("folded", "judged", "context")]
    clear(places)
    try:
        status = run(args, (schema, rows, tasks), logs, tag, places)
    finally:
        # Accesses and names are personal data.
        clear(places)
    sys.exit(status)


def clear(places):
    for place in places:
        shutil.rmtree(place, ignore_errors=True)
        place.unlink(missing_ok=True)


def run(args, plan, logs, tag, places):
    schema, rows, tasks = plan
    folded, judged, context_file = places
    spark = session(args)
    with tempfile.TemporaryDirectory() as near:
        named = pathlib.Path(near) / "breachscope"
        shutil.copy(args.binary, named)
        context = spark.sparkContext
        context.setLogLevel("ERROR")
        context.addFile(str(named))
        context.addArchive(f"{shipped(args.case, pathlib.Path(near))}#case")
        partitions = args.partitions or max(8, 4 * context.defaultParallelism)
        begun = time.monotonic()
        extract = extracting(tasks, schema, args.case.name, logs, tag)
        accesses = spark.range(0, len(tasks), 1, len(tasks)).mapInArrow(extract, ROWS)
        ordered = accesses.repartition(partitions, "key").sortWithinPartitions(*ORDER)
        ordered.mapInArrow(folding(tag), ANALYSED).write.mode("overwrite").parquet(str(folded))
        say(f"read, sorted and folded in {time.monotonic() - begun:.1f} s")
        tell_skew(folded, max(map(bytes_of, rows), default=0))
        begun = time.monotonic()
        all_of_them = [(folded, [PART]), (folded, [SEQUENCE])]
        more = ["--to", str(context_file)]
        status, said = on_the_driver(args, "context", logs, tag, more, all_of_them, subprocess.PIPE)
        if status:
            return status
        say(f"context made in {time.monotonic() - begun:.1f} s; accounts are judged {said.strip()}")
        apart = said.strip() == "apart"
        if apart:
            begun = time.monotonic()
            files = [str(path) for path in parquet(folded)]
            analyse = analysing(files, args.case.name, logs, tag, str(context_file))
            looks = spark.range(0, len(files), 1, len(files)).mapInArrow(analyse, ANALYSED)
            looks.write.mode("overwrite").parquet(str(judged))
            say(f"judged in {time.monotonic() - begun:.1f} s")
        spark.stop()
    begun = time.monotonic()
    more = ["--out", args.out] + (["--quiet"] if args.quiet else []) + (["--context", str(context_file)] if apart else [])
    judged_or_not = [all_of_them[0], (judged, [LOOKED, SEQUENCE])] if apart else all_of_them
    status, _ = on_the_driver(args, "conclude", logs, tag, more, judged_or_not)
    say(f"concluded in {time.monotonic() - begun:.1f} s")
    return status


if __name__ == "__main__":
    main()
