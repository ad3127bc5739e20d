//! Dead letters: found, tried again stage by stage, thrown away.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bench;

use std::sync::Arc;

use bench::{Bench, draft, source_row};
use dateline_pipeline::draft::{Draft, Text};
use dateline_pipeline::letters::{self, Dropped, Retry, World};
use dateline_pipeline::store::{
    Becomes, Brought, DATABASE, DeadLetter, InputKeys, Letter, SeenRow, Which,
};

const SINK: &str = "jsonl.main";

fn letter(stage: &'static str, kind: &str, bytes: Vec<u8>) -> DeadLetter {
    DeadLetter {
        stage,
        origin: "s".to_owned(),
        subject: "subject".to_owned(),
        kind: kind.to_owned(),
        reason: "reason".to_owned(),
        record_seq: None,
        input: None,
        bytes,
    }
}

/// A part of the file with key 9 that could not be read.
fn part(item: u8) -> DeadLetter {
    DeadLetter {
        input: Some(InputKeys {
            item: [item; 16],
            file: [9; 16],
        }),
        ..letter("collect", "empty", Vec::new())
    }
}

fn story() -> Draft {
    let mut draft = draft("s");
    draft.item.title = Some(Text::plain("The ferry stays in the harbour"));
    draft
}

async fn set_aside(bench: &Bench, dead_letters: Vec<DeadLetter>) {
    let seen = dead_letters.iter().filter_map(|letter| letter.input);
    let seen = seen.flat_map(|input| [input.item, input.file]);
    let brought = Brought {
        seen: seen
            .map(|key| SeenRow {
                key,
                fingerprint: [7; 16],
            })
            .collect(),
        dead_letters,
        ..Brought::default()
    };
    bench
        .commit_turn(source_row("s", bench.clock.now()), brought)
        .await;
}

async fn retry(bench: &Bench, which: Which, in_place: bool) -> Retry {
    let world = World {
        sinks: vec![SINK.to_owned()],
        in_place: Box::new(move |source, subject| {
            assert_eq!((source, subject), ("s", "subject"));
            in_place
                .then_some(())
                .ok_or_else(|| "it is away".to_owned())
        }),
    };
    letters::retry(
        &bench.store,
        &bench.readers,
        which,
        Arc::new(world),
        bench.clock.now(),
    )
    .await
    .unwrap()
}

fn numbers(numbers: &[i64]) -> Which {
    Which {
        numbers: numbers.to_vec(),
        ..Which::default()
    }
}

fn listed(bench: &Bench, which: &Which) -> Vec<i64> {
    let letters: Vec<Letter> = bench
        .readers
        .with(|reader| reader.letters(which, 100))
        .unwrap()
        .entries;
    let count = bench.readers.with(|reader| reader.count_letters(which));
    assert_eq!(count.unwrap(), letters.len() as u64);
    letters.iter().map(|letter| letter.number).collect()
}

#[tokio::test]
async fn letters_are_found_by_all_that_is_said_of_them() {
    let bench = Bench::new();
    set_aside(&bench, vec![letter("collect", "empty", Vec::new())]).await;
    bench.clock.advance(std::time::Duration::from_secs(60));
    let since = Some(bench.clock.now());
    let others = vec![
        letter("transform", "bug", b"{}".to_vec()),
        letter("collect", "binary", Vec::new()),
    ];
    set_aside(&bench, others).await;
    let by = |stage: Option<&str>, kind: Option<&str>| Which {
        stage: stage.map(str::to_owned),
        kind: kind.map(str::to_owned),
        ..Which::default()
    };
    assert_eq!(listed(&bench, &Which::default()), [3, 2, 1]);
    assert_eq!(listed(&bench, &by(Some("collect"), None)), [3, 1]);
    assert_eq!(listed(&bench, &by(Some("collect"), Some("empty"))), [1]);
    assert_eq!(listed(&bench, &by(None, Some("too_large"))), [0_i64; 0]);
    assert_eq!(listed(&bench, &numbers(&[2, 3, 77])), [3, 2]);
    let late = Which {
        since,
        origin: Some("s".to_owned()),
        ..Which::default()
    };
    assert_eq!(listed(&bench, &late), [3, 2]);
    bench.close().await;
}

