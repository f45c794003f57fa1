//! What a supervisory authority's engineer found who held the contract against small cases of a hand of its own: each so
//! small that its answer is reckoned by hand. Every answer is held against its logs, and its bounds against those that
//! the road of `verify --claims` finds.

#[path = "regulator/kinds.rs"]
mod kinds;
#[path = "regulator/pages.rs"]
mod pages;
#[path = "regulator/places.rs"]
mod places;
#[path = "regulator/tables.rs"]
mod tables;

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::answer::{Row, case_of, fresh, json, run, scan, table, text};

/// Three schools of twenty pupils each, n1…, s1…, t1…; anna may see the first and looked at all of it.
struct World {
    folder: PathBuf,
    /// Rows of `objects` beside the pupils'.
    objects: String,
    /// Rows of `members`; empty for no such table.
    members: String,
    /// Routes.
    routes: String,
    /// Further sections of the case.
    more: String,
    log: String,
}

const CONTACT: &str = "[[route]]\nname = \"contact\"\npath = \"/contacts/{contact}\"\nobject = \"contact\"\n\
                       discloses = [\"name\", \"email?\", \"phone?\"]\n";
const BOOK: &str = "[[route]]\nname = \"book\"\npath = \"/books/{book}\"\ncontainer = \"book\"\ndiscloses = [\"name\"]\n";
const OBJECTS: &str = "object,kind,unit,subject,form,protected,child,fields,from,until\n";

impl World {
    fn new(name: &str) -> World {
        let mut world = World {
            folder: fresh(&format!("regulator-{name}")),
            objects: String::new(),
            members: String::new(),
            routes: format!("{CONTACT}{BOOK}"),
            more: String::new(),
            log: String::new(),
        };
        fs::create_dir_all(world.folder.join("logs")).unwrap();
        for at in 0..20 {
            world.ask(
                at * 10,
                &format!("/contacts/n{}", at + 1),
                "200",
                &(400 + at).to_string(),
            );
        }
        world
    }

    /// A request of anna's, so many seconds after ten o'clock on 4 March 2021.
    fn ask(&mut self, second: u64, target: &str, status: &str, bytes: &str) {
        let (minute, second) = (second / 60, second % 60);
        self.log += &format!(
            "10.0.0.1 - anna [04/Mar/2021:10:{minute:02}:{second:02} +0000] \"GET {target} HTTP/1.1\" {status} {bytes} \
             \"-\" \"x\"\n"
        );
    }

    /// Writes all of it.
    fn write(&self) -> PathBuf {
        let put = |name: &str, content: &str| fs::write(self.folder.join(name), content).unwrap();
        put("logs/access.log", &self.log);
        put("controllers.csv", "controller,name\nn,N\ns,S\nt,T\n");
        put(
            "units.csv",
            "unit,parent,controller,name,kind\nn,,n,N,school\ns,,s,S,school\nt,,t,T,school\n",
        );
        put("grants.csv", "account,role,unit\nanna,teacher,n\n");
        let pupils = ["n", "s", "t"].into_iter().flat_map(|school| {
            (1..=20).map(move |at| format!("{school}{at},contact,{school},p{school}{at},,,,,,\n"))
        });
        put(
            "objects.csv",
            &format!("{OBJECTS}{}{}", pupils.collect::<String>(), self.objects),
        );
        let mut tables = vec!["controllers", "units", "grants", "objects"];
        if !self.members.is_empty() {
            put(
                "members.csv",
                &format!("container,object,from,until\n{}", self.members),
            );
            tables.push("members");
        }
        let routes = format!("{}{}", self.routes, self.more);
        put("case.toml", &case_of("", &routes, &tables));
        self.folder.join("case.toml")
    }

    /// Scans, and holds the answer against its logs on both roads.
    fn answered(&self) -> Answered {
        let case = self.write();
        let out = self.folder.join("answer");
        let _ = fs::remove_dir_all(&out);
        scan(&case, &out, &[]);
        let held = run(&["verify", text(&out), "--case", text(&case)]);
        let said = String::from_utf8_lossy(&held.stdout);
        assert_eq!(held.status.code(), Some(0), "{said}");
        let findings = json(&out.join("findings.json"));
        if self.more.is_empty() {
            self.same_on_the_other_road(&case, &findings);
        }
        Answered { out, findings }
    }

    fn same_on_the_other_road(&self, case: &std::path::Path, findings: &Value) {
        let claims = self.folder.join("claims.toml");
        let one = |id: &str, of: &str| {
            format!(
                "[[claim]]\nid = \"{id}\"\nsays = \"-\"\nkind = \"subjects\"\n{of}at_most = 0\n"
            )
        };
        let each = ["n", "s", "t"].map(|id| one(id, &format!("controller = \"{id}\"\n")));
        fs::write(&claims, one("all", "") + &each.concat()).unwrap();
        let said = run(&["verify", "--claims", text(&claims), text(case), "--json"]);
        let said: Value = serde_json::from_slice(&said.stdout).unwrap();
        let interval = |id: &str| {
            let all = said["claims"].as_array().unwrap();
            let one = all.iter().find(|one| one["id"] == id).unwrap();
            (
                one["interval"]["min"].clone(),
                one["interval"]["max"].clone(),
            )
        };
        let bounds = |of: &Value| (of["subjects_min"].clone(), of["subjects_max"].clone());
        assert_eq!(interval("all"), bounds(&findings["totals"]));
        for row in findings["controllers"].as_array().unwrap() {
            let id = row["controller"].as_str().unwrap();
            assert_eq!(interval(id), bounds(row), "{id}");
        }
    }
}

struct Answered {
    out: PathBuf,
    findings: Value,
}

impl Answered {
    /// Status, reasons, bounds and population of a controller.
    fn controller(&self, id: &str) -> (String, String, [String; 3]) {
        let rows = table(&self.out.join("controllers.csv"));
        let row = rows.iter().find(|row| row["controller"] == id).unwrap();
        (
            row["status"].clone(),
            row["reasons"].clone(),
            ["subjects_min", "subjects_max", "population"].map(|name| row[name].clone()),
        )
    }

    /// A controller is what was reckoned.
    fn is(&self, id: &str, status: &str, reasons: &str, figures: [&str; 3]) {
        let (is, why, bounds) = self.controller(id);
        let bounds = bounds.each_ref().map(String::as_str);
        assert_eq!(
            (is.as_str(), why.as_str(), bounds),
            (status, reasons, figures),
            "{id}"
        );
    }

    /// Certainties of data subjects, by subject.
    fn subjects(&self) -> Vec<(String, String)> {
        let rows: Vec<Row> = table(&self.out.join("subjects.csv"));
        rows.into_iter()
            .map(|row| (row["subject"].clone(), row["certainty"].clone()))
            .collect()
    }

    fn are(&self, wanted: &[(&str, &str)]) {
        let stand = self.subjects();
        let stand: Vec<(&str, &str)> = stand
            .iter()
            .map(|(subject, sure)| (subject.as_str(), sure.as_str()))
            .collect();
        assert_eq!(stand, wanted);
    }
}
