//! Real feeds of many publishers and the article that the project began with, served on loopback,
//! arrive in JSON lines and in Kafka, all of them and none twice. They lie beside the repository
//! (`../shared`) and do not belong to it; without them this says so and tests nothing. Feeds of one's
//! own are read from the folder that `$DATELINE_REAL_FEEDS` names.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[allow(dead_code)]
mod torture;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use torture::broker::Broker;
use torture::daemon::{Daemon, dateline};
use torture::outputs;
use torture::setup::{Setup, kafka};

const LIMIT: Duration = Duration::from_secs(120);

fn shared(part: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(part);
    if !path.exists() {
        println!("{} is not there: not tested", path.display());
        return None;
    }
    Some(path)
}

/// Serves the files of a folder by their number, one request a connection, until the test ends.
fn serve(files: Vec<PathBuf>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut request = String::new();
            let mut reader = BufReader::new(&stream);
            drop(reader.read_line(&mut request));
            let mut header = String::from("-");
            while !header.trim().is_empty() {
                header.clear();
                drop(reader.read_line(&mut header));
            }
            let number = request
                .split(['/', ' '])
                .find_map(|part| part.parse::<usize>().ok());
            let body = fs::read(&files[number.unwrap()]).unwrap();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            drop(
                (&stream)
                    .write_all(head.as_bytes())
                    .and_then(|()| (&stream).write_all(&body)),
            );
        }
    });
    format!("http://{address}")
}

fn status(config: &Path) -> Value {
    let output = dateline()
        .args(["status", "--json", "-c"])
        .arg(config)
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
}

#[test]
fn real_feeds_and_the_seed_arrive_in_json_lines_and_in_kafka() {
    let own = std::env::var_os("DATELINE_REAL_FEEDS").map(PathBuf::from);
    let Some(feeds) = own.clone().or_else(|| shared("eval/feeds/real")) else {
        return;
    };
    let files = files_in(&feeds);
    let seeds = shared("seed").map_or_else(Vec::new, |seed| files_in(&seed));
    let count = files.len();
    let base = serve(files);
    let broker = Broker::shared();
    let topic = format!("real-{}", std::process::id());
    broker.create_topic(&topic, &[]);

    let setup = Setup::new("real");
    let drop_folder = setup.folder().join("drop");
    fs::create_dir(&drop_folder).unwrap();
    for path in &seeds {
        fs::copy(path, drop_folder.join(path.file_name().unwrap())).unwrap();
    }
    let mut config = setup.jsonl("") + &kafka(&broker.bootstrap, &topic, "");
    for number in 0..count {
        config += &format!(
            "[[feeds]]\nid = \"feed-{number}\"\nurl = \"{base}/{number}\"\nevery = \"1h\"\n"
        );
    }
    // A file leaves the folder only once its draft is committed, which tells when the drop was read.
    config += &format!("[[drops]]\nid = \"seed\"\npath = {drop_folder:?}\nafter = \"delete\"\n");
    let config = setup.configure(&config);

    let mut daemon = Daemon::start(&config);
    torture::until(
        "every source to be read and every record to be delivered",
        LIMIT,
        || {
            let drop_read = fs::read_dir(&drop_folder).unwrap().next().is_none();
            let status = status(&config);
            let all_read = status["sources"].as_u64() == Some(count as u64 + 1);
            let lags = status["readers"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|reader| reader["lag"].as_u64());
            (drop_read
                && all_read
                && lags.clone().count() == 3
                && lags.into_iter().all(|lag| lag == Some(0)))
            .then_some(())
        },
    );
    daemon.stop(LIMIT);

    let status = status(&config);
    assert_eq!(status["failing"], 0, "{status:#}");
    if own.is_none() {
        // One feed nests an item within an item that has nothing else in it.
        assert_eq!(status["dead_letters"], 1, "{status:#}");
    }
    let committed = status["records"]["committed"].as_u64().unwrap();
    let lines = versions(&outputs::jsonl(setup.records()));
    let messages = versions(&outputs::kafka(&broker.bootstrap, &topic));
    println!(
        "{count} feeds and {} files: {committed} records, {} lines, {} messages",
        seeds.len(),
        lines.len(),
        messages.len()
    );
    assert_eq!(lines.len() as u64, committed);
    assert_eq!(lines, messages);
    assert!(own.is_some() || committed > 2000, "{committed}");
    let sources: BTreeSet<&str> = lines
        .values()
        .map(|record| record["source"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(sources.contains("seed"), !seeds.is_empty());
}

/// The files of a folder, by name.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files
}

/// Records by article and revision; twice the same is an error.
fn versions(delivered: &[outputs::Delivered]) -> BTreeMap<(String, u64), Value> {
    let mut versions = BTreeMap::new();
    for one in delivered {
        let record = one.record.as_ref().unwrap();
        let version = (
            record["id"].as_str().unwrap().to_owned(),
            record["revision"].as_u64().unwrap(),
        );
        assert!(
            versions.insert(version, record.clone()).is_none(),
            "{} comes twice",
            one.place
        );
    }
    versions
}

#[test]
fn the_seed_speaks_of_seven_times() {
    let Some(seed) = shared("seed") else { return };
    let path = fs::read_dir(seed).unwrap().next().unwrap().unwrap().path();
    let output = dateline()
        .args(["inspect", "text", "--json", "--published", "2023-05-10"])
        .arg(&path)
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found: Vec<(&str, &str)> = answer["timestamps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            (
                found["text"].as_str().unwrap(),
                found["value"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("May 9, 2023", "2023-05-09"),
            ("Tuesday", "2023-05-09"),
            ("last year", "2022"),
            ("Monday", "2023-05-08"),
            ("April 24", "2023-04-24"),
            ("1991", "1991"),
            ("last year", "2022"),
        ]
    );
}

#[test]
fn the_seed_comes_out_with_every_part_in_its_place() {
    let Some(seed) = shared("seed") else { return };
    let path = fs::read_dir(seed).unwrap().next().unwrap().unwrap().path();
    let output = dateline()
        .args(["inspect", "drop", "--json"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(record["syndicator"], "Audio Sources - Full Text Articles");
    assert_eq!(record["publisher"], "Business Insider");
    let title = record["title"].as_str().unwrap();
    assert!(title.starts_with("Putin’s Victory Day parade") && title.ends_with("report claims"));
    let image = &record["images"][0];
    assert_eq!(image["alt"], "Putin Victory Day - Central Asian leaders");
    let caption = image["caption"].as_str().unwrap();
    assert!(
        caption.starts_with("Russian President Vladimir Putin (L)")
            && caption.ends_with("on May 9, 2023.")
    );
    assert_eq!(
        image["credit"],
        "Sefa Karacan/Anadolu Agency via Getty Images"
    );
    assert_eq!(record["key_points"].as_array().unwrap().len(), 3);
    let text = record["text"].as_str().unwrap();
    assert_eq!(text.split("\n\n").count(), 12);
    assert!(
        text.starts_with("Russian President Vladimir Putin was joined")
            && text.ends_with("RFERL reported.")
    );
    assert!(record.get("published").is_none(), "the file states no date");
}
