//! Test files: what records the configuration is expected to make of files.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::decode::{Context, Fields};
use crate::expression::Expression;
use crate::finding::Finding;
use crate::shape::{
    At, ByPath, ConfigPath, Expected, Integer, Items, List, Located, Moment, condition, identifier,
    line, sink_name,
};
use crate::suggest::nearest;

/// Most tests of one file: each reads a file and enriches what is in it.
const MAX_TESTS: usize = 1000;

/// Most expectations of one test.
const MAX_EXPECTATIONS: usize = 100;

/// Most conditions of one expectation.
const MAX_CONDITIONS: usize = 100;

/// More records than one file of a test makes.
const MAX_RECORDS: usize = 100_000;

section! {
    /// A file of tests for `dateline test`, beside the configuration under a name that ends in `.test.toml`: which records the configuration is expected to
    /// make of files.
    table TestFile at "a test file", hints {
        "test" => "write `[[tests]]`, with an s",
        "expect" => "write `[[tests.expect]]` below one of the [[tests]]",
        "feeds" => "feeds stand in the configuration; a test names one: `feed = \"ID\"`",
        "rules" => "rules stand in the configuration",
    } {
        /// The tests.
        tests: Vec<TestCase> = default(Vec::new()), Items::<TestCase>::new(MAX_TESTS);
    }
}

section! {
    /// One file as a feed or drop folder of the configuration would read it, and what is expected of it. Nothing is fetched, also no full text, and no state is touched.
    item TestCase at "[[tests]]", hints {
        "id" => "did you mean `name`?",
        "source" => "write `feed = \"ID\"` or `drop = \"ID\"`",
        "path" => "did you mean `file`?",
        "input" => "did you mean `file`?",
        "url" => "a test reads a file: save the feed beside it, and write `file = \"…\"`",
        "now" => "did you mean `fetched`?",
        "count" => "did you mean `records`?",
        "expected" => "did you mean `[[tests.expect]]`?",
        "expects" => "did you mean `[[tests.expect]]`?",
        "that" => "write it in a `[[tests.expect]]`",
    }, check check_test {
        /// What is tested, in words.
        name: Located<String> = required, At(line("wire copy of the sports desk is left out"));
        /// The feed whose settings hold, by its id.
        feed: Option<String> = optional, identifier("courier-world");
        /// The drop folder whose settings hold, by its id.
        drop: Option<String> = optional, identifier("wire");
        /// What the feed answered, or what was dropped; a relative path starts from the folder of the test file.
        file: PathBuf = required, ConfigPath;
        /// When it was fetched, by which "yesterday" is told. Where absent, now.
        fetched: Option<Timestamp> = optional, Moment;
        /// How many records it makes, after rules.
        records: Option<Located<usize>> = optional, At(Integer(0..=MAX_RECORDS));
        /// What is expected of them.
        expect: Vec<Expect> = default(Vec::new()), Items::<Expect>::new(MAX_EXPECTATIONS);
    }
}

section! {
    /// What is expected of some of a test's records.
    item Expect at "[[tests.expect]]", hints {
        "when" => "did you mean `record`? It says which records are meant",
        "where" => "did you mean `record`? It says which records are meant",
        "count" => "did you mean `records`?",
        "field" => "did you mean `fields`? It is a table: { \"language.code\" = \"en\" }",
        "sink" => "did you mean `sinks`? It is a list: [\"jsonl.main\"]",
        "asserts" => "did you mean `that`?",
    }, check check_expect {
        /// Which records are meant. Where absent, all.
        record: Option<Located<Expression>> = optional, At(condition("record.title.contains('ferry')"));
        /// How many of them there are. Where absent, at least one.
        records: Option<Located<usize>> = optional, At(Integer(0..=MAX_RECORDS));
        /// What is true of each of them.
        that: Vec<Located<Expression>> = default(Vec::new()), List { of: At(condition("record.language.code == 'en'")), least: 1, most: MAX_CONDITIONS };
        /// What their fields hold, by their paths: `{ "language.code" = "en", "authors.0.name" = "Jane Roe" }`.
        fields: Vec<Located<Expected>> = default(Vec::new()), ByPath;
        /// The sinks that each of them goes to, and no others.
        sinks: Option<Located<Vec<String>>> = optional, At(List { of: sink_name(), least: 0, most: 64 });
    }
}

fn check_test(test: &mut TestCase, context: &mut Context, at: &Fields<'_>) {
    if at.failed("feed") || at.failed("drop") {
        return;
    }
    let (key, id) = match (&test.feed, &test.drop) {
        (Some(_), Some(_)) => {
            let finding =
                Finding::error("a test is of a feed or of a drop folder").at(at.span("drop"));
            context.report(finding.help("take `feed` or `drop` out"));
            return;
        }
        (None, None) => {
            let finding = Finding::error("the test does not say whose settings hold")
                .at(at.span("name"))
                .help("add `feed = \"ID\"` or `drop = \"ID\"`, with an id of the configuration")
                .of_absence();
            context.report(finding);
            return;
        }
        (Some(id), None) => ("feed", id),
        (None, Some(id)) => ("drop", id),
    };
    let known = match key {
        "feed" => &context.named.feeds,
        _ => &context.named.drops,
    };
    if !known.contains(id) {
        let help = match nearest(id, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("there are: {}", listed(known)),
        };
        let finding = Finding::error(format!("the configuration has no {key} with the id `{id}`"));
        context.report(finding.at(at.span(key)).help(help));
    }
}

fn check_expect(expect: &mut Expect, context: &mut Context, at: &Fields<'_>) {
    let Some(sinks) = &expect.sinks else {
        return;
    };
    let known = &context.named.sinks;
    let Some(unknown) = sinks.value.iter().find(|sink| !known.contains(sink)) else {
        return;
    };
    let help = match nearest(unknown, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("there are: {}", listed(known)),
    };
    let finding = Finding::error(format!("the configuration has no sink `{unknown}`"));
    context.report(finding.at(at.span("sinks")).help(help));
}

/// Names in a message, some of them where there are many.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut listed = names
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        listed.push_str(", …");
    }
    if listed.is_empty() {
        "none".to_owned()
    } else {
        listed
    }
}
