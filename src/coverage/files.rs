//! What file names and file ends tell: a number that is missing in a rotation, a file that holds nothing, a cut last
//! line, and between which two files a silence lies. Days and hours in names are `dated`'s.

use std::collections::{BTreeMap, BTreeSet};

use super::calendar::MINUTE;
use super::ledger::Ledger;
use super::{Allowance, Doubt, FileFacts, GapKind, Hole, dated};
use crate::route::minute;
use crate::words::{Reason, SECOND, Stamp};

/// Files with words of their own in their names from which they are taken for one log.
const FAMILY: usize = 24;

/// Where one file of a log ends and the next begins.
pub(super) struct Seam {
    /// The minutes between the last line of the one and the first line of the other.
    pub(super) minutes: (i64, i64),
    sentence: String,
}

/// A file with its first and last stamp.
pub(super) type Placed<'f> = (&'f FileFacts, (Stamp, Stamp));

/// A log's files in the order of time, with their first and last stamp.
fn logs<'f>(ledger: &'f Ledger<'_>) -> BTreeMap<&'f str, Vec<Placed<'f>>> {
    let mut logs: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    let alone = |file: usize| ledger.strays.iter().any(|(stray, _)| *stray == file);
    for (index, file) in ledger.facts.files.iter().enumerate() {
        // A file with a stamp of another year has no ends that could be trusted.
        if let Some(stamps) = file.stamps.filter(|_| !alone(index)) {
            logs.entry(&file.log).or_default().push((file, stamps));
        }
    }
    for files in logs.values_mut() {
        files.sort_by_key(|(_, stamps)| *stamps);
    }
    logs
}

/// Every seam of a source.
pub(super) fn seams(ledger: &Ledger<'_>) -> Vec<Seam> {
    let logs = logs(ledger);
    let pairs = logs.values().flat_map(|files| files.windows(2));
    pairs
        .map(|pair| Seam {
            minutes: (minute(pair[0].1.1) + 1, minute(pair[1].1.0)),
            sentence: between(&pair[0], &pair[1]),
        })
        .collect()
}

fn between(older: &(&FileFacts, (Stamp, Stamp)), newer: &(&FileFacts, (Stamp, Stamp))) -> String {
    format!(
        "between {}'s last line ({}) and {}'s first line ({})",
        older.0.name, older.1.1, newer.0.name, newer.1.0
    )
}

/// Silences with the files between which they lie; without those that a missing file explains.
pub(super) fn told(silences: Vec<Hole>, lost: &[Hole], seams: &[Seam]) -> Vec<Hole> {
    let explained = |hole: &Hole| {
        let (from, until) = hole.minutes();
        lost.iter().any(|lost| {
            let same = lost.writer.is_none() || lost.writer == hole.writer;
            same && lost.minutes().0 <= from && until <= lost.minutes().1
        })
    };
    let rest = silences.into_iter().filter(|hole| !explained(hole));
    rest.map(|mut hole| {
        let seam = seams.iter().find(|seam| seam.minutes == hole.minutes());
        if let Some(seam) = seam {
            hole.basis.push_str(", ");
            hole.basis.push_str(&seam.sentence);
        }
        hole
    })
    .collect()
}

/// Files that the names say are missing, and what else names and ends say.
pub(super) fn lost(ledger: &Ledger<'_>) -> (Vec<Hole>, Vec<Doubt>) {
    let mut holes = Vec::new();
    let mut doubts = Vec::new();
    let logs = logs(ledger);
    for (log, files) in &logs {
        let empty = empty(ledger, log);
        let named = dated::missing(files);
        let all = by_number(files, &empty).into_iter().chain(named.lost);
        holes.extend(all.filter_map(|lost| hole(ledger, Some(log), files, &lost)));
        doubts.extend(newest_missing(ledger, files));
        doubts.extend(named.said.map(|said| unnamed(ledger, &said)));
        doubts.extend(empty.iter().map(|file| emptied(ledger, file, files)));
        doubts.extend(cut(ledger, files));
    }
    for files in families(&logs) {
        let named = dated::missing(&files);
        let all = named.lost.iter();
        holes.extend(all.filter_map(|lost| hole(ledger, None, &files, lost)));
        doubts.extend(named.said.map(|said| unnamed(ledger, &said)));
    }
    doubts.extend(idle(ledger));
    (holes, doubts)
}

/// Requests to be expected in a stretch from which on it is no chance that none is there.
const EXPECTED: f64 = 5.0;

