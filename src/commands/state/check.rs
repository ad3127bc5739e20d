//! `dateline state check`: whether the state is sound.

use dateline_pipeline::store::{self, Depth};

use super::args::CheckStateArgs;
use super::{Done, with_state};
use crate::exit::Exit;
use crate::terminal::{self, Style, paint};

pub(super) fn check(args: &CheckStateArgs) -> Done {
    let depth = match args.quick {
        true => Depth::Quick,
        false => Depth::Thorough,
    };
    let findings = with_state(&args.config, |dir| store::check(dir, depth))?;
    if args.json {
        terminal::result(&serde_json::to_string_pretty(&findings)?);
    } else {
        let colour = terminal::stdout_is_colourful();
        for finding in &findings {
            let label = paint("FAIL", Style::Error, colour);
            terminal::result(&format!("{label}  {}", finding.what));
            terminal::result(&format!("      {}", finding.advice));
        }
        if findings.is_empty() {
            let label = paint("ok", Style::Good, colour);
            terminal::result(&format!("{label}  the state is sound"));
        }
    }
    Ok(match findings.is_empty() {
        true => Exit::Fine,
        false => Exit::Findings,
    })
}
