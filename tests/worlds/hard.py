"""The hard tenth of the honest people: work that the directory does not list, or lists late.

Each behaviour is a function of world and person, named after what it stands for, with the reason why it is honest.
"""
from life import DAY, PAGE, ask, days_from, moment, now, see_cards, see_list, some, staff_account
from school import Grant


def other_schools(w, p, n):
    pool = [s for t in w.tenants if t is not p.school.tenant for s in t.schools]
    return w.rng.sample(pool, min(n, len(pool)))


def class_of(w, school, t):
    return now(w, w.rng.choice(school.classes), t)


def end_grants(w, p, end):
    """Nothing of what the person may see lasts beyond that time."""
    w.grants[p.account] = [g for g in w.grants[p.account] if g.start is None or g.start < end]
    for g in w.grants[p.account]:
        if g.end is None or g.end > end:
            g.end = end


# ---- pupils and guardians -----------------------------------------------------------------------------------------
def mover(w, p):
    """Changes to another controller's school; the directory follows 2 to 9 days later."""
    day = w.start + DAY * w.rng.randint(1, w.days - 3)
    late = day + DAY * w.rng.randint(2, 9)
    if w.rollover and day <= w.rollover + w.lag:         # one move at a time keeps rows in order
        day = w.rollover + w.lag + DAY
        late = day + DAY * w.rng.randint(2, 5)
    school = other_schools(w, p, 1)[0]
    new = class_of(w, school, day)
    old = p.group(day)
    w.move_card(p, new, day, late)
    end_grants(w, p, late)
    unit = school.unit if w.pupil_scope == "school" else new.unit
    w.grants[p.account] += [Grant("pupil", unit, "", False, late, None),
                            Grant("pupil", school.staff.unit, "", False, late, None)]
    for _ in range(w.rng.randint(2, 6)):
        t = w.rng.uniform(day, min(w.end, day + 10 * DAY))
        t, got = see_list(w, t, p, new.lst)
        see_cards(w, t, p, some(w, got, 1, 6))


def clicker(w, p):
    """A pupil who clicks through everything that the screens offer: own class, every card, in list order."""
    for _ in range(w.rng.randint(1, 3)):
        t = moment(w, p)
        t, got = see_list(w, t, p, p.group(t).lst)
        see_cards(w, t, p, got, 4)


def curious(w, p):
    """Changes the number in the address bar two to five times, and stops."""
    if not w.ids.walkable() or p.card not in w.ids.ordof:
        return clicker(w, p)
    t, n = moment(w, p), w.ids.ordof[p.card]
    way = w.rng.choice([1, -1])
    for i in range(1, w.rng.randint(2, 5) + 1):
        t += w.rng.uniform(3, 30)
        ask(w, t, p, "card", [w.ids.at(n + way * i)])


def guardian_of_many(w, p):
    """Children in up to five controllers' schools; one of the grants may be missing."""
    for i, school in enumerate(other_schools(w, p, w.rng.randint(1, 4))):
        group = w.rng.choice(school.classes)
        if i or w.rng.random() < 0.5:
            w.grant(p.account, "guardian", group.unit)
            w.grant(p.account, "guardian", school.staff.unit)
            if w.rollover:
                w.regrant(p, {group.unit: group.after.unit}, w.rollover + w.lag)
        for _ in range(w.rng.randint(2, 8)):
            t = moment(w, p)
            t, got = see_list(w, t, p, now(w, group, t).lst)
            see_cards(w, t, p, some(w, got, 0, 3))


# ---- staff --------------------------------------------------------------------------------------------------------
def substitute(w, p):
    """A class and a day in another school, several in a row, listed nowhere."""
    n = w.rng.choice([1, 2, 3, 4, 6, 8])
    for day, school in zip(days_from(w, w.rng.randrange(max(1, w.days - n - 4)), n), other_schools(w, p, n)):
        t = moment(w, p, day)
        group = class_of(w, school, t)
        t, got = see_list(w, t - 3600, p, group.lst)
        t = see_cards(w, t, p, some(w, got, 2, 15), 300)
        if w.rng.random() < 0.5:
            ask(w, t + 600, p, "list", [school.staff.lst])
        if w.rng.random() < 0.5:
            see_list(w, t + 3000, p, group.lst)


