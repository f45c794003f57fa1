//! The page's words: the same strings in every language, each said somewhere, a string for whatever is said.

use super::*;

/// The strings of a language by `section.key`.
fn strings(code: &str) -> BTreeMap<String, String> {
    let file = root().join(format!("src/report/html/strings/{code}.toml"));
    let sections: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(&fs::read_to_string(file).expect("the strings"))
            .expect("a table of strings");
    let keys = sections.into_iter().flat_map(|(section, keys)| {
        keys.into_iter()
            .map(move |(key, text)| (format!("{section}.{key}"), text))
    });
    keys.collect()
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    let parts = text.split('{').skip(1);
    parts
        .filter_map(|part| part.split_once('}').map(|(name, _)| name))
        .collect()
}

#[test]
fn three_languages_have_the_same_strings() {
    let english = strings("en");
    for code in ["sv", "da"] {
        let other = strings(code);
        let keys = |all: &BTreeMap<String, String>| all.keys().cloned().collect::<BTreeSet<_>>();
        let missing: Vec<_> = keys(&english).difference(&keys(&other)).cloned().collect();
        let surplus: Vec<_> = keys(&other).difference(&keys(&english)).cloned().collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "{code}: missing {missing:?}, surplus {surplus:?}"
        );
        for (key, text) in &other {
            assert!(
                !text.is_empty() || key == "number.group",
                "{code}: {key} is empty"
            );
            // Dates have forms of their own.
            if !key.starts_with("date.") {
                assert_eq!(
                    placeholders(text),
                    placeholders(&english[key]),
                    "{code}: {key}"
                );
            }
        }
        assert_eq!(other["date.months"].split(',').count(), 12);
        let same = other
            .iter()
            .filter(|(key, text)| text.len() > 24 && english[*key] == **text)
            .count();
        assert_eq!(same, 0, "{code}: sentences are not translated");
    }
    assert_eq!(strings("sv")["column.controller"], "Personuppgiftsansvarig");
    assert_eq!(strings("da")["column.controller"], "Dataansvarlig");
}

/// Words in quotes, in all of the sources and of the page's scripts.
fn quoted(folder: &Path, words: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            quoted(&path, words);
        } else if path
            .extension()
            .is_some_and(|end| end == "rs" || end == "js")
        {
            let text = fs::read_to_string(&path).expect("a source");
            let word = |part: &str| {
                part.chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
            };
            words.extend(
                text.split(['"', '\''])
                    .filter(|part| word(part))
                    .map(str::to_owned),
            );
            // Keys of objects, such as those of the units of time.
            words.extend(
                text.split_whitespace()
                    .filter_map(|part| part.strip_suffix(':'))
                    .map(str::to_owned),
            );
        }
    }
}

#[test]
fn every_string_is_said_somewhere_and_every_code_has_one() {
    let mut words = BTreeSet::new();
    quoted(&root().join("src"), &mut words);
    let english = strings("en");
    for key in english.keys() {
        let (section, name) = key.split_once('.').expect("a section");
        let bare = name
            .trim_end_matches("_one")
            .trim_end_matches("_other")
            .trim_end_matches("_means")
            .trim_end_matches("_unchecked");
        let bare = ["hole_", "mark_", "who_", "could_see_if_", "kind_"]
            .iter()
            .fold(bare, |bare, head| bare.trim_start_matches(head));
        // Facts have dots in their names.
        let fact = words
            .iter()
            .any(|word| section == "fact" && word.replace('.', "_") == name);
        let said = fact
            || [key.as_str(), &format!("{section}.{bare}"), name, bare]
                .iter()
                .any(|one| words.contains(*one));
        assert!(said, "nobody says {key}");
    }
    // The screens have words of their own.
    let screens = fs::read_to_string(root().join("src/report/screen/strings/en.toml"));
    let screens: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(&screens.expect("the screens' strings")).expect("tables of strings");
    words.retain(|word| {
        let key = word.split_once('.');
        !key.is_some_and(|(section, key)| {
            screens
                .get(section)
                .is_some_and(|own| own.contains_key(key))
        })
    });
    let sections: BTreeSet<&str> = english
        .keys()
        .filter_map(|key| key.split('.').next())
        .collect();
    for word in &words {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let asked = word.split_once('.').filter(|(section, name)| {
            sections.contains(section) && name.chars().all(plain) && !name.ends_with('_')
        });
        let asked = asked.filter(|(_, name)| !name.is_empty());
        let file = [
            "csv", "json", "jsonl", "js", "css", "toml", "parquet", "html", "log",
        ]
        .iter()
        .any(|end| word.ends_with(&format!(".{end}")));
        if asked.is_some() && !file {
            let fact = format!("fact.{}", word.replace('.', "_"));
            let known = [word, &format!("{word}_one"), &fact]
                .into_iter()
                .any(|key| english.contains_key(key));
            assert!(known, "{word} is said and has no string");
        }
    }
    // Columns are named by the bare key.
    for file in ["sections.js", "method.js"] {
        let script =
            fs::read_to_string(root().join("src/report/html/page").join(file)).expect("a script");
        for makes in [
            "column('", "number('", "time('", "lined('", "opens('", "cell('",
        ] {
            for key in script
                .split(makes)
                .skip(1)
                .filter_map(|rest| rest.split('\'').next())
            {
                assert!(
                    english.contains_key(&format!("column.{key}")),
                    "the column {key} has no string"
                );
            }
        }
    }
    // Codes of the contract, as the source of the words spells them.
    let source = fs::read_to_string(root().join("src/words.rs")).expect("the words");
    let codes = source
        .split("=> \"")
        .skip(1)
        .filter_map(|part| part.split('"').next());
    let codes: BTreeSet<String> = codes
        .filter(|code| code.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .map(|code| format!("reason.{code}"))
        .collect();
    let told: BTreeSet<String> = english
        .keys()
        .filter(|key| key.starts_with("reason."))
        .cloned()
        .collect();
    assert!(codes.len() > 10);
    assert_eq!(codes, told);
}
