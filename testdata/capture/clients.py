"""Everybody who uses the platform while it is watched, but for the walk itself, which is ffuf's.

Pupils, guardians, teachers, administrators, an integration and a crawler, each from a loopback
address of its own, through nginx. The attacker's steps by hand are here too: it leaves its session
and the range that it means to walk in DIR/attack.json, and goes on when DIR/attack.done appears.

    python3 clients.py --start EPOCH --port PORT --work DIR --seconds N
"""

import argparse
import http.client
import itertools
import json
import pathlib
import random
import socket
import threading
import time

from world import OVERSHOOT, SEED, World

AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/128.0",
    "adressbok-app/4.2 (Android 13)",
    "adressbok-app/4.1 (iOS 17.4)",
    # Quotes and letters beyond ASCII, which nginx writes in two ways in its two logs.
    'adressbok-app/3.9 ("Läsplatta 5A"; Android 11)',
]
BY_HAND = "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0"
WORKERS = 18
# A stop for the case that something loops: with the attack it stays under 20,000 requests.
MOST_REQUESTS = 12_000
NO_SUCH_CONTACT = 90_000


class Stop(Exception):
    """The capture is over, or the budget of requests is used up."""


class Clock:
    """When to stop, and how many requests may still be made."""

    def __init__(self, seconds):
        self.deadline = time.time() + seconds
        self.numbers = itertools.count(1)

    def spend(self):
        """Called before each request."""
        if time.time() > self.deadline or next(self.numbers) > MOST_REQUESTS:
            raise Stop

    def sleep_until(self, instant):
        """Sleeps, but not beyond the end of the capture."""
        time.sleep(max(min(instant, self.deadline + 0.1) - time.time(), 0))
        if time.time() > self.deadline:
            raise Stop


