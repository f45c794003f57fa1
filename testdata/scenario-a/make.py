#!/usr/bin/env python3
"""Scenario A with the address-book log removed: a profile log, a leak, and the directory's history. Made by one seed,
with its truth; shares no code with the program. Run: python3 testdata/scenario-a/make.py (writes beside itself), or
with another seed and a folder for what it makes: make.py 7 /tmp/scenario-a-7."""
import datetime as dt
import json
import pathlib
import random
import sys

SEED = int(sys.argv[1]) if len(sys.argv) > 2 else 20210412
HERE = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path(__file__).parent
HERE.mkdir(parents=True, exist_ok=True)
rng = random.Random(SEED)
UTC = dt.timezone.utc
day = lambda y, m, d, h=0: dt.datetime(y, m, d, h, tzinfo=UTC)
stamp = lambda t: t.strftime("%Y-%m-%dT%H:%M:%SZ")
THEFT = day(2021, 4, 12, 19)
PUBLISHED = day(2021, 7, 1)
LOG = (day(2021, 1, 11), day(2021, 7, 3))
CITIES = 14

controllers, units, grants, objects, members, accounts = [], [], [], [], [], []
pupils = []  # (account, object, city, [(from, until, class)])
number = 70000
for c in range(CITIES):
    city = f"city-{c:02}"
    controllers.append((city, f"Municipality {c}"))
    units.append((f"{city}-school", "", city, "school"))
    classes = [f"{city}-{year}{letter}" for year in (7, 8, 9) for letter in "AB"]
    units += [(k, f"{city}-school", "", "class") for k in classes]
    for t in range(2):
        grants.append((f"teacher{c:02}{t}", "teacher", f"{city}-school", "", ""))
        accounts.append((f"teacher{c:02}{t}", city))
    for _ in range(42):
        number += rng.choice((1, 1, 1, 2, 5))
        account, obj = f"u{number}", str(number)
        moves = sorted(day(2019, 8, 20) + dt.timedelta(hours=rng.randrange(0, 1050 * 24)) for _ in range(rng.choice((1, 2, 2, 3, 4))))
        edges = [None, *moves, None]
        history, last = [], None
        for a, b in zip(edges, edges[1:]):
            last = rng.choice([k for k in classes if k != last])
            history.append((a, b, last))
        fields = "nickname" if rng.random() < 0.6 else ""
        for a, b, k in history:
            objects.append((obj, "contact", k, f"p{number}", fields, "true", stamp(a) if a else "", stamp(b) if b else ""))
            members.append((f"book-{k}", obj, stamp(a) if a else "", stamp(b) if b else ""))
            grants.append((account, "pupil", k, stamp(a) if a else "", stamp(b) if b else ""))
        accounts.append((account, city))
        pupils.append((account, obj, city, history, fields))

at = lambda history, t: next(k for a, b, k in history if (a is None or a <= t) and (b is None or t < b))
leaked = sorted(rng.sample(pupils, 100), key=lambda p: int(p[1]))
with open(HERE / "leak.csv", "w") as out:
    out.write("object,class,name,nickname\n")
    for _, obj, _, history, fields in leaked:
        nick = f"nick{obj}" if fields else ""
        out.write(f"{obj},{at(history, THEFT)},Name {obj},{nick}\n")

lines = []
for account, obj, _, history, _ in pupils:
    for _ in range(rng.randrange(6, 14)):
        t = LOG[0] + dt.timedelta(seconds=rng.randrange(int((LOG[1] - LOG[0]).total_seconds())))
        t = t.replace(hour=7 + t.hour % 14)
        mates = [p for p in pupils if at(p[3], t) == at(history, t)]
        lines.append((t, account, rng.choice(mates)[1]))
t = LOG[0]
while t < LOG[1]:  # a monitor, so that silence is never the night's
    t += dt.timedelta(minutes=90)
    lines.append((t, "-", None))
lines.sort(key=lambda line: line[0])
with open(HERE / "profile.log", "w") as out:
    for t, account, obj in lines:
        target = f"/profile/{obj}" if obj else "/health"
        size = 900 + int(obj) % 777 if obj else 2
        client = f"192.0.2.{sum(map(ord, account)) % 250 + 1}"
        out.write(f'{client} - {account} [{t:%d/%b/%Y:%H:%M:%S} +0000] "GET {target} HTTP/1.1" 200 {size} "-" "Browser"\n')


def table(name, header, rows):
    with open(HERE / name, "w") as out:
        out.write(header + "\n")
        out.writelines(",".join(row) + "\n" for row in rows)


table("controllers.csv", "controller,name", controllers)
table("units.csv", "unit,name,parent,controller,kind", [(u[0], *u) for u in units])
table("grants.csv", "account,role,unit,from,until", grants)
table("objects.csv", "object,kind,unit,subject,fields,child,from,until", objects)
table("members.csv", "container,object,from,until", members)
table("accounts.csv", "account,controller", accounts)
(HERE / "case.toml").write_text(
    f'''[case]
id = "scenario-a"
title = "Address books read out; only the profile pages were logged"
period = {{ from = "2021-01-11T00:00:00Z", until = "2021-07-03T00:00:00Z" }}

[[source]]
name = "profile pages"
files = ["profile.log"]
format = "combined"
logs_routes = ["profile page"]

[[route]]
name = "profile page"
method = ["GET"]
path = "/profile/{{contact}}"
object = "contact"
discloses = ["name", "nickname?"]

[[route]]
name = "address book"
method = ["GET"]
path = "/api/addressbook/{{book}}"
container = "book"
discloses = ["name", "class", "nickname?", "picture?"]

[directory]
controllers = "controllers.csv"
units = "units.csv"
grants = "grants.csv"
objects = "objects.csv"
members = "members.csv"
accounts = "accounts.csv"

[leak]
records = "leak.csv"
published = "{stamp(PUBLISHED)}"
'''
)
truth = {
    "theft": stamp(THEFT),
    "controllers": sorted({p[2] for p in leaked}),
    "way": "address book",
    "cause": "H1a, which these logs cannot tell from H2",
}
(HERE / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
