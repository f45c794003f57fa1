//! The screens' words: the same strings in every language, each said somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::answer::root;

/// The strings of a language by `section.key`.
fn strings(code: &str) -> BTreeMap<String, String> {
    let file = root().join(format!("src/report/screen/strings/{code}.toml"));
    let text = fs::read_to_string(file).expect("the strings");
    let sections: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(&text).expect("tables of strings");
    let flat = |(section, keys): (String, BTreeMap<String, String>)| {
        keys.into_iter()
            .map(move |(key, text)| (format!("{section}.{key}"), text))
    };
    sections.into_iter().flat_map(flat).collect()
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    let parts = text.split('{').skip(1);
    parts
        .map(|part| part.split('}').next().unwrap_or_default())
        .collect()
}

#[test]
fn three_languages_say_the_same() {
    let english = strings("en");
    assert!(english.len() > 100);
    for code in ["sv", "da"] {
        let own = strings(code);
        let keys = |all: &BTreeMap<String, String>| all.keys().cloned().collect::<BTreeSet<_>>();
        let (ours, theirs) = (keys(&own), keys(&english));
        let missing: Vec<_> = theirs.difference(&ours).collect();
        let surplus: Vec<_> = ours.difference(&theirs).collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "{code}: lacks {missing:?}, has {surplus:?} too"
        );
        for (key, text) in &own {
            assert!(
                !text.trim().is_empty() || key == "number.group",
                "{code}: {key} is empty"
            );
            // A day needs no clock and a month no name in every language; all else is filled in alike.
            if !key.starts_with("date.") {
                assert_eq!(
                    placeholders(text),
                    placeholders(&english[key]),
                    "{code}: {key}"
                );
            }
        }
        let same = |section: &str| {
            let of = |key: &&String| key.starts_with(section);
            english
                .keys()
                .filter(of)
                .filter(|key| own[*key] == english[*key])
                .count()
        };
        assert_eq!(
            same("explain."),
            0,
            "{code}: something of explain is not translated"
        );
        assert!(
            same("scan.") <= 1,
            "{code}: something of scan is not translated"
        );
        // Terms of the Regulation.
        let term = if code == "sv" {
            "personuppgiftsansvarig"
        } else {
            "dataansvarlig"
        };
        assert!(own["scan.controllers"].contains(term));
    }
}

fn collect(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder)
        .expect("a folder")
        .map(|one| one.expect("an entry"))
    {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, all);
        } else if path.extension().is_some_and(|end| end == "rs") {
            all.push_str(&fs::read_to_string(path).expect("a source"));
        }
    }
}

#[test]
fn every_string_is_said_somewhere() {
    let mut code = String::new();
    collect(&root().join("src/report/screen"), &mut code);
    collect(&root().join("src/report/summary"), &mut code);
    code.push_str(&fs::read_to_string(root().join("src/report/story.rs")).expect("the story"));
    // Said by a word that comes from elsewhere: a verdict, a rung, a unit.
    let made = [
        "verdict.",
        "rung.",
        "learned.",
        "unit.",
        "number.group",
        "number.unknown",
    ];
    for key in strings("en").keys() {
        let (_, name) = key.split_once('.').expect("section and key");
        let form = name.trim_end_matches("_one").trim_end_matches("_other");
        let quoted = [
            format!("\"{key}\""),
            format!("\"{form}\""),
            format!(".{form}\""),
        ];
        let said = quoted.iter().any(|one| code.contains(one.as_str()))
            || made.iter().any(|one| key.starts_with(one))
            || key.starts_with("cause.taken_");
        assert!(said, "{key} is never said");
    }
}
