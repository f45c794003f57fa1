//! Runs of other kinds: of containers and pages, through one host of two, in a sampled log.

use super::*;

/// A route of books, `b1` with s1 and s2 and so on, and one book of all with four to a page.
fn books(
    name: &str,
    targets: impl Iterator<Item = String>,
    lost: &std::ops::Range<u64>,
) -> (Schools, PathBuf) {
    let mut schools = walked(name, &[], lost);
    for (at, target) in (0..).zip(targets) {
        let when = TEN + at * 10;
        if !lost.contains(&when) {
            let bytes = (800 + at % 50).to_string();
            schools
                .log
                .push(crate::bounds::line("anna", when, &target, 200, &bytes));
        }
    }
    schools.more = "[[route]]\nname = \"book\"\npath = \"/books/{book}\"\ncontainer = \"book\"\npage = { query = \"page\", \
                    first = 1, size = 4 }\ndiscloses = [\"name\"]\n"
        .to_owned();
    let out = scanned(&mut schools, "members = \"members.csv\"", |folder| {
        let own = (1..=100).map(|at| format!("b{},s{at}\n", (at + 1) / 2));
        let all = (1..=100).map(|at| format!("all,s{at}\n"));
        let rows: String = own.chain(all).collect();
        fs::write(
            folder.join("members.csv"),
            format!("container,object\n{rows}"),
        )
        .unwrap();
    });
    (schools, out)
}

#[test]
fn containers_and_pages() {
    let lost = 36_080..36_160;
    let (schools, out) = books("books", (1..=50).map(|at| format!("/books/b{at}")), &lost);
    // b9 to b16.
    assert_eq!(named(&out), subjects(17..=32));
    let found = runs(&out);
    assert_eq!(found[0]["what"], "containers");
    assert_eq!(found[0]["gaps"][0]["known"].as_u64(), Some(8));
    assert_eq!(possible(&out)["ps17"]["routes"], "book");
    fs::remove_dir_all(&schools.folder).unwrap();
    let (schools, out) = books(
        "pages",
        (1..=25).map(|at| format!("/books/all?page={at}")),
        &lost,
    );
    // Pages 9 to 16 of four each.
    assert_eq!(named(&out), subjects(33..=64));
    let found = runs(&out);
    assert_eq!(
        (found[0]["what"].as_str(), found[0]["container"].as_str()),
        (Some("pages"), Some("all"))
    );
    assert_eq!(found[0]["from"], "1");
    fs::remove_dir_all(&schools.folder).unwrap();
}

/// Two hosts in turns, of which one lost five minutes: every second ID of those is missing. Where the other host shows in
/// them that the walk went elsewhere, nothing is filled in.
#[test]
fn one_host_of_two() {
    for (name, filled) in [("hosts", 15), ("hosts-elsewhere", 0)] {
        let mut schools = Schools::new(&format!("runs-{name}"));
        schools.ordinary();
        for at in 0..100 {
            let pupil = if at == 40 && filled == 0 { 90 } else { at + 1 };
            let bytes = (430 + at % 50).to_string();
            schools.ask(TEN + at * 10, &format!("s{pupil}"), 200, &bytes);
        }
        let all = schools.log.drain(..);
        let (first, mut other): (Vec<String>, Vec<String>) =
            all.partition(|line| (second(line) / 10).is_multiple_of(2));
        schools.log = first;
        other.retain(|line| !LOST.contains(&second(line)));
        other.sort_by_key(|line| second(line));
        schools.more = format!(
            "[[source]]\nname = \"edge2\"\nfiles = [\"logs2/access.log\"]\nformat = \"combined\"\naccount = \
             \"remote_user\"\n{}\n",
            gap(&LOST)
        );
        let out = scanned(&mut schools, "", |folder| {
            fs::create_dir_all(folder.join("logs2")).unwrap();
            fs::write(folder.join("logs2/access.log"), other.concat()).unwrap();
        });
        // 10:05:10 belongs to the second host: s32.
        let expected = if filled == 0 { 32..32 } else { 32..61 };
        assert_eq!(named(&out), subjects(expected.step_by(2)), "{name}");
        if filled > 0 {
            let gap = &runs(&out)[0]["gaps"][0];
            let figures = [
                "missing",
                "known",
                "objects_beyond_scope",
                "subjects_possible",
            ];
            assert_eq!(figures.map(|key| gap[key].as_u64()), [Some(filled); 4]);
        }
        fs::remove_dir_all(&schools.folder).unwrap();
    }
}

/// A quarter of all lines is kept: what stands between them is possible, how far it went is estimated from where the
/// directory begins, and refused where the run began elsewhere.
#[test]
fn a_sampled_run() {
    for (name, from) in [("sample", 1), ("sample-late", 60)] {
        let mut schools = Schools::new(&format!("runs-{name}"));
        schools.ordinary();
        let kept: Vec<u64> = (1..=100)
            .filter(|at| (*at * 7919_u64 + at * at * 31).is_multiple_of(4) || at % 9 == 4)
            .collect();
        for (at, pupil) in (0..).zip(&kept) {
            schools.ask(
                TEN + at * 40,
                &format!("s{pupil}"),
                200,
                &(430 + at % 50).to_string(),
            );
        }
        schools.source = "sampling = 0.25".to_owned();
        let out = scanned(&mut schools, "", |folder| {
            // More pupils below the first: the run did not begin with the first that the directory knows.
            let path = folder.join("objects.csv");
            let text = fs::read_to_string(&path).unwrap();
            let shifted =
                |line: &str| match line.strip_prefix('s').and_then(|rest| rest.split_once(',')) {
                    Some((number, rest)) => {
                        format!("s{},{rest}", number.parse::<u64>().unwrap() + from - 1)
                    }
                    None => line.to_owned(),
                };
            let mut rows: Vec<String> = text.lines().map(shifted).collect();
            rows.extend((1..from).map(|at| format!("s{at},c,s,extra{at}")));
            fs::write(&path, rows.join("\n") + "\n").unwrap();
            let path = folder.join("logs/access.log");
            let text = fs::read_to_string(&path).unwrap();
            let lines = text
                .lines()
                .map(|line| match line.split_once("/contacts/s") {
                    Some((head, tail)) => {
                        let (number, rest) = tail.split_once(' ').unwrap();
                        format!(
                            "{head}/contacts/s{} {rest}\n",
                            number.parse::<u64>().unwrap() + from - 1
                        )
                    }
                    None => format!("{line}\n"),
                });
            fs::write(&path, lines.collect::<String>()).unwrap();
        });
        let (first, last) = (kept[0], kept[kept.len() - 1]);
        let between = (first..=last).filter(|at| !kept.contains(at));
        assert_eq!(named(&out), subjects(between), "{name}");
        let found = runs(&out);
        assert_eq!(found[0]["sampled"].as_f64(), Some(0.25));
        let end = &found[0]["end"];
        let (k, m) = (kept.len() as f64, last as f64);
        if from == 1 {
            let estimate = m * (1.0 + 1.0 / k) - 1.0;
            assert!(
                (end["estimate"].as_f64().unwrap() - estimate).abs() < 0.01,
                "{end}"
            );
            assert_eq!(
                end["until_95"].as_f64(),
                Some((m * 0.05_f64.powf(-1.0 / k)).ceil())
            );
        } else {
            let why = end["refused"].as_str().unwrap();
            assert!(why.contains("its start is not known"), "{why}");
        }
        let reasons = controller(&out, "s")["reasons"].clone();
        assert!(reasons.contains("SAMPLED"), "{reasons}");
        fs::remove_dir_all(&schools.folder).unwrap();
    }
}
