//! `case.toml` and `README.txt` of a practice case.

use chrono::DateTime;

use super::{Carrier, Layout, LogFiles};
use crate::synth::flaws::Flaws;
use crate::synth::settings::{Flaw, Settings};
use crate::synth::vocabulary::Vocabulary;
use crate::synth::world::World;

/// The case file; it holds as it is.
pub(in crate::synth) fn case_toml(
    world: &World,
    vocabulary: &Vocabulary,
    layout: &Layout,
    settings: &Settings,
    raid: Option<i64>,
) -> String {
    let time = |at| {
        DateTime::from_timestamp(at, 0)
            .unwrap_or_default()
            .format("%Y-%m-%dT%H:%M:%SZ")
    };
    let leak = match settings.leak {
        Some(_) => format!(
            "\n[leak]\nrecords = \"leak.csv\"\npublished = \"{}\"\n",
            time(world.until())
        ),
        None => String::new(),
    };
    let sessions = match layout.carrier {
        Carrier::Cookie => "sessions = \"directory/sessions.csv\"\n",
        _ => "",
    };
    format!(
        "[case]\n\
         id = \"SYNTH-{seed}\"\n\
         title = \"Practice case {seed}\"\n\
         timezone = \"Europe/Stockholm\"\n\
         period = {{ from = \"{from}\", until = \"{until}\" }}\n\
         \n\
         [[source]]\n\
         name = \"edge\"\n\
         files = [\"logs/{glob}\"]\n\
         {keys}\
         {routes}\n\
         [directory]\n\
         controllers = \"directory/controllers.csv\"\n\
         units = \"directory/units.csv\"\n\
         {tables}\
         {sessions}\
         accounts = \"directory/accounts.csv\"\n{leak}",
        seed = world.seed,
        from = time(world.from),
        until = time(world.until()),
        glob = LogFiles::glob(layout),
        keys = layout.case_keys() + &Flaws::case_keys(&settings.flaws, world, vocabulary, raid),
        tables = tables(&settings.flaws),
        routes = vocabulary.case_routes(),
    )
}

/// The tables that the case has.
fn tables(flaws: &[Flaw]) -> String {
    let all = ["grants", "objects", "members"];
    let there = all.iter().filter(|name| match **name {
        "grants" => !flaws.contains(&Flaw::NoGrants) && !flaws.contains(&Flaw::OnlyAccounts),
        _ => !flaws.contains(&Flaw::OnlyAccounts),
    });
    there
        .map(|name| format!("{name} = \"directory/{name}.csv\"\n"))
        .collect()
}

/// What the folder is, for whoever finds it; it does not tell the answer.
pub(in crate::synth) fn readme(settings: &Settings, world: &World) -> String {
    format!(
        "Practice case {seed}\n\
         ====================\n\
         \n\
         Made by `breachscope synth`. Every person, school and address in it is invented.\n\
         \n\
         case.toml    the case: how the logs are written, which routes disclose what\n\
         directory/   who belongs where and may see what, over time\n\
         logs/        {days} days of a school platform's access log (defects: {defects})\n\
         truth.json   what really happened; look at it last\n\
         \n\
         {tenants} tenants, {accounts} accounts, {objects} objects.\n\
         \n\
         In truth.json, a subject counts under the controller that it belonged to at the access,\n\
         so one person may stand under two. `children` and `protected` count confirmed subjects.\n\
         `accesses_beyond_scope` counts requests that disclosed something beyond scope, and\n\
         `disclosures_beyond_scope` the objects in them; `accesses_confirmed` are those whose line\n\
         proves it, `subjects_raided` the persons beyond scope whom attackers were shown. `repeated` lines stand in the files a\n\
         second time, as a copy or an overlap, and are in no other count.\n",
        seed = settings.seed,
        days = settings.days,
        defects = settings.defects,
        tenants = world.tenants.len(),
        accounts = world.accounts.len(),
        objects = world.items.len(),
    )
}
