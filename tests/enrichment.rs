//! Enrichment as it is configured: names of the user's own, sources that want less of it, what becomes of copies, pages of a feed's articles.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[allow(dead_code, reason = "each test binary uses its part of the harness")]
mod torture;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use serde_json::Value;

use torture::daemon::{Daemon, dateline};
use torture::setup::Setup;
use torture::until;

/// For what takes some seconds when all is well.
const SOON: Duration = Duration::from_secs(60);

const STORY: &str = "Ferry office moves\n\nTern Ferries said on Monday that it will leave Moscow for 3 million euros.\n\n\
                     The office of TF was closed on Tuesday, its chairwoman Jane Roe added.\n";

fn records(setup: &Setup) -> Vec<Value> {
    let Ok(files) = fs::read_dir(setup.records()) else {
        return Vec::new();
    };
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap_or_default());
    let lines: Vec<String> = texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    lines
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

#[test]
fn own_names_are_linked_and_sources_get_what_they_want() {
    let setup = Setup::new("enrichment");
    let folder = setup.folder();
    fs::write(
        folder.join("companies.csv"),
        "name,type,id,aliases\nTern Ferries,organization,desk:17,TF|Tern Line\n",
    )
    .unwrap();
    for name in ["full", "bare"] {
        fs::create_dir(folder.join(name)).unwrap();
        fs::write(folder.join(name).join("story.txt"), STORY).unwrap();
    }
    let config = setup.configure(&format!(
        "[enrich.entities]\ngazetteers = [\"companies.csv\"]\n\n\
         [[drops]]\npath = \"full\"\nsettle = \"0ms\"\n\n[[drops]]\npath = \"bare\"\nsettle = \"0ms\"\nenrich = [\"timestamps\"]\n\n{}",
        setup.jsonl("")
    ));
    let mut daemon = Daemon::start(&config);
    let records = until("both stories", SOON, || {
        Some(records(&setup)).filter(|records| records.len() == 2)
    });
    daemon.stop(SOON);
    let of = |source: &str| {
        let mut records = records.iter();
        records
            .find(|record| record["source"]["id"] == source)
            .unwrap()
    };
    let full = of("full");
    let ferries = full["entities"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entity| entity["id"] == "desk:17")
        .unwrap();
    assert_eq!(ferries["link"]["name"], "Tern Ferries");
    assert_eq!(full["quantities"][0]["unit"], "EUR");
    let bare = of("bare");
    assert!(bare["timestamps"].as_array().unwrap().len() >= 2);
    assert!(bare.get("entities").is_none() && bare.get("quantities").is_none());
    assert!(
        bare["provenance"]
            .get("models")
            .is_none_or(|models| models.get("entities").is_none())
    );
}

/// A wire story, by its paragraphs.
const WIRE: [&str; 4] = [
    "The ferry between Tarnwick and Holmgate will not sail before Thursday, the harbour office said, because a part of the engine that was made in 1974 has \
     to be cast anew.",
    "About 2,300 passengers a week use the crossing, most of them on their way to the market. A bus is to leave every 40 minutes from the old customs house, \
     and the fare of 3 euros is the same.",
    "The foundry in Fenbridge, the last of 12 in the county that still casts iron, had promised the part for the end of March. Its owner said that 2 of his \
     7 workers had the flu.",
    "The council meets on Wednesday to decide whether a second boat is to be bought. It would cost 4.2 million euros, twice as much as in 2009.",
];

#[test]
fn copies_are_known_over_a_restart_and_left_out_where_that_is_wanted() {
    let setup = Setup::new("copies");
    let folder = setup.folder();
    for name in ["wire", "courier", "echo"] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    let drop = |name: &str, file: &str, headline: &str, paragraphs: &[&str]| {
        let text = format!("{headline}\n\n{}\n", paragraphs.join("\n\n"));
        fs::write(folder.join(name).join(file), text).unwrap();
    };
    let watched = |name: &str, more: &str| {
        format!("[[drops]]\npath = \"{name}\"\nsettle = \"0ms\"\n{more}\n")
    };
    let config = setup.configure(&format!(
        "[duplicates]\nwindow = \"2d\"\n\n{}{}{}{}",
        watched("wire", ""),
        watched("courier", ""),
        watched("echo", "copies = \"drop\""),
        setup.jsonl("")
    ));
    let delivered = |count: usize| {
        until("the records", SOON, || {
            Some(records(&setup)).filter(|records| records.len() == count)
        })
    };
    drop("wire", "ferry.txt", "Ferry out of service", &WIRE);
    let mut daemon = Daemon::start(&config);
    let wire = delivered(1).remove(0);
    daemon.kill();
    let mut daemon = Daemon::start(&config);
    drop("echo", "boat.txt", "Wanted: a part from 1974", &WIRE[..3]);
    drop("courier", "boat.txt", "No boat to Holmgate", &WIRE[..3]);
    delivered(2);
    drop(
        "echo",
        "bees.txt",
        "Bees",
        &["The bees are back.", "Nobody knows from where."],
    );
    let records = delivered(3);
    daemon.stop(SOON);
    let titled = |title: &str| {
        records
            .iter()
            .find(|record| record["title"] == title)
            .unwrap()
    };
    let duplicates = &titled("No boat to Holmgate")["duplicates"];
    assert_eq!(duplicates["cluster"], wire["id"]);
    assert_eq!(duplicates["of"], wire["id"]);
    assert_eq!(duplicates["similarity"], 1.0);
    assert_eq!(duplicates["method"], "figures");
    for alone in [&wire, titled("Bees")] {
        assert!(alone.get("duplicates").is_none(), "{alone}");
    }
}

