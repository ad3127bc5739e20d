//! The commands that are not the daemon, from outside: what they print, where, and how they end.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn dateline(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("DATELINE_CONFIG")
        .env_remove("DATELINE_LOG")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn init_writes_a_configuration_that_checks_and_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    let output = dateline(folder.path(), &["init"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let output = dateline(folder.path(), &["check"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).starts_with("dateline.toml: "));
    std::fs::write(folder.path().join("dateline.toml"), "mine").unwrap();
    let output = dateline(folder.path(), &["init"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("left as it is"));
    assert_eq!(
        std::fs::read_to_string(folder.path().join("dateline.toml")).unwrap(),
        "mine"
    );
}

#[test]
fn check_says_everything_at_once_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let config = "[[feeds]]\nurl = \"https://news.example/rss\"\nevry = \"15m\"\n\n[[feeds]]\nurl = \"ftp://x\"\n\n[state]\nmax_age = \"soon\"\n";
    std::fs::write(folder.path().join("dateline.toml"), config).unwrap();
    let output = dateline(folder.path(), &["check"]);
    assert_eq!(output.status.code(), Some(78));
    assert!(output.stdout.is_empty());
    let said = text(&output.stderr);
    for part in [
        "dateline.toml:3:1",
        "every",
        "dateline.toml:6:",
        "ftp",
        "dateline.toml:9:",
        "soon",
    ] {
        assert!(said.contains(part), "{part} is missing in:\n{said}");
    }
    let output = dateline(folder.path(), &["run"]);
    assert_eq!(
        output.status.code(),
        Some(78),
        "run refuses it the same way"
    );
}

#[test]
fn check_online_tells_what_can_be_reached() {
    let folder = tempfile::tempdir().unwrap();
    let config = "[[drops]]\nid = \"there\"\npath = \".\"\n[[drops]]\nid = \"missing\"\npath = \"nowhere\"\n\
                  [[feeds]]\nid = \"refused\"\nurl = \"http://127.0.0.1:1/\"\nallow_networks = [\"127.0.0.0/8\"]\n\
                  [[feeds]]\nid = \"private\"\nurl = \"http://127.0.0.1:1/private\"\n";
    std::fs::write(folder.path().join("dateline.toml"), config).unwrap();
    let output = dateline(folder.path(), &["check", "--online"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    let line = |name: &str| {
        said.lines()
            .find(|line| line.contains(name))
            .unwrap()
            .to_owned()
    };
    assert!(line(" there ").starts_with("ok"), "{said}");
    assert!(line(" missing ").starts_with("FAIL"), "{said}");
    assert!(line(" refused ").starts_with("FAIL"), "{said}");
    assert!(line(" refused ").contains("no connection"), "{said}");
    assert!(line(" private ").contains("allow_networks"), "{said}");
    assert!(said.contains("3 things cannot be used"), "{said}");
}

#[test]
fn schemas_are_json_schemas() {
    let folder = tempfile::tempdir().unwrap();
    for of in ["config", "record"] {
        let output = dateline(folder.path(), &["schema", of]);
        assert_eq!(output.status.code(), Some(0));
        let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(
            schema["$schema"].as_str().unwrap().contains("2020-12"),
            "{of}"
        );
        assert!(schema["properties"].as_object().unwrap().len() > 5, "{of}");
    }
}

#[test]
fn completions_come_for_every_shell() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let output = dateline(folder.path(), &["completions", shell]);
        assert!(text(&output.stdout).contains("inspect"), "{shell}");
        assert!(text(&output.stdout).contains("no-check"), "{shell}");
    }
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let output = dateline(folder.path(), &["manual", "man"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for page in ["dateline.1", "dateline-run.1", "dateline-feeds-add.1"] {
        let page = std::fs::read_to_string(folder.path().join("man").join(page)).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{page}");
    }
    std::fs::write(folder.path().join("file"), "").unwrap();
    let output = dateline(folder.path(), &["manual", "file"]);
    assert_eq!(output.status.code(), Some(70));
    assert!(text(&output.stderr).contains("writing manual pages to file"));
}

#[test]
fn health_without_a_daemon_says_where_it_asked() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("admin.sock");
    let socket = format!("unix:{}", socket.display());
    let output = dateline(folder.path(), &["health", "--admin", &socket]);
    assert_eq!(output.status.code(), Some(69));
    assert!(text(&output.stderr).contains(&socket));
    let output = dateline(folder.path(), &["health", "--admin", "localhost:9464"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("write \"127.0.0.1:9464\""));
}

#[test]
fn status_without_a_state_says_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("dateline.toml"),
        "[[drops]]\npath = \".\"\n",
    )
    .unwrap();
    let output = dateline(folder.path(), &["status"]);
    assert_eq!(output.status.code(), Some(69));
    assert!(text(&output.stderr).contains("has not run"));
}

#[test]
fn status_of_a_state_that_cannot_be_read_is_no_bug() {
    let folder = tempfile::tempdir().unwrap();
    let config = "[state]\ndir = \"state\"\n\n[[drops]]\npath = \".\"\n";
    std::fs::write(folder.path().join("dateline.toml"), config).unwrap();
    std::fs::create_dir(folder.path().join("state")).unwrap();
    let database = folder.path().join("state/dateline.db");
    std::fs::write(database, "no database ".repeat(1000)).unwrap();
    let output = dateline(folder.path(), &["status"]);
    assert_eq!(output.status.code(), Some(69));
    assert!(text(&output.stderr).contains("dateline.db"));
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(dateline(folder.path(), &["inspekt"]).status.code(), Some(2));
    assert_eq!(
        dateline(folder.path(), &["inspect", "feed"]).status.code(),
        Some(2)
    );
}

#[test]
fn inspect_date_reads_a_date_or_says_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let output = dateline(
        folder.path(),
        &[
            "inspect",
            "date",
            "15 janvier 2024 à 10h00 CET",
            "--language",
            "fr",
        ],
    );
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("2024-01-15T09:00:00Z"));

    let refused = dateline(folder.path(), &["inspect", "date", "2023-02-29"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stdout).contains("impossible date: the day cannot be 29"));
}

