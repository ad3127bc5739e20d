//! What is found on disk after a crash at each step, built by hand, and what becomes of it.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use std::fs;
use std::io::Write;

use common::{Bench, entry, is_unfinished};
use dateline_config::{ByteSize, Compression};
use dateline_pipeline::fault::Class;
use dateline_pipeline::sink::Sink;
use serde_json::json;

const FIRST: &str = "articles-2026-03-04-000001.jsonl";

/// A bench that delivered 1 to 5 into the first file, which is open.
async fn with_an_open_file(compress: Compression) -> Bench {
    let mut bench = Bench::new(|settings| settings.compress = compress);
    bench.open().await.unwrap();
    bench.deliver(5).await.unwrap();
    bench
}

/// A bench that delivered 1 to 5 into the first file, which is committed as closed and was not
/// touched since.
async fn with_a_closed_file(compress: Compression) -> Bench {
    let mut bench = with_an_open_file(compress).await;
    bench.clock.advance(bench.settings.rotate_every);
    // The last call before the crash: it closes the file, and nothing begins to finish it.
    bench.call(&[]).await.unwrap();
    assert_eq!(bench.stored.detail["closing"][0]["file"], FIRST);
    assert_eq!(bench.names(), [format!("{FIRST}.part")]);
    bench.replace();
    bench
}

fn packed(compress: Compression, plain: &[u8]) -> Vec<u8> {
    match compress {
        Compression::None => plain.to_vec(),
        Compression::Gzip => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Zstd => zstd::encode_all(plain, 1).unwrap(),
    }
}

fn ending(compress: Compression) -> &'static str {
    match compress {
        Compression::None => "",
        Compression::Gzip => ".gz",
        Compression::Zstd => ".zst",
    }
}

/// Opens a fresh sink, delivers 6 and 7, stops, and expects every record once under final names.
async fn goes_on(bench: &mut Bench, case: &str) {
    bench.restart().await;
    bench.deliver(2).await.unwrap();
    bench.close().await;
    assert_eq!(
        bench.numbers(),
        [1, 2, 3, 4, 5, 6, 7],
        "{case}: {:?}",
        bench.names()
    );
    assert!(
        !bench.names().iter().any(|name| is_unfinished(name)),
        "{case}: {:?}",
        bench.names()
    );
}

#[tokio::test]
async fn what_was_written_and_not_committed_is_cut_off() {
    for tail in ["{\"n\":6}\n{\"n\":7}\n", "{\"n\":6,\"te", "\n"] {
        let mut bench = with_an_open_file(Compression::None).await;
        bench.replace();
        let part = bench.dir.join(format!("{FIRST}.part"));
        fs::OpenOptions::new()
            .append(true)
            .open(part)
            .unwrap()
            .write_all(tail.as_bytes())
            .unwrap();
        goes_on(&mut bench, tail).await;
    }
}

#[tokio::test]
async fn a_file_that_was_created_and_not_written_to_is_used() {
    let mut bench = Bench::new(|_| {});
    bench.open().await.unwrap();
    bench.call(&[entry(1)]).await.unwrap();
    for content in ["", "{\"n\":1}\n"] {
        bench.replace();
        fs::write(bench.dir.join(format!("{FIRST}.part")), content).unwrap();
        bench.open().await.unwrap();
    }
    bench.deliver(3).await.unwrap();
    bench.close().await;
    assert_eq!(bench.names(), [FIRST]);
    assert_eq!(bench.numbers(), [1, 2, 3]);
}

