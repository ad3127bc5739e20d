//! What is expected of a test's records, against what they are.

use dateline_config::{Expect, Expected, Expression as Written, Located, TestCase};
use dateline_pipeline::deliver::Route;
use dateline_pipeline::expression::{EACH, Expression, Sight};
use serde_json::Value as Json;

use super::trial::Tried;

/// Records that a message names.
const NAMED: usize = 10;

/// Longest value in a message, in characters: of a text its beginning is enough.
const MAX_SHOWN: usize = 160;

/// Failures of one expectation that are told: others are of the same kind.
const TOLD: usize = 5;

/// How a test went.
pub(super) struct Verdict {
    /// How many records there were.
    pub(super) records: usize,
    pub(super) failures: Vec<Failure>,
}

/// An expectation that was not met.
pub(super) struct Failure {
    /// The line that it is written on.
    pub(super) line: usize,
    /// What was expected.
    pub(super) expected: String,
    /// What was found instead, a line each.
    pub(super) found: Vec<String>,
}

/// A record in the forms that it is asked in.
struct Asked<'t> {
    text: &'t str,
    json: Json,
}

impl Verdict {
    pub(super) fn of(case: &TestCase, tried: &Tried, routes: &[(String, Option<Route>)]) -> Self {
        if let Some(fault) = &tried.fault {
            return Self {
                records: 0,
                failures: vec![Failure {
                    line: case.name.line,
                    expected: format!("{} to be readable", case.file.display()),
                    found: vec![fault.clone()],
                }],
            };
        }
        let records: Vec<Asked<'_>> = tried.records.iter().map(|text| Asked::of(text)).collect();
        let mut failures = Vec::new();
        if let Some(expected) = &case.records
            && expected.value != records.len()
        {
            let expected_text = counted(expected.value, "record");
            failures.push(Failure {
                line: expected.line,
                expected: expected_text,
                found: account(&records, tried),
            });
        }
        for expect in &case.expect {
            failures.extend(of_expectation(expect, case, &records, tried, routes));
        }
        if failures.is_empty()
            && case.records.is_none()
            && case.expect.is_empty()
            && records.is_empty()
        {
            failures.push(Failure {
                line: case.name.line,
                expected: "a record".to_owned(),
                found: account(&records, tried),
            });
        }
        Self {
            records: records.len(),
            failures,
        }
    }

    pub(super) fn passes(&self) -> bool {
        self.failures.is_empty()
    }
}

fn of_expectation(
    expect: &Expect,
    case: &TestCase,
    records: &[Asked<'_>],
    tried: &Tried,
    routes: &[(String, Option<Route>)],
) -> Vec<Failure> {
    let (line, meant) = match &expect.record {
        Some(written) => (written.line, written.value.text().to_owned()),
        None => (case.name.line, "any record".to_owned()),
    };
    let chosen = match &expect.record {
        Some(written) => match chosen(&written.value, records) {
            Ok(chosen) => chosen,
            Err(found) => {
                return vec![Failure {
                    line,
                    expected: meant,
                    found: vec![found],
                }];
            }
        },
        None => records.iter().collect(),
    };
    let is_right = match &expect.records {
        Some(count) => count.value == chosen.len(),
        None => !chosen.is_empty(),
    };
    let mut failures = Vec::new();
    if !is_right {
        let (line, expected) = match &expect.records {
            Some(count) => (
                count.line,
                format!("{} with {meant}", counted(count.value, "record")),
            ),
            None => (line, format!("a record with {meant}")),
        };
        let mut found = vec![match chosen.len() {
            0 => "there is none".to_owned(),
            count => format!("there are {count}"),
        }];
        found.extend(account(records, tried));
        failures.push(Failure {
            line,
            expected,
            found,
        });
    }
    for written in &expect.that {
        failures.extend(untrue(written, &chosen));
    }
    for expected in &expect.fields {
        failures.extend(unequal(expected, &chosen));
    }
    if let Some(sinks) = &expect.sinks {
        failures.extend(astray(sinks, &chosen, routes));
    }
    failures
}

/// The records for which a condition holds, or why it could not be asked.
fn chosen<'r, 't>(
    written: &Written,
    records: &'r [Asked<'t>],
) -> Result<Vec<&'r Asked<'t>>, String> {
    let expression = Expression::new(written.program(), "test");
    let mut chosen = Vec::new();
    for record in records {
        match record.holds(&expression) {
            Ok(true) => chosen.push(record),
            Ok(false) => {}
            Err(cause) => return Err(format!("it fails for {}: {cause}", record.name())),
        }
    }
    Ok(chosen)
}

