#!/usr/bin/env python3
"""Scenario B: a school register whose search shows protected and unplaced pupils when it is asked without the `area`
parameter, and whose pupil cards stay open to all schools' staff for two years more. Four counters, three dates, a tree of
units. Made by one seed, with its truth. Run: python3 testdata/scenario-b/make.py (writes beside itself), or
make.py 7 /tmp/scenario-b-7.

Two logs: the web server's own (searches and cards, who asked for what) and the register's trail (a line for every row of
a result, delivered or withheld, with the search's own parameters)."""
import datetime as dt
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from making import Record, at, beats, cases, claims, dump, log, moment, place, stamp, table

rng, HERE = place(20181109, __file__)
LOG = (at("2018-09-01"), at("2020-09-01"))
SIGNAL, VERIFIED, FIXED = at("2018-10-05T09:00:00"), at("2018-11-05T14:00:00"), at("2018-11-09T12:00:00")
CARDS_FIXED = at("2020-08-15T06:00:00")
COULD, PEOPLE, ROLES, RIGHT = 1295, 1873, 2196, 40  # the supervision file's figures, but for the last
DISTRICTS, OPERATORS = 8, 12
second = dt.timedelta(seconds=1)

controllers = [("education-board", "Education board")] + [(f"operator-{k:02}", f"Independent school {k}") for k in range(OPERATORS)]
units = [("city", "City", "", "", "city"), ("public", "Public schools", "city", "education-board", "sector"), ("independent", "Independent schools", "city", "", "sector")]
parent = {"public": "city", "independent": "city"}
schools, owner = [], {"public": "education-board"}


def unit(name, label, above, controller, kind):
    units.append((name, label, above, controller, kind))
    parent[name] = above
    owner[name] = controller or owner.get(above, "")


for d in range(DISTRICTS):
    unit(f"d{d}", f"District {d}", "public", "", "district")
    for a in range(3):
        unit(f"d{d}-a{a}", f"Area {d}-{a}", f"d{d}", "", "area")
        for s in range(2):
            unit(f"d{d}-a{a}-s{s}", f"School {d}-{a}-{s}", f"d{d}-a{a}", "", "unit")
            schools.append(f"d{d}-a{a}-s{s}")
for k in range(OPERATORS):
    unit(f"ind-{k:02}", f"Independent school {k}", "independent", f"operator-{k:02}", "unit")
    schools.append(f"ind-{k:02}")


def above(name):
    while name:
        yield name
        name = parent.get(name, "")


# Pupils: most stand in a school; protected ones in their district only, unplaced ones nowhere: neither has an area.
pupils = {}
numbers = iter(rng.sample(range(100000, 999999), 2000))
for s in schools:
    for _ in range(14):
        pupils[f"r{next(numbers)}"] = dict(unit=s, protected=False)
for n in range(60):
    pupils[f"r{next(numbers)}"] = dict(unit=f"d{n % DISTRICTS}", protected=True)
for _ in range(10):
    pupils[f"r{next(numbers)}"] = dict(unit="", protected=False)

# People: COULD hold a role at a district or above without the right to see protected persons, RIGHT hold that right, the
# others a role at an area or a school. Some hold two roles, so that there are more roles than people.
grants, by_account, kinds = [], {}, {"wide": [], "right": [], "narrow": []}


def grant(account, role, where, protected):
    grants.append((account, role, where, str(protected).lower()))
    by_account.setdefault(account, []).append((where, protected))


names = iter(rng.sample(range(10000, 99999), PEOPLE))
for n in range(PEOPLE):
    account = f"k{next(names)}"
    if n < COULD:
        kinds["wide"].append(account)
        where = "city" if n < 15 else "public" if n < 40 else f"d{rng.randrange(DISTRICTS)}"
        grant(account, "administrator", where, False)
    elif n < COULD + RIGHT:
        kinds["right"].append(account)
        grant(account, "protection-officer", f"d{n % DISTRICTS}", True)
    else:
        kinds["narrow"].append(account)
        public = rng.random() < 0.8
        where = rng.choice([s for s in schools if s.startswith("d")]) if public else rng.choice(schools)
        grant(account, "school-staff", where[:5] if where.startswith("d") and rng.random() < 0.3 else where, False)
