#!/usr/bin/env python3
"""Practice cases of `breachscope synth` in every combination of flaw, format and directory, scanned and held against
their truth: a table of what was wrong, worst first.

The truth of `synth` tells what happened, not what is left in the logs; so bounds must contain it, `excluded` must be
true of it, and nobody may be accused beyond it, whatever the logs lack.

  grid.py [--seeds 100..105] [--flaws none,hole,sampled+clock] [--extra "--attack slow"] [--no-directory] [--jobs 2]
          [--strict]                                exit 1 where a bound, an exclusion or an accusation is wrong
  grid.py one SEED FLAW DIR [--extra ..] [--no-directory]   one case, kept in DIR
"""
import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BINARY = os.environ.get("BREACHSCOPE", os.path.join(ROOT, "target", "release", "breachscope"))
FLAWS = ["none", "hole", "missing-host", "sampled", "unlogged-route", "cut-start", "cut-end", "clock", "no-bytes",
         "stale-directory", "no-grants", "only-accounts", "told-hole", "never-host", "lost-day",
         "missing-host+clock", "stale-directory+hole", "no-grants+sampled", "lost-day+no-bytes", "never-host+stale-directory"]
KINDS = ["crash", "excluded", "accused", "lower", "upper", "worse", "missed"]
# Besides: controllers without a subject that are not excluded, the mean of a world.


def build(seed, flaw, extra, folder):
    flaws = [] if flaw == "none" else [w for f in flaw.split("+") for w in ("--flaw", f)]
    done = subprocess.run([BINARY, "synth", "--seed", str(seed), "--out", folder, *flaws, *extra], capture_output=True, text=True)
    return done.stderr if done.returncode else ""


def undirected(folder):
    """Takes the directory out of the case."""
    path = os.path.join(folder, "case.toml")
    with open(path) as f:
        text = f.read()
    with open(path, "w") as f:
        f.write(re.sub(r"(?ms)^\[directory\]\n.*?(?=^\[|\Z)", "", text))


def rows(folder, name):
    with open(os.path.join(folder, "answer", name), newline="") as f:
        return list(csv.DictReader(f))


def judge(folder, directory=True):
    """Kind of error -> what was wrong."""
    with open(os.path.join(folder, "truth.json")) as f:
        truth = json.load(f)
    wrong = defaultdict(list)
    raided = truth["controllers"]
    everybody = {r["controller"]: r for r in rows(folder, "controllers.csv")}
    for name, want in raided.items():
        there = want["subjects_confirmed"] + want["subjects_probable"]
        row = everybody.get(name)
        if row is None:
            if directory and there:
                wrong["excluded"].append(f"{name} is not listed")
            continue
        low, high = int(row["subjects_min"] or 0), row["subjects_max"]
        if row["status"] == "excluded" and there:
            wrong["excluded"].append(f"{name}: {there}")
        if low > there:
            wrong["lower"].append(f"{name}: {low} > {there}")
        wrong["idle"] += [name] * (row["status"] != "excluded" and not there)
        if high and int(high) < there:
            wrong["upper"].append(f"{name}: {high} < {there}")
    with open(os.path.join(folder, "answer", "findings.json")) as f:
        findings = json.load(f)
    true = {(s["subject"], s["controller"]) for s in truth["subjects"]}
    total = len({s for s, _ in true})
    low, high = findings["totals"]["subjects_min"], findings["totals"]["subjects_max"]
    if low is not None and low > total:
        wrong["lower"].append(f"case: {low} > {total}")
    if high is not None and high < total:
        wrong["upper"].append(f"case: {high} < {total}")
    if directory:
        for row in rows(folder, "subjects.csv"):
            if row["certainty"] == "confirmed" and (row["subject"], row["controller"]) not in true:
                wrong["lower"].append(f"subject {row['subject']}")
    weight = {"none": 0, "harvest": 1, "overreach": 2, "probing": 3, "enumeration": 4}
    got = {r["account"]: r["verdict"] for r in rows(folder, "accounts.csv")}
    for account, verdict in sorted(got.items()):
        want = truth["accounts"].get(account, {}).get("verdict", "none")
        if weight.get(want, 0) == 0 and weight.get(verdict, 0) > 1:
            wrong["accused"].append(f"{account}={verdict}")
        elif weight.get(verdict, 0) > max(weight.get(want, 0), 1):
            wrong["worse"].append(f"{account}={verdict}, is {want}")
    for account, row in sorted(truth["accounts"].items()):
        if row["verdict"] in ("enumeration", "probing") and got.get(account) != row["verdict"]:
            wrong["missed"].append(f"{account}={got.get(account)}, is {row['verdict']} {row['accesses_beyond_scope']}")
    note = f"{truth['attack']} {truth['format']}"
    return wrong, note


def play(seed, flaw, extra, directory, folder):
    failed = build(seed, flaw, extra, folder)
    if failed:
        return {"crash": [failed.strip()[-200:]]}, "synth"
    if not directory:
        undirected(folder)
    done = subprocess.run([BINARY, "scan", f"{folder}/case.toml", "--out", f"{folder}/answer", "--threads", "1"],
                          capture_output=True, text=True)
    if done.returncode:
        return {"crash": [f"exit {done.returncode}: {done.stderr.strip()[:300]}"]}, ""
    return judge(folder, directory)


def job(task):
    seed, flaw, extra, directory = task
    folder = tempfile.mkdtemp(prefix="practice-")
    try:
        return task, play(seed, flaw, extra, directory, folder + "/c")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def span(text):
    first, _, last = text.partition("..")
    return range(int(first), int(last or int(first) + 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*")
    parser.add_argument("--seeds", default="100..104")
    parser.add_argument("--flaws", default=",".join(FLAWS))
    parser.add_argument("--extra", default="", help="flags for synth")
    parser.add_argument("--no-directory", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--strict", action="store_true")
    o = parser.parse_args()
    extra = o.extra.split()
    if o.what[:1] == ["one"]:
        _, seed, flaw, folder = o.what
        print(play(int(seed), flaw, extra, not o.no_directory, folder))
        return 0
    tasks = [(s, f, extra, not o.no_directory) for s in span(o.seeds) for f in o.flaws.split(",")]
    cells, worlds, idle = defaultdict(Counter), Counter(), Counter()
    with ThreadPoolExecutor(o.jobs) as pool:
        for (seed, flaw, *_), (wrong, note) in pool.map(job, tasks):
            worlds[flaw] += 1
            idle[flaw] += len(wrong.pop("idle", ()))
            for kind, what in wrong.items():
                cells[flaw][kind] += 1
                print(f"  {kind:8} {seed} {flaw} [{note}] {len(what)}: {'; '.join(what[:4])}{' …' if len(what) > 4 else ''}", flush=True)
    print(f"{'flaw':30}{'worlds':>8}" + "".join(f"{k:>9}" for k in KINDS) + f"{'idle':>9}")
    for flaw in o.flaws.split(","):
        print(f"{flaw:30}{worlds[flaw]:>8}" + "".join(f"{cells[flaw][k]:>9}" for k in KINDS) + f"{idle[flaw] / max(1, worlds[flaw]):>9.1f}")
    print(f"{'all':30}{sum(worlds.values()):>8}" + "".join(f"{sum(c[k] for c in cells.values()):>9}" for k in KINDS))
    bad = sum(cells[f][k] for f in cells for k in ("crash", "excluded", "accused", "lower", "upper"))
    return int(o.strict and bad > 0)


if __name__ == "__main__":
    sys.exit(main())
