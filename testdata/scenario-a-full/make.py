#!/usr/bin/env python3
"""Scenario A with the log of the address books present: 77 controllers, one pupil who walks the books of 61 of them, is
refused after the fix, and a list that was published. The account is older than the logs. Made by one seed, with its
truth. Run: python3 testdata/scenario-a-full/make.py (writes beside itself), or make.py 7 /tmp/scenario-a-full-7."""
import datetime as dt
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from making import Record, at, beats, cases, claims, clf, dump, log, moment, place, stamp, table, within

rng, HERE = place(20210412, __file__)
LOG = (at("2021-03-01"), at("2021-12-01"))
THEFT = at("2021-04-12T19:00:00")
BOOKS_FIXED = at("2021-06-14T10:00:00")
CARDS_FIXED = at("2021-09-01T08:00:00")
PUBLISHED = at("2021-07-01")
LIMIT = 10  # requests a minute; 429 above, but only from September on
SINCE = at("2016-08-15")  # the attacker's account
CITIES, TAKEN, PAGE = 77, 61, 10
second = dt.timedelta(seconds=1)

controllers, units, grants, objects, members, accounts = [], [], [], [], [], []
people = {}  # object -> dict(account, city, history, fields, protected)
book_of = {}  # class -> book, whose numbers come in no order of the controllers
books = rng.sample(range(4000, 9000), CITIES * 2)
number = 81000
for c in range(CITIES):
    city = f"city-{c:02}"
    controllers.append((city, f"Municipality {c}"))
    units.append((f"{city}-school", "School", "", city, "school"))
    classes = [f"{city}-8A", f"{city}-8B"]
    for k in classes:
        units.append((k, k[-2:], f"{city}-school", "", "class"))
        book_of[k] = str(books.pop())
    for t in range(2):
        teacher = f"t{c:02}{t}"
        grants.append((teacher, "teacher", f"{city}-school", "", ""))
        accounts.append((teacher, city, "person", "2015-08-01T00:00:00Z"))
    for n in range(12):
        number += rng.choice((1, 1, 2, 3))
        obj, account, k = str(number), f"u{number}", classes[n % 2]
        history = [(None, None, k)]
        if rng.random() < 0.25:
            other, move = classes[1 - n % 2], moment(rng, LOG[0] - dt.timedelta(days=200), LOG[1])
            history = [(None, move, k), (move, None, other)]
        # The class may change, the city never: so nobody's scope hangs on the second of a move.
        fields = [f for f, share in (("nickname", 0.5), ("picture", 0.7), ("email", 0.3), ("phone", 0.2)) if rng.random() < share]
        protected = n == 11 and c % 15 == 4
        people[obj] = dict(account=account, city=city, history=history, fields=fields, protected=protected)
        for a, b, k in history:
            objects.append((obj, "contact", k, f"p{obj}", ";".join(fields), "true", str(protected).lower(), stamp(a), stamp(b)))
            grants.append((account, "pupil", k, stamp(a), stamp(b)))
            if not protected:  # stand in no book
                members.append((book_of[k], obj, stamp(a), stamp(b)))
        accounts.append((account, city, "person", stamp(SINCE)))
grants.append(("sync-03", "integration", "city-03-school", "", ""))
accounts.append(("sync-03", "city-03", "service", "2019-01-01T00:00:00Z"))

record, edge, profiles, counters = Record(), [], [], {"pages": 0, "denied": 0, "limited": 0}
grant_rows = {}
for account, _, unit, a, b in grants:
    grant_rows.setdefault(account, []).append((at(a[:-1]) if a else None, at(b[:-1]) if b else None, unit))
listed = {}  # book -> objects in the table's order
for book, obj, a, b in members:
    listed.setdefault(book, []).append((obj, at(a[:-1]) if a else None, at(b[:-1]) if b else None))


def may(account, obj, t):
    k = within(people[obj]["history"], t)
    units = {u for a, b, u in grant_rows[account] if (a is None or a <= t) and (b is None or t < b)}
    return not people[obj]["protected"] and (k in units or k[:7] + "-school" in units)


