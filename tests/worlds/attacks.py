"""What attackers do in a world: each function is one way of taking what lies beyond one's scope.

Every attacker has an ordinary life too (life.py). Sizes begin where the goals begin: 20 foreign IDs, 10 foreign lists.
"""
from life import DAY, PAGE, ask, everyday, moment, some, staff_account

SIZES = [20, 22, 25, 30, 50, 100, 200]
LISTS = [10, 11, 12, 15, 25]


class Hand:
    """Who asks, from where, how fast."""

    def __init__(self, w, p, tool=None):
        rng = w.rng
        self.w, self.p = w, p
        self.client = p.address if rng.random() < 0.6 else f"185.220.{rng.randrange(255)}.{rng.randrange(1, 255)}"
        self.agent = p.agent if rng.random() < 0.6 else rng.choice(["python-requests/2.26", "curl/7.79.1", "Go-http-client/1.1"])
        self.pace = tool or rng.choice(["burst", "tool", "tool", "hand", "nights", "slow"])
        self.t = w.rng.uniform(w.start + 3600, w.end - w.days * DAY * 0.4)
        if self.pace == "slow":
            self.t = w.start + w.rng.uniform(0, DAY)
        self.rotate = rng.random() < 0.12                # a new address for each request
        self.again = rng.random() < 0.1                  # asks some things twice
        w.attackers[p.account] = self.pace

    def wait(self, left):
        rng = self.w.rng
        if self.pace == "burst":
            self.t += rng.uniform(0.02, 0.2)
        elif self.pace == "tool":
            self.t += rng.uniform(0.5, 3)
        elif self.pace == "hand":
            self.t += 4 + rng.expovariate(1 / 15)
        elif self.pace == "nights":
            self.t += rng.uniform(5, 60) if rng.random() < 0.93 else 0.8 * DAY * rng.random()
            self.t = min(self.t, self.w.end - left - 2)
        else:                                            # low and slow: spread over what is left of the time
            room = self.w.end - 60 - self.t
            self.t += rng.uniform(0.2, 1.6) * room / (left + 2)

    def take(self, kind, ids, page=1, left=0):
        self.wait(left)
        rng = self.w.rng
        if self.rotate:
            self.client = f"{rng.randrange(23, 190)}.{rng.randrange(255)}.{rng.randrange(255)}.{rng.randrange(1, 255)}"
        if self.again and rng.random() < 0.2:
            ask(self.w, self.t - 0.01, self.p, kind, ids, page, attack=True, client=self.client, agent=self.agent)
        return ask(self.w, self.t, self.p, kind, ids, page, attack=True, client=self.client, agent=self.agent)


def villain(w, role=None):
    pool = [p for p in w.people if not p.hard and p.account not in w.attackers and
            (p.role == role if role else p.role in ("pupil", "pupil", "guardian", "teacher"))]
    p = w.rng.choice([q for q in pool if q.role == "pupil"] or pool) if not role and w.rng.random() < 0.7 else w.rng.choice(pool)
    if p.account not in w.honest:
        everyday(w, p)
    return p


def abroad(w, p):
    """The tenants that an attack looks at: all others, or those that this world lets it know of."""
    return [t for t in w.targets if t is not p.school.tenant]


def foreign_cards(w, p, t=None):
    """Cards of other tenants that this person may never see, in platform order."""
    t = t or w.start
    return [c for tn in abroad(w, p) for c in tn.cards
            if not w.in_scope(p.account, c, t) and not w.in_scope(p.account, c, w.end - 1)]


def walk(w, p, step, kind="card"):
    """Counts from somewhere abroad by a step until enough strangers' cards have come."""
    if not w.ids.walkable():
        return shuffled(w, p)
    hand, size = Hand(w, p), w.rng.choice(SIZES)
    foreign = set(foreign_cards(w, p))
    n = w.ids.ordof[w.rng.choice(sorted(foreign))]
    got, tries, ids = set(), 0, w.ids
    top, low = max(ids.byord), min(ids.byord)
    while len(got) < size and tries < 12 * size:
        if not low <= n <= top:
            n = ids.ordof[w.rng.choice(sorted(foreign))]
        oid = ids.at(n)
        hand.take("card", [oid], left=size - len(got))
        if oid in foreign:
            got.add(oid)
        n += step
        tries += 1


def sequential(w, p):
    walk(w, p, 1)


def stride(w, p):
    walk(w, p, w.rng.choice([2, 3, 5, 7, 10, -4]))


def downward(w, p):
    walk(w, p, -1)


def shuffled(w, p, pace=None, size=None):
    """IDs known from elsewhere (an old export, a friend), of all tenants, in no order."""
    hand = Hand(w, p, pace)
    size = size or w.rng.choice(SIZES)
    for i, c in enumerate(some(w, foreign_cards(w, p), size, size)):
        hand.take("card", [c], left=size - i)


