"""Holds an answer folder against what is true of its world, from outside: three tables, nothing of the program's code."""
import csv
import os
import subprocess
import time
from collections import Counter

# Logs that are complete: every list must be exact there.
COMPLETE = ("complete", "duplicates", "clock")


class Verdict:
    """What one world showed; every list names the offenders."""

    def __init__(self):
        self.crash = ""
        self.required, self.found, self.missed = 0, 0, []
        self.honest, self.accused, self.probing = 0, [], []
        self.lower, self.upper, self.excluded = [], [], []
        self.exact, self.idle, self.reached = None, 0, 0
        self.kinds, self.blamed = Counter(), Counter()       # honest people by what they do; the accused among them
        self.differences = []
        self.seconds, self.lines = 0.0, 0

    def failed(self):
        return self.crash or self.missed or self.accused or self.lower or self.excluded or self.upper or self.exact is False


def scan(binary, folder, verdict):
    """Runs the program; notes crashes and how long it took."""
    begun = time.time()
    done = subprocess.run([binary, "scan", f"{folder}/case.toml", "--out", f"{folder}/answer", "--threads", "1"],
                          capture_output=True, text=True)
    verdict.seconds = time.time() - begun
    with open(f"{folder}/said.txt", "w") as f:
        f.write(done.stdout + done.stderr)
    if done.returncode:
        verdict.crash = f"exit {done.returncode}: {(done.stderr or done.stdout).strip()[:300]}"


def rows(folder, name):
    with open(os.path.join(folder, "answer", name), newline="") as f:
        return list(csv.DictReader(f))


def judge(w, kept, folder, full, logged, verdict):
    """full: the truth of what happened; logged: of what the logs kept, as certain as they let it be."""
    accounts(w, kept, folder, logged, verdict)
    bounds(w, folder, full, verdict)
    if kept.defect in COMPLETE:
        exact(folder, logged, verdict)


def accounts(w, kept, folder, logged, verdict):
    named = {r["account"]: r for r in rows(folder, "accounts.csv")}
    villains = set(w.attackers)
    honest = {e.account for e in w.events if e.account} - villains - set(w.excluded)
    verdict.honest = len(honest)
    kinds = {a: "pool" if a in w.pool else w.accounts[a].hard or w.accounts[a].role for a in honest}
    for mark in ("link", "newsletter"):
        kinds.update({e.account: mark for e in w.events if e.tag == mark and not w.accounts[e.account].hard})
    verdict.kinds.update(kinds.values())
    for account in sorted(honest & set(named)):
        kind = kinds[account]
        if named[account]["verdict"] == "enumeration":
            verdict.blamed[kind] += 1
            verdict.accused.append(f"{account}({kind}: {named[account]['signals']})")
        elif named[account]["verdict"] == "probing":
            verdict.probing.append(f"{account}({kind})")
    for row in named.values():
        if row["account"].startswith("client:") and row["account"] not in villains and row["verdict"] == "enumeration":
            verdict.accused.append(f"{row['account']}({row['signals']})")
    if kept.defect == "noaccount":
        return
    for account in sorted(villains):
        refused = w.attack in ("probing",) or not w.vulnerable
        must = len(logged.tried.get(account, ())) >= 20 if refused else logged.must_find(account)
        if not must or account in w.excluded:
            continue
        verdict.required += 1
        got = named.get(account, {}).get("verdict", "none")
        if got == ("probing" if refused else "enumeration") or (refused and got == "enumeration" and logged.taken.get(account)):
            verdict.found += 1
        else:
            verdict.missed.append(f"{account}={got} {len(logged.asked.get(account, ()))} IDs "
                                  f"{len(logged.lists.get(account, ()))} lists "
                                  f"{len(logged.taken.get(account, ()))} persons {w.accounts[account].role if account in w.accounts else '-'} {w.attack} "
                                  f"{w.attackers[account]}")


def bounds(w, folder, full, verdict):
    true = full.per_controller()
    verdict.reached = len(true)
    for row in rows(folder, "controllers.csv"):
        c, n = row["controller"], true.get(row["controller"], 0)
        low, high = int(row["subjects_min"] or 0), row["subjects_max"]
        if low > n:
            verdict.lower.append(f"{c}: min {low} > {n}")
        if high and int(high) < n:
            verdict.upper.append(f"{c}: max {high} < {n}")
        if row["status"] == "excluded" and n:
            verdict.excluded.append(f"{c}: {n} subjects")
        if row["status"] != "excluded" and not n:
            verdict.idle += 1
    for row in rows(folder, "subjects.csv"):
        if row["certainty"] == "confirmed" and (row["subject"], row["controller"]) not in full.pairs:
            verdict.lower.append(f"subject {row['subject']} at {row['controller']} is confirmed and was not reached")


def exact(folder, logged, verdict):
    """Confirmed controllers and confirmed subjects, as sets."""
    want = {p for p, s in logged.pairs.items() if s == "confirmed"}
    got = {(r["subject"], r["controller"]) for r in rows(folder, "subjects.csv") if r["certainty"] == "confirmed"}
    confirmed = {r["controller"] for r in rows(folder, "controllers.csv") if r["status"] == "confirmed"}
    if got != want:
        verdict.differences.append(f"subjects -{len(want - got)} +{len(got - want)} of {len(want)}, "
                                   f"e.g. {sorted(want ^ got)[:2]}")
    if confirmed != {c for _, c in want}:
        verdict.differences.append(f"controllers {sorted(confirmed ^ {c for _, c in want})[:3]}")
    verdict.exact = not verdict.differences


# ---- a judge that cannot condemn is none --------------------------------------------------------------------------
def tamper(folder, name, change):
    """Rewrites a table of the answer, row by row."""
    table = rows(folder, name)
    for row in table:
        change(row)
    with open(os.path.join(folder, "answer", name), "w", newline="") as f:
        out = csv.DictWriter(f, list(table[0]))
        out.writeheader()
        out.writerows(table)


FORGERIES = [                 # (what is forged, where, how, in which list it has to show)
    ("too high a lower bound", "controllers.csv", lambda r: r.update(subjects_min="99999"), "lower"),
    ("too low an upper bound", "controllers.csv", lambda r: r.update(subjects_max="0"), "upper"),
    ("everybody excluded", "controllers.csv", lambda r: r.update(status="excluded"), "excluded"),
    ("everybody accused", "accounts.csv", lambda r: r.update(verdict="enumeration"), "accused"),
    ("nobody accused", "accounts.csv", lambda r: r.update(verdict="overreach"), "missed"),
    ("subjects in doubt", "subjects.csv", lambda r: r.update(certainty="probable"), "differences"),
    ("subjects of somebody else", "subjects.csv", lambda r: r.update(subject="x" + r["subject"]), "lower"),
]