class Device:
    """A browser or an app: one address, one user agent, one cookie, one connection."""

    def __init__(self, world, clock, port, host, agent, account=None):
        self.world, self.clock, self.account, self.agent = world, clock, account, agent
        self.rng = random.Random(f"{SEED} {host} {account.id if account else agent}")
        self.cookie, self.tags, self.referer = None, {}, None
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=(host, 0))

    def ask(self, target, method="GET", body=None, pause=(0.15, 0.9)):
        """One request: (status, parsed body or None). Repeated once where the service is overloaded."""
        status, answer = self._once(target, method, body)
        if status == 503:
            time.sleep(0.4)
            status, answer = self._once(target, method, body)
        time.sleep(self.rng.uniform(*pause))
        return status, answer

    def _once(self, target, method, body):
        quiet = self.account and self.world.quiet_until(self.account, time.time())
        if quiet:
            self.clock.sleep_until(quiet)
        self.clock.spend()
        headers = {"User-Agent": self.agent.encode(), "Accept": "*/*"}
        if self.cookie:
            headers["Cookie"] = f"SID={self.cookie}; lang=sv"
        if self.referer and "Mozilla" in self.agent:
            headers["Referer"] = "http://adressbok.example" + self.referer
        if target in self.tags and method == "GET" and self.rng.random() < 0.5:
            headers["If-None-Match"] = self.tags[target]
        self.http.request(method, target, body, headers)
        answer = self.http.getresponse()
        raw = answer.read()
        # Not from a HEAD: "304" would then stand for a card that was never fetched.
        if answer.getheader("ETag") and method == "GET":
            self.tags[target] = answer.getheader("ETag")
        if answer.getheader("Set-Cookie"):
            self.cookie = answer.getheader("Set-Cookie").partition(";")[0].removeprefix("SID=")
        is_json = raw and "json" in (answer.getheader("Content-Type") or "")
        return answer.status, json.loads(raw) if is_json else None

    def walk_away(self, target):
        """Asks and leaves before the answer: nginx logs 499."""
        self.clock.spend()
        self.http.request("GET", target, headers={"User-Agent": self.agent.encode(), "Cookie": f"SID={self.cookie}"})
        time.sleep(self.rng.uniform(0.2, 0.6))
        self.close()

    def close(self):
        """Ends the connection, which nginx would end after 75 idle seconds; the next request opens another."""
        self.http.close()

    # --- what people do ----------------------------------------------------------------------

    def log_in(self):
        """Logs in, sometimes with a wrong password first; returns the books that are offered."""
        if self.rng.random() < 0.05:
            self.ask("/api/login", "OPTIONS", pause=(0, 0.1))
        if self.rng.random() < 0.07:
            self.ask("/api/login", "POST", self._credentials("glömt"))
        self.cookie = None
        self.ask("/api/login", "POST", self._credentials(self.account.password))
        self.referer = "/app/"
        return [b["book"] for b in self.ask("/api/v2/addressbooks")[1]["addressbooks"]]

    def _credentials(self, password):
        return json.dumps({"account": self.account.id, "password": password})

    def log_out(self):
        """Logs out; an app in the background may ask once more with the dead cookie."""
        self.ask("/api/logout", "POST")
        if self.rng.random() < 0.15:
            self.ask("/api/v2/addressbooks")
        self.cookie = None

    def read_book(self, book):
        """Opens every page of a book, as a list that is scrolled; returns the contacts listed."""
        listed, page, pages = [], 1, 1
        while page <= pages:
            status, answer = self.ask(f"/api/v2/addressbooks/{book}?page={page}")
            if status == 200:
                listed += [c["id"] for c in answer["contacts"]]
                pages = answer.get("pages", 1) if self.rng.random() < 0.7 else page
            page += 1
        return listed

    def open_card(self, book, contact):
        """Opens a contact card, the way this client writes its URLs."""
        target = f"/api/v2/addressbooks/{book}/contacts/{contact}"
        if "3.9" in self.agent:
            target = target.replace("/api/v2/", "//api/v2/") + "/"
        return self.ask(target)[0]

    def look_around(self):
        """A visit of an ordinary person: books, cards, now and then a batch, a profile, a slip."""
        if "Mozilla" in self.agent:
            for path in self.rng.sample(["/", "/login", "/static/app.css", "/static/app.js", "/app/"], 2):
                self.ask(path, pause=(0, 0.1))
        books = self.log_in()
        for book in self.rng.sample(books, min(len(books), self.rng.randint(1, 2))):
            listed = self.read_book(book)
            if listed:
                self._use(book, listed)
        if self.rng.random() < 0.2:
            self._wait_for_news()
        if self.rng.random() < 0.6:
            self.log_out()

    def _use(self, book, listed):
        # Who is about to move is left alone: a card listed before a move and opened after it would
        # slip through the missing check, and this traffic is to be innocent.
        moving = {person.contact for person in self.world.moving}
        listed = [contact for contact in listed if contact not in moving]
        for contact in self.rng.sample(listed, min(len(listed), self.rng.randint(2, 6))):
            self.open_card(book, contact)
            if self.rng.random() < 0.12:
                self.open_card(book, contact)
        chance = self.rng.random()
        some = self.rng.sample(listed, min(len(listed), 5))
        if chance < 0.2:
            self.ask("/api/v2/contacts?ids=" + ",".join(map(str, some)))
        elif chance < 0.4:
            self.ask(f"/api/v2/profiles/{some[0]}")
        elif chance < 0.45:
            self.ask(f"/api/v2/addressbooks/{book}/contacts/{NO_SUCH_CONTACT + some[0]}")
        elif chance < 0.5:
            self.ask(f"/api/v2/adressbooks/{book}")
        elif chance < 0.56:
            self.ask(f"/api/v2/addressbooks/{book}", "HEAD")

    def _wait_for_news(self):
        if self.rng.random() < 0.4:
            self.walk_away("/api/v2/notifications")
        else:
            self.ask("/api/v2/notifications")


