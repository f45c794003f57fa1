#!/usr/bin/env python3
"""Scenario D: a platform of 98 municipalities. A message with a file goes to 40 wrong recipients and is withdrawn after two
and a half hours; somebody who left goes on using the account; the type-ahead search is read out by prefix. The log of
the file service has a hole. Made by one seed, with its truth. Run: python3 testdata/scenario-d/make.py (writes beside
itself), or make.py 7 /tmp/scenario-d-7.

Most municipalities have one class of six; the one where it happened has two schools."""
import datetime as dt
import json
import pathlib
import string
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from making import Record, at, beats, cases, claims, dump, log, moment, place, stamp, table, within

rng, HERE = place(20230314, __file__)
LOG = (at("2023-02-01"), at("2023-07-01"))
SENT, WITHDRAWN = at("2023-03-14T15:00:00"), at("2023-03-14T17:30:00")
WALK, SEARCH_FIXED = at("2023-03-29T22:05:00"), at("2023-04-20T10:00:00")
HOLE = (at("2023-05-02T06:00:00"), at("2023-05-04T12:00:00"))
MUNICIPALITIES, WHERE, PAGE = 98, "m42", 10
RECIPIENTS, LISTED, OPENED, TOO_LATE, VIEWED, COPIED = 40, 27, 15, 3, 6, 4
second, minute = dt.timedelta(seconds=1), dt.timedelta(minutes=1)

controllers, units, grants, objects, members, accounts = [], [("aula", "All", "", "", "platform")], [], [], [], []
info, right = {}, {}  # object -> (unit, subject, controller, child); account -> [(from, until, unit)]
number = 5000


def thing(obj, kind, unit, subject, child):
    objects.append((obj, kind, unit, subject, str(child).lower()))
    info[obj] = (unit, subject, unit[:3], child)


def person(account, role, unit, city, until=None):
    grants.append((account, role, unit, "", stamp(until)))
    right.setdefault(account, []).append((None, until, unit))
    accounts.append((account, city, "person", stamp(until)))


def name():
    return rng.choice("aaabbcdeeffghhiijjkkllmmnnoprsstuvw") + rng.choice("aeiou") + rng.choice("bdklmnrst")


# Prefix -> profiles in the order in which the search lists them.
prefixes, guardians, teachers, leavers, classes = {}, {}, [], [], []
for c in range(MUNICIPALITIES):
    city = f"m{c:02}"
    controllers.append((city, f"Municipality {c}"))
    units.append((city, f"Municipality {c}", "aula", city, "municipality"))
    for i in range(2 if city == WHERE else 1):
        school = f"{city}-s{i}"
        units.append((school, "School", city, "", "institution"))
        for k in range(2 if city == WHERE else 1):
            cls = f"{school}-k{k}"
            units.append((cls, "Class", school, "", "class"))
            classes.append(cls)
            for _ in range(23 if city == WHERE else 6):
                number += rng.choice((1, 2))
                obj = f"pf{number}"
                thing(obj, "profile", cls, f"c{number}", True)
                full = name()
                for n in (1, 2, 3):
                    prefixes.setdefault(full[:n], []).append(obj)
                account = f"g{number}"
                person(account, "guardian", cls, city)
                guardians.setdefault(cls, []).append((account, obj))
        teacher = f"te{c:02}{i}"
        person(teacher, "teacher", school, city)
        teachers.append((teacher, school))
for n, city in enumerate(("m07", "m42", "m63")):
    left = (at("2023-03-31"), at("2023-05-10"), at("2023-04-30"))[n]
    leavers.append((f"le{n}", f"{city}-s0", left))
    person(f"le{n}", "teacher", f"{city}-s0", city, left)
for n in range(3):  # the sub-processor's support
    person(f"su{n}", "support", "aula", "")
for prefix, listed in prefixes.items():
    members += [(prefix, obj, "", "") for obj in listed]

boxes, mail = {}, 100  # account -> [(message, from, until)]
class_mail = {}
for cls in classes:
    for _ in range(2):
        mail += 1
        obj = f"ms{mail}"
        child = rng.choice(guardians[cls])[1]
        thing(obj, "message", cls, info[child][1], True)
        sent = moment(rng, at("2023-01-10"), at("2023-05-01"))
        class_mail.setdefault(cls, []).append((obj, sent))
        for account, _ in guardians[cls]:
            boxes.setdefault(account, []).append((obj, sent, None))
child = rng.choice(guardians[f"{WHERE}-s0-k0"])[1]
thing("ms900", "message", f"{WHERE}-s0-k0", info[child][1], True)
thing("fl900", "file", f"{WHERE}-s0-k0", info[child][1], True)
for n, cls in enumerate(classes):
    thing(f"fl{n + 100}", "file", cls, info[rng.choice(guardians[cls])[1]][1], True)
