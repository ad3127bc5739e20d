//! What rules leave out and set, and that nothing else depends on them.

use std::sync::Arc;

use cel::Env;
use dateline_pipeline::draft::Draft;
use dateline_pipeline::expression::Expression;
use dateline_pipeline::record::Op;
use dateline_pipeline::transform::enrichment::Enrichment;
use dateline_pipeline::transform::rules::{Rule, Rules, Target, Then};
use serde_json::json;

use super::bench::Bench;
use super::{A, B, body, item};

fn expression(text: &str) -> Expression {
    Expression::new(Arc::new(Env::stdlib().compile(text).unwrap()), "test")
}

fn rule(name: &str, when: &str, then: Then) -> Rule {
    Rule {
        name: name.to_owned(),
        when: (!when.is_empty()).then(|| expression(when)),
        then,
    }
}

fn drop(when: &str) -> Rule {
    rule("drop", when, Then::Drop)
}

pub(super) fn set(name: &str, when: &str, target: Target, value: &str) -> Rule {
    rule(name, when, Then::Set(vec![(target, expression(value))]))
}

pub(super) fn field(name: &str) -> Target {
    Target::Field(name.to_owned())
}

pub(super) fn ruled(rules: Vec<Rule>) -> Arc<Enrichment> {
    Arc::new(Enrichment::default().with_rules(Rules::new(rules)))
}

fn story(source: &str, link: &str, title: &str) -> Draft {
    item(source, Some(link), Some(link), title, &body("Dunholm"))
}

fn bench(rules: Vec<Rule>) -> Bench {
    let mut bench = Bench::new();
    bench.enrichment = ruled(rules);
    bench
}

#[tokio::test]
async fn a_dropped_article_comes_once_its_rule_is_gone() {
    let mut bench = bench(vec![drop("record.title.startsWith('Ferry')")]);
    let ferry = || story("f", A, "Ferry keeps its boat");
    assert!(bench.transform(vec![ferry()]).await.is_empty());
    assert!(bench.transform(vec![ferry()]).await.is_empty());
    bench.enrichment = ruled(Vec::new());
    let records = bench.transform(vec![ferry()]).await;
    assert_eq!((records[0].revision, records[0].op), (1, Op::New));
    assert!(bench.transform(vec![ferry()]).await.is_empty());
    bench.close().await;
}

#[tokio::test]
async fn what_is_dropped_from_one_source_comes_from_another() {
    let bench = bench(vec![drop("record.source.id == 'noisy'")]);
    let records = bench
        .transform(vec![
            story("noisy", A, "Ferry keeps its boat"),
            story("calm", A, "Ferry keeps its boat"),
        ])
        .await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].source.id, "calm");
    assert_eq!(
        (records[0].revision, records[0].seen_in.as_slice()),
        (1, &["calm".to_owned()][..])
    );
    bench.close().await;
}

#[tokio::test]
async fn nothing_is_a_copy_of_what_was_dropped() {
    let bench = bench(vec![drop("record.source.id == 'noisy'")]);
    let records = bench
        .transform(vec![story("noisy", A, "Ferry keeps its boat")])
        .await;
    assert!(records.is_empty());
    let records = bench
        .transform(vec![
            story("calm", B, "Ferry keeps its boat"),
            story("third", "https://third.example/a", "Ferry keeps its boat"),
        ])
        .await;
    assert!(records[0].duplicates.is_none());
    let duplicates = records[1].duplicates.as_ref().unwrap();
    assert_eq!(duplicates.of.as_ref(), Some(&records[0].id));
    bench.close().await;
}

#[tokio::test]
async fn rules_see_whose_copy_a_record_is() {
    let bench = bench(vec![drop(
        "has(record.duplicates.of) && record.source.id != 'wanted'",
    )]);
    let records = bench
        .transform(vec![
            story("first", A, "Ferry keeps its boat"),
            story("second", B, "Ferry keeps its boat"),
            story("wanted", "https://third.example/a", "Ferry keeps its boat"),
        ])
        .await;
    let sources: Vec<&str> = records
        .iter()
        .map(|record| record.source.id.as_str())
        .collect();
    assert_eq!(sources, ["first", "wanted"]);
    bench.close().await;
}