class Stage:
    """The whole company, one method a part."""

    def __init__(self, options):
        self.world = World(options.start)
        self.clock = Clock(options.seconds)
        self.port, self.work = options.port, options.work
        self.rng = random.Random(SEED + 1)

    def device(self, account=None, agent=None, host=None):
        """A device of this account: a school or home is one address for many."""
        spread = random.Random(f"{SEED} {account.id if account else agent}")
        host = host or f"127.0.0.{spread.randint(2, 60)}"
        return Device(self.world, self.clock, self.port, host, agent or spread.choice(AGENTS), account)

    def parts(self):
        """Every thread's work."""
        visits = self.visits()
        lock = threading.Lock()

        def visitors():
            while True:
                with lock:
                    account = next(visits)
                device = self.device(account)
                device.look_around()
                device.close()

        return [visitors] * WORKERS + [self.attacker, self.shared_link, self.integration, self.crawler,
                                       self.protected_work, *(lambda m=m: self.mover(m) for m in self.world.movers)]

    def visits(self):
        """Ordinary accounts, without end, some of them often. Protected persons stay away: what they
        may see of themselves is not what this capture is about."""
        by_role = {}
        world = self.world
        parts = {a.id for a in (world.attacker, world.link_pupil, world.link_teacher)}
        parts |= {a.id for a in world.accounts.values() if a.person in world.moving}
        for account in world.accounts.values():
            if account.person and not account.person.protected and account.id not in parts:
                by_role.setdefault(account.role, []).append(account)
        regulars = {role: self.rng.sample(accounts, len(accounts) // 8) for role, accounts in by_role.items()}
        while True:
            role = self.rng.choices(["pupil", "guardian", "teacher", "admin"], [45, 30, 20, 5])[0]
            yield self.rng.choice(self.rng.choice((by_role, regulars))[role] or by_role[role])

    def integration(self):
        """Reads its tenant's books on a schedule, and all their contacts in batches."""
        sync = self.device(self.world.accounts["svc-sync"], "katalogsynk/1.8", "127.0.0.9")
        while True:
            began = time.time()
            for book in sync.log_in():
                page, pages, listed = 1, 1, []
                while page <= pages:
                    answer = sync.ask(f"/api/v2/addressbooks/{book}?page={page}", pause=(0, 0.1))[1] or {}
                    listed += [str(c["id"]) for c in answer.get("contacts", [])]
                    pages, page = answer.get("pages", 1), page + 1
                sync.ask("/api/v2/contacts?ids=" + ",".join(listed[:25]), pause=(0, 0.1))
            sync.log_out()
            self.clock.sleep_until(began + 55)

    def crawler(self):
        """A search engine without a session: pages, a redirect to the login, and one refusal."""
        crawler = self.device(agent="exempelbot/1.0 (+http://bot.example/)", host="127.0.0.3")
        while True:
            for path in ("/robots.txt", "/", "/help", "/login", "/app/", "/static/app.css", "/favicon.ico"):
                crawler.ask(path, self.rng.choice(("GET", "GET", "HEAD")), pause=(0.5, 1.5))
            crawler.ask("/api/v2/addressbooks", pause=(8, 12))

    def protected_work(self):
        """An administrator with the right to protected persons works through a list of them."""
        account = next(a for a in self.world.accounts.values() if a.role == "admin" and a.grants[0].protected)
        hidden = [p for p in self.world.people if p.protected and p.places[0][0].tenant == account.tenant]
        device = self.device(account)
        book = device.log_in()[0]
        for person in hidden[:6]:
            device.ask(f"/api/v2/profiles/{person.contact}")
            device.open_card(book, person.contact)
        device.log_out()

    def mover(self, person):
        """A pupil who changes school: the old class before, the new one after."""
        account = next(a for a in self.world.accounts.values() if a.person is person)
        device = self.device(account)
        due = next(span.since for _, span in person.places if span.since)
        device.look_around()
        device.close()
        self.clock.sleep_until(due)
        device.look_around()

    def shared_link(self):
        """A teacher sends a pupil a link to a card of another class. The app puts the pupil's own book
        into it, and the missing check lets it through: one card beyond scope, and no system to it."""
        world = self.world
        target = world.link_target.contact
        teacher = self.device(world.link_teacher)
        pupil = self.device(world.link_pupil, AGENTS[2])
        time.sleep(45)
        for book in teacher.log_in():
            if target in teacher.read_book(book):
                teacher.open_card(book, target)
                break
        own = next(b.id for b in world.books.values() if b.unit is world.link_pupil.grants[0].unit)
        pupil.log_in()
        pupil.read_book(own)
        pupil.open_card(own, target)
        pupil.log_out()

    def attacker(self):
        """Tries what is refused, finds what is not, and hands its session to ffuf."""
        account = self.world.attacker
        hand = self.device(account, BY_HAND, "127.0.0.41")
        time.sleep(6)
        hand.log_in()
        own = next(b.id for b in self.world.books.values() if b.unit is account.grants[0].unit)
        listed = hand.read_book(own)
        for contact in listed[:3]:
            hand.open_card(own, contact)
        strangers = [c for c in range(listed[0] + 1, listed[0] + 40) if c in self.world.contacts
                     and self.world.contacts[c].places[0][0].tenant != account.tenant][:3]
        foreign = next(b.id for b in self.world.books.values() if b.unit.tenant != account.tenant)
        hand.ask(f"/api/v2/profiles/{strangers[0]}")
        hand.ask(f"/api/v2/contacts?ids={listed[0]},{strangers[0]}")
        hand.ask(f"/api/v2/addressbooks/{foreign}?page=1")
        hand.ask(f"/api/v2/addressbooks/{foreign}/contacts/{strangers[0]}")
        hand.ask(f"/api/v2/addressbooks/{own}/contacts/{strangers[0]}", "HEAD")
        hand.ask(f"/api/v2/addressbooks/{own}/contacts/{strangers[0]}")
        # The same door by other spellings of its address.
        hand.ask(f"/api/v2/addressbooks/{own}/contacts/" + "".join(f"%{ord(d):x}" for d in str(strangers[1])))
        hand.ask(f"/api/v2/./addressbooks/{own}//contacts/{strangers[2]}/?view=full")
        self._hand_over(hand.cookie, own)
        phone = self.device(account, AGENTS[2], "127.0.0.17")
        phone.look_around()
        hand.close()
        while not (self.work / "attack.done").exists():
            self.clock.sleep_until(time.time() + 0.2)
        hand.log_out()

    def _hand_over(self, session, book):
        # Moves must be over: a card that was taken near one would belong to two tenants in a log
        # of whole seconds.
        self.clock.sleep_until(self.world.moves[0][0] + 5)
        plan = {"session": session, "book": book, "last": self.world.last_early + OVERSHOOT}
        part = self.work / "attack.json.part"
        part.write_text(json.dumps(plan))
        part.rename(self.work / "attack.json")


def run(part, failures):
    """A thread's life: until the work is done, or the capture is over."""
    try:
        # Nobody starts in the same instant.
        time.sleep(random.random() * 2)
        part()
    except Stop:
        pass
    except Exception as problem:  # a part that dies must fail the capture, whatever it died of
        failures.append(f"{getattr(part, '__name__', 'part')}: {problem!r}")


def main():
    """Plays every part, and says whether all of them were played."""
    options = argparse.ArgumentParser(description="the ordinary clients of the capture")
    options.add_argument("--start", type=int, required=True, help="epoch second at which the capture starts")
    options.add_argument("--port", type=int, required=True, help="nginx's port on 127.0.0.1")
    options.add_argument("--work", type=pathlib.Path, required=True, help="folder shared with capture.sh")
    options.add_argument("--seconds", type=float, default=165, help="how long to go on")
    socket.setdefaulttimeout(20)
    stage, failures = Stage(options.parse_args()), []
    threads = [threading.Thread(target=run, args=(part, failures)) for part in stage.parts()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit("clients failed: " + "; ".join(failures))


if __name__ == "__main__":
    main()
