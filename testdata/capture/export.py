"""Everything of the case that is written and not logged: nginx's configuration, the case files, the
directory tables, the sessions, and the truth.

The truth is counted from the service's own record (`record.jsonl`), where the service noted for
each answer which contacts went out and whether its own rules let that account see them. No log is
read here.

    python3 export.py conf --work DIR --port N --upstream N      (DIR/nginx.conf)
    python3 export.py case --work DIR --start EPOCH --out DIR    (all the rest)
"""

import argparse
import csv
import gzip
import json
import os
import pathlib
from datetime import datetime, timezone

from world import PAGE_SIZE, World

# One string for nginx's configuration and for the case file: they must be equal to the letter.
PATTERN = (
    '$remote_addr - $upstream_http_x_account [$time_local] "$request" $status $body_bytes_sent '
    '"$http_referer" "$http_user_agent" $request_id'
)
JSON_LINE = (
    '{"ts":$msec,"client":"$remote_addr","session":"$cookie_SID","method":"$request_method",'
    '"target":"$request_uri","protocol":"$server_protocol","status":$status,"bytes":$body_bytes_sent,'
    '"referer":"$http_referer","user_agent":"$http_user_agent","request_id":"$request_id"}'
)

NGINX = """\
{user}worker_processes 2;
daemon on;
pid {work}/nginx.pid;
error_log {work}/error.log warn;
events {{ worker_connections 512; }}
http {{
    log_format house '{pattern}';
    log_format lines escape=json '{json_line}';
    access_log {work}/nginx/access.log house;
    access_log {work}/json/access.json lines;
    client_body_temp_path {work}/body;
    proxy_temp_path {work}/proxy;
    fastcgi_temp_path {work}/fastcgi;
    uwsgi_temp_path {work}/uwsgi;
    scgi_temp_path {work}/scgi;
    server {{
        listen 127.0.0.1:{port};
        server_name adressbok.example;
        server_tokens off;
        location / {{
            proxy_pass http://127.0.0.1:{upstream};
            proxy_set_header X-Request-Id $request_id;
            # The account is for the log; a client need not learn its own name.
            proxy_hide_header X-Account;
        }}
    }}
}}
"""

CASE = """\
# A capture of real requests through nginx; see the README of testdata/capture. {about}
[case]
id = "capture"
title = "Address books with a missing check, captured"
timezone = "Europe/Stockholm"

{source}
[[route]]
name = "contact"
module = "address books"
path = "/api/v2/addressbooks/{{book}}/contacts/{{contact}}"
object = "contact"
discloses = ["name", "class", "nickname?", "email?", "phone?"]
empty_below = 60                       # the card of an erased person: 200, and 17 bytes

[[route]]
name = "address book"
module = "address books"
path = "/api/v2/addressbooks/{{book}}"
container = "book"
page = {{ query = "page", first = 1, size = {page_size} }}
discloses = ["name"]
empty_below = 60                       # a page behind the last one

[[route]]
name = "batch"
module = "address books"
method = ["GET"]
path = "/api/v2/contacts"
object = "ids"
discloses = ["name"]
empty_below = 40                       # no contact of those asked for exists

[[route]]
name = "profile"
module = "profiles"
method = ["GET"]
path = "/api/v2/profiles/{{contact}}"
object = "contact"
discloses = ["name", "nickname?"]
empty_below = 40

[directory]
controllers = "controllers.csv"
units = "units.csv"
grants = "grants.csv"
objects = "objects.csv"
members = "members.csv"
accounts = "accounts.csv"
{sessions}"""

NGINX_SOURCE = f"""\
[[source]]
name = "nginx"
files = ["logs/nginx/access.log*"]
pattern = '{PATTERN}'
account = "upstream_http_x_account"    # what the service said to nginx about who asks
"""