def out(t, account, obj, route, categories):
    p = people[obj]
    shown = [c.rstrip("?") for c in categories if not c.endswith("?") or c[:-1] in p["fields"]]
    if not may(account, obj, t):
        record.disclosed.append((t, account, f"p{obj}", p["city"], route, shown, True, p["protected"]))


BOOK = ["name", "class", "nickname?", "picture?"]
CARD = BOOK + ["email?", "phone?"]
PROFILE = ["name", "nickname?"]
place_of = {a[0]: i for i, a in enumerate(accounts)}
home = lambda account: f"100.64.{place_of[account] // 250}.{place_of[account] % 250 + 1}"  # everybody's own connection


def book_page(t, account, k, page, limited=False):
    """One request for a page of a class's book; gives back whether more pages follow."""
    on = [o for o, a, b in listed[book_of[k]] if (a is None or a <= t) and (b is None or t < b)]
    mine = any((k == u or k[:7] + "-school" == u) and (a is None or a <= t) and (b is None or t < b) for a, b, u in grant_rows[account])
    status, size = 200, 24
    part = on[(page - 1) * PAGE : page * PAGE]
    if limited:
        status, size = 429, 0
    elif t >= BOOKS_FIXED and not mine:
        status, size = 403, 31
        counters["denied"] += 1
    elif part:
        size = sum(180 + int(o) % 57 for o in part)
        for o in part:
            out(t, account, o, "address book", BOOK)
    edge.append((t, clf(t, home(account), account, "GET", f"/api/v2/addressbooks/{book_of[k]}?page={page}", status, size)))
    return len(on) > page * PAGE


def card(t, account, obj):
    status, size = 200, 400 + int(obj) % 333
    if t >= CARDS_FIXED and not may(account, obj, t):
        status, size = 403, 31
    else:
        out(t, account, obj, "contact card", CARD)
    edge.append((t, clf(t, home(account), account, "GET", f"/api/v2/contacts/{obj}", status, size)))


def profile(t, account, obj):
    ok = may(account, obj, t)
    if ok:
        out(t, account, obj, "profile page", PROFILE)
    else:
        record.attempts.append((t, account, f"p{obj}"))
    profiles.append((t, clf(t, home(account), account, "GET", f"/profile/{obj}", 200 if ok else 403, 900 + int(obj) % 777 if ok else 31)))


def session(t, account):
    """An ordinary visit: the own class's book, and a few of those who stand there."""
    units = [u for a, b, u in grant_rows[account] if (a is None or a <= t) and (b is None or t < b)]
    unit = rng.choice(units)
    k = rng.choice([unit[:7] + "-8A", unit[:7] + "-8B"]) if unit.endswith("school") else unit
    if book_page(t, account, k, 1) and rng.random() < 0.7:
        book_page(t + 4 * second, account, k, 2)
    mates = [o for o, a, b in listed[book_of[k]] if (a is None or a <= t) and (b is None or t + 90 * second < b)]
    mates = [o for o in mates if may(account, o, t + 60 * second)]
    for i, obj in enumerate(rng.sample(mates, min(len(mates), rng.randrange(0, 3)))):
        # The attacker never opens a profile page that is answered.
        rng.choice((card, profile, profile) if account != attacker else (card,))(t + (9 + 13 * i) * second, account, obj)


def near_move(account, t):
    return any(e is not None and abs((e - t).total_seconds()) < 300 for a, b, _ in grant_rows[account] for e in (a, b))


# The attacker is a pupil of the first city, who did not move.
attacker = next(p["account"] for p in people.values() if p["city"] == "city-00" and len(p["history"]) == 1 and not p["protected"])
for account, *_ in accounts[:-1]:
    for _ in range(rng.randrange(3, 7)):
        t = moment(rng, LOG[0], LOG[1])
        if not near_move(account, t):
            session(t, account)

# The attacker, from the connection of every day.
for _ in range(60):
    session(moment(rng, LOG[0], LOG[1], (15, 17)), attacker)
foreign = [o for o, p in people.items() if p["city"] != "city-00" and not p["protected"]]
t = at("2021-03-20T20:11:00")
for obj in rng.sample(foreign, 14):  # the front door is locked
    profile(t, attacker, obj)
    t += rng.randrange(4, 30) * second
