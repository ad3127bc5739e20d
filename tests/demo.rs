//! `dateline demo` from outside: without a terminal, as a log or a CI job sees it.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

fn demo(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    command
        .arg("demo")
        .arg("--dir")
        .arg(dir)
        .stdin(Stdio::null());
    command
}

/// The finished files' records, in order.
fn records(dir: &Path) -> Vec<Value> {
    let mut files: Vec<_> = std::fs::read_dir(dir.join("articles"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        })
        .collect();
    files.sort();
    let texts = files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap());
    let lines: Vec<String> = texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The numbers in the line that compares both sides: versions, articles, delivered.
fn compared(output: &Output) -> [usize; 3] {
    let stdout = String::from_utf8(output.stdout.clone()).unwrap();
    let line = stdout
        .lines()
        .find(|line| line.starts_with("published "))
        .unwrap_or_else(|| panic!("{stdout}"));
    assert!(line.ends_with("none lost, none twice"), "{line}");
    let numbers: Vec<usize> = line
        .split(|character: char| !character.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    numbers.try_into().unwrap()
}

#[test]
fn the_demo_delivers_exactly_what_its_newsroom_published() {
    let dir = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let output = demo(dir.path()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{stderr}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert!(
        began.elapsed() < Duration::from_secs(60),
        "{:?}",
        began.elapsed()
    );

    let [versions, articles, delivered] = compared(&output);
    assert_eq!(versions, delivered);
    let records = records(dir.path());
    assert_eq!(records.len(), versions);
    let mut revisions: BTreeMap<&str, u64> = BTreeMap::new();
    for record in &records {
        let latest = revisions.entry(record["id"].as_str().unwrap()).or_default();
        *latest += 1;
        assert_eq!(record["revision"].as_u64(), Some(*latest), "{record}");
        assert_eq!(record["op"], if *latest == 1 { "new" } else { "revised" });
    }
    assert_eq!(revisions.len(), articles);
    assert!(records.iter().any(|record| record["op"] == "revised"));
    assert!(
        records
            .iter()
            .any(|record| record["source"]["kind"] == "drop")
    );
    let languages: BTreeSet<_> = records
        .iter()
        .filter_map(|record| record["language"]["code"].as_str())
        .collect();
    assert!(languages.len() >= 5, "{languages:?}");
    for what in ["new ", "revised 2", "failing", "recovered", "set aside"] {
        assert!(stderr.contains(what), "{what}: {stderr}");
    }
    assert!(!stderr.contains('\x1b'), "{stderr}");
}

#[test]
fn what_the_demo_leaves_can_be_looked_at_with_the_ordinary_commands() {
    let dir = tempfile::tempdir().unwrap();
    let output = demo(dir.path()).output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    let status = Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args(["status", "--json", "-c"])
        .arg(dir.path().join("dateline.toml"))
        .output()
        .unwrap();
    assert_eq!(
        status.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&status.stderr)
    );
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["running"], false);
    assert_eq!(status["dead_letters"], 1);
    assert_eq!(
        status["records"]["committed"].as_u64(),
        Some(compared(&output)[0] as u64)
    );
}

#[test]
fn an_interrupted_demo_says_how_it_stands_and_leaves_earlier_files_alone() {
    let dir = tempfile::tempdir().unwrap();
    let earlier = dir.path().join("dateline.toml");
    std::fs::write(&earlier, "# somebody's own\n").unwrap();
    let child = demo(dir.path())
        .arg("--keep")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let folder = dir.path().join("demo-1");
    let deadline = Instant::now() + Duration::from_secs(30);
    while !folder.join("state/dateline.db").exists() {
        assert!(Instant::now() < deadline, "the daemon did not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert_eq!(records(&folder).len(), compared(&output)[0]);
    assert_eq!(
        std::fs::read_to_string(earlier).unwrap(),
        "# somebody's own\n"
    );
}
