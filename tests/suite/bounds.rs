//! What is confirmed and what bounds it: constant bodies, content modes, holes with U1 and U2, samples.

use std::fs;
use std::path::{Path, PathBuf};

use crate::answer::{Row, case_of, fresh, json, scan, table};

/// Three schools of 100 pupils each, n1…, s1…, t1…, and a grant of `anna` for the first.
pub struct Schools {
    /// Its folder.
    pub folder: PathBuf,
    /// Lines of the source `edge`.
    pub log: Vec<String>,
    /// Keys of the source `edge`.
    pub source: String,
    /// Keys of the route `contact`.
    pub route: String,
    /// More sections of the case, and the period as a key of `[case]`.
    pub more: String,
    /// A key of `[case]`.
    pub period: String,
}

impl Schools {
    /// With complete logs of nothing yet.
    pub fn new(name: &str) -> Schools {
        let folder = fresh(name);
        fs::create_dir_all(folder.join("logs")).unwrap();
        Schools {
            folder,
            log: Vec::new(),
            source: String::new(),
            route: String::new(),
            more: String::new(),
            period: String::new(),
        }
    }

    /// A request of anna's at a second of 4 March 2021, in lines that are written in this order.
    pub fn ask(&mut self, second: u64, object: &str, status: u16, bytes: &str) {
        self.log.push(line(
            "anna",
            second,
            &format!("/contacts/{object}"),
            status,
            bytes,
        ));
    }

    /// Anna's own school, a pupil every ten seconds from 6 until 18 o'clock: how the source looks when nothing is wrong.
    pub fn ordinary(&mut self) {
        for at in 0..4320 {
            let bytes = (400 + at * 7 % 97).to_string();
            let target = format!("/contacts/n{}", 1 + at * 13 % 100);
            self.log
                .push(line("anna", 21_600 + at * 10, &target, 200, &bytes));
        }
    }

    /// Sorts by time, writes, scans.
    pub fn scanned(&mut self) -> PathBuf {
        self.write();
        let out = self.folder.join("answer");
        let _ = fs::remove_dir_all(&out);
        scan(&self.folder.join("case.toml"), &out, &[]);
        out
    }

    /// Writes everything but the answer.
    pub fn write(&mut self) {
        self.log
            .sort_by_key(|line| line.split('[').nth(1).map(str::to_owned));
        let put = |name: &str, text: String| fs::write(self.folder.join(name), text).unwrap();
        put("logs/access.log", self.log.concat());
        put(
            "controllers.csv",
            "controller,name\nn,N\ns,S\nt,T\n".to_owned(),
        );
        put(
            "units.csv",
            "unit,parent,controller,name,kind\nn,,n,N,school\ns,,s,S,school\nt,,t,T,school\n"
                .to_owned(),
        );
        put(
            "grants.csv",
            "account,role,unit\nanna,teacher,n\n".to_owned(),
        );
        let pupils = ["n", "s", "t"]
            .into_iter()
            .flat_map(|school| (1..=100).map(move |at| (school, at)));
        let rows = pupils.map(|(school, at)| format!("{school}{at},c,{school},p{school}{at}\n"));
        put(
            "objects.csv",
            format!("object,kind,unit,subject\n{}", rows.collect::<String>()),
        );
        let Schools {
            source,
            route,
            more,
            period,
            ..
        } = self;
        let routes = format!(
            "{source}\n[[route]]\nname = \"contact\"\npath = \"/contacts/{{contact}}\"\nobject = \"contact\"\n\
             discloses = [\"name\"]\n{route}\n{more}"
        );
        let tables = ["controllers", "units", "grants", "objects"];
        put("case.toml", case_of(period, &routes, &tables));
    }
}

/// A line at a second of 4 March 2021.
pub fn line(account: &str, second: u64, target: &str, status: u16, bytes: &str) -> String {
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!(
        "10.0.0.1 - {account} [04/Mar/2021:{hour:02}:{minute:02}:{second:02} +0000] \"GET {target} HTTP/1.1\" {status} \
         {bytes} \"-\" \"x\"\n"
    )
}

/// A controller's row.
pub fn controller(out: &Path, id: &str) -> Row {
    let rows = table(&out.join("controllers.csv"));
    rows.into_iter()
        .find(|row| row["controller"] == id)
        .unwrap_or_else(|| panic!("no row of {id}"))
}

fn cells<const N: usize>(row: &Row, names: [&str; N]) -> [String; N] {
    names.map(|name| row[name].clone())
}

