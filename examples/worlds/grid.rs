//! The frozen grid: every attack in order, at both paces and at the least extent that must be found; honest people that
//! are hard to tell; every flaw of the evidence; published records from within and from outside the list of causes.

use breachscope::synth::{Attack, Flaw, Hand, LeakFrom, LogFormat, Pace, Settings, Split};

/// One cell.
pub struct Cell {
    /// Its name.
    pub name: String,
    /// The settings of its worlds, without the seed.
    pub settings: Settings,
    /// Attackers must be found here.
    pub recall: bool,
    /// Logs and tables are whole.
    pub complete: bool,
}

fn base() -> Settings {
    Settings {
        tenants: 12,
        accounts: 700,
        days: 10,
        lines: 9_000,
        format: Some(LogFormat::Combined),
        defects: breachscope::synth::Defects::None,
        ..Settings::new(0)
    }
}

/// All cells.
pub fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut add = |name: String, settings: Settings, recall: bool, complete: bool| {
        cells.push(Cell {
            name,
            settings,
            recall,
            complete,
        });
    };
    use Attack as A;
    let named = |attack: A| Settings {
        attack: Some(attack),
        ..base()
    };
    for attack in A::ALL {
        let hard = Settings {
            hard: 100,
            ..named(*attack)
        };
        let found = !matches!(attack, A::None | A::Pool | A::Probing | A::TakenOver);
        add(
            format!("attack {attack}"),
            named(*attack),
            found || *attack == A::TakenOver,
            true,
        );
        add(format!("attack {attack}, hard honest"), hard, found, true);
    }
    let pieces = [
        A::Sequential,
        A::Stride,
        A::Shuffled,
        A::OneTenant,
        A::TakenOver,
    ];
    for pace in [Pace::Burst, Pace::Slow] {
        for attack in pieces {
            let settings = Settings {
                extent: Some(20),
                pace: Some(pace),
                ..named(attack)
            };
            add(format!("20 IDs, {attack}, {pace}"), settings, true, true);
        }
        let settings = Settings {
            extent: Some(10),
            pace: Some(pace),
            ..named(A::Containers)
        };
        add(format!("10 books, {pace}"), settings, true, true);
        let settings = Settings {
            extent: Some(24),
            pace: Some(pace),
            hard: 100,
            ..named(A::Shuffled)
        };
        add(
            format!("24 IDs, shuffled, {pace}, hard honest"),
            settings,
            true,
            true,
        );
    }
    let settings = Settings {
        extent: Some(7),
        ..named(A::Paging)
    };
    add("7 whole directories".to_owned(), settings, true, true);
    for split in Split::ALL {
        let settings = Settings {
            accomplices: Some(6),
            split: Some(*split),
            ..named(A::Several)
        };
        add(format!("6 accomplices, {split}"), settings, false, true);
    }
    let later = [Flaw::ToldHole, Flaw::NeverHost, Flaw::LostDay];
    let flaws = Flaw::ALL.iter().filter(|flaw| !later.contains(flaw));
    for flaw in flaws {
        for attack in [A::Sequential, A::Containers, A::None, A::Slow] {
            let settings = Settings {
                flaws: vec![*flaw],
                ..named(attack)
            };
            add(format!("flaw {flaw}, {attack}"), settings, false, false);
        }
    }
    let leaks = [
        A::Shuffled,
        A::Containers,
        A::Several,
        A::Pool,
        A::TakenOver,
        A::None,
    ];
    for attack in leaks {
        for from in FIRST {
            let settings = Settings {
                leak: Some((60, from)),
                ..named(attack)
            };
            add(format!("leak {from}, {attack}"), settings, false, true);
        }
        let settings = Settings {
            leak: Some((60, LeakFrom::Attack)),
            flaws: vec![Flaw::UnloggedRoute],
            ..named(attack)
        };
        add(
            format!("leak attack, {attack}, unlogged route"),
            settings,
            false,
            false,
        );
        let settings = Settings {
            leak: Some((60, LeakFrom::Attack)),
            flaws: vec![Flaw::Hole],
            ..named(attack)
        };
        add(
            format!("leak attack, {attack}, hole"),
            settings,
            false,
            false,
        );
    }
    for flaw in [Flaw::NoGrants, Flaw::OnlyAccounts] {
        for attack in [A::None, A::OneTenant] {
            let settings = Settings {
                hard: 100,
                flaws: vec![flaw],
                ..named(attack)
            };
            let name = format!("flaw {flaw}, {attack}, hard honest");
            add(name, settings, false, false);
        }
    }
    // As many people and lines as a platform has in weeks: what can be learned there.
    for attack in [A::None, A::Sequential] {
        let settings = Settings {
            accounts: 12 * 400,
            lines: 500_000,
            hard: 100,
            flaws: vec![Flaw::OnlyAccounts],
            ..named(attack)
        };
        add(
            format!("dense, only accounts, {attack}"),
            settings,
            false,
            false,
        );
    }
    // Cells that came later stand last: a cell's place is part of its seeds.
    for flaw in later {
        for attack in [A::Sequential, A::Containers, A::None, A::Slow] {
            let settings = Settings {
                flaws: vec![flaw],
                ..named(attack)
            };
            add(format!("flaw {flaw}, {attack}"), settings, false, false);
        }
    }
    let pairs = [
        [Flaw::Hole, Flaw::StaleDirectory],
        [Flaw::ToldHole, Flaw::MissingHost],
        [Flaw::Clock, Flaw::CutEnd],
        [Flaw::Sampled, Flaw::Hole],
        [Flaw::NoBytes, Flaw::LostDay],
        [Flaw::NoGrants, Flaw::Hole],
    ];
    for [one, other] in pairs {
        for attack in [A::Sequential, A::Containers, A::None] {
            let settings = Settings {
                flaws: vec![one, other],
                ..named(attack)
            };
            add(
                format!("flaws {one} and {other}, {attack}"),
                settings,
                false,
                false,
            );
        }
    }
    // Where a few minutes are missing of many people's data, and the pace of what is seen bounds what is not.
    for attack in [A::Sequential, A::Shuffled, A::Containers, A::None, A::Slow] {
        let settings = Settings {
            accounts: 4_000,
            lines: 20_000,
            flaws: vec![Flaw::ToldHole],
            ..named(attack)
        };
        add(
            format!("minutes lost of many people, {attack}"),
            settings,
            false,
            false,
        );
    }
    causes(&mut add);
    cells
}

