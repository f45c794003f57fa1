"""The invented platform: tenants, people, books, accounts, and who moves when.

Everything follows from a seed and the second at which the capture starts, so the service and the
clients can each build the same world and need not pass it around. Which answer is given to whom
is left to `service.py`; nothing here speaks HTTP or reads a log.
"""

import random
from dataclasses import dataclass, field

SEED = 2022
PAGE_SIZE = 25
# Contacts of the two tenants that joined later come from a second number sequence, far above the
# end of the first: whoever walks the first one never meets them.
SECOND_SEQUENCE = 5001
# How far beyond the last existing contact the attacker walks before it gives up.
OVERSHOOT = 200
# Seconds after the start at which the two moves take effect: one before the attack, one after it,
# so that no stolen card lies within a second of a change of tenant.
MOVE_AT = (28, 150)
# Nobody near a move asks anything for this long before and after it: a log stamp of one second
# could not say which side of the move such a request was on.
QUIET = 3

TENANTS = [
    ("Älgmyra kommun", 3),
    ("Kvarnflods kommun", 2),
    ("Stiftelsen Fyrbåkens skolor", 2),
    ("Sälgsunda kommun", 3),
    ("Tranmåla kommun", 2),
    ('Friskolan "Kompassnålen", ek. för.', 1),
    ("Björnhamra kommun", 3),
    ("Rönnflods kommun", 2),
    ("Stiftelsen Lärkträdets skolor", 1),
    ("Granmåla kommun", 2),
    ("Ugglebäcka kommun", 2),
    ("Stiftelsen Vinterlindens skolor", 1),
]
LATE_TENANTS = {"t11", "t12"}
SCHOOLS = ["Ekskolan", "Lindskolan", "Åskolan", "Björkskolan", "Tallskolan", "Rönnskolan"]


@dataclass
class Unit:
    """A node of the tree tenant > school > class or staff."""

    id: str
    parent: "Unit | None"
    tenant: str
    name: str
    kind: str

    def covers(self, other):
        """Whether `other` is this unit or stands below it."""
        while other is not None:
            if other is self:
                return True
            other = other.parent
        return False


@dataclass(frozen=True)
class Span:
    """From `since` (inclusive) until `until` (exclusive), in epoch seconds; None is open."""

    since: int | None = None
    until: int | None = None

    def holds(self, now):
        """Whether the instant lies inside."""
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)


@dataclass
class Person:
    """A data subject, with the one contact card that describes it."""

    subject: str
    name: str
    role: str
    number: int
    places: list  # of (Unit, Span)
    protected: bool = False
    children: list = field(default_factory=list)
    optional: dict = field(default_factory=dict)
    contact: int = 0

    @property
    def child(self):
        """Pupils are children; nobody else is."""
        return self.role == "pupil"

    def units_at(self, now):
        """The units in which the card stands at that instant."""
        return [unit for unit, span in self.places if span.holds(now)]


@dataclass
class Grant:
    """A right to see: everything in `unit` and below, while `span` holds."""

    unit: Unit
    protected: bool
    span: Span


@dataclass
class Account:
    """Somebody who can log in."""

    id: str
    role: str
    tenant: str
    person: Person | None
    grants: list
    kind: str = "person"

    @property
    def password(self):
        """Not a secret: clients and service derive it alike."""
        return "lösen-" + self.id


@dataclass
class Book:
    """An address book: one unit's cards in a fixed order. Protected persons stand in none."""

    id: int
    unit: Unit
    members: list  # of (Person, Span)

    def listed(self, now):
        """Everybody who stands in the book at that instant, in page order."""
        return [person for person, span in self.members if span.holds(now)]


