//! Two schools as a case of a few lines: who asked for which contacts is the caller's, all else is the same. Contacts from
//! 600 on are of the school of all accounts, those below of the other.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use crate::answer::{case_of, fresh};

/// Contacts of both schools, and where those of the accounts' own begin.
const CONTACTS: usize = 900;
const OWN: usize = 600;

/// A log in the making.
#[derive(Default)]
pub struct Schools {
    log: String,
}

impl Schools {
    /// A request for contacts, joined by commas, at a second of a day of March 2021.
    pub fn ask(
        &mut self,
        account: &str,
        (day, second): (u32, usize),
        contacts: &str,
        bytes: usize,
    ) {
        let _ = writeln!(
            self.log,
            "192.0.2.1 - {account} [{day:02}/Mar/2021:{:02}:{:02}:{:02} +0000] \"GET /contacts/{contacts} HTTP/1.1\" 200 {bytes} \"-\" \"B\"",
            second / 3600,
            second / 60 % 60,
            second % 60,
        );
    }

    /// Writes the case, in which these accounts are pupils of the one school; its folder.
    pub fn write(self, name: &str, accounts: impl Iterator<Item = String>) -> PathBuf {
        let folder = fresh(name);
        fs::create_dir_all(folder.join("logs")).expect("a folder");
        let put = |file: &str, text: &str| fs::write(folder.join(file), text).expect("writable");
        put("logs/access.log", &self.log);
        let grants: String = accounts
            .map(|account| format!("{account},pupil,ua\n"))
            .collect();
        put("grants.csv", &format!("account,role,unit\n{grants}"));
        let unit = |n: usize| if n < OWN { "ub" } else { "ua" };
        let objects = (0..CONTACTS).map(|n| format!("c{n},contact,{},s{n}\n", unit(n)));
        let objects: String = objects.collect();
        put(
            "objects.csv",
            &format!("object,kind,unit,subject\n{objects}"),
        );
        put(
            "units.csv",
            "unit,parent,controller,name,kind\nua,,ka,A,school\nub,,kb,B,school\n",
        );
        put("controllers.csv", "controller,name\nka,A\nkb,B\n");
        put(
            "case.toml",
            &case_of(
                "",
                "[[route]]\nname = \"contact\"\npath = \"/contacts/{contact}\"\nobject = \"contact\"\ndiscloses = [\"name\"]\n",
                &["controllers", "units", "grants", "objects"],
            ),
        );
        folder
    }
}
