#!/usr/bin/env python3
"""Scenario C: one register, several controllers. The districts' boards answer for their pre-schools, the education board
for its schools; grants were moved from an older system without the school form, and the module did not ask for it. 57
queue handlers could see pupils, seven did, nine pupils. Made by one seed, with its truth. Run:
python3 testdata/scenario-c/make.py (writes beside itself), or make.py 7 /tmp/scenario-c-7.

case.toml has the grants as they were, in which all of it was granted; case-corrected.toml as they should have been. The
statements are about the latter: case-without-X.toml have the corrected grants too, and claims-expected-corrected.json
says what is to be expected there."""
import datetime as dt
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from making import Record, at, beats, cases, claims, dump, log, moment, place, stamp, table

rng, HERE = place(20190520, __file__)
LOG = (at("2019-01-07"), at("2019-09-01"))
FIXED = at("2019-05-20T16:00:00")
DISTRICTS, HANDLERS, CURIOUS, SHOWN = 13, 57, 7, 9
second = dt.timedelta(seconds=1)

controllers = [("education-board", "Education board")] + [(f"district-{d:02}", f"District board {d}") for d in range(DISTRICTS)]
units = [("city", "City", "", "", "city", "")]
schools, preschools = [], []
for d in range(DISTRICTS):
    units.append((f"dist-{d:02}", f"District {d}", "city", f"district-{d:02}", "district", ""))
    for n in range(3):
        preschools.append(f"pre-{d:02}-{n}")
        units.append((preschools[-1], f"Pre-school {d}-{n}", f"dist-{d:02}", "", "unit", "preschool"))
    for n in range(2):  # stands in the district, but another board answers for it
        schools.append(f"sch-{d:02}-{n}")
        units.append((schools[-1], f"School {d}-{n}", f"dist-{d:02}", "education-board", "unit", "school"))
district = lambda unit: "dist-" + unit[4:6]

agreements = {}
numbers = iter(rng.sample(range(20000, 90000), 1000))
for unit in preschools:
    for n in range(8):
        agreements[str(next(numbers))] = dict(unit=unit, protected=n == 0 and unit.endswith("-0"))
for unit in schools:
    for n in range(7):
        agreements[str(next(numbers))] = dict(unit=unit, protected=n == 0 and unit.endswith("-0"))
people, correct, migrated = {}, [], []


def person(account, role, unit, form, protected, moved=None):
    people[account] = (unit, form, protected)
    correct.append((account, role, unit, form, str(protected).lower()))
    migrated.append((account, role, unit, form if moved is None else moved, str(protected).lower()))


for n in range(HANDLERS):
    person(f"qh{n:03}", "queue-handler", f"dist-{n % DISTRICTS:02}", "preschool", False, moved="")
for n, unit in enumerate(preschools):
    person(f"ph{n:03}", "pre-school-head", unit, "preschool", False)
for n, unit in enumerate(schools):
    person(f"sc{n:03}", "school-secretary", unit, "school", False)
for n in range(4):
    person(f"po{n:03}", "protection-officer", "city", "", True)
handlers = [a for a in people if a.startswith("qh")]


def may(account, number):
    unit, form, protected = people[account]
    a = agreements[number]
    above = (a["unit"], district(a["unit"]), "city")
    own = "school" if a["unit"].startswith("sch") else "preschool"
    return unit in above and form in ("", own) and (protected or not a["protected"])


record, searches, cards, refused = Record(), [], [], set()
home = {a: f"10.30.{i % 13}.{i // 13 + 10}" for i, a in enumerate(people)}
CATEGORIES = {"search": ["name", "home municipality"], "card": ["name", "home municipality", "agreement"]}


def ask(t, account, number, route):
    """The form was never asked for before the fix; unit and protection always were."""
    unit, form, protected = people[account]
    people[account] = (unit, "", protected) if t < FIXED else (unit, form, protected)
    ok = may(account, number)
    people[account] = (unit, form, protected)
    if ok and not may(account, number):
        record.disclosed.append((t, account, f"b{number}", "education-board", route, CATEGORIES[route], True, False))
    if not ok:
        refused.add((account, number))
    status, size = (200, 1500 + int(number) % 700) if ok else (403, 310)  # with the answer's head, as IIS counts
    stem, query = ("/agreements/search", f"number={number}") if route == "search" else (f"/agreements/{number}", "-")
    lines = searches if route == "search" else cards
    lines.append((t, f"{t:%Y-%m-%d %H:%M:%S} {home[account]} {account} GET {stem} {query} {status} {size} {rng.randrange(8, 90)}\n"))


def of(account, wanted=lambda number: True):
    return [n for n in agreements if may(account, n) and wanted(n)]


for account in people:
    mine = of(account)
    for _ in range(rng.randrange(18, 30)):
        t = moment(rng, LOG[0], LOG[1], (7, 17))
        for i, number in enumerate(rng.sample(mine, min(len(mine), rng.randrange(1, 4)))):
            ask(t + 40 * i * second, account, number, "search")
            if rng.random() < 0.6:
                ask(t + (40 * i + 12) * second, account, number, "card")
# Seven handlers who look for a child's elder brother or sister: nine pupils in all, each by one or two of them.
of_schools = {h: [n for n, a in agreements.items() if a["unit"].startswith("sch") and district(a["unit"]) == people[h][0] and not a["protected"]] for h in handlers}
curious = rng.sample(handlers[:DISTRICTS], CURIOUS)  # one of a district
left = SHOWN
for i, account in enumerate(curious):
    count = 2 if i < SHOWN - CURIOUS else 1
    for number in rng.sample(of_schools[account], count):
        t = moment(rng, LOG[0] + dt.timedelta(days=9), FIXED - dt.timedelta(days=2), (8, 16))
        ask(t, account, number, "search")
        if i % 2 == 0:
            ask(t + 9 * second, account, number, "card")
