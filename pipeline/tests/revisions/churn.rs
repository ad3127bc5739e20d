//! Articles that change at every poll: damped, and their latest content is delivered all the same.

use std::time::Duration;

use dateline_pipeline::draft::Draft;
use dateline_pipeline::record::Record;

use super::bench::Bench;
use super::{A, B, body, item};

/// Between two polls.
const POLL: Duration = Duration::from_secs(15 * 60);

/// Until the first revision beyond the budget is due.
pub(super) const PAUSE: Duration = Duration::from_secs(2 * 60 * 60);

/// Revisions of one article at once.
pub(super) const BURST: u32 = 16;

pub(super) fn version(bench: &Bench, source: &str, number: u32) -> Draft {
    let text = format!("{} Advertisement {number}.", body("Uferdorf"));
    let mut draft = item(source, Some("1"), Some(A), "Ferry stays", &text);
    draft.fetched = bench.clock.now();
    draft
}

/// Which version a record shows.
pub(super) fn shown(record: &Record) -> u32 {
    let text = record.text.as_deref().unwrap();
    let (_, number) = text.rsplit_once("Advertisement ").unwrap();
    number.trim_end_matches('.').parse().unwrap()
}

/// As many versions at once as come out undamped, and one more.
async fn spent() -> Bench {
    let bench = Bench::new();
    for number in 0..=BURST {
        let records = bench.transform(vec![version(&bench, "f", number)]).await;
        assert_eq!(shown(&records[0]), number);
        assert_eq!(records[0].revision, number + 1);
    }
    bench
}

fn churning(bench: &Bench, source: &str) -> u64 {
    let state = bench.readers.with(|reader| reader.source(source)).unwrap();
    state.unwrap().churning
}

#[tokio::test]
async fn an_article_that_changes_at_every_poll_is_damped() {
    let bench = Bench::new();
    let (mut delivered, mut last) = (Vec::new(), 0);
    // Four days of polls.
    for number in 0..384 {
        for record in bench.transform(vec![version(&bench, "f", number)]).await {
            delivered.push(record.revision);
            last = shown(&record);
        }
        bench.clock.advance(POLL);
    }
    assert!(delivered.is_sorted() && delivered.len() as u32 == *delivered.last().unwrap());
    // The burst and the first pauses, then four a day.
    assert!((28..40).contains(&delivered.len()), "{}", delivered.len());
    assert!(last > 384 - 25, "{last}");
    bench.close().await;
}

#[tokio::test]
async fn the_latest_content_comes_when_it_is_due_without_another_draft() {
    let bench = spent().await;
    for number in 100..105 {
        let drafts = vec![version(&bench, "f", number)];
        assert!(bench.transform(drafts).await.is_empty());
    }
    assert_eq!(churning(&bench, "f"), 1);
    bench.clock.advance(PAUSE);
    let records = bench.transform_nothing().await;
    let [record] = records.as_slice() else {
        panic!("{} records", records.len());
    };
    assert_eq!((shown(record), record.revision), (104, BURST + 2));
    assert_eq!(record.seen_in, ["f"]);
    assert_eq!(churning(&bench, "f"), 0);
    // What was delivered is known: the same again says nothing.
    let again = vec![version(&bench, "f", 104)];
    assert!(bench.transform(again).await.is_empty());
    bench.close().await;
}

#[tokio::test]
async fn what_waits_comes_before_the_drafts_that_are_read_later() {
    let bench = spent().await;
    bench.transform(vec![version(&bench, "f", 100)]).await;
    bench.clock.advance(PAUSE);
    let mut other = item(
        "f",
        Some("2"),
        Some(B),
        "Harbour wins prize",
        "Judges praised the lights.",
    );
    other.fetched = bench.clock.now();
    let records = bench
        .transform(vec![version(&bench, "f", 101), other])
        .await;
    let titles: Vec<_> = records
        .iter()
        .map(|record| record.title.as_deref().unwrap())
        .collect();
    assert_eq!(titles, ["Ferry stays", "Harbour wins prize"]);
    assert_eq!(shown(&records[0]), 100);
    assert_eq!(churning(&bench, "f"), 1);
    bench.close().await;
}

#[tokio::test]
async fn what_its_source_takes_back_is_not_delivered() {
    let bench = spent().await;
    for number in [100, BURST] {
        let drafts = vec![version(&bench, "f", number)];
        assert!(bench.transform(drafts).await.is_empty());
    }
    assert_eq!(churning(&bench, "f"), 0);
    bench.clock.advance(PAUSE);
    let records = bench.transform(vec![version(&bench, "f", 101)]).await;
    assert_eq!(shown(&records[0]), 101);
    bench.close().await;
}

#[tokio::test]
async fn a_copy_that_lags_behind_takes_nothing_back() {
    let bench = spent().await;
    assert!(
        bench
            .transform(vec![version(&bench, "copy", BURST)])
            .await
            .is_empty()
    );
    assert!(
        bench
            .transform(vec![version(&bench, "f", 100)])
            .await
            .is_empty()
    );
    // The copy still shows what was delivered, then what waits.
    for number in [BURST, 100] {
        assert!(
            bench
                .transform(vec![version(&bench, "copy", number)])
                .await
                .is_empty()
        );
    }
    bench.clock.advance(PAUSE);
    let records = bench.transform_nothing().await;
    assert_eq!(shown(&records[0]), 100);
    assert_eq!(records[0].source.id, "f");
    assert_eq!(records[0].seen_in, ["copy", "f"]);
    bench.close().await;
}

#[tokio::test]
async fn other_articles_are_not_damped() {
    let bench = spent().await;
    bench.transform(vec![version(&bench, "f", 100)]).await;
    for number in 0..3 {
        let text = format!("{} Report {number}.", body("the town"));
        let other = item("f", Some("2"), Some(B), "Harbour wins prize", &text);
        assert_eq!(bench.transform(vec![other]).await.len(), 1);
    }
    bench.close().await;
}
