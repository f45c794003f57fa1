//! `synth`: a practice case with its truth.

use std::io::Write;

use serde_json::json;

use super::{Ending, told};
use crate::cli::SynthArgs;
use crate::synth::{Settings, SynthProblem, generate};

/// Runs it.
pub(super) fn run(args: &SynthArgs) -> Result<(), Ending> {
    let defaults = Settings::new(args.seed);
    let settings = Settings {
        tenants: args.tenants.unwrap_or(defaults.tenants),
        accounts: args.accounts.unwrap_or(defaults.accounts),
        days: args.days.unwrap_or(defaults.days),
        lines: args.lines.unwrap_or(defaults.lines),
        attack: args.attack,
        format: args.format,
        hard: args.hard,
        extent: args.extent,
        pace: args.pace,
        accomplices: args.accomplices,
        split: args.split,
        hand: args.hand,
        flaws: args.flaws.clone(),
        leak: args.leak.map(|count| (count, args.leak_from)),
        ..defaults
    };
    let summary = generate(&settings, &args.out).map_err(|problem| match problem {
        SynthProblem::Settings(_) | SynthProblem::NotEmpty(_) => Ending::usage(problem),
        SynthProblem::Write(..) => Ending::failed(problem),
    })?;
    if args.json {
        return told::print(
            "breachscope.synth/1",
            json!({
                "folder": args.out.display().to_string(),
                "requests": summary.records,
                "accounts": summary.accounts,
                "format": summary.format.to_string(),
                "attack": summary.attack.to_string(),
                "subjects_beyond_scope": summary.subjects_beyond_scope,
                "truth": args.out.join("truth.json").display().to_string(),
            }),
        );
    }
    writeln!(
        std::io::stdout().lock(),
        "{}: {} requests by {} accounts as {}, attack {}, {} subjects beyond scope; truth.json has the truth",
        args.out.display(),
        summary.records,
        summary.accounts,
        summary.format,
        summary.attack,
        summary.subjects_beyond_scope
    )?;
    Ok(())
}