for account in rng.sample(kinds["wide"] + kinds["narrow"], ROLES - PEOPLE):
    grant(account, "substitute", rng.choice([s for s in schools if s.startswith("d")]), False)


def sees(account, pupil, protected_checked=True):
    p = pupils[pupil]
    up = set(above(p["unit"]))
    return any(w in up and (right or not p["protected"] or not protected_checked) for w, right in by_account[account])


record, web, trail, counters = Record(), [], [], {"without_area": set(), "asked": set(), "withheld": 0}
CARD, ROW = ["name", "identity number", "address", "school"], ["name", "school"]
address = {a: f"10.20.{i // 250}.{i % 250 + 1}" for i, a in enumerate(by_account)}


def tell(t, account, pupil, route, categories):
    if not sees(account, pupil):
        p = pupils[pupil]
        record.disclosed.append((t, account, f"s{pupil[1:]}", owner.get(p["unit"], ""), route, categories, True, p["protected"]))


def asked(t, account, method, target, status, size):
    web.append((t, f'{address[account]} {account} [{t:%d/%b/%Y:%H:%M:%S} +0000] "{method} {target}" {status} {size}\n'))


def row(t, account, pupil, query, status):
    line = {"time": stamp(t), "user": account, "event": "search row", "method": "GET", "path": f"/register/compulsory/rows/{pupil}?{query}", "status": status, "size": 190 + int(pupil[1:]) % 40 if status == 200 else 0}
    trail.append((t, json.dumps(line) + "\n"))


def search(t, account, district, area, least=2):
    """A search in a district, or in one of its areas; gives back whom it listed."""
    query = f"district={district}" + (f"&area={area}" if area else "")
    where = area or district
    found = [p for p in pupils if where in above(pupils[p]["unit"]) and sees(account, p)]
    found = rng.sample(found, min(len(found), rng.randrange(least, 6)))
    hidden = []
    if not area:
        counters["without_area"].add(account)
        # The fault: without an area nothing keeps back who has none.
        secret = rng.sample([p for p in pupils if pupils[p]["protected"] and pupils[p]["unit"] == district and not sees(account, p)], 2)
        hidden = secret[: rng.randrange(1, 3)] + rng.sample([p for p in pupils if not pupils[p]["unit"]], 1)
        if t < FIXED:
            counters["asked"].add(account)
    asked(t, account, "GET", f"/register/compulsory/search?{query}", 200, 300 + 190 * len(found))
    for p in found:
        row(t, account, p, query, 200)
    for p in hidden:
        if t < FIXED:
            tell(t, account, p, "search row", ROW)
            row(t, account, p, query, 200)
        else:
            counters["withheld"] += 1
            row(t, account, p, query, 403)
    return found, hidden


def card(t, account, pupil):
    """Until the search was fixed a card did not ask for the right; until August 2020 it did not ask for the school."""
    refused = not sees(account, pupil) and (t >= CARDS_FIXED or (t >= FIXED and pupils[pupil]["protected"]))
    status, size = (403, 0) if refused else (200, 1100 + int(pupil[1:]) % 400)
    if not refused:
        tell(t, account, pupil, "pupil card", CARD)
    asked(t, account, "GET", f"/register/compulsory/pupils/{pupil}", status, size)


def district_of(account):
    where = by_account[account][0][0]
    return where if where.startswith("d") and len(where) == 2 else f"d{rng.randrange(DISTRICTS)}"


narrow_units = {u[0] for u in units if u[4] in ("area", "unit")}
# Ordinary work: searches with an area, cards of those listed.
active = rng.sample(kinds["wide"], 260) + rng.sample(kinds["narrow"], 200)
active_set = set(active)
for account in active:
    for _ in range(rng.randrange(1, 4)):
        t = moment(rng, LOG[0], LOG[1], (7, 17))
        if by_account[account][0][0] in narrow_units:
            where = by_account[account][0][0]
            mine = [p for p in pupils if where in above(pupils[p]["unit"])]
            for i, p in enumerate(rng.sample(mine, min(len(mine), rng.randrange(1, 4)))):
                card(t + 20 * i * second, account, p)
        else:
            district = district_of(account)
            found, _ = search(t, account, district, f"{district}-a{rng.randrange(3)}")
            for i, p in enumerate(found[: rng.randrange(0, 3)]):
                card(t + (8 + 15 * i) * second, account, p)
