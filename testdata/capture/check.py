"""Holds a captured case against its truth, by the logs and tables alone.

A second opinion that shares nothing with the service: it reads the lines with a regular expression,
judges scope from the CSV tables, and counts. It also holds the two logs and the service's record
against each other, request by request. Prints what it compared; ends with 1 at the first difference.

    python3 check.py CASE
"""

import csv
import glob
import gzip
import json
import pathlib
import re
import sys
from collections import Counter
from datetime import datetime
from urllib.parse import parse_qs, unquote, urlsplit

LINE = re.compile(
    r'(?P<client>\S+) - (?P<account>\S+) \[(?P<time>[^\]]+)\] "(?P<request>[^"]*)" (?P<status>\d{3}) (?P<bytes>\d+) '
    r'"[^"]*" "[^"]*" (?P<request_id>[0-9a-f]{32})')
# Least body that discloses, as the case file says; and what a page and a card hold.
LEAST = {"contact": 60, "book": 60, "batch": 40, "profile": 40}
PLAIN = {"contact": ["name", "class"], "book": ["name"], "batch": ["name"], "profile": ["name"]}
OPTIONAL = {"contact": {"nickname", "email", "phone"}, "book": set(), "batch": set(), "profile": {"nickname"}}
PAGE_SIZE = 25
# Log stamps are whole seconds and are written when an answer ends.
BLUR = 2
MACHINE = re.compile(rb"/(?:tmp|root|work|home)/")


def require(holds, complaint):
    """Ends the check where something does not hold."""
    if not holds:
        raise SystemExit(f"check failed: {complaint}")