# The case's words for the keys of JSON_LINE, where they differ; a table in one line, as TOML wants it.
FIELDS = {"time": "ts", "account": "session"} | {
    key: key for key in
    ("client", "method", "target", "protocol", "status", "bytes", "referer", "user_agent", "request_id")
}
JSON_SOURCE = f"""\
[[source]]
name = "json"
files = ["logs/json/access.json*"]
format = "json"
fields = {{ {", ".join(f'{ours} = "{key}"' for ours, key in FIELDS.items())} }}
"""


def nginx_conf(work, port, upstream):
    """nginx's configuration: everything it writes stays under `work`."""
    # Workers of a root master run as nobody, who could not reopen a log in a private folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    for folder in ("nginx", "json"):
        (work / folder).mkdir(exist_ok=True)
    text = NGINX.format(user=user, work=work, port=port, upstream=upstream, pattern=PATTERN, json_line=JSON_LINE)
    (work / "nginx.conf").write_text(text, encoding="utf-8")


def cases(out):
    """The two case files: one directory, two ways to read the same requests."""
    nginx = CASE.format(about="nginx's own log, with the account in it.", source=NGINX_SOURCE,
                        page_size=PAGE_SIZE, sessions="")
    lines = CASE.format(about="The same requests as JSON lines, with the session in place of the account.",
                        source=JSON_SOURCE, page_size=PAGE_SIZE, sessions='sessions = "sessions.csv"\n')
    (out / "case.toml").write_text(nginx, encoding="utf-8")
    (out / "case-json.toml").write_text(lines, encoding="utf-8")


