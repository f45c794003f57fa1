#!/usr/bin/env python3
"""Holds a workbook against the answer that it was made from, through readers of other hands: LibreOffice (sheet by sheet
to CSV) and openpyxl. What is not installed is told and skipped.

usage: check.py BREACHSCOPE ANSWER
"""

import csv
import datetime
import pathlib
import shutil
import subprocess
import sys
import tempfile

# The workbook's sheets that are tables of the answer, in English.
COPIES = {
    "Controllers": "controllers.csv",
    "Accounts": "accounts.csv",
    "Data subjects": "subjects.csv",
    "Bounds": "bounds.csv",
    "Exposure ladder": "ladder.csv",
    "Coverage by hour": "coverage.csv",
}
IDS = {"controller", "account", "subject", "account_ids", "name"}


def wanted(answer, file):
    with open(answer / file, newline="", encoding="utf-8") as table:
        rows = list(csv.reader(table))
    head = rows[0]
    if file == "subjects.csv":
        at = head.index("protected")
        rows = [rows[0]] + [row for row in rows[1:] if row[at] == "false"]
    return head, rows[1:]


def same(name, own, cell):
    """Whether a cell as another program shows it is the answer's."""
    if own == cell or (name.startswith(("protected", "accounts_with_protected")) and own in ("<5", "withheld")):
        return True
    if own.replace(" ", "T") + "Z" == cell or own.lower() == cell:
        return True
    try:
        return float(own.replace(",", "")) == float(cell)
    except ValueError:
        return False


def libreoffice(book, answer):
    program = shutil.which("soffice")
    if program is None:
        print("no LibreOffice here: the workbook was not opened in it")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        # 76: UTF-8; the last -1: every sheet into a file of its own.
        form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = [program, profile, "--headless", "--convert-to", form, "--outdir", folder, str(book)]
        subprocess.run(command, check=True, capture_output=True, timeout=600)
        wrong = 0
        for sheet, file in COPIES.items():
            made = pathlib.Path(folder) / f"{book.stem}-{sheet}.csv"
            with open(made, newline="", encoding="utf-8") as table:
                rows = list(csv.reader(table))
            head, cells = wanted(answer, file)
            assert rows[1] == head, (sheet, rows[1])
            assert len(rows) - 2 == len(cells), (sheet, len(rows), len(cells))
            for row, expected in zip(rows[2:], cells):
                for name, own, cell in zip(head, row, expected):
                    if not same(name, own, cell):
                        wrong += 1
                        print(f"LibreOffice: {sheet}: {name}: {own!r} is not {cell!r}")
            print(f"LibreOffice: {sheet}: {len(cells)} rows are those of {file}")
        return wrong


def openpyxl_reads(book, answer):
    try:
        import openpyxl
    except ImportError:
        print("no openpyxl here: the workbook was not read with it")
        return 0
    wrong = 0
    loaded = openpyxl.load_workbook(book)
    for sheet in loaded:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f" or cell.hyperlink:
                    wrong += 1
                    print(f"openpyxl: {sheet.title} {cell.coordinate} is a formula or a link: {cell.value!r}")
    for title, file in COPIES.items():
        sheet = loaded[title]
        assert sheet.freeze_panes and sheet.auto_filter.ref, title
        head, cells = wanted(answer, file)
        rows = list(sheet.iter_rows(min_row=2, values_only=True))
        assert list(rows[0]) == head, (title, rows[0])
        assert len(rows) - 1 == len(cells), title
        for row, expected in zip(rows[1:], cells):
            for name, own, cell in zip(head, row, expected):
                if isinstance(own, datetime.datetime):
                    text = own.isoformat(timespec="seconds")
                else:
                    text = "" if own is None else str(own)
                typed = name not in IDS or own is None or isinstance(own, str)
                if not (typed and same(name, text, cell)):
                    wrong += 1
                    print(f"openpyxl: {title}: {name}: {own!r} is not {cell!r}")
        print(f"openpyxl: {title}: {len(cells)} rows are those of {file}")
    return wrong


def main():
    program, answer = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        book = pathlib.Path(folder) / "book.xlsx"
        subprocess.run([program, "report", str(answer), "--format", "xlsx", "--out", str(book)], check=True)
        wrong = libreoffice(book, answer) + openpyxl_reads(book, answer)
    print("wrong cells:", wrong)
    sys.exit(1 if wrong else 0)


main()
