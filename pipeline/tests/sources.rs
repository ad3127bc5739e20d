//! What the store keeps of sources and of hosts that are left alone.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bench;

use std::time::Duration;

use bench::{Bench, source_row};
use dateline_pipeline::clock::{after, before};
use dateline_pipeline::collect::{Hold, ReasonKind};
use dateline_pipeline::store::{
    self, AsideCommit, Brought, CollectCommit, Commit, SourceRow, SourceState, Tuning, read_sources,
};
use jiff::Timestamp;

const HOUR: Duration = Duration::from_secs(3600);

async fn commit(bench: &Bench, source: SourceRow, hold: Option<Hold>) {
    let commit = CollectCommit {
        at: bench.clock.now(),
        source,
        took: Duration::from_millis(40),
        hold,
        brought: Brought::default(),
    };
    let commit = Commit::Collect(Box::new(commit));
    bench.store.commit(commit).await.unwrap();
}

fn hold(host: &str, until: Timestamp, length: Duration) -> Hold {
    Hold {
        host: host.to_owned(),
        until,
        length,
        reason: "it asks to be left alone".to_owned(),
    }
}

fn failing(now: Timestamp) -> SourceRow {
    SourceRow {
        title: Some("Quay".to_owned()),
        address: Some("https://a.example/feed".to_owned()),
        host: Some("a.example".to_owned()),
        due: Some(after(now, HOUR)),
        succeeded: None,
        last_read: None,
        failures: 3,
        failing_since: Some(before(now, HOUR)),
        outcome: "failed",
        status: Some(429),
        fault: Some("http_status"),
        reason: Some("429".to_owned()),
        plan: r#"{"reasons":[{"kind":"failures","number":3,"text":"it failed"}]}"#.to_owned(),
        memory: r#"{"etag":"x","keys":[{"secret":"s"}]}"#.to_owned(),
        ..source_row("quay", now)
    }
}

fn known(bench: &Bench) -> Vec<SourceState> {
    read_sources(bench.folder.path()).unwrap().unwrap()
}

#[tokio::test]
async fn how_sources_stand_is_read_from_outside() {
    let bench = Bench::new();
    let now = bench.clock.now();
    commit(&bench, source_row("quay", now), None).await;
    let until = after(now, HOUR * 2);
    let held = hold("a.example", until, HOUR * 2);
    commit(&bench, failing(now), Some(held)).await;
    commit(&bench, source_row("alone", now), None).await;
    let states = known(&bench);
    let [alone, quay] = states.as_slice() else {
        panic!("{states:?}")
    };
    assert_eq!((alone.id.as_str(), alone.is_failing()), ("alone", false));
    assert_eq!((alone.hold.as_ref(), alone.next_turn()), (None, Some(now)));
    assert_eq!(quay.title.as_deref(), Some("Quay"));
    assert_eq!((quay.failures, quay.status), (3, Some(429)));
    assert_eq!(quay.failing_since, Some(before(now, HOUR)));
    assert!(quay.is_failing());
    assert_eq!(quay.plan.reasons[0].kind, ReasonKind::Failures);
    assert_eq!(quay.next_turn(), Some(until), "the hold is longer");
    let successes = (quay.succeeded, quay.last_read);
    assert_eq!(successes, (Some(now), Some(now)), "failures leave them");
    assert_eq!(quay.memory["keys"][0]["secret"], "…");
    let one = bench.readers.with(|reader| reader.source("quay")).unwrap();
    assert_eq!(one.as_ref(), Some(quay));
    let none = bench.readers.with(|reader| reader.source("none")).unwrap();
    assert_eq!(none, None);
    bench.close().await;
}

#[test]
fn where_there_is_no_state_there_are_no_sources() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(read_sources(folder.path()).unwrap(), None);
    assert!(
        !folder.path().join("dateline.db").exists(),
        "nor is it made"
    );
}

#[tokio::test]
async fn holds_are_kept_over_restarts_and_forgotten_a_day_after_their_end() {
    let bench = Bench::new();
    let now = bench.clock.now();
    let first = hold("a.example", after(now, HOUR), HOUR);
    commit(&bench, failing(now), Some(first)).await;
    let longer = hold("a.example", after(now, HOUR * 3), HOUR * 2);
    commit(&bench, failing(now), Some(longer.clone())).await;
    bench.store.close(false).await;
    let (store, readers) = store::open(bench.folder.path(), Tuning::default()).unwrap();
    let bench = Bench {
        store,
        readers,
        ..bench
    };
    let holds = || bench.readers.with(|reader| reader.holds()).unwrap();
    assert_eq!(holds(), [longer], "one for each host, the latest");
    for (hours, hosts) in [(26, vec!["a.example", "b.example"]), (2, vec!["b.example"])] {
        bench.clock.advance(HOUR * hours);
        let now = bench.clock.now();
        let other = hold("b.example", after(now, HOUR), HOUR);
        commit(&bench, failing(now), Some(other)).await;
        let left: Vec<String> = holds().into_iter().map(|hold| hold.host).collect();
        assert_eq!(left, hosts);
    }
    bench.close().await;
}

/// Its turns are over, whatever one that was under way brings.
#[tokio::test]
async fn what_comes_for_a_stopped_source_does_not_start_it_again() {
    let bench = Bench::new();
    let now = bench.clock.now();
    for (due, later, expected) in [
        (None, now, None),
        (Some(after(now, HOUR)), now, Some(now)),
        (Some(now), after(now, HOUR), Some(now)),
    ] {
        let row = SourceRow {
            due,
            ..failing(now)
        };
        let id = row.id.clone();
        commit(&bench, row, None).await;
        let aside = Commit::Aside(AsideCommit {
            at: now,
            source: id.clone(),
            took: Duration::from_millis(40),
            due: later,
            memory: "null".to_owned(),
            brought: Brought::default(),
        });
        bench.store.commit(aside).await.unwrap();
        let state = bench.readers.with(|reader| reader.source(&id)).unwrap();
        let whole = |at: Timestamp| at.as_millisecond();
        assert_eq!(state.unwrap().due.map(whole), expected.map(whole));
    }
    bench.close().await;
}
