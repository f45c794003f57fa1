"""The address-book service behind nginx, with one check missing.

It logs people in, answers the routes of the platform, and keeps its own record of every answer: who
asked, which contacts went out, and whether its own rules allow that account to see each of them.
The truth of the capture comes from that record and from no log. nginx, the clients and the
attack are started elsewhere.

    python3 service.py --start EPOCH --work DIR     (writes DIR/service.port when it listens)

On SIGTERM it ends, leaving DIR/record.jsonl and DIR/sessions.jsonl.
"""

import argparse
import hashlib
import json
import pathlib
import random
import secrets
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from world import PAGE_SIZE, SEED, World

STATIC = {
    ("",): ("text/html", "<!doctype html><title>Adressboken</title><p>Välkommen. <a href='/login'>Logga in</a></p>"),
    ("login",): ("text/html", "<!doctype html><title>Logga in</title><form method='post'></form>" + "<!-- -->" * 40),
    ("help",): ("text/html", "<!doctype html><title>Hjälp</title>" + "<p>Fråga din skola.</p>" * 60),
    ("robots.txt",): ("text/plain", "User-agent: *\nDisallow: /api/\n"),
    ("static", "app.css"): ("text/css", "body{margin:0;font:16px sans-serif}" * 50),
    ("static", "app.js"): ("text/javascript", "const app = {};" * 200),
}


class Answer:
    """What goes back to the client, and what of it the record must know."""

    def __init__(self, status, body=b"", kind="application/json", headers=(), delivered=(), tagged=False):
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode()
        elif isinstance(body, str):
            body = body.encode()
        self.status, self.body, self.kind = status, body, kind
        self.headers = dict(headers)
        # Pairs of (person, categories that the body holds about it).
        self.delivered = list(delivered)
        if tagged:
            self.headers["ETag"] = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'

    def unchanged(self):
        """The 304 that stands for this answer; it carries nobody's data."""
        return Answer(304, headers={"ETag": self.headers["ETag"]})