/// 60 pupils of another school, of which the first `refused` get one and the same body of 812 bytes; `again`: that
/// body was sent so many times to one of them.
fn soft_refusals(name: &str, route: &str, refused: u64, again: u64) -> (Row, serde_json::Value) {
    let mut schools = Schools::new(name);
    schools.ordinary();
    schools.route = route.to_owned();
    for at in 0..60 {
        let bytes = if at < refused {
            "812".to_owned()
        } else {
            (420 + at).to_string()
        };
        schools.ask(40_000 + at, &format!("s{}", at + 1), 200, &bytes);
    }
    for at in 0..again {
        schools.ask(41_000 + at, "s1", 200, "812");
    }
    let out = schools.scanned();
    let row = controller(&out, "s");
    let findings = json(&out.join("findings.json"));
    fs::remove_dir_all(&schools.folder).unwrap();
    (row, findings["content"][0].clone())
}

const COUNTS: [&str; 5] = [
    "subjects_min",
    "subjects_max",
    "subjects_confirmed",
    "subjects_probable",
    "reasons",
];

#[test]
fn one_body_for_many_ids_confirms_nobody() {
    // 50 calls of 4380: more than one in a hundred.
    let (row, content) = soft_refusals("content-soft", "", 50, 0);
    assert_eq!(cells(&row, COUNTS), ["10", "60", "10", "50", "AMBIGUOUS"]);
    assert_eq!(content["constant_bodies"][0]["bytes"], 812);
    assert_eq!(content["constant_bodies"][0]["ids"], 50);
}

#[test]
fn the_case_decides_where_it_says_what_is_empty() {
    let (row, content) = soft_refusals("content-said", "empty_below = 60", 50, 0);
    assert_eq!(cells(&row, COUNTS), ["60", "60", "60", "0", ""]);
    assert_eq!(content["constant_bodies"].as_array().unwrap().len(), 0);
    // A limit above every body of the route parts nothing: it may be a slip.
    let (row, _) = soft_refusals("content-above", "empty_below = 813", 50, 0);
    assert_eq!(cells(&row, COUNTS), ["0", "100", "0", "0", "AMBIGUOUS"]);
}

#[test]
fn one_body_for_few_ids_or_few_calls_says_nothing() {
    // 19 IDs, however often.
    let (row, _) = soft_refusals("content-few", "", 19, 60);
    assert_eq!(cells(&row, COUNTS), ["60", "60", "60", "0", ""]);
    // 25 IDs, but 25 of 4380 calls.
    let (row, _) = soft_refusals("content-rare", "", 25, 0);
    assert_eq!(cells(&row, COUNTS), ["60", "60", "60", "0", ""]);
}

#[test]
fn a_route_of_one_size_has_that_size() {
    let mut schools = Schools::new("content-fixed");
    for at in 0..200 {
        schools.ask(30_000 + at, &format!("n{}", at % 100 + 1), 200, "812");
        schools.ask(40_000 + at, &format!("s{}", at % 50 + 1), 200, "812");
    }
    let row = controller(&schools.scanned(), "s");
    assert_eq!(cells(&row, COUNTS), ["50", "50", "50", "0", ""]);
}

#[test]
fn a_body_far_below_all_others_is_no_proof() {
    let mut schools = Schools::new("content-mode");
    schools.ordinary();
    schools.ask(40_000, "s1", 200, "164");
    schools.ask(40_001, "s2", 200, "166");
    let out = schools.scanned();
    // The 5th percentile is a little over 400, the 95th a little under 500: twice as far below is 165.
    assert_eq!(
        cells(&controller(&out, "s"), COUNTS),
        ["1", "2", "1", "1", "AMBIGUOUS"]
    );
    let findings = json(&out.join("findings.json"));
    assert_eq!(findings["content"][0]["far_below_the_mode"]["calls"], 1);
}

const BOUNDS: [&str; 4] = ["subjects_min", "subjects_u2", "subjects_u1", "subjects_max"];

