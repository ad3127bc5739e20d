//! The bell: what is new is taken long before the next periodic look, which these folders have
//! hourly.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use common::{PATIENCE, Stage, headlines, story};
use dateline_config::AfterDrop::{Delete, Keep};
use dateline_config::DropFolder;
use dateline_pipeline::source::Outcome;

/// A file that nobody vouches for would have to be quiet for an hour.
fn hourly(config: &mut DropFolder) {
    config.settle = Duration::from_secs(3600);
    config.recursive = true;
}

/// The first turn sets the watch.
async fn watched(change: impl FnOnce(&mut DropFolder)) -> Stage {
    let stage = Stage::new(Keep, change);
    assert_eq!(stage.turn().await.outcome, Outcome::Unchanged);
    stage
}

#[tokio::test]
async fn a_file_moved_in_is_taken_at_once() {
    let stage = watched(hourly).await;
    stage.move_in("a.txt", story("Ferries leave on time"));
    assert_eq!(stage.articles_when_rung().await, ["Ferries leave on time"]);
}

#[tokio::test]
async fn a_file_that_its_writer_closes_is_taken_at_once() {
    let stage = watched(hourly).await;
    stage.write("a.txt", story("Ferries leave on time"));
    assert_eq!(stage.articles_when_rung().await, ["Ferries leave on time"]);
}

#[tokio::test]
async fn a_file_that_is_still_open_is_left_until_it_is_closed() {
    let stage = watched(hourly).await;
    let mut file = fs::File::create(stage.path("a.txt")).unwrap();
    file.write_all(b"Ferries lea").unwrap();
    stage.move_in("other.txt", story("A bus is late"));
    assert_eq!(stage.articles_when_rung().await, ["A bus is late"]);
    file.write_all(&story("ve on time").into_bytes()).unwrap();
    drop(file);
    assert_eq!(stage.articles_when_rung().await, ["Ferries leave on time"]);
}

#[tokio::test]
async fn an_empty_file_is_given_time_to_be_filled() {
    let stage = watched(hourly).await;
    stage.write("a.txt", "");
    let harvest = stage.turn_when_rung().await;
    assert!(harvest.rejects.is_empty() && harvest.items.is_empty());
    stage.write("a.txt", story("Ferries leave on time"));
    assert_eq!(stage.articles_when_rung().await, ["Ferries leave on time"]);
}

#[tokio::test]
async fn a_file_that_becomes_quiet_rings_the_bell() {
    let stage = watched(|config| config.settle = Duration::from_millis(300)).await;
    let mut file = fs::File::create(stage.path("a.txt")).unwrap();
    file.write_all(story("Ferries leave on time").as_bytes())
        .unwrap();
    assert_eq!(stage.articles_when_rung().await, ["Ferries leave on time"]);
    drop(file);
}

#[tokio::test]
async fn a_burst_is_few_turns() {
    let stage = watched(hourly).await;
    for number in 0..300 {
        stage.move_in(
            format!("{number}.txt"),
            story(&format!("Line {number} leaves")),
        );
    }
    let started = Instant::now();
    let (mut came, mut turns) = (0, 0);
    while came < 300 {
        came += stage.turn_when_rung().await.items.len();
        turns += 1;
        assert!(started.elapsed() < PATIENCE);
    }
    assert!(turns < 30, "{turns} turns for one burst");
}

#[tokio::test]
async fn a_new_folder_is_watched_too() {
    let stage = watched(hourly).await;
    fs::create_dir(stage.path("today")).unwrap();
    stage.turn_when_rung().await;
    stage.move_in("today/a.txt", story("Ferries leave on time"));
    assert_eq!(stage.articles_when_rung().await, ["Ferries leave on time"]);
    fs::remove_dir_all(stage.path("today")).unwrap();
    stage.turn_when_rung().await;
    fs::create_dir(stage.path("today")).unwrap();
    stage.turn_when_rung().await;
    stage.move_in("today/b.txt", story("Ferries leave late"));
    assert_eq!(stage.articles_when_rung().await, ["Ferries leave late"]);
}

#[tokio::test]
async fn a_folder_moved_in_with_its_files_is_found() {
    let stage = watched(|config| {
        config.recursive = true;
        config.patterns = vec!["*.txt".to_owned()];
    })
    .await;
    let outside = stage.dir.path().join("batch");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("a.txt"), story("Ferries leave on time")).unwrap();
    fs::rename(outside, stage.path("batch")).unwrap();
    assert_eq!(stage.articles_when_rung().await, ["Ferries leave on time"]);
}

#[tokio::test]
async fn a_folder_made_again_is_watched_again() {
    let stage = Stage::new(Keep, |config| {
        hourly(config);
        config.scan_every = Duration::from_millis(50);
    });
    fs::remove_dir(&stage.config.path).unwrap();
    assert!(matches!(stage.turn().await.outcome, Outcome::Failed { .. }));
    fs::create_dir(&stage.config.path).unwrap();
    stage.turn_when_rung().await;
    stage.move_in("a.txt", story("Ferries leave on time"));
    assert_eq!(stage.articles_when_rung().await, ["Ferries leave on time"]);

    fs::remove_dir_all(&stage.config.path).unwrap();
    fs::create_dir(&stage.config.path).unwrap();
    stage.turn_when_rung().await;
    stage.move_in("b.txt", story("Ferries leave late"));
    assert_eq!(stage.articles_when_rung().await, ["Ferries leave late"]);
}

#[tokio::test]
async fn names_that_are_not_meant_ring_no_bell() {
    let stage = watched(|config| config.patterns = vec!["*.txt".to_owned()]).await;
    for name in ["a.md", ".a.txt", "a.txt.part", "a.txt~"] {
        stage.move_in(name, "x");
    }
    stage.move_in("a.txt", story("Ferries leave on time"));
    let harvest = stage.turn_when_rung().await;
    assert_eq!(headlines(&harvest), ["Ferries leave on time"]);
    assert_eq!(harvest.facts.items, 1);
}

#[tokio::test]
async fn its_own_deletions_ring_no_bell() {
    let stage = Stage::new(Delete, |_| {});
    assert_eq!(stage.turn().await.outcome, Outcome::Unchanged);
    stage.move_in("a.txt", story("Ferries leave on time"));
    assert_eq!(stage.articles_when_rung().await, ["Ferries leave on time"]);
    assert!(stage.left().is_empty());
    // Whatever the deletion sets off comes before the word of this file, which rings the bell once.
    stage.move_in("b.txt", story("Ferries leave late"));
    assert_eq!(
        headlines(&stage.turn_when_rung().await),
        ["Ferries leave late"]
    );
}
