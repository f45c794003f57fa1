#!/usr/bin/env python3
"""Uses report.html as people do, in a headless Chromium, and holds what it shows against the answer's tables.

    check.py PROGRAM ANSWER... [--axe axe.min.js] [--shots DIR]

PROGRAM is the built breachscope, an ANSWER a folder that `scan --out` wrote. Each page is clicked, sorted, filtered,
searched, walked through by keyboard, looked at on a phone and in the dark, and printed; with axe-core it is held against
WCAG 2.2 A and AA in all three languages. Fails with a sentence for each thing that does not hold.
"""

import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from chrome import Chrome  # noqa: E402

WRONG = []
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Rows of a section's first table as texts.
ROWS = """(section => [...document.querySelectorAll('#' + section + ' table')[0].querySelectorAll('tbody tr:not(.space)')]
    .map(row => [...row.children].map(cell => cell.textContent)))"""
# Presses a head of a section's first table.
SORT = """((section, at) => document.querySelectorAll('#' + section + ' table')[0].querySelectorAll('thead button')[at].click())"""


def hold(true, sentence):
    if not true:
        WRONG.append(sentence)
        print("WRONG", sentence)


def rows(answer, file):
    with open(os.path.join(answer, file), newline="", encoding="utf-8") as table:
        return list(csv.DictReader(table))


def number(text):
    return int(re.sub(r"[,.\s\u00a0]", "", text))


def ledger(chrome, answer):
    wanted = {row["controller"]: row for row in rows(answer, "controllers.csv")}
    shown = chrome.run(ROWS + "('ledger')")
    hold(len(shown) == len(wanted), f"{answer}: {len(shown)} rows in the ledger, {len(wanted)} controllers")
    for cells in shown:
        row = wanted[cells[0].split(" · ")[0]]
        hold(number(cells[2]) == int(row["subjects_min"]) and number(cells[3]) == int(row["subjects_max"]),
             f"{answer}: the ledger says {cells[:4]} of {row}")
    chrome.run(SORT + "('ledger', 2)")
    least = [number(cells[2]) for cells in chrome.run(ROWS + "('ledger')")]
    hold(least == sorted(least, reverse=True), f"{answer}: sorted down by the least: {least}")
    chrome.run(SORT + "('ledger', 2)")
    least = [number(cells[2]) for cells in chrome.run(ROWS + "('ledger')")]
    hold(least == sorted(least), f"{answer}: sorted up by the least: {least}")


