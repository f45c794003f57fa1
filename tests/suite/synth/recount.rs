//! Counts simple cases again from their files and holds the result against `truth.json`.
//!
//! Reads tables and plain log lines with nothing but a regex, a CSV reader and CASE.md; shares no
//! code with the generator or the scanner.

use std::collections::BTreeMap;

use breachscope::synth::{Attack, Defects, LogFormat, Settings};
use chrono::DateTime;
use regex::Regex;
use serde_json::Value;

use super::{Scratch, bytes, make, small};

/// Reads a case again from its files, as CASE.md tells it, and nothing else.
struct Recount {
    routes: Vec<Route>,
    parents: BTreeMap<String, String>,
    controllers: BTreeMap<String, String>,
    forms: BTreeMap<String, String>,
    grants: BTreeMap<String, Vec<BTreeMap<String, String>>>,
    objects: BTreeMap<String, Vec<BTreeMap<String, String>>>,
    members: BTreeMap<String, Vec<BTreeMap<String, String>>>,
    /// Subject and controller, and whether some disclosure is confirmed.
    exposed: BTreeMap<(String, String), bool>,
    accounts: BTreeMap<String, u64>,
    records: u64,
}

struct Route {
    path: Regex,
    key: String,
    container: bool,
    page: Option<(String, u64, u64, Option<String>)>,
    least: u64,
}

/// One line, taken apart.
struct Asked<'l> {
    at: i64,
    account: &'l str,
    method: &'l str,
    target: &'l str,
    status: u64,
    bytes: u64,
}

impl Recount {
    fn read(scratch: &Scratch) -> Recount {
        let case: toml::Table = scratch.read("case.toml").parse().unwrap();
        let grouped = |name: &str, key: &str| {
            let mut groups: BTreeMap<String, Vec<BTreeMap<String, String>>> = BTreeMap::new();
            for row in scratch.table(name) {
                groups.entry(row[key].clone()).or_default().push(row);
            }
            groups
        };
        let units = scratch.table("units");
        let column = |name: &str| -> BTreeMap<String, String> {
            units
                .iter()
                .map(|row| (row["unit"].clone(), row[name].clone()))
                .collect()
        };
        Recount {
            routes: case["route"]
                .as_array()
                .unwrap()
                .iter()
                .map(Route::read)
                .collect(),
            parents: column("parent"),
            controllers: column("controller"),
            forms: column("form"),
            grants: grouped("grants", "account"),
            objects: grouped("objects", "object"),
            members: grouped("members", "container"),
            exposed: BTreeMap::new(),
            accounts: BTreeMap::new(),
            records: 0,
        }
    }

