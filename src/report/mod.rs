//! Results -> the files of an answer and the terminal's last screen.
//!
//! The only home of rounding, of the words in tables and of how they are joined. Computes no figure: all
//! come finished in [`Answer`]. The folder is written whole or not at all (`folder`).

mod accesses;
pub mod answers;
pub(crate) mod cells;
mod content;
mod difference;
mod entries;
pub mod export;
mod findings;
mod finished;
mod folder;
pub mod formats;
pub mod html;
mod inspection;
mod manifest;
mod pdf;
mod rows;
mod rungs;
pub mod screen;
mod statements;
pub mod story;
mod summary;
mod tables;
mod timeline;
pub mod view;

pub use cells::{csv_table, safe as cell, visible};
pub use difference::Other;
pub use finished::{Finished, Row, rows as table_rows};
pub use folder::{
    FolderProblem, NewFile, Output, Staging, check_not_among, check_not_evidence, outside_of_logs,
};
pub use inspection::{inspection, inspection_json};
pub use manifest::{BUILD, MANIFEST, MANIFEST_DIGEST, digest_of as manifest_digest};
pub use rows::{AccessRow, AccessTable};
pub use screen::{Guide, guide};
pub use statements::{
    Cited, LogNote, Statements, statements_html, statements_json, statements_markdown,
    statements_text,
};
pub use summary::Summary;

use serde_json::Value;

use crate::case::Case;
use crate::cause::Cause;
use crate::coverage::Assessment;
use crate::evidence::{Excerpts, LineDigests};
use crate::impact::{AccountFigures, AllBounds, Citation, ControllerRow, Estimates, Rung, Totals};
use crate::pipeline::{Analysis, ReadFile, Records};
use crate::scope::{Atlas, ControllerIndex, Thing};
use crate::source::Skipped;

/// Everything that an answer prints.
pub struct Answer<'c> {
    /// The case.
    pub case: &'c Case,
    /// The indexed directory.
    pub atlas: &'c Atlas<'c>,
    /// Files in the order in which they were read.
    pub files: Vec<FileNote>,
    /// What was come across and is no log.
    pub skipped: Vec<Skipped>,
    /// The analysis.
    pub analysis: Analysis,
    /// Figures of `analysis.outcomes`, in their order.
    pub figures: Vec<AccountFigures>,
    /// Rows of controllers.
    pub controllers: Vec<ControllerRow>,
    /// Tighter bounds of every controller.
    pub bounds: AllBounds,
    /// What samples let estimate; empty where no source is a sample.
    pub estimates: Estimates,
    /// The exposure ladder.
    pub ladder: Vec<Rung>,
    /// Another answer that this one is held against.
    pub other: Option<Other>,
    /// How it came about.
    pub cause: Cause,
    /// Figures of the case.
    pub totals: Totals,
    /// What the logs can show.
    pub assessment: Assessment,
    /// What must be known of how the logs were read, in sentences.
    pub remarks: Vec<String>,
    /// SHA-256 of every cited line.
    pub line_digests: LineDigests,
    /// Beginnings of rejected lines, by file, in the order of the file's rejects.
    pub excerpts: Records<Excerpts>,
}

/// A file as an input of the run.
#[derive(Debug)]
pub struct FileNote {
    /// Its name in tables.
    pub name: String,
    /// Of a member of an archive, its name in there.
    pub member: Option<String>,
    /// Index of its source.
    pub source: usize,
    /// The format that it was read as.
    pub format: String,
    /// What was read.
    pub read: ReadFile,
}

impl Answer<'_> {
    /// `FILE:LINE@OFFSET+LENGTH`, the reference that `tail -c +$((OFFSET+1)) FILE | head -c LENGTH` follows.
    fn reference(&self, citation: Citation) -> String {
        let Citation {
            line,
            offset,
            length,
            ..
        } = citation;
        format!("{}:{line}@{offset}+{length}", self.file(citation.file))
    }

    fn file(&self, index: u32) -> &str {
        self.files.get(index as usize).map_or("", |file| &file.name)
    }

    /// The ID of a thing that the directory does not know.
    fn thing(&self, thing: Thing) -> String {
        let members = self.case.directory.members.as_deref().unwrap_or_default();
        match thing {
            Thing::Asked(asked) => self.analysis.names.objects.text(asked),
            Thing::Listed(member) => members
                .get(member as usize)
                .map_or_else(String::new, |m| m.object.clone()),
            Thing::Known(_) => self
                .atlas
                .rows(thing)
                .first()
                .map_or_else(String::new, |row| self.atlas.row(*row).object.to_owned()),
        }
    }

    /// What is known of children; nothing, where no table says who is one.
    fn children<T>(&self, known: T) -> Option<T> {
        (self.case.directory.objects_say_child).then_some(known)
    }

    /// What is known of protected persons; nothing, where no table says who is one.
    fn protected<T>(&self, known: T) -> Option<T> {
        (self.case.directory.objects_say_protected).then_some(known)
    }

    /// A controller's U₀, U₁ or U₂.
    fn upper(&self, controller: Option<ControllerIndex>, which: usize) -> Option<u64> {
        let rows = &self.bounds.rows;
        let row = rows.iter().find(|row| Some(row.controller) == controller)?;
        row.upper.get(which).copied().flatten()
    }

    fn label(&self, number: u32) -> &str {
        self.analysis.labels.get(&number).map_or("", String::as_str)
    }

    fn route(&self, index: u16) -> &str {
        let route = self.case.routes.get(usize::from(index));
        route.map_or("", |route| &route.name)
    }
}