/// Files that end within a line although their log goes on. Where the next one goes on at once, a line is lost at most, or
/// only a line end; where it begins later than the pace of both would have it, so is what was written until then.
fn cut<'f>(ledger: &'f Ledger<'_>, files: &'f [Placed<'f>]) -> impl Iterator<Item = Doubt> + 'f {
    let pairs = files.windows(2).filter(|pair| pair[0].0.unended);
    pairs.map(|pair| {
        let ((file, (_, last)), (next, (first, _))) = (pair[0], pair[1]);
        let said = format!(
            "{} of source \"{}\" is not the newest of its log and yet its last line ({last}) has no end: it was cut there",
            file.name, ledger.spec.name
        );
        let seconds = |(from, until): (Stamp, Stamp)| until.0.saturating_sub(from.0) as f64 / SECOND as f64;
        let requests = pair.iter().map(|(file, _)| file.requests as f64).sum::<f64>();
        let written = pair.iter().map(|(_, stamps)| seconds(*stamps)).sum::<f64>();
        let missing = requests / written.max(1.0) * seconds((last, first));
        match missing >= EXPECTED {
            false => Doubt::said(Reason::Integrity, said),
            true => Doubt {
                reason: Reason::Integrity,
                basis: format!(
                    "{said}, and what was written until {} begins ({first}) is lost: about {missing:.0} requests at the pace \
                     of both",
                    next.name
                ),
                allowance: Allowance::Population,
            },
        }
    })
}

/// Files that a service names by the time and a word that no other has, as CloudFront and balancers do: each is a log of its
/// own by its name, and all of them are one.
fn families<'f>(logs: &BTreeMap<&str, Vec<Placed<'f>>>) -> Vec<Vec<Placed<'f>>> {
    let mut families: BTreeMap<&str, Vec<&Vec<Placed<'f>>>> = BTreeMap::new();
    for (log, files) in logs {
        if let Some((before, _)) = log.split_once('*') {
            families.entry(before).or_default().push(files);
        }
    }
    let single = |logs: &Vec<&Vec<Placed<'f>>>| {
        let alone = logs.iter().filter(|files| files.len() == 1).count();
        logs.len() >= FAMILY && alone * 10 >= logs.len() * 9
    };
    let families = families.into_values().filter(single);
    families
        .map(|logs| {
            let mut files: Vec<Placed<'f>> = logs.into_iter().flatten().copied().collect();
            files.sort_by_key(|(file, stamps)| (file.hour, file.day, *stamps));
            files
        })
        .collect()
}

/// What a missing file leaves dark, unless it is next to nothing.
fn hole(
    ledger: &Ledger<'_>,
    log: Option<&str>,
    files: &[Placed<'_>],
    (what, older, newer): &(String, usize, usize),
) -> Option<Hole> {
    let (older, newer) = (files.get(*older)?, files.get(*newer)?);
    let (from, until) = (older.1.1, newer.1.0);
    if until.0.saturating_sub(from.0) < least(files) {
        return None;
    }
    let mut writers = ledger.writers.iter();
    let beside = writers.find(|w| log.is_some_and(|log| w.name == log.trim_start_matches('/')));
    Some(Hole {
        source: ledger.source,
        kind: GapKind::File,
        from,
        until,
        expected: 0.0,
        route: None,
        writer: beside.map(|writer| writer.name.clone()),
        missing: None,
        basis: format!(
            "source \"{}\" has no file {what}: nothing is there {}",
            ledger.spec.name,
            between(older, newer)
        ),
    })
}

fn unnamed(ledger: &Ledger<'_>, said: &str) -> Doubt {
    let name = &ledger.spec.name;
    Doubt::said(Reason::Gap, format!("source \"{name}\" has no file {said}"))
}

/// Logs of which no file holds a request, while another that is called alike is written all the time: a host whose
/// requests are not here. An empty file beside others of its log is a rotation, and says nothing.
fn idle(ledger: &Ledger<'_>) -> Vec<Doubt> {
    let mut logs: BTreeMap<&str, Vec<&FileFacts>> = BTreeMap::new();
    for file in &ledger.facts.files {
        logs.entry(&file.log).or_default().push(file);
    }
    let stamps = |files: &[&FileFacts]| {
        let all = || files.iter().filter_map(|file| file.stamps);
        all().map(|s| s.0).min().zip(all().map(|s| s.1).max())
    };
    let (first, last) = ledger.all.span().unwrap_or((0, 0));
    let busy: Vec<(&str, (Stamp, Stamp))> = logs
        .iter()
        .filter_map(|(log, files)| stamps(files).map(|span| (*log, span)))
        .filter(|(_, (a, b))| (minute(*b) - minute(*a)) * 2 >= last - first - 1)
        .collect();
    let silent = logs.iter().filter(|(_, files)| stamps(files).is_none());
    let host = silent.filter_map(|(log, files)| {
        let like = busy.iter().find(|(other, _)| alike(log, other))?;
        Some((files.first()?, like))
    });
    host.map(|(file, (other, (from, until)))| Doubt {
        reason: Reason::Gap,
        basis: format!(
            "{} of source \"{}\" holds no request, and no other file of that log does, while {} has some from {from} until \
             {until}: what that host or writer served was logged elsewhere or is lost; if it served nothing, take its files \
             out of `files`",
            file.name,
            ledger.spec.name,
            other.trim_start_matches('/')
        ),
        allowance: Allowance::Population,
    })
    .collect()
}

/// Whether two logs are the same of two hosts: the same name in two folders, or names that differ in numbers only.
fn alike(a: &str, b: &str) -> bool {
    let parts = |log: &'_ str| -> Option<(usize, String)> {
        let (folder, name) = log.rsplit_once('/')?;
        Some((folder.split('/').count(), name.to_owned()))
    };
    let masked = |log: &str| {
        let mut masked: Vec<char> = log
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        masked.dedup_by(|a, b| *a == '0' && *b == '0');
        masked
    };
    a != b && (parts(a) == parts(b) || masked(a) == masked(b))
}

