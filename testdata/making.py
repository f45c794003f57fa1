"""What the make.py of the scenarios have in common: where they write, instants, tables, log lines, claims and what is to
be expected of them. Shares no code with the program. Who there is and what happens is left to each make.py.

Every scenario folder holds: case.toml (and case-without-X.toml: the same with one source taken away, where X names the
log), the directory's tables, the logs, truth.json (counted while the platform is played, from no log), claims.toml (the
vendor's statements), claims-expected.json {id: {"outcome", "reasons"}} and claims-expected-without.json
{log taken away: {id: ...}}. An expectation's reasons are those that must stand among the codes of a claim that is not
determinable; for the other outcomes the list is empty."""
import collections
import datetime as dt
import json
import pathlib
import random
import sys

UTC = dt.timezone.utc
DISCLOSING = (200, 203, 206)


def place(default_seed, script):
    """Seed and folder: the script's own folder, or those that the command line names."""
    given = len(sys.argv) > 2
    seed = int(sys.argv[1]) if given else default_seed
    folder = pathlib.Path(sys.argv[2]) if given else pathlib.Path(script).parent
    folder.mkdir(parents=True, exist_ok=True)
    return random.Random(seed), folder


def at(text):
    """An instant from a date with or without a time, in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def stamp(instant):
    """As tables and TOML write it; empty for an open end."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant else ""


def within(history, instant):
    """What holds then, of [(from, until, value)]; None where nothing does."""
    for a, b, value in history:
        if (a is None or a <= instant) and (b is None or instant < b):
            return value
    return None


def moment(rng, first, last, hours=(7, 21)):
    """A random second between two instants, by day."""
    span = int((last - first).total_seconds())
    while True:
        found = first + dt.timedelta(seconds=rng.randrange(span))
        if hours[0] <= found.hour < hours[1]:
            return found


def table(folder, name, header, rows):
    with open(folder / name, "w") as out:
        out.write(header + "\n")
        out.writelines(",".join(str(cell) for cell in row) + "\n" for row in rows)


def beats(first, last, every):
    """A monitor's requests, so that silence is never merely the night's."""
    t = first + every
    while t < last:
        yield t
        t += every


class Record:
    """The platform's own record: what went out beyond scope, while it is played."""

    def __init__(self):
        self.disclosed = []  # (t, account, subject, controller, route, categories, child, protected)
        self.attempts = []  # (t, account, subject)

    def subjects(self, controller=None):
        return {d[2] for d in self.disclosed if controller is None or d[3] == controller}

    def controllers(self):
        return sorted({d[3] for d in self.disclosed if d[3]})

    def accounts(self):
        return sorted({d[1] for d in self.disclosed})

    def truth(self, controllers):
        """The part of truth.json that is the same everywhere."""
        d = self.disclosed
        by = {c: len(self.subjects(c)) for c in controllers}
        return {
            "controllers_affected": self.controllers(),
            "controllers_not_affected": [c for c in controllers if not by[c]],
            "subjects_by_controller": {c: n for c, n in by.items() if n},
            "subjects": sorted(self.subjects()),
            "children": len({x[2] for x in d if x[6]}),
            "protected": len({x[2] for x in d if x[7]}),
            "accounts_disclosed_to": self.accounts(),
            "first_disclosure": stamp(min(x[0] for x in d)),
            "last_disclosure": stamp(max(x[0] for x in d)),
        }


def clf(t, client, account, method, target, status, size, agent="Browser"):
    """A line of nginx's combined format."""
    return f'{client} - {account} [{t:%d/%b/%Y:%H:%M:%S} +0000] "{method} {target} HTTP/1.1" {status} {size} "-" "{agent}"\n'


def log(folder, name, lines):
    """Writes (instant, line) in the order of time."""
    lines.sort(key=lambda line: line[0])
    with open(folder / name, "w") as out:
        out.writelines(line for _, line in lines)


def cases(folder, head, sources, tail):
    """case.toml, and case-without-X.toml for each source: `sources` is {X: (log, its block)}."""
    whole = "\n".join(block for _, block in sources.values())
    (folder / "case.toml").write_text(f"{head}\n{whole}\n{tail}")
    for name in sources:
        others = "\n".join(block for other, (_, block) in sources.items() if other != name)
        (folder / f"case-without-{name}.toml").write_text(f"{head}\n{others}\n{tail}")


def toml(value):
    if isinstance(value, bool) or isinstance(value, int):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return f'"{stamp(value)}"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def expect(word):
    """"supported", "contradicted", or the codes of what is not determinable."""
    if word in ("supported", "contradicted"):
        return {"outcome": word, "reasons": []}
    return {"outcome": "not_determinable", "reasons": word.split()}


def claims(folder, letter, statements, without):
    """`statements`: (id, says, kind, parameters, expected, {log taken away: expected where it differs}); `without`: the
    logs that can be taken away."""
    blocks, expected = [], {}
    absent = {log: {} for log in without}
    for name, says, kind, parameters, word, differs in statements:
        keys = {"id": name, "says": says, "source": letter, "kind": kind, **parameters}
        blocks.append("[[claim]]\n" + "".join(f"{k} = {toml(v)}\n" for k, v in keys.items()))
        expected[name] = expect(word)
        for log in without:
            absent[log][name] = expect(differs.get(log, word))
    (folder / "claims.toml").write_text("\n".join(blocks))
    dump(folder, "claims-expected.json", expected)
    dump(folder, "claims-expected-without.json", absent)


def dump(folder, name, value):
    (folder / name).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