taken = [f"city-{c:02}" for c in rng.sample(range(1, CITIES), TAKEN)]
evening = THEFT
carded = []
for start in range(0, TAKEN, 13):
    t = evening
    for city in taken[start : start + 13]:
        # One book of most: whoever took all would have been shown any list, wherever it came from.
        for k in rng.sample((f"{city}-8A", f"{city}-8B"), rng.choice((1, 1, 1, 2))):
            page = 1
            while book_page(t, attacker, k, page):
                t += second
                page += 1
            t += rng.randrange(0, 2) * second
        # A few cards, none of a person who shows a telephone number.
        of_city = [o for o, p in people.items() if p["city"] == city and "phone" not in p["fields"] and not p["protected"]]
        chosen = [o for o in of_city if "email" in people[o]["fields"]][:1] or of_city[:1]
        for obj in chosen:
            card(t, attacker, obj)
            carded.append(obj)
            t += second
    evening += dt.timedelta(days=rng.randrange(1, 5))
t = at("2021-06-16T19:30:00")
for city in rng.sample(taken, 20):  # and comes back after the fix
    for k in (f"{city}-8A", f"{city}-8B"):
        book_page(t, attacker, k, 1)
        t += rng.randrange(1, 4) * second

# An integration that reads its own school's books every week, and once in a loop that the new limit stops.
for t in beats(LOG[0], LOG[1], dt.timedelta(days=7)):
    for k in ("city-03-8A", "city-03-8B"):
        page = 1
        while book_page(t + dt.timedelta(hours=2), "sync-03", k, page):
            page += 1
t = at("2021-10-04T02:30:00")
for n in range(90):
    book_page(t, "sync-03", "city-03-8A", 1, limited=n >= LIMIT)
    counters["limited"] += n >= LIMIT
    t += (n % 2) * second
for t in beats(LOG[0], LOG[1], dt.timedelta(hours=2)):
    for lines in (edge, profiles):
        lines.append((t, clf(t, "192.0.2.254", "-", "GET", "/health", 200, 2, "Monitor")))

log(HERE, "addressbooks.log", edge)
log(HERE, "profile.log", profiles)
table(HERE, "controllers.csv", "controller,name", controllers)
table(HERE, "units.csv", "unit,name,parent,controller,kind", units)
table(HERE, "grants.csv", "account,role,unit,from,until,protected", [(*g, "false") for g in grants])
table(HERE, "objects.csv", "object,kind,unit,subject,fields,child,protected,from,until", objects)
table(HERE, "members.csv", "container,object,from,until", members)
table(HERE, "accounts.csv", "account,controller,kind,created", accounts)
got = {}  # object -> when it was first taken
for t, account, subject, *_ in sorted(record.disclosed, key=lambda d: d[0]):
    got.setdefault(subject[1:], t)
leaked = sorted(rng.sample(sorted(got), 200))
leak_rows = [
    (o, within(people[o]["history"], got[o]), f"Name {o}", f"nick{o}" if "nickname" in people[o]["fields"] else "") for o in leaked
]
table(HERE, "leak.csv", "object,class,name,nickname", leak_rows)


def head(name, first):
    return f'''[case]
id = "{name}"
title = "Address books read out across controllers"
timezone = "Europe/Stockholm"
period = {{ from = "{stamp(first)}", until = "{stamp(LOG[1])}" }}
'''


