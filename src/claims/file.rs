//! CLAIMS.toml -> checked statements; every complaint names file, line, key and what to do.
//!
//! Sections are read by the same reader as the case file's. Which keys a kind has, and what they mean, is `kinds`'.

use std::collections::BTreeSet;
use std::path::Path;

use super::kinds::{self, KINDS, Known};
use super::{Claim, Claims};
use crate::case::problem::{quoted, suggest};
use crate::case::section::{Script, Section, Value};
use crate::case::{Case, CaseProblem};
use crate::source::digest_of;

/// Reads a file of statements about a case.
///
/// # Errors
/// The first complaint: file, line, key and what to do.
pub fn load(path: &Path, case: &Case) -> Result<Claims, CaseProblem> {
    let whole = path.display().to_string();
    let name = path.file_name();
    let file = name.map_or(whole.clone(), |name| name.to_string_lossy().into_owned());
    let complain = |file: &str, what: String, remedy: &str| {
        Script { file, text: "" }.complain(None, None, what, remedy)
    };
    let bytes = std::fs::read(path).map_err(|error| {
        let what = format!("cannot read the file of statements: {error}");
        complain(
            &whole,
            what,
            "name the path of a claims file after --claims",
        )
    })?;
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        let what = "the file of statements is not UTF-8".to_owned();
        complain(&file, what, "save it again as UTF-8")
    })?;
    let script = Script { file: &file, text };
    let known = Known::of(case);
    let mut unknown = Vec::new();
    let claims = read(script, &known, &mut unknown)?;
    Ok(Claims {
        sha256: digest_of(&bytes),
        claims,
        unknown,
        file_name: file,
    })
}

fn read(
    script: Script<'_>,
    known: &Known<'_>,
    unknown: &mut Vec<(String, String)>,
) -> Result<Vec<Claim>, CaseProblem> {
    let root = script.parse()?;
    let top = Section::whole(script, &root, "the file of statements", &["claim"])?;
    let value = top.need("claim", "a heading [[claim]] for every statement")?;
    let mut claims = Vec::new();
    let mut ids = BTreeSet::new();
    for (at, value) in value.items()?.iter().enumerate() {
        let claim = one(value, at + 1, known, unknown)?;
        if !ids.insert(claim.id.clone()) {
            let what = format!("the id {} stands twice", quoted(&claim.id));
            return Err(value.complain(&what, "give each statement an id of its own"));
        }
        claims.push(claim);
    }
    let parameters: BTreeSet<&str> = claims.iter().filter_map(kinds::parameter).collect();
    if parameters.len() > kinds::MOST_PARAMETERS {
        let what = format!("more than {} different parameters", kinds::MOST_PARAMETERS);
        return Err(top.complain(what, "put some of the statements into another file"));
    }
    Ok(claims)
}

fn one(
    value: &Value<'_>,
    number: usize,
    known: &Known<'_>,
    unknown: &mut Vec<(String, String)>,
) -> Result<Claim, CaseProblem> {
    let numbered = format!("[[claim]] number {number}");
    let title = match value.table(numbered.clone())?.text("id") {
        Ok(Some(id)) => format!("[[claim]] {}", quoted(id)),
        _ => numbered,
    };
    let open = value.table(title.clone())?;
    let kind = open.need("kind", "what is stated; the README lists the kinds")?;
    let word = kind.text()?;
    let Some((_, keys)) = KINDS.iter().find(|(name, _)| *name == word) else {
        let what = format!("{} is no kind of statement", quoted(word));
        let names = || KINDS.iter().map(|(name, _)| *name);
        let all: Vec<&str> = names().collect();
        let remedy = suggest(word, names(), || {
            format!("the kinds are {}", all.join(", "))
        });
        return Err(kind.complain(&what, remedy));
    };
    let all: Vec<&'static str> = ["id", "says", "source", "kind"]
        .into_iter()
        .chain(keys.iter().copied())
        .collect();
    let section = value.section(title, &all)?;
    let id = section.need("id", "statements are told apart by it")?;
    let (kind, only) = kinds::read(word, &section, known, unknown)?;
    Ok(Claim {
        id: id.label()?.to_owned(),
        says: section.text("says")?.unwrap_or_default().to_owned(),
        source: section.text("source")?.unwrap_or_default().to_owned(),
        kind,
        only,
    })
}