#[test]
fn what_is_wrong_with_own_names_is_said_before_anything_runs() {
    let setup = Setup::new("gazetteer");
    let folder = setup.folder();
    fs::write(
        folder.join("companies.csv"),
        "name,type\nTern Ferries,firm\n",
    )
    .unwrap();
    let config = setup.configure(
        "[enrich.entities]\ngazetteers = [\"companies.csv\"]\n\n[[drops]]\npath = \".\"\n",
    );
    for command in ["check", "run"] {
        let output = dateline()
            .args([command, "--config"])
            .arg(&config)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(78), "{command}");
        let said = String::from_utf8(output.stderr).unwrap();
        for part in [
            "[enrich.entities] gazetteers",
            "companies.csv:2: the type `firm` is unknown; write person, organization, location or misc",
        ] {
            assert!(said.contains(part), "{command}: {part} in {said}");
        }
    }
    fs::write(
        folder.join("companies.csv"),
        "name,type\nTern Ferries,organization\n",
    )
    .unwrap();
    let output = dateline()
        .args(["check", "--config"])
        .arg(&config)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("1 name of your own"), "{said}");
}

/// Answers every path by its text, 404 where there is none; ends with the test's process.
fn serve(answer: impl Fn(&str, SocketAddr) -> Option<String> + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let Ok(copy) = stream.try_clone() else {
                continue;
            };
            let mut lines = BufReader::new(copy).lines().map_while(Result::ok);
            let request = lines.next().unwrap_or_default();
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            if lines.any(|line| line.is_empty()) {
                let (status, text) = match answer(&path, address) {
                    Some(text) => ("200 OK", text),
                    None => ("404 Not Found", String::new()),
                };
                let length = text.len();
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
                );
                // A client that is gone does not matter.
                drop(stream.write_all((head + &text).as_bytes()));
            }
        }
    });
    address
}

#[test]
fn short_items_get_the_text_of_their_pages() {
    let address = serve(|path, address| {
        match path {
        "/feed" => Some(format!(
            "<rss version=\"2.0\"><channel><title>Quay</title>\
             <item><guid>a</guid><title>Gulls are back</title><link>http://{address}/gulls</link><description>They came late.</description></item>\
             <item><guid>b</guid><title>Ferries are late</title><link>http://{address}/missing</link><description>By an hour.</description></item>\
             </channel></rss>"
        )),
        "/gulls" => Some(
            "<html lang=en><head><title>Gulls</title><meta name=author content='Jane Roe'></head><body><nav><a href=/>Home</a></nav><article>\
             <p>The gulls came back to the harbour on Monday, a week later than in other years, said the keeper of the light.</p>\
             <p>Nobody knows why they were late. The sea was calm and the wind was fair, and there was no lack of fish in the bay.</p>\
             </article></body></html>"
                .to_owned(),
        ),
        _ => None,
    }
    });
    let setup = Setup::new("full-text");
    let config = setup.configure(&format!(
        "[[feeds]]\nid = \"quay\"\nurl = \"http://{address}/feed\"\nfull_text = \"when_short\"\n\n{}",
        setup.jsonl("")
    ));
    let mut daemon = Daemon::start(&config);
    let records = until("both items", SOON, || {
        Some(records(&setup)).filter(|records| records.len() == 2)
    });
    daemon.stop(SOON);
    let of = |guid: &str| {
        records
            .iter()
            .find(|record| record["guid"] == guid)
            .unwrap()
    };
    let gulls = of("a");
    assert_eq!(gulls["title"], "Gulls are back");
    assert_eq!(gulls["summary"], "They came late.");
    assert_eq!(gulls["text_origin"], "page");
    assert!(
        gulls["text"]
            .as_str()
            .unwrap()
            .ends_with("no lack of fish in the bay.")
    );
    assert_eq!(gulls["authors"][0]["name"], "Jane Roe");
    assert_eq!(gulls["timestamps"][0]["text"], "Monday");
    let ferries = of("b");
    assert_eq!(ferries["text"], "By an hour.");
    assert_eq!(ferries["text_origin"], "feed");
    let said = ferries["provenance"]["recovered"].to_string();
    assert!(
        said.contains("HTTP 404") && said.contains("the text is the feed's"),
        "{said}"
    );
}
