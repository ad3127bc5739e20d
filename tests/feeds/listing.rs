//! `feeds list`, and how feeds do.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::web::Web;
use crate::{desk, feeds};

#[test]
fn the_list_shows_every_feed_and_where_it_is_written() {
    let folder = desk();
    let (code, shown, _) = feeds(folder.path(), &["list"]);
    assert_eq!(code, 0);
    insta::assert_snapshot!(shown);
    let (_, shown, _) = feeds(folder.path(), &["list", "--tag", "daily", "--json"]);
    let list: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(list[0]["id"], "courier");
    assert_eq!(list[0]["line"], 5);
    assert_eq!(list[1]["id"], "local.example-atom");
    assert_eq!(list[1]["file"], "feeds.d/local.toml");
}

/// A daemon that is ended with the test.
struct Daemon(Child);

impl Daemon {
    fn start(folder: &Path) -> Daemon {
        let child = Command::new(env!("CARGO_BIN_EXE_dateline"))
            .args(["run"])
            .current_dir(folder)
            .env_remove("DATELINE_CONFIG")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Daemon(child)
    }

    fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Three feeds: one that can be read, one that fails, one that is off.
fn three_feeds(web: &Web) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "[defaults]\nevery = \"1h\"\n\n[[feeds]]\nid = \"harbour\"\nurl = \"{}\"\ntags = [\"world\", \"daily\"]\n\n\
         [[feeds]]\nid = \"lost\"\nurl = \"{}\"\n\n[[feeds]]\nid = \"off\"\nurl = \"https://off.example/\"\nenabled = false\n\n\
         [admin]\nenabled = false\n",
        web.url("/harbour.xml"),
        web.url("/lost.xml"),
    );
    let file = folder.path().join("dateline.toml");
    fs::write(&file, config).unwrap();
    web.allow(&file);
    folder
}

fn list(folder: &Path) -> Vec<Value> {
    let (_, shown, told) = feeds(folder, &["list", "--json"]);
    serde_json::from_str(&shown).unwrap_or_else(|error| panic!("{error}: {shown}{told}"))
}

/// Waits until every feed that is on has had a turn.
fn until_asked(folder: &Path) {
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        let asked = |feed: &Value| feed["enabled"] == false || feed["health"].is_object();
        if list(folder).iter().all(asked) {
            return;
        }
        assert!(Instant::now() < patience, "the daemon asks nobody");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn articles(folder: &Path) -> String {
    let files = fs::read_dir(folder.join("articles")).unwrap();
    files
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap_or_default())
        .collect()
}

#[test]
fn how_feeds_do_is_told_of_a_running_and_of_a_stopped_daemon() {
    let web = Web::start();
    let folder = three_feeds(&web);
    let (code, said, _) = feeds(folder.path(), &["why", "harbour"]);
    assert_eq!(code, 0);
    assert!(
        said.contains("at once: it has not been asked yet"),
        "{said}"
    );
    assert!(said.contains("not running"), "{said}");

    let daemon = Daemon::start(folder.path());
    until_asked(folder.path());
    let (_, exported, _) = feeds(folder.path(), &["export"]);
    assert!(
        exported.contains("text=\"Harbour News\"")
            && exported.contains("htmlUrl=\"https://harbour.example/news\""),
        "{exported}"
    );
    let (code, said, _) = feeds(folder.path(), &["why", "harbour", "--json"]);
    let known: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(code, 0);
    assert_eq!(known["daemon"]["running"], true);
    assert_eq!(known["state"]["outcome"], "read");
    assert!(
        known["state"]["memory"].is_null(),
        "it holds secrets of hubs"
    );
    assert_eq!(known["state"]["plan"]["reasons"][0]["kind"], "every");
    let (code, shown, told) = feeds(folder.path(), &["list", "--failing"]);
    assert_eq!(code, 1);
    assert!(
        shown.contains("failing ×1") && shown.contains("404") && !shown.contains("harbour"),
        "{shown}"
    );
    assert!(told.contains("1 feed failing"), "{told}");
    daemon.stop();

    let (code, shown, _) = feeds(folder.path(), &["list"]);
    assert_eq!(code, 0);
    let line = |id: &str| {
        shown
            .lines()
            .find(|line| line.starts_with(id))
            .unwrap()
            .to_owned()
    };
    for part in ["Harbour News", "world, daily", " ok ", " ago", "in "] {
        assert!(line("harbour").contains(part), "{shown}");
    }
    assert!(
        line("lost").contains("404") && line("off").contains(" off "),
        "{shown}"
    );

    let (code, said, _) = feeds(folder.path(), &["why", "harbour"]);
    assert_eq!(code, 0);
    for part in [
        "harbour  Harbour News",
        "dateline.toml:4",
        "world, daily",
        "the configured interval is 1 h",
        "not running",
        "read, HTTP 200",
        "2 so far",
    ] {
        assert!(said.contains(part), "{part} is missing in:\n{said}");
    }
    let (code, said, _) = feeds(folder.path(), &["why", "lost"]);
    assert_eq!(code, 1);
    for part in [
        "it failed 1 time in a row",
        "failed, HTTP 404",
        "1 failure in a row, since ",
        "never",
    ] {
        assert!(said.contains(part), "{part} is missing in:\n{said}");
    }
    let (code, said, _) = feeds(folder.path(), &["why", "off"]);
    assert_eq!(code, 0);
    assert!(said.contains("never: it is switched off"), "{said}");
    let (code, _, told) = feeds(folder.path(), &["why", "nobody"]);
    assert_eq!(code, 1);
    assert!(told.contains("there is no feed nobody"), "{told}");

    let (_, exported, _) = feeds(folder.path(), &["export"]);
    assert!(
        exported.contains("text=\"Harbour News\""),
        "the name that it gives itself: {exported}"
    );
    let first = articles(folder.path());
    let record: Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
    assert_eq!(
        record["source"]["tags"],
        serde_json::json!(["world", "daily"])
    );
    let (code, ..) = feeds(folder.path(), &["remove", "lost"]);
    assert_eq!(code, 0);
    let (_, said, _) = feeds(folder.path(), &["why", "lost"]);
    assert!(
        said.contains("not as a feed of the configuration"),
        "{said}"
    );
}