others = [a for cls in (f"{WHERE}-s1-k0", f"{WHERE}-s1-k1") for a, _ in guardians[cls]]
recipients = rng.sample(others, RECIPIENTS)
for account in recipients:
    boxes[account].append(("ms900", SENT, WITHDRAWN))
for account, box in boxes.items():
    box.sort(key=lambda m: m[0] != "ms900")  # newest first
    members += [(account, obj, stamp(a), stamp(b)) for obj, a, b in box]

record, app, files, counters = Record(), [], [], {"denied": 0, "late": set(), "walked": 0}
home = {a[0]: f"10.40.{i // 250}.{i % 250 + 1}" for i, a in enumerate(accounts)}


def may(account, obj, t):
    unit = info[obj][0]
    up = (unit, unit[:6], unit[:3], "aula")
    return any((b is None or t < b) and u in up for _, b, u in right[account])


def say(lines, t, account, target, status, size):
    line = {"@timestamp": stamp(t), "user": {"id": account}, "verb": "GET", "url": target, "code": status, "length": size, "ip": home.get(account, "10.40.99.9")}
    lines.append((t, json.dumps(line) + "\n"))


def out(t, account, obj, route, categories):
    if not may(account, obj, t):
        _, subject, controller, child = info[obj]
        record.disclosed.append((t, account, subject, controller, route, categories, child, False))


def get(lines, t, account, obj, target, route, categories, checked=True, size=900):
    """A request for one thing. What a leaver may see ends only where `checked` knows of it."""
    status = 200
    if obj == "ms900" and t >= WITHDRAWN:
        status, counters["late"] = 410, counters["late"] | {account}
    elif checked and not may(account, obj, t):
        status = 403
    if status == 200:
        out(t, account, obj, route, categories)
    say(lines, t, account, target, status, size + int(obj[2:]) % 400 if status == 200 else 27)


profile = lambda t, a, o, checked=True: get(app, t, a, o, f"/api/v2/profiles/{o}", "profile", ["name", "class"], checked)
message = lambda t, a, o, checked=True: get(app, t, a, o, f"/api/v2/messages/{o}", "message", ["name", "message"], checked)
view = lambda t, a, o, checked=True: get(files, t, a, o, f"/files/{o}", "file view", ["file seen"], checked)
copy = lambda t, a, o, checked=True: get(files, t, a, o, f"/files/{o}/download", "file download", ["file copied"], checked)


def inbox(t, account):
    listed = [o for o, a, b in boxes[account] if (a is None or a <= t) and (b is None or t < b)]
    for obj in listed:
        out(t, account, obj, "inbox", ["message title"])
    say(app, t, account, f"/api/v2/inbox/{account}", 200, 12 + 140 * len(listed))


def search(t, account, prefix, page=1):
    """The old type-ahead asks for no scope until it is fixed; gives back whether there is more."""
    listed = prefixes.get(prefix, [])
    part = listed[(page - 1) * PAGE : page * PAGE]
    everywhere = any(u == "aula" for _, _, u in right[account])
    status, size = 200, 12 + 85 * len(part)
    if t >= SEARCH_FIXED and not everywhere:
        status, size, part = 403, 27, []
        counters["denied"] += 1
    for obj in part:
        out(t, account, obj, "type-ahead", ["name", "class"])
    say(app, t, account, f"/api/v2/typeahead?prefix={prefix}" + (f"&page={page}" if page > 1 else ""), status, size)
    return status == 200 and len(listed) > page * PAGE


# Ordinary use: guardians read what their class was sent, teachers look at their school, support types names.
for cls, pairs in guardians.items():
    for account, own in pairs:
        for _ in range(rng.randrange(2, 5)):
            t = moment(rng, LOG[0], LOG[1])
            if account in recipients and SENT - dt.timedelta(hours=3) < t < WITHDRAWN + dt.timedelta(hours=9):
                continue
            inbox(t, account)
            for i, (obj, sent) in enumerate(class_mail[cls]):
                if sent <= t and rng.random() < 0.5:
                    message(t + (10 + 20 * i) * second, account, obj)
            if rng.random() < 0.3:
                profile(t + 70 * second, account, rng.choice(pairs)[1])
            if rng.random() < 0.15 and not (HOLE[0] <= t + 95 * second < HOLE[1]):
                (view if rng.random() < 0.7 else copy)(t + 95 * second, account, f"fl{classes.index(cls) + 100}")