# Searches without an area before the fix: nine accounts in all, one of them an administrator who opens what they show.
wide = [a for a in kinds["wide"] if a not in active_set and len(by_account[a]) == 1]
rng.shuffle(wide)
curious, others = wide[0], wide[1:9]
for account in others:
    search(moment(rng, LOG[0], SIGNAL, (8, 17)), account, district_of(account), None)
t = at("2018-09-20T13:10:00")
opened = set()
for _ in range(40):
    if len(opened) == 3:
        break
    _, hidden = search(t, curious, district_of(curious), None)
    for p in hidden:
        if pupils[p]["protected"] and len(opened) < 3 and p not in opened:
            t += 25 * second
            card(t, curious, p)
            opened.add(p)
    t += 3600 * second
# And after the fix: withheld.
for account in wide[9:21]:
    search(moment(rng, FIXED + dt.timedelta(hours=20), at("2019-03-01"), (8, 17)), account, district_of(account), None)
# The other access, over-broad until August 2020: staff of one school open a card of another's pupil now and then.
staff = [a for a in kinds["narrow"] if a not in active_set]
public = [p for p in pupils if pupils[p]["unit"] in schools]
broad = staff[:14]
for account in broad:
    for i, p in enumerate(rng.sample([p for p in public if not sees(account, p)], rng.randrange(1, 4))):
        card(moment(rng, at("2018-12-01"), at("2020-08-01"), (8, 17)), account, p)
for account in staff[14:20]:
    card(moment(rng, CARDS_FIXED + dt.timedelta(days=1), LOG[1], (8, 17)), account, rng.choice([p for p in public if not sees(account, p)]))
for t in beats(LOG[0], LOG[1], dt.timedelta(hours=4)):
    web.append((t, f'10.20.99.1 - [{t:%d/%b/%Y:%H:%M:%S} +0000] "GET /status" 200 2\n'))
    trail.append((t, json.dumps({"time": stamp(t), "user": None, "event": "alive", "method": "GET", "path": "/alive", "status": 204, "size": 0}) + "\n"))

log(HERE, "web.log", web)
log(HERE, "trail.jsonl", trail)
table(HERE, "controllers.csv", "controller,name", controllers)
table(HERE, "units.csv", "unit,name,parent,controller,kind", units)
table(HERE, "grants.csv", "account,role,unit,protected", grants)
table(HERE, "objects.csv", "object,kind,unit,subject,protected,child", [(p, "pupil", v["unit"], f"s{p[1:]}", str(v["protected"]).lower(), "true") for p, v in pupils.items()])
table(HERE, "accounts.csv", "account,controller,kind", [(a, owner.get(g[0][0], ""), "person") for a, g in by_account.items()])
HEAD = f'''[case]
id = "scenario-b"
title = "School register: protected pupils in the search"
timezone = "Europe/Stockholm"
period = {{ from = "{stamp(LOG[0])}", until = "{stamp(LOG[1])}" }}
'''
SOURCES = {
    "web": (
        "web.log",
        '''[[source]]
name = "web server"
files = ["web.log"]
pattern = '$remote_addr $remote_user [$time_local] "$request" $status $body_bytes_sent'
account = "remote_user"
logs_routes = ["pupil card"]
''',
    ),
    "trail": (
        "trail.jsonl",
        '''[[source]]
name = "search trail"
files = ["trail.jsonl"]
fields = { time = "time", account = "user", method = "method", target = "path", status = "status", bytes = "size" }
account = "user"
logs_routes = ["search row"]
''',
    ),
}
TAIL = '''# A row of a search's result, delivered or withheld, with the search's own parameters.
[[route]]
name = "search row"
module = "compulsory schooling"
method = ["GET"]
path = "/register/compulsory/rows/{pupil}"
object = "pupil"
discloses = ["name", "school"]
unchecked = ["protected"]

[[route]]
name = "pupil card"
module = "compulsory schooling"
method = ["GET"]
path = "/register/compulsory/pupils/{pupil}"
object = "pupil"
discloses = ["name", "identity number", "address", "school"]

[directory]
controllers = "controllers.csv"
units = "units.csv"
grants = "grants.csv"
objects = "objects.csv"
accounts = "accounts.csv"
'''
cases(HERE, HEAD, SOURCES, TAIL)