class World:
    """The whole platform at every instant of the capture."""

    def __init__(self, start, seed=SEED):
        self.start = start
        self.rng = random.Random(seed)
        self.tenants, self.units, self.people = {}, [], []
        self._place_tenants()
        self._place_people()
        self._move_two_pupils()
        self._number_contacts()
        self._open_books()
        self._open_accounts()
        self._cast()

    def classes(self, tenant=None):
        """All classes, of one tenant or of all."""
        return [u for u in self.units if u.kind == "class" and tenant in (None, u.tenant)]

    def schools(self, tenant=None):
        """All schools, of one tenant or of all."""
        return [u for u in self.units if u.kind == "school" and tenant in (None, u.tenant)]

    def staff_unit(self, school):
        """A school's unit for its staff: a grant on a class does not reach it."""
        return next(u for u in self.units if u.kind == "staff" and u.parent is school)

    def quiet_until(self, account, now):
        """The instant until which this account waits because a move near it is due, or None."""
        tenants = {grant.unit.tenant for grant in account.grants}
        for at, touched in self.moves:
            if tenants & touched and at - QUIET <= now < at + QUIET:
                return at + QUIET
        return None

    # --- how it is built -------------------------------------------------------------------

    def _unit(self, unit_id, parent, tenant, name, kind):
        unit = Unit(unit_id, parent, tenant, name, kind)
        self.units.append(unit)
        return unit

    def _place_tenants(self):
        for number, (name, schools) in enumerate(TENANTS, start=1):
            tenant = f"t{number:02}"
            self.tenants[tenant] = name
            root = self._unit(f"u{number:02}", None, tenant, name, "tenant")
            for s in range(1, schools + 1):
                school_name = SCHOOLS[(number + 2 * s) % len(SCHOOLS)]
                school = self._unit(f"{root.id}s{s}", root, tenant, school_name, "school")
                self._unit(f"{school.id}staff", school, tenant, f"{school_name}, personal", "staff")
                for c in range(1, self.rng.choice((2, 3, 3)) + 1):
                    grade = f"{self.rng.randint(4, 9)}{'ABC'[c - 1]}"
                    self._unit(f"{school.id}c{c}", school, tenant, grade, "class")

    def _place_people(self):
        counts = {"pupil": 0, "guardian": 0, "teacher": 0, "admin": 0}
        titles = {"pupil": "Elev", "guardian": "Vårdnadshavare", "teacher": "Lärare", "admin": "Administratör"}

        def person(role, unit):
            counts[role] += 1
            subject = f"s{len(self.people) + 1:05}"
            made = Person(subject, f"{titles[role]} {counts[role]:04}", role, counts[role], [(unit, Span())])
            made.optional = self._optional_fields(made)
            self.people.append(made)
            return made

        for tenant in self.tenants:
            pupils = [person("pupil", c) for c in self.classes(tenant) for _ in range(self.rng.randint(20, 25))]
            for pupil in pupils:
                pupil.protected = self.rng.random() < 0.02
            self._guardians(pupils, person)
            for school in self.schools(tenant):
                for _ in range(self.rng.randint(4, 6)):
                    person("teacher", self.staff_unit(school))
            for _ in range(2):
                person("admin", self.staff_unit(self.schools(tenant)[0]))

    def _guardians(self, pupils, person):
        waiting = pupils[:]
        self.rng.shuffle(waiting)
        while len(waiting) >= 2:
            children = [waiting.pop()]
            if self.rng.random() < 0.15:
                children.append(waiting.pop())
            if self.rng.random() < 0.6:
                guardian = person("guardian", children[0].places[0][0])
                guardian.children = children
                # The card of a guardian would give away where a protected child goes to school.
                guardian.protected = any(child.protected for child in children)

    def _optional_fields(self, person):
        short = f"{person.role}{person.number:04}"
        values = {
            "nickname": (0.35, f"nick-{short}"),
            "email": (0.5, f"{short}@exempel.invalid"),
            # The range that the Swedish regulator keeps free for fiction.
            "phone": (0.4, f"070-17406{5 + person.number % 95:02}"),
        }
        return {name: value for name, (share, value) in values.items() if self.rng.random() < share}

    def _move_two_pupils(self):
        self.moves, self.movers, self.moving = [], [], []
        plans = [(MOVE_AT[0], "t02", self.classes("t05")[0]), (MOVE_AT[1], "t07", self.classes("t07")[-1])]
        for seconds, source, target in plans:
            at = self.start + seconds
            mover, guardian = self._movable(self.classes(source)[0])
            for person in (mover, guardian):
                person.places = [(person.places[0][0], Span(until=at)), (target, Span(since=at))]
            self.movers.append(mover)
            self.moving += [mover, guardian]
            self.moves.append((at, {source, target.tenant}))
        for guardian in (p for p in self.people if p.role == "guardian"):
            # Siblings in one class give one place, hence the dict.
            guardian.places = list(dict.fromkeys(place_key(p) for c in guardian.children for p in c.places))
            guardian.places = [(self._by_id(unit), span) for unit, span in guardian.places]

    def _movable(self, source):
        # An only child: siblings left behind would put the guardian's card into two tenants at once.
        for guardian in (p for p in self.people if p.role == "guardian" and not p.protected):
            if len(guardian.children) == 1 and guardian.children[0].places[0][0] is source:
                return guardian.children[0], guardian
        raise LookupError(f"no family in {source.id} can move")

    def _by_id(self, unit_id):
        return next(u for u in self.units if u.id == unit_id)

    def _number_contacts(self):
        early, late = [], []
        for person in self.people:
            (late if person.places[0][0].tenant in LATE_TENANTS else early).append(person)
        # Families of all tenants enrol as they come: neighbours in number are strangers in life.
        self.rng.shuffle(early)
        self.rng.shuffle(late)
        self.erased, self.contacts = set(), {}
        self.last_early = self._number_from(1, early)
        self._number_from(SECOND_SEQUENCE, late)

    def _number_from(self, number, people):
        for person in people:
            while self.rng.random() < 0.03:
                # Accounts that were deleted leave a hole; a few were erased on request and leave an
                # empty card, which the service still answers with 200.
                if self.rng.random() < 0.25:
                    self.erased.add(number)
                number += 1
            person.contact = number
            self.contacts[number] = person
            number += 1
        return number - 1

    def _open_books(self):
        units = [u for u in self.units if u.kind in ("class", "staff")]
        self.rng.shuffle(units)
        self.books = {1001 + n: Book(1001 + n, unit, []) for n, unit in enumerate(units)}
        book_of = {book.unit.id: book for book in self.books.values()}
        for arrived_later in (False, True):
            for person in self.people:
                for unit, span in person.places:
                    if (span.since is not None) == arrived_later and not person.protected:
                        book_of[unit.id].members.append((person, span))

    def _open_accounts(self):
        letters = {"pupil": "p", "guardian": "g", "teacher": "l", "admin": "a"}
        self.accounts = {}
        for person in self.people:
            account = Account(f"{letters[person.role]}{person.number:04}", person.role,
                              person.places[-1][0].tenant, person, self._grants(person))
            self.accounts[account.id] = account
        root = next(u for u in self.units if u.kind == "tenant" and u.tenant == "t08")
        sync = Account("svc-sync", "integration", "t08", None, [Grant(root, False, Span())], "service")
        self.accounts[sync.id] = sync

    def _grants(self, person):
        if person.role == "pupil":
            return [Grant(unit, False, span) for place, span in person.places
                    for unit in (place, self.staff_unit(place.parent))]
        if person.role == "guardian":
            return [Grant(unit, False, span) for unit, span in person.places]
        school = person.places[0][0].parent
        if person.role == "teacher":
            return [Grant(school, False, Span())]
        if person.number % 2 == 1:
            return [Grant(school.parent, True, Span())]
        # The second administrator has every school by name, and no right to protected persons.
        return [Grant(other, False, Span()) for other in self.schools(school.tenant)]

    def _cast(self):
        """Who plays the parts that the truth names."""
        pupils = [a for a in self.accounts.values() if a.role == "pupil"]
        free = [a for a in pupils if not a.person.protected and a.person not in self.movers]
        hidden = {p.places[0][0].id for p in self.people if p.protected and p.child}
        # A protected classmate: inside the attacker's class and still beyond its scope.
        self.attacker = next(a for a in free if a.tenant == "t04" and a.grants[0].unit.id in hidden)
        self.link_pupil = next(a for a in free if a.tenant == "t10")
        own = self.link_pupil.grants[0].unit
        self.link_target = next(a.person for a in free
                                if a.grants[0].unit.parent is own.parent and a.grants[0].unit is not own)
        self.link_teacher = next(a for a in self.accounts.values()
                                 if a.role == "teacher" and a.grants[0].unit is own.parent)


def place_key(place):
    """A place by its unit's ID, so that equal places compare equal."""
    unit, span = place
    return unit.id, span