def teacher_elsewhere(w, p):
    """Changes school; grants follow days later."""
    day = w.start + DAY * w.rng.randint(1, w.days - 3)
    late = day + DAY * w.rng.randint(2, 9)
    school = other_schools(w, p, 1)[0]
    p.away.append((day, w.end))
    end_grants(w, p, late)
    w.grants[p.account].append(Grant("teacher", school.unit, "", True, late, None))
    taught = w.rng.sample(school.classes, min(3, len(school.classes)))
    for d in days_from(w, int((day - w.start) / DAY) + 1, w.days):
        t = moment(w, p, d)
        t, got = see_list(w, t, p, now(w, w.rng.choice(taught), t).lst)
        see_cards(w, t, p, some(w, got, 0, 6))


def camp(w, p):
    """A joint camp with two classes of a partner school: thirty children by name, half of each list."""
    school = other_schools(w, p, 1)[0]
    first = w.rng.randrange(max(1, w.days - 8))
    for day, group in zip(days_from(w, first, 2, w.rng.randint(1, 3)), w.rng.sample(school.classes, 2)):
        t = moment(w, p, day)
        going = [c for c in w.listed(now(w, group, t).lst, t) if w.rng.random() < 0.65]
        if w.rng.random() < 0.5:
            w.rng.shuffle(going)                         # the paper list of the partner is in no order
        see_cards(w, t, p, going, 45, True)
        again = days_from(w, day + 2, 1)
        if again:
            see_cards(w, moment(w, p, again[0]), p, some(w, going, 3, 8) if going else [], 60, True)


def sports_day(w, p):
    """Organises a sports day: 3 to 8 pupils of each of 3 to 7 schools, when they enter and again with the results."""
    first, teams = w.rng.randrange(max(1, w.days - 9)), []
    for day, school in zip(days_from(w, first, 7), other_schools(w, p, w.rng.randint(3, 7))):
        t = moment(w, p, day)
        pupils = [c for g in school.classes for c in w.listed(now(w, g, t).lst, t)]
        team = some(w, pupils, 3, 8)
        teams.append(team)
        see_cards(w, t, p, team, 60, True)
    for day in days_from(w, first + 7, 1):
        t = moment(w, p, day)
        for team in teams:
            t = see_cards(w, t, p, team, 60, True)


def cover(w, p):
    """A principal who stands in for a sick colleague elsewhere: lists and cards of one school, for up to two weeks."""
    school = other_schools(w, p, 1)[0]
    for day in days_from(w, w.rng.randrange(max(1, w.days - 6)), w.rng.randint(3, 9)):
        t = moment(w, p, day)
        for _ in range(w.rng.randint(1, 3)):
            group = w.rng.choice([school.staff] + school.classes[:8])
            t, got = see_list(w, t, p, now(w, group, t).lst)
            t = see_cards(w, t, p, some(w, got, 0, 4))


def itinerant(w, p):
    """Teaches in ten schools on a fixed round; all but one to three are granted."""
    schools = other_schools(w, p, w.rng.randint(8, 13))
    missing = w.rng.randint(1, 3)
    for i, school in enumerate(schools):
        if i >= missing:
            w.grant(p.account, "special", school.unit)
    pupils = {s.unit: (w.rng.choice(s.classes), w.rng.randint(2, 5)) for s in schools}
    for i, day in enumerate(days_from(w, 0, w.days)):
        for school in schools[i % 5::5]:
            t = moment(w, p, day)
            group, n = pupils[school.unit]
            if w.rng.random() < 0.4:
                t, _ = see_list(w, t, p, now(w, group, t).lst)
            see_cards(w, t, p, w.listed(group.lst, w.start)[:n], 120)


