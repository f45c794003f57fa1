//! What a controller's pack lets its reader conclude, of others and of what the logs do not show.

use sha2::{Digest, Sha256};

use super::{Town, all_text, read};
use crate::answer::{json, table, text};

/// A digest of a line whose only masked part is an account proves the account to whoever tries them all.
#[test]
fn no_digest_in_a_pack_proves_a_guess_of_what_is_masked() {
    let mut town = Town::new("guess");
    town.bare = true;
    for n in 1..=8 {
        town.ask(40_000 + n * 7, &format!("kari.n /karte/42{n:02}"), 200);
    }
    town.answered();
    let packs = town.packed();
    let told = all_text(&packs);
    assert!(!told.contains("kari.n"));
    for line in town.lines() {
        let digest: String = Sha256::digest(&line)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert!(!told.contains(&digest), "{line}");
    }
    let rows = table(&packs.join("ostby-kommune/evidence.csv"));
    assert_eq!(rows.len(), 8);
    assert!(
        rows.iter().all(|row| row["line_id"].starts_with("line-")),
        "{rows:?}"
    );
    let (case, answer) = (town.folder.join("case.toml"), town.folder.join("answer"));
    let check = [
        "pack",
        "--check",
        text(&packs),
        "--case",
        text(&case),
        text(&answer),
    ];
    let told = crate::answer::succeed(&check);
    assert!(told.contains("8 places of lines proved"), "{told}");
    // A row that tells another line's place is found, though it has no digest.
    let path = packs.join("ostby-kommune/evidence.csv");
    let forged = read(&path).replacen(
        &format!(",{},", rows[0]["offset"]),
        &format!(",{},", rows[1]["offset"]),
        1,
    );
    std::fs::write(&path, forged).unwrap();
    let found = crate::answer::run(&check);
    let said = String::from_utf8_lossy(&found.stderr).into_owned();
    assert!(
        found.status.code() == Some(1) && said.contains("the place of another line"),
        "{said}"
    );
}

/// "None" of a controller that nobody can exclude would be false.
#[test]
fn a_pack_for_whom_nobody_can_exclude_does_not_say_that_there_is_none() {
    let mut town = Town::new("room");
    town.objects
        .push("akte-1,akte,un,kind-103,true,true,,\n".to_owned());
    town.lose(30_000, 48_000);
    let out = town.answered();
    let rows = table(&out.join("controllers.csv"));
    assert!(
        rows.iter().all(|row| row["status"] == "cannot_be_excluded"),
        "{rows:?}"
    );
    let packs = town.packed();
    for pack in ["amt-nord", "ostby-kommune"] {
        let notice = json(&packs.join(pack).join("notification.json"));
        assert!(notice["nature"]["data_categories"].is_null(), "{notice:#}");
        assert!(notice["nature"]["routes"].is_null(), "{notice:#}");
        let place = notice["protected_persons"]["where"].as_str().unwrap();
        assert!(place.contains("leave room for others"), "{place}");
        let said = read(&packs.join(pack).join("notification.md"));
        assert!(
            said.contains("data categories: not known\n- routes: not known"),
            "{said}"
        );
        let readme = read(&packs.join(pack).join("README.txt"));
        assert!(
            readme.contains("protected persons may be among these"),
            "{readme}"
        );
    }
    let form = read(&town.rendered("form.md", &["--answers", "art-33-3"]));
    for said in [
        "The logs show for certain nobody whose data was disclosed beyond scope, and leave room for 20 data subjects.",
        "which data that would be, nobody can tell",
    ] {
        assert!(form.contains(said), "{said}\n{form}");
    }
    assert!(!form.contains("or may have been: none"), "{form}");
}

/// What is withheld of a line is not proved by its digest either: the lines beside it tell all the rest.
#[test]
fn a_withheld_line_has_no_digest() {
    let mut town = Town::new("withheld");
    town.objects
        .push("akte-3,akte,un,kind-203,true,true,,\n".to_owned());
    for n in 1..=5 {
        town.ask(40_000 + n * 7, &format!("kari.n /karte/42{n:02}"), 200);
    }
    let out = town.answered();
    let lines = town.lines();
    let hidden = lines
        .iter()
        .find(|line| line.contains("/karte/4203"))
        .unwrap();
    let digest: String = Sha256::digest(hidden)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let case = town.folder.join("case.toml");
    let bag = town.folder.join("bag");
    let asked = [
        "evidence",
        text(&out),
        "--case",
        text(&case),
        "--account",
        "kari.n",
    ];
    let told = crate::answer::succeed(&asked)
        + &crate::answer::succeed(&[&asked[..], &["--json"]].concat());
    crate::answer::succeed(&[&asked[..], &["--bag", text(&bag)]].concat());
    let told = told + &all_text(&bag);
    assert!(
        !told.contains(&digest) && !told.contains("/karte/4203"),
        "{told}"
    );
    assert!(told.contains("/karte/4202") && told.contains("\"line_sha256\":null"));
}
