//! How tests went, for people and for programs.

use std::path::Path;

use dateline_config::TestCase;
use serde_json::{Value as Json, json};

use super::Written;
use super::judge::{Verdict, counted};
use crate::terminal::{self, Style, harmless, paint};

/// One test: a line, and if it fails, what was expected, where, and what was found.
pub(super) fn verdict(file: &Path, case: &TestCase, verdict: &Verdict) -> String {
    let colour = terminal::stdout_is_colourful();
    let file = file.display();
    if verdict.passes() {
        let mark = paint("✓", Style::Good, colour);
        let records = counted(verdict.records, "record");
        let records = paint(&format!("({records})"), Style::Dim, colour);
        return format!("{mark} {} {records}\n", case.name.value);
    }
    let mark = paint("✗", Style::Error, colour);
    let name = paint(&case.name.value, Style::Bold, colour);
    let mut text = format!("{mark} {name}  {file}:{}\n", case.name.line);
    for failure in &verdict.failures {
        text += &format!(
            "    {file}:{}: expected {}\n",
            failure.line, failure.expected
        );
        for line in &failure.found {
            text += &format!("        {}\n", harmless(line));
        }
    }
    text
}

/// The closing line.
pub(super) fn tally(verdicts: &[Verdict]) -> String {
    let colour = terminal::stdout_is_colourful();
    let failed = verdicts.iter().filter(|verdict| !verdict.passes()).count();
    let tests = counted(verdicts.len(), "test");
    match failed {
        0 => paint(&format!("{tests}, all passed"), Style::Good, colour),
        _ => paint(&format!("{tests}, {failed} failed"), Style::Error, colour),
    }
}

/// All of it as JSON.
pub(super) fn json(tests: &[Written], verdicts: &[Verdict]) -> Json {
    let results = tests.iter().zip(verdicts).map(|(test, verdict)| {
        let failures = verdict.failures.iter().map(|failure| {
            json!({ "line": failure.line, "expected": failure.expected, "found": failure.found })
        });
        json!({
            "name": test.case.name.value,
            "file": test.file.display().to_string(),
            "line": test.case.name.line,
            "passed": verdict.passes(),
            "records": verdict.records,
            "failures": failures.collect::<Vec<_>>(),
        })
    });
    let failed = verdicts.iter().filter(|verdict| !verdict.passes()).count();
    json!({
        "tests": results.collect::<Vec<_>>(),
        "passed": verdicts.len() - failed,
        "failed": failed,
    })
}
