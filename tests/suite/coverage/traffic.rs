//! Made-up traffic: sessions by day and night, cut where a test wants it; counted as extraction counts it.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use breachscope::case::{self, Case};
use breachscope::coverage::{FileFacts, SourceFacts};
use breachscope::route::{Hours, Seen};
use breachscope::words::Stamp;

use crate::answer::fresh;

/// Minutes.
pub const HOUR: i64 = 60;
/// Minutes.
pub const DAY: i64 = 1440;
/// Nanoseconds.
pub const MINUTE: i64 = 60_000_000_000;
/// Monday, 4 October 2021, in minutes: within 28 days the clock goes back in Stockholm.
pub const START: i64 = 1_633_298_400 / 60;

/// How busy each hour is, of 100.
const HOURS: [f64; 24] = [
    3., 3., 3., 3., 3., 6., 20., 70., 100., 100., 100., 95., 90., 100., 100., 90., 70., 60., 60.,
    55., 40., 25., 10., 5.,
];
const WEEKEND: [f64; 7] = [1., 1., 1., 1., 0.9, 0.3, 0.4];

/// What is taken out, in minutes from the start.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    pub from: i64,
    pub until: i64,
    pub writer: Option<usize>,
    pub route: Option<u16>,
}

/// A line: minute from the start, writer, route.
type Line = (i64, usize, Option<u16>);

/// A source's lines while they are made.
pub struct Traffic {
    draws: Draws,
    pace: f64,
    days: i64,
    /// Lines of a session on the mean.
    pub each: i64,
    pub writers: usize,
    pub holidays: Vec<Range<i64>>,
    pub raid: Option<i64>,
    pub only: Option<(i64, i64)>,
    pub period: Option<(i64, i64)>,
    /// Whether lines are dealt out to the writers in turn; else a session keeps to one.
    pub dealt: bool,
    /// Whether nobody is there between ten and six.
    pub asleep: bool,
    /// Whether there is a file for each day.
    pub daily: bool,
    cuts: Vec<Cut>,
}

/// The name of a writer.
pub fn node(writer: usize) -> String {
    format!("web{writer}")
}

impl Traffic {
    pub fn new(seed: u64, pace: f64, days: i64) -> Traffic {
        Traffic {
            draws: Draws(seed.wrapping_mul(0x9e37_79b9).wrapping_add(77)),
            pace,
            days,
            each: 2,
            writers: 1,
            holidays: Vec::new(),
            raid: None,
            only: None,
            period: None,
            dealt: false,
            asleep: false,
            daily: false,
            cuts: Vec::new(),
        }
    }

    /// Takes lines out; gives the cuts in minutes since the epoch with how many lines each took.
    pub fn cut(&mut self, cuts: &[Cut]) -> Vec<(Cut, u64)> {
        let lines = self.lines();
        self.cuts = cuts.to_vec();
        let taken = |cut: &Cut| lines.iter().filter(|line| takes(cut, line)).count() as u64;
        let moved = |cut: &Cut| Cut {
            from: cut.from + START,
            until: cut.until + START,
            ..*cut
        };
        cuts.iter().map(|cut| (moved(cut), taken(cut))).collect()
    }

    /// What is left, counted.
    pub fn facts(&self) -> SourceFacts {
        self.facts_where(|_| true)
    }

    /// What is left of one writer, as a source of its own.
    pub fn facts_of(&self, writer: usize) -> SourceFacts {
        self.facts_where(|line| line.1 == writer)
    }

    fn facts_where(&self, wanted: impl Fn(&Line) -> bool) -> SourceFacts {
        let mut facts = SourceFacts::default();
        let kept = |line: &Line| {
            let inside = self
                .only
                .is_none_or(|(from, until)| (from..until).contains(&line.0));
            inside && wanted(line) && !self.cuts.iter().any(|cut| takes(cut, line))
        };
        let mut all = self.lines();
        all.retain(kept);
        let days = if self.daily { self.days } else { 1 };
        for day in 0..days {
            let mine = |line: &&Line| !self.daily || line.0 / DAY == day;
            let lines: Vec<Line> = all.iter().filter(mine).copied().collect();
            let number = days - 1 - day;
            facts.files.extend(self.file(&lines, number as u32));
        }
        facts.tally.records = all.len() as u64;
        facts.tally.first = facts.files.first().and_then(|file| Some(file.stamps?.0));
        facts.tally.last = facts.files.last().and_then(|file| Some(file.stamps?.1));
        facts
    }

    fn file(&self, lines: &[Line], number: u32) -> Option<FileFacts> {
        let mut hours = Hours::default();
        let at = |line: &Line| Stamp((START + line.0) * MINUTE);
        for (nth, line) in lines.iter().enumerate() {
            let name = node(line.1);
            hours.count(Seen {
                at: at(line),
                line: nth as u64 + 1,
                route: line.2,
                node: (self.writers > 1).then_some(name.as_bytes()),
                sequence: None,
            });
        }
        Some(FileFacts {
            name: match number {
                0 => "access.log".to_owned(),
                number => format!("access.log.{number}"),
            },
            log: "/access.log".to_owned(),
            number: (number > 0).then_some(number),
            stamps: Some((at(lines.first()?), at(lines.last()?))),
            counted: hours.finish(),
            ..FileFacts::default()
        })
    }

