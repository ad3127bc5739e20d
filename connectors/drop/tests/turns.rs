//! What a turn brings home from a folder.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime};

use common::{Stage, headlines, story};
use dateline_config::AfterDrop::{Archive, Delete, Keep};
use dateline_pipeline::draft::Trust;
use dateline_pipeline::source::{Outcome, Source};
use jiff::Timestamp;

#[tokio::test]
async fn an_article_carries_its_file_and_its_folder() {
    let stage = Stage::new(Keep, |config| config.recursive = true);
    stage.write("today/a.txt", story("Ferries leave on time"));
    let harvest = stage.turn().await;
    assert_eq!(harvest.outcome, Outcome::Read);
    assert!(!harvest.more && harvest.files.is_empty());
    let draft = &harvest.items[0].draft;
    assert_eq!(&draft.source, stage.source.reference());
    assert_eq!(draft.file.as_deref(), Some("today/a.txt"));
    let guid = draft.item.guid.as_ref().unwrap();
    assert_eq!(
        (guid.value.as_str(), guid.trust),
        ("today/a.txt", Trust::Place)
    );
    assert_eq!(draft.item.language.as_deref(), Some("en"));
    assert_eq!(
        draft.item.title.as_ref().unwrap().value,
        "Ferries leave on time"
    );
    assert_eq!(harvest.facts.items, 1);
    assert_eq!(
        harvest.facts.bytes,
        story("Ferries leave on time").len() as u64
    );
    assert_eq!(stage.turn().await.outcome, Outcome::Unchanged);
}

#[tokio::test]
async fn files_come_oldest_first_and_then_by_name() {
    let stage = Stage::new(Keep, |_| {});
    for (name, age) in [("b", 50), ("new", 10), ("a", 50), ("old", 90)] {
        stage.write(name, story(name));
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 - age);
        File::options()
            .append(true)
            .open(stage.path(name))
            .unwrap()
            .set_modified(modified)
            .unwrap();
    }
    assert_eq!(headlines(&stage.turn().await), ["old", "a", "b", "new"]);
}

#[tokio::test]
async fn articles_that_state_their_dates_come_by_them() {
    let stage = Stage::new(Keep, |_| {});
    let item = |title: &str, date: &str| {
        format!("<item><title>{title}</title><pubDate>{date}</pubDate></item>")
    };
    let feed = |items: &[String]| {
        let items = items.concat();
        format!("<rss version='2.0'><channel>{items}</channel></rss>")
    };
    let (may, june) = (
        "Tue, 09 May 2023 10:00:00 GMT",
        "Fri, 09 Jun 2023 10:00:00 GMT",
    );
    stage.write(
        "a",
        feed(&[item("June", june), item("undated", ""), item("May", may)]),
    );
    stage.write("b", feed(&[item("June again", june)]));
    let order = ["May", "undated", "June", "June again"];
    assert_eq!(headlines(&stage.turn().await), order);
}

#[tokio::test]
async fn a_clock_that_is_set_back_puts_no_file_off() {
    const SETTLE: Duration = Duration::from_secs(30);
    let stage = Stage::new(Keep, |config| config.settle = SETTLE);
    let hour = Duration::from_secs(3600);
    let now = Timestamp::now();
    let ahead = now + hour;
    // Never closed, so that the watch hears nothing of its end.
    let mut file = File::create(stage.path("a.txt")).unwrap();
    file.write_all(story("Ferries leave on time").as_bytes())
        .unwrap();
    file.set_modified(SystemTime::now() + hour).unwrap();
    assert_eq!(stage.poll_at(ahead).await.items.len(), 0);
    assert_eq!(stage.poll_at(now).await.items.len(), 0);
    assert_eq!(stage.poll_at(now + SETTLE).await.items.len(), 1);
}

#[tokio::test]
async fn a_file_that_is_being_written_is_left_until_it_is_quiet() {
    let stage = Stage::new(Keep, |config| config.settle = Duration::from_secs(30));
    // Never closed, so that the watch hears nothing of its end.
    let mut file = File::create(stage.path("a.txt")).unwrap();
    let mut write = |content: &str, age| {
        file.write_all(content.as_bytes()).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(age))
            .unwrap();
    };
    let whole = story("Ferries leave on time");
    let (half, rest) = whole.split_at(10);
    write(half, 10);
    assert_eq!(stage.turn().await.items.len(), 0);
    write(rest, 25);
    assert_eq!(stage.turn().await.items.len(), 0);
    write("", 31);
    assert_eq!(headlines(&stage.turn().await), ["Ferries leave on time"]);
}