#[tokio::test]
async fn finishing_goes_on_from_every_step() {
    for compress in [Compression::None, Compression::Gzip, Compression::Zstd] {
        for step in ["closed", "compressing", "compressed", "renamed", "removed"] {
            let mut bench = with_a_closed_file(compress).await;
            let part = bench.dir.join(format!("{FIRST}.part"));
            let target = bench.dir.join(format!("{FIRST}{}", ending(compress)));
            let unfinished = bench.dir.join(format!("{FIRST}{}.tmp", ending(compress)));
            let bytes = packed(compress, &fs::read(&part).unwrap());
            match (step, compress) {
                ("renamed" | "removed", Compression::None) => fs::rename(&part, &target).unwrap(),
                (_, Compression::None) | ("closed", _) => {}
                ("compressing", _) => fs::write(unfinished, &bytes[..bytes.len() / 2]).unwrap(),
                ("compressed", _) => fs::write(unfinished, &bytes).unwrap(),
                ("renamed", _) => fs::write(target, &bytes).unwrap(),
                _ => {
                    fs::write(target, &bytes).unwrap();
                    fs::remove_file(part).unwrap();
                }
            }
            goes_on(&mut bench, &format!("{compress:?}, {step}")).await;
        }
    }
}

/// A stop finishes files before its result is committed; here it never is.
#[tokio::test]
async fn a_stop_that_was_not_committed_is_taken_up_from_every_step() {
    for compress in [Compression::None, Compression::Gzip, Compression::Zstd] {
        for step in ["compressing", "compressed", "renamed", "removed"] {
            let mut bench = with_an_open_file(compress).await;
            bench.replace();
            let part = bench.dir.join(format!("{FIRST}.part"));
            let target = bench.dir.join(format!("{FIRST}{}", ending(compress)));
            let bytes = packed(compress, &fs::read(&part).unwrap());
            match (step, compress) {
                (_, Compression::None) => fs::rename(&part, &target).unwrap(),
                ("compressing" | "compressed", _) => {
                    let length = if step == "compressing" {
                        bytes.len() / 2
                    } else {
                        bytes.len()
                    };
                    let unfinished = bench.dir.join(format!("{FIRST}{}.tmp", ending(compress)));
                    fs::write(unfinished, &bytes[..length]).unwrap();
                }
                ("renamed", _) => fs::write(target, &bytes).unwrap(),
                _ => {
                    fs::write(target, &bytes).unwrap();
                    fs::remove_file(part).unwrap();
                }
            }
            goes_on(&mut bench, &format!("{compress:?}, {step}")).await;
        }
    }
}

/// The configuration may have changed between the crash and the start.
#[tokio::test]
async fn finishing_goes_on_with_another_compression() {
    for (before, now) in [
        (Compression::Gzip, Compression::Zstd),
        (Compression::Zstd, Compression::None),
        (Compression::None, Compression::Gzip),
    ] {
        for renamed in [false, true] {
            let mut bench = with_a_closed_file(before).await;
            bench.settings.compress = now;
            let plain = fs::read(bench.dir.join(format!("{FIRST}.part"))).unwrap();
            let name = match (renamed, before) {
                (true, Compression::None) => continue,
                (true, _) => format!("{FIRST}{}", ending(before)),
                (false, Compression::None) => continue,
                (false, _) => format!("{FIRST}{}.tmp", ending(before)),
            };
            fs::write(bench.dir.join(name), packed(before, &plain)).unwrap();
            goes_on(
                &mut bench,
                &format!("{before:?} to {now:?}, renamed: {renamed}"),
            )
            .await;
        }
    }
}

#[tokio::test]
async fn a_finished_file_that_a_reader_took_away_is_not_missed() {
    let mut bench = with_a_closed_file(Compression::None).await;
    fs::remove_file(bench.dir.join(format!("{FIRST}.part"))).unwrap();
    bench.restart().await;
    bench.settle().await;
    bench.deliver(1).await.unwrap();
    bench.close().await;
    assert_eq!(bench.numbers(), [6]);
}

