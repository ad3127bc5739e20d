//! What becomes of files once their articles are committed.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::fs;
use std::path::Path;

use common::{Stage, files_under, headlines, story};
use dateline_config::AfterDrop::{Archive, Delete, Keep};
use dateline_pipeline::source::{Outcome, Source};

/// Files under a folder without the day in their paths.
fn without_day(files: Vec<String>) -> Vec<String> {
    let is_day = |part: &&str| part.len() == 10 && part.starts_with("20");
    let strip = |file: String| {
        file.split('/')
            .filter(|part| !is_day(part))
            .collect::<Vec<_>>()
            .join("/")
    };
    files.into_iter().map(strip).collect()
}

fn archived(stage: &Stage) -> Vec<String> {
    without_day(files_under(&stage.path(".archive")))
}

#[tokio::test]
async fn nothing_is_touched_before_the_commit() {
    for after in [Archive, Delete] {
        let stage = Stage::new(after, |_| {});
        stage.write("a.txt", story("Ferries leave on time"));
        for _ in 0..2 {
            let harvest = stage.poll().await;
            assert_eq!((harvest.items.len(), harvest.files.len()), (1, 1));
        }
        assert_eq!(stage.left(), ["a.txt"]);
    }
}

#[tokio::test]
async fn kept_files_stay() {
    let stage = Stage::new(Keep, |_| {});
    stage.write("a.txt", story("Ferries leave on time"));
    assert_eq!(stage.turn().await.items.len(), 1);
    assert_eq!(stage.left(), ["a.txt"]);
}

#[tokio::test]
async fn archived_files_keep_their_paths_and_never_overwrite() {
    let stage = Stage::new(Archive, |config| config.recursive = true);
    for wording in 0..3 {
        stage.write("north/a.txt", story(&format!("Wording {wording}")));
        stage.write("plain", story(&format!("Other {wording}")));
        assert_eq!(stage.turn().await.items.len(), 2);
    }
    assert_eq!(
        archived(&stage),
        [
            "north/a-1.txt",
            "north/a-2.txt",
            "north/a.txt",
            "plain",
            "plain-1",
            "plain-2"
        ]
    );
    let second = files_under(&stage.path(".archive"))
        .into_iter()
        .find(|file| file.ends_with("a-1.txt"))
        .unwrap();
    assert_eq!(
        fs::read_to_string(stage.path(".archive").join(second)).unwrap(),
        story("Wording 1")
    );
    assert_eq!(stage.turn().await.outcome, Outcome::Unchanged);
}

#[tokio::test]
async fn an_archive_inside_a_recursive_folder_is_not_read() {
    let stage = Stage::new(Archive, |config| {
        config.recursive = true;
        config.archive_dir = Some(config.path.join("done"));
    });
    stage.write("a.txt", story("Ferries leave on time"));
    assert_eq!(stage.turn().await.items.len(), 1);
    assert_eq!(without_day(files_under(&stage.path("done"))), ["a.txt"]);
    assert_eq!(stage.turn().await.outcome, Outcome::Unchanged);
}

#[tokio::test]
async fn rejected_files_are_archived_apart() {
    let stage = Stage::new(Archive, |_| {});
    stage.write("a.txt", story("Ferries leave on time"));
    stage.write("empty.txt", "");
    stage.turn().await;
    assert_eq!(archived(&stage), ["a.txt", "rejected/empty.txt"]);
}

#[tokio::test]
async fn rejected_files_are_never_deleted() {
    let mut stage = Stage::new(Delete, |_| {});
    stage.write("a.txt", story("Ferries leave on time"));
    stage.write("empty.txt", "");
    stage.turn().await;
    for _ in 0..2 {
        assert_eq!(stage.left(), ["empty.txt"]);
        assert_eq!(stage.turn().await.outcome, Outcome::Unchanged);
        stage.restart();
    }
}