def harvested(w, p):
    """IDs picked out of a few foreign lists that were opened first: no order, but page by page."""
    hand, size, got = Hand(w, p), w.rng.choice(SIZES), []
    lists = [g.lst for t in abroad(w, p) for g in t.classes()]
    if p.role != "pupil":                                # staff who do this by hand cannot be told from substitutes
        hand.pace = "tool"
    for lst in w.rng.sample(lists, min(len(lists), max(3, size // 10))):
        got += hand.take("list", [lst], left=size)
    foreign = [c for c in got if not w.in_scope(p.account, c, hand.t)] or foreign_cards(w, p)
    for i, c in enumerate(some(w, foreign, size, size)):
        hand.take("card", [c], left=size - i)


def containers(w, p):
    """Opens foreign lists, the first page of each."""
    hand, size = Hand(w, p), w.rng.choice(LISTS)
    lists = [g.lst for t in abroad(w, p) for s in t.schools for g in s.classes + [s.staff] if w.lists[g.lst]]
    size = min(size, len(lists))
    for i, lst in enumerate(w.rng.sample(lists, size)):
        hand.take("list", [lst], left=size - i)


def books(w, p):
    """The address books of ten tenants and more: few requests, whole populations' first pages."""
    hand = Hand(w, p)
    tenants = abroad(w, p)
    size = min(len(tenants), w.rng.choice([10, 11, 12]))
    for i, t in enumerate(w.rng.sample(tenants, size)):
        hand.take("list", [t.book], left=size - i)


def paging(w, p):
    """One or two foreign address books, page by page to the end."""
    hand = Hand(w, p)
    pages = [t for t in abroad(w, p) if len(t.cards) > 60] or abroad(w, p)
    for t in w.rng.sample(pages, min(len(pages), w.rng.randint(1, 2))):
        page, shown = 1, [1] * PAGE
        while len(shown) == PAGE:
            shown = hand.take("list", [t.book], page, left=12)
            page += 1


def prefix(w, p):
    """Walks the beginnings of names through the type-ahead of other tenants."""
    hand = Hand(w, p)
    keys = [f"{t.id}-{a}{b}" for t in abroad(w, p)[: w.rng.randint(1, 5)] for a in "abcdefghijklmnopqrstuvwyz" for b in ["", *"aeiou"]]
    if w.rng.random() < 0.3:
        w.rng.shuffle(keys)
    for i, key in enumerate(keys[:w.rng.choice([60, 120, 400])]):
        hand.take("suggest", [key], left=len(keys) - i)


def batch(w, p):
    """Many foreign IDs in one request."""
    hand, size = Hand(w, p), w.rng.choice(SIZES)
    cards = some(w, foreign_cards(w, p), size, size)
    step = w.rng.choice([10, 20, 50])
    for i in range(0, len(cards), step):
        hand.take("batch", cards[i:i + step], left=(len(cards) - i) // step)


def slow(w, p):
    """Low and slow: a few strangers a day, for as long as the logs last."""
    shuffled(w, p, "slow")


def hidden(w, p):
    """Fifty strangers among five hundred of one's own."""
    p = villain(w, "teacher")
    hand = Hand(w, p, "hand")
    own = [c for c in p.school.tenant.cards if w.in_scope(p.account, c, w.start + 60)]
    foreign = some(w, foreign_cards(w, p), 50, 50)
    if w.rng.random() < 0.5:
        foreign.sort(key=lambda c: w.ids.ordof[c])
    todo = [w.rng.choice(own) for _ in range(500)]
    for i, c in enumerate(sorted(w.rng.sample(range(500), 50))):
        todo.insert(c + i, foreign[i])
    hand.t = w.start + DAY
    for i, c in enumerate(todo):
        hand.t += (w.end - w.start - 3 * DAY) / 560 * w.rng.uniform(0.3, 1.7)
        attack = c in foreign
        ask(w, hand.t, p, "card", [c], attack=attack, client=hand.client, agent=hand.agent)


def one_tenant(w, p):
    """One foreign tenant, in no order."""
    hand = Hand(w, p)
    tenant = w.rng.choice(abroad(w, p))
    size = min(w.rng.choice(SIZES), len(tenant.cards))
    cards = some(w, tenant.cards, size, size)
    for i, c in enumerate(cards):
        hand.take("card", [c], left=len(cards) - i)


def mimic(w, p):
    """A pupil who goes about it as a substitute would: a foreign list, a few of its cards, the next day another."""
    p = villain(w, "pupil")
    hand = Hand(w, p, "hand")
    hand.t = w.start + DAY
    lists = [g.lst for t in abroad(w, p) for g in t.classes()]
    n = min(len(lists), w.rng.randint(10, 14))
    for i, lst in enumerate(w.rng.sample(lists, n)):
        got = hand.take("list", [lst], left=n - i)
        for c in some(w, got, 2, 6):
            hand.take("card", [c])
        hand.t += (w.end - hand.t) / (n - i + 1) * w.rng.uniform(0.5, 1)


def leaver(w, p):
    """Former staff who still can log in and takes the old school's cards along, weeks after the grants ended."""
    p = villain(w, "teacher")
    import hard
    end = w.start + DAY * w.rng.randint(1, w.days // 3)
    hard.end_grants(w, p, end)
    w.events = [e for e in w.events if e.account != p.account or e.t < end]
    hand = Hand(w, p, w.rng.choice(["tool", "hand", "nights"]))
    hand.t = w.rng.uniform(end + DAY, w.end - 4 * DAY)
    cards = list(p.school.tenant.cards)
    if w.rng.random() < 0.5:
        w.rng.shuffle(cards)
    cards = cards[:w.rng.choice([30, 50, 100])]
    for i, c in enumerate(cards):
        hand.take("card", [c], left=len(cards) - i)


def downloads(w, p):
    """Files by number, or by known IDs: every one is a download of another school's pupil."""
    hand, size = Hand(w, p), w.rng.choice(SIZES)
    files = [w.files[c] for c in foreign_cards(w, p) if c in w.files]
    if w.rng.random() < 0.5:
        at = w.rng.randrange(max(1, len(files) - size))
        files = files[at:at + size]
    else:
        files = some(w, files, size, size)
    for i, f in enumerate(files):
        hand.take("file", [f], left=size - i)


def anonymous(w, p):
    """Nobody is logged in, and the platform answers all the same."""
    p = staff_account(w, "nobody")
    del w.accounts["nobody"], w.kind["nobody"]
    p.account, p.second = None, ""
    hand, size = Hand(w, p, w.rng.choice(["burst", "tool", "hand"])), w.rng.choice(SIZES)
    del w.attackers[None]
    hand.rotate, hand.client = False, p.address
    w.attackers["client:" + p.address] = "anonymous"
    cards = some(w, [c for t in w.targets for c in t.cards], size, size)
    for i, c in enumerate(cards):
        hand.take("card", [c], left=size - i)


def several(w, p):
    """Two to five accounts of one hand: in turn, in chunks, or shuffled."""
    people = [p] + [villain(w) for _ in range(w.rng.randint(1, 4))]
    hands = [Hand(w, q, "tool") for q in people]
    for h in hands:
        h.t = hands[0].t
    size = w.rng.choice([25, 40, 80]) * len(people)
    if w.ids.walkable() and w.rng.random() < 0.7:
        cards, n = [], w.ids.ordof[w.rng.choice(foreign_cards(w, p))]
        while len(cards) < size:
            cards.append(w.ids.at(n))
            n += 1
            if n > max(w.ids.byord):
                n = min(w.ids.byord)
    else:
        cards = some(w, foreign_cards(w, p), size, size)
    split = w.rng.choice(["turn", "chunks", "shuffled"])
    for i, c in enumerate(cards):
        h = hands[i % len(hands)] if split == "turn" else hands[i * len(hands) // size] if split == "chunks" \
            else w.rng.choice(hands)
        h.t = max(q.t for q in hands)
        h.take("card", [c], left=size - i)


def taken_over(w, p):
    """Somebody else uses an account's session: another address, another client, while its owner works on."""
    victim = villain(w, w.rng.choice(["teacher", "admin", "principal", "pupil"]))
    hand = Hand(w, victim, w.rng.choice(["burst", "tool"]))
    hand.client, hand.agent = f"45.155.{w.rng.randrange(255)}.{w.rng.randrange(1, 255)}", "okhttp/4.9.1"
    size = w.rng.choice(SIZES)
    cards = some(w, foreign_cards(w, victim), size, size)
    if w.rng.random() < 0.5:
        cards.sort(key=lambda c: w.ids.ordof[c])
    for i, c in enumerate(cards):
        hand.take("card", [c], left=size - i)


def pool(w, p):
    """Several people collect what each may see: no breach by itself, and no enumeration."""
    for _ in range(w.rng.randint(2, 5)):
        q = villain(w, w.rng.choice(["pupil", "teacher"]))
        t = moment(w, q)
        for c in [c for c in q.school.tenant.cards if w.in_scope(q.account, c, t)]:
            t += w.rng.uniform(0.5, 2)
            ask(w, t, q, "card", [c], tag="pool")
        w.pool.add(q.account)


def probing(w, p):
    """The checks hold: everything is refused."""
    w.vulnerable = False
    w.rng.choice([sequential, shuffled, containers])(w, p)


def none(w, p):
    """Nobody attacks."""


ATTACKS = [sequential, stride, downward, shuffled, harvested, containers, books, paging, prefix, batch, slow, hidden, one_tenant,
           several, taken_over, mimic, leaver, downloads, anonymous, pool, probing, none]
BY_NAME = {a.__name__: a for a in ATTACKS}


def strike(w, name):
    w.pool = set()
    w.targets = w.rng.sample(w.tenants, w.rng.randint(3, len(w.tenants) // 2)) if w.calm else w.tenants
    act = BY_NAME[name] if name != "any" else w.rng.choice([a for a in ATTACKS[:19] if (a is not prefix or w.suggesting) and (a is not downloads or w.filing)])
    w.attack = act.__name__
    if act is none:
        w.vulnerable = w.rng.random() < 0.5
        return
    act(w, villain(w))