class Platform:
    """Sessions, rules and routes, without HTTP."""

    def __init__(self, world, record, sessions):
        self.world, self.record, self.sessions_file = world, record, sessions
        self.lock = threading.Lock()
        self.live = {}
        self.trouble = random.Random(SEED)

    # --- rules -----------------------------------------------------------------------------

    def may_see(self, account, person, now):
        """The platform's rule for one person. The contact route forgets to ask it."""
        places = person.units_at(now)
        return any(
            grant.span.holds(now) and (grant.protected or not person.protected)
            and any(grant.unit.covers(unit) for unit in places)
            for grant in account.grants
        )

    def may_open(self, account, book, now):
        """Whether the account may open an address book."""
        return any(grant.span.holds(now) and grant.unit.covers(book.unit) for grant in account.grants)

    # --- sessions --------------------------------------------------------------------------

    def log_in(self, name, password):
        """A new session's ID, or None."""
        account = self.world.accounts.get(name)
        if account is None or account.password != password:
            return None
        session = secrets.token_hex(12)
        with self.lock:
            self.live[session] = (account, time.time())
        return session

    def log_out(self, session):
        """Ends a session and notes its span."""
        with self.lock:
            account, since = self.live.pop(session)
            self._note_session(session, account, since, time.time())

    def _note_session(self, session, account, since, until):
        line = {"session": session, "account": account.id, "from": since, "until": until}
        self.sessions_file.write(json.dumps(line) + "\n")

    def close(self):
        """Notes the sessions that are still open."""
        with self.lock:
            for session, (account, since) in self.live.items():
                self._note_session(session, account, since, None)

    def account_of(self, session):
        """Who a session belongs to, or None."""
        with self.lock:
            return self.live.get(session, (None, 0))[0]

    # --- routes ----------------------------------------------------------------------------

    def answer(self, method, target, session, body, now):
        """Name of the route, and the answer to a request."""
        url = urlsplit(target)
        parts = tuple(unquote(part) for part in url.path.split("/") if part not in ("", "."))
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        account = self.account_of(session)
        if method == "OPTIONS":
            return "preflight", Answer(204, headers={"Allow": "GET, HEAD, POST, OPTIONS"})
        if method == "POST":
            return self._post(parts, session, account, body)
        if (parts or ("",)) in STATIC:
            kind, text = STATIC[parts or ("",)]
            return "static", Answer(200, text, kind, tagged=True)
        if parts[:1] == ("app",):
            if account is None:
                return "app", Answer(302, headers={"Location": "/login"})
            return "app", Answer(200, "<!doctype html><div id='app'></div>" * 9, "text/html")
        if parts[:2] != ("api", "v2"):
            return "none", Answer(404, {"error": "not found"})
        if account is None:
            return "none", Answer(401, {"error": "log in first"})
        return self._api(parts[2:], query, account, now)

    def _post(self, parts, session, account, body):
        if parts == ("api", "login"):
            try:
                asked = json.loads(body)
                session = self.log_in(asked["account"], asked["password"])
            except (ValueError, KeyError, TypeError):
                return "login", Answer(400, {"error": "account and password are needed"})
            if session is None:
                return "login", Answer(401, {"error": "wrong account or password"})
            return "login", Answer(200, {"ok": True}, headers={"Set-Cookie": f"SID={session}; Path=/; HttpOnly"})
        if parts == ("api", "logout") and account is not None:
            self.log_out(session)
            return "logout", Answer(204)
        return "none", Answer(404, {"error": "not found"})

    def _api(self, parts, query, account, now):
        numbers = [int(part) for part in parts[1:] if part.isascii() and part.isdigit()]
        match parts:
            case ("addressbooks",):
                mine = [b for b in self.world.books.values() if self.may_open(account, b, now)]
                named = [{"book": b.id, "name": b.unit.name} for b in mine]
                return "books", Answer(200, {"addressbooks": named})
            case ("addressbooks", _) if len(numbers) == 1:
                return "book", self._overloaded() or self._book(account, numbers[0], query, now)
            case ("addressbooks", _, "contacts", _) if len(numbers) == 2:
                return "contact", self._overloaded() or self._contact(account, *numbers, now)
            case ("contacts",):
                return "batch", self._batch(account, query.get("ids", ""), now)
            case ("profiles", _) if len(numbers) == 1:
                return "profile", self._profile(account, numbers[0], now)
            case ("notifications",):
                # Long poll: most clients wait for nothing, some go away first.
                time.sleep(1.2)
                return "notifications", Answer(204)
        return "none", Answer(404, {"error": "not found"})

    def _overloaded(self):
        with self.lock:
            unlucky = self.trouble.random() < 0.004
        return Answer(503, {"error": "try again"}, headers={"Retry-After": "1"}) if unlucky else None

    def _book(self, account, number, query, now):
        book = self.world.books.get(number)
        if book is None:
            return Answer(404, {"error": "no such address book"})
        if not self.may_open(account, book, now):
            return Answer(403, {"error": "not your address book"})
        page = int(query["page"]) if query.get("page", "").isdigit() else 1
        listed = book.listed(now)
        shown = listed[max(page - 1, 0) * PAGE_SIZE:][:PAGE_SIZE]
        contacts = [{"id": p.contact, "name": p.name} for p in shown]
        body = {"book": number, "page": page, "contacts": contacts}
        if shown:
            body["pages"] = -(-len(listed) // PAGE_SIZE)
        return Answer(200, body, delivered=[(p, ["name"]) for p in shown], tagged=True)

    def _contact(self, account, book_number, number, now):
        """THE MISSING CHECK: it asks whether the book is the caller's, and never whether the contact
        stands in that book, or whether it is a protected one."""
        book = self.world.books.get(book_number)
        if book is None or not self.may_open(account, book, now):
            return Answer(403, {"error": "not your address book"})
        if number in self.world.erased:
            return Answer(200, {"contact": None})
        person = self.world.contacts.get(number)
        if person is None:
            return Answer(404, {"error": "no such contact"})
        card, categories = self._card(person, now)
        return Answer(200, {"contact": card}, delivered=[(person, categories)], tagged=True)

    def _card(self, person, now):
        units = ", ".join(f"{unit.parent.name} {unit.name}" for unit in person.units_at(now))
        card = {"id": person.contact, "name": person.name, "role": person.role, "class": units, **person.optional}
        return card, ["name", "class", *person.optional]

    def _batch(self, account, ids, now):
        known = [self.world.contacts.get(int(n)) for n in ids.split(",") if n.isdigit()]
        people = [person for person in known if person is not None]
        if not all(self.may_see(account, person, now) for person in people):
            return Answer(403, {"error": "not all of these are yours"})
        contacts = [{"id": p.contact, "name": p.name, "role": p.role} for p in people]
        return Answer(200, {"contacts": contacts}, delivered=[(p, ["name"]) for p in people])

    def _profile(self, account, number, now):
        person = self.world.contacts.get(number)
        if person is None:
            return Answer(404, {"error": "no such contact"})
        if not self.may_see(account, person, now):
            return Answer(403, {"error": "not yours"})
        profile = {"id": number, "name": person.name, "nickname": person.optional.get("nickname")}
        categories = ["name"] + ["nickname"] * ("nickname" in person.optional)
        return Answer(200, {"profile": profile}, delivered=[(person, categories)])

    # --- the record ------------------------------------------------------------------------

    def note(self, request_id, now, account, method, route, answer, sent):
        """One line of the service's own record: what left the house, and whether it should have."""
        delivered = answer.delivered if sent else []
        beyond = [self._beyond(p, categories, now) for p, categories in delivered
                  if account is None or not self.may_see(account, p, now)]
        line = {
            "request_id": request_id, "time": round(now, 3), "account": account.id if account else None,
            "method": method, "route": route, "status": answer.status, "bytes": sent,
            "delivered": [p.contact for p, _ in delivered], "beyond": beyond,
        }
        with self.lock:
            self.record.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _beyond(self, person, categories, now):
        return {
            "contact": person.contact, "subject": person.subject, "controller": person.units_at(now)[0].tenant,
            "protected": person.protected, "child": person.child, "categories": categories,
        }


class Handler(BaseHTTPRequestHandler):
    """HTTP around the platform: cookie in, answer out, a line in the record."""

    platform: Platform

    def _serve(self):
        now = time.time()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        session = self._cookie("SID")
        # Asked before the answer: a logout ends the session that it still belongs to.
        account = self.platform.account_of(session)
        route, answer = self.platform.answer(self.command, self.path, session, body, now)
        if answer.headers.get("ETag") and self.headers.get("If-None-Match") == answer.headers["ETag"]:
            answer = answer.unchanged()
        sent = self._send(answer, account)
        self.platform.note(self.headers.get("X-Request-Id"), now, account, self.command, route, answer, sent)

    def _send(self, answer, account):
        """Writes the answer and returns the bytes of body that were sent."""
        with_body = self.command != "HEAD" and answer.status not in (204, 304)
        self.send_response(answer.status)
        if answer.body:
            self.send_header("Content-Type", answer.kind + "; charset=utf-8")
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(answer.body)))
        if account is not None:
            # For nginx's log alone; nginx keeps it from the client.
            self.send_header("X-Account", account.id)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        try:
            self.end_headers()
            if with_body:
                self.wfile.write(answer.body)
        except ConnectionError:
            return 0
        return len(answer.body) if with_body else 0

    def _cookie(self, name):
        for pair in self.headers.get("Cookie", "").split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name:
                return value
        return None

    def log_message(self, *_):
        """Silent: the log of this platform is nginx's."""

    do_GET = do_HEAD = do_POST = do_OPTIONS = _serve


class Server(ThreadingHTTPServer):
    """One thread a request; nginx opens a connection for each."""

    request_queue_size = 256
    # Closing waits for every thread, so that no answer is missing from the record.
    daemon_threads = False


def main():
    """Serves until SIGTERM or SIGINT."""
    options = argparse.ArgumentParser(description="the address-book service of the capture")
    options.add_argument("--start", type=int, required=True, help="epoch second at which the capture starts")
    options.add_argument("--work", type=pathlib.Path, required=True, help="folder for the record")
    chosen = options.parse_args()
    # Blocked before any thread starts, so that each of them inherits it and only sigwait sees it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    with open(chosen.work / "record.jsonl", "w", encoding="utf-8") as record, \
         open(chosen.work / "sessions.jsonl", "w", encoding="utf-8") as sessions:
        Handler.platform = Platform(World(chosen.start), record, sessions)
        server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        part = chosen.work / "service.port.part"
        part.write_text(str(server.server_address[1]))
        part.rename(chosen.work / "service.port")
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
        server.shutdown()
        server.server_close()
        Handler.platform.close()


if __name__ == "__main__":
    main()