could = {a for a in by_account if any(pupils[p]["protected"] and sees(a, p, False) and not sees(a, p) for p in pupils)}
with_right = {a for a in by_account if any(pupils[p]["protected"] and sees(a, p) for p in pupils)}
assert (len(could), len(with_right), len(by_account), len(grants)) == (COULD, RIGHT, PEOPLE, ROLES)
secret = [d for d in record.disclosed if d[7]]
delivered = {d[1] for d in secret if d[4] == "search row"}
read = {d[1] for d in secret if d[4] == "pupil card"}
assert (len(delivered), len(read)) == (9, 1)
TRAIL = {"trail.jsonl": "NO_LOG"}
statements = [
    ("B1", "1295 could have seen protected pupils, one did.", "could_and_did", {"could": COULD, "did": 1, "protected": True}, "contradicted", TRAIL),
    ("B2", "133 could have seen protected pupils, one did.", "could_and_did", {"could": 133, "did": 1, "protected": True}, "contradicted", {}),
    ("B3", "The search was fixed on 9 November 2018.", "fixed_by", {"at": FIXED, "route": "search row"}, "supported", TRAIL),
    ("B4", "The fault was fixed on 9 November 2018.", "fixed_by", {"at": FIXED}, "contradicted", {"web.log": "NO_LOG"}),
    ("B5", "It appeared only in searches without an area.", "unless_parameter", {"parameter": "area", "route": "search row"}, "supported", TRAIL),
    ("B6", "No protected persons were shown.", "no_protected", {}, "contradicted", {}),
    ("B7", "It lasted from September to 9 November 2018.", "within", {"from": LOG[0], "until": FIXED}, "contradicted", {"web.log": "NO_LOG"}),
    ("B8", "Pupils' cards were closed to other schools on 15 August 2020.", "fixed_by", {"at": CARDS_FIXED, "route": "pupil card"}, "supported", {"web.log": "NO_LOG"}),
    ("B9", "One administrator opened protected pupils' cards.", "could_and_did", {"did": 1, "route": "pupil card", "protected": True}, "supported", {"web.log": "NO_LOG"}),
    ("B10", "Nine were shown them by the search, 1295 could have been.", "could_and_did", {"could": COULD, "did": 9, "route": "search row", "protected": True}, "supported", TRAIL),
]
claims(HERE, "vendor's answers, 2018 to 2020", statements, ["web.log", "trail.jsonl"])
truth = record.truth([c for c, _ in controllers])
truth |= {
    "signal": stamp(SIGNAL),
    "verified": stamp(VERIFIED),
    "fixed": stamp(FIXED),
    "cards_fixed": stamp(CARDS_FIXED),
    "last_protected": stamp(max(d[0] for d in secret)),
    "verdicts": {"overreach": record.accounts()},
    "unplaced_shown": len({d[2] for d in record.disclosed if not d[3]}),
    "roles": ROLES,
    "people": PEOPLE,
    "with_the_right": RIGHT,
    "withheld": counters["withheld"],
    "cause": "H4",
    # Of protected pupils, and of accounts without the right.
    "counters": {"could_see": len(could), "asked": len(counters["asked"]), "delivered": len(delivered), "read": len(read)},
    "protected_read": len({d[2] for d in secret if d[4] == "pupil card"}),
    "protected_delivered": len({d[2] for d in secret}),
}
dump(HERE, "truth.json", truth)