    fn see(&mut self, asked: &Asked) {
        self.records += 1;
        if asked.method != "GET" || asked.account == "-" {
            return;
        }
        let (path, query) = asked.target.split_once('?').unwrap_or((asked.target, ""));
        let query: Vec<(&str, String)> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key, value.replace("%2C", ",").replace("%40", "@")))
            .collect();
        let Some((ids, least)) = self.named(path, &query, asked.at) else {
            return;
        };
        let confirmed = match asked.status {
            200 | 206 if asked.bytes >= least => true,
            304 => false,
            499 if asked.bytes >= least => false,
            _ => return,
        };
        let mut beyond = false;
        for id in ids {
            beyond |= self.disclose(&id, asked, confirmed);
        }
        if beyond {
            *self.accounts.entry(asked.account.to_owned()).or_default() += 1;
        }
    }

    /// The objects that a request names, and what a body must hold.
    fn named(&self, path: &str, query: &[(&str, String)], at: i64) -> Option<(Vec<String>, u64)> {
        let route = self.routes.iter().find(|route| route.path.is_match(path))?;
        let value = |key: &str| {
            query
                .iter()
                .find(|(have, _)| *have == key)
                .map(|pair| pair.1.clone())
        };
        let in_path = route
            .path
            .captures(path)?
            .name(&route.key)
            .map(|m| m.as_str().to_owned());
        let ids: Vec<String> = match in_path {
            Some(id) => vec![id],
            None => {
                let values = query.iter().filter(|(have, _)| *have == route.key);
                values
                    .flat_map(|(_, ids)| ids.split(',').map(str::to_owned))
                    .collect()
            }
        };
        if !route.container {
            return Some((ids, route.least));
        }
        let listed = self.members.get(ids.first()?).into_iter().flatten();
        let listed = listed
            .filter(|row| valid(row, at))
            .map(|row| row["object"].clone());
        let Some((key, first, size, limit)) = &route.page else {
            return Some((listed.collect(), route.least));
        };
        let number = |text: String| text.parse::<u64>().unwrap();
        let take = limit.as_deref().and_then(value).map_or(*size, number);
        let skip = match (limit, value(key)) {
            (_, None) => 0,
            (Some(_), Some(skip)) => number(skip),
            (None, Some(page)) => (number(page) - first) * size,
        };
        let shown = listed.skip(skip as usize).take(take as usize).collect();
        Some((shown, route.least))
    }

    /// Whether the object was beyond the account's scope.
    fn disclose(&mut self, id: &str, asked: &Asked, confirmed: bool) -> bool {
        let rows = self
            .objects
            .get(id)
            .into_iter()
            .flatten()
            .filter(|row| valid(row, asked.at));
        let rows: Vec<_> = rows.collect();
        let grants = self.grants.get(asked.account).into_iter().flatten();
        let mut grants = grants.filter(|grant| valid(grant, asked.at));
        if grants.any(|grant| rows.iter().any(|row| self.covers(grant, row))) {
            return false;
        }
        let row = rows
            .first()
            .unwrap_or_else(|| panic!("{id} was disclosed while it was not there"));
        let mut unit = row["unit"].clone();
        while self.controllers[&unit].is_empty() {
            unit = self.parents[&unit].clone();
        }
        let key = (row["subject"].clone(), self.controllers[&unit].clone());
        *self.exposed.entry(key).or_default() |= confirmed;
        true
    }

    fn covers(&self, grant: &BTreeMap<String, String>, row: &BTreeMap<String, String>) -> bool {
        let form = grant["form"].is_empty() || grant["form"] == self.forms[&row["unit"]];
        let protected =
            row["protected"] == "true" && grant.get("protected").is_some_and(|p| p == "false");
        let mut unit = row["unit"].clone();
        while unit != grant["unit"] && !unit.is_empty() {
            unit = self.parents[&unit].clone();
        }
        form && !protected && !unit.is_empty()
    }

    fn agrees_with(&self, truth: &Value) {
        let subjects: Vec<Value> = self
            .exposed
            .iter()
            .map(|((subject, controller), confirmed)| {
                let certainty = if *confirmed { "confirmed" } else { "probable" };
                serde_json::json!({
                    "subject": subject, "controller": controller, "certainty": certainty
                })
            })
            .collect();
        assert_eq!(truth["subjects"], Value::Array(subjects));
        assert_eq!(truth["lines"]["records"], self.records);
        assert_eq!(
            truth["accesses_beyond_scope"],
            self.accounts.values().sum::<u64>()
        );
        for (account, accesses) in &self.accounts {
            assert_eq!(
                truth["accounts"][account]["accesses_beyond_scope"], *accesses,
                "{account}"
            );
        }
    }
}

impl Route {
    fn read(table: &toml::Value) -> Route {
        let variable = Regex::new(r"\\\{(\w+)(\\\*)?\\\}").unwrap();
        let path = regex::escape(table["path"].as_str().unwrap());
        let path = variable.replace_all(&path, "(?<$1>[^/]+)");
        let word = |key: &str| {
            table
                .get(key)
                .map(|value| value.as_str().unwrap().to_owned())
        };
        let page = table.get("page").map(|page| {
            let word = |key: &str| {
                page.get(key)
                    .map(|value| value.as_str().unwrap().to_owned())
            };
            let first = page
                .get("first")
                .map_or(0, |first| first.as_integer().unwrap() as u64);
            let size = page["size"].as_integer().unwrap() as u64;
            (
                word("query").or(word("offset")).unwrap(),
                first,
                size,
                word("limit"),
            )
        });
        Route {
            path: Regex::new(&format!("^{path}$")).unwrap(),
            container: table.get("container").is_some(),
            key: word("object").or(word("container")).unwrap(),
            page,
            least: table
                .get("empty_below")
                .map_or(1, |least| least.as_integer().unwrap() as u64),
        }
    }
}