for teacher, school in teachers + [(a, s) for a, s, _ in leavers]:
    pupils = [o for cls, pairs in guardians.items() if cls[:6] == school for _, o in pairs]
    last = next((b for a, _, b in leavers if a == teacher), LOG[1])
    for _ in range(rng.randrange(5, 9)):
        t = moment(rng, LOG[0], last - dt.timedelta(days=1), (7, 16))
        for i, obj in enumerate(rng.sample(pupils, rng.randrange(1, 4))):
            profile(t + 30 * i * second, teacher, obj)
for n in range(3):
    for _ in range(40):
        t = moment(rng, LOG[0], LOG[1], (8, 16))
        target = rng.choice([p for p in prefixes if len(p) == 3])
        for i in (1, 2, 3):
            search(t + i * second, f"su{n}", target[:i])
        profile(t + 8 * second, f"su{n}", rng.choice(prefixes[target]))

# The message: 27 of the 40 had it in their inbox's list, 15 of them opened it, 3 came too late.
window = int((WITHDRAWN - SENT).total_seconds())
for i, account in enumerate(recipients[:LISTED]):
    t = SENT + rng.randrange(120, window - 600) * second
    inbox(t, account)
    if i < OPENED:
        message(t + 15 * second, account, "ms900", checked=False)  # whoever is addressed may open it
    if i < VIEWED:
        view(t + 40 * second, account, "fl900", checked=False)
    if i < COPIED:
        copy(t + 55 * second, account, "fl900", checked=False)
for account in recipients[LISTED : LISTED + TOO_LATE]:
    t = WITHDRAWN + rng.randrange(10, 300) * minute
    inbox(t, account)
    message(t + 9 * second, account, "ms900")  # from the notice on the telephone

# Leavers: the first one's access did not end, the second one is refused.
account, school, left = leavers[0]
pupils = [o for cls, pairs in guardians.items() if cls[:6] == school for _, o in pairs]
for day in (3, 11, 26):
    t = left + dt.timedelta(days=day, hours=20)
    for i, obj in enumerate(rng.sample(pupils, 3)):
        profile(t + 25 * i * second, account, obj, checked=False)
last_use = stamp(t + 50 * second)
account, school, left = leavers[1]
pupils = [o for cls, pairs in guardians.items() if cls[:6] == school for _, o in pairs]
for obj in rng.sample(pupils, 2):
    profile(left + dt.timedelta(days=4, hours=9, seconds=int(obj[2:]) % 60), account, obj)

# The walk through the type-ahead: a guardian far away asks for aa, ab, ..., cz; and a few more after the fix.
walker = guardians["m17-s0-k0"][0][0]
t = WALK
for first in "abc":
    for letter in string.ascii_lowercase:
        page = 1
        counters["walked"] += 1
        while search(t, walker, first + letter, page):
            t += second
            page += 1
        t += rng.randrange(1, 3) * second
t = SEARCH_FIXED + dt.timedelta(days=3, hours=11)
for prefix in ("da", "de", "di", "do", "du"):
    search(t, walker, prefix)
    t += 2 * second
for t in beats(LOG[0], LOG[1], dt.timedelta(hours=1)):
    say(app, t, None, "/alive", 200, 2)
    if not HOLE[0] <= t < HOLE[1]:
        say(files, t, None, "/alive", 200, 2)

log(HERE, "app.jsonl", app)
log(HERE, "files.jsonl", files)
table(HERE, "controllers.csv", "controller,name", controllers)
table(HERE, "units.csv", "unit,name,parent,controller,kind", units)
table(HERE, "grants.csv", "account,role,unit,from,until", grants)
table(HERE, "objects.csv", "object,kind,unit,subject,child", objects)
table(HERE, "members.csv", "container,object,from,until", members)
table(HERE, "accounts.csv", "account,controller,kind,closed", accounts)
HEAD = f'''[case]
id = "scenario-d"
title = "School-home platform: messages, files, leavers, type-ahead"
timezone = "Europe/Copenhagen"
period = {{ from = "{stamp(LOG[0])}", until = "{stamp(LOG[1])}" }}
'''
FIELDS = '{ time = "@timestamp", account = "user.id", method = "verb", target = "url", status = "code", bytes = "length", client = "ip" }'
SOURCES = {
    "app": (
        "app.jsonl",
        f'''[[source]]
name = "application"
files = ["app.jsonl"]
format = "json"
fields = {FIELDS}
account = "user.id"
logs_routes = ["profile", "type-ahead", "inbox", "message"]
''',
    ),
    "files": (
        "files.jsonl",
        f'''[[source]]
name = "file service"
files = ["files.jsonl"]
format = "json"
fields = {FIELDS}
account = "user.id"
logs_routes = ["file view", "file download"]
gaps = [{{ from = "{stamp(HOLE[0])}", until = "{stamp(HOLE[1])}", reason = "Log fejl" }}]
''',
    ),
}
TAIL = f'''[[route]]
name = "profile"
module = "profiles"
path = "/api/v2/profiles/{{profile}}"
object = "profile"
discloses = ["name", "class"]
empty_below = 60

[[route]]
name = "type-ahead"
module = "search"
path = "/api/v2/typeahead"
container = "prefix"
page = {{ query = "page", first = 1, size = {PAGE} }}
discloses = ["name", "class"]
empty_below = 60
unchecked = ["unit"]

[[route]]
name = "inbox"
module = "messages"
path = "/api/v2/inbox/{{box}}"
container = "box"
discloses = ["message title"]
empty_below = 60

[[route]]
name = "message"
module = "messages"
path = "/api/v2/messages/{{message}}"
object = "message"
discloses = ["name", "message"]
empty_below = 60

[[route]]
name = "file view"
module = "files"
path = "/files/{{file}}"
object = "file"
discloses = ["file seen"]
empty_below = 60

[[route]]
name = "file download"
module = "files"
path = "/files/{{file}}/download"
object = "file"
discloses = ["file copied"]
empty_below = 60

[directory]
controllers = "controllers.csv"
units = "units.csv"
grants = "grants.csv"
objects = "objects.csv"
members = "members.csv"
accounts = "accounts.csv"
as_of = "{stamp(LOG[1])}"
'''
cases(HERE, HEAD, SOURCES, TAIL)