#[tokio::test]
async fn a_dropped_revision_takes_no_number() {
    let mut bench = bench(vec![drop("record.title.contains('draft')")]);
    let titled = |title: &str| item("f", Some("g"), Some(A), title, &body(title));
    assert_eq!(bench.transform(vec![titled("Ferry")]).await[0].revision, 1);
    assert!(
        bench
            .transform(vec![titled("Ferry, a draft")])
            .await
            .is_empty()
    );
    assert_eq!(
        bench.transform(vec![titled("Ferry stays")]).await[0].revision,
        2
    );
    assert!(
        bench
            .transform(vec![titled("Ferry, a draft")])
            .await
            .is_empty()
    );
    bench.enrichment = ruled(Vec::new());
    assert_eq!(
        bench.transform(vec![titled("Ferry, a draft")]).await[0].revision,
        3
    );
    bench.close().await;
}

#[tokio::test]
async fn a_changed_rule_revises_nothing() {
    let mut bench = bench(vec![set("p", "", Target::Publisher, "'Courier'")]);
    let ferry = || story("f", A, "Ferry keeps its boat");
    let first = bench.transform(vec![ferry()]).await.remove(0);
    assert_eq!(first.publisher.as_deref(), Some("Courier"));
    bench.enrichment = ruled(vec![set("p", "", Target::Publisher, "'Herald'")]);
    assert!(bench.transform(vec![ferry()]).await.is_empty());
    let edited = item(
        "f",
        Some(A),
        Some(A),
        "Ferry keeps its boat",
        &body("Holmgate"),
    );
    let second = bench.transform(vec![edited]).await.remove(0);
    assert_eq!(
        (second.revision, second.publisher.as_deref()),
        (2, Some("Herald"))
    );
    bench.close().await;
}

#[tokio::test]
async fn rules_are_applied_in_their_order_and_see_what_was_set() {
    let bench = bench(vec![
        set(
            "desk",
            "record.title.contains('Ferry')",
            field("desk"),
            "'coast'",
        ),
        set(
            "label",
            "record.fields.desk == 'coast'",
            field("label"),
            "record.fields.desk + '/' + record.source.id",
        ),
        set(
            "more",
            "",
            Target::Categories,
            "record.categories + [record.fields.label]",
        ),
        drop("'coast/noisy' in record.categories"),
        set("gone", "", field("desk"), "null"),
    ]);
    let records = bench
        .transform(vec![
            story("noisy", A, "Ferry"),
            story("calm", B, "Ferry again"),
        ])
        .await;
    assert_eq!(records.len(), 1);
    assert_eq!(json!(records[0].fields), json!({ "label": "coast/calm" }));
    assert_eq!(records[0].categories, ["coast/calm"]);
    assert!(records[0].provenance.recovered.is_empty());
    bench.close().await;
}

#[tokio::test]
async fn what_fails_is_said_in_the_record_and_what_is_unknown_is_not() {
    let bench = bench(vec![
        set("unknown", "record.publisher == 'Courier'", field("a"), "1"),
        set("nothing", "", field("b"), "record.publisher"),
        drop("record.title + 1 == 'x'"),
        set("wrong", "", Target::Publisher, "7"),
        set("bad", "", field("c"), "1 / 0"),
        set(
            "large",
            "",
            field("d"),
            "record.text.split('').map(c, record.text)",
        ),
        set("right", "", field("e"), "{'n': [1, true]}"),
    ]);
    let records = bench.transform(vec![story("f", A, "Ferry")]).await;
    let record = &records[0];
    assert_eq!(json!(record.fields), json!({ "e": { "n": [1, true] } }));
    assert_eq!(record.publisher, None);
    assert_eq!(
        record.provenance.recovered,
        [
            "the rule `drop` was not applied: `add` does not take a text and an integer",
            "the rule `wrong` did not set `publisher`: its value must be a text, or null",
            "the rule `bad` did not set `fields.c`: a division by zero",
            "the rule `large` did not set `fields.d`: its value is larger than 64 KiB",
        ]
    );
    bench.close().await;
}

#[tokio::test]
async fn a_revision_beyond_the_budget_is_dropped_before_it_waits() {
    let bench = bench(vec![drop("record.text.contains('version 20.')")]);
    let version = |number: u32| {
        let text = format!("{} This is version {number}.", body("Dunholm"));
        let mut draft = item("f", Some("g"), Some(A), "Ferry", &text);
        draft.fetched = bench.clock.now();
        draft
    };
    // The budget of an article at once, and one that waits.
    for number in 0..20 {
        bench.transform(vec![version(number)]).await;
    }
    assert!(bench.transform(vec![version(20)]).await.is_empty());
    bench
        .clock
        .advance(std::time::Duration::from_secs(24 * 3600));
    let late = bench.transform_nothing().await;
    assert!(
        late[0].text.as_ref().unwrap().ends_with("version 19."),
        "the one before still waits"
    );
    bench.close().await;
}
