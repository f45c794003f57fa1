//! Practice cases: the same seed gives the same bytes, and the truth is what the files show.
//!
//! That the truth is true is left to `recount`.

mod recount;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use breachscope::synth::{Attack, Defects, LogFormat, Settings, Summary, SynthProblem, generate};
use serde_json::Value;

/// A folder that goes away with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let folder = format!("breachscope-synth-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(folder);
        let _ = fs::remove_dir_all(&path);
        Scratch(path)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }

    fn truth(&self) -> Value {
        serde_json::from_str(&self.read("truth.json")).unwrap()
    }

    fn table(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let text = self.read(&format!("directory/{name}.csv"));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader.deserialize().map(|row| row.unwrap()).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn small(seed: u64) -> Settings {
    Settings {
        tenants: 12,
        accounts: 700,
        days: 8,
        lines: 5_000,
        ..Settings::new(seed)
    }
}

fn make(name: &str, settings: &Settings) -> (Scratch, Summary) {
    let scratch = Scratch::new(name);
    let summary = generate(settings, &scratch.0).unwrap();
    (scratch, summary)
}

/// Every file below a folder with its bytes.
fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let name = path.strip_prefix(folder).unwrap().to_owned();
                    all.insert(name, fs::read(&path).unwrap());
                }
            }
        }
    }
    all
}

#[test]
fn same_seed_gives_the_same_bytes_and_another_seed_others() {
    for seed in [1, 5, 10] {
        let (one, _) = make("same-1", &small(seed));
        let (two, _) = make("same-2", &small(seed));
        let (other, _) = make("other", &small(seed + 78));
        let one = bytes(&one.0);
        assert_eq!(one, bytes(&two.0), "seed {seed}");
        assert_ne!(
            one.get(Path::new("truth.json")),
            bytes(&other.0).get(Path::new("truth.json"))
        );
        assert_ne!(
            one.get(Path::new("directory/objects.csv")),
            bytes(&other.0).get(Path::new("directory/objects.csv"))
        );
    }
}

