//! What stands in the document, and in which order: the answer, figures, controllers, accounts, ladder, cause, what cannot be
//! said, method, digests. Data subjects are counted only; the tables beside the answer name them.

use super::layout::{Layout, Track};
use crate::report::cells::visible;
use crate::report::content::{Content, cell, list};
use crate::report::finished::Row;
use crate::report::html::clock::seconds;

/// Accounts and files that the document lists; the tables have all.
const LISTED: usize = 200;

/// Fills the pages.
pub(super) fn lay_out(content: &Content, layout: &mut Layout) {
    let words = &content.words;
    layout.title(&content.title());
    layout.note(&content.prepared());
    layout.note(&words.word("document.personal_data"));
    let digest = [("sha256", content.manifest_sha256.as_str())];
    layout.note(&words.say("document.digest", &digest));
    if words.language.code() != "en" {
        layout.note(&words.word("page.quoted"));
    }
    layout.heading(&words.word("section.answer"));
    for (sentence, number) in content.sentences.iter().zip(1..) {
        let [_, text, _] = sentence;
        layout.paragraph(&format!("{number}. {text}"));
    }
    figures(content, layout);
    controllers(content, layout);
    accounts(content, layout);
    ladder(content, layout);
    cause(content, layout);
    cannot_be_said(content, layout);
    method(content, layout);
    digests(content, layout);
    let foot = format!("{} \u{b7} {}", content.case(), content.build());
    layout.feet(&foot, |page, pages| {
        let (page, pages) = (words.number(page as u64), words.number(pages as u64));
        words.say("document.page", &[("n", &page), ("all", &pages)])
    });
}

/// Columns by their shares; a share below none stands to the right.
fn tracks<const N: usize>(shares: [f32; N]) -> Vec<Track> {
    let track = |share: f32| Track {
        share: share.abs(),
        right: share < 0.0,
    };
    shares.map(track).to_vec()
}

/// What a table's cells are told as.
struct Teller<'c> {
    content: &'c Content,
}

impl Teller<'_> {
    fn heads(&self, keys: &[&str]) -> Vec<String> {
        let words = &self.content.words;
        let head = |key: &&str| words.word(&format!("column.{key}"));
        keys.iter().map(head).collect()
    }

    /// A time in the case's zone.
    fn time(&self, cell: &str) -> String {
        let (words, zone) = (&self.content.words, &self.content.zone);
        seconds(cell).map_or_else(String::new, |at| words.when(zone, at, "short"))
    }

    /// A word of a section of the strings, or itself where there is none.
    fn word(&self, section: &str, word: &str) -> String {
        let key = format!("{section}.{word}");
        match self.content.words.strings.get(&key) {
            Some(text) if !word.is_empty() => text.clone(),
            _ => word.to_owned(),
        }
    }
}

fn at<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

