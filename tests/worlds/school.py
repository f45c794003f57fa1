"""The platform of a simulated world: unit tree, people, accounts, objects, lists, IDs and who may see what.

It knows nothing of requests (life.py, attacks.py), of log lines (logs.py) or of answers (judge.py), and shares no
code and no assumption with the generator `synth` of the program under test.
"""
import random
import uuid
from dataclasses import dataclass, field

DAY = 86400.0
FIRST = ["anna", "bo", "cleo", "dan", "eva", "finn", "gun", "hugo", "ida", "jon", "kim", "lea", "max", "nils", "olga",
         "pia", "rut", "sam", "tor", "ulf", "vera", "wim", "ylva", "zoe", "ali", "bea", "carl", "dora", "emil", "fia"]
LAST = ["berg", "dahl", "ek", "falk", "gran", "holm", "krok", "lind", "moe", "norr", "quist", "roos", "sand", "thor",
        "udd", "vik", "wahl", "aas", "oster", "yng"]
B62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FORMS = ["preschool", "primary", "upper"]


@dataclass
class Unit:
    id: str
    parent: str
    controller: str          # "" = the parent's
    kind: str
    form: str = ""
    chain: tuple = ()        # this unit and all above it
    owner: str = ""          # the controller that answers for it, inherited


@dataclass
class Row:
    """A row of objects.csv: where a card stands and when."""
    unit: str
    subject: str
    form: str = ""
    protected: bool = False
    child: bool = False
    start: float = None
    end: float = None


@dataclass
class Group:
    """A class, or the staff of a school: one unit and the list that shows it."""
    unit: str
    school: "School"
    lst: str
    people: list = field(default_factory=list)
    after: "Group" = None    # what it becomes at the rollover


@dataclass
class School:
    unit: str
    tenant: "Tenant"
    form: str
    classes: list = field(default_factory=list)
    staff: Group = None
    address: str = ""


@dataclass
class Tenant:
    id: str
    unit: str
    schools: list = field(default_factory=list)
    book: str = ""           # the paged book of the whole tenant
    cards: list = field(default_factory=list)

    def classes(self):
        return [c for s in self.schools for c in s.classes]


@dataclass
class Person:
    subject: str
    name: str
    role: str
    school: School
    groups: list             # [(from, Group)] in time order
    card: str = ""
    account: str = ""
    taught: list = field(default_factory=list)
    address: str = ""
    agent: str = ""
    second: str = ""         # the address of a second device
    app: str = "web"         # web, prefetch, batch
    hard: str = ""
    away: list = field(default_factory=list)

    def group(self, t):
        now = self.groups[0][1]
        for start, group in self.groups:
            if start is None or start <= t:
                now = group
        return now


@dataclass
class Grant:
    role: str
    unit: str
    form: str = ""
    protected: bool = False
    start: float = None
    end: float = None


class Ids:
    """IDs of cards and files: the ordinal that the platform counts, and the text that it shows."""

    def __init__(self, rng, style, order):
        self.rng, self.style, self.order = rng, style, order
        self.base = rng.choice([1000, 48211, 310000, 7700123])
        self.byord, self.ordof = {}, {}

    def walkable(self):
        return self.style in ("dec", "prefix", "hex", "check")

    def text(self, n):
        if self.style == "dec":
            return str(n)
        if self.style == "prefix":
            return "K-%07d" % n
        if self.style == "hex":
            return "%07x" % n
        if self.style == "check":
            return str(n) + luhn(str(n))
        if self.style == "snow":
            return str((n * 37 + 160000000000) << 22 | self.rng.getrandbits(12))
        if self.style == "uuid":
            return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        return "".join(self.rng.choice(B62) for _ in range(9))

    def assign(self, wanted):
        """wanted: [(tenant number, key)], each tenant's in class order -> {key: id}"""
        rng, out = self.rng, {}
        if self.order == "interleaved":
            wanted = list(wanted)
            rng.shuffle(wanted)
        n, last = self.base, None
        for tenant, key in wanted:
            if self.order == "tenant" and tenant != last:
                n = self.base + tenant * 100000 + rng.randrange(500)
            elif self.order == "blocks" and tenant != last:
                n += rng.randrange(40)
            last = tenant
            n += 1
            while rng.random() < 0.04:
                n += 1
            text = self.text(n)
            out[key] = text
            self.byord[n], self.ordof[text] = text, n
        return out

    def at(self, n):
        """The ID at an ordinal, whether or not anybody has it."""
        return self.byord.get(n) or self.text(n)