SOURCES = {
    "addressbooks": (
        "addressbooks.log",
        '''[[source]]
name = "address books"
files = ["addressbooks.log"]
format = "combined"
logs_routes = ["address book", "contact card"]
''',
    ),
    "profile": (
        "profile.log",
        '''[[source]]
name = "profile pages"
files = ["profile.log"]
format = "combined"
logs_routes = ["profile page"]
''',
    ),
}
TAIL = f'''[[route]]
name = "address book"
module = "address books"
method = ["GET"]
path = "/api/v2/addressbooks/{{book}}"
container = "book"
page = {{ query = "page", first = 1, size = {PAGE} }}
discloses = ["name", "class", "nickname?", "picture?"]
empty_below = 60
unchecked = ["unit"]

[[route]]
name = "contact card"
module = "address books"
method = ["GET"]
path = "/api/v2/contacts/{{contact}}"
object = "contact"
discloses = ["name", "class", "nickname?", "picture?", "email?", "phone?"]
empty_below = 60

[[route]]
name = "profile page"
module = "profiles"
method = ["GET"]
path = "/profile/{{contact}}"
object = "contact"
discloses = ["name", "nickname?"]
empty_below = 60

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
cases(HERE, head("scenario-a-full", SINCE), SOURCES, TAIL)
# The same for the time of the logs alone: only there can anything be excluded.
whole = "\n".join(block for _, block in SOURCES.values())
(HERE / "case-logged.toml").write_text(f"{head('scenario-a-full-logged', LOG[0])}\n{whole}\n{TAIL}")

NO = {"addressbooks.log": "NO_LOG"}
BEFORE = "BEFORE_START"
statements = [
    ("A1", "At least three controllers are affected.", "controllers", {"at_least": 3}, "supported", NO),
    ("A2", "Three controllers are affected.", "controllers", {"exactly": 3}, "contradicted", NO),
    ("A3", "It happened in 2021.", "within", {"from": at("2021-01-01"), "until": at("2022-01-01")}, BEFORE, NO),
    ("A4", "Not through the profile pages.", "route_not_used", {"route": "profile page", "accounts": [attacker]}, BEFORE, {"profile.log": "NO_LOG"}),
    ("A5", "Tenants are separated; an extract across several is not possible.", "tenants_isolated", {}, "contradicted", NO),
    ("A6", "Several authorised users pooled what each may see.", "only_authorised_pooled", {}, "contradicted", NO),
    ("A7", "The address books were fixed on 14 June 2021.", "fixed_by", {"at": BOOKS_FIXED, "route": "address book"}, "supported", NO),
    ("A8", "The contact cards were fixed on 1 September 2021.", "fixed_by", {"at": CARDS_FIXED, "route": "contact card"}, "NO_PROBE", NO),
    ("A9", "No protected persons are among them.", "no_protected", {}, BEFORE, NO),
    ("A10", "One account did it.", "accounts", {"at_most": 1}, BEFORE, NO),
    ("A11", "E-mail addresses were not disclosed.", "category_not_disclosed", {"category": "email"}, "contradicted", NO),
    ("A12", "Telephone numbers were not disclosed.", "category_not_disclosed", {"category": "phone"}, BEFORE, NO),
    ("A13", "Above 10 requests a minute the platform refuses.", "rate_limited", {"above": LIMIT, "per": "1m"}, "contradicted", NO),
    ("A14", "The log of the address books is complete from March to November 2021.", "log_complete", {"route": "address book", "from": LOG[0], "until": LOG[1]}, "supported", NO),
]
without = ["addressbooks.log", "profile.log"]
logged = [(*s[:4], "supported" if s[4] == BEFORE else s[4], {}) for s in statements]
claims(HERE, "vendor's letter", logged, without)
(HERE / "claims-expected.json").replace(HERE / "claims-expected-logged.json")
claims(HERE, "vendor's letter", statements, without)
categories = sorted({c for d in record.disclosed for c in d[5]})
truth = record.truth([c for c, _ in controllers])
by_page = {d[2] for d in record.disclosed if d[4] == "address book"}
truth |= {
    "theft_begins": stamp(THEFT),
    "logs_begin": stamp(LOG[0]),
    "could_have_been_noticed": stamp(min(a[0] for a in record.attempts)),
    "verdicts": {"enumeration": [attacker]},
    "categories": categories,
    "denied_after_the_fix": counters["denied"],
    "limited": counters["limited"],
    "leaked": len(leaked),
    "cause": "H1a",
    "counters": {
        "could_see": sum(not p["protected"] for p in people.values()),
        "asked": len(record.subjects() | {a[2] for a in record.attempts}),
        "answered": len(record.subjects()),
        "listed": len(by_page),
        "card_read": len(set(carded)),
    },
}
dump(HERE, "truth.json", truth)
