#!/usr/bin/env python3
"""An independent oracle for `breachscope scan`, written from the contract alone.

It makes small random cases (seeded), works out what the answer must be, runs the binary and compares subjects.csv,
controllers.csv, accounts.csv and the manifest's line counts. It shares no code with the program and
parses nothing: it knows each request before it is written down as a log line. Where the contract leaves a choice,
the reading taken stands in a comment that begins with "reading:".

Usage: oracle.py BINARY SEED_FROM SEED_UNTIL [KEEP_DIR]      exit 1 on a difference, each named with its seed
"""
import csv, gzip, json, os, random, subprocess, sys, tempfile
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

T0 = datetime(2021, 3, 4, 5, 0, tzinfo=timezone.utc)
SPAN = 3 * 3600
WORDS = ["possible", "probable", "confirmed"]
OPTIONAL = ["nickname", "email", "phone"]
CODES = [200] * 14 + [203, 206, 206, 304, 499, 404, 403, 403, 401, 500, 302, 204, 503]
OPEN = {"from": None, "until": None}
USER_FIELD = {"combined": "remote_user", "common": "remote_user", "apache": "remote_user", "w3c": "cs-username"}
SPLIT = {"method": "m", "target": "t"}
W3C_HEAD = ["#Version: 1.0",
            "#Fields: date time c-ip cs-username cs-method cs-uri-stem cs-uri-query sc-status sc-bytes"]


def at(seconds):
    return T0 + timedelta(seconds=seconds)


def iso(t):
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


def inline(table):
    return "{ " + ", ".join(f"{k} = {json.dumps(v)}" for k, v in table.items()) + " }"


def holds(row, t):
    return (row["from"] or t) <= t and (row["until"] is None or t < row["until"])


