//! Records that are made anew: of which draft, under which number, and what stays as it is.

use std::sync::Arc;
use std::time::Duration;

use dateline_entities::Gazetteer;
use dateline_pipeline::draft::Draft;
use dateline_pipeline::record::{Record, Reprocessed};
use dateline_pipeline::reprocess::{self, Begun, MOST_SOURCES};
use dateline_pipeline::store::{
    Becomes, Commit, DATABASE, Portion, RecordRow, Retention, StoreError, Tally, TransformCommit,
};
use dateline_pipeline::transform::copies::Settings;
use dateline_pipeline::transform::enrichment::{CopyPolicy, Enrichment, Wanted};
use tokio::sync::watch;

use super::bench::{Bench, everything};
use super::churn::{BURST, PAUSE, shown, version};
use super::copies::{print, with};
use super::pages::{GREEN, with_page, without_page};
use super::rules::{field, ruled, set};
use super::{A, B, body, item};

fn tally(bench: &Bench) -> Tally {
    let job = bench.readers.with(|reader| reader.last_job()).unwrap();
    job.unwrap().tally
}

/// Makes records anew; them, and what has come of the drafts.
async fn again(bench: &Bench, becomes: Becomes) -> (Vec<Record>, Tally) {
    bench.begin_job(becomes).await;
    let records = bench.finish_job().await;
    (records, tally(bench))
}

/// An enrichment that finds nothing in the texts of `f`.
fn bare() -> Arc<Enrichment> {
    let wanted = Wanted {
        timestamps: false,
        ..Wanted::default()
    };
    let sources = [("f".to_owned(), wanted)];
    Arc::new(Enrichment::new(Gazetteer::default(), sources.into_iter()))
}

/// What the state says of articles, but for their latest records.
fn identity(bench: &Bench) -> Vec<String> {
    let state = rusqlite::Connection::open(bench.folder.path().join(DATABASE)).unwrap();
    let mut all = Vec::new();
    for sql in [
        "SELECT id, title, sketch, has_link, guid_source, stated, home, first_seen, sighted, budget, dry, counted FROM articles",
        "SELECT * FROM article_keys",
        "SELECT * FROM sightings",
        "SELECT * FROM versions",
        "SELECT * FROM likenesses",
        "SELECT * FROM copies",
        "SELECT * FROM clusters",
    ] {
        let mut statement = state.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            let cells = (0..columns).map(|column| Ok(format!("{:?} ", row.get_ref(column)?)));
            cells.collect::<rusqlite::Result<String>>()
        });
        all.extend(rows.unwrap().map(Result::unwrap));
    }
    all
}

fn story(source: &str, title: &str) -> Draft {
    item(source, Some(A), Some(A), title, &body("Dunholm"))
}

#[tokio::test]
async fn a_job_uses_up_no_revisions_and_what_waits_says_what_is_found_now() {
    let mut bench = Bench::new();
    bench.enrichment = bare();
    for number in 0..=BURST {
        bench.transform(vec![version(&bench, "f", number)]).await;
    }
    let held = vec![version(&bench, "f", 100)];
    assert!(bench.transform(held).await.is_empty());
    let before = identity(&bench);
    bench.enrichment = Arc::default();
    let (records, tally) = again(&bench, Becomes::Revisions).await;
    let [record] = records.as_slice() else {
        panic!("{} records", records.len());
    };
    assert_eq!((shown(record), record.revision), (BURST, BURST + 2));
    assert_eq!(record.reprocessed, Some(Reprocessed::Revision));
    assert!(!record.timestamps.is_empty());
    let expected = Tally {
        drafts: u64::from(BURST) + 2,
        made: 1,
        superseded: u64::from(BURST),
        waiting: 1,
        ..Tally::default()
    };
    assert_eq!(tally, expected);
    assert_eq!(identity(&bench), before);
    bench.clock.advance(PAUSE);
    let records = bench.transform_nothing().await;
    assert_eq!((shown(&records[0]), records[0].revision), (100, BURST + 3));
    assert_eq!(records[0].reprocessed, None);
    assert!(!records[0].timestamps.is_empty());
    // It is known by its draft from now on.
    let (records, tally) = again(&bench, Becomes::Revisions).await;
    assert_eq!((records.len(), tally.same), (0, 1));
    bench.close().await;
}

#[tokio::test]
async fn a_version_without_its_page_keeps_the_text_that_the_page_gave() {
    let mut bench = Bench::new();
    bench.enrichment = bare();
    let teaser = "The boat is kept.";
    bench
        .transform(vec![with_page("Ferry stays", teaser, GREEN)])
        .await;
    let last = bench
        .transform(vec![without_page("Ferry stays, fares too", teaser)])
        .await;
    bench.enrichment = Arc::default();
    let (records, tally) = again(&bench, Becomes::Replacements).await;
    assert_eq!((tally.made, tally.superseded), (1, 1));
    assert_eq!(records[0].text, last[0].text);
    assert_eq!(records[0].provenance, last[0].provenance);
    assert_eq!(records[0].revision, 2);
    assert!(!records[0].timestamps.is_empty());
    bench.close().await;
}

