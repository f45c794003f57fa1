//! Cases on disk for the bench and for growth: logs of a shape, format and packing, and the tables that go with them.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::lines::{Form, Pen};
use super::world::{ACCOUNTS, BLOCK, CONTACTS, Day, Dice, Shape, TENANTS};

/// How a log is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip, level 6.
    Gz,
    /// zstd, level 3.
    Zst,
}

impl Packing {
    fn end(self) -> &'static str {
        match self {
            Packing::Plain => "",
            Packing::Gz => ".gz",
            Packing::Zst => ".zst",
        }
    }

    /// The usual program that unpacks it.
    pub fn tool(self) -> &'static str {
        match self {
            Packing::Plain => "cat",
            Packing::Gz => "gzip",
            Packing::Zst => "zstd",
        }
    }
}

/// Writes day `number` as plain lines of about `size` bytes.
pub fn write_day(path: &Path, shape: Shape, form: Form, number: u64, size: u64) -> io::Result<()> {
    let mut file = File::create(path)?;
    let (mut day, mut pen) = (Day::new(shape, number), Pen::new(form));
    let mut dice = Dice::new(number + 1_000_003);
    let mut written = 0;
    loop {
        let done = written + pen.bytes().len() as u64;
        let last = done >= size;
        if last || pen.bytes().len() > 1 << 20 {
            file.write_all(pen.bytes())?;
            pen.bytes().clear();
            written = done;
        }
        if last {
            return Ok(());
        }
        let from = pen.bytes().len();
        pen.write(&day.next(done as f64 / size as f64));
        if shape == Shape::Damaged && dice.one_in(100) {
            pen.harm(from, &mut dice);
        }
    }
}

/// Packs a plain log beside itself.
pub fn pack(plain: &Path, packing: Packing) -> io::Result<PathBuf> {
    let mut name = plain.as_os_str().to_owned();
    name.push(packing.end());
    let packed = PathBuf::from(name);
    let mut from = File::open(plain)?;
    match packing {
        Packing::Plain => {}
        Packing::Gz => {
            let mut to = GzEncoder::new(File::create(&packed)?, Compression::new(6));
            io::copy(&mut from, &mut to)?;
            to.finish()?;
        }
        Packing::Zst => zstd::stream::copy_encode(&mut from, File::create(&packed)?, 3)?,
    }
    Ok(packed)
}

/// Tables and case files of a folder: `NAME-bare.toml` without a directory, `NAME.toml` with one. `files` is the glob of
/// the logs, relative to the folder.
pub fn write_case(folder: &Path, name: &str, form: Form, files: &str) -> io::Result<()> {
    if !folder.join("objects.csv").exists() {
        write_tables(folder)?;
    }
    let written = match form {
        Form::Combined => "format = \"combined\"\naccount = \"remote_user\"",
        Form::W3c => "format = \"w3c\"\naccount = \"cs-username\"",
        Form::Json => {
            "format = \"json\"\naccount = \"account\"\nfields = { time = \"time\", account = \"account\", method = \
             \"method\", target = \"uri\", status = \"status\", bytes = \"bytes_sent\", client = \"remote_addr\", \
             user_agent = \"user_agent\" }"
        }
    };
    let bare = format!(
        r#"[case]
id = "bench"
timezone = "UTC"
[[source]]
name = "edge"
files = ["{files}"]
{written}
[[route]]
name = "contact"
path = "/api/v1/addressbooks/{{book}}/contacts/{{contact}}"
object = "contact"
discloses = ["name"]
empty_below = 420
[[route]]
name = "book"
path = "/api/v1/addressbooks/{{book}}/contacts"
container = "book"
page = {{ query = "page", first = 1, size = 50 }}
discloses = ["name"]
empty_below = 420
"#
    );
    const DIRECTORY: &str = "[directory]\ncontrollers = \"controllers.csv\"\nunits = \"units.csv\"\n\
                             grants = \"grants.csv\"\nobjects = \"objects.csv\"\n";
    fs::write(folder.join(format!("{name}-bare.toml")), &bare)?;
    fs::write(folder.join(format!("{name}.toml")), bare + DIRECTORY)
}

fn write_tables(folder: &Path) -> io::Result<()> {
    let create = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    let (mut controllers, mut units) = (create("controllers.csv")?, create("units.csv")?);
    let (mut grants, mut objects) = (create("grants.csv")?, create("objects.csv")?);
    writeln!(controllers, "controller,name")?;
    writeln!(units, "unit,parent,controller,name,kind")?;
    writeln!(grants, "account,role,unit")?;
    writeln!(objects, "object,kind,unit,subject")?;
    for tenant in 0..TENANTS {
        writeln!(controllers, "t{tenant:02},Tenant {tenant}")?;
        writeln!(units, "u{tenant:02},,t{tenant:02},Tenant {tenant},school")?;
        for account in tenant * ACCOUNTS..(tenant + 1) * ACCOUNTS {
            writeln!(grants, "u{account:07},pupil,u{tenant:02}")?;
        }
        for contact in tenant * BLOCK..tenant * BLOCK + CONTACTS {
            writeln!(objects, "{contact},contact,u{tenant:02},s{contact}")?;
        }
    }
    for table in [&mut controllers, &mut units, &mut grants, &mut objects] {
        table.flush()?;
    }
    Ok(())
}
