//! What a notification asks for, as far as the logs can tell: `notification.json`, and the same for people as
//! `notification.md` and `README.txt`.
//!
//! GDPR Art. 33(3)(a) to (d); the standard clauses between controller and processor (Decision (EU) 2021/915, clause 9.2)
//! and for transfers (Decision (EU) 2021/914, clause 8.6(c)) ask for the same things. Nothing is judged here: risk,
//! consequences and measures are `null`, for a human to write. The two texts are made from the JSON alone, so that the
//! leak check can make them again.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::figures::suppressed;
use crate::report::Row;

/// The schema that the file names.
pub(super) const SCHEMA: &str = "breachscope.notification/1";
/// What stands where no log can say it.
pub(super) const HUMAN: &str = "to be written by a human";
const NATURE: &str = "personal data was shown to accounts that had no right to it, by requests that access logs recorded";
const POSSIBLE: &str =
    "the logs leave room for personal data having been shown to accounts that had no right to it";
const NOTHING: &str = "the logs cover what they must and show nothing of this controller";

/// Stands where the case has no word of who is protected: then there may be some, and none can be told.
const UNMARKED: &str = "no table of the case says who";
const UNMARKED_BASIS: &str = "no table of the case says who has a protected identity; it does not follow that nobody has one";
/// Stands where none is listed, and others than those who are may have been shown.
const ROOM: &str = "none among those that are listed; the logs leave room for others";
const PROTECTED_BASIS: &str = "the answer's subjects.csv: whoever of them is protected at any time; one to four are told as <5";

/// Sentences that say what a field rests on, and who asks for it.
const FIXED: [&str; 24] = [
    SCHEMA,
    HUMAN,
    NATURE,
    POSSIBLE,
    NOTHING,
    "GDPR Art. 33(3)(a); 2021/915 clause 9.2(a); 2021/914 clause 8.6(c)",
    "GDPR Art. 33(3)(b); 2021/915 clause 9.2(b); 2021/914 clause 8.6(c)",
    "GDPR Art. 33(3)(c); 2021/915 clause 9.2(c); 2021/914 clause 8.6(c)",
    "GDPR Art. 33(3)(d); 2021/915 clause 9.2(c); 2021/914 clause 8.6(c)",
    "controller.csv: status, reasons, data_categories, routes",
    "controller.csv: subjects_min, subjects_max, subjects_confirmed, subjects_probable, subjects_possible, children_min",
    PROTECTED_BASIS,
    "distinct objects in the answer's accesses.parquet; min: confirmed; seen: confirmed, probable and possible",
    "controller.csv: first_seen, last_seen",
    "confirmed",
    "cannot_be_excluded",
    "excluded",
    "sealed in protected.age",
    "left out of this pack",
    "none",
    UNMARKED,
    UNMARKED_BASIS,
    PROTECTED_BASIS,
    ROOM,
];

/// Keys whose numbers are figures of this file.
const FIGURES: [&str; 9] = [
    "min",
    "max",
    "confirmed",
    "probable",
    "possible",
    "children_min",
    "seen",
    "count",
    "evidence_lines",
];

/// What is known of a controller.
pub(super) struct Known<'a> {
    pub(super) case: Option<&'a str>,
    pub(super) row: &'a Row,
    pub(super) objects_confirmed: u64,
    pub(super) objects_seen: u64,
    pub(super) evidence_lines: usize,
    /// Who is protected at any time; nothing where no table says who is.
    pub(super) protected: Option<usize>,
    /// Whether any table says who is a child.
    pub(super) marks_children: bool,
    /// Data subjects in the answer's list.
    pub(super) listed: u64,
    pub(super) sealed: bool,
}

