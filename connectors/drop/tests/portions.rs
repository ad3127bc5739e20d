//! Files of many articles, which come home in portions.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;

use common::{Stage, files_under, headlines, story};
use dateline_config::AfterDrop::{Archive, Delete, Keep};
use dateline_pipeline::source::Outcome;

/// Parts of one portion.
const PORTION: usize = 1024;

/// JSON lines, one article each, by their numbers.
fn lines(numbers: std::ops::Range<usize>) -> String {
    let line = |number| {
        format!("{{\"uri\": \"urn:quay:{number}\", \"headline\": \"Line {number} leaves\"}}\n")
    };
    numbers.map(line).collect()
}

fn titles(numbers: std::ops::Range<usize>) -> BTreeSet<String> {
    numbers
        .map(|number| format!("Line {number} leaves"))
        .collect()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, path, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

/// Takes turns until there is no more; each article may come once.
async fn rest(stage: &Stage) -> BTreeSet<String> {
    let mut came = BTreeSet::new();
    loop {
        let harvest = stage.turn().await;
        for headline in headlines(&harvest) {
            assert!(came.insert(headline.clone()), "{headline} came twice");
        }
        if !harvest.more {
            return came;
        }
    }
}

#[tokio::test]
async fn a_large_file_comes_in_portions_and_is_dealt_with_after_the_last() {
    let stage = Stage::new(Delete, |_| {});
    stage.write("wire.jsonl", lines(0..2 * PORTION + 100));
    let mut sizes = Vec::new();
    loop {
        assert_eq!(stage.left(), ["wire.jsonl"]);
        let harvest = stage.turn().await;
        sizes.push(harvest.items.len());
        if !harvest.more {
            break;
        }
    }
    assert_eq!(sizes, [PORTION, PORTION, 100]);
    assert!(stage.left().is_empty());
    assert_eq!(stage.turn().await.outcome, Outcome::Unchanged);
}

#[tokio::test]
async fn a_crash_in_the_middle_of_a_file_loses_and_repeats_nothing() {
    let mut stage = Stage::new(Archive, |_| {});
    stage.write("wire.jsonl", lines(0..3 * PORTION));
    let mut came: BTreeSet<String> = headlines(&stage.turn().await).into_iter().collect();
    assert_eq!(came.len(), PORTION);
    stage.restart();
    // Committed, but the source did not hear of it.
    let harvest = stage.poll().await;
    let again: Vec<String> = headlines(&harvest)
        .into_iter()
        .filter(|title| came.contains(title))
        .collect();
    assert!(again.is_empty(), "{again:?}");
    stage.commit_only(&harvest);
    came.extend(headlines(&harvest));
    stage.restart();
    let last = rest(&stage).await;
    assert!(came.is_disjoint(&last));
    came.extend(last);
    assert_eq!(came, titles(0..3 * PORTION));
    assert_eq!(files_under(&stage.config.path).len(), 1);
    assert!(
        stage.left()[0].starts_with(".archive/20"),
        "{:?}",
        stage.left()
    );
    stage.restart();
    assert_eq!(stage.turn().await.outcome, Outcome::Unchanged);
}

#[tokio::test]
async fn a_portion_that_was_not_committed_comes_again() {
    let stage = Stage::new(Keep, |_| {});
    stage.write("wire.jsonl", lines(0..3 * PORTION));
    let mut came: BTreeSet<String> = headlines(&stage.turn().await).into_iter().collect();
    drop(stage.poll().await);
    came.extend(rest(&stage).await);
    assert_eq!(came, titles(0..3 * PORTION));
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_read_is_read_anew() {
    let stage = Stage::new(Keep, |_| {});
    stage.write("wire.jsonl", lines(0..2 * PORTION));
    assert_eq!(stage.turn().await.items.len(), PORTION);
    stage.move_in("wire.jsonl", lines(5000..5000 + PORTION + 1));
    let mut came = rest(&stage).await;
    came.extend(rest(&stage).await);
    assert_eq!(came, titles(5000..5000 + PORTION + 1));
}

#[tokio::test]
async fn a_large_file_holds_up_no_other() {
    let stage = Stage::new(Keep, |_| {});
    stage.write("wire.jsonl", lines(0..3 * PORTION));
    stage.turn().await;
    stage.move_in("late.txt", story("Ferries leave on time"));
    let mut turns = 0;
    while !headlines(&stage.turn().await).contains(&"Ferries leave on time".to_owned()) {
        turns += 1;
        assert!(
            turns < 2,
            "the article waited for the end of the large file"
        );
    }
}

#[tokio::test]
async fn files_of_an_archive_go_by_their_paths_and_the_unread_ones_are_named() {
    let stage = Stage::new(Archive, |_| {});
    let archive = tar(&[
        ("desk/a.txt", story("Ferries leave on time").as_bytes()),
        ("desk/gull.png", b"\x89PNG\r\n\x1a\n"),
        ("b.jsonl", lines(0..2).as_bytes()),
    ]);
    stage.write("wire.tar", archive);
    let harvest = stage.turn().await;
    assert_eq!(
        headlines(&harvest),
        ["Ferries leave on time", "Line 0 leaves", "Line 1 leaves"]
    );
    let draft = &harvest.items[0].draft;
    assert_eq!(draft.file.as_deref(), Some("wire.tar/desk/a.txt"));
    assert_eq!(
        draft.item.guid.as_ref().unwrap().value,
        "wire.tar/desk/a.txt"
    );
    let reject = &harvest.rejects[0];
    assert_eq!(
        (reject.subject.as_str(), reject.fault.kind),
        ("wire.tar/desk/gull.png", "binary")
    );
    // Somebody has to look at it.
    assert!(
        stage.left()[0].starts_with(".archive/rejected/"),
        "{:?}",
        stage.left()
    );
    assert_eq!(stage.turn().await.outcome, Outcome::Unchanged);
}

#[tokio::test]
async fn an_archive_that_is_too_large_is_rejected_unread() {
    let stage = Stage::new(Keep, |config| {
        config.max_archive = dateline_config::ByteSize(100_000)
    });
    stage.write("wire.jsonl", lines(0..2000));
    let harvest = stage.turn().await;
    assert!(harvest.items.is_empty());
    assert!(harvest.rejects[0].fault.reason.contains("max_archive"));
    // The limit holds for what it unpacks to as well.
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(lines(0..2000).as_bytes()).unwrap();
    stage.write("wire.jsonl", gzip.finish().unwrap());
    let mut rejects = Vec::new();
    let mut items = 0;
    loop {
        let harvest = stage.turn().await;
        items += harvest.items.len();
        rejects.extend(harvest.rejects);
        if !harvest.more {
            break;
        }
    }
    assert!((1000..2000).contains(&items), "{items}");
    assert_eq!(rejects.len(), 1);
    assert_eq!(rejects[0].fault.kind, "too_large");
}

#[tokio::test]
async fn many_packed_files_come_in_one_turn() {
    let stage = Stage::new(Delete, |_| {});
    for number in 0..50 {
        let text = story(&format!("Line {number} leaves"));
        let packed = zstd::bulk::compress(text.as_bytes(), 3).unwrap();
        stage.write(format!("{number}.zst"), packed);
    }
    let harvest = stage.turn().await;
    assert_eq!((harvest.items.len(), harvest.more), (50, false));
    assert!(stage.left().is_empty());
}

#[tokio::test]
async fn a_file_of_which_nothing_comes_is_worked_through_in_turns() {
    let stage = Stage::new(Keep, |config| {
        config.max_archive = dateline_config::ByteSize(4 << 30)
    });
    // Two GiB of holes behind a head that says that they are one record.
    let mut file = File::create(stage.path("wire.warc")).unwrap();
    let length = 2_u64 << 30;
    file.write_all(
        format!("WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: {length}\r\n\r\n").as_bytes(),
    )
    .unwrap();
    file.set_len(length + 200).unwrap();
    drop(file);
    let mut turns = 1;
    let mut harvest = stage.turn().await;
    while harvest.more {
        harvest = stage.turn().await;
        turns += 1;
    }
    assert!(turns > 1);
    assert_eq!(harvest.rejects[0].subject, "wire.warc");
    fs::remove_file(stage.path("wire.warc")).unwrap();
}
