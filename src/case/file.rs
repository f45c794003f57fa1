//! `case.toml` itself: its sections, checked and put together into a [`Case`].
//!
//! Sources and routes have files of their own, tables are `rows`'. Here are the small sections and
//! the order in which all are read.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono_tz::{TZ_VARIANTS, Tz};

use super::leak::Announced;
use super::problem::{CaseProblem, nearest, quoted};
use super::section::{Script, Section, Value};
use super::table::hex_digest;
use super::{Case, Home, Thresholds, Written, routes, rows, sources};
use crate::format::Proxies;
use crate::words::Validity;

pub(super) const SECTIONS: [&str; 8] = [
    "case",
    "source",
    "route",
    "directory",
    "scope",
    "detect",
    "leak",
    "exclude",
];

/// Keys of `[case]`.
const HEAD: [&str; 5] = ["id", "title", "timezone", "period", "ignore_case"];
/// Keys of `[scope]`.
const SCOPE: [&str; 1] = ["unlisted"];
/// Keys of `[leak]`.
const LEAK: [&str; 2] = ["records", "published"];
/// Keys of `[exclude]`.
const EXCLUDE: [&str; 2] = ["accounts", "clients"];

/// Under which heading a key stands, if there is one only.
pub(super) fn heading_of(key: &str) -> Option<&'static str> {
    let all: [(&str, &[&str]); 8] = [
        ("[case]", &HEAD),
        ("[[source]]", &sources::KEYS),
        ("[[route]]", &routes::KEYS),
        ("[directory]", &rows::KEYS),
        ("[scope]", &SCOPE),
        ("[detect]", Thresholds::KEYS),
        ("[leak]", &LEAK),
        ("[exclude]", &EXCLUDE),
    ];
    let mut headings = all.into_iter().filter(|(_, keys)| keys.contains(&key));
    let only = headings.next()?.0;
    headings.next().is_none().then_some(only)
}

/// Reads a case file and every table that it names.
///
/// # Errors
/// As `case::load`.
pub(super) fn load(path: &Path, outside: &[PathBuf]) -> Result<Case, CaseProblem> {
    let file = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| {
        let what = format!("cannot read the case file: {error}");
        let named = Script {
            file: &file,
            text: "",
        };
        named.complain(None, None, what, "name the path of a case.toml")
    })?;
    let text = utf8(&file, &bytes)?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let home = Home { folder, outside };
    let case = assemble(Script { file: &file, text }, &home, hex_digest(&bytes));
    case.map_err(|problem| problem.beside(&file))
}

/// The same for a text that is not on disk yet.
///
/// # Errors
/// As `case::load`.
pub(super) fn load_text(name: &str, text: &str, folder: &Path) -> Result<Case, CaseProblem> {
    let digest = hex_digest(text.as_bytes());
    let home = Home {
        folder,
        outside: &[],
    };
    assemble(Script { file: name, text }, &home, digest)
}

fn assemble(script: Script<'_>, home: &Home<'_>, sha256: String) -> Result<Case, CaseProblem> {
    let root = script.parse()?;
    let top = Section::top(script, &root, &SECTIONS)?;
    let head = Head::read(&top)?;
    let routes = routes::read(&top, head.ignore_case)?;
    let sources = sources::read(&top, &routes, head.timezone)?;
    let unlisted_beyond = unlisted_beyond(&top)?;
    let thresholds = section(&top, "detect", Thresholds::KEYS)?;
    let thresholds = thresholds.map_or(Ok(Thresholds::default()), |s| Thresholds::read(&s))?;
    let (exclude_accounts, exclude_clients, exclude_networks) = exclude(&top)?;
    let announced = section(&top, "leak", &LEAK)?;
    let announced = announced
        .map(|s| Announced::read(&s, head.timezone))
        .transpose()?;
    let section = section(&top, "directory", &rows::KEYS)?;
    let mut tables = rows::read(section.as_ref(), home, head.timezone)?;
    let leak = announced
        .map(|announced| announced.table(home))
        .transpose()?;
    let leak = leak.map(|(leak, file)| {
        tables.files.push(file);
        leak
    });
    let own = Path::new(script.file).file_name();
    Ok(Case {
        file_name: own.map_or(script.file.to_owned(), |name| {
            name.to_string_lossy().into_owned()
        }),
        written: Written::of(script),
        folder: home.folder.to_owned(),
        outside: home.outside.to_vec(),
        sha256,
        id: head.id,
        title: head.title,
        timezone: head.timezone,
        period: head.period,
        sources,
        routes,
        directory: tables.directory,
        exclude_accounts,
        exclude_clients,
        exclude_networks,
        unlisted_beyond,
        thresholds,
        leak,
        ignore_case: head.ignore_case,
        not_acted_on: tables.not_acted_on,
        tables: tables.files,
    })
}