/// The file's content.
pub(super) fn notification(known: &Known<'_>) -> Value {
    let row = known.row;
    let cell = |name: &str| row.get(name).map_or("", String::as_str);
    let figure = |name: &str| cell(name).parse::<u64>().ok();
    let list = |name: &str| -> Vec<&str> {
        cell(name)
            .split(';')
            .filter(|one| !one.is_empty())
            .collect()
    };
    // Where nothing is shown and the logs leave room for something, it may be anything.
    let open = cell("status") == "cannot_be_excluded";
    let shown = |name: &str| Some(list(name)).filter(|all| !open || !all.is_empty());
    let time = |name: &str| Some(cell(name)).filter(|at| !at.is_empty());
    let kind = match cell("status") {
        "confirmed" => NATURE,
        "cannot_be_excluded" => POSSIBLE,
        _ => NOTHING,
    };
    let room = figure("subjects_max").is_none_or(|max| max > known.listed);
    let (place, basis) = match (known.protected, known.sealed) {
        (None, _) => (UNMARKED, UNMARKED_BASIS),
        (Some(0), _) if room => (ROOM, PROTECTED_BASIS),
        (Some(0), _) => ("none", PROTECTED_BASIS),
        (_, true) => ("sealed in protected.age", PROTECTED_BASIS),
        (_, false) => ("left out of this pack", PROTECTED_BASIS),
    };
    let protected = known.protected.map(|n| suppressed(&n.to_string()));
    let human = |asked_by: &str| json!({ "asked_by": asked_by, "value": null, "note": HUMAN });
    json!({
        "schema": SCHEMA,
        "case": known.case,
        "controller": { "id": cell("controller"), "name": cell("name") },
        "nature": {
            "asked_by": FIXED[5], "value": kind, "status": cell("status"), "reasons": list("reasons"),
            "data_categories": shown("data_categories"), "routes": shown("routes"), "basis": FIXED[9],
        },
        "data_subjects": {
            "asked_by": FIXED[5], "min": figure("subjects_min"), "max": figure("subjects_max"),
            "confirmed": figure("subjects_confirmed"), "probable": figure("subjects_probable"),
            "possible": figure("subjects_possible"), "children_min": figure("children_min").filter(|_| known.marks_children), "basis": FIXED[10],
        },
        "protected_persons": {
            "asked_by": FIXED[5], "count": protected, "where": place, "basis": basis,
        },
        "data_records": {
            "asked_by": FIXED[5], "min": known.objects_confirmed, "seen": known.objects_seen, "max": null,
            "evidence_lines": known.evidence_lines, "basis": FIXED[12],
        },
        "period": {
            "asked_by": FIXED[5], "first_seen": time("first_seen"), "last_seen": time("last_seen"), "basis": FIXED[13],
        },
        "contact_point": human(FIXED[6]),
        "likely_consequences": human(FIXED[7]),
        "measures": human(FIXED[8]),
    })
}

/// Whether a text of the file is one that this program wrote itself, whatever the case.
pub(super) fn is_fixed(text: &str) -> bool {
    FIXED.contains(&text)
}

/// Whether a number or a small count under this key is a figure, and no ID.
pub(super) fn is_figure(key: &str) -> bool {
    FIGURES.contains(&key)
}

/// Keys of the file.
pub(super) fn keys(known: &Value) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    if let Value::Object(map) = known {
        for (key, value) in map {
            keys.insert(key.clone());
            keys.extend(self::keys(value));
        }
    }
    keys
}

/// The keys that every such file has.
pub(super) fn known_keys() -> BTreeSet<String> {
    let known = Known {
        case: None,
        row: &Row::new(),
        objects_confirmed: 0,
        objects_seen: 0,
        evidence_lines: 0,
        protected: Some(0),
        marks_children: true,
        listed: 0,
        sealed: false,
    };
    keys(&notification(&known))
}

/// `notification.md`.
pub(super) fn markdown(file: &Value) -> String {
    let mut out = String::new();
    let list = |value: &Value| {
        let all = value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let all: Vec<&str> = all.collect();
        match all.is_empty() {
            true => "none".to_owned(),
            false => all.join(", "),
        }
    };
    let shown = |value: &Value| match value {
        Value::Null => line(value),
        all => list(all),
    };
    let (nature, people) = (&file["nature"], &file["data_subjects"]);
    let (records, period) = (&file["data_records"], &file["period"]);
    let _ = write!(
        out,
        "# Personal data breach: what the logs can tell\n\nController: {} ({})  \nCase: {}\n\n\
         ## Nature\n\nAsked by: {}\n\n- {}\n- status: {}\n- reasons why the figures are not exact: {}\n\
         - data categories: {}\n- routes: {}\n\n\
         ## Data subjects and records\n\n\
         - data subjects: at least {}, at most {} ({} confirmed, {} probable, {} possible)\n\
         - children among them: {}\n- persons with protected identity: {} ({})\n\
         - data records: at least {}; {} seen in all\n- first seen: {}\n- last seen: {}\n",
        line(&file["controller"]["name"]),
        line(&file["controller"]["id"]),
        line(&file["case"]),
        line(&nature["asked_by"]),
        line(&nature["value"]),
        line(&nature["status"]),
        list(&nature["reasons"]),
        shown(&nature["data_categories"]),
        shown(&nature["routes"]),
        line(&people["min"]),
        line(&people["max"]),
        line(&people["confirmed"]),
        line(&people["probable"]),
        line(&people["possible"]),
        match &people["children_min"] {
            Value::Null => line(&Value::Null),
            least => format!("at least {least}"),
        },
        line(&file["protected_persons"]["count"]),
        line(&file["protected_persons"]["where"]),
        line(&records["min"]),
        line(&records["seen"]),
        line(&period["first_seen"]),
        line(&period["last_seen"]),
    );
    for (title, key) in [
        ("Contact point", "contact_point"),
        ("Likely consequences", "likely_consequences"),
        ("Measures", "measures"),
    ] {
        let asked = line(&file[key]["asked_by"]);
        let _ = write!(out, "\n## {title}\n\nAsked by: {asked}\n\n({HUMAN})\n");
    }
    out.push_str("\n## What each figure rests on\n\n");
    for key in [
        "nature",
        "data_subjects",
        "protected_persons",
        "data_records",
        "period",
    ] {
        let _ = writeln!(out, "- {key}: {}", line(&file[key]["basis"]));
    }
    out
}

