//! Practice cases with their truth: a simulated school platform, its people, and what they do.
//!
//! From a seed comes a world (`world`), a platform that answers with a check missing somewhere
//! (`platform`), ordinary use and an attack (`script`, `raid`, `links`, `schedule`), and the files
//! that a responder would get, with what really happened beside them (`output`). Nothing here is
//! shared with the code that reads logs, cases or directories: a mistake there must not be able to
//! repeat itself in the truth.

mod clients;
mod flaws;
mod hard;
mod leak;
mod links;
mod output;
mod platform;
mod problem;
mod raid;
mod request;
mod rng;
mod schedule;
mod script;
mod settings;
mod simulate;
mod target;
mod vocabulary;
mod world;

pub use problem::SynthProblem;
pub use settings::{Attack, Defects, Flaw, Hand, LeakFrom, LogFormat, Pace, Settings, Split};

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use flaws::Flaws;
use output::{Counts, Layout, LogFiles, Sessions, Truth};
use platform::Platform;
use rng::{Draws, Topic};
use schedule::Schedule;
use script::Stage;
use simulate::Run;
use vocabulary::Vocabulary;
use world::World;

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The attack that was asked for, or that the seed chose.
    pub attack: Attack,
    /// The log format that was asked for, or that the seed chose.
    pub format: LogFormat,
    /// Accounts in the directory.
    pub accounts: u64,
    /// Requests in the logs; repeated ones counted once.
    pub records: u64,
    /// Data subjects beyond scope, each counted once for each controller.
    pub subjects_beyond_scope: u64,
}

/// What stands in the folder of a case.
const PARTS: [&str; 6] = [
    "case.toml",
    "README.txt",
    "truth.json",
    "leak.csv",
    "directory",
    "logs",
];

/// Writes a practice case into a folder that is new or empty.
///
/// `case.toml` comes last: a folder without it was interrupted. Memory grows with the accounts, not
/// with the lines.
///
/// # Errors
/// Settings that do not hold, a folder that is not empty, a file that cannot be written; what was
/// begun is taken away again.
pub fn generate(settings: &Settings, out: &Path) -> Result<Summary, SynthProblem> {
    settings.check()?;
    let existed = claim(out)?;
    let made = fill(settings, out);
    if made.is_err() {
        sweep(out, existed);
    }
    made
}

fn fill(settings: &Settings, out: &Path) -> Result<Summary, SynthProblem> {
    let (attack, format) = choices(settings);
    let ordered = matches!(attack, Attack::Sequential | Attack::Stride);
    let world = world::build(settings, ordered);
    let vocabulary = Vocabulary::of(settings.seed);
    let layout = Layout::choose(
        settings.seed,
        format,
        settings.flaws.contains(&Flaw::NoBytes),
    );
    let mut draws = Draws::new(settings.seed, Topic::Plan, 2, 0);
    let platform = Platform {
        world: &world,
        hole: raid::hole(settings.seed, attack),
        soft: layout.bytes && draws.chance(300),
        tells_cuts: layout.tells_cuts(),
        redirects: draws.chance(500),
    };
    let raids = raid::plan(attack, settings, &platform, &vocabulary);
    let stage = Stage {
        platform: &platform,
        vocabulary: &vocabulary,
        raids: &raids,
        prefetches: draws.chance(400),
        batches: draws.chance(400),
    };
    let (counts, truth) = simulate(settings, attack, &stage, &layout, out)?;
    if let Some((count, from)) = settings.leak {
        let records = leak::records(&world, from, count as usize, truth.raiders(), &truth.taken);
        let invented = leak::invented(from, count as usize);
        write(out, "leak.csv", &leak::table(&world, &records, invented))?;
    }
    let about = about(settings, attack, &layout, &platform);
    let text = format!("{:#}\n", truth.write(about, counts));
    write(out, "truth.json", &text)?;
    write(out, "README.txt", &output::readme(settings, &world))?;
    write(
        out,
        "case.toml",
        &output::case_toml(&world, &vocabulary, &layout, settings, begins(&raids)),
    )?;
    Ok(Summary {
        attack,
        format,
        accounts: world.accounts.len() as u64,
        records: counts.records,
        subjects_beyond_scope: truth.subjects(),
    })
}