const FEED: &str = r#"<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour News</title>
<link>https://news.example/</link><description>From the quay</description><language>en-GB</language>
<item><title>Ferry stays &amp; sails</title><link>https://news.example/ferry?utm_source=rss</link><guid>f-1</guid>
<pubDate>Mon, 02 Mar 2026 08:30:00 +0100</pubDate><description>&lt;p&gt;The council decided.&lt;/p&gt;</description></item>
</channel></rss>"#;

#[test]
fn inspect_feed_shows_what_becomes_of_a_feed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("feed.xml"), FEED).unwrap();
    let output = dateline(folder.path(), &["inspect", "feed", "feed.xml"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    for part in [
        "Harbour News",
        "Ferry stays & sails",
        "2026-03-02T07:30:00Z",
        "The council decided.",
        "1 record",
    ] {
        assert!(said.contains(part), "{part} is missing in:\n{said}");
    }
    let output = dateline(folder.path(), &["inspect", "feed", "--json", "feed.xml"]);
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(record["canonical_url"], "https://news.example/ferry");
    assert_eq!(record["published"]["offset"], "+01:00");
    assert_eq!(
        record["published"]["raw"],
        "Mon, 02 Mar 2026 08:30:00 +0100"
    );
    assert_eq!(record["language"]["code"], "en");
    let output = dateline(folder.path(), &["inspect", "feed", "missing.xml"]);
    assert_eq!(output.status.code(), Some(69));
    assert!(text(&output.stderr).contains("missing.xml cannot be read"));
}

const TEXT: &str = "The “Ærø” sailed on 2023-05-09.\n\nNobody had missed her $3 million refit.\n";

#[test]
fn inspect_page_shows_the_article_of_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let page = "<html lang=en><head><title>Gulls return | Harbour News</title><meta property=og:site_name content='Harbour News'>\
        <meta name=author content='Jane Roe'><meta property=article:published_time content='2023-05-09T10:00:00+01:00'></head>\
        <body><nav><a href=/>Home</a></nav><article><h1>Gulls return</h1>\
        <p>The gulls came back to the harbour on Monday, a week later than in other years, said the keeper of the light.</p>\
        <p>Nobody knows why they were late. The sea was calm and the wind was fair, and there was no lack of fish in the bay.</p>\
        </article></body></html>";
    std::fs::write(folder.path().join("gulls.html"), page).unwrap();
    std::fs::write(
        folder.path().join("none.html"),
        "<ul><li><a href=/a>A</a></ul>",
    )
    .unwrap();
    let output = dateline(folder.path(), &["inspect", "page", "gulls.html"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    for part in [
        "Gulls return\n",
        "Jane Roe",
        "2023-05-09T10:00:00+01:00",
        "no lack of fish in the bay.\n",
    ] {
        assert!(shown.contains(part), "{part} is missing in:\n{shown}");
    }
    assert!(!shown.contains("Home"), "{shown}");
    let output = dateline(folder.path(), &["inspect", "page", "gulls.html", "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["publisher"], "Harbour News");
    assert_eq!(answer["paragraphs"].as_array().unwrap().len(), 2);
    let output = dateline(folder.path(), &["inspect", "page", "none.html"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("no text was found"));
    let answers = batch(
        folder.path(),
        "page",
        "{\"path\": \"gulls.html\", \"url\": \"https://harbour.example/gulls\"}\n{\"path\": \"missing.html\"}\n",
    );
    assert_eq!(answers[0]["title"], "Gulls return");
    assert!(
        answers[1]["error"]
            .as_str()
            .unwrap()
            .contains("missing.html")
    );
}

#[test]
fn inspect_text_marks_the_times_that_a_text_speaks_of() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("story.txt"), TEXT).unwrap();
    let inspect = |arguments: &[&str]| {
        let mut all = vec!["inspect", "text"];
        all.extend(arguments);
        dateline(folder.path(), &all)
    };
    let output = inspect(&["story.txt", "--published", "2023-05-10"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(
        text(&output.stdout),
        "The “Ærø” sailed on [2023-05-09 → 2023-05-09].\n\nNobody had missed her [$3 million → 3000000 USD] refit.\n"
    );
    assert_eq!(
        text(&output.stderr),
        "nobody and nothing named; 1 amount; 1 temporal expression, reckoned from 2023-05-10\n"
    );
    let output = inspect(&["story.txt", "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = &answer["timestamps"][0];
    assert_eq!(found["value"], "2023-05-09");
    assert_eq!((&found["start"], &found["end"]), (&20.into(), &30.into()));
    assert_eq!(found["interval"]["end"], "2023-05-10");
    let amount = &answer["quantities"][0];
    assert_eq!(
        (&amount["text"], &amount["value"], &amount["unit"]),
        (&"$3 million".into(), &"3000000".into(), &"USD".into())
    );
}

#[test]
fn inspect_text_says_what_is_wrong_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("story.txt"), TEXT).unwrap();
    std::fs::write(folder.path().join("data"), [0, 1, 2, 0]).unwrap();
    for (arguments, code, said) in [
        (&["missing.txt"][..], 69, "missing.txt cannot be read"),
        (&["data"], 69, "data holds data that is no text"),
        (
            &["story.txt", "--published", "2023-02-29"],
            2,
            "impossible date: the day cannot be 29; write it as 2023-05-10",
        ),
        (
            &["story.txt", "--published", "2023"],
            2,
            "it names no day; write it as 2023-05-10",
        ),
        (
            &["story.txt", "--language", "tlh"],
            2,
            "texts in the language \"tlh\" cannot be read; those that can are en",
        ),
        (&[], 2, "<FILE>"),
        (&["--batch", "story.txt"], 2, "cannot be used with"),
    ] {
        let mut all = vec!["inspect", "text"];
        all.extend(arguments);
        let output = dateline(folder.path(), &all);
        let complaint = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{complaint}");
        assert!(complaint.contains(said), "{complaint}");
        assert!(output.stdout.is_empty());
    }
}

/// What `dateline` says with `input` on its standard input.
fn dateline_reading(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("DATELINE_CONFIG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn batch(folder: &Path, what: &str, requests: &str) -> Vec<Value> {
    let output = dateline_reading(folder, &["inspect", what, "--batch"], requests);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn batches_answer_every_request_in_order() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("feed.xml"), FEED).unwrap();
    std::fs::write(
        folder.path().join("photo.jpg"),
        [0xff, 0xd8, 0xff, 0xe0, 0, 16, 0, 0],
    )
    .unwrap();
    std::fs::write(
        folder.path().join("story.txt"),
        "Ferry stays\n\nThe council decided on Monday that the boat stays.\n",
    )
    .unwrap();
    let answers = batch(
        folder.path(),
        "feed",
        "{\"path\": \"feed.xml\", \"headers\": {\"content-type\": \"text/xml; charset=utf-8\"}}\n{\"path\": \"none\"}\nrubbish\n{\"path\": \"photo.jpg\"}\n",
    );
    assert_eq!(answers.len(), 4);
    assert_eq!(answers[0]["ok"], true);
    assert_eq!(answers[0]["entries"][0]["id"], "f-1");
    assert!(
        answers[1..]
            .iter()
            .all(|answer| answer["ok"] == false && answer["error"].is_string()),
        "{answers:#?}"
    );
    let answers = batch(
        folder.path(),
        "drop",
        "{\"path\": \"story.txt\"}\n{\"path\": \"photo.jpg\"}\n{\"path\": \"none\"}\n",
    );
    assert_eq!(answers[0]["records"][0]["title"], "Ferry stays");
    assert_eq!(answers[0]["problems"].as_array().unwrap().len(), 0);
    for answer in &answers[1..] {
        assert_eq!(answer["records"].as_array().unwrap().len(), 0);
        assert_eq!(answer["problems"].as_array().unwrap().len(), 1, "{answer}");
    }
    let answers = batch(
        folder.path(),
        "text",
        "{\"id\": 7, \"text\": \"Ærø sailed on 2023-05-09.\", \"published\": \"2023-05-10\"}\n{\"id\": \"b\", \"text\": \"\"}\nrubbish\n\
         {\"id\": 8, \"text\": \"2023-05-09\", \"published\": \"soon\"}\n{\"id\": 9, \"text\": \"\", \"language\": \"tlh\"}\n",
    );
    assert_eq!(answers[0]["id"], 7);
    assert_eq!(answers[0]["timestamps"][0]["start"], 14);
    assert_eq!(
        answers[1],
        serde_json::json!({ "id": "b", "timestamps": [], "entities": [], "quantities": [] })
    );
    assert_eq!(
        (&answers[3]["id"], &answers[4]["id"]),
        (&8.into(), &9.into())
    );
    for answer in &answers[2..] {
        assert_eq!(answer["timestamps"], serde_json::json!([]));
        assert!(answer["error"].is_string(), "{answer}");
    }
    let answers = batch(
        folder.path(),
        "date",
        "{\"text\": \"9 May\", \"now\": \"2023-05-10\"}\n{\"text\": \"soon\"}\n[]\n",
    );
    assert_eq!(answers[0]["instant"], "2023-05-09T00:00:00Z");
    assert!(
        answers[1..]
            .iter()
            .all(|answer| answer["error"].is_string())
    );
}

const PAGE: &str = "<!doctype html><html lang=en><head><title>Gulls return</title></head><body><article><h1>Gulls return</h1>\
    <p>The gulls came back to the harbour on Monday, a week later than in other years, said the keeper of the light.</p>\
    <p>Nobody knows why they were late. The sea was calm and the wind was fair, and there was no lack of fish in the bay.</p>\
    </article></body></html>";

const STORY: &str =
    "Gulls return to the old quay\n\nThe gulls came back on Monday, said the office.\n";

#[test]
fn inspect_alone_tells_what_a_thing_is() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [
        ("feed", FEED),
        ("page", PAGE),
        ("story", STORY),
        ("note", "Nobody had missed her on 9 May 2023, or in June.\n"),
        ("day", "9 May 2023\n"),
        (
            "ninjs",
            r#"{"uri": "urn:quay:1", "headline": "Gulls return", "body_text": "They are back."}"#,
        ),
    ] {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    for (thing, what) in [
        ("feed", "feed feed"),
        ("page", "page page"),
        ("story", "drop story"),
        ("ninjs", "drop ninjs"),
        ("note", "text note"),
        ("day", "date '9 May 2023'"),
        (
            "2023-05-09T10:15:00+01:00",
            "date 2023-05-09T10:15:00+01:00",
        ),
        ("9 May 2023", "date '9 May 2023'"),
    ] {
        let guessed = dateline(folder.path(), &["inspect", "--json", thing]);
        let told = text(&guessed.stderr);
        assert_eq!(guessed.status.code(), Some(0), "{thing}: {told}");
        let command = format!("to say so: dateline inspect {what}");
        assert!(told.contains(&command), "{thing}: {told}");
        let (kind, explicit) = what.split_once(' ').unwrap();
        let explicit = dateline(
            folder.path(),
            &["inspect", kind, "--json", explicit.trim_matches('\'')],
        );
        assert_eq!(
            timeless(&guessed.stdout),
            timeless(&explicit.stdout),
            "{thing}"
        );
    }
    let output = dateline(
        folder.path(),
        &["inspect", "She sailed on 9 May 2023", "at noon"],
    );
    assert!(
        text(&output.stdout).contains("[9 May 2023 at noon"),
        "{}",
        text(&output.stdout)
    );
    assert!(text(&output.stderr).contains("dateline inspect text -"));
    let output = dateline(folder.path(), &["inspect", "missing.xml"]);
    assert_eq!(output.status.code(), Some(69));
    assert!(text(&output.stderr).contains("missing.xml is no file, no web address and no date"));
    assert_eq!(dateline(folder.path(), &["inspect"]).status.code(), Some(2));
}

/// Answers of JSON lines without the moments at which they were made.
fn timeless(answers: &[u8]) -> Vec<Value> {
    let lines = text(answers);
    let answers = lines.lines().map(|line| {
        let mut answer: Value = serde_json::from_str(line).unwrap();
        for moment in ["first_seen", "fetched", "emitted"] {
            answer.as_object_mut().unwrap().remove(moment);
        }
        answer
    });
    answers.collect()
}

#[test]
fn inspect_alone_reads_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    for (input, what) in [
        (FEED, "feed"),
        (PAGE, "page"),
        (STORY, "drop"),
        ("9 May 2023", "date"),
    ] {
        let output = dateline_reading(folder.path(), &["inspect", "-"], input);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{told}");
        assert!(told.starts_with(&format!("taken for a {what};")), "{told}");
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn inspect_alone_looks_at_what_an_address_answers() {
    let folder = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    // Ends with the process: the test asks, and never waits for it.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let length = std::io::Read::read(&mut stream, &mut request).unwrap();
            let request = text(&request[..length]);
            let (kind, body) = match request.split(' ').nth(1) {
                Some("/feed") => ("application/rss+xml", FEED),
                Some("/page") => ("text/html", PAGE),
                _ => ("text/plain", ""),
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            stream
                .write_all(format!("{head}{body}").as_bytes())
                .unwrap();
        }
    });
    for (path, part) in [("feed", "Ferry stays & sails"), ("page", "no lack of fish")] {
        let address = format!("{root}/{path}");
        let output = dateline(folder.path(), &["inspect", &address]);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{told}");
        assert_eq!(
            told.lines().next().unwrap(),
            format!("taken for a {path}; to say so: dateline inspect {path} {address}")
        );
        assert!(
            text(&output.stdout).contains(part),
            "{}",
            text(&output.stdout)
        );
    }
}

#[test]
fn a_mapping_is_checked_and_tried() {
    let folder = tempfile::tempdir().unwrap();
    let config = "[[drops]]\nid = \"archive\"\npath = \".\"\nlanguage = \"en\"\n[drops.fields]\nitems = \"/docs\"\ntitle = \"/head\"\n\
        published = \"/day\"\n";
    std::fs::write(folder.path().join("dateline.toml"), config).unwrap();
    let file = r#"{"docs": [{"head": "Gulls return", "day": 1683625800}, {"name": "none"}]}"#;
    std::fs::write(folder.path().join("docs.json"), file).unwrap();
    let inspect = |arguments: &[&str]| {
        dateline(
            folder.path(),
            &[&["inspect", "drop", "docs.json", "--json"], arguments].concat(),
        )
    };
    let output = inspect(&["--drop", "archive"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(record["title"], "Gulls return");
    assert_eq!(record["published"]["instant"], "2023-05-09T09:50:00Z");
    assert_eq!(record["language"]["declared"], "en");
    let recovered = record["provenance"]["recovered"][0].as_str().unwrap();
    assert!(recovered.contains("no title at `/head`"), "{recovered}");
    assert_eq!(
        inspect(&[]).status.code(),
        Some(1),
        "without the mapping it is no article"
    );
    let output = inspect(&["--drop", "wire"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("has the id `wire`; there are: archive"));
    std::fs::write(
        folder.path().join("wrong.toml"),
        config.replace("/head", "head"),
    )
    .unwrap();
    let output = dateline(folder.path(), &["check", "--config", "wrong.toml"]);
    assert_eq!(output.status.code(), Some(78));
    let said = text(&output.stderr);
    assert!(
        said.contains("wrong.toml:7:9") && said.contains("did you mean \"/head\"?"),
        "{said}"
    );
}

#[test]
fn inspect_drop_reads_the_page_that_a_file_is() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("gulls.html"), PAGE).unwrap();
    let output = dateline(folder.path(), &["inspect", "drop", "gulls.html", "--json"]);
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(record["title"], "Gulls return");
    assert!(record["text"].as_str().unwrap().ends_with("in the bay."));
}
