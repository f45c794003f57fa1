//! A platform of 77 controllers: no pack holds an ID of any other, by a search that knows nothing of the program's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;

use super::files;
use crate::answer::{Row, fresh, run, scan, succeed, synth, table, text};

/// Who owns which IDs, by the case's tables alone.
struct Tables {
    names: BTreeMap<String, String>,
    objects: BTreeMap<String, BTreeSet<String>>,
    subjects: BTreeMap<String, BTreeSet<String>>,
    units: BTreeMap<String, String>,
    accounts: BTreeSet<String>,
    protected: BTreeSet<String>,
}

impl Tables {
    fn read(folder: &Path) -> Tables {
        let rows = |name: &str| table(&folder.join(name));
        let units: BTreeMap<String, Row> = rows("units.csv")
            .into_iter()
            .map(|row| (row["unit"].clone(), row))
            .collect();
        let owner = |unit: &str| {
            let mut at = unit.to_owned();
            loop {
                let row = units.get(&at)?;
                match row["controller"].is_empty() {
                    false => return Some(row["controller"].clone()),
                    true => at = row["parent"].clone(),
                }
            }
        };
        let mut tables = Tables {
            names: rows("controllers.csv")
                .into_iter()
                .map(|row| (row["controller"].clone(), row["name"].clone()))
                .collect(),
            objects: BTreeMap::new(),
            subjects: BTreeMap::new(),
            units: units
                .keys()
                .filter_map(|unit| Some((unit.clone(), owner(unit)?)))
                .collect(),
            accounts: rows("accounts.csv")
                .into_iter()
                .map(|row| row["account"].clone())
                .collect(),
            protected: BTreeSet::new(),
        };
        for row in rows("objects.csv") {
            let own: BTreeSet<String> = owner(&row["unit"]).into_iter().collect();
            tables
                .objects
                .entry(row["object"].clone())
                .or_default()
                .extend(own.clone());
            tables
                .subjects
                .entry(row["subject"].clone())
                .or_default()
                .extend(own);
            if row["protected"] == "true" {
                tables.protected.insert(row["subject"].clone());
            }
        }
        tables
    }

    /// Whether a word is an ID of somebody else than `own`; only IDs with letters, which are no figures.
    fn strange(&self, own: &str, word: &str) -> bool {
        let of_others = |owners: &BTreeSet<String>| !owners.contains(own);
        self.accounts.contains(word)
            || self.protected.contains(word)
            || self.subjects.get(word).is_some_and(of_others)
            || self.units.get(word).is_some_and(|owner| owner != own)
            || (self.names.contains_key(word) && word != own)
    }
}

/// Words as IDs of practice cases are written.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let apart = |c: char| !c.is_alphanumeric() && c != '-' && c != '.';
    let words = text
        .split(apart)
        .flat_map(|word| [word, word.trim_matches(['-', '.'])]);
    words.filter(|word| word.chars().any(char::is_alphabetic))
}