/// Writes tables and logs, and keeps count of what happens meanwhile.
fn simulate<'w>(
    settings: &Settings,
    attack: Attack,
    stage: &Stage<'w>,
    layout: &Layout,
    out: &Path,
) -> Result<(Counts, Truth<'w>), SynthProblem> {
    let world = stage.platform.world;
    let (tables, logs) = (folder(out, "directory")?, folder(out, "logs")?);
    output::write_tables(world, &settings.flaws, &tables)?;
    let logs = LogFiles::create(&logs, layout, world, settings.defects)?;
    let sessions = Sessions::create(&tables, layout.carrier)?;
    let least = stage.vocabulary.empty_below;
    let truth = Truth::new(world, attack, stage.raids, layout.bytes, least);
    let untidy = settings.defects == Defects::Usual;
    let flaws = Flaws::new(world, &settings.flaws, begins(stage.raids));
    let run = Run::new(stage, layout, logs, sessions, truth, (untidy, flaws));
    let (logs, truth) = run.play(&Schedule::new(settings, stage))?;
    Ok((logs.finish()?, truth))
}

/// When an attack begins, in milliseconds.
fn begins(raids: &[raid::Raid]) -> Option<i64> {
    raids
        .iter()
        .filter_map(|raid| Some(raid.steps.first()?.0))
        .min()
}

/// The attack and the format: asked for, or the seed's.
fn choices(settings: &Settings) -> (Attack, LogFormat) {
    // Neighbouring seeds take turns, so that a few of them show every attack and format.
    let turn = |count: usize| (settings.seed % count as u64) as usize;
    let attack = Attack::ALL[turn(Attack::ALL.len())];
    // Only these can be told to leave the sizes out.
    let format = match settings.flaws.contains(&Flaw::NoBytes) {
        true => LogFormat::Nginx,
        false => LogFormat::ALL[turn(LogFormat::ALL.len())],
    };
    (
        settings.attack.unwrap_or(attack),
        settings.format.unwrap_or(format),
    )
}

/// What `truth.json` says about the case as such.
fn about(
    settings: &Settings,
    attack: Attack,
    layout: &Layout,
    platform: &Platform,
) -> Map<String, Value> {
    let world: &World = platform.world;
    let about = json!({
        "seed": settings.seed,
        "attack": attack.name(),
        "format": layout.format.name(),
        "account_in": layout.carrier.word(),
        "bytes_logged": layout.bytes,
        "missing_check": platform.hole.map(|hole| hole.word()),
        "ids_have_order": world.traits.ids.has_order(),
        "grants_say_protected": world.traits.protection,
        "defects": settings.defects.name(),
        "flaws": settings.flaws.iter().map(|flaw| flaw.name()).collect::<Vec<_>>(),
        "cause": leak::cause(attack, settings.hand, settings.leak.map(|(_, from)| from)),
        "hard_accounts": world.hard.len(),
    });
    match about {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Makes sure that the folder is there and empty; tells whether it was there before.
fn claim(out: &Path) -> Result<bool, SynthProblem> {
    if !out.exists() {
        fs::create_dir_all(out).map_err(SynthProblem::write(out))?;
        return Ok(false);
    }
    if !out.is_dir() {
        return Err(SynthProblem::NotEmpty(out.to_owned()));
    }
    let mut entries = fs::read_dir(out).map_err(SynthProblem::write(out))?;
    match entries.next() {
        None => Ok(true),
        Some(_) => Err(SynthProblem::NotEmpty(out.to_owned())),
    }
}

/// Takes away what was begun. Best effort: the first problem is the one that is told.
fn sweep(out: &Path, existed: bool) {
    for part in PARTS {
        let path = out.join(part);
        let _ = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
    }
    if !existed {
        let _ = fs::remove_dir(out);
    }
}

fn folder(out: &Path, name: &str) -> Result<PathBuf, SynthProblem> {
    let path = out.join(name);
    fs::create_dir(&path).map_err(SynthProblem::write(&path))?;
    Ok(path)
}

fn write(out: &Path, name: &str, text: &str) -> Result<(), SynthProblem> {
    let path = out.join(name);
    fs::write(&path, text).map_err(SynthProblem::write(&path))
}
