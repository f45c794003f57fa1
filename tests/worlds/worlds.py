#!/usr/bin/env python3
"""Worlds of a simulated school platform, scanned by `breachscope` and judged from outside.

An adversary, independent of the program: platform (school.py), honest life (life.py, hard.py), attacks (attacks.py), logs
and their defects (logs.py), truth by CASE.md (truth.py) and judgement (judge.py) share nothing with its code.

  worlds.py run [--cells A,B] [--seeds 0..20] [--jobs N]    the grid, or some cells: ATTACK or ATTACK+DEFECT
  worlds.py one CELL SEED DIR                          one world; keeps DIR with case, answer and truth.txt
  worlds.py honest [--accounts 30000] [--seeds 0..3]   honest people only: false accusations per 100,000
  worlds.py forged                                     spoils answers, and fails where the judge does not notice
  worlds.py small                                      about a minute, for CI: exit 1 on a broken lower bound, a false
                                                       `excluded`, or more accused honest accounts than --ceiling
"""
import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import attacks
import judge
import life
import logs
from school import World
from truth import Truth

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BINARY = os.environ.get("BREACHSCOPE", os.path.join(ROOT, "target", "release", "breachscope"))
GRID = [a.__name__ for a in attacks.ATTACKS] + [f"{a}+{d}" for d in logs.DEFECTS[1:] for a in ("any", "none")] + \
    [f"{a}+{d}+calm" for d in logs.DEFECTS for a in ("any", "none")]
SMALL = ["sequential", "containers", "one_tenant", "none", "any+stale"] + \
    [f"any+{d}+calm" for d in ("complete", "hole", "misshost", "sampled", "unlogged", "cut", "nobytes")]


def play(cell, seed, folder, size=1.0, forge=None):
    """Builds, writes, scans and judges one world; `forge` spoils the answer before it is judged."""
    verdict = judge.Verdict()
    attack, defect, *_ = cell.split("+") + ["complete"]
    w = World(cell, seed, size)
    life.live(w)
    attacks.strike(w, attack)
    logs.finish(w)
    kept = logs.Kept(w, defect or "complete")
    full = Truth(w, w.events, False)
    logged = Truth(w, kept.events, True)
    if defect == "clock":
        full.pairs.update(logged.pairs)
    if defect == "nobytes":
        logged.pairs = {p: "probable" for p in logged.pairs}
    verdict.lines = len(kept.events)
    writer = logs.write(w, kept, folder)
    note(w, kept, writer, full, logged, folder)
    judge.scan(BINARY, folder, verdict)
    if not verdict.crash:
        if forge:
            judge.tamper(folder, *forge)
        judge.judge(w, kept, folder, full, logged, verdict)
    verdict.style = f"{w.attack} {writer.format} {writer.shape.name} {w.ids.style}/{w.ids.order} pupils:{w.pupil_scope} " \
                    f"{w.days}d{' rollover' if w.rollover else ''}{' narrow' if w.narrow else ''}{'' if w.limit else ' nolimit'}"
    return verdict


def note(w, kept, writer, full, logged, folder):
    """truth.txt, for whoever looks into a failure."""
    with open(f"{folder}/truth.txt", "w") as f:
        f.write(f"attack {w.attack} vulnerable {w.vulnerable} ids {w.ids.style}/{w.ids.order} days {w.days}\n")
        for a in sorted(w.attackers):
            f.write(f"attacker {a} took {len(logged.taken.get(a, ()))} cards {len(logged.lists.get(a, ()))} lists\n")
        for a, p in sorted(w.accounts.items()):
            if p.hard:
                f.write(f"hard {a} {p.hard}\n")
        for c, n in sorted(full.per_controller().items()):
            f.write(f"controller {c} {n}\n")


def job(task):
    cell, seed, size = task
    folder = tempfile.mkdtemp(prefix="worlds-")
    try:
        return task, play(cell, seed, folder + "/w", size)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def forged():
    """Spoils answers in every way that the judge must see; returns how many went unnoticed."""
    unseen = 0
    for what, name, change, where in judge.FORGERIES:
        folder = tempfile.mkdtemp(prefix="worlds-")
        seen = bool(getattr(play("shuffled", 1, folder + "/w", forge=(name, change)), where))
        shutil.rmtree(folder, ignore_errors=True)
        print(f"forged: {what}: {'noticed' if seen else 'NOT NOTICED'}", flush=True)
        unseen += not seen
    return unseen


def span(text):
    a, _, b = text.partition("..")
    return range(int(a), int(b or int(a) + 1))