/// Bytes of one seed, held for good: an update that shifts the draws must show. A wilful change of
/// the simulation changes this figure too.
#[test]
fn draws_are_the_same_on_every_machine() {
    let settings = Settings {
        attack: Some(Attack::Sequential),
        format: Some(LogFormat::Combined),
        defects: Defects::None,
        ..small(7)
    };
    let (scratch, _) = make("golden", &settings);
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for (name, content) in bytes(&scratch.0) {
        for byte in name.to_string_lossy().bytes().chain(content) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    assert_eq!(format!("{hash:016x}"), GOLDEN);
}

const GOLDEN: &str = "fc1c7fe1f494f0bb";

#[test]
fn forty_seeds_show_every_attack_format_and_defect_and_their_truth_adds_up() {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for seed in 1..=40 {
        let (scratch, summary) = make("forty", &small(seed));
        let truth = scratch.truth();
        seen.insert(summary.attack.to_string());
        seen.insert(summary.format.to_string());
        seen.insert(truth["account_in"].as_str().unwrap().to_owned());
        for flag in ["bytes_logged", "ids_have_order", "grants_say_protected"] {
            seen.insert(format!("{flag} {}", truth[flag]));
        }
        for path in bytes(&scratch.0).keys() {
            seen.extend(
                path.extension()
                    .map(|ending| ending.to_string_lossy().into_owned()),
            );
        }
        if truth["lines"]["repeated"] != 0 {
            seen.insert("repeated".to_owned());
        }
        assert!(
            truth["lines"]["rejected"] != 0 && truth["lines"]["empty"] != 0,
            "seed {seed}"
        );
        adds_up(seed, &scratch, &truth, &summary);
        deserves_its_verdict(seed, summary.attack, &truth);
    }
    let names = Attack::NAMES
        .iter()
        .chain(LogFormat::NAMES)
        .map(|name| (*name).to_owned());
    let carriers = ["user field", "session cookie", "header", "query parameter"];
    let flags = ["bytes_logged", "ids_have_order", "grants_say_protected"];
    let flags = flags
        .iter()
        .flat_map(|flag| [format!("{flag} true"), format!("{flag} false")]);
    let rest = ["gz", "zst", "repeated"]
        .iter()
        .chain(&carriers)
        .map(|word| (*word).to_owned());
    for want in names.chain(flags).chain(rest) {
        assert!(seen.contains(&want), "no seed from 1 to 40 shows {want:?}");
    }
}

/// Counts in the truth fit each other, the tables and the files.
fn adds_up(seed: u64, scratch: &Scratch, truth: &Value, summary: &Summary) {
    let tenants: BTreeSet<String> = scratch
        .table("controllers")
        .into_iter()
        .map(|row| row["controller"].clone())
        .collect();
    let persons: BTreeSet<String> = scratch
        .table("objects")
        .into_iter()
        .map(|row| row["subject"].clone())
        .collect();
    let known: BTreeSet<String> = scratch
        .table("accounts")
        .into_iter()
        .map(|row| row["account"].clone())
        .collect();
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    let subjects = truth["subjects"].as_array().unwrap();
    for row in subjects {
        let word = |key: &str| row[key].as_str().unwrap().to_owned();
        assert!(persons.contains(&word("subject")), "seed {seed}: {row}");
        *counts
            .entry((word("controller"), word("certainty")))
            .or_default() += 1;
    }
    assert_eq!(
        subjects.len() as u64,
        summary.subjects_beyond_scope,
        "seed {seed}"
    );
    let controllers = truth["controllers"].as_object().unwrap();
    assert_eq!(
        controllers.keys().cloned().collect::<BTreeSet<_>>(),
        tenants,
        "seed {seed}"
    );
    for (controller, row) in controllers {
        let count = |word: &str| counts.get(&(controller.clone(), word.to_owned())).copied();
        let (confirmed, probable) = (count("confirmed"), count("probable"));
        assert_eq!(
            row["subjects_confirmed"],
            confirmed.unwrap_or(0),
            "seed {seed} {controller}"
        );
        assert_eq!(
            row["subjects_probable"],
            probable.unwrap_or(0),
            "seed {seed} {controller}"
        );
        let status = match (confirmed, probable) {
            (Some(_), _) => "confirmed",
            (None, Some(_)) => "cannot_be_excluded",
            (None, None) => "excluded",
        };
        assert_eq!(row["status"], status, "seed {seed} {controller}");
        assert!(row["children"].as_u64() <= row["subjects_confirmed"].as_u64());
        assert!(row["protected"].as_u64() <= row["subjects_confirmed"].as_u64());
    }
    let mut accesses = 0;
    for (account, row) in truth["accounts"].as_object().unwrap() {
        assert!(known.contains(account), "seed {seed}: {account}");
        accesses += row["accesses_beyond_scope"].as_u64().unwrap();
    }
    assert_eq!(truth["accesses_beyond_scope"], accesses, "seed {seed}");
    assert!(
        truth["disclosures_beyond_scope"].as_u64().unwrap() >= accesses,
        "seed {seed}"
    );
    assert_eq!(truth["lines"]["records"], summary.records, "seed {seed}");
}

/// The attack is there and clearly one; what is none is clearly below.
fn deserves_its_verdict(seed: u64, attack: Attack, truth: &Value) {
    let (want, number) = match attack {
        Attack::None => ("overreach", 0..=4),
        Attack::Pool => ("harvest", 5..=8),
        Attack::Probing => ("probing", 1..=1),
        Attack::Several => ("enumeration", 3..=6),
        _ => ("enumeration", 1..=1),
    };
    let mut found = 0;
    for (account, row) in truth["accounts"].as_object().unwrap() {
        let verdict = row["verdict"].as_str().unwrap();
        let accesses = row["accesses_beyond_scope"].as_u64().unwrap();
        let least = if attack == Attack::Batch { 5 } else { 20 };
        match verdict {
            "enumeration" => assert!(accesses >= least, "seed {seed} {account}: {row}"),
            "overreach" => assert!((1..=4).contains(&accesses), "seed {seed} {account}: {row}"),
            _ => assert_eq!(accesses, 0, "seed {seed} {account}: {row}"),
        }
        found += usize::from(verdict == want);
    }
    assert!(
        number.contains(&found),
        "seed {seed}: {found} accounts with {want} for {attack}"
    );
    let disclosed = truth["disclosures_beyond_scope"].as_u64().unwrap();
    assert!(
        want != "enumeration" || disclosed >= 60,
        "seed {seed}: {disclosed} for {attack}"
    );
}

#[test]
fn case_file_is_toml_and_names_files_that_are_there() {
    for seed in 1..=12 {
        let (scratch, _) = make("toml", &small(seed));
        let case: toml::Table = scratch.read("case.toml").parse().unwrap();
        for table in case["directory"].as_table().unwrap().values() {
            assert!(
                scratch.0.join(table.as_str().unwrap()).is_file(),
                "seed {seed}: {table}"
            );
        }
        let files = case["source"][0]["files"][0]
            .as_str()
            .unwrap()
            .strip_suffix('*')
            .unwrap();
        for path in bytes(&scratch.0)
            .keys()
            .filter(|path| path.starts_with("logs"))
        {
            assert!(
                path.to_str().unwrap().starts_with(files),
                "seed {seed}: {}",
                path.display()
            );
        }
        assert_eq!(case["route"].as_array().unwrap().len(), 6);
    }
}

/// Every physical line is of one kind, and repeated ones are told.
#[test]
fn lines_of_all_files_add_up() {
    for seed in 1..=12 {
        let (scratch, _) = make("lines", &small(seed));
        let (mut lines, mut blank, mut directives) = (0, 0, 0);
        for (path, packed) in bytes(&scratch.0.join("logs")) {
            let mut text = String::new();
            let ending = path
                .extension()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let mut unpacked: Box<dyn Read> = match ending.as_str() {
                "gz" => Box::new(flate2::read::GzDecoder::new(packed.as_slice())),
                "zst" => Box::new(zstd::Decoder::new(packed.as_slice()).unwrap()),
                _ => Box::new(packed.as_slice()),
            };
            unpacked.read_to_string(&mut text).unwrap();
            lines += text.lines().count() as u64;
            blank += text.lines().filter(|line| line.trim().is_empty()).count() as u64;
            directives += text.lines().filter(|line| line.starts_with('#')).count() as u64;
        }
        let truth = &scratch.truth()["lines"];
        let count = |kind: &str| truth[kind].as_u64().unwrap();
        let kinds = ["records", "rejected", "empty", "directives", "repeated"];
        assert_eq!(
            lines,
            kinds.iter().map(|kind| count(kind)).sum::<u64>(),
            "seed {seed}"
        );
        if count("repeated") == 0 {
            assert_eq!(
                (blank, directives),
                (count("empty"), count("directives")),
                "seed {seed}"
            );
        }
    }
}

#[test]
fn settings_that_cannot_hold_are_refused_by_name() {
    let check = |settings: Settings, want: &str| {
        let scratch = Scratch::new("refused");
        let problem = generate(&settings, &scratch.0).unwrap_err();
        assert!(matches!(problem, SynthProblem::Settings(_)));
        assert_eq!(problem.to_string(), want);
        assert!(!scratch.0.exists());
    };
    check(
        Settings {
            tenants: 3,
            ..Settings::new(1)
        },
        "tenants is 3; the least is 12",
    );
    check(
        Settings {
            accounts: 799,
            ..Settings::new(1)
        },
        "accounts is 799; the least is 800",
    );
    check(
        Settings {
            days: 6,
            ..Settings::new(1)
        },
        "days is 6; the least is 7",
    );
    let unknown = "seqential".parse::<Attack>().unwrap_err().to_string();
    assert!(unknown.starts_with("no attack is called \"seqential\"; there are: none, sequential"));
    for name in Attack::NAMES {
        assert_eq!(name.parse::<Attack>().unwrap().name(), *name);
    }
    for name in LogFormat::NAMES {
        assert_eq!(name.parse::<LogFormat>().unwrap().name(), *name);
    }
}

#[test]
fn folder_with_something_in_it_is_left_alone() {
    let scratch = Scratch::new("full");
    fs::create_dir_all(&scratch.0).unwrap();
    fs::write(scratch.0.join("truth.json"), "mine").unwrap();
    let problem = generate(&small(1), &scratch.0).unwrap_err();
    assert!(matches!(problem, SynthProblem::NotEmpty(_)));
    assert_eq!(scratch.read("truth.json"), "mine");
    assert_eq!(bytes(&scratch.0).len(), 1);
}

/// A smallest world holds each attack too.
#[test]
fn smallest_world_has_room_for_every_attack() {
    for (seed, attack) in Attack::ALL.iter().enumerate() {
        let least = Settings::LEAST_PER_TENANT * Settings::LEAST_TENANTS;
        let settings = Settings {
            tenants: Settings::LEAST_TENANTS,
            accounts: least,
            days: Settings::LEAST_DAYS,
            lines: 0,
            attack: Some(*attack),
            ..Settings::new(seed as u64 + 500)
        };
        let (scratch, _) = make("least", &settings);
        deserves_its_verdict(settings.seed, *attack, &scratch.truth());
    }
}
