//! A small town by hand: three schools, a day's ordinary use, and whatever a test adds to it or takes away.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::answer::{case_of, fresh, run, text};

/// The town before it is written.
pub struct Town {
    pub folder: PathBuf,
    pub log: Vec<String>,
    /// Keys of `[case]`, `[[source]]` and the route `contact`; whole sections.
    pub period: String,
    pub source: String,
    pub contact: String,
    pub more: String,
    /// Tables by their keys; a table that is taken away is not named by the case.
    pub tables: Vec<(&'static str, String)>,
}

/// What came of a statement.
pub struct Said {
    pub code: i32,
    pub claim: Value,
    pub all: Value,
}

impl Said {
    pub fn outcome(&self) -> &str {
        self.claim["outcome"].as_str().unwrap()
    }

    pub fn reasons(&self) -> Vec<&str> {
        let reasons = self.claim["reasons"].as_array().unwrap();
        reasons
            .iter()
            .map(|reason| reason.as_str().unwrap())
            .collect()
    }

    pub fn bounds(&self) -> (u64, Option<u64>) {
        let interval = &self.claim["interval"];
        (interval["min"].as_u64().unwrap(), interval["max"].as_u64())
    }

    pub fn examples(&self) -> &Vec<Value> {
        self.claim["examples"].as_array().unwrap()
    }
}

impl Town {
    /// Complete evidence of a day on which nobody went beyond scope: `anna` at school n, `bo` at s, from 6 until 18 o'clock.
    pub fn quiet(name: &str) -> Town {
        let mut town = Town {
            folder: fresh(&format!("claims-{name}")),
            log: Vec::new(),
            period:
                "period = { from = \"2021-03-04T06:00:00Z\", until = \"2021-03-04T18:00:00Z\" }"
                    .to_owned(),
            source: String::new(),
            contact: String::new(),
            more: String::new(),
            tables: tables(),
        };
        for at in 0..4320 {
            let bytes = (400 + at * 7 % 97).to_string();
            let pupil = 1 + at * 7 % 39;
            let (account, target) = match at % 8 {
                0 => ("bo", format!("/contacts/s{pupil}")),
                1 => ("anna", format!("/profiles/n{pupil}")),
                2 => ("anna", format!("/search?area=n&ids=n{pupil}")),
                _ => ("anna", format!("/contacts/n{pupil}")),
            };
            town.ask(account, 21_600 + at * 10, &target, 200, &bytes);
        }
        town
    }

    /// The same, and `anna` takes ten pupils of the school s, from 10 o'clock on.
    pub fn raided(name: &str) -> Town {
        let mut town = Town::quiet(name);
        for at in 0..10 {
            town.ask(
                "anna",
                36_001 + at * 3,
                &format!("/contacts/s{}", at + 1),
                200,
                "433",
            );
        }
        town
    }

    pub fn ask(&mut self, account: &str, second: u64, target: &str, status: u16, bytes: &str) {
        self.log.push(line(account, second, target, status, bytes));
    }

    /// A table's text.
    pub fn table(&mut self, key: &str) -> &mut String {
        &mut self
            .tables
            .iter_mut()
            .find(|(name, _)| *name == key)
            .unwrap()
            .1
    }

    pub fn without(&mut self, key: &str) {
        self.tables.retain(|(name, _)| *name != key);
    }

    /// Writes everything but the statements.
    pub fn write(&mut self) {
        self.log
            .sort_by_key(|line| line.split('[').nth(1).map(|rest| rest[..20].to_owned()));
        let put = |name: &str, text: &str| fs::write(self.folder.join(name), text).unwrap();
        fs::create_dir_all(self.folder.join("logs")).unwrap();
        put("logs/access.log", &self.log.concat());
        for (key, rows) in &self.tables {
            put(&format!("{key}.csv"), rows);
        }
        let Town {
            period,
            source,
            contact,
            more,
            ..
        } = self;
        let routes = format!(
            "{source}\n\
                 [[route]]\nname = \"contact\"\npath = \"/contacts/{{contact}}\"\nobject = \"contact\"\ndiscloses = [\"name\", \
                 \"phone?\"]\n{contact}\n\
                 [[route]]\nname = \"profile\"\npath = \"/profiles/{{contact}}\"\nobject = \"contact\"\ndiscloses = [\"name\", \
                 \"nickname\"]\n\
                 [[route]]\nname = \"search\"\npath = \"/search\"\nobject = \"ids\"\ndiscloses = [\"name\"]\n{more}"
        );
        let tables: Vec<&str> = self.tables.iter().map(|(key, _)| &**key).collect();
        put("case.toml", &case_of(period, &routes, &tables));
    }

