//! A disk that is full, read-only or not ours: a clear reason, and nothing lost or doubled.

#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::disallowed_methods)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common::{Bench, is_unfinished};
use dateline_config::{ByteSize, Compression};
use dateline_pipeline::fault::Class;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// A file system of 256 KiB that is unmounted at the end.
struct Tiny {
    at: PathBuf,
    _temp: tempfile::TempDir,
}

impl Tiny {
    /// Mounts it, where this process may.
    fn mount() -> Option<Tiny> {
        let temp = tempfile::tempdir().unwrap();
        let at = temp.path().join("mount");
        fs::create_dir(&at).unwrap();
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=256k", "dateline-test"])
            .arg(&at)
            .output();
        done.is_ok_and(|done| done.status.success())
            .then_some(Tiny { at, _temp: temp })
    }

    fn remount(&self, options: &str) {
        let done = Command::new("mount")
            .args(["-o", options])
            .arg(&self.at)
            .status()
            .unwrap();
        assert!(done.success());
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        // Lazily: a failed test may still have files open.
        let done = Command::new("umount").arg("-l").arg(&self.at).status();
        assert!(done.is_ok_and(|done| done.success()) || std::thread::panicking());
    }
}

/// Mounts a tiny file system, or says that the test was not run.
fn tiny(test: &str) -> Option<Tiny> {
    let tiny = Tiny::mount();
    if tiny.is_none() {
        eprintln!("{test}: NOT RUN, this user may not mount a file system");
    }
    tiny
}

