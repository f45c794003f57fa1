"""From a world's events to a case folder as CASE.md lays it down: log files in one of seven formats, tables, case.toml.

Here also live the defects: what of the events the logs keep, and what of the directory is handed in.
"""
import csv
import gzip
import json
import os
import random
from datetime import datetime, timezone

from life import PAGE, Event
from school import DAY

DEFECTS = ["complete", "duplicates", "hole", "holesaid", "misshost", "sampled", "unlogged", "cut", "nobytes", "noaccount",
           "stale", "clock", "nogrants", "nomembers"]
FORMATS = ["combined", "vhost", "json", "w3c", "pattern", "csv", "cookie"]
W3C = "#Fields: date time c-ip cs-username cs-method cs-uri-stem cs-uri-query sc-status sc-bytes time-taken cs(User-Agent)"


class Shape:
    """How this platform writes its addresses."""

    def __init__(self, rng):
        self.name = rng.choice(["query", "nested", "rpc", "host", "graph"])
        self.skip = rng.random() < 0.4                   # skip and take, or page numbers
        self.bare = rng.random() < 0.5                   # the first page is asked for without a number
        self.first = rng.choice([0, 1])
        self.joined = rng.random() < 0.5

    def many(self, name, ids):
        return f"{name}=" + ",".join(ids) if self.joined else "&".join(f"{name}={i}" for i in ids)

    def target(self, w, e):
        if e.kind == "suggest":
            return f"/suggest/{e.ids[0]}" if self.name != "query" else f"/directory/suggest?key={e.ids[0]}"
        if e.kind == "search":
            return "/sok?q=" + w.accounts_of.get(e.ids[0], "xyz")[:e.page]
        if e.kind == "noise":
            return "/static/app.js" if int(e.t) % 2 else "/start"
        n, i, q = self.name, e.ids[0], self.page(e) if e.kind == "list" else ""
        where = e.tenant or "x"
        paths = {
            "query": {"card": f"/directory/card?person={i}", "list": f"/directory/list?group={i}{'&' + q if q else ''}",
                      "file": f"/directory/file?doc={i}&inline=1"},
            "nested": {"card": f"/skola/{where}/grupp/7/elev/{i}", "list": f"/skola/{where}/listor/{i}{'?' + q if q else ''}",
                       "file": f"/skola/{where}/filer/{i}/hamta"},
            "rpc": {"card": f"/rpc/People.GetCard?id={i}", "list": f"/rpc/Lists.Read?list={i}{'&' + q if q else ''}",
                    "file": f"/rpc/Files.Download?file={i}"},
            "host": {"card": f"/person/{i}", "list": f"/lists/{i}/members{'?' + q if q else ''}",
                     "file": f"/download/{i}"},
            "graph": {"card": f"/v1/users/{i}", "list": f"/v1/groups/{i}/members{'?' + q if q else ''}",
                      "file": f"/v1/drive/items/{i}/content"},
        }
        if e.kind != "batch":
            return paths[n][e.kind]
        return {"query": "/directory/cards?" + self.many("person", e.ids), "nested": "/skola/elever?" + self.many("id", e.ids),
                "rpc": "/rpc/People.GetMany?" + self.many("ids", e.ids), "host": "/persons/" + ",".join(e.ids),
                "graph": "/v1/users?" + self.many("ids", e.ids)}[n]

    def page(self, e):
        if e.page == 1 and self.bare:
            return ""
        if self.skip:
            return f"skip={(e.page - 1) * PAGE}&take={PAGE}"
        return f"page={e.page - 1 + self.first}"

    def routes(self, w, kinds, limit):
        paging = f'{{ offset = "skip", limit = "take", size = {PAGE} }}' if self.skip else \
            f'{{ query = "page", first = {self.first}, size = {PAGE} }}'
        table = {
            "query": {"card": ("/directory/card", "person"), "list": ("/directory/list", "group"),
                      "file": ("/directory/file", "doc"), "batch": ("/directory/cards", "person")},
            "nested": {"card": ("/skola/{kommun}/grupp/{grupp}/elev/{elev}", "elev"),
                       "list": ("/skola/{kommun}/listor/{lista}", "lista"),
                       "file": ("/skola/{kommun}/filer/{fil}/hamta", "fil"), "batch": ("/skola/elever", "id")},
            "rpc": {"card": ("/rpc/People.GetCard", "id"), "list": ("/rpc/Lists.Read", "list"),
                    "file": ("/rpc/Files.Download", "file"), "batch": ("/rpc/People.GetMany", "ids")},
            "host": {"card": ("/person/{id}", "id"), "list": ("/lists/{list}/members", "list"),
                     "file": ("/download/{item}", "item"), "batch": ("/persons/{ids}", "ids")},
            "graph": {"card": ("/v1/users/{user}", "user"), "list": ("/v1/groups/{group}/members", "group"),
                      "file": ("/v1/drive/items/{item}/content", "item"), "batch": ("/v1/users", "ids")},
        }[self.name]
        table["suggest"] = ("/directory/suggest", "key") if self.name == "query" else ("/suggest/{key}", "key")
        out = []
        for kind in sorted(kinds):
            path, var = table[kind]
            out.append(f'[[route]]\nname = "{kind}"\nmodule = "{"files" if kind == "file" else "directory"}"\nmethod = ["GET"]\n'
                       f'path = "{path}"\n' + (f'container = "{var}"\npage = {paging}\n' if kind == "list" else
                          f'container = "{var}"\npage = {{ query = "page", first = 1, size = {PAGE} }}\n' if kind == "suggest" else f'object = "{var}"\n')
                       + 'discloses = ["name", "class"]\n' + (f"empty_below = {limit}\n" if limit else ""))
        return "\n".join(out)


