//! `init`: a case to begin with, proposed from what the logs show.

use std::io::Write;
use std::path::{Component, Path, PathBuf};

use super::logs::{self, Group};
use serde_json::json;

use super::{Ending, asking, told};
use crate::case::{self, Case, TableLikeness};
use crate::cli::InitArgs;
use crate::pipeline::{self, Unobserved};
use crate::report::outside_of_logs;
use crate::route::Router;
use crate::sequence::{Ceiling, Spill};
use crate::source::Log;
use crate::source::Reading;
use crate::survey::propose::{self, CaseText, Proposed, SourceText, Table};
use crate::survey::{self, Known, Sureness, Told};

/// Files with such names may be directory tables.
const TABLES: [&str; 2] = ["csv", "parquet"];

/// Runs it.
pub(super) fn run(args: &InitArgs) -> Result<(), Ending> {
    let (out, folder) = place(&args.out)?;
    let (files, left) = logs::walk(&args.logs)?;
    let paths: Vec<PathBuf> = files.iter().map(|log| log.path().to_owned()).collect();
    outside_of_logs(&out, &paths).map_err(Ending::usage)?;
    let (tables, mut remarks) = tables(args.directory.as_deref(), &folder)?;
    if let Some(given) = args.directory.as_ref().filter(|_| tables.is_empty()) {
        remarks.push(format!(
            "no table was recognised in {}: tables are .csv or .parquet files, told by their columns",
            given.display()
        ));
    }
    let directory = read_directory(&tables, args, &folder)?;
    let known = Known::of(&directory.directory);
    let mut found = logs::find(files, &args.writing, &known)?;
    found.unread.extend(left);
    leave_out_unnameable(&mut found);
    remarks.extend(
        found
            .unread
            .iter()
            .map(|(file, why)| format!("not a log: {}: {why}", shown(file, &folder))),
    );
    if found.groups.is_empty() {
        let Some((file, why)) = found.unread.first() else {
            return Err(Ending::Failed(
                "there is no file to read; name logs, or folders that hold some".to_owned(),
            ));
        };
        return Err(Ending::Failed(format!(
            "nothing could be read: {file}: {why}; say how the lines are written with --format, --pattern or --field"
        )));
    }
    let ask = !args.yes && asking::somebody_is_there();
    let chosen = choose_accounts(&mut found.groups, ask);
    let read = logs::read(&found.groups, None, None)?;
    let inputs = read.inputs.clone();
    let survey = survey::assemble(
        logs::by_source(&found.groups, read),
        Told::Tables(&known),
        logs::zone(&args.writing.timezone)?,
        Vec::new(),
    );
    let mut routes = propose::routes(&survey, &known);
    if ask {
        routes
            .iter_mut()
            .for_each(|route| asking::role(route, &found.groups));
    }
    look_at_bodies(&mut routes, &inputs, &directory)?;
    if !routes.iter().any(|route| route.active) {
        say(&remarks);
        return Err(no_route(&routes));
    }
    remarks.extend(propose::unused(&routes, &tables, &known));
    say(&remarks);
    let written = CaseText {
        id: id(args, &folder),
        timezone: args.writing.timezone.clone(),
        span: survey.span(),
        sources: sources(found.groups, chosen, &folder)?,
        routes,
        tables,
        directory: args.directory.is_some(),
        remarks,
    };
    let text = propose::case_text(&written);
    // What does not hold is not written.
    let name = args.out.display().to_string();
    case::load_text(&name, &text, &folder).map_err(|problem| {
        Ending::Failed(format!(
            "the proposed case does not hold, which is a defect of this program: {problem}"
        ))
    })?;
    write(&out, &text)?;
    if args.json {
        return told::print(
            "breachscope.init/1",
            json!({
                "case": args.out.display().to_string(),
                "sources": written.sources.iter().map(|one| &one.name).collect::<Vec<_>>(),
                "routes": written.routes.iter().map(|one| json!({ "path": one.path, "active": one.active })).collect::<Vec<_>>(),
                "tables": written.tables.iter().map(|one| json!({ "table": one.key, "file": one.path })).collect::<Vec<_>>(),
                "remarks": written.remarks,
            }),
        );
    }
    writeln!(
        std::io::stdout().lock(),
        "{}: a case with every guess marked; read it, then: breachscope scan {} --out ANSWER",
        args.out.display(),
        args.out.display()
    )?;
    Ok(())
}