#[test]
fn seventy_seven_packs_hold_nothing_of_each_other() {
    for (seed, attack) in [("3", "shuffled"), ("8", "batch"), ("12", "containers")] {
        let folder = fresh(&format!("pack-platform-{seed}"));
        let case = folder.join("case");
        let size = "--tenants 77 --accounts 4000 --lines 30000";
        let flags = format!("--attack {attack} --leak 50");
        synth(&case, &format!("--seed {seed} {size} {flags}"));
        let (toml, answer, packs) = (
            case.join("case.toml"),
            folder.join("answer"),
            folder.join("packs"),
        );
        scan(&toml, &answer, &["--quiet"]);
        let said = succeed(&[
            "pack",
            text(&answer),
            "--case",
            text(&toml),
            "--out",
            text(&packs),
            "--regulator",
        ]);
        assert!(said.contains("nothing of another controller"), "{said}");
        let start = Instant::now();
        succeed(&["pack", "--check", text(&packs), "--case", text(&toml)]);
        println!(
            "seed {seed}: checked in {:.1} s; {said}",
            start.elapsed().as_secs_f64()
        );
        search(&Tables::read(&case.join("directory")), &packs, seed);
        // One ID of another's, put in as a word: found by the program too.
        let (one, two) = two_packs(&packs);
        let leaked = table(&packs.join(&two).join("subjects.csv"))[0]["subject"].clone();
        let readme = packs.join(&one).join("README.txt");
        let old = std::fs::read_to_string(&readme).unwrap();
        std::fs::write(&readme, format!("{old}{leaked}\n")).unwrap();
        let output = run(&["pack", "--check", text(&packs), "--case", text(&toml)]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        let at = format!(
            "{one}/README.txt:{}: a data subject's ID",
            old.lines().count() + 1
        );
        assert!(stderr.contains(&at) && stderr.contains(&leaked), "{stderr}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

/// Two packs of which the second discloses somebody.
fn two_packs(packs: &Path) -> (String, String) {
    let mut full = Vec::new();
    for (name, bytes) in files(packs) {
        if name.ends_with("/subjects.csv") && bytes.iter().filter(|b| **b == b'\n').count() > 1 {
            full.push(name.split('/').next().unwrap().to_owned());
        }
    }
    assert!(full.len() > 5, "{full:?}");
    (full[0].clone(), full[full.len() - 1].clone())
}

fn search(tables: &Tables, packs: &Path, seed: &str) {
    let (mut rows, mut lines, mut withheld) = (0, 0, 0);
    let all = files(packs);
    let mut own_of: BTreeMap<String, String> = BTreeMap::new();
    for pack in all
        .keys()
        .filter_map(|name| name.strip_suffix("/controller.csv"))
    {
        let row = &table(&packs.join(pack).join("controller.csv"))[0];
        own_of.insert(pack.to_owned(), row["controller"].clone());
    }
    assert_eq!(own_of.len(), 77);
    assert_eq!(
        own_of.values().collect::<BTreeSet<_>>().len(),
        77,
        "each has a folder of its own"
    );
    for (name, bytes) in &all {
        let (pack, file) = name.split_once('/').unwrap();
        let Some(own) = own_of.get(pack) else {
            continue;
        };
        let text = String::from_utf8(bytes.clone()).unwrap();
        let strange = words(&text).find(|word| tables.strange(own, word));
        assert_eq!(strange, None, "seed {seed}: {name} of {own}");
        let other_names = tables
            .names
            .values()
            .filter(|other| **other != tables.names[own]);
        for other in other_names {
            assert!(
                !text.contains(other.as_str()),
                "seed {seed}: {name} of {own} names {other}"
            );
        }
        if file == "evidence.log" {
            lines += text.lines().count();
            withheld += text
                .lines()
                .filter(|line| line.starts_with("[withheld"))
                .count();
            for line in text.lines() {
                objects_of(line, own, tables, name);
            }
        }
        if file == "evidence.csv" {
            for row in table(&packs.join(name)) {
                rows += 1;
                for object in row["objects"].split(';').filter(|id| !id.is_empty()) {
                    assert!(
                        tables.objects[object].contains(own),
                        "seed {seed}: {name}: {object}"
                    );
                }
            }
        }
    }
    println!("seed {seed}: {rows} rows, {lines} lines, {withheld} withheld");
    assert_eq!(rows, lines);
    assert!(lines > 10, "there is something to look at");
    assert!(withheld * 10 < lines, "{withheld} of {lines} withheld");
}

/// Objects' IDs are figures here, so they are looked for where a request names them: after `=` and in the last segment.
fn objects_of(line: &str, own: &str, tables: &Tables, name: &str) {
    let target = line
        .split(['"', ' '])
        .find(|part| part.starts_with('/'))
        .unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let ids = query.split('&').filter_map(|pair| pair.split_once('='));
    let ids = ids.filter(|(key, _)| ["entry", "entries", "contact", "id", "ids"].contains(key));
    let ids = ids.flat_map(|(_, value)| value.split(','));
    let last = path.rsplit('/').next().into_iter();
    for id in ids
        .chain(last)
        .filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
    {
        if let Some(owners) = tables.objects.get(id) {
            assert!(owners.contains(own), "{name} of {own}: {id} in {line}");
        }
    }
}