/// An answer all of whose files are written but for those that are made from them.
pub struct Written {
    staging: Staging,
    manifest: Value,
}

/// Writes every file of an answer but the page and the manifest into a staging folder. The answer, and what it was made
/// from, may go before [`Written::publish`].
///
/// # Errors
/// A file cannot be written; nothing is left behind then.
pub fn write(answer: Answer<'_>, mut staging: Staging) -> Result<Written, FolderProblem> {
    let mut manifest = manifest::of(&answer);
    put(&answer, &mut staging)?;
    let fault = answer.analysis.fault();
    if let Some(fault) = fault.or_else(|| answer.excerpts.fault()) {
        return Err(FolderProblem::lost(fault));
    }
    manifest::tell(&mut manifest, staging.outputs());
    Ok(Written { staging, manifest })
}

impl Written {
    /// Makes the page, which is made from the other files alone, and the manifest, and publishes the folder.
    ///
    /// # Errors
    /// A file cannot be written; nothing is left behind then.
    pub fn publish(self) -> Result<(), FolderProblem> {
        let Written {
            mut staging,
            mut manifest,
        } = self;
        let page = html_page(&manifest, &staging)?;
        staging.count([page]);
        manifest::tell(&mut manifest, staging.outputs());
        let manifest = manifest::bytes(&manifest)?;
        let digest = manifest_digest(&manifest);
        staging.put(MANIFEST, manifest)?;
        staging.put(MANIFEST_DIGEST, digest)?;
        staging.publish()
    }
}

/// The files that are made from the answer itself, those of the second half beside those of the first.
fn put(answer: &Answer<'_>, staging: &mut Staging) -> Result<(), FolderProblem> {
    let (first, second) = std::thread::scope(|threads| {
        let first = threads.spawn(|| tables_of(answer, staging));
        let second = told_of(answer, staging);
        let first = first.join();
        (
            first.unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            second,
        )
    });
    staging.count(first?);
    staging.count(second?);
    Ok(())
}

/// Rows of who and what was affected.
fn tables_of(answer: &Answer<'_>, to: &Staging) -> Result<Vec<Output>, FolderProblem> {
    let mut all = vec![
        to.write("controllers.csv", &tables::controllers(answer)?)?,
        to.write("accounts.csv", &tables::accounts(answer)?)?,
        to.write("subjects.csv", &tables::subjects(answer)?)?,
        to.write_by("accesses.parquet", |out| accesses::write(answer, out))?,
    ];
    if let Some(learned) = &answer.analysis.learned {
        all.push(to.write("learned.csv", &tables::learned(answer, learned)?)?);
    }
    Ok(all)
}

/// What is concluded and told, and what was read.
fn told_of(answer: &Answer<'_>, to: &Staging) -> Result<Vec<Output>, FolderProblem> {
    let mut all = vec![
        to.write("bounds.csv", &rungs::bounds(answer)?)?,
        to.write("ladder.csv", &rungs::ladder(answer)?)?,
        to.write_by("findings.json", |out| findings::write(answer, out))?,
        to.write_by("timeline.jsonl", |out| timeline::write(answer, out))?,
        to.write("coverage.csv", &tables::coverage(answer)?)?,
        to.write_by("rejects.csv", |out| tables::rejects(answer, out))?,
    ];
    if let Some(other) = &answer.other {
        all.push(to.write("comparison.json", &difference::json(answer, other)?)?);
    }
    Ok(all)
}

/// The page, in English as all of the answer's other files are; `report` renders it in other languages.
fn html_page(manifest: &Value, staging: &Staging) -> Result<Output, FolderProblem> {
    let source = html::Source {
        manifest: manifest.clone(),
        read: &|file| staging.read(file),
        open: &|file| staging.open(file),
    };
    let page = html::page(&source, html::Language::English);
    let page = page.map_err(|e| FolderProblem::encoding(html::FILE, e))?;
    staging.write_by(html::FILE, |out| page.write(out))
}