#[tokio::test]
async fn copies_stay_what_they_are_and_are_left_out_where_they_are_not_wanted_now() {
    let mut bench = Bench::new();
    bench
        .transform(vec![print("wire", "Ferry out of service", 5)])
        .await;
    let copy = bench
        .transform(vec![print("courier", "Ferry out of service", 5)])
        .await;
    let before = identity(&bench);
    bench.enrichment = ruled(vec![set("label", "", field("label"), "'x'")]);
    let (records, tally) = again(&bench, Becomes::Revisions).await;
    assert_eq!(tally.made, 2);
    assert_eq!(records[0].duplicates, None, "as it was told");
    assert_eq!(records[1].duplicates, copy[0].duplicates);
    bench.enrichment = Arc::new(with(CopyPolicy::Drop, Settings::default()));
    let (records, tally) = again(&bench, Becomes::Revisions).await;
    assert_eq!((tally.made, tally.left_out), (1, 1));
    assert!(records[0].fields.is_empty());
    assert_eq!(identity(&bench), before);
    bench.close().await;
}

#[tokio::test]
async fn the_same_wording_that_came_again_is_not_what_the_record_was_made_of() {
    let mut bench = Bench::new();
    let first = bench.transform(vec![story("f", "Ferry stays")]).await;
    bench.clock.advance(Duration::from_secs(60));
    let mut later = story("f", "Ferry stays");
    later.fetched = bench.clock.now();
    assert!(bench.transform(vec![later]).await.is_empty());
    bench.enrichment = ruled(vec![set("label", "", field("label"), "'x'")]);
    let (records, tally) = again(&bench, Becomes::Replacements).await;
    assert_eq!((tally.made, tally.superseded), (1, 1));
    assert_eq!(records[0].fetched, first[0].fetched);
    bench.close().await;
}

#[tokio::test]
async fn an_article_is_known_by_its_draft_whatever_is_read_in_it() {
    let mut bench = Bench::new();
    let prize = item(
        "f",
        Some(B),
        Some(B),
        "Harbour wins prize",
        &body("Dunholm"),
    );
    let first = bench.transform(vec![prize]).await;
    for number in 0..=BURST {
        bench.transform(vec![version(&bench, "g", number)]).await;
    }
    assert!(
        bench
            .transform(vec![version(&bench, "g", 100)])
            .await
            .is_empty()
    );
    // As if an earlier version had read other identifiers, another headline and other words in the same drafts.
    let state = rusqlite::Connection::open(bench.folder.path().join(DATABASE)).unwrap();
    state
        .execute_batch(
            "DELETE FROM article_keys; DELETE FROM versions;
             UPDATE articles SET title = 'mail', sketch = NULL, content = zeroblob(16);
             UPDATE held SET content = zeroblob(16);",
        )
        .unwrap();
    bench.enrichment = ruled(vec![set("label", "", field("label"), "'x'")]);
    let (records, tally) = again(&bench, Becomes::Replacements).await;
    let expected = Tally {
        drafts: u64::from(BURST) + 3,
        made: 2,
        superseded: u64::from(BURST),
        waiting: 1,
        ..Tally::default()
    };
    assert_eq!(tally, expected);
    assert_eq!((&records[0].id, records[0].revision), (&first[0].id, 1));
    assert_eq!(
        (shown(&records[1]), records[1].revision),
        (BURST, BURST + 1)
    );
    let (records, tally) = again(&bench, Becomes::Replacements).await;
    assert_eq!((records.len(), tally.same), (0, 2));
    bench.close().await;
}

#[tokio::test]
async fn a_rule_that_asks_for_the_number_makes_no_difference_by_itself() {
    let mut bench = Bench::new();
    bench.enrichment = ruled(vec![set(
        "number",
        "",
        field("number"),
        "string(record.revision) + record.op",
    )]);
    bench.transform(vec![story("f", "Ferry stays")]).await;
    let (records, tally) = again(&bench, Becomes::Revisions).await;
    assert_eq!((records.len(), tally.same), (0, 1));
    bench.close().await;
}

#[tokio::test]
async fn a_rule_that_asks_how_a_record_came_about_makes_no_difference_by_itself() {
    let mut bench = Bench::new();
    bench.transform(vec![story("f", "Ferry stays")]).await;
    bench.enrichment = ruled(vec![
        set("label", "", field("label"), "'x'"),
        set(
            "made anew",
            "has(record.reprocessed)",
            field("again"),
            "record.reprocessed",
        ),
    ]);
    let (records, tally) = again(&bench, Becomes::Revisions).await;
    assert_eq!(
        (tally.made, &records[0].fields["again"]),
        (1, &"revision".into())
    );
    for becomes in [Becomes::Revisions, Becomes::Replacements] {
        let (records, tally) = again(&bench, becomes).await;
        assert_eq!((records.len(), tally.same), (0, 1), "{becomes:?}");
    }
    bench.close().await;
}

