//! A missing check lets everybody overreach: the page lists the gravest accounts, counts the rest, and tells the same figures.

use super::*;

/// More accounts than the page lists.
const ACCOUNTS: usize = 5_300;
/// As many as it lists.
const LISTED: usize = 5_000;

/// Each account asks once for six contacts of its school and two of the other; one walks through a hundred two days later.
fn everybody(name: &str) -> PathBuf {
    let folder = fresh(name);
    fs::create_dir_all(folder.join("logs")).expect("a folder");
    let mut log = String::new();
    let mut line = |account: &str, (day, second): (u32, usize), contacts: &str| {
        log.push_str(&format!(
            "192.0.2.1 - {account} [{day:02}/Mar/2021:{:02}:{:02}:{:02} +0000] \"GET /contacts/{contacts} HTTP/1.1\" 200 900 \"-\" \"B\"\n",
            second / 3600,
            second / 60 % 60,
            second % 60,
        ));
    };
    for n in 0..ACCOUNTS {
        let account = format!("a{n:05}");
        let contacts = format!("c{},c{}", n % 400, (n + 7) % 400);
        line(&account, (4, n * 2), &contacts);
        let own: Vec<String> = (0..6)
            .map(|k| format!("c{}", 600 + (n * 6 + k) % 300))
            .collect();
        line(&account, (4, n * 2 + 1), &own.join(","));
    }
    for n in 0..100 {
        line("zz", (6, 20_000 + n), &format!("c{}", 400 + n));
    }
    let put = |file: &str, text: String| fs::write(folder.join(file), text).expect("writable");
    put("logs/access.log", log);
    let accounts = (0..ACCOUNTS).map(|n| format!("a{n:05},pupil,ua\n"));
    let grants: String = accounts.chain(["zz,pupil,ua\n".to_owned()]).collect();
    put("grants.csv", format!("account,role,unit\n{grants}"));
    let unit = |n: usize| if n < 600 { "ub" } else { "ua" };
    let objects = (0..900).map(|n| format!("c{n},contact,{},s{n}\n", unit(n)));
    let objects: String = objects.collect();
    put(
        "objects.csv",
        format!("object,kind,unit,subject\n{objects}"),
    );
    put(
        "units.csv",
        "unit,parent,controller,name,kind\nua,,ka,A,school\nub,,kb,B,school\n".to_owned(),
    );
    put(
        "controllers.csv",
        "controller,name\nka,A\nkb,B\n".to_owned(),
    );
    put(
        "case.toml",
        "[case]\nid = \"everybody\"\ntimezone = \"UTC\"\n[[source]]\nname = \"web\"\nfiles = [\"logs/*\"]\nformat = \"combined\"\n\
         account = \"remote_user\"\n[[route]]\nname = \"contact\"\npath = \"/contacts/{contact}\"\nobject = \"contact\"\n\
         discloses = [\"name\"]\n[directory]\ncontrollers = \"controllers.csv\"\nunits = \"units.csv\"\n\
         grants = \"grants.csv\"\nobjects = \"objects.csv\"\n"
            .to_owned(),
    );
    folder
}

#[test]
fn the_gravest_are_listed_and_the_others_counted() {
    let folder = everybody("html-many");
    let out = folder.join("answer");
    scan(&folder.join("case.toml"), &out, &["--quiet"]);
    let rows = table(&out.join("accounts.csv"));
    assert_eq!(rows.len(), ACCOUNTS + 1);

    let page = page(&out);
    let data = data(&page);
    let accounts = data["accounts"].as_array().expect("accounts");
    assert_eq!(accounts.len(), LISTED);
    assert_eq!(data["accounts_left"], ACCOUNTS + 1 - LISTED);
    assert_eq!(accounts[0]["account"], "zz");
    assert_eq!(accounts[0]["verdict"], "enumeration");
    assert_eq!(accounts[0]["lines"]["n"], 100);
    assert_eq!(accounts[0]["walk"]["all"], 100);
    // Two objects of one line are one line.
    assert_eq!(accounts[1]["lines"]["n"], 1);
    assert_eq!(accounts[LISTED - 1]["lines"]["n"], 1);
    // All accounts' lines are behind the figures of the case, listed or not.
    assert_eq!(data["total_lines"]["confirmed"]["n"], ACCOUNTS + 100);
    let heat = data["heat"].as_array().expect("cells");
    assert_eq!(heat.len(), LISTED);
    assert_eq!(heat[1][2], 2);
    let (_, sentence) = page
        .split_once("<ol class=\"answer\">")
        .expect("the answer");
    let (sentence, _) = sentence.split_once("</li>").expect("its first sentence");
    assert!(sentence.contains("5,300"), "{sentence}");
    assert!(
        sentence.contains("a00000, a00001, a00002 and 5,297 more"),
        "{sentence}"
    );
}

/// What reads an answer's accounts one by one finds those that the page leaves out.
#[test]
fn accounts_that_the_page_leaves_out_have_their_story() {
    let folder = everybody("html-many-story");
    let out = folder.join("answer");
    scan(&folder.join("case.toml"), &out, &["--quiet"]);
    let last = format!("a{:05}", ACCOUNTS - 1);
    assert!(!page(&out).contains(&last));
    assert!(succeed(&["explain", text(&out), &last]).contains("overreach"));
    let ocsf = folder.join("ocsf.jsonl");
    succeed(&[
        "export",
        text(&out),
        "--format",
        "ocsf",
        "--out",
        text(&ocsf),
    ]);
    let ocsf = fs::read_to_string(&ocsf).expect("written");
    assert_eq!(ocsf.lines().count(), ACCOUNTS + 1);
    // A byte of the last entry that was changed is noticed, though the one that was asked for comes before it.
    let path = out.join("findings.json");
    let mut bytes = fs::read(&path).expect("findings");
    let at = bytes.len() - 9;
    bytes[at] ^= 1;
    fs::write(&path, bytes).expect("writable");
    let output = run(&["explain", text(&out), "a00001"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("findings.json") && said.contains("manifest.json"),
        "{said}"
    );
}