# After the fix three others try and are refused.
late = [h for h in handlers if h not in curious][:3]
for account in late:
    ask(moment(rng, FIXED + dt.timedelta(days=1), LOG[1], (8, 16)), account, rng.choice(of_schools[account]), "search")
for t in beats(LOG[0], LOG[1], dt.timedelta(hours=2)):
    for lines in (searches, cards):
        lines.append((t, f"{t:%Y-%m-%d %H:%M:%S} 10.30.99.9 - GET /alive - 200 260 1\n"))

IIS = "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Fields: date time c-ip cs-username cs-method cs-uri-stem cs-uri-query sc-status sc-bytes time-taken\n"
log(HERE, "search.log", [(LOG[0] - second, IIS), *searches])
log(HERE, "cards.log", [(LOG[0] - second, IIS), *cards])
table(HERE, "controllers.csv", "controller,name", controllers)
table(HERE, "units.csv", "unit,name,parent,controller,kind,form", units)
table(HERE, "grants.csv", "account,role,unit,form,protected", migrated)
table(HERE, "grants-corrected.csv", "account,role,unit,form,protected", correct)
table(HERE, "objects.csv", "object,kind,unit,subject,protected,child", [(n, "agreement", a["unit"], f"b{n}", str(a["protected"]).lower(), "true") for n, a in agreements.items()])
table(HERE, "accounts.csv", "account,kind", [(a, "person") for a in people])
HEAD = f'''[case]
id = "scenario-c"
title = "School register: agreements between municipalities"
timezone = "Europe/Stockholm"
period = {{ from = "{stamp(LOG[0])}", until = "{stamp(LOG[1])}" }}
'''
SOURCES = {
    name: (
        f"{name}.log",
        f'''[[source]]
name = "{name}"
files = ["{name}.log"]
format = "w3c"
account = "cs-username"
logs_routes = ["agreement {route}"]
''',
    )
    for name, route in (("search", "search"), ("cards", "card"))
}
TAIL = '''[[route]]
name = "agreement search"
module = "agreements"
method = ["GET"]
path = "/agreements/search"
object = "number"
discloses = ["name", "home municipality"]
empty_below = 600                      # the size counts the answer's head too
unchecked = ["form"]

[[route]]
name = "agreement card"
module = "agreements"
method = ["GET"]
path = "/agreements/{agreement}"
object = "agreement"
discloses = ["name", "home municipality", "agreement"]
empty_below = 600
unchecked = ["form"]

[directory]
controllers = "controllers.csv"
units = "units.csv"
grants = "GRANTS"
objects = "objects.csv"
accounts = "accounts.csv"
'''
cases(HERE, HEAD, SOURCES, TAIL.replace("GRANTS", "grants-corrected.csv"))
(HERE / "case.toml").replace(HERE / "case-corrected.toml")
whole = "\n".join(block for _, block in SOURCES.values())
(HERE / "case.toml").write_text(f"{HEAD}\n{whole}\n{TAIL.replace('GRANTS', 'grants.csv')}")

could = {h for h in handlers if of_schools[h]}
assert len(record.subjects()) == SHOWN and len(record.accounts()) == CURIOUS and len(could) == HANDLERS
NO = {"search.log": "NO_LOG"}
EITHER = {"search.log": "NO_LOG", "cards.log": "NO_LOG"}
few = len({d[2] for d in record.disclosed if d[4] == "card"})
# id, says, kind, parameters, expected with the grants as they were, with the corrected ones, and without a log.
statements = [
    ("C1", "Nine pupils were shown.", "subjects", {"exactly": SHOWN}, "contradicted", "supported", EITHER),
    ("C2", "No protected persons are among them.", "no_protected", {}, "supported", "supported", EITHER),
    ("C3", "Only pupils of the education board.", "controllers", {"set": ["education-board"]}, "contradicted", "supported", EITHER),
    ("C4", "57 handlers could, seven did.", "could_and_did", {"could": HANDLERS, "did": CURIOUS}, "contradicted", "supported", EITHER),
    ("C5", "The search was fixed on 20 May 2019.", "fixed_by", {"at": FIXED, "route": "agreement search"}, "NO_PROBE", "supported", NO),
    ("C6", "Pre-schools and schools are kept apart.", "tenants_isolated", {}, "supported", "contradicted", {}),
    ("C7", "At most fifteen pupils.", "subjects", {"at_most": 15}, "supported", "supported", EITHER),
]
without = ["search.log", "cards.log"]
letter = "answer to the authority, 2019"
claims(HERE, letter, [(*s[:4], s[5], s[6]) for s in statements], without)
(HERE / "claims-expected.json").replace(HERE / "claims-expected-corrected.json")
absent = (HERE / "claims-expected-without.json").read_text()
claims(HERE, letter, [(*s[:5], {}) for s in statements], without)
(HERE / "claims-expected-without.json").write_text(absent)
truth = record.truth([c for c, _ in controllers])
truth |= {
    "fixed": stamp(FIXED),
    "verdicts": {"overreach": record.accounts()},
    "refused_after_the_fix": late,
    "cause": "H4",
    "counters": {"could_see": len(could), "asked": CURIOUS + len(late), "delivered": CURIOUS, "read": len({d[1] for d in record.disclosed if d[4] == "card"})},
    "as_they_were": {"subjects": 0, "accounts": 0},
    "pupils_whose_card_was_read": few,
}
dump(HERE, "truth.json", truth)