/// Leaves out what no case can name, because its name in the archive climbs out of it.
fn leave_out_unnameable(found: &mut logs::Found) {
    let climbs = |log: &Log| {
        let parts = log
            .member()
            .into_iter()
            .flat_map(|member| member.split(['/', '\\']));
        parts.into_iter().any(|part| part == "..")
    };
    for group in &mut found.groups {
        let named = group.files.iter().filter(|log| climbs(log));
        let why = "its name leads out of the archive, and a case names nothing outside of its folder: unpack it, and name \
                   the file";
        found
            .unread
            .extend(named.map(|log| (log.to_string(), why.to_owned())));
        group.files.retain(|log| !climbs(log));
    }
    found.groups.retain(|group| !group.files.is_empty());
}

/// What the case says in comments is said at once too: a table that was left out changes every figure.
fn say(remarks: &[String]) {
    let mut err = std::io::stderr().lock();
    for remark in remarks {
        // With stderr gone the case still says it.
        let _ = writeln!(err, "breachscope: {}", remark.replace('\n', " "));
    }
}

/// Where the case is to be, and its folder with links resolved.
fn place(out: &Path) -> Result<(PathBuf, PathBuf), Ending> {
    let target = std::path::absolute(out).map_err(Ending::failed)?;
    if target.symlink_metadata().is_ok() {
        return Err(Ending::Usage(format!(
            "--out {}: is there already, and a case is never overwritten; name another file, or remove it yourself",
            out.display()
        )));
    }
    let parent = target.parent().unwrap_or(&target);
    let folder = parent.canonicalize().map_err(|error| {
        Ending::Usage(format!(
            "--out {}: its folder cannot be opened: {error}; make the folder first",
            out.display()
        ))
    })?;
    let file = target.file_name().unwrap_or_default();
    Ok((folder.join(file), folder))
}

/// A path as the case writes it: relative to its folder, which it must lie below.
fn relative(path: &Path, folder: &Path) -> Result<String, Ending> {
    let real = path
        .canonicalize()
        .map_err(|error| Ending::Failed(format!("{}: {error}", path.display())))?;
    // A link that lies in the folder is named as it lies there; behind `..` a path lies where it really is.
    let lying = std::path::absolute(path).ok().filter(|path| {
        let mut parts = path.components();
        path.starts_with(folder) && parts.all(|part| part != Component::ParentDir)
    });
    let inside = lying.as_deref().unwrap_or(&real).strip_prefix(folder).map_err(|_| {
        Ending::Usage(format!(
            "{}: does not lie below the folder of --out, and paths in a case are relative to it; name an --out in a \
             folder above logs and directory, or link them into it",
            path.display()
        ))
    })?;
    inside.to_str().map(str::to_owned).ok_or_else(|| {
        Ending::Usage(format!(
            "{}: is not named in UTF-8; rename it",
            path.display()
        ))
    })
}

fn shown(file: &str, folder: &Path) -> String {
    relative(Path::new(file), folder).unwrap_or_else(|_| file.to_owned())
}