fn untrue(written: &Located<Written>, records: &[&Asked<'_>]) -> Option<Failure> {
    let expression = Expression::new(written.value.program(), "test");
    let mut found = Vec::new();
    for record in records {
        match record.holds(&expression) {
            Ok(true) => continue,
            Ok(false) => found.push(format!("it is not true of {}", record.name())),
            Err(cause) => found.push(format!("it fails for {}: {cause}", record.name())),
        }
        let paths = expression.paths();
        found.extend(
            paths
                .iter()
                .map(|path| format!("  record.{path} is {}", record.shown(path))),
        );
    }
    failure(written.line, written.value.text().to_owned(), found)
}

fn unequal(expected: &Located<Expected>, records: &[&Asked<'_>]) -> Option<Failure> {
    let Expected { path, value } = &expected.value;
    let found = records.iter().filter(|record| {
        let found = record.at(path);
        found.len() != 1 || !is_same(found[0], value)
    });
    let found = found.map(|record| format!("it is {} in {}", record.shown(path), record.name()));
    failure(expected.line, format!("{path} = {value}"), found.collect())
}

/// The sinks that a record goes to, against those that it should.
fn astray(
    expected: &Located<Vec<String>>,
    records: &[&Asked<'_>],
    routes: &[(String, Option<Route>)],
) -> Option<Failure> {
    let mut wanted = expected.value.clone();
    wanted.sort_unstable();
    let mut found = Vec::new();
    for record in records {
        let goes = routes.iter().filter(|(_, route)| {
            let takes = |route: &Route| route.takes(record.text.as_bytes());
            route.as_ref().is_none_or(takes)
        });
        let mut goes: Vec<String> = goes.map(|(name, _)| name.clone()).collect();
        goes.sort_unstable();
        if goes != wanted {
            found.push(format!("{} goes to {}", record.name(), listed(&goes)));
        }
    }
    failure(
        expected.line,
        format!("it to go to {}", listed(&wanted)),
        found,
    )
}

fn failure(line: usize, expected: String, mut found: Vec<String>) -> Option<Failure> {
    let is_told = |line: &&String| !line.starts_with(' ');
    let told = found.iter().filter(is_told).count();
    if told > TOLD {
        let places = found.iter().enumerate().filter(|(_, line)| is_told(line));
        let cut = places
            .map(|(place, _)| place)
            .nth(TOLD)
            .unwrap_or(found.len());
        found.truncate(cut);
        found.push(format!("and so on, {told} times"));
    }
    (!found.is_empty()).then_some(Failure {
        line,
        expected,
        found,
    })
}

/// What came of the file, for whoever misses something.
fn account(records: &[Asked<'_>], tried: &Tried) -> Vec<String> {
    let mut lines = vec![match records.len() {
        0 => "the file made no record".to_owned(),
        count => format!("the file made {}:", counted(count, "record")),
    }];
    let mut list = |entries: Vec<String>| {
        let more = entries.len().saturating_sub(NAMED);
        lines.extend(
            entries
                .into_iter()
                .take(NAMED)
                .map(|entry| format!("  {entry}")),
        );
        if more > 0 {
            lines.push(format!("  … and {more} more"));
        }
    };
    list(records.iter().map(Asked::name).collect());
    list(
        tried
            .dropped
            .iter()
            .map(|dropped| {
                format!(
                    "left out by the rule `{}`: {}",
                    dropped.rule,
                    quoted(dropped.title.as_deref())
                )
            })
            .collect(),
    );
    list(
        tried
            .unread
            .iter()
            .map(|reason| format!("not read: {reason}"))
            .collect(),
    );
    lines
}

impl<'t> Asked<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            json: serde_json::from_str(text).unwrap_or_default(),
        }
    }

    fn holds(&self, expression: &Expression) -> Result<bool, String> {
        let sight = Sight::of(self.text.as_bytes(), &expression.wanted());
        expression.holds(&sight.map_err(|error| error.to_string())?)
    }

    fn name(&self) -> String {
        quoted(self.json["title"].as_str())
    }

    /// What is at a path; `*` is every entry of a list.
    fn at(&self, path: &str) -> Vec<&Json> {
        let mut found = vec![&self.json];
        for step in path.split('.') {
            found = found
                .into_iter()
                .flat_map(|value| match value {
                    Json::Array(entries) if step == EACH => entries.iter().collect(),
                    Json::Array(entries) => {
                        let number = step.parse::<usize>().ok();
                        number
                            .and_then(|number| entries.get(number))
                            .into_iter()
                            .collect()
                    }
                    value => value.get(step).into_iter().collect::<Vec<_>>(),
                })
                .collect();
        }
        found
    }

    fn shown(&self, path: &str) -> String {
        let found = self.at(path);
        let is_one = !path.split('.').any(|step| step == EACH);
        let text = match found.as_slice() {
            [] => "absent".to_owned(),
            [one] if is_one => one.to_string(),
            several => Json::from_iter(several.iter().map(|value| (*value).clone())).to_string(),
        };
        if text.chars().count() <= MAX_SHOWN {
            return text;
        }
        text.chars().take(MAX_SHOWN).chain(['…']).collect()
    }
}

/// Numbers are the same if they have one value: 1 and 1.0.
fn is_same(found: &Json, expected: &Json) -> bool {
    found == expected || (found.is_number() && found.as_f64() == expected.as_f64())
}

fn quoted(title: Option<&str>) -> String {
    title.map_or_else(
        || "a record without title".to_owned(),
        |title| format!("\"{title}\""),
    )
}

fn listed(sinks: &[String]) -> String {
    if sinks.is_empty() {
        "no sink".to_owned()
    } else {
        sinks.join(", ")
    }
}

/// "1 record", "2 records".
pub(super) fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}
