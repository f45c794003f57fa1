"""The honest life of a world: what people's jobs need, ordinary and hard (METHODS.md's behaviours and more).

Every access here is one that its person's work or family asks for, also where the directory does not list it; none of
these people may be called an enumerator. Attackers are in attacks.py.
"""
from school import DAY

PAGE = 25


class Event:
    __slots__ = ("t", "account", "client", "agent", "kind", "ids", "page", "status", "size", "tag", "tenant", "host")

    def __init__(self, t, account, client, agent, kind, ids, page, status, size, tag, tenant):
        self.t, self.account, self.client, self.agent, self.kind, self.ids = t, account, client, agent, kind, ids
        self.page, self.status, self.size, self.tag, self.tenant, self.host = page, status, size, tag, tenant, 0


def card_size(w, oid):
    x = hash_text(oid)
    return 240 + x % 7 if w.narrow else 180 + x % 900


def hash_text(text):
    """A stable hash: Python's own differs from run to run."""
    h = 2166136261
    for c in text:
        h = (h ^ ord(c)) * 16777619 & 0xFFFFFFFF
    return h


def ask(w, t, p, kind, ids, page=1, attack=False, client=None, agent=None, tag=None):
    """One request; returns the IDs of what a list showed, else whether it was answered."""
    if not w.start <= t < w.end:
        return []
    shown, size, status = [], 0, 200
    if kind in ("list", "suggest"):
        rows = w.listed(ids[0], t) if ids[0] in w.lists else None
        shown = (rows or [])[(page - 1) * PAGE: page * PAGE]
        size = 90 + sum(60 + card_size(w, c) // 6 for c in shown) if shown else 2
        targets = shown
        if rows is None and kind == "list":
            status, size = 404, 31
    else:
        targets = [i for i in ids if i in w.objects]
        size = sum(card_size(w, i) for i in targets) * (1 if kind != "file" else 97) + (12 if kind == "batch" else 0)
        if not targets:
            status, size = 404, 31
    if attack and status == 200 and not w.vulnerable and not all(w.in_scope(p.account, i, t) for i in targets):
        status, size, shown = 403, 27, []
    tenant = w.units[w.objects[targets[0]][0].unit].owner if targets else ""
    if not client and p.second and int(t // 3000) % 3 == 0:       # the telephone instead of the desk
        client, agent = p.second, "SkolApp/3.2 (Android 11)"
    w.events.append(Event(t, p.account, client or p.address, agent or p.agent, kind, tuple(ids), page, status, size,
                          tag or ("attack" if attack else p.hard or p.role), tenant))
    return shown


# ---- the ways in which a screen asks ------------------------------------------------------------------------------
def see_list(w, t, p, lst, whole=False):
    """Opens a list as a person does; an app may fetch at once what it names. Returns (when done, what was shown)."""
    shown = ask(w, t, p, "list", [lst])
    got, page = list(shown), 1
    while len(shown) == PAGE and (whole or w.rng.random() < 0.3):
        page += 1
        t += w.rng.uniform(2, 15)
        shown = ask(w, t, p, "list", [lst], page)
        got += shown
    if p.app == "prefetch":
        for oid in got:
            t += w.rng.uniform(0.05, 0.4)
            ask(w, t, p, "card", [oid])
    elif p.app == "batch":
        for i in range(0, len(got), PAGE):
            t += w.rng.uniform(0.2, 1)
            ask(w, t, p, "batch", got[i:i + PAGE])
    return t + w.rng.uniform(2, 20), got


def look_up(w, t, p, oid):
    """Finds a person by name: two or three keystrokes of a search that names no ID, in a platform that has one."""
    if w.searching:
        for n in range(w.rng.randint(1, 3)):
            w.events.append(Event(t + n * 0.6, p.account, p.address, p.agent, "search", (oid,), n + 2, 200, 700, "noise", ""))


def see_cards(w, t, p, ids, slow=25.0, by_name=False):
    for oid in ids:
        t += 2 + w.rng.expovariate(1 / slow)
        if by_name:
            look_up(w, t - 1.9, p, oid)
        ask(w, t, p, "card", [oid])
        if w.rng.random() < 0.02:                       # double click
            ask(w, t + w.rng.uniform(0.1, 0.9), p, "card", [oid])
        if w.filing and oid in w.files and w.rng.random() < 0.15:
            ask(w, t + w.rng.uniform(3, 30), p, "file", [w.files[oid]])
    return t


def some(w, ids, least, most):
    return w.rng.sample(ids, min(len(ids), w.rng.randint(least, most)))


def moment(w, p, day=None):
    """A time at which such a person works: school hours for staff, until the evening for others."""
    rng, staff = w.rng, p.role not in ("pupil", "guardian")
    while True:
        d = rng.randrange(w.days) if day is None else day
        t = w.start + d * DAY
        if day is not None or not staff or ((t // DAY + 3) % 7) < 5 or rng.random() < 0.03:
            break
    hour = rng.triangular(7, 17, 10) if staff else rng.triangular(7.5, 22, 15)
    return t - w.offset + hour * 3600


def days_from(w, first, n, step=1):
    """n working days from a first one on."""
    out, d = [], first
    while len(out) < n and d < w.days:
        if (((w.start + d * DAY) // DAY + 3) % 7) < 5:
            out.append(d)
            d += step
        else:
            d += 1
    return out


# ---- everyday life ------------------------------------------------------------------------------------------------
def everyday(w, p, share=1.0):
    mean = {"pupil": 3, "guardian": 2, "teacher": 7, "principal": 8, "nurse": 4, "librarian": 8, "admin": 8}[p.role]
    n = int(w.rng.gammavariate(1.5, mean * share / 1.5) * w.days / 28 + w.rng.random())
    for _ in range(n):
        t = moment(w, p)
        if not any(a <= t < b for a, b in p.away):
            session(w, t, p)


def session(w, t, p):
    """An ordinary visit, within the scope of the role."""
    rng, school = w.rng, p.school
    here = p.group(t).school if p.role != "pupil" or p.groups[-1][0] else school
    if p.role in ("pupil", "guardian"):
        group = p.group(t)
        if p.role == "pupil" and w.pupil_scope == "school" and rng.random() < 0.3:
            group = now(w, rng.choice(here.classes), t)
        if rng.random() < 0.15:
            group = here.staff
        t, got = see_list(w, t, p, group.lst)
        see_cards(w, t, p, some(w, got, 0, 3))
    elif w.suggesting and rng.random() < 0.25:           # type-ahead: a name is typed letter by letter
        name = rng.choice([q for g in here.classes + [here.staff] for q in g.people] or [p]).name
        for n in range(1, rng.randint(2, 3) + 1):
            got = ask(w, t, p, "suggest", [f"{here.tenant.id}-{name[:n]}"])
            t += rng.uniform(0.3, 1.5)
        see_cards(w, t, p, [c for c in some(w, got, 0, 1) if w.in_scope(p.account, c, t)])
    elif p.role == "teacher":
        group = here.staff if rng.random() < 0.15 else now(w, rng.choice(p.taught), t)
        if rng.random() < 0.75:
            t, got = see_list(w, t, p, group.lst)
        else:
            got = w.listed(group.lst, t)                # a bookmark, or yesterday's page still open
        see_cards(w, t, p, some(w, got, 0, 5))
    elif p.role == "nurse":
        t, got = see_list(w, t, p, now(w, rng.choice(here.classes), t).lst)
        see_cards(w, t, p, got if rng.random() < 0.3 else some(w, got, 1, 5), 60)
    elif p.role == "librarian":
        see_cards(w, t, p, some(w, w.listed(now(w, rng.choice(here.classes), t).lst, t), 1, 3), 120)
    else:
        t, got = see_list(w, t, p, now(w, rng.choice(here.classes + [here.staff]), t).lst)
        t = see_cards(w, t, p, some(w, got, 0, 4))
        if p.role == "admin" and rng.random() < 0.15:   # an export: the whole book
            see_list(w, t, p, school.tenant.book, whole=True)


def now(w, group, t):
    """A class as it is called at that time."""
    return group.after if group.after and w.rollover and t >= w.rollover else group


def noise(w):
    """Pages without personal data, and visitors without an account."""
    rng = w.rng
    for i in range(rng.randint(1, 3)):                   # crawlers: sent away everywhere
        bot = Bot(f"66.249.{rng.randrange(64, 95)}.{rng.randrange(255)}", "Mozilla/5.0 (compatible; Bot/2.1)")
        lists = rng.sample(sorted(w.lists), min(40, len(w.lists)))
        for lst in lists:
            t = rng.uniform(w.start, w.end)
            w.events.append(Event(t, None, bot.address, bot.agent, "list", (lst,), 1, rng.choice([401, 401, 302]), 0,
                                  "crawler", ""))
    for _ in range(600):
        p = rng.choice(w.people)
        w.events.append(Event(moment(w, p), p.account, p.address, p.agent, "noise", (), 1, 200, 5120, "noise", ""))


class Bot:
    def __init__(self, address, agent):
        self.address, self.agent = address, agent


def staff_account(w, name, kind="person", role="admin", tenant=None):
    """An account that belongs to no school: a service, a county officer, a test account."""
    from school import Person
    rng = w.rng
    home = (tenant or rng.choice(w.tenants)).schools[0]
    p = Person("x" + name, name, role, home, [(None, home.staff)])
    p.account, p.agent = name, "Integration/1.4" if kind == "service" else "Mozilla/5.0 (Windows NT 10.0) Edge/96.0"
    p.address = f"192.0.2.{rng.randrange(1, 255)}"
    w.accounts[name], w.kind[name] = p, kind
    w.extra.append(p)
    return p


def live(w, hard_share=0.1):
    """All honest events of a world."""
    import hard
    w.extra = []
    if w.calm:
        hard_share = 0
    noise(w)
    people = [p for p in w.people if w.rng.random() < 0.8]
    chosen = w.rng.sample(people, int(len(people) * hard_share))
    for p in chosen:
        hard.choose(w, p)
    hard.fixed(w)
    for p in people:
        everyday(w, p)
    w.honest = {e.account for e in w.events if e.account}