/// `[case]`.
struct Head {
    id: String,
    title: String,
    timezone: Tz,
    period: Option<Validity>,
    ignore_case: bool,
}

impl Head {
    fn read(top: &Section<'_>) -> Result<Head, CaseProblem> {
        let value = top.need("case", "a heading [case] with an id below it")?;
        let case = value.section("[case]".to_owned(), &HEAD)?;
        let id = case.need("id", "the name of the case, which stands on its answer")?;
        let timezone = case.get("timezone").map_or(Ok(Tz::UTC), |v| zone(&v))?;
        Ok(Head {
            id: id.text()?.to_owned(),
            title: case.text("title")?.unwrap_or_default().to_owned(),
            timezone,
            period: case
                .get("period")
                .map(|v| period(&v, timezone))
                .transpose()?,
            ignore_case: case.truth("ignore_case")?,
        })
    }
}

fn section<'s>(
    top: &Section<'s>,
    key: &str,
    known: &[&'static str],
) -> Result<Option<Section<'s>>, CaseProblem> {
    let section = |value: Value<'s>| value.section(format!("[{key}]"), known);
    top.get(key).map(section).transpose()
}

fn unlisted_beyond(top: &Section<'_>) -> Result<bool, CaseProblem> {
    let Some(scope) = section(top, "scope", &SCOPE)? else {
        return Ok(false);
    };
    let Some(value) = scope.get("unlisted") else {
        return Ok(false);
    };
    match value.text()? {
        "unknown" => Ok(false),
        "beyond" => Ok(true),
        other => {
            let what = format!(
                "{} is no way to treat accounts that grants does not know",
                quoted(other)
            );
            Err(value.complain(&what, "write \"unknown\" or \"beyond\""))
        }
    }
}

/// Accounts, clients as written, and those of them that are addresses or networks.
type Excluded = (Vec<String>, Vec<String>, Proxies);

fn exclude(top: &Section<'_>) -> Result<Excluded, CaseProblem> {
    let Some(exclude) = section(top, "exclude", &EXCLUDE)? else {
        return Ok(Excluded::default());
    };
    let mut networks = Proxies::default();
    let clients = exclude.get("clients");
    for item in clients.map_or(Ok(Vec::new()), |value| value.items())? {
        let text = item.text()?;
        match networks.trust(text) {
            // A log may name its clients by something else than an address.
            Err(_) if !text.contains('/') => {}
            Err(what) => {
                let remedy = "write a client as the log names it, or a network with the length of its prefix, such as \
                              \"192.0.2.0/24\"";
                return Err(item.complain(&what, remedy));
            }
            Ok(()) => {}
        }
    }
    Ok((
        exclude.texts("accounts")?,
        exclude.texts("clients")?,
        networks,
    ))
}

fn zone(value: &Value<'_>) -> Result<Tz, CaseProblem> {
    let text = value.text()?;
    Tz::from_str(text).map_err(|_| {
        let what = format!("{} is no timezone", quoted(text));
        let names = || TZ_VARIANTS.iter().map(|zone| zone.name());
        let city = |name: &&str| {
            name.rsplit('/')
                .next()
                .is_some_and(|c| c.eq_ignore_ascii_case(text))
        };
        let remedy = match names().find(city).or_else(|| nearest(text, names())) {
            Some(near) => format!("did you mean {}?", quoted(near)),
            None => "write an IANA name such as \"Europe/Stockholm\", or \"UTC\"".to_owned(),
        };
        value.complain(&what, remedy)
    })
}

fn period(value: &Value<'_>, zone: Tz) -> Result<Validity, CaseProblem> {
    let section = value.section("[case], period".to_owned(), &["from", "until"])?;
    let period = section.validity(zone)?;
    if period.always() {
        return Err(value.complain(
            "has neither from nor until",
            "give at least one of them, or leave period out",
        ));
    }
    Ok(period)
}

fn utf8<'b>(file: &str, bytes: &'b [u8]) -> Result<&'b str, CaseProblem> {
    std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let text = std::str::from_utf8(good).unwrap_or_default();
        let script = Script { file, text };
        let wide = [&b"\xff\xfe"[..], b"\xfe\xff"]
            .iter()
            .any(|mark| bytes.starts_with(mark));
        let what = match wide {
            true => "the case file is UTF-16 (\"Unicode\" in some editors), not UTF-8",
            false => "the case file is not UTF-8",
        };
        let at = (!wide).then_some(text.len()..text.len());
        script.complain(at, None, what, "save it again as UTF-8")
    })
}