fn valid(row: &BTreeMap<String, String>, at: i64) -> bool {
    let time = |key: &str| match row[key].as_str() {
        "" => None,
        text => Some(DateTime::parse_from_rfc3339(text).unwrap().timestamp()),
    };
    time("from").is_none_or(|from| from <= at) && time("until").is_none_or(|until| at < until)
}

fn plain(format: LogFormat, attack: Attack, seed: u64) -> Settings {
    Settings {
        attack: Some(attack),
        format: Some(format),
        defects: Defects::None,
        ..small(seed)
    }
}

/// The seeds of a range whose lines name the account in the user field and carry bytes.
fn simple_cases(format: LogFormat, attack: Attack, seeds: std::ops::Range<u64>) -> Vec<Scratch> {
    let cases = seeds.map(|seed| {
        make(
            &format!("plain-{format}-{seed}"),
            &plain(format, attack, seed),
        )
        .0
    });
    cases
        .filter(|case| {
            let truth = case.truth();
            truth["account_in"] == "user field" && truth["bytes_logged"] == true
        })
        .collect()
}

#[test]
fn recount_of_combined_lines_agrees_with_the_truth() {
    let line =
        Regex::new(r#"^\S+ - (\S+) \[([^\]]+)\] "(\w+) (\S+) HTTP/1.1" (\d+) (\d+|-) "#).unwrap();
    for attack in [
        Attack::Sequential,
        Attack::Containers,
        Attack::Batch,
        Attack::None,
    ] {
        let cases = simple_cases(LogFormat::Combined, attack, 20..24);
        assert!(cases.len() > 1);
        for case in cases {
            let mut recount = Recount::read(&case);
            for (_, log) in bytes(&case.0.join("logs")) {
                for text in String::from_utf8(log).unwrap().lines() {
                    let parts = line.captures(text).unwrap();
                    let at = DateTime::parse_from_str(&parts[2], "%d/%b/%Y:%H:%M:%S %z").unwrap();
                    recount.see(&Asked {
                        at: at.timestamp(),
                        account: parts.get(1).unwrap().as_str(),
                        method: parts.get(3).unwrap().as_str(),
                        target: parts.get(4).unwrap().as_str(),
                        status: parts[5].parse().unwrap(),
                        bytes: parts[6].parse().unwrap_or(0),
                    });
                }
            }
            recount.agrees_with(&case.truth());
        }
    }
}

#[test]
fn recount_of_json_lines_agrees_with_the_truth() {
    let at = |value: &Value| match value
        .as_str()
        .and_then(|t| DateTime::parse_from_rfc3339(t).ok())
    {
        Some(time) => time.timestamp(),
        None => {
            let digits: String = value
                .to_string()
                .chars()
                .filter(char::is_ascii_digit)
                .collect();
            digits[..10].parse().unwrap()
        }
    };
    let number = |value: &Value| -> u64 { value.to_string().replace('"', "").parse().unwrap() };
    for attack in [Attack::Stride, Attack::Paging, Attack::OneTenant] {
        let cases = simple_cases(LogFormat::Json, attack, 40..45);
        assert!(cases.len() > 1);
        for case in cases {
            let file: toml::Table = case.read("case.toml").parse().unwrap();
            let fields = &file["source"][0]["fields"];
            let mut recount = Recount::read(&case);
            for (_, log) in bytes(&case.0.join("logs")) {
                for text in String::from_utf8(log).unwrap().lines() {
                    let line: Value = serde_json::from_str(text).unwrap();
                    let get = |field: &str| {
                        let path = fields.get(field)?.as_str()?;
                        let nested = line.pointer(&format!("/{}", path.replace('.', "/")));
                        nested.or_else(|| line.get(path))
                    };
                    let word = |field: &str| get(field).and_then(Value::as_str).unwrap_or("");
                    let mut request = word("request").split(' ');
                    let mut asked = |field: &str| match fields.get(field) {
                        Some(_) => word(field),
                        None => request.next().unwrap(),
                    };
                    let (method, target) = (asked("method"), asked("target"));
                    let account = word("account");
                    recount.see(&Asked {
                        at: at(get("time").unwrap()),
                        account: if account.is_empty() { "-" } else { account },
                        method,
                        target,
                        status: number(get("status").unwrap()),
                        bytes: number(get("bytes").unwrap()),
                    });
                }
            }
            recount.agrees_with(&case.truth());
        }
    }
}