def finish(w):
    """Orders the events; some revisits are answered by the browser's cache, some requests fail and are retried."""
    rng = random.Random(f"finish/{w.cell}/{w.seed}")
    w.events = [e for e in w.events if w.start <= e.t < w.end]
    w.events.sort(key=lambda e: (e.t, e.account or ""))
    seen, more = set(), []
    w.hosts = rng.choice([1, 1, 2, 3])
    sticky = rng.random() < 0.5
    for n, e in enumerate(w.events):
        key = (e.account, e.kind, e.ids, e.page)
        if e.status == 200 and e.kind != "noise":
            if key in seen and rng.random() < 0.08:
                e.status, e.size = 304, 0
            elif rng.random() < 0.004:
                more.append(Event(e.t - 0.7, e.account, e.client, e.agent, e.kind, e.ids, e.page, 502, 157, e.tag, e.tenant))
            seen.add(key)
        e.host = sum(map(ord, e.client)) % w.hosts if sticky else n % w.hosts
    w.events += [e for e in more if e.t >= w.start]
    w.events.sort(key=lambda e: (e.t, e.account or ""))


# ---- defects ------------------------------------------------------------------------------------------------------
class Kept:
    """What the logs hold of the events, and what case.toml says of it."""

    def __init__(self, w, defect):
        self.w, self.rng = w, random.Random(f"{defect}/{w.cell}/{w.seed}")
        self.events, self.source, self.defect, self.period = list(w.events), "", defect, self.rng.random() < 0.5
        getattr(self, "do_" + defect, lambda: None)()

    def window(self):
        """Whole days in which enough happens that a silence must be noticed, one of them under attack where there is one."""
        days = {}
        for e in self.events:
            days[int((e.t - self.w.start) // DAY)] = days.get(int((e.t - self.w.start) // DAY), 0) + 1
        busy = [d for d, n in days.items() if n > 150 and 0 < d < self.w.days - 1] or [d for d in days if 0 < d < self.w.days - 1]
        hit = sorted({int((e.t - self.w.start) // DAY) for e in self.events if e.tag == "attack"} & set(busy))
        d = self.rng.choice(hit if hit and self.rng.random() < 0.7 else sorted(busy))
        return self.w.start + d * DAY, self.w.start + (d + self.rng.randint(1, 2)) * DAY

    def do_hole(self):
        a, b = self.window()
        self.events = [e for e in self.events if not a <= e.t < b]

    def do_holesaid(self):
        a, b = self.window()
        if self.rng.random() < 0.5:
            a, b = a + 3600 * 9, a + 3600 * self.rng.randint(10, 14)
        self.events = [e for e in self.events if not a <= e.t < b]
        self.source = f'gaps = [{{ from = "{iso(a)}", until = "{iso(b)}", reason = "rotation lost" }}]\n'

    def do_misshost(self):
        a, b = self.window()
        lost = self.rng.randrange(self.w.hosts)
        if self.w.hosts == 1:
            self.w.hosts, lost = 2, 1
            for n, e in enumerate(self.events):
                e.host = n % 2
        self.events = [e for e in self.events if not (e.host == lost and a <= e.t < b)]

    def do_sampled(self):
        share = self.rng.choice([0.1, 0.25, 0.5])
        self.events = [e for e in self.events if self.rng.random() < share]
        self.source = f"sampling = {share}\n"

    def do_unlogged(self):
        lost = self.rng.choice(["list", "card"])
        kinds = sorted({e.kind for e in self.events} - {lost, "noise", "search"})
        self.events = [e for e in self.events if e.kind != lost]
        self.source = f"logs_routes = {json.dumps(kinds)}\n"

    def do_cut(self):
        n = self.rng.randint(1, max(2, self.w.days // 4))
        a = self.w.start + n * DAY * self.rng.choice([0, 1, 1])
        b = self.w.end - (0 if a > self.w.start else n * DAY)
        self.events = [e for e in self.events if a <= e.t < b]
        self.period = True

    def do_clock(self):
        """One of several hosts has its clock off by up to two minutes, and nobody says so."""
        self.w.hosts, off = max(2, self.w.hosts), self.rng.choice([-1, 1]) * self.rng.uniform(20, 120)
        for n, e in enumerate(self.events):
            e.host = n % self.w.hosts
        self.events = [self.moved(e, off) if e.host == 1 else e for e in self.events]

    @staticmethod
    def moved(e, off):
        other = Event(e.t + off, e.account, e.client, e.agent, e.kind, e.ids, e.page, e.status, e.size, e.tag, e.tenant)
        other.host = e.host
        return other

    def do_stale(self):
        """The directory of the day before the logs begin, and without those who came since."""
        w, rng = self.w, self.rng
        new = {p.subject for p in w.people if rng.random() < 0.02 and p.account not in w.attackers}
        for p in w.people:
            if p.subject in new:
                w.grants.pop(p.account, None)
                w.objects.pop(p.card, None)
        for text, rows in list(w.objects.items()):
            kept = [r for r in rows if r.start is None]
            for r in kept:
                r.end = None
            if kept and kept[0].subject not in new:
                w.objects[text] = kept[:1]
            else:
                w.objects.pop(text)
        for lst in w.lists:
            w.lists[lst] = [[c, None, None] for c, a, _ in w.lists[lst] if a is None and c in w.objects]
        for account, grants in list(w.grants.items()):
            w.grants[account] = [g for g in grants if g.start is None]
            for g in w.grants[account]:
                g.end = None
            if not w.grants[account]:
                del w.grants[account]


def iso(t):
    return datetime.fromtimestamp(t, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


# ---- lines --------------------------------------------------------------------------------------------------------
class Writer:
    """One log format of this world."""

    def __init__(self, w, kept):
        rng = kept.rng
        self.w, self.kept, self.rng, self.shape = w, kept, rng, Shape(rng)
        pool = [f for f in FORMATS if f != "vhost" or self.shape.name == "host"]
        self.format = rng.choice(pool)
        if kept.defect == "noaccount":
            self.format = rng.choice(["combined", "json", "csv"])
        self.head = 210 if self.format == "w3c" else 0     # W3C counts the head of the answer too
        self.sessions = {}
        self.zone = ("+" if w.offset >= 0 else "-") + "%02d00" % abs(w.offset // 3600)
        self.stamps = rng.choice(["rfc", "ms", "s"])

    def limit(self):
        return self.w.limit + self.head if self.w.limit else (100 + self.head if self.head else None)

    def line(self, e):
        w, target = self.w, self.shape.target(self.w, e)
        if self.rng.random() < 0.005 and e.kind != "noise":
            target = target.replace("/", "//", 1) if self.rng.random() < 0.5 else target.replace(",", "%2C")
        size = "-" if e.size is None else e.size + self.head
        if self.kept.defect == "nobytes":
            size = "-"
        who = e.account or "-"
        if self.kept.defect == "noaccount":
            who = "-"
        local = datetime.fromtimestamp(e.t + w.offset, timezone.utc)
        clf = local.strftime("%d/%b/%Y:%H:%M:%S ") + self.zone
        if self.format == "combined":
            return f'{e.client} - {who} [{clf}] "GET {target} HTTP/1.1" {e.status} {size} "-" "{e.agent}"'
        if self.format == "vhost":
            host = f"{e.tenant or 'www'}.skola.example:443"
            return f'{host} {e.client} - {who} [{clf}] "GET {target} HTTP/1.1" {e.status} {size} "-" "{e.agent}"'
        if self.format == "pattern":
            stamp = local.strftime("%Y-%m-%dT%H:%M:%S") + self.zone[:3] + ":" + self.zone[3:]
            return f'{stamp} {e.client} {who} "GET {target} HTTP/2.0" {e.status} {size} 0.0{self.rng.randint(10, 99)} "{e.agent}"'
        if self.format == "cookie":
            return f'{e.client} {self.session(e)} [{clf}] "GET {target} HTTP/1.1" {e.status} {size} "{e.agent}"'
        utc = datetime.fromtimestamp(e.t, timezone.utc)
        if self.format == "w3c":
            stem, _, query = target.partition("?")
            return (f"{utc:%Y-%m-%d %H:%M:%S} {e.client} {who} GET {stem} {query or '-'} {e.status} {size} "
                    f"{self.rng.randint(3, 400)} {e.agent.replace(' ', '+')}")
        if self.format == "csv":
            return f'{utc:%Y-%m-%dT%H:%M:%S.}{utc.microsecond // 1000:03d}Z,{"" if who == "-" else who},{e.client},GET,' \
                   f'"{target}",{e.status},{"" if size == "-" else size}'
        ts = {"rfc": f"{utc:%Y-%m-%dT%H:%M:%S.}{utc.microsecond // 1000:03d}Z", "ms": int(e.t * 1000), "s": round(e.t, 3)}
        row = {"ts": ts[self.stamps], "req": {"verb": "GET", "uri": target, "ip": e.client}, "res": {"code": e.status}}
        if size != "-":
            row["res"]["len"] = str(size)
        if who != "-":
            row["user"] = {"id": who}
        row["ua"] = e.agent
        return json.dumps(row)

    def session(self, e):
        """A token for each account and half-week; sessions.csv tells whose."""
        if not e.account or self.kept.defect == "noaccount":
            return "-"
        key = (e.account, int((e.t - self.w.start) // (DAY * 3.5)), e.client)
        if key not in self.sessions:
            self.sessions[key] = "%024x" % self.rng.getrandbits(96)
        return self.sessions[key]

    def source(self):
        return {
            "combined": 'format = "combined"\naccount = "remote_user"\n',
            "vhost": 'format = "auto"\naccount = "remote_user"\n',
            "pattern": "pattern = '$time_iso8601 $remote_addr $http_x_user \"$request\" $status $body_bytes_sent $request_time "
                       "\"$http_user_agent\"'\naccount = \"http_x_user\"\n",
            "cookie": "pattern = '$remote_addr $cookie_sid [$time_local] \"$request\" $status $body_bytes_sent "
                      "\"$http_user_agent\"'\naccount = \"cookie:sid\"\n",
            "w3c": 'format = "w3c"\naccount = "cs-username"\n',
            "csv": 'format = "csv"\nfields = { time = "when", account = "who", client = "addr", method = "verb", target = "url", '
                   'status = "code", bytes = "len" }\naccount = "who"\n',
            "json": 'format = "json"\nfields = { time = "ts", account = "user.id", method = "req.verb", target = "req.uri", '
                    'status = "res.code", bytes = "res.len", client = "req.ip", user_agent = "ua" }\naccount = "user.id"\n',
        }[self.format]

    def write(self, folder):
        """The files of every host, by day or week; older ones packed. Returns the sources' part of case.toml."""
        rng, span = self.rng, DAY * self.rng.choice([1, 7])
        packed, each = rng.random() < 0.5, rng.random() < 0.6 or self.kept.defect == "misshost"
        if self.kept.defect == "duplicates":
            packed = True
        files = {}
        for e in self.kept.events:
            files.setdefault((e.host, int((e.t - self.w.start) // span)), []).append(self.line(e))
        last = max(n for _, n in files)
        for (host, n), lines in files.items():
            os.makedirs(f"{folder}/logs/edge{host}", exist_ok=True)
            name = f"{folder}/logs/edge{host}/access.log" + (f".{last - n}" if n < last else "")
            self.file(name, lines, packed and n < last)
        hosts = sorted({h for h, _ in files})
        if not each:
            return self.entry("edge", "logs/edge*/access.log*")
        return "".join(self.entry(f"edge{h}", f"logs/edge{h}/access.log*") for h in hosts)

    def file(self, name, lines, packed):
        head = {"w3c": "#Software: IIS\n" + W3C + "\n", "csv": "when,who,addr,verb,url,code,len\n"}.get(self.format, "")
        text = (head + "\n".join(lines) + "\n").encode()
        if packed:
            with open(name + ".gz", "wb") as f:
                f.write(gzip.compress(text, 1, mtime=0))
        if not packed or self.kept.defect == "duplicates":
            with open(name, "wb") as f:
                f.write(text)

    def entry(self, name, glob):
        text = self.source()
        if self.kept.defect == "noaccount":                # nothing in these lines says who
            text = "".join(x for x in text.splitlines(True) if not x.startswith("account"))
            text = text.replace('account = "user.id", ', "").replace('account = "who", ', "")
        return f'[[source]]\nname = "{name}"\nfiles = ["{glob}"]\n{text}{self.kept.source}\n'


# ---- the folder ---------------------------------------------------------------------------------------------------
def table(path, head, rows):
    with open(path, "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(head)
        out.writerows(rows)


def stamp(t):
    return "" if t is None else iso(t)


def flag(b):
    return "true" if b else ""


def write(w, kept, folder):
    """Writes the case; returns the writer."""
    os.makedirs(folder)
    w.accounts_of = {p.card: p.name for p in w.people if p.card}
    writer = Writer(w, kept)
    sources = writer.write(folder)
    kinds = {e.kind for e in w.events} - {"noise", "search"}
    form = ["form"] if w.forms else []
    prot = ["protected"] if w.protect else []
    table(f"{folder}/controllers.csv", ["controller", "name"], [(t_owner(w, t), t.id) for t in w.tenants])
    table(f"{folder}/units.csv", ["unit", "parent", "controller", "name", "kind"] + form,
          [(u.id, u.parent, u.controller, u.id, u.kind) + ((u.form,) if form else ()) for u in w.units.values()])
    table(f"{folder}/grants.csv", ["account", "role", "unit"] + form + prot + ["from", "until"],
          [[a, g.role, g.unit] + ([g.form] if form else []) + ([flag(g.protected)] if prot else []) + [stamp(g.start), stamp(g.end)]
           for a, gs in w.grants.items() for g in gs])
    files = set(getattr(w, "files", {}).values())
    table(f"{folder}/objects.csv", ["object", "kind", "unit", "subject", "child"] + form + prot + ["from", "until"],
          [[o, "file" if o in files else "contact", r.unit, r.subject, flag(r.child)] + ([r.form] if form else []) +
           ([flag(r.protected)] if prot else []) + [stamp(r.start), stamp(r.end)] for o, rows in w.objects.items() for r in rows])
    table(f"{folder}/members.csv", ["container", "object", "from", "until"],
          [[c, o, stamp(a), stamp(b)] for c, rows in w.lists.items() for o, a, b in rows])
    table(f"{folder}/accounts.csv", ["account", "subject", "controller", "kind"],
          [[a, p.subject if p.card else "", p.school.tenant.id and t_owner(w, p.school.tenant) if p.card else "", w.kind[a]]
           for a, p in w.accounts.items()])
    names = ["controllers", "units", "grants", "objects", "members", "accounts"]
    names = [n for n in names if kept.defect != "no" + n]
    if writer.format == "cookie":
        names.append("sessions")
        table(f"{folder}/sessions.csv", ["session", "account"], [[s, k[0]] for k, s in writer.sessions.items()])
    with open(f"{folder}/case.toml", "w") as f:
        f.write(f'[case]\nid = "W-{w.seed}"\ntitle = "{w.cell}"\ntimezone = "Europe/Stockholm"\n')
        if kept.period:
            f.write(f'period = {{ from = "{iso(w.start)}", until = "{iso(w.end)}" }}\n')
        f.write("\n" + sources + "\n" + writer.shape.routes(w, kinds, writer.limit()) + "\n[directory]\n")
        f.write("".join(f'{n} = "{n}.csv"\n' for n in names))
        if w.excluded:
            f.write(f"\n[exclude]\naccounts = {json.dumps(w.excluded)}\n")
    return writer


def t_owner(w, tenant):
    return w.units[tenant.unit].owner
