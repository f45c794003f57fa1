//! Tells the program which commit it was built from, for its manifests; `unknown` outside of a checkout.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=.git/HEAD");
    println!("cargo:rerun-if-changed=.git/logs/HEAD");
    let commit = Command::new("git")
        .args(["rev-parse", "--short=12", "HEAD"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .unwrap_or_default();
    let commit = match commit.trim() {
        "" => "unknown",
        commit => commit,
    };
    println!("cargo:rustc-env=BREACHSCOPE_COMMIT={commit}");
}