#[tokio::test]
async fn files_are_finished_after_a_crash_before_it() {
    for (after, expected) in [
        (Archive, vec!["a.txt", "rejected/empty.txt"]),
        (Delete, vec![]),
    ] {
        let mut stage = Stage::new(after, |_| {});
        stage.write("a.txt", story("Ferries leave on time"));
        stage.write("empty.txt", "");
        let harvest = stage.poll().await;
        stage.commit_only(&harvest);
        stage.restart();
        let again = stage.poll().await;
        assert!(again.items.is_empty() && again.rejects.is_empty() && !again.files.is_empty());
        stage.commit(again).await;
        if after == Archive {
            assert_eq!(archived(&stage), expected);
        } else {
            assert_eq!(stage.left(), ["empty.txt"]);
        }
    }
}

#[tokio::test]
async fn a_file_caught_by_a_crash_while_it_was_deleted_is_dealt_with() {
    let mut stage = Stage::new(Delete, |_| {});
    stage.write("a.txt", story("Ferries leave on time"));
    let harvest = stage.poll().await;
    stage.commit_only(&harvest);
    fs::rename(stage.path("a.txt"), stage.path(".a.txt.dateline-leaving")).unwrap();
    fs::write(
        stage.path(".b.txt.dateline-leaving"),
        story("Ferries leave late"),
    )
    .unwrap();
    stage.restart();
    assert_eq!(headlines(&stage.turn().await), ["Ferries leave late"]);
    assert!(stage.left().is_empty());
}

#[tokio::test]
async fn a_file_replaced_since_it_was_read_is_left_for_the_next_turn() {
    for after in [Archive, Delete] {
        let stage = Stage::new(after, |_| {});
        stage.write("a.txt", story("Ferries leave on time"));
        let harvest = stage.poll().await;
        stage.move_in("a.txt", story("Ferries leave an hour late"));
        stage.commit(harvest).await;
        assert_eq!(stage.left(), ["a.txt"]);
        assert_eq!(
            headlines(&stage.turn().await),
            ["Ferries leave an hour late"]
        );
    }
}

#[tokio::test]
async fn a_file_taken_away_since_it_was_read_is_no_trouble() {
    for after in [Archive, Delete] {
        let stage = Stage::new(after, |_| {});
        stage.write("a.txt", story("Ferries leave on time"));
        let harvest = stage.poll().await;
        fs::remove_file(stage.path("a.txt")).unwrap();
        stage.commit(harvest).await;
        assert_eq!(stage.turn().await.outcome, Outcome::Unchanged);
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_finished_stays_and_is_not_read_again() {
    let stage = Stage::new(Archive, |config| {
        config.archive_dir = Some(config.path.with_file_name("closed"))
    });
    fs::write(stage.dir.path().join("closed"), "not a folder").unwrap();
    stage.write("a.txt", story("Ferries leave on time"));
    assert_eq!(stage.turn().await.items.len(), 1);
    let again = stage.turn().await;
    assert!(again.items.is_empty() && !again.more);
    assert_eq!(stage.left(), ["a.txt"]);
    fs::remove_file(stage.dir.path().join("closed")).unwrap();
    stage.turn().await;
    assert!(stage.left().is_empty());
}

#[tokio::test]
async fn an_archive_on_another_file_system_is_copied_into() {
    let elsewhere = Path::new("/dev/shm");
    let Ok(archive) = tempfile::tempdir_in(elsewhere) else {
        println!(
            "skipped: there is no second file system at {}",
            elsewhere.display()
        );
        return;
    };
    let stage = Stage::new(Archive, |config| {
        config.archive_dir = Some(archive.path().to_owned())
    });
    for wording in ["Ferries leave on time", "Ferries leave an hour late"] {
        stage.write("a.txt", story(wording));
        assert_eq!(stage.turn().await.items.len(), 1);
    }
    assert!(stage.left().is_empty());
    assert_eq!(
        without_day(files_under(archive.path())),
        ["a-1.txt", "a.txt"]
    );

    // A crash between copy and deletion: the copy is found, not made again.
    stage.write("a.txt", story("Ferries leave on time"));
    let harvest = stage.poll().await;
    stage.source.committed(harvest.files).await;
    assert_eq!(
        without_day(files_under(archive.path())),
        ["a-1.txt", "a.txt"]
    );
    assert!(stage.left().is_empty());
}