/// Directory tables by their columns, and what is to be said of those that are close to being one.
fn tables(directory: Option<&Path>, folder: &Path) -> Result<(Vec<Table>, Vec<String>), Ending> {
    let (mut tables, mut remarks): (Vec<Table>, Vec<String>) = (Vec::new(), Vec::new());
    let Some(directory) = directory else {
        return Ok((tables, remarks));
    };
    for log in logs::walk(&[directory.to_owned()])?.0 {
        let path = log.path().to_owned();
        if log.member().is_some() {
            continue;
        }
        let end = path.extension().map(|end| end.to_ascii_lowercase());
        if !end.is_some_and(|end| TABLES.iter().any(|table| end == *table)) {
            continue;
        }
        let name = relative(&path, folder)?;
        match case::recognise(&path) {
            Ok(TableLikeness::Is(key)) => match tables.iter().find(|table| table.key == key) {
                Some(first) => remarks.push(format!("{name} has the columns of {key} too; {} is taken", first.path)),
                None => tables.push(Table { key, path: name }),
            },
            Ok(TableLikeness::Lacks(key, columns)) => remarks.push(format!(
                "{name} would be the table {key}, but lacks the column {}",
                columns.join(", ")
            )),
            Ok(TableLikeness::Strange(key, column)) => remarks.push(format!(
                "{name} would be the table {key}, but for the column {column:?}, which that table does not have"
            )),
            Ok(TableLikeness::None) => remarks.push(format!(
                "{name} was not taken: its columns are those of no table; compare its header with the table it should be"
            )),
            Err(problem) => remarks.push(problem),
        }
    }
    Ok((tables, remarks))
}

/// The directory as a case would read it; what does not hold in it is said now.
fn read_directory(tables: &[Table], args: &InitArgs, folder: &Path) -> Result<Case, Ending> {
    let mut text = format!(
        "[case]\nid = \"init\"\ntimezone = \"{}\"\n[[source]]\nname = \"init\"\nfiles = [\"init\"]\n[[route]]\nname = \
         \"init\"\npath = \"/\"\n[directory]\n",
        logs::zone(&args.writing.timezone)?.name()
    );
    for table in tables {
        text.push_str(&format!("{} = {:?}\n", table.key, table.path));
    }
    case::load_text("--directory", &text, folder).map_err(Ending::usage)
}

/// The place of the account of each group: an index into its candidates.
fn choose_accounts(groups: &mut [Group], ask: bool) -> Vec<Option<usize>> {
    let choose = |group: &mut Group| {
        let best = group
            .accounts
            .first()
            .filter(|c| c.sure > Sureness::Guess && !group.goes_by_own())
            .map(|_| 0);
        let chosen = if ask {
            asking::account(group, best)
        } else {
            best
        };
        // The pass over the lines goes by the same place.
        group.bound = chosen
            .and_then(|at| group.accounts.get(at))
            .map(|c| c.key.clone());
        if chosen.is_none() && !group.goes_by_own() {
            group
                .accounts
                .iter_mut()
                .for_each(|c| c.sure = Sureness::Guess);
        }
        chosen
    };
    groups.iter_mut().map(choose).collect()
}

/// Reads the proposed routes' accesses: sizes of bodies tell pages from empty ones.
fn look_at_bodies(
    routes: &mut [Proposed],
    inputs: &[pipeline::Input],
    case: &Case,
) -> Result<(), Ending> {
    let specs: Vec<_> = routes.iter().map(Proposed::spec).collect();
    let router = Router::new(&specs, false);
    let ceiling = Ceiling {
        bytes: super::scan::quarter_of_memory(),
    };
    let work = || {
        pipeline::extract(
            inputs,
            &router,
            &Reading::default(),
            ceiling,
            (&Spill::never(), None),
            &Unobserved,
        )
    };
    let extraction = pipeline::with_threads(None, work).map_err(Ending::failed)?;
    match extraction {
        Ok(all) => propose::refine(
            routes,
            &all.all.accesses.iter().collect::<Vec<_>>(),
            &all.all.names,
            &case.directory,
        ),
        // Bodies are a help, no need: without them sizes stay guesses.
        Err(pipeline::PipelineProblem::Ceiling(_)) => {}
        Err(problem) => return Err(Ending::failed(problem)),
    }
    Ok(())
}