#[tokio::test]
async fn a_full_disk_delays_and_loses_nothing() {
    let Some(tiny) = tiny("a_full_disk_delays_and_loses_nothing") else {
        return;
    };
    for compress in [Compression::None, Compression::Zstd] {
        let dir = tiny.at.join(format!("{compress:?}"));
        let mut bench = Bench::at(&dir, |settings| {
            settings.rotate_size = ByteSize(40 << 10);
            settings.compress = compress;
        });
        bench.open().await.unwrap();
        bench.deliver(100).await.unwrap();
        let ballast = fill(&tiny.at);
        let fault = loop {
            if let Err(fault) = bench.deliver(50).await {
                break fault;
            }
        };
        assert_eq!((fault.class, fault.kind), (Class::Transient, "disk_full"));
        assert!(
            fault.reason.contains(".part") && fault.reason.contains("free some space"),
            "{fault}"
        );
        // Opening again is possible with the disk still full, delivering is not.
        bench.open().await.unwrap();
        assert_eq!(bench.deliver(50).await.unwrap_err().kind, "disk_full");
        bench.open_patiently().await;
        fs::remove_file(ballast).unwrap();
        bench.deliver(50).await.unwrap();
        bench.close().await;
        assert!(
            !bench.names().iter().any(|name| is_unfinished(name)),
            "{:?}",
            bench.names()
        );
        let numbers = bench.numbers();
        assert_eq!(numbers, (1..=bench.stored.position).collect::<Vec<_>>());
        fs::remove_dir_all(&dir).unwrap();
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_compressed_now_does_not_hold_up_delivery() {
    let mut bench = Bench::new(|settings| settings.compress = Compression::Gzip);
    bench.open().await.unwrap();
    bench.deliver(3).await.unwrap();
    // Stands for any trouble with the second file that a compression needs.
    let first = "articles-2026-03-04-000001.jsonl";
    let in_the_way = bench.dir.join(format!("{first}.gz.tmp"));
    fs::create_dir(&in_the_way).unwrap();
    bench.clock.advance(bench.settings.rotate_every);
    for _ in 0..20 {
        bench.deliver(1).await.unwrap();
        bench.clock.advance(Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(bench.stored.detail["closing"][0]["file"], first);
    assert!(bench.dir.join(format!("{first}.part")).exists());
    fs::remove_dir(in_the_way).unwrap();
    bench.clock.advance(Duration::from_secs(30));
    bench.settle().await;
    bench.close().await;
    assert_eq!(bench.numbers(), (1..=23).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_stop_that_cannot_finish_a_file_leaves_it_to_the_next_start() {
    let mut bench = Bench::new(|settings| settings.compress = Compression::Zstd);
    bench.open().await.unwrap();
    bench.deliver(3).await.unwrap();
    let in_the_way = bench.dir.join("articles-2026-03-04-000001.jsonl.zst.tmp");
    fs::create_dir(&in_the_way).unwrap();
    bench.close().await;
    assert_eq!(bench.numbers(), [0; 0]);
    fs::remove_dir(in_the_way).unwrap();
    bench.restart().await;
    bench.settle().await;
    assert_eq!(bench.numbers(), [1, 2, 3]);
}

#[tokio::test]
async fn a_disk_turned_read_only_delays_and_loses_nothing() {
    let Some(tiny) = tiny("a_disk_turned_read_only_delays_and_loses_nothing") else {
        return;
    };
    let mut bench = Bench::at(&tiny.at.join("out"), |_| {});
    bench.open().await.unwrap();
    bench.deliver(3).await.unwrap();
    // Nothing may be open for writing while it is turned.
    bench.replace();
    tiny.remount("remount,ro");
    let fault = bench.open().await.unwrap_err();
    assert_eq!(
        (fault.class, fault.kind),
        (Class::Transient, "read_only"),
        "{fault}"
    );
    tiny.remount("remount,rw");
    bench.open().await.unwrap();
    bench.deliver(3).await.unwrap();
    bench.close().await;
    assert_eq!(bench.numbers(), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn a_folder_that_may_not_be_written_to_is_said_so() {
    let mut bench = Bench::new(|_| {});
    bench.open().await.unwrap();
    fs::set_permissions(&bench.dir, fs::Permissions::from_mode(0o555)).unwrap();
    let delivered = bench.deliver(2).await;
    fs::set_permissions(&bench.dir, fs::Permissions::from_mode(0o755)).unwrap();
    match delivered {
        Err(fault) => {
            assert_eq!(
                (fault.class, fault.kind),
                (Class::Transient, "permission"),
                "{fault}"
            );
            bench.open().await.unwrap();
            bench.deliver(2).await.unwrap();
        }
        Ok(()) => eprintln!(
            "a_folder_that_may_not_be_written_to_is_said_so: NOT RUN, root may write everywhere"
        ),
    }
    bench.close().await;
    assert_eq!(bench.numbers(), [1, 2]);
}

/// Tells the test below that it runs in a process of its own, under a shell that has the signal
/// about too large files ignored.
const INNER: &str = "DATELINE_TEST_FILE_SIZE_LIMIT";

#[tokio::test]
async fn a_write_that_is_cut_short_is_undone() {
    if std::env::var_os(INNER).is_none() {
        let done = Command::new("sh")
            .args([
                "-c",
                "trap '' XFSZ; exec \"$0\" --exact a_write_that_is_cut_short_is_undone",
            ])
            .arg(std::env::current_exe().unwrap())
            .env(INNER, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    let mut bench = Bench::new(|_| {});
    bench.open().await.unwrap();
    bench.deliver(10).await.unwrap();
    limit_file_size(Some(3000));
    let fault = bench.deliver(50).await.unwrap_err();
    assert_eq!(
        (fault.class, fault.kind),
        (Class::Transient, "file_too_large"),
        "{fault}"
    );
    let part = bench.dir.join(&bench.names()[0]);
    assert_eq!(
        part.metadata().unwrap().len(),
        3000,
        "some of the batch is written"
    );
    limit_file_size(None);
    bench.open().await.unwrap();
    assert_eq!(
        part.metadata().unwrap().len(),
        bench.stored.detail["open"]["length"]
    );
    bench.deliver(50).await.unwrap();
    bench.close().await;
    assert_eq!(bench.numbers(), (1..=60).collect::<Vec<_>>());
}

fn limit_file_size(bytes: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    let limit = Rlimit {
        current: bytes.or(maximum),
        maximum,
    };
    setrlimit(Resource::Fsize, limit).unwrap();
}

/// Fills a small file system to the last byte; returns the file that does.
fn fill(dir: &Path) -> PathBuf {
    use std::io::Write;

    let path = dir.join("ballast");
    let mut ballast = fs::File::create(&path).unwrap();
    while ballast.write_all(&[0; 512]).is_ok() {}
    path
}
