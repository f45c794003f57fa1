//! Every crate that is linked has a licence that `deny.toml` allows, and comes from the registry. `cargo deny check` says
//! the same where it is installed; building it takes longer than all other tests, so this one does not need it.

use std::process::Command;

use serde_json::Value;

use crate::answer::root;

fn allowed() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml");
    let rules: toml::Table = text.parse().expect("TOML");
    let list = rules["licenses"]["allow"].as_array().expect("a list");
    list.iter()
        .map(|one| one.as_str().expect("a licence").to_owned())
        .collect()
}

/// Whether a choice of licences can be met: one of those with `OR` between, all of those with `AND`.
fn holds(expression: &str, allowed: &[String]) -> bool {
    let plain = expression.replace(['(', ')'], "").replace('/', " OR ");
    plain.split(" AND ").all(|part| {
        part.split(" OR ")
            .any(|one| allowed.iter().any(|have| have == one.trim()))
    })
}

#[test]
fn every_licence_is_allowed_and_every_crate_is_the_registrys() {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--locked",
            "--offline",
            "--format-version",
            "1",
            "--all-features",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let allowed = allowed();
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let (name, licence) = (&package["name"], package["license"].as_str());
        if name == "breachscope" {
            continue;
        }
        if !licence.is_some_and(|licence| holds(licence, &allowed)) {
            wrong.push(format!("{name}: {licence:?}"));
        }
        let source = package["source"].as_str().unwrap_or("");
        if !source.starts_with("registry+") {
            wrong.push(format!("{name}: from {source:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_licence_that_is_not_allowed_is_found() {
    let allowed = ["MIT".to_owned(), "Apache-2.0".to_owned()];
    assert!(holds("GPL-3.0 OR MIT", &allowed));
    assert!(holds("(MIT OR Apache-2.0) AND MIT", &allowed));
    assert!(!holds("GPL-3.0", &allowed));
    assert!(!holds("MIT AND GPL-3.0", &allowed));
}