    /// Writes everything and holds one statement, its keys below the heading, against the logs.
    pub fn says(&mut self, claim: &str) -> Said {
        let said = self.all_say(&format!("[[claim]]\nid = \"V\"\n{claim}\n"));
        Said {
            claim: said.all["claims"][0].clone(),
            ..said
        }
    }

    /// The same for a whole file.
    pub fn all_say(&mut self, claims: &str) -> Said {
        self.write();
        fs::write(self.folder.join("claims.toml"), claims).unwrap();
        let output = run(&[
            "verify",
            "--json",
            "--claims",
            text(&self.folder.join("claims.toml")),
            text(&self.folder.join("case.toml")),
        ]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code().unwrap();
        assert!(matches!(code, 0 | 3 | 4), "exit {code}: {stderr}");
        assert_eq!(stderr, "");
        let all: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(all["schema"], "breachscope.claims/1");
        let worst = |outcome: &str| all["summary"][outcome].as_u64().unwrap() > 0;
        let expected = match (worst("contradicted"), worst("not_determinable")) {
            (true, _) => 3,
            (false, true) => 4,
            _ => 0,
        };
        assert_eq!(code, expected);
        Said {
            code,
            claim: Value::Null,
            all,
        }
    }

    /// Expects an outcome and exactly these codes.
    pub fn expect(&mut self, claim: &str, outcome: &str, reasons: &[&str]) -> Said {
        let said = self.says(claim);
        assert_eq!(said.outcome(), outcome, "{claim}: {}", said.claim);
        assert_eq!(said.reasons(), reasons, "{claim}: {}", said.claim);
        said
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// A line at a second of 4 March 2021.
pub fn line(account: &str, second: u64, target: &str, status: u16, bytes: &str) -> String {
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!(
        "10.0.0.1 - {account} [04/Mar/2021:{hour:02}:{minute:02}:{second:02} +0000] \"GET {target} HTTP/1.1\" {status} \
         {bytes} \"-\" \"x\"\n"
    )
}

/// Forty pupils of each school; the fortieth is protected, and everyone with an even number has filled in a phone.
fn tables() -> Vec<(&'static str, String)> {
    let pupils = ["n", "s", "t"]
        .into_iter()
        .flat_map(|school| (1..=40).map(move |at| (school, at)));
    let rows = pupils.map(|(school, at)| {
        let protected = if at == 40 { "true" } else { "" };
        let fields = if at % 2 == 0 { "phone" } else { "" };
        format!("{school}{at},contact,{school},p-{school}{at},{protected},{fields}\n")
    });
    vec![
        ("controllers", "controller,name\nn,North\ns,South\nt,Third\n".to_owned()),
        (
            "units",
            "unit,parent,controller,name,kind\nn,,n,N,school\ns,,s,S,school\nt,,t,T,school\n".to_owned(),
        ),
        (
            "grants",
            "account,role,unit,protected\nanna,teacher,n,\nbo,teacher,s,\nrut,head,n,true\ndesk,office,t,\n".to_owned(),
        ),
        (
            "objects",
            format!("object,kind,unit,subject,protected,fields\n{}", rows.collect::<String>()),
        ),
        ("members", "container,object\nletter,r1\nletter,r2\nletter,r3\n".to_owned()),
        (
            "accounts",
            "account,subject,controller,kind,closed\nanna,,n,person,\nbo,,s,person,\nrut,,n,person,\ndesk,,t,shared,\n\
             old,,n,person,2021-03-04T09:00:00Z\n"
                .to_owned(),
        ),
    ]
}