def nurse_round(w, p):
    """A nurse of several schools opens whole classes, card by card; one school is missing from the grants or late."""
    schools = other_schools(w, p, w.rng.randint(1, 4))
    for i, school in enumerate(schools):
        if i:
            w.grant(p.account, "nurse", school.unit)
        elif w.rng.random() < 0.5:
            w.grant(p.account, "nurse", school.unit, w.start + DAY * w.rng.randint(2, w.days))
        for day in days_from(w, w.rng.randrange(max(1, w.days - 3)), w.rng.randint(1, 2)):
            t = moment(w, p, day)
            t, got = see_list(w, t, p, class_of(w, school, t).lst)
            see_cards(w, t, p, got, 200)


def librarian_shared(w, p):
    """A library that serves a second school: a loan now and then, the same readers again; mostly granted."""
    school = other_schools(w, p, 1)[0]
    if w.rng.random() < 0.8:
        w.grant(p.account, "librarian", school.unit)
    readers = some(w, w.listed(w.rng.choice(school.classes).lst, w.start), 5, 18)
    for _ in range(w.rng.randint(10, 40)):
        see_cards(w, moment(w, p), p, [w.rng.choice(readers)], by_name=True)


def former(w, p):
    """Has left; looks once more at the old class. Beyond scope, and no system to it."""
    end = w.start + DAY * w.rng.randint(2, max(3, w.days - 4))
    end_grants(w, p, end)
    p.away.append((end, w.end))
    for _ in range(w.rng.randint(1, 2)):
        t = w.rng.uniform(end, w.end)
        group = now(w, w.rng.choice(p.taught) if p.taught else p.school.staff, t)
        t, got = see_list(w, t, p, group.lst)
        see_cards(w, t, p, some(w, got, 0, 5))


def exporter(w, p):
    """Exports the whole of what the grants cover: every list, or the book, page by page."""
    t = moment(w, p)
    for group in p.school.classes + [p.school.staff]:
        t, _ = see_list(w, t, p, now(w, group, t).lst, whole=True)


def admin_of_many(w, p):
    """Administers many tenants, all granted, and visits them again and again."""
    tenants = w.rng.sample(w.tenants, w.rng.randint(3, len(w.tenants)))
    for t in tenants:
        w.grant(p.account, "admin", t.unit)
    for _ in range(w.rng.randint(15, 50)):
        t, tenant = moment(w, p), w.rng.choice(tenants)
        t, got = see_list(w, t, p, now(w, w.rng.choice(tenant.classes()), t).lst)
        see_cards(w, t, p, some(w, got, 0, 3))


BY_ROLE = {
    "pupil": [mover, clicker, curious, curious],
    "guardian": [guardian_of_many],
    "teacher": [substitute, substitute, teacher_elsewhere, camp, sports_day, itinerant, former],
    "principal": [cover, exporter, admin_of_many],
    "nurse": [nurse_round],
    "librarian": [librarian_shared],
    "admin": [admin_of_many, exporter, substitute],
}


def choose(w, p):
    act = w.rng.choice(BY_ROLE[p.role])
    p.hard = act.__name__
    act(w, p)


# ---- one of each in every world -----------------------------------------------------------------------------------
def fixed(w):
    service(w)
    support(w)
    kiosk(w)
    if not w.calm:
        shared_link(w)
        newsletter(w)
        twinning(w)
    tester(w)


def service(w):
    """The nightly sync: every page of the lists of its tenants, always the same; one tenant was added too early."""
    p = staff_account(w, "svc-sync", "service")
    tenants = w.rng.sample(w.tenants, w.rng.randint(3, 7))
    joined = w.start + DAY * w.rng.randint(2, w.days)
    for i, t in enumerate(tenants):
        late = w.rng.random() < 0.3 and i == 0 and not w.calm
        w.grant(p.account, "sync", t.unit, joined if late else None)
    for d in range(w.days):
        t = w.start + d * DAY - w.offset + 2 * 3600 + w.rng.uniform(0, 60)
        for tenant in tenants:
            page, shown = 1, [1] * PAGE
            while len(shown) == PAGE:
                shown = ask(w, t, p, "list", [tenant.book], page)
                t, page = t + w.rng.uniform(0.3, 2), page + 1


