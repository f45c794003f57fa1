//! `inspect`: what these logs can and cannot answer.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use super::logs::{self, Group};
use super::{Ending, inputs, terminal, unmatched, unnamed};
use crate::case::{self, Case, RouteSpec};
use crate::cli::InspectArgs;
use crate::report;
use crate::source::Log;
use crate::survey::{self, Known, Recognised, Sample, Told};

/// Runs it.
pub(super) fn run(args: &InspectArgs) -> Result<(), Ending> {
    let case = args
        .case
        .as_ref()
        .map(|path| case::load_with(path, &args.outside))
        .transpose()
        .map_err(Ending::usage)?;
    let (mut groups, rest, left) = named_by(case.as_ref(), args)?;
    let known = case
        .as_ref()
        .map_or_else(Known::default, |case| Known::of(&case.directory));
    let mut found = logs::find(rest, &args.writing, &known)?;
    found.unread.extend(left);
    groups.extend(found.groups);
    if groups.is_empty() {
        return Err(Ending::Failed(match found.unread.first() {
            Some((file, why)) => format!(
                "nothing could be read: {file}: {why}; say how the lines are written with --format, --pattern or --field"
            ),
            None => "there is no file to read; name logs, or folders that hold some".to_owned(),
        }));
    }
    let read = logs::read(&groups, case.as_ref(), args.threads.map(usize::from))?;
    let unnamed = case.as_ref().map(|case| unnamed(case, &read)).transpose()?;
    let unmatched = case.as_ref().map(|case| unmatched(case, &read));
    let unmatched = unmatched.transpose()?;
    let inputs = logs::by_source(&groups, read);
    if inputs.iter().all(|input| input.tally.records == 0) {
        return Err(Ending::Failed(
            "no line could be read as a request; name the format with --format, --pattern or --field".to_owned(),
        ));
    }
    let nothing = Known::default();
    let mut survey = survey::assemble(
        inputs,
        case.as_ref().map_or(Told::Tables(&nothing), Told::Case),
        logs::zone(&args.writing.timezone)?,
        found.unread,
    );
    survey.beside.unnamed = unnamed.unwrap_or_default();
    survey.beside.unmatched = unmatched.unwrap_or_default();
    survey::mask(&mut survey);
    let out = match args.json {
        true => report::inspection_json(&survey),
        false => report::inspection(&survey, terminal::plain()),
    };
    std::io::stdout().lock().write_all(out.as_bytes())?;
    Ok(())
}

/// Routes of the case of which not one request names what the case says it names, and why that may be.
fn unnamed(case: &Case, read: &logs::Read) -> Result<Vec<(String, String)>, Ending> {
    let mut asked: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
    for leaves in read.facts.iter().map(|facts| &facts.given) {
        for (route, leaf) in leaves.iter().enumerate() {
            let sums = asked.entry(route).or_default();
            sums.0 += leaf.figures.requests;
            sums.1 += leaf.figures.with_id;
        }
    }
    let named = |route: &RouteSpec| route.object.is_some() || route.container.is_some();
    let asked = asked
        .into_iter()
        .filter(|(route, (n, ids))| *n > 0 && *ids == 0 && named(&case.routes[*route]));
    let asked = asked.map(|(route, (n, _))| (route, n)).collect();
    let found = unnamed::look(case, &read.inputs, asked)?;
    let said = found.iter().map(|one| {
        let route = &case.routes[one.route];
        (route.name.clone(), one.sentence(route))
    });
    Ok(said.collect())
}

/// Routes of the case that no request matches, and what nearly matches them.
fn unmatched(case: &Case, read: &logs::Read) -> Result<Vec<(String, String)>, Ending> {
    let asked = |route: usize| {
        let mut leaves = read.facts.iter().filter_map(|facts| facts.given.get(route));
        leaves.any(|leaf| leaf.figures.requests > 0)
    };
    let routes = (0..case.routes.len()).filter(|route| !asked(*route));
    let found = unmatched::look(case, &read.inputs, routes.collect())?;
    let said = found.iter().filter_map(|one| {
        let route = &case.routes[one.route];
        Some((route.name.clone(), one.sentence(route)?))
    });
    Ok(said.collect())
}

/// Groups of the files that the case's sources claim, the files that are left, and what was left out.
fn named_by(case: Option<&Case>, args: &InspectArgs) -> Result<NamedBy, Ending> {
    let (logs, left) = logs::walk(&args.logs)?;
    let Some(case) = case else {
        return Ok((Vec::new(), logs, left));
    };
    let inputs = match inputs::inputs(case) {
        Ok((inputs, _)) => inputs,
        // Logs that are named here may lie elsewhere than the case says.
        Err(_) if !logs.is_empty() => return Ok((Vec::new(), logs, left)),
        Err(problem) => return Err(problem),
    };
    let wanted: Vec<Log> = match logs.is_empty() {
        true => inputs.iter().map(|input| input.log.clone()).collect(),
        false => logs,
    };
    let real = |log: &Log| {
        let path = log.path();
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        (path, log.member().map(str::to_owned))
    };
    let claimed: HashMap<_, usize> = inputs
        .iter()
        .enumerate()
        .map(|(at, input)| (real(&input.log), at))
        .collect();
    let mut groups: Vec<Group> = Vec::new();
    let mut rest = Vec::new();
    for log in wanted {
        let Some(input) = claimed.get(&real(&log)).and_then(|at| inputs.get(*at)) else {
            rest.push(log);
            continue;
        };
        let spec = &case.sources[input.source];
        match groups.iter_mut().find(|group| group.name == spec.name) {
            Some(group) => group.files.push(log),
            None => groups.push(Group {
                own_share: 0,
                name: spec.name.clone(),
                how: Recognised {
                    spec: spec.format.clone(),
                    format: input.format.clone(),
                    wrappings: Vec::new(),
                    named: true,
                },
                accounts: Vec::new(),
                bound: spec.account.clone(),
                files: vec![log],
                sample: Sample::default(),
                clock_correction: spec.clock_correction,
            }),
        }
    }
    Ok((groups, rest, left))
}

type NamedBy = (Vec<Group>, Vec<Log>, logs::LeftOut);