of_message = lambda routes: {d[1] for d in record.disclosed if d[4] in routes and d[1] in recipients}
APP, FILES = {"app.jsonl": "NO_LOG"}, {"files.jsonl": "NO_LOG"}
OF = {"object": "ms900"}
statements = [
    ("D1", "15 of 40 recipients read it.", "read_by", OF | {"k": OPENED, "n": RECIPIENTS}, "supported", APP),
    ("D2", "It was withdrawn after two and a half hours; nobody read it after that.", "read_by", OF | {"k": OPENED, "n": RECIPIENTS, "withdrawn": WITHDRAWN}, "supported", APP),
    ("D3", "Access ends by itself when the person leaves.", "revoked_not_used", {"account": leavers[0][0], "at": leavers[0][2]}, "contradicted", APP),
    ("D4", "Access ended when the second one left.", "revoked_not_used", {"account": leavers[1][0], "at": leavers[1][2]}, "supported", APP | FILES),
    ("D5", "The file was not downloaded.", "category_not_disclosed", {"category": "file copied"}, "contradicted", FILES),
    ("D6", "Only one municipality is concerned.", "controllers", {"exactly": 1}, "contradicted", APP),
    ("D7", "The search was closed on 20 April 2023.", "fixed_by", {"at": SEARCH_FIXED, "route": "type-ahead"}, "supported", APP),
    ("D8", "All file downloads of May 2023 are logged.", "log_complete", {"route": "file download", "from": at("2023-05-01"), "until": at("2023-06-01")}, "contradicted", {"files.jsonl": "NO_LOG"}),
    ("D9", "At most 20 recipients read it.", "read_by", OF | {"k": 20, "n": RECIPIENTS}, "contradicted", APP),
]
statements[-1] = ("D9", "20 of 40 recipients read it.", *statements[-1][2:])
claims(HERE, "notification and supplement, 2023", statements, ["app.jsonl", "files.jsonl"])
truth = record.truth([c for c, _ in controllers])
truth |= {
    "sent": stamp(SENT),
    "withdrawn": stamp(WITHDRAWN),
    "search_fixed": stamp(SEARCH_FIXED),
    "hole": [stamp(HOLE[0]), stamp(HOLE[1])],
    "verdicts": {"enumeration": [walker], "overreach": sorted(of_message({"inbox", "message", "file view", "file download"}) | {leavers[0][0]})},
    "walker": walker,
    "leaver_used": leavers[0][0],
    "leaver_refused": leavers[1][0],
    "last_use_after_leaving": last_use,
    "recipients": sorted(recipients),
    "readers": sorted(of_message({"message"})),
    "too_late": sorted(counters["late"]),
    "file_seen": len(of_message({"file view"})),
    "file_copied": len(of_message({"file download"})),
    "walked_prefixes": counters["walked"],
    "walked_subjects": len({d[2] for d in record.disclosed if d[4] == "type-ahead"}),
    "denied_after_the_fix": counters["denied"],
    "cause": "three incidents",
    # Of the message.
    "counters": {
        "could_see": RECIPIENTS,
        "asked": len(of_message({"inbox", "message"}) | counters["late"]),
        "delivered": len(of_message({"inbox", "message"})),
        "read": len(of_message({"message"})),
    },
}
assert truth["counters"] == {"could_see": 40, "asked": 30, "delivered": 27, "read": 15}, truth["counters"]
dump(HERE, "truth.json", truth)