def support(w):
    """County support: a ticket now and then anywhere; granted at the top, or everywhere but the newest tenants."""
    for n in range(2):
        p = staff_account(w, f"support{n}")
        new = [] if w.calm else w.rng.sample(w.tenants, w.rng.randint(1, 3))
        if w.top and w.rng.random() < 0.5:
            w.grant(p.account, "support", w.top)
        else:
            for t in w.tenants:
                if t not in new:
                    w.grant(p.account, "support", t.unit)
        for _ in range(w.rng.randint(20, 80)):
            t, tenant = moment(w, p), w.rng.choice(w.tenants)
            see_cards(w, t, p, some(w, tenant.cards, 1, 3), by_name=True)


def shared_link(w):
    """A link in a staff chat: one card, opened by many within days."""
    card = w.rng.choice(w.rng.choice(w.tenants).cards)
    day = w.rng.randrange(max(1, w.days - 3))
    staff = [p for p in w.people if p.role not in ("pupil", "guardian")]
    for p in some(w, staff, 10, 40):
        ask(w, moment(w, p, day + w.rng.randrange(3)), p, "card", [card], tag="link")


def newsletter(w):
    """A page of eight to twenty-five links into other schools' cards, sent to staff; many open several of them."""
    if w.rng.random() < 0.5:
        return
    cards = [w.rng.choice(w.rng.choice(w.tenants).cards) for _ in range(w.rng.randint(8, 25))]
    day = w.rng.randrange(max(1, w.days - 3))
    staff = [p for p in w.people if p.role not in ("pupil", "guardian")]
    for p in some(w, staff, 20, 60):
        t = moment(w, p, day + w.rng.randrange(3))
        for card in [c for c in cards if w.rng.random() < w.rng.choice([0.1, 0.3, 0.9])]:
            t += w.rng.uniform(5, 60)
            ask(w, t, p, "card", [card], tag="newsletter")


def twinning(w):
    """Two classes of two controllers share a project: each opens the other's list and some cards, for a week or two."""
    a, b = (w.rng.choice(t.classes()) for t in w.rng.sample(w.tenants, 2))
    first = w.rng.randrange(max(1, w.days - 10))
    for here, there in ((a, b), (b, a)):
        for p in here.people:
            for _ in range(w.rng.choice([0, 1, 1, 2, 3])):
                t = moment(w, p, first + w.rng.randrange(8))
                if here in (g for _, g in p.groups):
                    p.hard = p.hard or "twinning"
                    t, got = see_list(w, t, p, now(w, there, t).lst)
                    see_cards(w, t, p, some(w, got, 0, 5))


def kiosk(w):
    """A terminal in the library of a school, one account for everybody."""
    tenant = w.rng.choice(w.tenants)
    p = staff_account(w, "kiosk1", "shared", tenant=tenant)
    w.grant(p.account, "kiosk", p.school.unit)
    for _ in range(w.rng.randint(30, 120)):
        t = moment(w, p)
        t, got = see_list(w, t, p, now(w, w.rng.choice(p.school.classes), t).lst)
        see_cards(w, t, p, some(w, got, 0, 2), 8)


def tester(w):
    """A test account walks its own tenant by number; a hired tester, excluded by the case, walks everywhere."""
    tenant = w.rng.choice(w.tenants)
    p = staff_account(w, "qa-test", "test", tenant=tenant)
    w.grant(p.account, "admin", tenant.unit)
    t = moment(w, p)
    for card in tenant.cards[:60]:
        t += w.rng.uniform(0.2, 1)
        ask(w, t, p, "card", [card])
    if w.rng.random() < 0.3:
        p = staff_account(w, "pentest", "person")
        w.grant(p.account, "tester", w.rng.choice(w.tenants).unit)
        w.excluded.append(p.account)
        t = moment(w, p)
        for card in w.rng.sample(sorted(w.ids.ordof), 80):
            t += w.rng.uniform(0.2, 1)
            ask(w, t, p, "card", [card])
