//! What the store keeps over time, turns and samples, and how its logs are looked through.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bench;

use std::time::Duration;

use bench::{Bench, draft, source_row};
use dateline_pipeline::draft::{Draft, Item, Link, Text, Trust};
use dateline_pipeline::record::Record;
use dateline_pipeline::store::{
    Again, Brought, Commit, DeadLetter, Reach, RecordFilter, RecordRow, RetriedLetter, RetryCommit,
    SAMPLE_EVERY, SourceRow, TURNS_KEPT, Which, take_sample,
};
use jiff::Timestamp;

/// A draft with a title and a text of its own.
fn story(source: &str, number: u32) -> Draft {
    let item = Item {
        title: Some(Text::plain(format!("Story {number}"))),
        link: Some(Link {
            href: format!("https://quay.example/{number}"),
            trust: Trust::default(),
        }),
        ..Item::default()
    };
    Draft {
        item,
        ..draft(source)
    }
}

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn the_last_turns_of_a_source_are_kept() {
    let bench = Bench::new();
    for number in 0..TURNS_KEPT + 7 {
        bench.clock.advance(SAMPLE_EVERY);
        let now = bench.clock.now();
        let row = SourceRow {
            outcome: "failed",
            status: Some(500),
            reason: Some(format!("{number}: {}", "x".repeat(1000))),
            ..source_row("quay", now)
        };
        bench.commit_turn(row, Brought::default()).await;
    }
    bench.configure("other").await;
    let turns = bench.readers.with(|reader| reader.turns("quay")).unwrap();
    assert_eq!(turns.len(), TURNS_KEPT as usize);
    assert_eq!(turns[0].at, bench.clock.now(), "the latest comes first");
    let reason = turns[0].reason.as_deref().unwrap();
    assert!(
        reason.starts_with("56: xxx") && reason.len() == 300,
        "{reason}"
    );
    assert!(
        turns
            .last()
            .unwrap()
            .reason
            .as_deref()
            .unwrap()
            .starts_with("7: ")
    );
    assert_eq!((turns[0].status, turns[0].took_ms), (Some(500), 40));

    let stay = vec!["other".to_owned()];
    bench.store.commit(Commit::Configure(stay)).await.unwrap();
    let turns = |source: &'static str| bench.readers.with(move |reader| reader.turns(source));
    assert_eq!(turns("quay").unwrap(), [], "it has left the configuration");
    assert_eq!(turns("other").unwrap().len(), 1);
    bench.close().await;
}

#[tokio::test]
async fn samples_are_thinned_with_their_age_and_their_number_is_bounded() {
    let bench = Bench::new();
    let minutes = |number: u64| Duration::from_secs(60 * number);
    // Ten days, the last hours of them minute by minute, and then closer still.
    let steps = [
        (minutes(20), 600),
        (minutes(5), 400),
        (minutes(1), 240),
        (SAMPLE_EVERY, 240),
    ];
    for (step, times) in steps {
        bench.commit_drafts(vec![story("quay", times)]).await;
        for _ in 0..times {
            bench.clock.advance(step);
            let now = bench.clock.now();
            take_sample(&bench.store, &bench.readers, now)
                .await
                .unwrap();
        }
    }
    let samples = bench
        .readers
        .with(|reader| reader.samples(Timestamp::MIN))
        .unwrap();
    assert!((580..680).contains(&samples.len()), "{}", samples.len());
    let gap = |newest: usize| {
        let (later, earlier) = (samples.len() - newest, samples.len() - newest - 1);
        let between = samples[later].0.duration_since(samples[earlier].0);
        between.as_secs()
    };
    let gaps = [1, 200, 400, 550].map(gap);
    assert_eq!(gaps, [10, 60, 600, 3600]);
    let oldest = bench.clock.now().duration_since(samples[0].0);
    assert!(
        oldest.as_secs() <= 8 * DAY.as_secs().cast_signed() + 3600,
        "{oldest:?}"
    );
    assert!(samples.is_sorted_by_key(|(_, sample)| sample.drafts));
    let (_, last) = samples.last().unwrap();
    assert_eq!((last.drafts, last.records), (4, 0));
    assert!(last.bytes > 0 && last.failing == 0);

    let now = bench.clock.now();
    take_sample(&bench.store, &bench.readers, now)
        .await
        .unwrap();
    let again = bench
        .readers
        .with(|reader| reader.samples(Timestamp::MIN))
        .unwrap();
    assert_eq!(again, samples, "one at a time");
    bench.close().await;
}

/// Sets something aside; its number.
async fn refuse(bench: &Bench) -> i64 {
    let letter = DeadLetter {
        stage: "deliver",
        origin: "jsonl.main".to_owned(),
        subject: "story".to_owned(),
        kind: "size".to_owned(),
        reason: "too large".to_owned(),
        input: None,
        record_seq: Some(4),
        bytes: Vec::new(),
    };
    let brought = Brought {
        dead_letters: vec![letter],
        ..Brought::default()
    };
    let row = source_row("quay", bench.clock.now());
    bench.commit_turn(row, brought).await;
    let letters = bench
        .readers
        .with(|reader| reader.letter_numbers(&Which::default()));
    letters.unwrap()[0]
}