#[tokio::test]
async fn a_quiet_file_is_taken_at_once_after_a_restart() {
    let stage = Stage::new(Keep, |config| config.settle = Duration::from_secs(30));
    stage.write("a.txt", story("Ferries leave on time"));
    File::options()
        .append(true)
        .open(stage.path("a.txt"))
        .unwrap()
        .set_modified(SystemTime::now() - Duration::from_secs(60))
        .unwrap();
    assert_eq!(stage.turn().await.items.len(), 1);
}

#[tokio::test]
async fn a_file_from_the_future_is_taken_when_it_has_not_changed_for_a_while() {
    let stage = Stage::new(Keep, |config| config.settle = Duration::from_secs(30));
    stage.write("a.txt", story("Ferries leave on time"));
    let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
    File::options()
        .append(true)
        .open(stage.path("a.txt"))
        .unwrap()
        .set_modified(tomorrow)
        .unwrap();
    // The first turn sets the watch; what it hears of the write above would say that the file is whole.
    let now = Timestamp::now();
    assert_eq!(stage.poll_at(now).await.items.len(), 0);
    assert_eq!(
        stage
            .poll_at(now + Duration::from_secs(29))
            .await
            .items
            .len(),
        0
    );
    assert_eq!(
        stage
            .poll_at(now + Duration::from_secs(30))
            .await
            .items
            .len(),
        1
    );
}

#[tokio::test]
async fn what_is_no_article_is_rejected_with_the_reason() {
    let stage = Stage::new(Keep, |_| {});
    stage.write("binary.txt", b"\x7fELF\x02\x01\x01\0\0\0\0\0");
    stage.write("blank.txt", " \n\n\t");
    stage.write("empty.txt", "");
    stage.write(
        "feed.txt",
        "<?xml version='1.0'?><rss version='2.0'><channel></channel></rss>",
    );
    stage.write("good.txt", story("Ferries leave on time"));
    let huge = File::create(stage.path("huge.txt")).unwrap();
    huge.set_len(1 << 30).unwrap();
    let harvest = stage.turn().await;
    assert_eq!(headlines(&harvest), ["Ferries leave on time"]);
    let mut rejects: Vec<_> = harvest
        .rejects
        .iter()
        .map(|reject| (reject.subject.as_str(), reject.fault.kind))
        .collect();
    rejects.sort_unstable();
    assert_eq!(
        rejects,
        [
            ("binary.txt", "binary"),
            ("blank.txt", "empty"),
            ("empty.txt", "empty"),
            ("feed.txt", "empty"),
            ("huge.txt", "too_large")
        ]
    );
    let large = harvest
        .rejects
        .iter()
        .find(|reject| reject.subject == "huge.txt")
        .unwrap();
    assert_eq!(large.bytes, vec![0; 4096]);
    assert!(
        large.fault.reason.contains("max_file"),
        "{}",
        large.fault.reason
    );
    assert_eq!(stage.turn().await.outcome, Outcome::Unchanged);
}

#[tokio::test]
async fn a_rejected_file_that_is_mended_is_read() {
    let mut stage = Stage::new(Keep, |_| {});
    stage.write("a.txt", "");
    assert_eq!(stage.turn().await.rejects.len(), 1);
    stage.restart();
    assert_eq!(stage.turn().await.outcome, Outcome::Unchanged);
    stage.write("a.txt", story("Ferries leave on time"));
    assert_eq!(stage.turn().await.items.len(), 1);
}

#[tokio::test]
async fn more_files_than_a_turn_takes_come_in_several() {
    let stage = Stage::new(Delete, |_| {});
    let count = 2500;
    for number in 0..count {
        stage.write(
            format!("{number}.txt"),
            story(&format!("Line {number} leaves")),
        );
    }
    let mut sizes = Vec::new();
    let mut came = std::collections::BTreeSet::new();
    loop {
        let harvest = stage.turn().await;
        came.extend(headlines(&harvest));
        sizes.push(harvest.items.len());
        if !harvest.more {
            break;
        }
    }
    assert_eq!(sizes, [1024, 1024, 452]);
    assert_eq!(came.len(), count);
    assert!(stage.left().is_empty());
}