class Case:
    """The tables, the sources and the requests of one seed; `write` puts them down as a case folder."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        for part in ("units", "objects", "people", "routes", "sources", "requests"):
            getattr(self, "make_" + part)()

    def span(self, chance):
        """A validity: open, half open or closed."""
        r, ends = self.rng, sorted(self.rng.sample(range(0, SPAN, 60), 2))
        shut = r.random() < chance
        return {k: at(x) if shut and r.random() < .7 else None for k, x in zip(("from", "until"), ends)}

    def form(self):
        return self.rng.choice(["", "", "F", "G"]) if self.has_form else ""

    def make_units(self):
        r = self.rng
        self.controllers = [f"c{i}" for i in range(r.randint(1, 4))]
        self.has_form, self.grant_protected = r.random() < .4, r.random() < .7
        self.units = {}
        for i in range(r.randint(2, 9)):
            near = [u for u in self.units if len(list(self.above(u))) < 4]
            parent = r.choice(near) if near and r.random() < .7 else ""
            none = parent and r.random() < .8 or r.random() < .04
            self.units[f"u{i}"] = {"unit": f"u{i}", "parent": parent, "name": "n", "kind": "x", "form": self.form(),
                                   "controller": "" if none else r.choice(self.controllers)}

    def above(self, u):
        """The unit itself and every unit above it."""
        while u:
            yield u
            u = self.units[u]["parent"]

    def controller(self, u):
        return next((self.units[x]["controller"] for x in self.above(u) if self.units[x]["controller"]), "")

    def make_objects(self):
        r = self.rng
        ids = {"n": [str(100 + i) for i in range(14)], "a": [f"Ab-{i:x}_z" for i in range(14)] + ["ab-1_z"],
               "odd": [f"å b{i}" for i in range(5)] + [f"p%{i}~" for i in range(4)] + [f"q&{i}=" for i in range(4)]}
        ids = ids[r.choice(["n", "n", "a", "odd"])]
        self.ids = ids[:r.randint(4, len(ids))]
        people = [f"s{i}" for i in range(max(3, len(self.ids) - 2))]
        unit, fields = lambda: r.choice(list(self.units)), lambda: r.sample(OPTIONAL, r.randint(0, 3))
        self.objects = []
        for o in self.ids:
            base = {"object": o, "kind": "k", "unit": "" if r.random() < .08 else unit(), "form": self.form(),
                    "subject": "" if r.random() < .06 else r.choice(people), "protected": r.random() < .2,
                    "child": r.random() < .5, "fields": fields(), **OPEN}
            cut, shape = at(r.randrange(0, SPAN, 60)), r.random()
            if shape < .6:
                self.objects.append({**base, **self.span(.1)})
            elif shape < .8:                                            # rows that follow each other
                later = {"from": cut, "unit": unit(), "protected": r.random() < .3, "fields": fields()}
                self.objects += [{**base, "until": cut}, {**base, **later}]
            for _ in range(r.randint(2, 3) if shape >= .8 else 0):      # rows that overlap, perhaps of other people
                other = r.choice(people) if r.random() < .2 else base["subject"]
                self.objects.append({**base, **self.span(.4), "unit": unit(), "subject": other,
                                     "protected": r.random() < .2})
        self.members, self.boxes = [], [f"k{i}" for i in range(r.randint(1, 4))]
        for k in self.boxes:
            inside = r.sample(self.ids, r.randint(1, len(self.ids))) + ["9999"] * (r.random() < .1)
            self.members += [{"container": k, "object": o, **self.span(.15)} for o in inside]

    def make_people(self):
        r = self.rng
        self.accounts = [f"a{i}" for i in range(r.randint(2, 6))]
        self.unlisted = ["x0", "x1"] if r.random() < .4 else []
        self.grants = [{"account": a, "role": "t", "unit": r.choice(list(self.units)), "protected": r.random() < .4,
                        "form": self.form(), **self.span(.25)}
                       for a in self.accounts for _ in range(r.randint(1, 3))]
        self.sessions = []
        for i in range(r.choice([0, 0, 4])):                            # each session passes from hand to hand once
            cut, hand = at(r.randrange(0, SPAN, 60)), lambda: r.choice(self.accounts + self.unlisted)
            self.sessions += [{"session": f"t{i}", "account": hand(), **OPEN, "until": cut},
                              {"session": f"t{i}", "account": hand(), **OPEN, "from": cut}]

    def make_routes(self):
        r, wide = self.rng, "/api/v2/books/{book}"
        number = {"query": "page", "first": r.choice([0, 1]), "size": r.choice([2, 3, 25])}
        window = {"offset": "skip", "limit": "take", "size": r.choice([2, 4])}
        self.routes = {
            "contact": {"path": wide + "/contacts/{contact}", "object": "contact"},
            "book": {"path": wide, "container": "book", "page": number},
            "entry": {"path": "/rpc/Entry", "object": "id"},
            "file": {"path": "/files/{ref*}", "object": "ref"},
            "list": {"path": "/lists/{group}/x", "container": "group", "page": window},
            "dump": {"path": "/dump", "container": "group"},
        }
        for x in self.routes.values():
            x.update(discloses=["name"] + [f + "?" for f in r.sample(OPTIONAL, r.randint(0, 2))],
                     method=r.choice([None, None, ["GET"], ["GET", "POST"]]), empty_below=r.choice([None, 60, 100]))

    def make_sources(self):
        r = self.rng
        special = {"combined": "query", "apache": "header", "nginx": "cookie"}
        self.sources = []
        for i in range(r.choice([1, 1, 2, 3])):
            shape = r.choice(["combined", "common", "w3c", "json", "nginx", "apache"])
            account = special.get(shape, "field") if r.random() < .3 else "field"
            self.sources.append({"name": f"n{i}", "shape": shape, "account": None if r.random() < .12 else account,
                                 "offset": r.choice([None, None, None, -3, 90]), "whole": r.random() < .5,
                                 "clock": r.choice([None, 1, 10**3, 10**6, 10**9])})
        self.scope_beyond = r.random() < .3
        self.exclude = {"accounts": self.accounts[:r.random() < .15], "clients": ["192.0.2.3"][:r.random() < .15]}
        self.period = (at(1800), at(SPAN - 1800)) if r.random() < .2 else None

    def make_requests(self):
        r = self.rng
        self.files = defaultdict(list)                                  # (source, file name) -> what it holds
        for s in self.sources:
            total, parts = r.randint(6, 40), r.randint(1, 2)
            stamps = sorted(r.randrange(0, SPAN) for _ in range(total))
            stamps = sorted(x - x % 60 if r.random() < .2 else x for x in stamps)   # on the edges of validity too
            for n, sec in enumerate(stamps):
                name = f"{s['name']}.log" + ("" if n * parts // total == parts - 1 else ".1")
                self.files[s["name"], name].append(self.request(s, sec))
            last = self.files[s["name"], f"{s['name']}.log"]
            if s["account"]:                                            # a source that never names one is refused
                last[-1].update(self.request(s, last[-1]["sec"], self.accounts[-1]))
            for junk in ("", r.choice(["nonsense", "}{", "GET"])):
                if r.random() < .4:
                    last.insert(r.randint(0, total // parts), {"junk": junk})

    def request(self, s, sec, who=None):
        r = self.rng
        names = self.accounts + self.unlisted + [x["session"] for x in self.sessions]
        who = who or (None if r.random() < .12 else r.choice(names))
        n = r.choice(list(self.routes) + [None])
        e = {"sec": sec, "client": f"192.0.2.{r.randint(1, 4)}", "who": who if s["account"] else None, "route": n,
             "method": r.choice(["GET"] * 9 + ["HEAD", "POST", "OPTIONS"]), "status": r.choice(CODES), "source": s,
             "bytes": r.choice([0, 1, 59, 60, 61, 99, 100] + [500] * 5 + [None]), "box": None, "window": None}
        pick = lambda: r.choice(self.ids if r.random() < .95 else ["9999", "nobody"])
        box, path, query = r.choice(self.boxes) if r.random() < .95 else "k9", ["style.css"], []
        e["ids"] = [pick() for _ in range(r.choice([1, 1, 1, 2, 3]))] if n in ("contact", "file") else []
        if n == "contact":
            path = ["api", "v2", "books", box, "contacts", e["ids"]]
        elif n == "entry":
            groups = [[pick() for _ in range(r.choice([1, 1, 2]))] for _ in range(r.choice([1, 1, 2]))]
            e["ids"] = [o for g in groups for o in g]
            path, query = ["rpc", "Entry"], [("id", g) for g in groups]
        elif n == "file":
            path = ["files", e["ids"]]
        elif n:
            e["box"], page = box, self.routes[n].get("page")
            path = {"book": ["api", "v2", "books", box], "list": ["lists", box, "x"], "dump": ["dump"]}[n]
            number, skip, take = r.choice([None, 0, 1, 2]), r.choice([None, 0, 1, 2, 3]), r.choice([None, 1, 2, 5])
            asked = {"book": {"page": None if number is None else number + page["first"]} if n == "book" else {},
                     "list": {"skip": skip, "take": take}, "dump": {"group": box}}[n]
            query = [(k, [str(v)]) for k, v in asked.items() if v is not None]
            start = (number or 0) * page["size"] if n == "book" else skip or 0
            e["window"] = page and (start, start + (take if n == "list" and take else page["size"]))
        if s["account"] == "query" and e["who"]:
            query = query + [("tok", [e["who"]])]
        e["target"] = self.mess(path, query)
        return e

    def coded(self, text, hard):
        """Percent-encoded; where `hard`, also what need not be."""
        spell = lambda c: f"%{ord(c):02x}" if self.rng.random() < .5 else f"%{ord(c):02X}"
        return "".join(spell(c) if hard and c.isascii() and c.isalnum() and self.rng.random() < .2
                       else quote(c, safe="~-._") for c in text)

    def mess(self, path, query):
        """One of the many ways to write a target. A list is several IDs, joined by commas."""
        r, hard, out = self.rng, self.rng.random() < .4, ""
        joined = lambda v, commas: r.choice(commas).join(self.coded(x, hard) for x in v)
        for seg in path:
            out += "//" if hard and r.random() < .15 else "/"
            out += r.choice(["./", "y/../", "%2e/", "y/%2E%2e/"]) if hard and r.random() < .1 else ""
            out += joined(seg, [",", ",", "%2C"]) if isinstance(seg, list) else self.coded(seg, hard)
            out += ";v=1" if hard and r.random() < .1 else ""
        out += "/" if hard and r.random() < .2 else ""
        out = "http://app.example:8080" + out if hard and r.random() < .15 else out
        query = query + [("z", ["1"])] * (r.random() < .3) + [("empty", [""])] * (r.random() < .1)
        r.shuffle(query)
        pairs = [self.coded(k, hard) + "=" + joined(v, [",", "%2c"]) for k, v in query]
        return out + ("?" + "&".join(pairs) if pairs else "")

    def line(self, e):
        s, stamp, odd = e["source"], at(e["sec"]), e["sec"] % 2
        dash = lambda x: "-" if x is None else str(x)
        who = e["who"] if s["account"] == "field" else None
        if s["shape"] == "w3c":
            stem, _, q = e["target"].partition("?")
            return (f'{stamp:%Y-%m-%d %H:%M:%S} {e["client"]} {dash(who)} {e["method"]} {stem} {q or "-"} '
                    f'{e["status"]} {dash(e["bytes"])}')
        if s["shape"] == "json":
            when = int(stamp.timestamp()) * s["clock"] if s["clock"] else iso(stamp)
            doc = {"ts": when, "c": {"ip": e["client"]}, "status": str(e["status"]) if odd else e["status"]}
            doc.update({k: v for k, v in (("u", who), ("n", e["bytes"])) if v is not None})
            whole = {"r": f'{e["method"]} {e["target"]} HTTP/1.1'}
            return json.dumps({**doc, **(whole if s["whole"] else {"m": e["method"], "t": e["target"]})})
        clock = f"{stamp + timedelta(hours=odd):%d/%b/%Y:%H:%M:%S} +0{odd}00"
        plain = (f'{e["client"]} - {dash(who)} [{clock}] "{e["method"]} {e["target"]} HTTP/1.1" '
                 f'{e["status"]} {dash(e["bytes"])}')
        cookie = f'sid={e["who"]}; lang=sv' if s["account"] == "cookie" and e["who"] else None
        return plain + {"combined": ' "-" "ua/1"', "common": "", "nginx": f' "{dash(cookie)}"',
                        "apache": f' "{dash(e["who"] if s["account"] == "header" else None)}"'}[s["shape"]]

    def write(self, folder):
        r = self.rng
        os.makedirs(folder + "/logs")
        self.expect_lines = {}
        for (_, name), es in sorted(self.files.items()):
            head = W3C_HEAD if any(e.get("source", {}).get("shape") == "w3c" for e in es) else []
            rows = head + [e["junk"] if "junk" in e else self.line(e) for e in es]
            end, closed = "\r\n" if r.random() < .1 else "\n", not rows[-1] or r.random() < .9
            place = sum(len(x + end) for x in head)
            for n, (e, text) in enumerate(zip(es, rows[len(head):])):
                number = len(head) + n + 1                              # reading: a carriage return is of the line
                length = len(text.encode()) + (len(end) - 1) * (closed or number < len(rows))
                e.update(at=(name, number), ref=f"logs/{name}:{number}@{place}+{length}")
                place += length + 1
            data = (end.join(rows) + end * closed).encode()
            if r.random() < .3:
                cut = r.randint(0, len(data))
                data = gzip.compress(data[:cut]) + gzip.compress(data[cut:])
            for copy in [""] + [".copy"] * (r.random() < .15):          # a packed copy beside the plain one
                with open(f"{folder}/logs/{name}{copy}", "wb") as f:
                    f.write(gzip.compress(data) if copy else data)
            self.expect_lines[f"logs/{name}"] = {
                "lines": len(rows), "directives": len(head), "empty": sum(e.get("junk") == "" for e in es),
                "rejected": sum(bool(e.get("junk")) for e in es)}
        form, protected, valid = ["form"] * self.has_form, ["protected"] * self.grant_protected, ["from", "until"]
        tables = {
            "controllers": (["controller", "name"], [{"controller": c, "name": c} for c in self.controllers]),
            "units": (["unit", "parent", "controller", "name", "kind"] + form, list(self.units.values())),
            "grants": (["account", "role", "unit"] + form + protected + valid, self.grants),
            "objects": (["object", "kind", "unit", "subject"] + form + ["protected", "child", "fields"] + valid,
                        self.objects),
            "members": (["container", "object"] + valid, self.members),
            "sessions": (["session", "account"] + valid, self.sessions)}
        tables = {t: v for t, v in tables.items() if v[1]}
        for name, (columns, rows) in tables.items():
            with open(f"{folder}/{name}.csv", "w", newline="", encoding="utf-8") as f:
                csv.writer(f).writerows([columns] + [[self.cell(x[c]) for c in columns] for x in rows])
        with open(folder + "/case.toml", "w", encoding="utf-8") as f:
            f.write(self.toml(tables))

    def cell(self, v):
        if isinstance(v, datetime):
            return f"{v + timedelta(hours=2):%Y-%m-%dT%H:%M:%S+02:00}" if self.rng.random() < .3 else iso(v)
        return ";".join(v) if isinstance(v, list) else str(v).lower() if isinstance(v, bool) else "" if v is None else v

    def toml(self, tables):
        out = ['[case]', 'id = "O"', 'title = "Oracle"', 'timezone = "UTC"']
        if self.period:
            out.append('period = { from = "%s", until = "%s" }' % tuple(map(iso, self.period)))
        for s in self.sources:
            out += ["[[source]]", f'name = "{s["name"]}"', f'files = ["logs/{s["name"]}.log*"]']
            key = {"query": "query:tok", "header": "header:X-User", "cookie": "cookie:sid", None: None,
                   "field": USER_FIELD.get(s["shape"])}[s["account"]]
            if s["shape"] == "nginx":
                user = "$account" if s["account"] == "field" else "$remote_user"
                out.append(f"pattern = '$remote_addr - {user} [$time_local] \"$request\" $status "
                           "$body_bytes_sent \"$http_cookie\"'")
            elif s["shape"] == "apache":
                out.append("""pattern = '%h %l %u %t "%r" %>s %b "%{X-User}i"'""")
            elif s["shape"] == "json":
                fields = {"time": "ts", "status": "status", "bytes": "n", "client": "c.ip"}
                fields.update({"account": "u"} if s["account"] else {})
                out.append("fields = " + inline({**fields, **({"request": "r"} if s["whole"] else SPLIT)}))
            else:
                out.append(f'format = "{s["shape"]}"')
            out += [f'account = "{key}"'] if key else []
            out += [f'clock_offset = "{s["offset"]}s"'] if s["offset"] else []
        for name, x in self.routes.items():
            out += ["[[route]]", f'name = "{name}"']
            out += [f"{k} = " + (inline(v) if k == "page" else json.dumps(v)) for k, v in x.items() if v]
        out += ["[directory]"] + [f'{t} = "{t}.csv"' for t in tables]
        out += ["[scope]", 'unlisted = "beyond"'] if self.scope_beyond else []
        return "\n".join(out + ["[exclude]"] + [f"{k} = {json.dumps(v)}" for k, v in self.exclude.items()]) + "\n"

    def certainty(self, e):
        """Section 3. Reading: 206 without a byte count is as 200 without one, and a 499 without one may have been over the limit."""
        b, st, limit = e["bytes"], e["status"], self.routes[e["route"]]["empty_below"]
        full = b is not None and (b >= limit if limit else b > 0)
        likely = st in (200, 203, 206) and b is None or st == 304 or st == 499 and (full or b is None)
        silent = e["method"] in ("HEAD", "OPTIONS") or not likely and not (st in (200, 203, 206) and full)
        return "" if silent else "probable" if likely else "confirmed"

    def in_scope(self, account, rows, t):
        return any(g["account"] == account and holds(g, t) and o["unit"] and g["unit"] in self.above(o["unit"])
                   and (not g["form"] or g["form"] == (o["form"] or self.units[o["unit"]]["form"]))
                   and (not o["protected"] or not self.grant_protected or g["protected"])
                   for o in rows for g in self.grants)

    def identity(self, e, t):
        """Who asked, and what is known of them: listed, unlisted, anon (should have named itself), none."""
        who = e["who"] if e["status"] != 401 else None
        who = next((x["account"] for x in self.sessions if x["session"] == who and holds(x, t)), who)
        if who is None:
            return "client:" + e["client"], "anon" if e["source"]["account"] else "none"
        return who, "listed" if any(g["account"] == who for g in self.grants) else "unlisted"

    def rows_at(self, known, t):
        """Reading: where no row holds, the one that ended last stands in; all, if they differ; none, where all begin later."""
        past = [x for x in known if x["until"] and x["until"] <= t]
        valid = [x for x in known if holds(x, t)]
        if not valid and past and len(self.owners(known)) > 1:
            return known
        return valid or ([max(past, key=lambda x: x["until"])] if past else [])

    def middle(self, route):
        """The middle of the bodies that the route answered, of few requests."""
        allowed = self.routes[route]["method"]
        sizes = sorted(e["bytes"] for es in self.files.values() for e in es if e.get("route") == route
                       and (not allowed or e["method"] in allowed) and e["status"] in (200, 203, 206) and e["bytes"]
                       and e["method"] not in ("HEAD", "OPTIONS"))
        return sizes[(len(sizes) + 1) // 2 - 1] if sizes else 0

    def owners(self, known):
        return {(x["subject"] or x["object"], self.controller(x["unit"])) for x in known}

    def judge(self):
        """Every disclosure that scope does not cover: standing, who, rows of the directory, certainty."""
        out = []
        for e in (e for es in self.files.values() for e in es if e.get("route")):
            t, allowed = at(e["sec"] - (e["source"]["offset"] or 0)), self.routes[e["route"]]["method"]
            who, kind = self.identity(e, t)
            if (allowed and e["method"] not in allowed or not self.certainty(e)
                    or who in self.exclude["accounts"] or e["client"] in self.exclude["clients"]
                    or self.period and not self.period[0] <= t < self.period[1]):
                continue
            base = {"e": e, "t": t, "who": who, "kind": kind, "cert": self.certainty(e), "rows": []}
            ids = e["ids"]
            if e["box"]:
                listed = [m for m in self.members if m["container"] == e["box"]]
                there = [m["object"] for m in listed if holds(m, t)]
                ids = there[slice(*e["window"])] if e["window"] else there
                # reading: an answer from a list of which every row is of another time, or content beyond the list's
                # end, was not read out of this table: whoever ever stood there is possible.
                # Where no limit says what content is, it is half as long as the middle body of the route at least.
                limit = self.routes[e["route"]].get("empty_below") is not None
                measured = base["cert"] == "confirmed" and (limit or e["bytes"] * 2 >= self.middle(e["route"]))
                if not there or not ids and measured:
                    ids, base["cert"] = [m["object"] for m in listed], "possible"
                if not listed:
                    out.append({**base, "standing": "unknown", "object": e["box"]})
            for o in dict.fromkeys(ids):
                known = [x for x in self.objects if x["object"] == o]
                rows = self.rows_at(known, t)
                if kind == "listed" and self.in_scope(who, [x for x in rows if holds(x, t)], t):
                    continue
                undecided = kind == "none" or kind == "unlisted" and not self.scope_beyond
                undecided |= not any(holds(x, t) for x in known) and len(self.owners(known)) > 1      # nobody's, by rows that differ
                standing = "unknown" if not rows else "undecided" if undecided else "beyond"
                out.append({**base, "standing": standing, "object": o, "rows": rows})
        return out


def expected_subjects(case, judged):
    found = {}
    for j in (j for j in judged if j["standing"] == "beyond"):
        for row in (x for x in j["rows"] if x["subject"]):
            f = found.setdefault((row["subject"], case.controller(row["unit"])), defaultdict(set))
            sure = j["cert"] == "confirmed"
            for k, v in (("cert", j["cert"]), ("t", j["t"]), ("who", j["who"]), ("lines", j["e"]["at"]),
                         ("routes", j["e"]["route"]), ("protected", row["protected"]), ("child", row["child"]),
                         ("sure protected", sure and row["protected"]), ("sure child", sure and row["child"])):
                f[k].add(v)
            f["refs"].add(j["e"]["ref"])
            f["cats"] |= {c.rstrip("?") for c in case.routes[j["e"]["route"]]["discloses"]
                          if not c.endswith("?") or c[:-1] in row["fields"]}
            f["certainty"] = max(f["cert"], key=WORDS.index)
    return found


def summary(case, fs):
    """The columns that subjects.csv and controllers.csv share, over some expected subjects."""
    union = lambda k: set().union(*[f[k] for f in fs]) if fs else set()
    return {"first_seen": iso(min(union("t"))) if fs else "", "last_seen": iso(max(union("t"))) if fs else "",
            "accounts": str(len(union("who"))), "accesses": str(len(union("lines"))),
            "routes": ";".join(x for x in case.routes if x in union("routes")),
            "data_categories": ";".join(sorted(union("cats")))}


def compare_subjects(case, want, table):
    got = {(x["subject"], x["controller"]): x for x in table}
    bad = [("subject " + ("missing" if k in want else "extra"), k) for k in sorted(set(want) ^ set(got))]
    for k in sorted(set(want) & set(got)):
        exact = {"certainty": want[k]["certainty"], "protected": str(True in want[k]["protected"]).lower(),
                 "child": str(True in want[k]["child"]).lower(), **summary(case, [want[k]])}
        bad += [(f"subject {n}", k, v, got[k][n]) for n, v in exact.items() if got[k][n] != v]
        bad += [("subject evidence", k, x) for x in got[k]["evidence"].split(";") if x not in want[k]["refs"]]
    return bad


def bounds(fs):
    """Reading: who is a child or protected counts by the rows that a confirmed disclosure was made under."""
    sure = [f for f in fs if f["certainty"] == "confirmed"]
    return {"subjects_min": len(sure), "subjects_confirmed": len(sure), "subjects_probable": sum(f["certainty"] == "probable" for f in fs),
            "children_min": sum(True in f["sure child"] for f in sure),
            "protected_min": sum(True in f["sure protected"] for f in sure)}


def compare_controllers(case, want, judged, table):
    bad, loose = [], defaultdict(set)                                   # undecided, or disclosed of nobody named
    for j in judged:
        for row in j["rows"]:
            if j["standing"] == "undecided" or not row["subject"]:
                loose[case.controller(row["unit"])].add(row["subject"] or "object:" + j["object"])
    stranger = any(j["standing"] == "unknown" for j in judged)
    unplaced = loose.get("", set()) | {s for s, c in want if c == ""}
    anywhere = stranger or bool(unplaced)
    for x in table:
        c, ends = x["controller"], {"GAP", "RETENTION", "BEFORE_START"} & set(x["reasons"].split(";"))
        mine = {s: f for (s, k), f in want.items() if k == c}
        people = {o["subject"] for o in case.objects if o["subject"] and case.controller(o["unit"]) == c}
        exact = {**bounds(mine.values()), "population": len(people), **summary(case, list(mine.values()))}
        exact["status"] = ("confirmed" if exact["subjects_min"] else "excluded"
                           if not (anywhere or mine or loose[c] or ends) else "cannot_be_excluded")
        bad += [(f"controller {n}", c, v, x[n]) for n, v in exact.items() if x[n] != str(v)]
        own, most = set(mine) | loose[c], int(x["subjects_max"])
        upper, more = len(own), stranger or bool(unplaced - own)  # who stands here and, by another object, nowhere is one person
        if most < min(upper + more, max(upper, len(people))) or not (more or ends) and most != upper:
            bad.append(("controller subjects_max", c, upper, x["subjects_max"], x["reasons"]))
    return bad


def compare_accounts(case, judged, table):
    bad, rows, by = [], {x["account"]: x for x in table}, defaultdict(list)
    for j in judged:
        by[j["who"]].append(j)
    for who in sorted(set(by) | set(rows)):
        nothing = lambda j: j["kind"] == "anon" or j["kind"] == "unlisted" and case.scope_beyond
        hits = [j for j in by[who] if j["standing"] == "beyond" or j["standing"] == "unknown" and nothing(j)
                and j["object"] != j["e"]["box"]]                        # whoever has no scope is beyond it
        if who not in rows:
            due = hits or any(j["kind"] == "unlisted" and not case.scope_beyond for j in by[who])
            bad += [("account missing", who, len(hits))] if due else []
            continue
        # reading: of whom an object tells that names no subject nobody knows
        seen = {c: {r["subject"] for j in hits for r in j["rows"] if j["cert"] == c} - {""} for c in WORDS}
        exact = {"accesses": len({j["e"]["at"] for j in hits}), "subjects_confirmed": len(seen["confirmed"]),
                 "subjects_probable": len(seen["probable"] - seen["confirmed"]),
                 "controllers": len({case.controller(r["unit"]) for j in hits for r in j["rows"]} - {""})}
        bad += [(f"account {n}", who, v, rows[who][n]) for n, v in exact.items() if rows[who][n] != str(v)]
    return bad


def compare(case, answer):
    read = lambda n: list(csv.DictReader(open(f"{answer}/{n}", newline="", encoding="utf-8")))
    judged = case.judge()
    want = expected_subjects(case, judged)
    bad = compare_subjects(case, want, read("subjects.csv"))
    bad += compare_controllers(case, want, judged, read("controllers.csv"))
    bad += compare_accounts(case, judged, read("accounts.csv"))
    inputs = json.load(open(f"{answer}/manifest.json"))["inputs"]
    bad += [("manifest misses", x) for x in set(case.expect_lines) - {i["file"] for i in inputs}]
    for i in inputs:
        parsed = i["lines"] - i["rejected"] - i["empty"] - i["directives"]
        expect = {"parsed": parsed, **case.expect_lines.get(i["file"], {})}
        bad += [(f"manifest {k}", i["file"], v, i[k]) for k, v in expect.items() if i[k] != v]
    return bad


def run(binary, seed, folder):
    case = Case(seed)
    case.write(folder)
    p = subprocess.run([binary, "scan", folder + "/case.toml", "--out", folder + "/answer", "-q"],
                       capture_output=True, text=True)
    return [("exit", p.returncode, p.stderr.strip())] if p.returncode else compare(case, folder + "/answer")


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    kinds, seeds = defaultdict(list), range(*map(int, sys.argv[2:4]))
    with tempfile.TemporaryDirectory() as scratch:
        for seed in seeds:
            for kind, *rest in run(sys.argv[1], seed, f"{(sys.argv + [scratch])[4]}/{seed}"):
                kinds[kind].append((seed, *rest))
    for kind, found in sorted(kinds.items()):
        print(f"{kind}: {len(found)} (seed, where, expected, found)", *found[:5], sep="\n    ")
    print(f"{len(seeds)} cases, {len({x[0] for v in kinds.values() for x in v})} with differences")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())
