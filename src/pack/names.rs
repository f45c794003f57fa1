//! Safe, distinct folder names for controllers, from their names.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Controller;
use crate::evidence::sha256;

/// Longest part of a folder's name that comes from the controller's.
const LONGEST: usize = 40;
/// Names that this program or some file system keeps for itself.
const RESERVED: [&str; 10] = [
    "master",
    "regulator",
    "con",
    "prn",
    "aux",
    "nul",
    "com1",
    "com2",
    "lpt1",
    "lpt2",
];

/// The folder of every controller, in their order: lower-case letters, digits and hyphens only. Controllers whose names
/// come out alike, or as a reserved one, get the beginning of their ID's SHA-256 behind it, so that a folder's name does
/// not depend on which other controllers a run packs.
pub(super) fn folders(controllers: &[Controller]) -> Vec<String> {
    let plain: Vec<String> = controllers.iter().map(|one| plain(&one.name)).collect();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for name in &plain {
        *uses.entry(name).or_default() += 1;
    }
    let mut taken = BTreeSet::new();
    let both = controllers.iter().zip(&plain);
    both.map(|(controller, name)| {
        let alone = uses[&**name] == 1 && !RESERVED.contains(&&**name);
        let digest = sha256(controller.id.as_bytes());
        let mut length = 8;
        let mut folder = match alone {
            true => name.clone(),
            false => format!("{name}-{}", &digest[..length]),
        };
        while !taken.insert(folder.clone()) {
            length += 8;
            folder = format!("{name}-{}", digest.get(..length).unwrap_or(&digest));
        }
        folder
    })
    .collect()
}

fn plain(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        match letters(c) {
            Some(letters) => out.push_str(letters),
            None if c.is_ascii_alphanumeric() => out.push(c),
            None if !out.is_empty() && !out.ends_with('-') => out.push('-'),
            None => {}
        }
        if out.len() >= LONGEST {
            break;
        }
    }
    match out.trim_end_matches('-') {
        "" => "controller".to_owned(),
        name => name.to_owned(),
    }
}

fn letters(c: char) -> Option<&'static str> {
    Some(match c {
        'å' | 'ä' | 'á' | 'à' | 'â' | 'ã' => "a",
        'ö' | 'ó' | 'ò' | 'ô' | 'õ' | 'ø' => "o",
        'é' | 'è' | 'ê' | 'ë' => "e",
        'í' | 'ì' | 'î' | 'ï' => "i",
        'ú' | 'ù' | 'û' | 'ü' => "u",
        'ý' | 'ÿ' => "y",
        'ñ' => "n",
        'ç' => "c",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ð' => "d",
        _ => return None,
    })
}
