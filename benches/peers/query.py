"""The query, in what DuckDB, ClickHouse (chdb) and Polars each express best: per account, distinct contacts outside its own
tenant that were answered with 200; the first 20. Accounts and contacts tell their tenant by arithmetic, as the bench's logs
(and only those) have it.

    query.py duckdb|chdb|polars FILE

Combined lines (with or without columns behind the user agent) or JSON lines. Prints `ACCOUNT COUNT`, one a line. Timing is
left to run.sh.
"""

import csv
import sys

THREADS = 2
COLUMNS = ["client", "ident", "account", "time_of", "zone", "request", "status", "bytes", "referer", "agent"]
CONTACT = "/api/v1/addressbooks/[0-9]+/contacts/([0-9]+)"


def columns(path):
    """Names for all columns of a combined file, whatever stands behind the user agent."""
    with open(path, newline="") as file:
        first = next(csv.reader(file, delimiter=" "))
    return COLUMNS + [f"more{i}" for i in range(len(first) - len(COLUMNS))]


def is_json(path):
    with open(path, "rb") as file:
        return file.read(1) == b"{"


def duckdb_rows(path):
    import duckdb

    db = duckdb.connect()
    db.execute(f"SET threads = {THREADS}; SET preserve_insertion_order = false")
    if is_json(path):
        lines = f"""SELECT account, uri AS request, status FROM read_json('{path}', format = 'newline_delimited',
            columns = {{account: 'VARCHAR', uri: 'VARCHAR', status: 'INTEGER'}})"""
    else:
        named = ", ".join(f"{name}: '{'INTEGER' if name == 'status' else 'VARCHAR'}'" for name in columns(path))
        lines = f"""SELECT account, request, status FROM read_csv('{path}', delim = ' ', quote = '"', header = false,
            auto_detect = false, columns = {{{named}}})"""
    return db.execute(f"""
        SELECT account, count(DISTINCT contact) AS n FROM (
            SELECT account, regexp_extract(request, '{CONTACT}', 1)::INTEGER AS contact FROM ({lines})
            WHERE status = 200 AND length(account) > 1 AND contains(request, '/contacts/'))
        WHERE contact // 100000 <> account[2:]::INTEGER // 5000
        GROUP BY account ORDER BY n DESC, account LIMIT 20""").fetchall()


def chdb_rows(path):
    import chdb

    if is_json(path):
        lines = f"""SELECT account, uri AS path FROM file('{path}', 'JSONEachRow', 'account String, uri String, status UInt16')
            WHERE status = 200 AND path LIKE '%/contacts/%'"""
    else:
        # Splitting at blanks is several times faster here than a regular expression or the CSV reader.
        lines = f"""SELECT words[3] AS account, words[7] AS path FROM (
                SELECT splitByChar(' ', line, 9) AS words FROM file('{path}', 'LineAsString', 'line String')
                WHERE line LIKE '%/contacts/%')
            WHERE words[9] = '200'"""
    answer = chdb.query(f"""
        SELECT account, uniqExact(contact) AS n FROM (
            SELECT account, toUInt32OrNull(extract(path, '{CONTACT}')) AS contact FROM ({lines})
            WHERE length(account) > 1 AND contact IS NOT NULL)
        WHERE intDiv(contact, 100000) <> intDiv(toUInt32(substring(account, 2)), 5000)
        GROUP BY account ORDER BY n DESC, account LIMIT 20 SETTINGS max_threads = {THREADS}""", "TSV")
    return [line.split("\t") for line in str(answer).splitlines()]


def polars_rows(path):
    import os

    os.environ["POLARS_MAX_THREADS"] = str(THREADS)
    import polars as pl

    if is_json(path):
        lines = pl.scan_ndjson(path, infer_schema_length=1000).rename({"uri": "request"})
    else:
        schema = {name: pl.Int32 if name == "status" else pl.String for name in columns(path)}
        lines = pl.scan_csv(path, separator=" ", has_header=False, schema=schema)
    of_contacts = (
        (pl.col("status") == 200)
        & (pl.col("account").str.len_bytes() > 1)
        & pl.col("request").str.contains("/contacts/", literal=True)
    )
    tenant = pl.col("account").str.slice(1).cast(pl.Int32) // 5000
    return (
        lines.filter(of_contacts)
        .select("account", tenant.alias("tenant"), contact=pl.col("request").str.extract(CONTACT, 1).cast(pl.Int32))
        .filter(pl.col("contact") // 100000 != pl.col("tenant"))
        .group_by("account")
        .agg(n=pl.col("contact").n_unique())
        .sort("n", "account", descending=[True, False])
        .head(20)
        .collect(engine="streaming")
        .rows()
    )


for account, n in {"duckdb": duckdb_rows, "chdb": chdb_rows, "polars": polars_rows}[sys.argv[1]](sys.argv[2]):
    print(account, n)
