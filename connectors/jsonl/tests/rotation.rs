//! When files end, and how they come to their final names.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common::{Bench, entry, finished_lines, is_unfinished, names};
use dateline_config::{ByteSize, Compression};
use dateline_pipeline::sink::{Delivered, Sink};
use serde_json::{Value, json};

#[tokio::test]
async fn the_name_of_a_file_is_committed_before_there_is_one() {
    let mut bench = Bench::new(|_| {});
    bench.open().await.unwrap();
    let batch = [entry(1), entry(2)];
    let first = bench.call(&batch).await.unwrap();
    assert_eq!(first.records, 0);
    assert_eq!(
        first.detail.unwrap(),
        json!({
            "log": "log-1",
            "sequence": 1,
            "open": {"file": "articles-2026-03-04-000001.jsonl", "length": 0, "records": 0, "opened": common::BEGIN},
            "closing": [],
        })
    );
    assert!(bench.names().is_empty());
    let second = bench.call(&batch).await.unwrap();
    assert_eq!(second.records, 2);
    let length = (batch[0].body.len() + batch[1].body.len() + 2) as u64;
    assert_eq!(second.detail.unwrap()["open"]["length"], length);
    assert_eq!(bench.names(), ["articles-2026-03-04-000001.jsonl.part"]);
    bench.close().await;
    assert_eq!(bench.names(), ["articles-2026-03-04-000001.jsonl"]);
    assert_eq!(bench.stored.detail["open"], Value::Null);
}

#[tokio::test]
async fn idle_calls_without_a_reason_change_nothing() {
    let mut bench = Bench::new(|_| {});
    bench.open().await.unwrap();
    assert_eq!(bench.call(&[]).await.unwrap(), Delivered::default());
    bench.deliver(1).await.unwrap();
    assert_eq!(bench.call(&[]).await.unwrap(), Delivered::default());
    bench.close().await;
    assert_eq!(bench.numbers(), [1]);
}