    /// A case with two routes that return subjects.
    pub fn case(&self) -> Case {
        let time = |minute: i64| Stamp((START + minute) * MINUTE);
        let period = self.period.map_or(String::new(), |(from, until)| {
            format!(
                "period = {{ from = \"{}\", until = \"{}\" }}\n",
                time(from),
                time(until)
            )
        });
        load(&format!(
            "{period}[[source]]\nname = \"edge\"\nfiles = [\"*.log\"]\n"
        ))
    }

    /// The same every time, in order.
    fn lines(&self) -> Vec<Line> {
        let mut draws = self.draws;
        let mut lines = Vec::new();
        for day in 0..self.days {
            let level = 0.7 + 0.6 * draws.unit();
            for block in 0..DAY / 10 {
                let start = day * DAY + block * 10;
                let uneven = 0.75 + 0.5 * draws.unit();
                let pace = self.pace * level * uneven * self.profile(day, block / 6);
                for _ in 0..draws.poisson(pace * 10.0 / self.each as f64) {
                    self.session(&mut draws, start, &mut lines);
                }
            }
            if self.pace >= 1.0 {
                self.job(&mut draws, day * DAY, &mut lines);
            }
        }
        if let Some(raid) = self.raid {
            for half in [0, 2 * HOUR] {
                lines.extend((0..1500).map(|n| (raid + half + n / 25, 0, Some(1))));
            }
        }
        lines.retain(|line| line.0 < self.days * DAY);
        lines.sort_unstable();
        if self.dealt {
            for (nth, line) in lines.iter_mut().enumerate() {
                line.1 = nth % self.writers;
            }
        }
        lines
    }

    fn session(&self, draws: &mut Draws, block: i64, lines: &mut Vec<Line>) {
        let mut at = block + draws.below(10);
        let writer = draws.below(self.writers as i64) as usize;
        loop {
            let route = [None, Some(0), Some(1)][draws.below(3) as usize];
            lines.push((at, writer, route));
            if draws.below(self.each) == 0 {
                return;
            }
            at += draws.below(2);
        }
    }

    /// A nightly job of about forty minutes.
    fn job(&self, draws: &mut Draws, midnight: i64, lines: &mut Vec<Line>) {
        let start = midnight + 3 * HOUR + draws.below(3);
        for minute in 0..35 + draws.below(8) {
            let burst = (self.pace / 4.0).ceil() as usize;
            lines.extend((0..burst).map(|_| (start + minute, 0, Some(0))));
        }
    }

    fn profile(&self, day: i64, hour: i64) -> f64 {
        let holiday = self.holidays.iter().any(|days| days.contains(&day));
        let level = match holiday {
            true => 0.04,
            false => WEEKEND[(day % 7) as usize],
        };
        if self.asleep && !(6..22).contains(&hour) {
            return 0.0;
        }
        HOURS[hour as usize] / 100.0 * level
    }
}

fn takes(cut: &Cut, (minute, writer, route): &Line) -> bool {
    (cut.from..cut.until).contains(minute)
        && cut.writer.is_none_or(|only| only == *writer)
        && cut.route.is_none_or(|only| Some(only) == *route)
}

/// A case of these sources and two routes.
pub fn load(sources: &str) -> Case {
    static NTH: AtomicU64 = AtomicU64::new(0);
    let nth = NTH.fetch_add(1, Ordering::Relaxed);
    // Tables that run by hand may run beside the suite.
    let folder = fresh(&format!("coverage-{}-{nth}", std::process::id()));
    let toml = format!(
        "[case]\nid = \"C\"\ntimezone = \"Europe/Stockholm\"\n{sources}\n\
         [[route]]\nname = \"contact\"\npath = \"/contacts/{{contact}}\"\nobject = \"contact\"\n\
         [[route]]\nname = \"book\"\npath = \"/books/{{book}}\"\ncontainer = \"book\"\n\
         page = {{ query = \"page\", first = 1, size = 25 }}\n[directory]\n"
    );
    let path = folder.join("case.toml");
    std::fs::write(&path, toml).expect("the case");
    let case = case::load(&path).unwrap_or_else(|problem| panic!("{problem}"));
    std::fs::remove_dir_all(&folder).expect("the folder can go");
    case
}

/// Numbers that are the same everywhere (splitmix64).
#[derive(Clone, Copy)]
pub struct Draws(pub u64);

impl Draws {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn below(&mut self, n: i64) -> i64 {
        (self.next() % n.max(1) as u64) as i64
    }

    /// By its waiting times; in pieces, because their product ends at zero.
    fn poisson(&mut self, mean: f64) -> u64 {
        let (mut left, mut count) = (mean, 0);
        while left > 0.0 {
            let piece = left.min(30.0);
            left -= piece;
            let floor = (-piece).exp();
            let mut product = self.unit();
            while product > floor {
                count += 1;
                product *= self.unit();
            }
        }
        count
    }
}