/// A value in one line.
fn line(value: &Value) -> String {
    match value {
        Value::Null => "not known".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `README.txt`.
pub(super) fn readme(file: &Value) -> String {
    let protected = &file["protected_persons"];
    let count = match protected["count"].as_str() {
        Some("<5") => "fewer than five".to_owned(),
        Some(count) => count.to_owned(),
        None => "an unknown number of".to_owned(),
    };
    let about_protected = match protected["where"].as_str() {
        Some("none") => {
            "No table of the case marks any of your data subjects whose data was, or may have been, shown as a person with protected\n\
             identity."
                .to_owned()
        }
        Some(ROOM) => {
            "No person with protected identity is among those that are listed. The logs leave room for others of your data\n\
             subjects, and protected persons may be among these."
                .to_owned()
        }
        Some(UNMARKED) => {
            "No table of the case says who has a protected identity: such persons may be among your data subjects, and may stand\n\
             in subjects.csv. Hold it against your own records before you pass it on."
                .to_owned()
        }
        Some("sealed in protected.age") => format!(
            "Persons with protected identity: {count}. They are named in protected.age and nowhere else. It was sealed to a\n\
             key of yours: `age -d -i YOUR-KEY-FILE protected.age` opens it."
        ),
        _ => format!(
            "Persons with protected identity: {count}. They are left out of every file here. To get them, send the processor\n\
             the public half of a key that only you hold (`age-keygen` makes one; it begins with `age1`) and ask for\n\
             this pack again, made with --recipient."
        ),
    };
    format!(
        "Personal data breach: what the logs tell about\n{}\n\n\
         This folder is for the controller's data protection officer. It names your data subjects, so it is\n\
         personal data itself. It holds nothing about other controllers.\n\n\
         controller.csv      your row of the answer: status, counts with lower and upper bounds, reasons\n\
         subjects.csv        your data subjects whose data was shown, how certain that is, when, which categories;\n\
         \u{20}                   evidence_rows are rows of evidence.csv\n\
         evidence.csv        a row for each log line behind that\n\
         evidence.log        the lines themselves, in the order of evidence.csv. What is not yours is masked:\n\
         \u{20}                   acct-, addr-, obj-, agent-, ref-, file- and eight signs stand for an account, an address,\n\
         \u{20}                   an object or container of somebody else, a browser, a page that led there, a log's name.\n\
         \u{20}                   The same stands for the same in this pack only. `masked` stands for what nobody needs.\n\
         \u{20}                   line_id stands for the unmasked line: the processor, who has the key, can tell which it is.\n\
         notification.json   what a notification asks for, with what each figure rests on; null is for you to write\n\
         notification.md     the same, to read\n\
         SHA256SUMS          `sha256sum -c SHA256SUMS` tells whether a file was changed\n\n\
         Begin with notification.md; any editor opens it. A spreadsheet that is made to open a table by a double click may\n\
         show it in one column and take zeros off the front of IDs: have it import the file as text, with commas between\n\
         the columns and every column as text.\n\n\
         {about_protected}\n\n\
         A controller that the logs exclude gets no subjects.csv and no evidence. \"at most\" is not known where the logs\n\
         leave room for anybody. Ask the processor to hold this against the logs where you doubt it.\n",
        line(&file["controller"]["name"]),
    )
}