/// A file that was lost held about as much time as the others; less than a tenth of that is renumbering.
fn least(files: &[(&FileFacts, (Stamp, Stamp))]) -> i64 {
    let mut spans: Vec<i64> = files
        .iter()
        .map(|(_, (a, b))| b.0.saturating_sub(a.0))
        .collect();
    spans.sort_unstable();
    let typical = spans.get(spans.len() / 2).copied().unwrap_or(0);
    (typical / 10).clamp(2 * MINUTE, 60 * MINUTE)
}

/// Files of a log that hold no request, while others of it do.
fn empty<'f>(ledger: &'f Ledger<'_>, log: &str) -> Vec<&'f FileFacts> {
    let own = ledger.facts.files.iter();
    let own = own.filter(|file| file.log == log || is_written(file) && file.log == undated(log));
    own.filter(|file| file.stamps.is_none()).collect()
}

/// Whether it is the file into which its log is being written.
fn is_written(file: &FileFacts) -> bool {
    file.number.is_none() && file.day.is_none()
}

/// A log's name without the place of the date, and the sign before it: `access.log-*` is what becomes of `access.log`.
fn undated(log: &str) -> String {
    let Some((before, behind)) = log.split_once('*') else {
        return log.to_owned();
    };
    let before = before.strip_suffix(['-', '_', '.']).unwrap_or(before);
    format!("{before}{behind}")
}

/// An empty file beside others of its log widens nothing: the newest is empty after each rotation, and a missing time in
/// the middle is a hole by its names or its silence. But whoever emptied it would leave no other trace.
fn emptied(ledger: &Ledger<'_>, file: &FileFacts, others: &[Placed<'_>]) -> Doubt {
    let is_older = |(other, _): &Placed<'_>| match (file.number, file.day) {
        (Some(own), _) => other.number.is_some_and(|number| number > own),
        (None, Some(_)) => other.day.is_some() && (other.day, other.hour) <= (file.day, file.hour),
        (None, None) => true,
    };
    let newest = others.iter().all(is_older);
    let last = others.iter().map(|(_, stamps)| stamps.1).max();
    let said = format!(
        "{} of source \"{}\" holds no request",
        file.name, ledger.spec.name
    );
    match last.filter(|_| newest) {
        Some(last) => Doubt::said(
            Reason::Retention,
            format!(
                "{said} and is the newest of its log, of which the others end at {last}: it was begun just then, or it was \
                 emptied, and then what was asked later is lost; compare its size and times with those on the server"
            ),
        ),
        None => Doubt::said(
            Reason::Gap,
            format!(
                "{said}, while others of its log do: nothing was asked in its time, or it was emptied; compare its size and \
                 times with those on the server"
            ),
        ),
    }
}

fn place(files: &[Placed<'_>], which: impl Fn(&FileFacts) -> bool) -> Option<usize> {
    files.iter().position(|(file, _)| which(file))
}

/// Numbers that are missing, with the places of the files before and after them.
fn by_number(files: &[Placed<'_>], empty: &[&FileFacts]) -> Vec<(String, usize, usize)> {
    // The file that is being written is number 0.
    let number = |file: &FileFacts| file.number.or(file.day.is_none().then_some(0));
    let numbers: BTreeSet<u32> = files.iter().filter_map(|(file, _)| number(file)).collect();
    let numbers: Vec<u32> = numbers.into_iter().collect();
    let pairs = numbers.windows(2).filter(|pair| pair[1] - pair[0] > 1);
    pairs
        .filter_map(|pair| {
            let newer = place(files, |file| number(file) == Some(pair[0]))?;
            let older = files
                .iter()
                .rposition(|(file, _)| number(file) == Some(pair[1]))?;
            let mut what = match pair[1] - pair[0] {
                2 => format!("number {}", pair[0] + 1),
                _ => format!("numbers {} to {}", pair[0] + 1, pair[1] - 1),
            };
            let between = |file: &&&FileFacts| {
                let number = number(file);
                number.is_some_and(|n| pair[0] < n && n < pair[1])
            };
            if empty.iter().any(|file| between(&file)) {
                what.push_str(" that holds a request");
            }
            (older < newer).then_some((what, older, newer))
        })
        .collect()
}

/// A rotation of which the newest numbers are not there.
fn newest_missing(ledger: &Ledger<'_>, files: &[(&FileFacts, (Stamp, Stamp))]) -> Option<Doubt> {
    let all = files.iter().map(|(file, _)| file.number);
    let least = all.collect::<Option<Vec<u32>>>()?.into_iter().min()?;
    let (file, (_, last)) = files.last()?;
    (least > 1).then(|| {
        Doubt::said(
            Reason::Retention,
            format!(
                "the newest file of its log in source \"{}\" is {}, which ends at {last}; those with lower numbers are \
                 not there",
                ledger.spec.name, file.name
            ),
        )
    })
}