def people(chrome, answer):
    shown = [row for row in rows(answer, "subjects.csv") if row["protected"] == "false"]
    if not shown:
        return
    total = chrome.run("document.querySelectorAll('#subjects table')[0].getAttribute('aria-rowcount')")
    if total is not None:
        hold(int(total) == len(shown) + 1, f"{answer}: {total} rows for {len(shown)} data subjects")
        # The last one is reached by scrolling, and only some rows are there at a time.
        chrome.run("(frame => { frame.scrollTop = frame.scrollHeight; })(document.querySelector('#subjects .frame'))")
        chrome.run("new Promise(done => setTimeout(done, 200))")
        last = chrome.run(ROWS + "('subjects')")
        hold(len(last) < 200, f"{answer}: {len(last)} rows of data subjects are drawn at once")
        hold(last[-1][0] == shown[-1]["subject"], f"{answer}: the last data subject is {last[-1][0]}")
    if len(shown) <= 8:
        return
    someone = shown[len(shown) // 2]["subject"]
    chrome.run(f"""(input => {{ input.value = {someone!r}; input.dispatchEvent(new Event('input')); }})
        (document.querySelector('#subjects input'))""")
    chrome.run("new Promise(done => setTimeout(done, 400))")
    found = {cells[0] for cells in chrome.run(ROWS + "('subjects')")}
    hold(someone in found and all(someone in one for one in found), f"{answer}: searching {someone} finds {sorted(found)[:5]}")
    chrome.run("(input => { input.value = ''; input.dispatchEvent(new Event('input')); })(document.querySelector('#subjects input'))")
    chrome.run("new Promise(done => setTimeout(done, 300))")


def filters(chrome, answer):
    wanted = rows(answer, "controllers.csv")
    words = {"confirmed": "confirmed", "cannot_be_excluded": "cannot be excluded", "excluded": "excluded"}
    if len(wanted) <= 8 or len({row["status"] for row in wanted}) < 2:
        return
    for status, word in words.items():
        count = sum(row["status"] == status for row in wanted)
        if not count:
            continue
        chrome.run(f"""(select => {{ select.value = {word!r}; select.dispatchEvent(new Event('change')); }})
            (document.querySelector('#ledger select'))""")
        shown = chrome.run(ROWS + "('ledger')")
        hold(len(shown) == count and all(cells[1] == word for cells in shown), f"{answer}: filter {word} shows {len(shown)} rows, not {count}")
    chrome.run("(select => { select.value = ''; select.dispatchEvent(new Event('change')); })(document.querySelector('#ledger select'))")


def lines(chrome, answer):
    """A figure opens its lines by keyboard, and closing gives the focus back."""
    if not chrome.run("document.querySelector('#ledger button.figure') !== null"):
        return
    chrome.run("document.querySelector('#ledger button.figure').focus()")
    chrome.key("Enter", 13)
    hold(chrome.run("document.getElementById('lines').open"), f"{answer}: Enter on a figure opens nothing")
    items = chrome.run("[...document.querySelectorAll('#lines ol li')].map(item => [...item.querySelectorAll('code')].map(code => code.textContent))")
    hold(0 < len(items) <= 50, f"{answer}: {len(items)} lines behind a figure")
    for reference, digest in items:
        hold(re.fullmatch(r".+:\d+@\d+\+\d+", reference) and re.fullmatch(r"[0-9a-f]{64}", digest), f"{answer}: {reference} {digest}")
    hold("breachscope evidence ANSWER" in chrome.run("document.querySelector('#lines pre').textContent"), f"{answer}: no command for the lines")
    chrome.key("Escape", 27)
    hold(not chrome.run("document.getElementById('lines').open"), f"{answer}: Escape does not close the lines")
    hold(chrome.run("document.activeElement.classList.contains('figure')"), f"{answer}: the focus is lost after closing")
    chrome.run("document.querySelector('#ledger button.figure').click()")
    chrome.run("document.querySelector('#lines .close').click()")
    hold(not chrome.run("document.getElementById('lines').open"), f"{answer}: the button does not close the lines")


def keyboard(chrome, answer):
    """Tab goes to the way past the contents first, and whatever has the focus shows it."""
    chrome.run("document.activeElement.blur(); scrollTo(0, 0)")
    chrome.run("document.body.setAttribute('tabindex', '-1'); document.body.focus(); document.body.removeAttribute('tabindex')")
    chrome.key("Tab", 9)
    hold(chrome.run("document.activeElement.className") == "skip", f"{answer}: the first Tab goes elsewhere")
    for _ in range(25):
        chrome.key("Tab", 9)
        seen = chrome.run("(style => style.outlineStyle + ' ' + style.outlineWidth)(getComputedStyle(document.activeElement))")
        hold(seen == "solid 3px", f"{answer}: focus is not seen ({seen})")


def unsaid(chrome, answer):
    """Keys of strings that stand where words should."""
    text = chrome.run("document.body.innerText")
    sections = {line[1:-1] for line in open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/report/html/strings/en.toml"), encoding="utf-8").read().split("\n") if re.fullmatch(r"\[\w+\]", line)}
    keys = [one for one in re.findall(r"\b([a-z]+)\.[a-z_A-Z0-9]+\b", text) if one in sections]
    found = re.findall(r"(?:^|\s)((?:" + "|".join(sections) + r")\.[a-zA-Z_0-9]+)(?:$|\s)", text)
    found = [one for one in found if not re.search(r"\.(csv|json|jsonl|parquet|html|toml|log|gz)$", one)]
    hold(not found, f"{answer}: keys in place of words: {found[:5]}" if keys else "")
    hold("undefined" not in text and "NaN" not in text and "[object" not in text, f"{answer}: a value that is none is shown")


def opened(chrome):
    for _ in range(2):
        chrome.run("document.querySelectorAll('details').forEach(one => { if (one.build) one.build(); one.open = true; })")


def accessible(chrome, axe, what):
    if axe is None:
        return
    chrome.run(axe + ";0")
    found = chrome.run(f"""axe.run(document, {{ runOnly: {WCAG} }}).then(r => r.violations.map(v =>
        v.id + ': ' + v.nodes.length + ' such as ' + v.nodes[0].html.slice(0, 160) + ' ' + v.nodes[0].failureSummary.slice(0, 200)))""")
    for one in found:
        hold(False, f"{what}: axe: {one}")


def printing(chrome, answer, folder):
    file = os.path.join(folder, "printed.pdf")
    chrome.printed(file)
    if shutil.which("pdftotext") is None:
        print("no pdftotext here: what was printed is not read")
        return
    size = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    hold("594.9" in size or "595" in size, f"{answer}: not printed on A4")
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    flat = set(re.findall(r"\S+", text))
    shown = [row["subject"] for row in rows(answer, "subjects.csv") if row["protected"] == "false"][:2000]
    lost = [one for one in shown if one not in flat]
    hold(not lost, f"{answer}: {len(lost)} of {len(shown)} data subjects are not printed, such as {lost[:3]}")
    for row in rows(answer, "controllers.csv"):
        hold(row["controller"] in flat, f"{answer}: controller {row['controller']} is not printed")
    hold(chrome.run("document.querySelectorAll('details[open]').length") <= 3, f"{answer}: printing leaves parts open")


def narrow(chrome, page, axe, what):
    chrome.open(page, width=390, dark=True)
    over = chrome.run("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    hold(over <= 0, f"{what}: {over} pixels too wide for a phone")


def check(chrome, program, answer, axe, shots, folder):
    page = os.path.join(answer, "report.html")
    took = chrome.open(page)
    hold(chrome.run("document.documentElement.classList.contains('ready')"), f"{answer}: the page is not ready")
    print(f"{answer}: {os.path.getsize(page) / 1e6:.1f} MB, ready after {took:.2f} s")
    hold(not chrome.complaints(), f"{answer}: {chrome.complaints()[:3]}")
    ledger(chrome, answer)
    filters(chrome, answer)
    people(chrome, answer)
    lines(chrome, answer)
    keyboard(chrome, answer)
    for lang in ("en", "sv", "da"):
        other = os.path.join(folder, lang + ".html")
        if os.path.exists(other):
            os.remove(other)
        subprocess.run([program, "report", answer, "--lang", lang, "--out", other], check=True)
        for dark in (False, True):
            chrome.open(other, dark=dark)
            opened(chrome)
            accessible(chrome, axe, f"{answer} {lang} {'dark' if dark else 'light'}")
        unsaid(chrome, f"{answer} {lang}")
        hold(not chrome.complaints(), f"{answer} {lang}: {chrome.complaints()[:3]}")
        narrow(chrome, other, axe, f"{answer} {lang}")
        if shots:
            name = os.path.basename(os.path.abspath(answer)) + "-" + lang
            chrome.picture(os.path.join(shots, name + "-phone.png"))
            chrome.open(other)
            chrome.picture(os.path.join(shots, name + ".png"))
    chrome.open(page)
    printing(chrome, answer, folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("answers", nargs="+")
    parser.add_argument("--axe")
    parser.add_argument("--shots")
    given = parser.parse_args()
    axe = None
    if given.axe and os.path.exists(given.axe):
        axe = open(given.axe, encoding="utf-8").read()
    else:
        print("no axe-core here: WCAG is not checked by it")
    chrome = Chrome()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for answer in given.answers:
                check(chrome, given.program, answer, axe, given.shots, folder)
    finally:
        chrome.close()
    print("browser:", "all holds" if not WRONG else f"{len(WRONG)} wrong")
    sys.exit(1 if WRONG else 0)


main()