def log_lines(pattern):
    """All lines of a rotated log, packed or not."""
    for path in sorted(glob.glob(pattern)):
        with open(path, "rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else open(path, "rb") as file:
            yield from (line.decode() for line in file.read().splitlines())


def table(case, name):
    """Rows of a directory table."""
    with open(case / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def instant(text, default):
    """Epoch seconds of a table's time."""
    return datetime.fromisoformat(text).timestamp() if text else default


def valid(row, now):
    """Whether a row holds at that instant."""
    return instant(row["from"], float("-inf")) <= now < instant(row["until"], float("inf"))


def nginx_requests(case):
    """Request ID -> what nginx's own log says."""
    found = {}
    for line in log_lines(str(case / "logs/nginx/access.log*")):
        match = LINE.fullmatch(line)
        require(match, f"a line of nginx's log has another shape: {line}")
        method, target, _ = match["request"].split(" ")
        when = datetime.strptime(match["time"], "%d/%b/%Y:%H:%M:%S %z").timestamp()
        require(match["request_id"] not in found, "a request ID stands twice in nginx's log")
        found[match["request_id"]] = {
            "account": match["account"], "method": method, "target": target, "status": int(match["status"]),
            "bytes": int(match["bytes"]), "client": match["client"], "time": when}
    return found


def compare_json(case, nginx):
    """The JSON log tells the same requests, and the session table the same accounts."""
    sessions = {row["session"]: row["account"] for row in table(case, "sessions")}
    lines = [json.loads(line) for line in log_lines(str(case / "logs/json/access.json*"))]
    require({line["request_id"] for line in lines} == set(nginx), "the two logs hold different requests")
    require(len(lines) == len(nginx), "a request stands twice in the JSON log")
    for line in lines:
        other = nginx[line["request_id"]]
        for key in ("method", "target", "status", "bytes", "client"):
            require(line[key] == other[key], f"{line['request_id']}: the logs differ in {key}")
        require(abs(line["ts"] - other["time"]) < 1.1, f"{line['request_id']}: the logs differ in time")
        if other["account"] != "-":
            require(sessions[line["session"]] == other["account"], f"{line['request_id']}: another account")


def compare_record(case, nginx):
    """The service's record and nginx agree on every answer that a client waited for."""
    with gzip.open(case / "service-record.jsonl.gz", "rt", encoding="utf-8") as file:
        record = {line["request_id"]: line for line in map(json.loads, file)}
    require(set(record) == set(nginx), "the service saw other requests than nginx")
    for request_id, line in record.items():
        other = nginx[request_id]
        if other["status"] == 499:
            require(not line["delivered"], f"{request_id}: a client left before it got its contacts")
            continue
        require(line["status"] == other["status"], f"{request_id}: another status")
        require(line["bytes"] == other["bytes"], f"{request_id}: another size")
        require((line["account"] or "-") == other["account"], f"{request_id}: another account")


class Directory:
    """The tables, and who may see what by them."""

    def __init__(self, case):
        self.units = {row["unit"]: row for row in table(case, "units")}
        self.grants, self.objects, self.members = {}, {}, {}
        for row in table(case, "grants"):
            self.grants.setdefault(row["account"], []).append(row)
        for row in table(case, "objects"):
            self.objects.setdefault(row["object"], []).append(row)
        for row in table(case, "members"):
            self.members.setdefault(row["container"], []).append(row)

    def above(self, unit):
        """A unit and all above it."""
        while unit:
            yield unit
            unit = self.units[unit]["parent"]

    def in_scope(self, account, contact, now):
        """The rule of the contract, for one object."""
        return any(
            valid(grant, now) and grant["unit"] in self.above(row["unit"])
            and (grant["protected"] == "true" or row["protected"] == "false")
            for row in self.objects.get(contact, []) if valid(row, now) for grant in self.grants.get(account, []))

    def controller(self, row):
        """The controller of an object's row."""
        named_above = (self.units[unit]["controller"] for unit in self.above(row["unit"]))
        return next(controller for controller in named_above if controller)

    def page(self, book, number, now):
        """The contacts on a page at that instant."""
        listed = [row["object"] for row in self.members.get(book, []) if valid(row, now)]
        return listed[(number - 1) * PAGE_SIZE:][:PAGE_SIZE]


def named(target, directory, now):
    """Route, and the contacts that a request names."""
    url = urlsplit("//host" + "/" + target.lstrip("/"))
    parts = [unquote(part) for part in url.path.split("/") if part not in ("", ".")]
    query = parse_qs(url.query)
    match parts:
        case ["api", "v2", "addressbooks", _, "contacts", contact]:
            return "contact", [contact]
        case ["api", "v2", "addressbooks", book]:
            return "book", directory.page(book, int(query.get("page", ["1"])[0]), now)
        case ["api", "v2", "contacts"]:
            return "batch", query.get("ids", [""])[0].split(",")
        case ["api", "v2", "profiles", contact]:
            return "profile", [contact]
    return None, []


def disclosed_beyond(nginx, directory):
    """Accesses by which contacts left the platform beyond the scope of who asked."""
    for request_id, line in nginx.items():
        route, contacts = named(line["target"], directory, line["time"])
        if route is None or line["method"] != "GET" or line["status"] != 200 or line["bytes"] < LEAST[route]:
            continue
        beyond = [c for c in contacts if not directory.in_scope(line["account"], c, line["time"])]
        if beyond:
            yield request_id, line, route, beyond


def count(directory, accesses):
    """Subjects and accounts of those accesses, in the shape of the truth."""
    subjects, accounts = {}, Counter()
    for request_id, line, route, contacts in accesses:
        accounts[line["account"]] += 1
        for contact in contacts:
            require(contact in directory.objects, f"{request_id}: {contact} was disclosed and is in no table")
            rows = directory.objects[contact]
            edges = [instant(row[key], None) for row in rows for key in ("from", "until") if row[key]]
            require(all(abs(edge - line["time"]) > BLUR for edge in edges), f"{request_id}: too near to a move")
            row = next(row for row in rows if valid(row, line["time"]))
            found = subjects.setdefault(row["subject"], {
                "subject": row["subject"], "controller": directory.controller(row),
                "protected": row["protected"] == "true", "child": row["child"] == "true",
                "accounts": set(), "data_categories": set()})
            found["accounts"].add(line["account"])
            filled = OPTIONAL[route] & set(row["fields"].split(";"))
            found["data_categories"].update(PLAIN[route], filled)
    return subjects, accounts


def compare_truth(truth, directory, accesses):
    """Subjects, controllers, accounts and accesses are those of the truth."""
    subjects, accounts = count(directory, accesses)
    rows = [{**row, "accounts": sorted(row["accounts"]), "data_categories": sorted(row["data_categories"])}
            for _, row in sorted(subjects.items())]
    require(rows == truth["subjects"], "the logs give other subjects than the truth")
    require(dict(accounts) == {a: row["accesses"] for a, row in truth["accounts"].items()},
            f"the logs give other accounts than the truth: {accounts}")
    require(sum(accounts.values()) == truth["accesses_beyond_scope"], "another number of accesses beyond scope")
    for tenant, row in truth["controllers"].items():
        own = [s for s in rows if s["controller"] == tenant]
        require(row["subject_ids"] == [s["subject"] for s in own], f"{tenant}: subjects")
        require(row["subjects"] == len(own), f"{tenant}: number of subjects")
        require(row["children"] == sum(s["child"] for s in own), f"{tenant}: children")
        require(row["protected"] == sum(s["protected"] for s in own), f"{tenant}: protected")
        require((row["status"] == "excluded") == (not own), f"{tenant}: status")


def compare_refusals(truth, nginx, directory):
    """Nobody but the accounts of the truth even tried a contact or a book beyond its scope."""
    for request_id, line in nginx.items():
        route, contacts = named(line["target"], directory, line["time"])
        if line["account"] == "-" or line["account"] in truth["accounts"] or route is None:
            continue
        known = [c for c in contacts if c in directory.objects]
        require(line["status"] != 403, f"{request_id}: {line['account']} was refused")
        require(all(directory.in_scope(line["account"], c, line["time"]) for c in known),
                f"{request_id}: {line['account']} is innocent and asked beyond its scope")


def no_machine_paths(case):
    """Nothing tells on which machine, in which folder, the capture was made."""
    for path in (p for p in case.rglob("*") if p.is_file()):
        raw = path.read_bytes()
        content = gzip.decompress(raw) if path.suffix == ".gz" else raw
        require(not MACHINE.search(content), f"{path.name} holds a machine's path")


def main(folder):
    """All comparisons, and a summary of what there was to compare."""
    case = pathlib.Path(folder)
    truth = json.loads((case / "truth.json").read_text(encoding="utf-8"))
    directory, nginx = Directory(case), nginx_requests(case)
    require(len(nginx) == truth["requests"], "the log has another number of requests than the truth")
    compare_json(case, nginx)
    compare_record(case, nginx)
    accesses = list(disclosed_beyond(nginx, directory))
    compare_truth(truth, directory, accesses)
    compare_refusals(truth, nginx, directory)
    no_machine_paths(case)
    statuses = Counter(line["status"] for line in nginx.values())
    print(f"requests {len(nginx)}, from {len({line['client'] for line in nginx.values()})} addresses")
    print("by status " + ", ".join(f"{status}: {number}" for status, number in sorted(statuses.items())))
    print("by account " + ", ".join(f"{a}: {row['verdict']}, {row['accesses']} accesses, {row['subjects']} subjects"
                                    for a, row in truth["accounts"].items()))
    print("by controller " + ", ".join(f"{t}: {row['subjects']}" for t, row in truth["controllers"].items()))
    print("the nginx log, the JSON log, the tables, the record and the truth agree")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: check.py CASE")
    main(sys.argv[1])
