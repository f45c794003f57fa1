//! The seven questions of an incident, held against what the logs carry: yes, in part, no, and why.
//!
//! The questions are data, and so are the doubts that each of them suffers from. A doubt is looked for
//! once, with its figure; a question is as good as its worst doubt.

use super::assemble::{Route, Source, Survey};
use super::doubts::{doubts, once};
use crate::words::Reason;

/// Whether a question can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It can.
    Can,
    /// In part.
    Partly,
    /// It cannot.
    Cannot,
}

impl Verdict {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Can => "can be answered",
            Verdict::Partly => "only in part",
            Verdict::Cannot => "cannot be answered",
        }
    }
}

/// Why a question cannot be answered, or not wholly.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Code.
    pub reason: Reason,
    /// How much it takes away.
    pub verdict: Verdict,
    /// The figure behind it, in a sentence.
    pub text: String,
}

/// A question with its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The question.
    pub question: String,
    /// Whether it can be answered.
    pub verdict: Verdict,
    /// Why not, the worst first.
    pub findings: Vec<Finding>,
}

/// The questions, with what each of them suffers from.
const QUESTIONS: [(&str, &[Reason]); 6] = [
    (
        "Which accounts took whose data: which controllers, subjects, categories?",
        &[
            Reason::NoAccount,
            Reason::NoObject,
            Reason::NoStatus,
            Reason::NoBody,
            Reason::NoDirectory,
            Reason::NoGrants,
            Reason::NoLog,
            Reason::Gap,
            Reason::Unparsed,
            Reason::Integrity,
            Reason::Sampled,
        ],
    ),
    (
        "When first, when last, and when could it have been noticed?",
        &[
            Reason::BeforeStart,
            Reason::Retention,
            Reason::Gap,
            Reason::Clock,
            Reason::NoStatus,
            Reason::Integrity,
            Reason::Sampled,
        ],
    ),
    (
        "One account beyond its scope, or several that pooled what each may see?",
        &[
            Reason::NoAccount,
            Reason::NoObject,
            Reason::NoGrants,
            Reason::Gap,
            Reason::Sampled,
        ],
    ),
    (
        "Can a route, or an account, be ruled out as the way it happened?",
        &[
            Reason::NoLog,
            Reason::BeforeStart,
            Reason::Retention,
            Reason::Gap,
            Reason::NoObject,
            Reason::NoAccount,
            Reason::Unparsed,
            Reason::Integrity,
            Reason::Sampled,
        ],
    ),
    (
        "From which instant on are attempts refused: was it fixed, and when?",
        &[
            Reason::NoStatus,
            Reason::NoObject,
            Reason::NoProbe,
            Reason::NoGrants,
            Reason::Clock,
            Reason::Gap,
            Reason::Sampled,
        ],
    ),
    (
        "Would rate limiting or bot protection have triggered, and did it?",
        &[
            Reason::NoStatus,
            Reason::Ambiguous,
            Reason::Gap,
            Reason::Clock,
        ],
    ),
];

/// The seventh, asked of each route.
const SEVENTH: &str = "Could these logs detect deviating events and trace cause and extent?";
const PER_ROUTE: [Reason; 7] = [
    Reason::NoLog,
    Reason::NoAccount,
    Reason::NoObject,
    Reason::NoStatus,
    Reason::NoBody,
    Reason::Gap,
    Reason::BeforeStart,
];

/// The answers to the first six questions.
pub fn answers(survey: &Survey) -> Vec<Answer> {
    let routes: Vec<&Route> = survey.routes.iter().filter(|r| r.bears_ids()).collect();
    let general = doubts(survey, &routes);
    let asked = QUESTIONS.iter().map(|(question, suffers)| {
        let mut findings: Vec<Finding> = general
            .iter()
            .filter(|finding| suffers.contains(&finding.reason))
            .cloned()
            .collect();
        // Only what must be complete suffers from holes that nobody could see.
        if suffers.contains(&Reason::NoLog) && suffers.contains(&Reason::BeforeStart) {
            findings.extend(unseen_holes(survey));
        }
        once(survey, &mut findings);
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
        answer((*question).to_owned(), findings)
    });
    asked.collect()
}

/// How long a hole may be without being seen, in the source where it may be longest.
fn unseen_holes(survey: &Survey) -> Option<Finding> {
    let last = |source: &&Source| {
        let quietest = source.unnoticed.map(|unnoticed| unnoticed.quietest);
        quietest.map(|minutes| minutes.unwrap_or(i64::MAX))
    };
    let worst = survey.sources.iter().max_by_key(last)?;
    let unnoticed = worst.unnoticed?;
    Some(Finding {
        reason: Reason::Gap,
        verdict: Verdict::Partly,
        text: format!(
            "{} {unnoticed}; a shorter one would go unnoticed; what is ruled out is so if there was none",
            worst.input.name
        ),
    })
}

impl Route {
    /// The seventh question, of this route.
    pub fn answer(&self, survey: &Survey) -> Answer {
        let mut findings: Vec<Finding> = doubts(survey, &[self])
            .into_iter()
            .filter(|finding| PER_ROUTE.contains(&finding.reason))
            .collect();
        once(survey, &mut findings);
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
        answer(SEVENTH.to_owned(), findings)
    }
}

fn answer(question: String, findings: Vec<Finding>) -> Answer {
    Answer {
        question,
        verdict: findings
            .iter()
            .map(|f| f.verdict)
            .max()
            .unwrap_or(Verdict::Can),
        findings,
    }
}