#[tokio::test]
async fn known_files_of_a_large_kept_folder_are_not_read_again() {
    let mut stage = Stage::new(Keep, |_| {});
    for number in 0..1100 {
        stage.write(
            format!("{number}.txt"),
            story(&format!("Line {number} leaves")),
        );
    }
    while stage.turn().await.more {}
    stage.restart();
    stage.write("new.txt", story("A new line opens"));
    let harvest = stage.turn().await;
    assert_eq!(headlines(&harvest), ["A new line opens"]);
    assert_eq!(harvest.facts.bytes, story("A new line opens").len() as u64);
}

#[tokio::test]
async fn an_unreadable_file_is_left_and_named_and_costs_no_other() {
    let stage = Stage::new(Delete, |_| {});
    stage.write("closed.txt", story("Behind closed doors"));
    stage.write("open.txt", story("Ferries leave on time"));
    fs::set_permissions(stage.path("closed.txt"), Permissions::from_mode(0o000)).unwrap();
    let may_read_anything = File::open(stage.path("closed.txt")).is_ok();
    let harvest = stage.turn().await;
    if may_read_anything {
        assert_eq!(harvest.items.len(), 2, "the superuser reads every file");
        return;
    }
    assert_eq!(headlines(&harvest), ["Ferries leave on time"]);
    assert!(harvest.rejects.is_empty() && !harvest.more);
    assert!(harvest.facts.recovered[0].contains("closed.txt"));
    assert_eq!(stage.left(), ["closed.txt"]);
    fs::set_permissions(stage.path("closed.txt"), Permissions::from_mode(0o644)).unwrap();
    assert_eq!(headlines(&stage.turn().await), ["Behind closed doors"]);
}

#[tokio::test]
async fn names_that_are_not_utf8_are_read_and_stay_different() {
    let stage = Stage::new(Archive, |_| {});
    for name in [b"caf\xe8.txt", b"caf\xe9.txt"] {
        let path = stage.path(OsStr::from_bytes(name));
        if fs::write(path, story("The café opens")).is_err() {
            println!("skipped: the file system takes no such names");
            return;
        }
    }
    let harvest = stage.turn().await;
    assert_eq!(harvest.items.len(), 2);
    assert_ne!(harvest.items[0].key, harvest.items[1].key);
    assert_eq!(
        harvest.items[1].draft.file.as_deref(),
        Some("caf\u{fffd}E9.txt")
    );
    assert_eq!(stage.turn().await.outcome, Outcome::Unchanged);
}

#[tokio::test]
async fn a_missing_folder_is_reported_and_not_made() {
    let stage = Stage::new(Keep, |_| {});
    fs::remove_dir(&stage.config.path).unwrap();
    for _ in 0..2 {
        let harvest = stage.poll().await;
        let Outcome::Failed { fault, .. } = harvest.outcome else {
            panic!("{:?}", harvest.outcome)
        };
        assert!(fault.reason.contains("create it"), "{}", fault.reason);
        assert!(!stage.config.path.exists());
    }
    fs::create_dir(&stage.config.path).unwrap();
    stage.write("a.txt", story("Ferries leave on time"));
    assert_eq!(stage.turn().await.items.len(), 1);

    fs::remove_dir_all(&stage.config.path).unwrap();
    fs::write(&stage.config.path, "a file").unwrap();
    assert!(matches!(stage.poll().await.outcome, Outcome::Failed { .. }));
}

#[tokio::test]
async fn a_folder_that_is_its_own_archive_is_refused() {
    let stage = Stage::new(Archive, |config| {
        config.archive_dir = Some(config.path.clone())
    });
    assert!(matches!(stage.poll().await.outcome, Outcome::Failed { .. }));
}

#[tokio::test]
async fn an_article_in_windows_1252_says_so() {
    let stage = Stage::new(Keep, |_| {});
    stage.write("a.txt", b"Caf\xe9 opens at the quay\n\nThe caf\xe9 at the old quay opens on Monday, its owner said.\n");
    let harvest = stage.turn().await;
    assert_eq!(headlines(&harvest), ["Café opens at the quay"]);
    assert_eq!(harvest.items[0].draft.recovered.len(), 1);
}

#[tokio::test]
async fn an_edited_file_keeps_its_key() {
    let stage = Stage::new(Keep, |_| {});
    stage.write("a.txt", story("Ferries leave on time"));
    let first = stage.turn().await;
    stage.write("a.txt", story("Ferries leave an hour late"));
    let second = stage.turn().await;
    assert_eq!(first.items[0].key, second.items[0].key);
    assert_ne!(first.items[0].fingerprint, second.items[0].fingerprint);
}
