"""What is true of a world by CASE.md, from its events, never from a log line or from the program under test.

An event's disclosures are the cards that it asked for and got, or those that stood on the page; beyond scope is what
no grant of the tables that are handed in covers at that instant. `certain` reads an event as the log will show it.
"""
from life import PAGE


def shown(w, e):
    """The cards that an answer with content held."""
    if e.kind in ("card", "batch", "file"):
        return [i for i in e.ids if i in w.objects]
    if e.kind in ("list", "suggest") and e.ids[0] in w.lists:
        return w.listed(e.ids[0], e.t)[(e.page - 1) * PAGE: e.page * PAGE]
    return []


def certain(w, e, logged):
    """confirmed, probable or None: CASE.md section 3, by what happened or by what the log shows of it."""
    if e.status == 304:
        return "probable"
    if e.status not in (200, 203, 206):
        return None
    if logged and e.size is None:
        return "probable"
    limit = w.limit or 1
    return "confirmed" if (e.size or 0) >= limit else None


class Truth:
    """Pairs of subject and controller disclosed beyond scope, and what each account took."""

    def __init__(self, w, events, logged):
        self.pairs = {}              # (subject, controller) -> confirmed | probable
        self.taken = {}              # account -> foreign objects that its attack got, by lists too
        self.asked = {}              # account -> foreign objects that it asked for by ID, and got
        self.lists = {}              # account -> foreign lists that its attack got
        self.tried = {}              # account -> foreign objects and lists that its attack asked for
        for e in events:
            if e.kind in ("noise", "search") or e.account in w.excluded:
                continue
            self.event(w, e, certain(w, e, logged))

    def event(self, w, e, sure):
        beyond = []
        for oid in shown(w, e):
            inside = e.account is not None and w.in_scope(e.account, oid, e.t)
            if not inside:
                beyond.append(oid)
        if not beyond:
            return
        who = e.account or "client:" + e.client
        if e.tag == "attack":
            self.tried.setdefault(who, set()).update(e.ids)
        if not sure:
            return
        for oid in beyond:
            for pair in w.owners(oid, e.t):
                if self.pairs.get(pair) != "confirmed":
                    self.pairs[pair] = sure
        if e.tag == "attack":
            if e.kind in ("list", "suggest"):
                self.lists.setdefault(who, set()).add(e.ids[0])
            else:
                self.asked.setdefault(who, set()).update(beyond)
            self.taken.setdefault(who, set()).update(beyond)

    def controllers(self, sure=None):
        return {c for (_, c), s in self.pairs.items() if sure is None or s == sure}

    def per_controller(self):
        out = {}
        for _, c in self.pairs:
            out[c] = out.get(c, 0) + 1
        return out

    def must_find(self, account):
        """Twenty foreign IDs asked for, ten foreign lists, or a hundred strangers off the pages of fewer."""
        return len(self.asked.get(account, ())) >= 20 or len(self.lists.get(account, ())) >= 10 or \
            len(self.taken.get(account, ())) >= 100