#[tokio::test]
async fn files_end_before_they_pass_their_size() {
    let line = entry(1).body.len() as u64 + 1;
    let mut bench = Bench::new(|settings| settings.rotate_size = ByteSize(line * 3 + 1));
    bench.open().await.unwrap();
    bench.deliver(8).await.unwrap();
    bench.settle().await;
    assert_eq!(
        bench.names(),
        [
            "articles-2026-03-04-000001.jsonl",
            "articles-2026-03-04-000002.jsonl",
            "articles-2026-03-04-000003.jsonl.part"
        ]
    );
    assert_eq!(bench.numbers(), [1, 2, 3, 4, 5, 6]);
    bench.close().await;
    assert_eq!(bench.numbers(), [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[tokio::test]
async fn a_record_larger_than_a_file_gets_one_of_its_own() {
    let mut bench = Bench::new(|settings| settings.rotate_size = ByteSize(1000));
    bench.open().await.unwrap();
    let mut large = entry(2);
    large.body = json!({"n": 2, "text": "y".repeat(5000)})
        .to_string()
        .into_bytes();
    bench
        .deliver_entries(&[entry(1), large, entry(3)])
        .await
        .unwrap();
    bench.close().await;
    assert_eq!(bench.names().len(), 3);
    assert_eq!(bench.numbers(), [1, 2, 3]);
}

#[tokio::test]
async fn files_end_at_their_age_even_when_nothing_comes() {
    let mut bench = Bench::new(|settings| settings.rotate_every = Duration::from_secs(600));
    bench.open().await.unwrap();
    bench.deliver(2).await.unwrap();
    bench.clock.advance(Duration::from_secs(599));
    bench.call(&[]).await.unwrap();
    assert_eq!(bench.names(), ["articles-2026-03-04-000001.jsonl.part"]);
    bench.clock.advance(Duration::from_secs(1));
    bench
        .idle_until(|detail| detail["open"].is_null() && detail["closing"] == json!([]))
        .await;
    assert_eq!(bench.names(), ["articles-2026-03-04-000001.jsonl"]);
    bench.clock.advance(Duration::from_secs(86_400));
    bench.deliver(1).await.unwrap();
    bench.close().await;
    assert_eq!(
        bench.names(),
        [
            "articles-2026-03-04-000001.jsonl",
            "articles-2026-03-05-000002.jsonl"
        ]
    );
}

#[tokio::test]
async fn the_age_of_a_file_outlives_a_restart() {
    let mut bench = Bench::new(|settings| settings.rotate_every = Duration::from_secs(600));
    bench.open().await.unwrap();
    bench.deliver(1).await.unwrap();
    bench.clock.advance(Duration::from_secs(300));
    bench.restart().await;
    bench.clock.advance(Duration::from_secs(300));
    bench
        .idle_until(|detail| detail["open"].is_null() && detail["closing"] == json!([]))
        .await;
    assert_eq!(bench.numbers(), [1]);
}

#[tokio::test]
async fn a_clock_that_is_set_back_keeps_no_file_open() {
    let mut bench = Bench::new(|settings| settings.rotate_every = Duration::from_secs(600));
    bench.open().await.unwrap();
    bench.deliver(1).await.unwrap();
    bench.clock.set_back(Duration::from_secs(30 * 86_400));
    bench.clock.advance(Duration::from_secs(600));
    bench
        .idle_until(|detail| detail["open"].is_null() && detail["closing"] == json!([]))
        .await;
    assert_eq!(bench.numbers(), [1]);
}

#[tokio::test]
async fn an_empty_file_is_removed() {
    let mut bench = Bench::new(|_| {});
    bench.open().await.unwrap();
    // A name without a file, as after a crash between the two.
    bench.call(&[entry(1)]).await.unwrap();
    bench.close().await;
    assert!(bench.names().is_empty());
    assert_eq!(bench.stored.detail["open"], Value::Null);
    // A name with an empty file.
    bench.open().await.unwrap();
    bench.call(&[entry(1)]).await.unwrap();
    fs::write(bench.dir.join("articles-2026-03-04-000002.jsonl.part"), "").unwrap();
    bench.restart().await;
    bench.clock.advance(Duration::from_secs(3600));
    bench.call(&[]).await.unwrap();
    assert!(bench.names().is_empty());
    bench.deliver(1).await.unwrap();
    bench.close().await;
    assert_eq!(bench.names(), ["articles-2026-03-04-000003.jsonl"]);
}

#[tokio::test]
async fn closed_files_are_compressed_in_the_background_one_at_a_time() {
    for (compress, ending) in [(Compression::Gzip, "gz"), (Compression::Zstd, "zst")] {
        let mut bench = Bench::new(|settings| {
            settings.rotate_size = ByteSize(1000);
            settings.compress = compress;
        });
        bench.open().await.unwrap();
        bench.deliver(30).await.unwrap();
        bench.settle().await;
        let finished: Vec<_> = bench
            .names()
            .into_iter()
            .filter(|name| !is_unfinished(name))
            .collect();
        assert!(finished.len() >= 3, "{finished:?}");
        assert!(
            finished.iter().all(|name| name.ends_with(ending)),
            "{finished:?}"
        );
        bench.close().await;
        let names = bench.names();
        assert!(names.iter().all(|name| name.ends_with(ending)), "{names:?}");
        assert_eq!(bench.numbers(), (1..=30).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_stop_leaves_nothing_unfinished() {
    let mut bench = Bench::new(|settings| {
        settings.rotate_size = ByteSize(1000);
        settings.compress = Compression::Zstd;
    });
    bench.open().await.unwrap();
    bench.deliver(30).await.unwrap();
    bench.close().await;
    assert!(!bench.names().iter().any(|name| is_unfinished(name)));
    assert_eq!(bench.stored.detail["closing"], json!([]));
    assert_eq!(bench.numbers(), (1..=30).collect::<Vec<_>>());
    // And the next start goes on behind it.
    bench.replace();
    bench.open().await.unwrap();
    bench.deliver(1).await.unwrap();
    bench.close().await;
    assert_eq!(bench.numbers(), (1..=31).collect::<Vec<_>>());
}

#[tokio::test]
async fn closing_what_is_not_open_is_harmless() {
    let mut bench = Bench::new(|_| {});
    assert_eq!(bench.sink.close().await.unwrap(), None);
    assert_eq!(bench.sink.deliver(&[]).await.unwrap_err().kind, "not_open");
    bench.open().await.unwrap();
    bench.close().await;
    assert_eq!(bench.sink.close().await.unwrap(), None);
    bench.open().await.unwrap();
    bench.deliver(1).await.unwrap();
    bench.close().await;
    assert_eq!(bench.numbers(), [1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_of_final_names_sees_whole_lines_only_and_no_file_change() {
    let mut bench = Bench::new(|settings| {
        settings.rotate_size = ByteSize(2000);
        settings.compress = Compression::Gzip;
    });
    bench.open().await.unwrap();
    let (dir, done) = (bench.dir.clone(), Arc::new(AtomicBool::new(false)));
    let reader = std::thread::spawn({
        let done = done.clone();
        move || {
            let mut passes = 0;
            let mut known = std::collections::BTreeMap::new();
            while !done.load(Ordering::Relaxed) || passes == 0 {
                for name in names(&dir).into_iter().filter(|name| !is_unfinished(name)) {
                    let bytes = common::read(&dir.join(&name));
                    let before = known.insert(name, bytes.clone());
                    assert!(before.is_none_or(|before| before == bytes));
                }
                let numbers: Vec<_> = finished_lines(&dir)
                    .iter()
                    .map(|line| line["n"].as_i64().unwrap())
                    .collect();
                assert!(numbers.is_sorted_by(|a, b| a < b));
                passes += 1;
            }
        }
    });
    for _ in 0..100 {
        bench.deliver(3).await.unwrap();
    }
    bench.close().await;
    done.store(true, Ordering::Relaxed);
    reader.join().unwrap();
    assert_eq!(bench.numbers(), (1..=300).collect::<Vec<_>>());
}
