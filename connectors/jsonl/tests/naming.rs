//! Files of somebody else are left alone, and the sink stays in its folder.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use std::fs;
use std::os::unix::fs::symlink;

use common::{Bench, entry};
use dateline_config::Compression;
use dateline_pipeline::fault::Class;
use dateline_pipeline::sink::Sink;
use serde_json::{Value, json};

const FIRST: &str = "articles-2026-03-04-000001.jsonl";
const SECOND: &str = "articles-2026-03-04-000002.jsonl";

#[tokio::test]
async fn a_wiped_state_starts_after_the_files_that_are_there() {
    let mut bench = Bench::new(|settings| settings.file = "{date}/a-{seq}.jsonl".to_owned());
    for (file, text) in [
        ("2026-03-04/a-000007.jsonl", "{\"n\":-2}\n"),
        ("2026-03-01/a-000041.jsonl.part", "{\"n\":"),
        ("2026-03-01/a-000012.jsonl.zst", ""),
        ("2026-03-04/b-000099.jsonl", ""),
        ("other/a-000099.jsonl", ""),
        ("a-000099.jsonl", ""),
    ] {
        let path = bench.dir.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let before = bench.names();
    bench.open().await.unwrap();
    bench.deliver(1).await.unwrap();
    bench.close().await;
    let new: Vec<_> = bench
        .names()
        .into_iter()
        .filter(|name| !before.contains(name))
        .collect();
    assert_eq!(new, ["2026-03-04/a-000042.jsonl"]);
    assert_eq!(
        fs::read(bench.dir.join("2026-03-01/a-000041.jsonl.part")).unwrap(),
        b"{\"n\":"
    );
}

#[tokio::test]
async fn another_log_starts_after_the_files_of_the_old_one() {
    let mut bench = Bench::new(|_| {});
    bench.open().await.unwrap();
    bench.deliver(2).await.unwrap();
    bench.replace();
    bench.stored.log = "log-2".to_owned();
    bench.stored.position = 0;
    bench.open().await.unwrap();
    bench.deliver_entries(&[entry(1)]).await.unwrap();
    bench.close().await;
    assert_eq!(bench.names(), [format!("{FIRST}.part"), SECOND.to_owned()]);
    assert_eq!(bench.numbers(), [1]);
}

#[tokio::test]
async fn a_name_that_is_taken_is_passed_over() {
    for ending in ["", ".part", ".gz", ".zst", ".zst.tmp"] {
        let mut bench = Bench::new(|_| {});
        bench.open().await.unwrap();
        let foreign = bench.dir.join(format!("{FIRST}{ending}"));
        fs::write(&foreign, "{\"n\":0}\n").unwrap();
        bench.deliver(1).await.unwrap();
        bench.close().await;
        assert!(
            bench.dir.join(SECOND).exists(),
            "{ending:?}: {:?}",
            bench.names()
        );
        assert_eq!(fs::read(&foreign).unwrap(), b"{\"n\":0}\n");
    }
}

#[tokio::test]
async fn a_final_name_that_was_taken_meanwhile_is_not_overwritten() {
    for (compress, ending) in [
        (Compression::None, ""),
        (Compression::Gzip, ".gz"),
        (Compression::Zstd, ".zst"),
    ] {
        let valid = match compress {
            Compression::Zstd => zstd::encode_all(b"{}\n".as_slice(), 1).unwrap(),
            _ => b"{}\n".to_vec(),
        };
        for (stop, content) in [
            (false, b"not ours".as_slice()),
            (true, b"not ours"),
            (false, &valid),
            (true, &valid),
        ] {
            let mut bench = Bench::new(|settings| settings.compress = compress);
            bench.open().await.unwrap();
            bench.deliver(3).await.unwrap();
            let foreign = bench.dir.join(format!("{FIRST}{ending}"));
            fs::write(&foreign, content).unwrap();
            if stop {
                // A stop has no second commit for the new name: the next start takes it.
                bench.close().await;
                bench.restart().await;
            } else {
                bench.clock.advance(bench.settings.rotate_every);
                bench.call(&[]).await.unwrap();
            }
            bench.settle().await;
            bench.close().await;
            assert_eq!(
                bench.names(),
                [format!("{FIRST}{ending}"), format!("{SECOND}{ending}")]
            );
            assert_eq!(fs::read(&foreign).unwrap(), content);
            let text = common::read(&bench.dir.join(format!("{SECOND}{ending}")));
            assert_eq!(text.split(|byte| *byte == b'\n').count(), 4);
        }
    }
}

#[tokio::test]
async fn templates_that_lead_out_are_refused() {
    for file in [
        "../{seq}.jsonl",
        "/tmp/{seq}.jsonl",
        "a/../../{seq}.jsonl",
        "{seq}/..",
        "{date}.jsonl",
    ] {
        let mut bench = Bench::new(|settings| settings.file = file.to_owned());
        let fault = bench.open().await.unwrap_err();
        assert_eq!(
            (fault.class, fault.kind),
            (Class::Permanent, "template"),
            "{file}"
        );
        assert!(!bench.dir.exists());
        assert_eq!(bench.sink.close().await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_state_that_leads_out_is_refused() {
    for file in ["../evil.jsonl", "/evil.jsonl", ""] {
        let mut bench = Bench::new(|_| {});
        let open = json!({"file": file, "length": 0, "records": 0, "opened": common::BEGIN});
        bench.stored.detail = json!({"log": "log-1", "sequence": 1, "open": open, "closing": []});
        assert_eq!(bench.open().await.unwrap_err().kind, "outside", "{file:?}");
        let closing = json!([{"file": file, "length": 0, "records": 0}]);
        bench.stored.detail =
            json!({"log": "log-1", "sequence": 1, "open": null, "closing": closing});
        assert_eq!(bench.open().await.unwrap_err().kind, "outside", "{file:?}");
    }
}

#[tokio::test]
async fn a_linked_folder_that_leads_out_is_refused() {
    let elsewhere = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(|settings| settings.file = "{date}/below/{seq}.jsonl".to_owned());
    bench.open().await.unwrap();
    symlink(elsewhere.path(), bench.dir.join("2026-03-04")).unwrap();
    let fault = bench.deliver(1).await.unwrap_err();
    assert_eq!((fault.class, fault.kind), (Class::Permanent, "outside"));
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    // One that stays inside is fine.
    fs::remove_file(bench.dir.join("2026-03-04")).unwrap();
    fs::create_dir(bench.dir.join("real")).unwrap();
    symlink("real", bench.dir.join("2026-03-04")).unwrap();
    bench.open().await.unwrap();
    bench.deliver(1).await.unwrap();
    bench.close().await;
    assert_eq!(bench.names(), ["2026-03-04", "real/below/000001.jsonl"]);
}

#[tokio::test]
async fn the_folder_itself_may_be_a_link() {
    let real = tempfile::tempdir().unwrap();
    let temp = tempfile::tempdir().unwrap();
    symlink(real.path(), temp.path().join("out")).unwrap();
    let mut bench = Bench::at(&temp.path().join("out"), |settings| {
        settings.file = "{date}/{seq}.jsonl".to_owned()
    });
    bench.open().await.unwrap();
    bench.deliver(1).await.unwrap();
    bench.close().await;
    assert_eq!(bench.names(), ["2026-03-04/000001.jsonl"]);
}

#[tokio::test]
async fn a_linked_file_is_not_written_through() {
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    let mut bench = Bench::new(|_| {});
    bench.open().await.unwrap();
    bench.call(&[entry(1)]).await.unwrap();
    symlink(elsewhere.path(), bench.dir.join(format!("{FIRST}.part"))).unwrap();
    let fault = bench.call(&[entry(1)]).await.unwrap_err();
    assert_eq!(fault.class, Class::Transient);
    assert_eq!(bench.open().await.unwrap_err().kind, "file_changed");
    assert_eq!(elsewhere.path().metadata().unwrap().len(), 0);
}

#[tokio::test]
async fn two_sinks_of_one_name_do_not_write_one_folder() {
    let mut first = Bench::new(|_| {});
    first.open().await.unwrap();
    first.deliver(1).await.unwrap();
    let mut second = Bench::at(&first.dir, |_| {});
    let fault = second.open().await.unwrap_err();
    assert_eq!((fault.class, fault.kind), (Class::Transient, "locked"));
    assert!(fault.reason.contains(".main.lock"), "{fault}");
    first.close().await;
    second.open().await.unwrap();
    assert_eq!(first.open().await.unwrap_err().kind, "locked");
    second.replace();
    first.open_patiently().await;
    assert_eq!(first.stored.detail["open"], Value::Null);
}