#[tokio::test]
async fn what_waits_without_its_page_comes_as_it_was() {
    let mut bench = Bench::new();
    let mut first = Vec::new();
    for number in 0..=BURST {
        let draft = with_page(&format!("Ferry stays {number}"), "The boat is kept.", GREEN);
        first.extend(bench.transform(vec![draft]).await);
    }
    let late = vec![without_page("Ferry stays, fares too", "The boat is kept.")];
    assert!(bench.transform(late).await.is_empty());
    bench.enrichment = ruled(vec![set("label", "", field("label"), "'x'")]);
    let (_, tally) = again(&bench, Becomes::Revisions).await;
    assert_eq!((tally.made, tally.waiting), (1, 1));
    bench.clock.advance(PAUSE);
    let records = bench.transform_nothing().await;
    assert_eq!(records[0].title.as_deref(), Some("Ferry stays, fares too"));
    assert_eq!(records[0].text, first[0].text);
    bench.close().await;
}

#[tokio::test]
async fn portions_of_a_job_that_has_ended_and_of_another_place_leave_nothing() {
    let bench = Bench::new();
    bench.transform(vec![story("f", "Ferry stays")]).await;
    let number = bench.begin_job(Becomes::Revisions).await;
    let portion = |from| {
        Commit::Transform(TransformCommit {
            at: bench.clock.now(),
            from: 1,
            position: 1,
            records: vec![row("late")],
            portion: Some(Box::new(Portion {
                job: number,
                from,
                through: 1,
                is_last: false,
                tally: Tally::default(),
            })),
            ..TransformCommit::default()
        })
    };
    let refused = bench.store.commit(portion(7)).await;
    assert!(
        matches!(refused, Err(StoreError::Sqlite { .. })),
        "{refused:?}"
    );
    let now = bench.clock.now();
    let ended = reprocess::cancel(&bench.store, &bench.readers, now).await;
    assert!(ended.unwrap().unwrap().cancelled);
    bench.store.commit(portion(0)).await.unwrap();
    assert_eq!(bench.store.vitals().borrow().records_head, 1);
    let ended = reprocess::cancel(&bench.store, &bench.readers, now).await;
    assert_eq!(ended.unwrap(), None);
    bench.close().await;
}

fn row(id: &str) -> RecordRow {
    RecordRow {
        id: id.to_owned(),
        revision: 1,
        op: "new",
        kind: "feed",
        source: "f".to_owned(),
        language: None,
        record: "{}".to_owned(),
        trace: None,
    }
}

#[tokio::test]
async fn a_job_of_too_many_sources_does_not_begin() {
    let bench = Bench::new();
    let mut wish = everything(Becomes::Revisions);
    wish.sources = vec!["f".to_owned(); MOST_SOURCES + 1];
    let now = bench.clock.now();
    let refused = reprocess::begin(&bench.store, &bench.readers, wish, now).await;
    assert_eq!(refused.unwrap(), Begun::TooManySources(MOST_SOURCES + 1));
    assert_eq!(bench.store.vitals().borrow().job, None);
    bench.close().await;
}

#[tokio::test]
async fn a_job_waits_for_a_sink_that_is_far_behind() {
    let mut bench = Bench::new();
    bench.transform(vec![story("f", "Ferry stays")]).await;
    let many = TransformCommit {
        at: bench.clock.now(),
        from: 1,
        position: 1,
        records: (0..5000).map(|number| row(&number.to_string())).collect(),
        ..TransformCommit::default()
    };
    bench.store.commit(Commit::Transform(many)).await.unwrap();
    bench.retention = Some(watch::Sender::new(Retention {
        max_bytes: 1 << 30,
        max_age: Duration::from_secs(3600),
        article_memory: Duration::from_secs(3600),
        sinks: vec!["jsonl.files".to_owned()],
    }));
    bench.enrichment = ruled(vec![set("label", "", field("label"), "'x'")]);
    bench.begin_job(Becomes::Replacements).await;
    // Fresh drafts do not wait.
    let other = item(
        "f",
        Some(B),
        Some(B),
        "Harbour wins prize",
        "Judges praised the lights.",
    );
    assert_eq!(bench.transform(vec![other]).await.len(), 1);
    let waits_for = || {
        let sinks = vec!["jsonl.files".to_owned()];
        let asked = bench
            .readers
            .with(|reader| reprocess::waits_for(reader, sinks));
        asked.unwrap()
    };
    assert_eq!(waits_for(), Some(("jsonl.files".to_owned(), 5002)));
    bench.clock.advance(Duration::from_secs(60));
    bench.note_delivered("jsonl.files", 5000).await;
    assert_eq!(waits_for(), None);
    let records = bench.finish_job().await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].emitted, bench.clock.now());
    bench.close().await;
}
