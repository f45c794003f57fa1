//! Names in logs and tables that want to be more than names: the page shows them, and nothing runs.

use super::*;

/// A case whose every name wants to be more than a name, in a folder of that name.
pub(crate) fn hostile(name: &str) -> PathBuf {
    let folder = fresh(name);
    let write = |file: &str, text: &str| fs::write(folder.join(file), text).expect("writable");
    fs::create_dir_all(folder.join("logs")).expect("a folder");
    let case = root().join("tests/cases/spreadsheet-formulas/case.toml");
    let case = fs::read_to_string(case)
        .expect("the case")
        .replace("members = \"members.csv\"\n", "");
    write(
        "case.toml",
        &case.replace("Two schools", &CANARY.replace('"', "'")),
    );
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let evil = cell(&format!("{CANARY}\u{202e}\u{0}& \"x\""));
    write(
        "controllers.csv",
        &format!("controller,name\n=cmd,{evil}\n<b>k2</b>,\u{202e}evil\n"),
    );
    write(
        "units.csv",
        "unit,parent,controller,name,kind\nu1,,=cmd,One,school\nu2,,<b>k2</b>,Two,school\n",
    );
    write(
        "grants.csv",
        &format!("account,role,unit\n{},teacher,u1\n", cell(CANARY)),
    );
    let mut objects = "object,kind,unit,subject,protected,child\n".to_owned();
    let mut log = String::new();
    for n in 0..40 {
        let protected = n == 7;
        objects.push_str(&format!(
            "<img src=x onerror=alert({n})>,contact,u2,=s{n}\u{202e}</script>,{protected},true\n"
        ));
        log.push_str(&format!(
            "192.0.2.1 - {CANARY} [04/Mar/2021:05:{:02}:{:02} +0000] \"GET /books/b/contacts/%3Cimg%20src%3Dx%20onerror%3Dalert({n})%3E \
             HTTP/1.1\" 200 200 \"-\" \"<svg onload=document.documentElement.setAttribute('data-canary','fired')>\"\n",
            n / 60,
            n % 60
        ));
    }
    write("objects.csv", &objects);
    write("logs/access.log", &log);
    folder
}

#[test]
fn hostile_names_stay_names() {
    let folder = hostile("html-hostile");
    let out = folder.join("answer");
    scan(&folder.join("case.toml"), &out, &["--quiet"]);
    let page = page(&out);
    check_ledger(&page, &table(&out.join("controllers.csv")));
    let data = data(&page);
    assert_eq!(data["accounts"][0]["account"], CANARY);
    assert_eq!(data["controllers"][0]["name"], "\\u{202e}evil");
    assert_eq!(
        data["subjects"]["id"].as_array().map(Vec::len),
        Some(39),
        "all but the protected one"
    );
    assert!(data["totals"]["protected_min"].is_null());
    assert!(page.contains("fewer than five") && !page.contains("alert(7)"));
    // Two scripts and one style of ours, and nothing that ends or begins another one.
    let lower = page.to_lowercase();
    assert_eq!(lower.matches("<script").count(), 2);
    assert_eq!(lower.matches("</script").count(), 2);
    for never in [
        "<img",
        "<svg",
        "<iframe",
        "<link",
        "<b>",
        "onerror=\"",
        "style=\"",
        "\u{202e}",
        "\u{0}",
    ] {
        assert!(!lower.contains(never), "{never:?} stands in the page");
    }
    let Some(dom) = dom(&out.join("report.html")) else {
        println!("skipped in part: no chromium here, so the page was not run");
        return;
    };
    assert!(
        dom.contains("class=\"ready\""),
        "the page's own script runs"
    );
    assert!(!dom.contains(FIRED), "a name ran");
    check_ledger(&dom, &table(&out.join("controllers.csv")));
}

/// The page after its script ran, as chromium has it; `None` where there is none.
fn dom(file: &Path) -> Option<String> {
    let profile = fresh("html-chromium");
    let flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=20000",
        "--dump-dom",
    ];
    let output = Command::new("chromium")
        .args(flags)
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", file.display()))
        .output()
        .ok()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}