#[tokio::test]
async fn a_file_shorter_than_committed_is_a_permanent_fault() {
    for closed in [false, true] {
        let mut bench = match closed {
            true => with_a_closed_file(Compression::None).await,
            false => with_an_open_file(Compression::None).await,
        };
        bench.replace();
        let part = bench.dir.join(format!("{FIRST}.part"));
        let whole = fs::read(&part).unwrap();
        fs::write(&part, &whole[..whole.len() - 1]).unwrap();
        let fault = bench.open().await.unwrap_err();
        assert_eq!((fault.class, fault.kind), (Class::Permanent, "file_short"));
        let length = whole.len();
        for part in [
            FIRST,
            &format!("has {} bytes", length - 1),
            &format!("{length} bytes (5 records)"),
            "restore",
        ] {
            assert!(fault.reason.contains(part), "{part:?} in {fault}");
        }
        assert!(bench.sink.deliver(&[]).await.is_err());
        // Restored, it goes on by itself.
        fs::write(&part, whole).unwrap();
        bench.open().await.unwrap();
        bench.deliver(2).await.unwrap();
        bench.close().await;
        assert_eq!(bench.numbers(), [1, 2, 3, 4, 5, 6, 7]);
    }
}

#[tokio::test]
async fn a_missing_file_is_a_permanent_fault() {
    let mut bench = with_an_open_file(Compression::None).await;
    bench.replace();
    fs::remove_file(bench.dir.join(format!("{FIRST}.part"))).unwrap();
    let fault = bench.open().await.unwrap_err();
    assert_eq!(
        (fault.class, fault.kind),
        (Class::Permanent, "file_missing")
    );
    assert!(
        fault.reason.contains(FIRST) && fault.reason.contains("5 records"),
        "{fault}"
    );
    // A file of another length under the final name is not this one.
    fs::write(bench.dir.join(FIRST), "{}\n").unwrap();
    assert_eq!(bench.open().await.unwrap_err().kind, "file_missing");
}

#[tokio::test]
async fn a_file_changed_under_the_sinks_hands_is_noticed_before_anything_is_written() {
    let changes: [(&str, &str); 4] = [
        ("removed", "file_missing"),
        ("replaced by nothing", "file_short"),
        ("replaced", ""),
        ("written to", ""),
    ];
    for (change, next) in changes {
        let mut bench = with_an_open_file(Compression::None).await;
        let part = bench.dir.join(format!("{FIRST}.part"));
        let whole = fs::read(&part).unwrap();
        match change {
            "removed" => fs::remove_file(&part).unwrap(),
            "replaced by nothing" => fs::write(&part, "").unwrap(),
            "replaced" => {
                fs::write(bench.dir.join("copy"), &whole).unwrap();
                fs::rename(bench.dir.join("copy"), &part).unwrap();
            }
            _ => fs::write(&part, [whole.as_slice(), b"x"].concat()).unwrap(),
        }
        let fault = bench.deliver(1).await.unwrap_err();
        assert_eq!(fault.class, Class::Transient, "{change}: {fault}");
        match bench.open().await {
            Ok(()) => {
                assert_eq!(next, "", "{change}");
                bench.deliver(2).await.unwrap();
                bench.close().await;
                assert_eq!(bench.numbers(), [1, 2, 3, 4, 5, 6, 7], "{change}");
            }
            Err(fault) => assert_eq!(fault.kind, next, "{change}: {fault}"),
        }
    }
}

#[tokio::test]
async fn a_state_that_cannot_be_read_is_a_permanent_fault() {
    let mut bench = Bench::new(|_| {});
    bench.stored.detail = json!({"version": 9});
    let fault = bench.open().await.unwrap_err();
    assert_eq!((fault.class, fault.kind), (Class::Permanent, "state"));
}

#[tokio::test]
async fn a_compression_outlived_by_nobody_is_done_again() {
    let mut bench = Bench::new(|settings| {
        settings.compress = Compression::Zstd;
        settings.rotate_size = ByteSize(100_000);
    });
    bench.open().await.unwrap();
    for _ in 0..20 {
        bench.deliver(400).await.unwrap();
        bench.restart().await;
    }
    bench.close().await;
    assert_eq!(bench.numbers(), (1..=8000).collect::<Vec<_>>());
    assert!(bench.names().iter().all(|name| name.ends_with(".zst")));
}