fn row_of(record: &str) -> RecordRow {
    let read: Record = serde_json::from_str(record).unwrap();
    RecordRow {
        id: read.id,
        revision: read.revision,
        op: "new",
        kind: "feed",
        source: read.source.id,
        language: None,
        record: record.to_owned(),
        trace: None,
    }
}

#[tokio::test]
async fn records_are_looked_through_from_the_latest() {
    let bench = Bench::new();
    for (source, number) in [("quay", 1), ("ferry", 2), ("quay", 3), ("ferry", 4)] {
        bench.transform(vec![story(source, number)]).await;
    }
    let find = |filter: RecordFilter, most: usize, look_at: u32| {
        let reach = Reach { most, look_at };
        let found = bench
            .readers
            .with(|reader| reader.latest_records(&filter, reach))
            .unwrap();
        let numbers: Vec<i64> = found.entries.iter().map(|entry| entry.seq).collect();
        (numbers, found.before)
    };
    let all = RecordFilter::default();
    assert_eq!(find(all.clone(), 10, 10), (vec![4, 3, 2, 1], None));
    assert_eq!(find(all.clone(), 2, 10), (vec![4, 3], Some(3)));
    let rest = RecordFilter {
        before: Some(3),
        ..all.clone()
    };
    assert_eq!(find(rest, 10, 10), (vec![2, 1], None));
    let quay = RecordFilter {
        source: Some("quay".to_owned()),
        ..all.clone()
    };
    assert_eq!(find(quay.clone(), 10, 10), (vec![3, 1], None));
    assert_eq!(
        find(quay, 10, 2),
        (vec![3], Some(3)),
        "no further than it may"
    );
    let titled = RecordFilter {
        title: Some("STORY 4".to_owned()),
        ..all.clone()
    };
    assert_eq!(find(titled, 10, 10), (vec![4], None));
    let foreign = RecordFilter {
        language: Some("xx".to_owned()),
        ..all
    };
    assert_eq!(find(foreign, 10, 10), (vec![], None));

    let record = bench
        .readers
        .with(|reader| reader.record(4))
        .unwrap()
        .unwrap();
    assert_eq!(record.latest, Some(4));

    // What one sink alone gets once more is the article that everybody had.
    let again = RetryCommit {
        at: bench.clock.now(),
        letters: vec![RetriedLetter {
            number: refuse(&bench).await,
            again: Again::Deliver {
                sink: "jsonl.main".to_owned(),
                record: row_of(&record.record),
                replaces: Some(4),
            },
        }],
    };
    bench.store.commit(Commit::Retry(again)).await.unwrap();
    let fifth = bench.readers.with(|reader| reader.record(5)).unwrap();
    assert_eq!(fifth.unwrap().record, record.record);
    assert_eq!(
        find(RecordFilter::default(), 10, 10),
        (vec![4, 3, 2, 1], None)
    );
    assert_eq!(bench.readers.with(|reader| reader.record(6)).unwrap(), None);
    bench.close().await;
}

#[tokio::test]
async fn dead_letters_are_found_by_what_is_known_of_them() {
    let bench = Bench::new();
    let letter = |kind: &str, subject: &str| DeadLetter {
        stage: "collect",
        origin: "quay".to_owned(),
        subject: subject.to_owned(),
        kind: kind.to_owned(),
        reason: "it is No article".to_owned(),
        input: None,
        record_seq: None,
        bytes: b"bytes of it".to_vec(),
    };
    let brought = Brought {
        dead_letters: vec![letter("empty", "a.txt"), letter("binary", "b.txt")],
        ..Brought::default()
    };
    bench
        .commit_turn(source_row("quay", bench.clock.now()), brought)
        .await;
    let find = |filter: Which| {
        let found = bench
            .readers
            .with(|reader| reader.letters(&filter, 10))
            .unwrap();
        let subjects = found.entries.into_iter().map(|letter| letter.subject);
        subjects.collect::<Vec<_>>()
    };
    let all = Which::default();
    assert_eq!(find(all.clone()), ["b.txt", "a.txt"]);
    let empty = Which {
        kind: Some("empty".to_owned()),
        ..all.clone()
    };
    assert_eq!(find(empty), ["a.txt"]);
    let worded = Which {
        text: Some("no ARTICLE".to_owned()),
        ..all.clone()
    };
    assert_eq!(find(worded).len(), 2);
    let subject = Which {
        text: Some("A.t".to_owned()),
        ..all.clone()
    };
    assert_eq!(find(subject), ["a.txt"]);
    let elsewhere = Which {
        stage: Some("deliver".to_owned()),
        ..all
    };
    assert_eq!(find(elsewhere), Vec::<String>::new());
    let kinds = bench.readers.with(|reader| reader.letter_kinds()).unwrap();
    assert_eq!(kinds, ["binary", "empty"]);
    let found = bench.readers.with(|reader| reader.letter(1));
    let entry = found.unwrap().unwrap();
    assert_eq!(
        (entry.letter.size, entry.bytes.as_slice()),
        (11, b"bytes of it".as_slice())
    );
    bench.close().await;
}