def stamp(instant):
    """RFC 3339 in UTC; milliseconds only where there are any; empty where it is open."""
    if instant is None:
        return ""
    text = datetime.fromtimestamp(int(instant), timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    milliseconds = int(instant * 1000) % 1000
    return text + (f".{milliseconds:03}Z" if milliseconds else "Z")


def span(interval):
    """The cells `from` and `until`."""
    return [stamp(interval.since), stamp(interval.until)]


def flag(value):
    """A boolean cell."""
    return "true" if value else "false"


def write(path, header, rows):
    """A table with LF line ends."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header.split(","))
        table.writerows(rows)


def directory(world, out):
    """The tables of the directory: exactly what the service enforces, in the columns of a case."""
    write(out / "controllers.csv", "controller,name,country,language",
          [[tenant, name, "SE", "sv"] for tenant, name in world.tenants.items()])
    write(out / "units.csv", "unit,parent,controller,name,kind",
          [[u.id, u.parent.id if u.parent else "", "" if u.parent else u.tenant,
            world.tenants[u.tenant] if u.kind == "tenant" else u.name, u.kind] for u in world.units])
    accounts = world.accounts.values()
    write(out / "grants.csv", "account,role,unit,protected,from,until",
          [[a.id, a.role, g.unit.id, flag(g.protected), *span(g.span)] for a in accounts for g in a.grants])
    people = sorted(world.people, key=lambda person: person.contact)
    write(out / "objects.csv", "object,kind,unit,subject,protected,child,fields,from,until",
          [[p.contact, "contact", unit.id, p.subject, flag(p.protected), flag(p.child), ";".join(p.optional), *span(s)]
           for p in people for unit, s in p.places])
    write(out / "members.csv", "container,object,from,until",
          [[b.id, p.contact, *span(s)] for b in world.books.values() for p, s in b.members])
    write(out / "accounts.csv", "account,subject,controller,kind",
          [[a.id, a.person.subject if a.person else "", a.tenant, a.kind] for a in accounts])


def sessions(work, out):
    """The sessions that the service opened, in the order in which it opened them."""
    with open(work / "sessions.jsonl", encoding="utf-8") as file:
        opened = sorted((json.loads(line) for line in file), key=lambda s: (s["from"], s["session"]))
    write(out / "sessions.csv", "session,account,from,until",
          [[s["session"], s["account"], stamp(s["from"]), stamp(s["until"])] for s in opened])


def read_record(path):
    """The service's record, packed or not."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def truth(world, record):
    """What was disclosed beyond the service's own rules."""
    leaks = [(line["account"], card) for line in record for card in line["beyond"]]
    subjects = {}
    for account, card in leaks:
        row = subjects.setdefault(card["subject"], {
            "subject": card["subject"], "controller": card["controller"], "protected": card["protected"],
            "child": card["child"], "accounts": set(), "data_categories": set()})
        if row["controller"] != card["controller"]:
            raise SystemExit(f"{card['subject']} was disclosed under two controllers: capture again")
        row["accounts"].add(account)
        row["data_categories"].update(card["categories"])
    rows = [{**row, "accounts": sorted(row["accounts"]), "data_categories": sorted(row["data_categories"])}
            for _, row in sorted(subjects.items())]
    return {
        "controllers": {tenant: controller_truth(tenant, rows) for tenant in world.tenants},
        "subjects": rows,
        "accounts": account_truth(world, record),
        "accesses_beyond_scope": sum(bool(line["beyond"]) for line in record),
        "requests": len(record),
    }


def controller_truth(tenant, subjects):
    """One controller's part of the truth."""
    own = [row for row in subjects if row["controller"] == tenant]
    return {
        "status": "confirmed" if own else "excluded",
        "subjects": len(own),
        "children": sum(row["child"] for row in own),
        "protected": sum(row["protected"] for row in own),
        "subject_ids": [row["subject"] for row in own],
    }


def account_truth(world, record):
    """Who went beyond its scope, and by which part in the play."""
    parts = {world.attacker.id: "enumeration", world.link_pupil.id: "overreach"}
    found = {}
    for line in record:
        if line["beyond"]:
            row = found.setdefault(line["account"], {"accesses": 0, "subjects": set()})
            row["accesses"] += 1
            row["subjects"].update(card["subject"] for card in line["beyond"])
    if set(found) != set(parts):
        raise SystemExit(f"beyond scope went {sorted(found)}, and {sorted(parts)} were to: capture again")
    return {account: {"verdict": parts[account], "role": world.accounts[account].role,
                      "accesses": row["accesses"], "subjects": len(row["subjects"])}
            for account, row in sorted(found.items())}


def laid_out(document):
    """JSON with one line for each controller, account and subject, so that a difference shows as lines."""
    parts = []
    for key, value in document.items():
        if isinstance(value, dict):
            rows = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in value.items()]
            text = "{\n  " + ",\n  ".join(rows) + "\n }"
        elif isinstance(value, list):
            text = "[\n  " + ",\n  ".join(map(json.dumps, value)) + "\n ]"
        else:
            text = json.dumps(value)
        parts.append(f' "{key}": {text}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def case(work, start, out):
    """Writes the whole case but for its logs."""
    world = World(start)
    cases(out)
    directory(world, out)
    sessions(work, out)
    record = read_record(work / "record.jsonl")
    (out / "truth.json").write_text(laid_out(truth(world, record)), encoding="utf-8")


def main():
    """One of the two subcommands."""
    options = argparse.ArgumentParser(description="writes what the capture does not log")
    commands = options.add_subparsers(dest="command", required=True)
    conf = commands.add_parser("conf", help="nginx's configuration")
    conf.add_argument("--port", type=int, required=True)
    conf.add_argument("--upstream", type=int, required=True)
    made = commands.add_parser("case", help="case files, directory, sessions, truth")
    made.add_argument("--start", type=int, required=True)
    made.add_argument("--out", type=pathlib.Path, required=True)
    for command in (conf, made):
        command.add_argument("--work", type=pathlib.Path, required=True)
    chosen = options.parse_args()
    if chosen.command == "conf":
        nginx_conf(chosen.work, chosen.port, chosen.upstream)
    else:
        case(chosen.work, chosen.start, chosen.out)


if __name__ == "__main__":
    main()