#[tokio::test]
async fn a_draft_that_is_tried_again_becomes_a_record_once() {
    let bench = Bench::new();
    bench.configure("s").await;
    let whole = serde_json::to_vec(&story()).unwrap();
    let mut long = story();
    long.item.summary = Some(Text::plain("x".repeat(70_000)));
    let mut cut = serde_json::to_vec(&long).unwrap();
    cut.truncate(64 << 10);
    let aside = vec![
        letter("transform", "bug", whole),
        letter("transform", "bug", cut),
        letter("transform", "no_page", b"{\"id\":\"1\"}".to_vec()),
    ];
    set_aside(&bench, aside).await;
    let done = retry(&bench, Which::default(), true).await;
    assert_eq!(done.again.len(), 1);
    assert_eq!(
        (done.again[0].number, done.again[0].stage.as_str()),
        (1, "transform")
    );
    assert!(
        done.stay[0].reason.contains("first 65536 bytes"),
        "{done:?}"
    );
    assert!(done.stay[1].reason.contains("no draft"), "{done:?}");
    assert_eq!(listed(&bench, &Which::default()), [3, 2]);
    let made = bench.transform_nothing().await;
    assert_eq!(
        made[0].title.as_deref(),
        Some("The ferry stays in the harbour")
    );
    let again = retry(&bench, numbers(&[1]), true).await;
    assert_eq!(again.stay[0].reason, "there is no such letter");
    bench.close().await;
}

#[tokio::test]
async fn a_file_that_is_tried_again_is_forgotten_with_all_its_parts() {
    let bench = Bench::new();
    let mut other = part(3);
    other.input = Some(InputKeys {
        item: [3; 16],
        file: [3; 16],
    });
    set_aside(&bench, vec![part(1), other, part(2)]).await;
    let keys = [1, 2, 3, 9].map(|key| ([key; 16], [7; 16]));
    let known = |bench: &Bench| {
        bench
            .readers
            .with(|reader| reader.unknown("s", &keys))
            .unwrap()
    };
    let away = retry(&bench, numbers(&[3]), false).await;
    assert_eq!(away.stay[0].reason, "it is away");
    assert_eq!(known(&bench), [false; 4]);

    let done = retry(&bench, numbers(&[3]), true).await;
    let again: Vec<i64> = done.again.iter().map(|again| again.number).collect();
    assert_eq!(again, [1, 3]);
    assert_eq!(known(&bench), [true, true, false, true]);
    assert_eq!(listed(&bench, &Which::default()), [2]);
    bench.close().await;
}

#[tokio::test]
async fn letters_of_earlier_versions_are_not_tried_again_blindly() {
    let bench = Bench::new();
    set_aside(&bench, vec![letter("collect", "empty", Vec::new())]).await;
    let done = retry(&bench, Which::default(), true).await;
    assert!(done.stay[0].reason.contains("earlier version"), "{done:?}");
    assert_eq!(listed(&bench, &Which::default()), [1]);
    bench.close().await;
}

#[tokio::test]
async fn a_refused_record_does_not_undo_the_one_that_took_its_place() {
    let bench = Bench::new();
    let made = bench.transform(vec![story()]).await;
    let refused = DeadLetter {
        origin: SINK.to_owned(),
        record_seq: Some(1),
        ..letter("deliver", "refused", serde_json::to_vec(&made[0]).unwrap())
    };
    let aside = (0..2).map(|_| refused.clone()).collect();
    set_aside(&bench, aside).await;
    // Its sink alone gets it again, which is no other record of the article.
    assert_eq!(retry(&bench, numbers(&[1]), true).await.again.len(), 1);
    // As if other rules had made the one in the log.
    let state = rusqlite::Connection::open(bench.folder.path().join(DATABASE)).unwrap();
    state
        .execute(
            "UPDATE records SET record = json_set(record, '$.rights', 'all')",
            [],
        )
        .unwrap();
    bench.begin_job(Becomes::Replacements).await;
    assert_eq!(bench.finish_job().await.len(), 1);
    let done = retry(&bench, numbers(&[2]), true).await;
    assert!(done.again.is_empty());
    assert!(
        done.stay[0].reason.contains("record 3 has taken its place"),
        "{done:?}"
    );
    assert_eq!(listed(&bench, &Which::default()), [2]);
    bench.close().await;
}

#[tokio::test]
async fn many_letters_are_tried_again_and_thrown_away_to_the_last() {
    let bench = Bench::new();
    bench.configure("s").await;
    let draft = serde_json::to_vec(&story()).unwrap();
    let aside = (0..300).map(|_| letter("transform", "bug", draft.clone()));
    set_aside(&bench, aside.collect()).await;
    let some: Vec<i64> = (1..=130).collect();
    let done = retry(&bench, numbers(&some), true).await;
    assert_eq!(
        done.again
            .iter()
            .map(|again| again.number)
            .collect::<Vec<_>>(),
        some
    );
    assert_eq!(bench.store.vitals().borrow().drafts_head, 130);
    let dropped = letters::drop(&bench.store, &bench.readers, numbers(&[1, 131]));
    let expected = Dropped {
        dropped: 1,
        missing: vec![1],
    };
    assert_eq!(dropped.await.unwrap(), expected);
    let dropped = letters::drop(&bench.store, &bench.readers, Which::default());
    assert_eq!(dropped.await.unwrap().dropped, 169);
    assert_eq!(bench.status().dead_letters, 0);
    bench.close().await;
}
