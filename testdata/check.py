#!/usr/bin/env python3
"""Holds the scenarios against their truth for any seeds, and the committed ones against what their make.py writes.

Run: python3 testdata/check.py target/release/breachscope [--claims] 1 2 3 (default: seeds 1 to 5). Prints what does not
hold; exit 1 then. With --claims the vendor's statements are held against the logs too (`verify --claims`). What
tests/suite/scenarios.rs asks of the committed worlds is asked here of others."""
import csv
import filecmp
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
COMMITTED = {"scenario-a-full": 20210412, "scenario-b": 20181109, "scenario-c": 20190520, "scenario-d": 20230314}
# The case in which the logs show all there was to show.
WHOLE = {"scenario-a-full": "case-logged", "scenario-b": "case", "scenario-c": "case-corrected", "scenario-d": "case"}
NOTHING_BEYOND = {("scenario-c", "case")}  # the grants as they were granted it
problems = []


def tell(where, what):
    problems.append(f"{where}: {what}")
    print(problems[-1])


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def answer(program, folder, case, truth, where):
    out = folder.parent / f"out-{folder.name}-{case}"  # never beside the logs
    run = subprocess.run([program, "scan", folder / f"{case}.toml", "--out", out, "-q"], capture_output=True, text=True)
    if run.returncode or run.stderr:
        return tell(where, f"exit {run.returncode}: {run.stderr}")
    controllers = {r["controller"]: r for r in rows(out / "controllers.csv")}
    for controller, r in controllers.items():
        n = truth["subjects_by_controller"].get(controller, 0)
        least, most = int(r["subjects_min"]), int(r["subjects_max"])
        if not least <= n <= most:
            tell(where, f"{controller}: {n} subjects are not within {least} and {most}")
        if n and r["status"] == "excluded":
            tell(where, f"{controller}: excluded, with {n} subjects")
        if not n and r["status"] == "confirmed":
            tell(where, f"{controller}: confirmed, with no subject")
    shown = {r["subject"] for r in rows(out / "subjects.csv") if r["certainty"] == "confirmed"}
    if not shown <= set(truth["subjects"]):
        tell(where, f"confirmed, but never shown: {sorted(shown - set(truth['subjects']))}")
    verdicts = {r["account"]: r["verdict"] for r in rows(out / "accounts.csv")}
    expected = {a: v for v, accounts in truth["verdicts"].items() for a in accounts}
    for account, verdict in verdicts.items():
        weaker = verdict in ("probing", "overreach")
        if account not in expected or (verdict != expected[account] and not (case != WHOLE[folder_name(where)] and weaker)):
            tell(where, f"{account}: {verdict}, in truth {expected.get(account)}")
    if case == WHOLE[folder_name(where)]:
        for controller, n in truth["subjects_by_controller"].items():
            r = controllers[controller]
            if r["status"] != "confirmed" or int(r["subjects_min"]) != n:
                tell(where, f"{controller}: {r['status']} with at least {r['subjects_min']}, in truth {n}")
        if shown != set(truth["subjects"]):
            tell(where, f"not found: {sorted(set(truth['subjects']) - shown)}")
        if verdicts != expected:
            tell(where, f"verdicts {verdicts}, in truth {expected}")


def statements(program, folder, case, expected, where):
    command = [program, "verify", folder / f"{case}.toml", "--claims", folder / "claims.toml", "--json"]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.stderr or not run.stdout:
        return tell(where, f"exit {run.returncode}: {run.stderr}")
    found = {c["id"]: c for c in json.loads(run.stdout)["claims"]}
    if sorted(found) != sorted(expected):
        tell(where, f"statements {sorted(found)}, of {sorted(expected)}")
    for name, wanted in expected.items():
        one = found.get(name, {"outcome": None, "reasons": []})
        if one["outcome"] != wanted["outcome"] or not set(wanted["reasons"]) <= set(one["reasons"]):
            tell(where, f"{name}: {one['outcome']} {one['reasons']}, expected {wanted['outcome']} {wanted['reasons']}; {one.get('why')}")


def all_statements(program, folder, where):
    for variant in ("", "-logged", "-corrected"):
        file = folder / f"claims-expected{variant}.json"
        if file.exists():
            statements(program, folder, f"case{variant}", json.loads(file.read_text()), f"{where} case{variant}")
    for log, expected in json.loads((folder / "claims-expected-without.json").read_text()).items():
        case = f"case-without-{log.split('.')[0]}"
        statements(program, folder, case, expected, f"{where} {case}")


def folder_name(where):
    return where.split()[0]


def main():
    with_claims = "--claims" in sys.argv
    program, *seeds = [a for a in sys.argv[1:] if a != "--claims"]
    seeds = [int(s) for s in seeds] or [1, 2, 3, 4, 5]
    with tempfile.TemporaryDirectory() as temporary:
        for name, own in COMMITTED.items():
            for seed in [own, *seeds]:
                folder = pathlib.Path(temporary) / f"{name}-{seed}"
                subprocess.run([sys.executable, HERE / name / "make.py", str(seed), folder], check=True)
                if seed == own:
                    kept = sorted(p.name for p in (HERE / name).iterdir() if p.is_file() and p.name != "make.py")
                    made = sorted(p.name for p in folder.iterdir())
                    _, differ, missing = filecmp.cmpfiles(folder, HERE / name, sorted({*kept, *made}), shallow=False)
                    if differ or missing:
                        tell(name, f"make.py writes other files than the committed ones: {differ + missing}")
                truth = json.loads((folder / "truth.json").read_text())
                for case in sorted(p.stem for p in folder.glob("case*.toml")):
                    known = truth
                    if (name, case) in NOTHING_BEYOND:
                        known = truth | {"subjects_by_controller": {}, "subjects": [], "verdicts": {}}
                    answer(program, folder, case, known, f"{name} seed {seed} {case}")
                if with_claims:
                    all_statements(program, folder, f"{name} seed {seed}")
    print("all holds" if not problems else f"{len(problems)} thing(s) do not hold")
    return 1 if problems else 0


sys.exit(main())