/// An hour in which 40 pupils were taken, one every minute, and ten minutes of it that the case says are lost.
fn holed(name: &str, source: &str) -> [u64; 4] {
    let mut schools = Schools::new(name);
    schools.ordinary();
    for at in 0..40 {
        schools.ask(36_000 + at * 60, &format!("s{}", at + 1), 200, "433");
    }
    schools.source = source.to_owned();
    let lost = 36_600..37_200;
    schools.log.retain(|line| {
        let stamp = line.split("2021:").nth(1).unwrap_or_default();
        let part = |at: usize| stamp[at..at + 2].parse::<u64>().unwrap();
        !lost.contains(&(part(0) * 3600 + part(3) * 60 + part(6)))
    });
    let row = controller(&schools.scanned(), "s");
    fs::remove_dir_all(&schools.folder).unwrap();
    cells(&row, BOUNDS).map(|cell| cell.parse().unwrap())
}

#[test]
fn a_hole_widens_by_pace_and_by_flanks() {
    let gap = "gaps = [{ from = \"2021-03-04T10:10:00Z\", until = \"2021-03-04T10:20:00Z\", reason = \"lost\" }]";
    let [lower, second, first, all] = holed("bounds-hole", gap);
    assert_eq!((lower, all), (30, 100));
    // One in the fastest minute, eleven minutes that ten may touch.
    assert_eq!(first, 41);
    assert!((40..=41).contains(&second), "{second}");
    // The same hole, undeclared: found by the silence.
    let [lower, second, first, all] = holed("bounds-silent", "");
    assert_eq!((lower, all), (30, 100));
    assert!(
        40 <= second && second <= first && first <= 45,
        "{second} {first}"
    );
}

/// 25 of 100 pupils' requests, as a quarter of all lines; `gap`: and an hour that the case says is lost.
fn quarter(name: &str, gap: &str) -> (Row, serde_json::Value) {
    let mut schools = Schools::new(name);
    schools.ordinary();
    for at in 0..100 {
        if at % 4 == 0 {
            schools.ask(36_000 + at, &format!("s{}", at + 1), 200, "433");
        }
    }
    schools.source = format!("sampling = 0.25\n{gap}");
    let out = schools.scanned();
    let row = controller(&out, "s");
    let findings = json(&out.join("findings.json"));
    fs::remove_dir_all(&schools.folder).unwrap();
    (row, findings["sampling"].clone())
}

/// Where more than minutes is missing, minutes are no basis.
#[test]
fn a_sample_has_no_pace_but_an_estimate() {
    let (row, sampling) = quarter("bounds-sample", "");
    assert_eq!(cells(&row, BOUNDS), ["25", "100", "100", "100"]);
    let whole = &sampling["estimates"][0];
    assert_eq!(
        (
            whole["subjects_seen"].as_u64(),
            whole["subjects"]["estimate"].as_f64()
        ),
        (Some(25), Some(100.0))
    );
    // Fewer than half kept: never fewer than are seen; 25 of variance 12 each, the root of 300 is 17.32, 1.96 of it 33.9.
    assert_eq!(whole["subjects"]["from_95"].as_f64(), Some(25.0));
    assert_eq!(whole["subjects"]["until_95"].as_f64(), Some(134.0));
    // Exact binomial limits, by another program.
    assert_eq!(whole["requests"]["from_95"].as_f64(), Some(69.0));
    assert_eq!(whole["requests"]["until_95"].as_f64(), Some(141.0));
    assert_eq!(sampling["estimates"][1]["controller"], "s");
}

/// A hole is no part of what the sample was drawn from.
#[test]
fn a_sample_with_a_hole_stands_for_no_whole() {
    let gap = "gaps = [{ from = \"2021-03-04T19:00:00Z\", until = \"2021-03-04T20:00:00Z\", reason = \"lost\" }]";
    let (row, sampling) = quarter("bounds-sample-hole", gap);
    assert_eq!(cells(&row, BOUNDS), ["25", "100", "100", "100"]);
    let refused = sampling["refused"].as_str().unwrap();
    assert!(refused.contains("declares a hole"), "{refused}");
}

/// Two friends' links show no pace: minutes bound nothing then.
#[test]
fn too_few_are_no_pace() {
    let mut schools = Schools::new("bounds-few");
    schools.ordinary();
    schools.ask(36_000, "s1", 200, "433");
    schools.source = "gaps = [{ from = \"2021-03-04T19:00:00Z\", until = \"2021-03-04T19:05:00Z\", reason = \"lost\" }]".to_owned();
    let out = schools.scanned();
    assert_eq!(
        cells(&controller(&out, "s"), BOUNDS),
        ["1", "100", "100", "100"]
    );
    let bounds = crate::answer::table(&out.join("bounds.csv"));
    let first = bounds.iter().find(|row| row["bound"] == "U1").unwrap();
    assert!(
        first["assumption"].contains("only 1 disclosed subject(s)"),
        "{}",
        first["assumption"]
    );
    fs::remove_dir_all(&schools.folder).unwrap();
}