fn figures(content: &Content, layout: &mut Layout) {
    let tell = Teller { content };
    let words = &content.words;
    layout.heading(&words.word("answer.tiles"));
    let rows = content.figures.iter().map(|figure| {
        let value = match (figure.name, figure.value.parse::<f64>()) {
            ("log_coverage", Ok(share)) => words.percent(share),
            _ => tell.content.count(&figure.value),
        };
        let label = words.word(&format!("figure.{}", figure.name));
        vec![label, value, figure.source.clone()]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    layout.table(&tracks([3.4, -1.4, 3.2]), &[], &rows);
}

fn controllers(content: &Content, layout: &mut Layout) {
    let tell = Teller { content };
    layout.heading(&content.words.word("section.ledger"));
    let keys = [
        "controller",
        "status",
        "min",
        "max",
        "protected",
        "first",
        "last",
        "reasons",
    ];
    let rows = content.rows("controllers").into_iter().map(|row| {
        let at = |column| at(&row, column);
        let name = match (at("controller"), at("name")) {
            (id, "") => id.to_owned(),
            (id, name) if id == name => id.to_owned(),
            (id, name) => format!("{id} \u{b7} {name}"),
        };
        vec![
            name,
            tell.word("status", at("status")),
            tell.content.count(at("subjects_min")),
            tell.content.count(at("subjects_max")),
            tell.content.count(at("protected_min")),
            tell.time(at("first_seen")),
            tell.time(at("last_seen")),
            at("reasons").replace(';', ", "),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let shares = [2.5, 1.4, -1.0, -1.0, -1.15, 1.45, 1.45, 1.5];
    layout.table(&tracks(shares), &tell.heads(&keys), &rows);
    layout.note(&content.words.word("document.reasons"));
}

fn accounts(content: &Content, layout: &mut Layout) {
    let tell = Teller { content };
    let words = &content.words;
    layout.heading(&words.word("section.accounts"));
    let all = content.rows("accounts");
    let all: Vec<&Row> = all
        .iter()
        .filter(|row| !at(row, "verdict").is_empty())
        .collect();
    if all.is_empty() {
        layout.paragraph(&words.word("account.none"));
        return;
    }
    let keys = [
        "account",
        "verdict",
        "belongs",
        "controllers",
        "confirmed",
        "probable",
        "attempts",
        "first",
        "last",
    ];
    let rows = all.iter().take(LISTED).map(|row| {
        let at = |column| at(row, column);
        vec![
            at("account").to_owned(),
            tell.word("verdict", at("verdict")),
            at("controller").replace(';', ", "),
            tell.content.count(at("controllers")),
            tell.content.count(at("subjects_confirmed")),
            tell.content.count(at("subjects_probable")),
            tell.content.count(at("attempts")),
            tell.time(at("first_seen")),
            tell.time(at("last_seen")),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let shares = [1.8, 1.5, 1.3, -1.25, -1.1, -1.1, -1.0, 1.45, 1.45];
    layout.table(&tracks(shares), &tell.heads(&keys), &rows);
    more(content, layout, all.len(), "accounts.csv");
}

/// Says what a list leaves out.
fn more(content: &Content, layout: &mut Layout, all: usize, file: &str) {
    let words = &content.words;
    if let Some(left) = all.checked_sub(LISTED).filter(|left| *left > 0) {
        let (left, shown) = (words.number(left as u64), words.number(LISTED as u64));
        let values = [("n", left.as_str()), ("file", file), ("shown", &shown)];
        layout.note(&words.say("document.left_out", &values));
    }
}

fn ladder(content: &Content, layout: &mut Layout) {
    let tell = Teller { content };
    let words = &content.words;
    layout.heading(&words.word("section.ladder"));
    let rows = content.rows("ladder");
    let whole: Vec<&Row> = rows
        .iter()
        .filter(|row| at(row, "controller").is_empty())
        .collect();
    if whole.is_empty() {
        layout.paragraph(&visible(&cell(&content.findings["ladder"]["basis"])));
        return;
    }
    layout.paragraph(&words.word("rung.lead"));
    let told = whole.iter().map(|row| {
        let at = |column| at(row, column);
        let accounts = match at("accounts") {
            "" => String::new(),
            count => tell.content.count(count),
        };
        vec![
            content.rung(at("rung")),
            accounts,
            tell.content.count(at("subjects")),
            tell.content.count(at("children")),
            tell.content.count(at("protected")),
        ]
    });
    let told: Vec<Vec<String>> = told.collect();
    let mut heads = vec![words.word("rung.name")];
    heads.extend(tell.heads(&["accounts", "subjects"]));
    heads.extend(["head.children", "head.protected"].map(|key| words.word(key)));
    layout.table(&tracks([3.6, -1.2, -1.2, -1.2, -1.4]), &heads, &told);
}

fn cause(content: &Content, layout: &mut Layout) {
    let tell = Teller { content };
    let words = &content.words;
    let cause = &content.findings["cause"];
    layout.heading(&words.word("section.cause"));
    let outcome = visible(&cell(&cause["outcome"]));
    layout.paragraph(&format!("{}: {outcome}", words.word("cause.outcome")));
    let rows = content.rows("cause").into_iter().map(|row| {
        let remains = match at(&row, "remains") {
            "true" => words.word("cause.remains"),
            _ => words.word("cause.refuted"),
        };
        let sign = at(&row, "hypothesis");
        vec![
            format!("{sign}: {}", tell.word("hypothesis", sign)),
            remains,
            at(&row, "for").to_owned(),
            at(&row, "against").to_owned(),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let heads = [
        words.word("head.hypothesis"),
        words.word("cause.outcome"),
        words.word("cause.for"),
        words.word("cause.against"),
    ];
    layout.table(&tracks([2.2, 1.0, 3.0, 3.0]), &heads, &rows);
    let ends = content.rows("ends").into_iter().map(|row| {
        let at = |column| at(&row, column);
        vec![
            at("route").to_owned(),
            tell.time(at("last_disclosure_beyond_scope")),
            tell.time(at("first_refusal_after_it")),
            at("said").to_owned(),
        ]
    });
    let ends: Vec<Vec<String>> = ends.collect();
    if !ends.is_empty() {
        layout.subheading(&words.word("cause.ends"));
        let heads = [
            words.word("column.route"),
            words.word("cause.last_disclosure"),
            words.word("cause.first_refusal"),
            words.word("column.said"),
        ];
        layout.table(&tracks([1.6, 1.5, 1.5, 4.0]), &heads, &ends);
    }
    for wanted in list(cause, "would_shrink_the_doubt_most") {
        let wanted = visible(&cell(wanted));
        layout.note(&format!("{}: {wanted}", words.word("cause.wanted")));
    }
}

fn cannot_be_said(content: &Content, layout: &mut Layout) {
    let tell = Teller { content };
    let words = &content.words;
    layout.heading(&words.word("section.coverage"));
    let covered = content.findings["totals"]["log_coverage"].as_f64();
    let covered = words.percent(covered.unwrap_or_default());
    layout.paragraph(&words.say("coverage.lead", &[("covered", &covered)]));
    let rows = content.rows("doubts");
    let rows = rows
        .iter()
        .filter(|row| !matches!(at(row, "reason"), "not_evaluated" | "remark"));
    let told: Vec<Vec<String>> = rows
        .map(|row| {
            let reason = at(row, "reason");
            let said = format!("{reason}: {}", tell.word("reason", reason));
            vec![
                said,
                at(row, "basis").to_owned(),
                content.widens(at(row, "widens")),
            ]
        })
        .collect();
    match told.is_empty() {
        true => layout.paragraph(&words.word("coverage.no_doubts")),
        false => {
            let heads = tell.heads(&["reason", "basis", "widens"]);
            layout.table(&tracks([2.0, 4.6, 2.0]), &heads, &told);
        }
    }
    let mut remarks = list(&content.findings, "remarks").peekable();
    if remarks.peek().is_some() {
        layout.subheading(&words.word("coverage.remarks"));
    }
    for one in remarks {
        layout.note(&format!("\u{2013} {}", visible(&cell(one))));
    }
    layout.subheading(&words.word("coverage.not_evaluated"));
    for one in list(&content.findings, "not_evaluated") {
        layout.note(&format!("\u{2013} {}", visible(&cell(one))));
    }
}

fn method(content: &Content, layout: &mut Layout) {
    let tell = Teller { content };
    let words = &content.words;
    layout.heading(&words.word("section.method"));
    layout.paragraph(&words.word("method.lead"));
    let rows = content.rows("method").into_iter().map(|row| {
        let what = tell.word("document", at(&row, "what"));
        vec![what, at(&row, "value").to_owned()]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    layout.table(&tracks([1.6, 5.0]), &[], &rows);
    layout.subheading(&words.word("method.thresholds"));
    let rows = content.rows("thresholds").into_iter().map(|row| {
        ["threshold", "value", "meaning"]
            .map(|column| at(&row, column).to_owned())
            .to_vec()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    layout.table(
        &tracks([1.6, -1.0, 5.0]),
        &tell.heads(&["threshold", "value", "meaning"]),
        &rows,
    );
}

fn digests(content: &Content, layout: &mut Layout) {
    let tell = Teller { content };
    let words = &content.words;
    layout.heading(&words.word("document.digests"));
    layout.paragraph(&words.word("document.digests_lead"));
    let all = content.rows("files");
    let rows = all.iter().take(LISTED).map(|row| {
        let lines = match at(row, "lines") {
            "" => String::new(),
            lines => tell.content.count(lines),
        };
        vec![
            at(row, "file").to_owned(),
            tell.word("document", &format!("kind_{}", at(row, "kind"))),
            lines,
            at(row, "sha256").to_owned(),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let heads = tell.heads(&["file", "kind", "lines", "sha256"]);
    layout.table(&tracks([2.2, 0.9, -0.9, 4.6]), &heads, &rows);
    more(content, layout, all.len(), "manifest.json");
}