def luhn(digits):
    total = 0
    for i, d in enumerate(reversed(digits)):
        v = int(d) * (2 if i % 2 == 0 else 1)
        total += v - 9 if v > 9 else v
    return str(-total % 10)


class World:
    """One world: built from its seed alone."""

    def __init__(self, cell, seed, size=1.0):
        self.cell, self.seed = cell, seed
        self.rng = rng = random.Random(f"{cell}/{seed}")
        self.units, self.objects, self.lists, self.grants = {}, {}, {}, {}
        self.people, self.tenants, self.accounts = [], [], {}
        self.kind = {}               # account -> person, service, shared, test
        self.events, self.honest, self.attackers = [], set(), {}
        self.excluded = []
        self.days = rng.choice([14, 21, 28, 42, 56])
        self.start = 1630454400.0 + DAY * rng.randrange(0, 200)      # a midnight UTC from September 2021 on
        self.end = self.start + self.days * DAY
        self.offset = rng.choice([0, 3600, 3600, 7200, -18000])
        self.tree = rng.randint(2, 6)
        self.pupil_scope = rng.choice(["class", "school"])
        self.teacher_scope = rng.choice(["class", "school", "school"])
        self.forms = rng.random() < 0.3
        self.protect = rng.random() < 0.3
        self.rollover = self.start + DAY * rng.randint(3, 8) if rng.random() < 0.2 else None
        self.lag = DAY * 7
        self.calm = "calm" in cell                         # nobody's work goes beyond the directory
        if self.calm:
            self.rollover = None
        self.vulnerable = True
        self.batching = rng.random() < 0.5
        self.filing = "downloads" in cell or rng.random() < 0.35
        self.ids = Ids(rng, rng.choice(["dec", "dec", "prefix", "hex", "check", "snow", "uuid", "b62"]),
                       rng.choice(["tenant", "interleaved", "blocks"]))
        self.narrow = rng.random() < 0.2                   # bodies of nearly one size
        self.limit = 60 if rng.random() < 0.75 or self.narrow else None     # empty_below
        self.suggesting = "prefix" in cell or rng.random() < 0.25    # a type-ahead that the case knows as a list
        if self.suggesting:
            self.limit = 60
        self.searching = rng.random() < 0.6                # a search by name that shows only what one may see
        self.size = size
        self.build(size)

    # ---- building -------------------------------------------------------------------------------------------------
    def unit(self, uid, parent, controller, kind, form=""):
        chain = (uid,) + (self.units[parent].chain if parent else ())
        owner = controller or (self.units[parent].owner if parent else "")
        self.units[uid] = Unit(uid, parent, controller, kind, form, chain, owner)
        return uid

    def build(self, size):
        rng = self.rng
        top = ""
        if self.tree >= 4:
            top = self.unit("region", "", "", "region")
        self.top = top
        for n in range(rng.randint(12, 20) if size <= 1 else 60):
            self.build_tenant(n, top, size)
        self.number()
        self.staff_grants()
        if self.rollover:
            self.roll()

    def build_tenant(self, n, top, size):
        rng, tid = self.rng, "t%02d" % n
        tenant = Tenant(tid, self.unit(f"{tid}", top, f"ctl-{tid}", "tenant"))
        self.tenants.append(tenant)
        for s in range(1 if self.tree == 2 else rng.choice([1, 1, 2, 3])):
            form = rng.choice(FORMS) if self.forms else ""
            above = tenant.unit
            if self.tree >= 5:
                above = f"{tid}.d{s % 2}"
                if above not in self.units:
                    self.unit(above, tenant.unit, "", "district")
            uid = tenant.unit if self.tree == 2 else self.unit(f"{tid}.s{s}", above, "", "school", form)
            self.build_school(School(uid, tenant, form), size, s)

    def build_school(self, school, size, s):
        rng, tenant = self.rng, school.tenant
        tenant.schools.append(school)
        n = len(self.tenants)
        school.address = f"198.51.{n}.{10 + s}"
        staffroom = self.unit(f"{tenant.id}.s{s}.staff", school.unit, "", "staff", school.form)
        school.staff = Group(staffroom, school, "")
        for c in range(rng.randint(2, 4) if size <= 1 else rng.randint(8, 16)):
            above = school.unit
            if self.tree == 6:
                above = f"{tenant.id}.s{s}.y{c // 2}"
                if above not in self.units:
                    self.unit(above, school.unit, "", "year")
            unit = self.unit(f"{tenant.id}.s{s}.c{c}", above, "", "class", school.form)
            group = Group(unit, school, "")
            school.classes.append(group)
            for _ in range(rng.randint(10, 22)):
                group.people.append(self.person("pupil", school, group))
        for _ in range(max(4, len(school.classes) * 2)):
            p = self.person("teacher", school, school.staff)
            p.taught = rng.sample(school.classes, min(len(school.classes), rng.randint(1, 3)))
            school.staff.people.append(p)
        for role in ["principal", "nurse", "librarian", "admin"][: rng.randint(2, 4)]:
            school.staff.people.append(self.person(role, school, school.staff))
        for pupil in [p for g in school.classes for p in g.people]:
            if rng.random() < 0.35:
                self.person("guardian", school, self.classes_of(pupil)).child = pupil

    @staticmethod
    def classes_of(pupil):
        return pupil.groups[0][1]

    def person(self, role, school, group):
        rng, n = self.rng, len(self.people)
        name = f"{rng.choice(FIRST)}.{rng.choice(LAST)}"
        p = Person("s%05d" % n, name, role, school, [(None, group)])
        p.address = f"{rng.choice([10, 172, 83, 91])}.{rng.randrange(16, 32)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
        p.agent = rng.choice(AGENTS)
        if rng.random() < 0.3:
            p.second = f"100.{rng.randrange(64, 128)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
        r = rng.random()
        p.app = "prefetch" if r < 0.05 else "batch" if r < 0.1 and self.batching else "web"
        p.account = f"{name}{n}"
        self.people.append(p)
        self.accounts[p.account] = p
        self.kind[p.account] = "person"
        return p

    def number(self):
        """Gives cards and lists their IDs, and writes down rows and members."""
        rng, wanted = self.rng, []
        for n, tenant in enumerate(self.tenants):
            people = [p for s in tenant.schools for g in s.classes + [s.staff] for p in g.people]
            if self.ids.order == "tenant" and rng.random() < 0.7:
                rng.shuffle(people)                      # numbers by enrolment, not by class
            wanted += [(n, p.subject) for p in people]
        cards = self.ids.assign(wanted)
        pages = Ids(random.Random(self.seed), rng.choice(["dec", "uuid", "prefix", "dec"]), "interleaved")
        pages.base += 90_000_000
        groups = [g for t in self.tenants for s in t.schools for g in s.classes + [s.staff]]
        named = pages.assign([(0, g.unit) for g in groups] + [(0, "book " + t.id) for t in self.tenants])
        self.listids = pages
        for g in groups:
            g.lst = named[g.unit]
            self.lists[g.lst] = []
            for p in g.people:
                p.card = cards[p.subject]
                hidden = self.protect and p.role == "pupil" and rng.random() < 0.02
                self.objects[p.card] = [Row(g.unit, p.subject, self.units[g.unit].form if self.forms else "",
                                            hidden, p.role == "pupil")]
                g.school.tenant.cards.append(p.card)
                if not hidden:                           # a protected pupil stands in no list
                    self.lists[g.lst].append([p.card, None, None])
        for t in self.tenants:
            t.book = named["book " + t.id]
            self.lists[t.book] = [[c, None, None] for c in t.cards if not self.objects[c][0].protected]
        if self.filing:
            self.file_objects()
        if self.suggesting:
            for p in self.people:
                if p.card:
                    self.suggest(p, p.school.tenant, None)

    def file_objects(self):
        """Some pupils have files: a second kind of object, of the same subject."""
        kept = [(n, c) for n, t in enumerate(self.tenants) for c in t.cards if self.rng.random() < 0.3]
        ids = Ids(self.rng, self.ids.style, self.ids.order)
        ids.base += 50_000_000
        self.files = {}
        for card, text in ids.assign(kept).items():
            self.files[card] = text
            self.objects[text] = self.objects[card]      # the same rows: a file moves with its pupil
        self.fileids = ids

    def suggest(self, p, tenant, day):
        """The beginnings under which a type-ahead of that tenant finds a person, from that day on."""
        if not self.objects[p.card][0].protected:
            for n in (1, 2, 3):
                self.lists.setdefault(f"{tenant.id}-{p.name[:n]}", []).append([p.card, day, None])

    def grant(self, account, role, unit, start=None, end=None):
        staff = role not in ("pupil", "guardian")
        form = self.units[unit].form if self.forms and self.rng.random() < 0.4 else ""
        self.grants.setdefault(account, []).append(Grant(role, unit, form, staff, start, end))

    def staff_grants(self):
        for p in self.people:
            group, school = p.groups[0][1], p.school
            if p.role == "pupil":
                wide = self.pupil_scope == "school"
                self.grant(p.account, "pupil", school.unit if wide else group.unit)
                if not wide:
                    self.grant(p.account, "pupil", school.staff.unit)
            elif p.role == "guardian":
                self.grant(p.account, "guardian", group.unit)
                self.grant(p.account, "guardian", school.staff.unit)
            elif p.role == "teacher" and self.teacher_scope == "class":
                for g in p.taught:
                    self.grant(p.account, "teacher", g.unit)
                self.grant(p.account, "teacher", school.staff.unit)
            elif p.role == "admin":
                self.grant(p.account, "admin", school.tenant.unit)
            else:
                self.grant(p.account, p.role, school.unit)

    # ---- change over time -----------------------------------------------------------------------------------------
    def roll(self):
        """School-year rollover: new classes, a few pupils mixed; the directory follows a week later."""
        rng, day, late = self.rng, self.rollover, self.rollover + self.lag
        for school in [s for t in self.tenants for s in t.schools]:
            for g in school.classes:
                unit = self.unit(g.unit + "n", self.units[g.unit].parent, "", "class", school.form)
                lst = self.listids.text(max(self.listids.byord) + 1)
                self.listids.byord[max(self.listids.byord) + 1] = lst
                g.after = Group(unit, school, lst)
                self.lists[lst] = []
            for g in school.classes:
                for p in g.people:
                    new = g.after if rng.random() < 0.85 else rng.choice(school.classes).after
                    self.move_card(p, new, day, late)
        for p in self.people:
            if p.role == "guardian":
                new = p.child.group(day + 1)
                p.groups.append((day, new))
                self.regrant(p, {p.groups[0][1].unit: new.unit}, late)
            elif p.role == "teacher" and self.teacher_scope == "class":
                self.regrant(p, {g.unit: g.after.unit for g in p.taught}, late)
            elif p.role == "pupil" and self.pupil_scope == "class":
                self.regrant(p, {p.groups[0][1].unit: p.group(day + 1).unit}, late)

    def move_card(self, p, new, day, late):
        """A card goes to another list on the day, and to another unit when the directory hears of it."""
        old = p.group(day - 1)
        for member in self.lists[old.lst]:
            if member[0] == p.card and member[2] is None:
                member[2] = day
        rows = self.objects[p.card]
        if not rows[-1].protected:
            self.lists[new.lst].append([p.card, day, None])
        if self.suggesting and new.school.tenant is not old.school.tenant:
            for n in (1, 2, 3):
                for member in self.lists[f"{old.school.tenant.id}-{p.name[:n]}"]:
                    if member[0] == p.card and member[2] is None:
                        member[2] = day
            self.suggest(p, new.school.tenant, day)
        form = self.units[new.unit].form if self.forms else ""
        rows[-1].end = late
        rows.append(Row(new.unit, p.subject, form, rows[-1].protected, rows[-1].child, late, None))
        new.people.append(p)
        p.groups.append((day, new))

    def regrant(self, p, units, late):
        for g in list(self.grants[p.account]):
            if g.unit in units and g.end is None:
                g.end = late
                self.grants[p.account].append(
                    Grant(g.role, units[g.unit], g.form and self.units[units[g.unit]].form, g.protected, late, None))

    # ---- questions ------------------------------------------------------------------------------------------------
    def in_scope(self, account, oid, t):
        rows = [r for r in self.objects[oid] if (r.start is None or r.start <= t) and (r.end is None or t < r.end)]
        for g in self.grants.get(account, ()):
            if (g.start is not None and t < g.start) or (g.end is not None and t >= g.end):
                continue
            for r in rows:
                if g.unit in self.units[r.unit].chain and (not g.form or g.form == (r.form or self.units[r.unit].form)) \
                        and (not r.protected or not self.protect or g.protected):
                    return True
        return False

    def owners(self, oid, t):
        return {(r.subject, self.units[r.unit].owner) for r in self.objects[oid]
                if (r.start is None or r.start <= t) and (r.end is None or t < r.end)}

    def listed(self, lst, t):
        return [c for c, a, b in self.lists[lst] if (a is None or a <= t) and (b is None or t < b)]


AGENTS = ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/96.0", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1",
          "Mozilla/5.0 (iPhone; CPU iPhone OS 15_1 like Mac OS X)", "Mozilla/5.0 (X11; CrOS x86_64) Chrome/95.0",
          "SkolApp/3.2 (Android 11)", "Mozilla/5.0 (Windows NT 10.0; rv:94.0) Firefox/94.0"]