/// A directory as of noon, as the case says: what came later counts to no lower bound, what came before does.
#[test]
fn a_directory_as_of_an_instant() {
    for (at, least, status) in [
        ("2021-03-04T12:00:00Z", "10", "confirmed"),
        ("2021-03-04T09:00:00Z", "0", "cannot_be_excluded"),
        ("2021-03-05T09:00:00Z", "20", "confirmed"),
    ] {
        let mut schools = Schools::new("bounds-as-of");
        schools.ordinary();
        for pupil in 1..=10 {
            schools.ask(36_000 + pupil, &format!("s{pupil}"), 200, "433");
            schools.ask(46_000 + pupil, &format!("s{}", pupil + 10), 200, "433");
        }
        schools.write();
        let case = schools.folder.join("case.toml");
        let text = fs::read_to_string(&case).unwrap();
        fs::write(&case, format!("{text}as_of = \"{at}\"\n")).unwrap();
        let out = schools.folder.join("answer");
        scan(&case, &out, &[]);
        let row = controller(&out, "s");
        assert_eq!(
            cells(&row, ["subjects_min", "status"]),
            [least, status],
            "{at}"
        );
        let (third, reason) = (controller(&out, "t"), "NO_DIRECTORY");
        let late = least != "20";
        assert_eq!(third["status"] == "cannot_be_excluded", late, "{at}");
        assert_eq!(third["reasons"] == reason, late, "{at}");
        fs::remove_dir_all(&schools.folder).unwrap();
    }
}

/// Whom the directory does not know stands in no controller's population, so that does not cap him.
#[test]
fn a_population_does_not_cap_whom_it_does_not_hold() {
    let mut schools = Schools::new("bounds-unknown");
    schools.ordinary();
    for pupil in 1..=100 {
        schools.ask(
            36_000 + pupil,
            &format!("s{pupil}"),
            200,
            &(420 + pupil).to_string(),
        );
    }
    schools.ask(40_000, "newcomer", 200, "444");
    let row = controller(&schools.scanned(), "s");
    assert_eq!(
        cells(&row, ["subjects_min", "subjects_max"]),
        ["100", "101"]
    );
    fs::remove_dir_all(&schools.folder).unwrap();
}

/// Published records and a hole: whatever interval is given covers whom attackers were really shown, some are given, and
/// a list of the first IDs only gets none.
#[test]
fn recapture_covers_or_refuses() {
    use breachscope::synth::{Attack, Defects, Flaw, LeakFrom, LogFormat, Settings, generate};
    let world = |seed: u64, from: LeakFrom| {
        let folder = crate::answer::fresh(&format!("recapture-{seed}-{from}"));
        let settings = Settings {
            tenants: 12,
            accounts: 700,
            days: 10,
            lines: 9_000,
            format: Some(LogFormat::Combined),
            defects: Defects::None,
            attack: Some(Attack::Shuffled),
            flaws: vec![Flaw::Hole],
            leak: Some((60, from)),
            ..Settings::new(seed)
        };
        let case = folder.join("case");
        generate(&settings, &case).unwrap();
        let out = folder.join("answer");
        scan(&case.join("case.toml"), &out, &[]);
        let truth = json(&case.join("truth.json"))["subjects_raided"]
            .as_u64()
            .unwrap();
        let said = json(&out.join("findings.json"))["cause"]["leak"]["recapture"].clone();
        fs::remove_dir_all(&folder).unwrap();
        let ends = &said["subjects_taken_95"];
        Some((ends[0].as_u64()?, ends[1].as_u64()?, truth))
    };
    let given: Vec<(u64, u64, u64)> = (0..16)
        .filter_map(|seed| world(seed, LeakFrom::Attack))
        .collect();
    assert!(given.len() >= 3, "{given:?}");
    let missing = given
        .iter()
        .filter(|(low, high, truth)| !(low..=high).contains(&truth));
    assert_eq!(missing.count(), 0, "{given:?}");
    let biased = (0..16).filter_map(|seed| world(seed, LeakFrom::Biased));
    let biased: Vec<_> = biased
        .filter(|(low, high, truth)| !(low..=high).contains(&truth))
        .collect();
    assert_eq!(biased, []);
}