fn no_route(routes: &[Proposed]) -> Ending {
    Ending::Failed(match routes.first() {
        Some(route) => format!(
            "the directory knows none of the IDs that these logs name (such as those of {}); give the directory of the \
             same platform, or leave --directory out",
            route.path
        ),
        None => "no request names the ID of anything, so there is no route to propose; `breachscope inspect` shows what \
                 was asked for"
            .to_owned(),
    })
}

fn id(args: &InitArgs, folder: &Path) -> String {
    let name = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    args.id
        .clone()
        .or(name)
        .filter(|id| !id.trim().is_empty())
        .unwrap_or_else(|| "case".to_owned())
}

fn sources(
    groups: Vec<Group>,
    chosen: Vec<Option<usize>>,
    folder: &Path,
) -> Result<Vec<SourceText>, Ending> {
    let mut sources: Vec<SourceText> = Vec::new();
    for (group, chosen) in groups.into_iter().zip(chosen) {
        let plain = plain(&group.name);
        let base = match plain.trim_matches(['-', '.', '_']) {
            // A file's name may be a number and nothing else.
            "" => "log".to_owned(),
            base => base.to_owned(),
        };
        let taken = |name: &str| sources.iter().any(|source| source.name == name);
        let numbered = (2..).map(|n| format!("{base} {n}"));
        let name = std::iter::once(base.clone())
            .chain(numbered)
            .find(|name| !taken(name));
        sources.push(SourceText {
            name: name.unwrap_or(base),
            files: globs(&group.files, folder)?,
            spec: group.how.spec,
            named: group.how.named,
            accounts: group.accounts,
            own_share: group.own_share,
            chosen,
        });
    }
    Ok(sources)
}

/// A group's name without stars: each stands with the signs around it for a number that the files differ in.
fn plain(name: &str) -> String {
    let sign = |c: char| matches!(c, '*' | '-' | '_' | '.');
    let mut out = String::new();
    let mut rest = name;
    while let Some(at) = rest.find('*') {
        out.push_str(rest[..at].trim_end_matches(sign));
        out.push('-');
        rest = rest[at..].trim_start_matches(sign);
    }
    out + rest
}

/// One glob where it finds just these files, else their names.
fn globs(files: &[Log], folder: &Path) -> Result<Vec<String>, Ending> {
    let mut names = files
        .iter()
        .map(|log| {
            let name = relative(log.path(), folder)?;
            Ok(match log.member() {
                Some(member) => format!("{name}!/{member}"),
                None => name,
            })
        })
        .collect::<Result<Vec<_>, Ending>>()?;
    names.sort();
    let (Some(first), Some(file)) = (names.first(), files.first()) else {
        return Ok(names);
    };
    let parent = first
        .rsplit_once('/')
        .map_or(String::new(), |(parent, _)| format!("{parent}/"));
    let stem = logs::stem(Path::new(&file.to_string()));
    let literal: Vec<String> = stem.split('*').map(glob::Pattern::escape).collect();
    let pattern = format!("{}{}*", glob::Pattern::escape(&parent), literal.join("*"));
    if names.len() < 2 {
        return Ok(names);
    }
    let base = glob::Pattern::escape(&folder.to_string_lossy());
    let found = glob::glob(&format!("{base}/{pattern}"));
    let mut matched: Vec<String> = found
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|path| path.is_file())
        .filter_map(|path| Some(path.strip_prefix(folder).ok()?.to_str()?.to_owned()))
        .collect();
    matched.sort();
    Ok(if matched == names {
        vec![pattern]
    } else {
        names
    })
}

fn write(out: &Path, text: &str) -> Result<(), Ending> {
    let failed = |error: std::io::Error| {
        Ending::Failed(format!("{}: cannot be written: {error}", out.display()))
    };
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(out)
        .map_err(failed)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    written.map_err(|error| {
        // Half a case is worse than none.
        let _ = std::fs::remove_file(out);
        failed(error)
    })
}