/// Where published records come from, in the cells whose seeds were frozen first.
const FIRST: [LeakFrom; 5] = [
    LeakFrom::Attack,
    LeakFrom::Biased,
    LeakFrom::Dump,
    LeakFrom::Mixed,
    LeakFrom::Service,
];

/// Worlds for the question of cause: people have a life to compare with, and some causes stand on no list.
fn causes(add: &mut impl FnMut(String, Settings, bool, bool)) {
    use Attack as A;
    let lived = |attack: A| Settings {
        accounts: 500,
        lines: 60_000,
        attack: Some(attack),
        ..base()
    };
    let leak = Some((60, LeakFrom::Attack));
    let all = [
        A::Sequential,
        A::Stride,
        A::Shuffled,
        A::Containers,
        A::Batch,
        A::Slow,
        A::OneTenant,
        A::Several,
        A::TakenOver,
        A::Pool,
    ];
    for attack in all {
        add(format!("lived, {attack}"), lived(attack), false, true);
        add(
            format!("lived, leak, {attack}"),
            Settings {
                leak,
                ..lived(attack)
            },
            false,
            true,
        );
    }
    let hands = [
        (A::Shuffled, Hand::Elsewhere),
        (A::Sequential, Hand::School),
        (A::Shuffled, Hand::School),
        (A::Sequential, Hand::Two),
        (A::Shuffled, Hand::Two),
        (A::Stride, Hand::Two),
        (A::Containers, Hand::Two),
        (A::Pool, Hand::OneAddress),
        (A::Slow, Hand::School),
        (A::Slow, Hand::Elsewhere),
    ];
    for (attack, hand) in hands {
        let moved = Settings {
            hand: Some(hand),
            ..lived(attack)
        };
        add(
            format!("lived, {attack}, hand {hand}"),
            moved.clone(),
            false,
            true,
        );
        add(
            format!("lived, leak, {attack}, hand {hand}"),
            Settings { leak, ..moved },
            false,
            true,
        );
    }
    for from in &LeakFrom::ALL[1..] {
        for attack in [A::Sequential, A::Several, A::Pool] {
            let settings = Settings {
                leak: Some((60, *from)),
                ..lived(attack)
            };
            add(
                format!("lived, leak {from}, {attack}"),
                settings,
                false,
                true,
            );
        }
    }
    // Whoever took nearly everything was shown whatever is published, wherever it came from.
    for from in [LeakFrom::Dump, LeakFrom::Class, LeakFrom::Insider] {
        let settings = Settings {
            leak: Some((60, from)),
            extent: Some(1_000_000),
            ..lived(A::Sequential)
        };
        add(
            format!("lived, leak {from}, everything taken"),
            settings,
            false,
            true,
        );
    }
}

/// The command that makes a world of a cell.
pub fn command(settings: &Settings) -> String {
    let mut text = format!(
        "breachscope synth --seed {} --tenants {} --accounts {} --days {} --lines {}",
        settings.seed, settings.tenants, settings.accounts, settings.days, settings.lines
    );
    let mut add = |flag: &str, value: Option<String>| {
        if let Some(value) = value {
            text.push_str(&format!(" --{flag} {value}"));
        }
    };
    add("attack", settings.attack.map(|a| a.to_string()));
    add("format", settings.format.map(|a| a.to_string()));
    add(
        "hard",
        (settings.hard > 0).then(|| settings.hard.to_string()),
    );
    add("extent", settings.extent.map(|a| a.to_string()));
    add("pace", settings.pace.map(|a| a.to_string()));
    add("accomplices", settings.accomplices.map(|a| a.to_string()));
    add("split", settings.split.map(|a| a.to_string()));
    add("hand", settings.hand.map(|a| a.to_string()));
    for flaw in &settings.flaws {
        add("flaw", Some(flaw.to_string()));
    }
    add("leak", settings.leak.map(|(count, _)| count.to_string()));
    add("leak-from", settings.leak.map(|(_, from)| from.to_string()));
    text
}