class Tally:
    """One cell's sums."""

    def __init__(self):
        self.all = []

    def row(self, name):
        v, s = self.all, lambda f: sum(f(x) for x in self.all)
        exact = [x for x in v if x.exact is not None]
        return [name, len(v), f"{s(lambda x: x.found)}/{s(lambda x: x.required)}", f"{s(lambda x: len(x.accused))}/{s(lambda x: x.honest)}",
                s(lambda x: len(x.probing)), s(lambda x: bool(x.lower)), s(lambda x: bool(x.upper)), s(lambda x: bool(x.excluded)),
                f"{sum(x.exact for x in exact)}/{len(exact)}" if exact else "-", s(lambda x: bool(x.crash)),
                f"{s(lambda x: x.idle) / max(1, len(v)):.1f}", f"{max(x.seconds for x in v):.1f}"]


HEAD = ["cell", "worlds", "found", "accused/honest", "probing", "lower", "upper", "excl", "exact", "crash", "idle", "slowest"]


def show(rows):
    widths = [max(len(str(r[i])) for r in rows) for i in range(len(HEAD))]
    for r in rows:
        print("  ".join(str(c).ljust(n) if i == 0 else str(c).rjust(n) for i, (c, n) in enumerate(zip(r, widths))))


def tell(cell, seed, v):
    """One line for each way in which a world failed, with how to see it again."""
    again = f"worlds.py one {cell} {seed} DIR"
    for word, what in [("crash", [v.crash] if v.crash else []), ("missed", v.missed), ("accused", v.accused), ("lower", v.lower),
                       ("upper", v.upper), ("excluded", v.excluded), ("inexact", v.differences)]:
        if what:
            print(f"  {word:8} {again}   [{v.style if not v.crash else ''}] {'; '.join(what[:12])}{' …' if len(what) > 12 else ''}", flush=True)


def run(cells, seeds, jobs, size=1.0, quiet=False):
    tasks = [(c, s, size) for s in seeds for c in cells]
    tallies, begun = {c: Tally() for c in cells}, time.time()
    with ProcessPoolExecutor(jobs) as pool:
        for (cell, seed, _), verdict in pool.map(job, tasks):
            tallies[cell].all.append(verdict)
            if verdict.failed() and not quiet:
                tell(cell, seed, verdict)
    total = Tally()
    total.all = [v for t in tallies.values() for v in t.all]
    show([HEAD] + [t.row(c) for c, t in tallies.items()] + [total.row("all")])
    worst(tallies)
    behaviours(total.all)
    print(f"{sum(v.lines for v in total.all):,} lines in {time.time() - begun:.0f} s")
    return total.all


def behaviours(worlds):
    """Who is accused, by what they do."""
    kinds, blamed = sum((v.kinds for v in worlds), Counter()), sum((v.blamed for v in worlds), Counter())
    print("accused by behaviour: " + (", ".join(f"{k} {n}/{kinds[k]}" for k, n in blamed.most_common()) or "nobody"))


def worst(tallies):
    """The worst cell of each goal."""
    def rate(name, f):
        cell, value = max(((c, f(t.all)) for c, t in tallies.items()), key=lambda x: x[1])
        print(f"worst {name}: {cell if value else '-'} ({value:.4g})")
    rate("missed share", lambda v: sum(len(x.missed) for x in v) / max(1, sum(x.required for x in v)))
    rate("accused per 100,000", lambda v: 1e5 * sum(len(x.accused) for x in v) / max(1, sum(x.honest for x in v)))
    rate("lower bound broken, worlds", lambda v: sum(bool(x.lower) for x in v))
    rate("falsely excluded, worlds", lambda v: sum(bool(x.excluded) for x in v))
    rate("inexact, worlds", lambda v: sum(x.exact is False for x in v))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["run", "one", "honest", "forged", "small"])
    parser.add_argument("rest", nargs="*")
    parser.add_argument("--cells", default=",".join(GRID))
    parser.add_argument("--seeds", default="0..5")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--accounts", type=int, default=30000)
    parser.add_argument("--ceiling", type=int, default=0, help="accused honest accounts that `small` bears")
    o = parser.parse_args()
    if o.what == "one":
        cell, seed, folder = o.rest
        v = play(cell, int(seed), folder)
        print(v.style)
        tell(cell, seed, v)
        return int(bool(v.failed()))
    if o.what == "honest":
        worlds = run(["none"], span(o.seeds), o.jobs, o.accounts / 1000)
        people, accused = sum(v.honest for v in worlds), sum(len(v.accused) for v in worlds)
        print(f"falsely accused: {accused} of {people:,} honest accounts, {1e5 * accused / people:.2f} per 100,000")
        return 0
    if o.what == "forged":
        return forged()
    if o.what == "small":
        worlds = run(SMALL, range(0, 4), o.jobs)
        accused = sum(len(v.accused) for v in worlds)
        bad = [v for v in worlds if v.lower or v.excluded or v.crash]
        return int(bool(bad) or accused > o.ceiling)
    run(o.cells.split(","), span(o.seeds), o.jobs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
