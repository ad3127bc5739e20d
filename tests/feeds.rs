//! `dateline feeds` from outside: hand-written files, a small web on loopback, lists of other readers.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "feeds/web.rs"]
mod web;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use web::Web;

/// A file by hand: comments, an order of its own, a feed that is off.
const BY_HAND: &str = "# The desk's list. Ask Ana before you touch it.\n\
include = [\"feeds.d/*.toml\"]\n\
\n\
# the big one\n\
[[feeds]]\n\
id   = \"courier\"\n\
name = \"The Courier\"\n\
url  = \"https://courier.example/rss\"   # by agreement\n\
tags = [\"world\", \"daily\"]\n\
\n\
[[feeds]]\n\
id   = \"gazette\"\n\
url  = \"https://gazette.example/feed.xml\"\n\
tags = [\"sports\"]\n\
enabled = false\n\
\n\
# Where it goes.\n\
[sinks.jsonl.files]\n\
dir = \"articles\"\n";

fn dateline(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("DATELINE_CONFIG")
        .env_remove("DATELINE_LOG")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn feeds(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = dateline(folder, &[&["feeds"], arguments].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A folder with the configuration and one included file.
fn desk() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("dateline.toml"), BY_HAND).unwrap();
    fs::create_dir(folder.path().join("feeds.d")).unwrap();
    fs::write(
        folder.path().join("feeds.d/local.toml"),
        "[[feeds]]\nurl = \"https://local.example/atom\"\ntags = [\"daily\"]\n",
    )
    .unwrap();
    folder
}

fn main_file(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join("dateline.toml")).unwrap()
}

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

#[test]
fn a_feed_is_added_in_the_hand_of_the_file_and_removed_without_a_trace() {
    let folder = desk();
    let added = [
        "add",
        "--no-check",
        "https://new.example/feed?a=1",
        "--name",
        "It's \"new\"",
        "--tag",
        "world",
        "--every",
        "5m",
    ];
    let (code, said, told) = feeds(folder.path(), &added);
    assert_eq!(
        (code, said.as_str()),
        (0, "added new.example-feed-a-1 to dateline.toml:17\n")
    );
    assert!(told.contains("at its next start"), "{told}");
    let text = main_file(&folder);
    let block = "enabled = false\n\n[[feeds]]\nname = \"It's \\\"new\\\"\"\nurl = \"https://new.example/feed?a=1\"\n\
                 tags = [\"world\"]\nevery = \"5m\"\n\n# Where it goes.\n";
    assert!(text.contains(block), "{text}");
    assert_eq!(dateline(folder.path(), &["check"]).status.code(), Some(0));
    let (code, said, told) = feeds(folder.path(), &["remove", "new.example-feed-a-1"]);
    assert_eq!(
        (code, said.as_str()),
        (0, "removed new.example-feed-a-1 from dateline.toml\n")
    );
    assert!(told.contains("the state is kept"), "{told}");
    assert_eq!(main_file(&folder), BY_HAND);
}

#[test]
fn a_feed_is_removed_with_its_own_comments_and_the_rest_stays() {
    let folder = desk();
    let (code, said, _) = feeds(folder.path(), &["remove", "courier", "local.example-atom"]);
    assert_eq!(code, 0);
    assert_eq!(
        said,
        "removed courier from dateline.toml\nremoved local.example-atom from feeds.d/local.toml\n"
    );
    let from = BY_HAND.find("\n\n# the big one").unwrap();
    let to = BY_HAND.find("\n\n[[feeds]]\nid   = \"gazette\"").unwrap();
    assert_eq!(
        main_file(&folder),
        format!("{}{}", &BY_HAND[..from], &BY_HAND[to..])
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("feeds.d/local.toml")).unwrap(),
        ""
    );
    let (code, _, told) = feeds(folder.path(), &["remove", "gazette", "nobody"]);
    assert_eq!(code, 1);
    assert!(
        told.contains("there is no feed nobody") && told.contains("nothing was removed"),
        "{told}"
    );
    assert!(main_file(&folder).contains("gazette"));
    let (code, _, told) = feeds(folder.path(), &["remove", "gazette"]);
    assert_eq!(code, 0);
    assert!(
        told.contains("no feed and no drop folder is left"),
        "{told}"
    );
    let (code, ..) = feeds(
        folder.path(),
        &["add", "--no-check", "https://first.example/feed"],
    );
    assert_eq!(code, 0, "an empty list can be filled again");
}

#[test]
fn what_is_there_is_not_added_twice() {
    let folder = desk();
    for (arguments, part) in [
        (
            vec!["https://courier.example/rss"],
            "https://courier.example/rss is there already: courier in dateline.toml:5",
        ),
        (
            vec!["http://local.example/atom/"],
            "local.example-atom in feeds.d/local.toml:1",
        ),
        (
            vec!["https://other.example/", "--id", "gazette"],
            "the id gazette is taken by https://gazette.example/feed.xml in dateline.toml:11",
        ),
    ] {
        let (code, said, told) = feeds(
            folder.path(),
            &[&["add", "--no-check"], arguments.as_slice()].concat(),
        );
        assert_eq!((code, said.as_str()), (1, ""));
        assert!(told.contains(part), "{told}");
    }
    for arguments in [
        ["https://x.example/", "--every", "soon"],
        ["https://x.example/", "--id", "a b"],
        ["ftp://x.example/", "--name", "x"],
    ] {
        let (code, _, told) = feeds(
            folder.path(),
            &[&["add", "--no-check"], arguments.as_slice()].concat(),
        );
        assert_eq!(code, 2, "{told}");
        assert!(told.contains("the new feed:"), "{told}");
    }
    assert_eq!(main_file(&folder), BY_HAND);
}

#[test]
fn a_new_file_is_made_and_included() {
    let folder = desk();
    let add = |url: &str, file: &str| {
        let (code, said, told) = feeds(folder.path(), &["add", "--no-check", url, "--file", file]);
        assert_eq!(code, 0, "{told}");
        (said, told)
    };
    let (said, told) = add("https://new.example/feed", "feeds.d/more.toml");
    assert_eq!(said, "added new.example-feed to feeds.d/more.toml:1\n");
    assert!(!told.contains("includes"), "{told}");
    assert_eq!(main_file(&folder), BY_HAND);
    let (said, told) = add("https://newer.example/feed", "elsewhere/more.toml");
    assert_eq!(said, "added newer.example-feed to elsewhere/more.toml:1\n");
    assert!(
        told.contains("dateline.toml includes elsewhere/more.toml now"),
        "{told}"
    );
    let entries = "include = [\"feeds.d/*.toml\", \"elsewhere/more.toml\"]";
    assert_eq!(
        main_file(&folder),
        BY_HAND.replace("include = [\"feeds.d/*.toml\"]", entries)
    );
    let (_, shown, _) = feeds(folder.path(), &["list", "--json"]);
    let list: Vec<Value> = serde_json::from_str(&shown).unwrap();
    assert_eq!(list.len(), 5);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_survive_and_nothing_is_left_behind() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = desk();
    let real = folder.path().join("real.toml");
    fs::rename(folder.path().join("dateline.toml"), &real).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.toml", folder.path().join("dateline.toml")).unwrap();
    let (code, ..) = feeds(
        folder.path(),
        &["add", "--no-check", "https://new.example/feed"],
    );
    assert_eq!(code, 0);
    assert!(folder.path().join("dateline.toml").is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains("new.example"));
    assert_eq!(
        fs::metadata(&real).unwrap().permissions().mode() & 0o777,
        0o640
    );
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["dateline.toml", "feeds.d", "real.toml"]);
}

#[test]
fn many_commands_at_once_lose_nothing() {
    let folder = desk();
    let children: Vec<_> = (0..12)
        .map(|number| {
            Command::new(env!("CARGO_BIN_EXE_dateline"))
                .args([
                    "feeds",
                    "add",
                    "--no-check",
                    &format!("https://new.example/{number}"),
                ])
                .current_dir(folder.path())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let (_, shown, _) = feeds(folder.path(), &["list", "--json"]);
    assert_eq!(
        serde_json::from_str::<Value>(&shown)
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        15
    );
}

#[test]
fn a_broken_configuration_is_shown_and_left_alone() {
    let folder = desk();
    let broken = BY_HAND.replace("enabled = false", "enabled = maybe");
    fs::write(folder.path().join("dateline.toml"), &broken).unwrap();
    for arguments in [
        vec!["list"],
        vec!["add", "--no-check", "https://new.example/"],
        vec!["remove", "courier"],
        vec!["export"],
    ] {
        let (code, said, told) = feeds(folder.path(), &arguments);
        assert_eq!((code, said.as_str()), (78, ""));
        assert!(told.contains("dateline.toml:15"), "{told}");
    }
    assert_eq!(main_file(&folder), broken);
}

const LIST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>x</title></head><body>
<outline text="World &amp; more">
  <outline type="rss" text="One" xmlUrl="https://one.example/feed" category="daily"/>
  <outline type="rss" text="Courier" xmlurl="http://courier.example/rss/"/>
  <outline text="deeper"><outline title="Two" xmlUrl="https://two.example/a?b=1&c=2"/></outline>
</outline>
<outline type="rss" text="One again" xmlUrl="https://one.example/feed"/>
<outline type="rss" text="Taken id" xmlUrl="https://two.example/a-b=1&amp;c=2"/>
<outline type="rss" text="Old" xmlUrl="ftp://old.example/feed"/>
<outline type="rss" text="With password" xmlUrl="https://me:hunter2@closed.example/feed"/>
<outline type="rss" text="No address" xmlUrl="nonsense"/>
</body></opml>
"#;

#[test]
fn a_list_of_another_reader_is_imported() {
    let folder = desk();
    fs::write(folder.path().join("list.opml"), LIST).unwrap();
    let (code, said, _) = feeds(
        folder.path(),
        &[
            "import",
            "list.opml",
            "--file",
            "feeds.d/imported.toml",
            "--dry-run",
        ],
    );
    assert_eq!(code, 1, "{said}");
    assert!(!folder.path().join("feeds.d/imported.toml").exists());
    insta::assert_snapshot!("import_dry_run", said);
    let (code, said, told) = feeds(
        folder.path(),
        &["import", "list.opml", "--file", "feeds.d/imported.toml"],
    );
    assert_eq!(code, 1);
    insta::assert_snapshot!("import", said);
    assert!(!said.contains("hunter2"));
    assert!(told.contains("at its next start"), "{told}");
    let written = fs::read_to_string(folder.path().join("feeds.d/imported.toml")).unwrap();
    insta::assert_snapshot!("imported_file", written);
    assert_eq!(dateline(folder.path(), &["check"]).status.code(), Some(0));
    let (code, said, _) = feeds(folder.path(), &["import", "list.opml", "--json"]);
    let again: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(code, 1);
    assert_eq!(again["added"].as_array().unwrap().len(), 0);
    assert_eq!(again["known"].as_array().unwrap().len(), 5);
    assert_eq!(main_file(&folder), BY_HAND);
    let (code, _, told) = feeds(folder.path(), &["import", "dateline.toml"]);
    assert_eq!(code, 1);
    assert!(told.contains("this is no OPML"), "{told}");
    assert_eq!(feeds(folder.path(), &["import", "missing.opml"]).0, 69);
}

#[test]
fn ten_thousand_feeds_are_imported_and_come_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("dateline.toml"),
        "[[drops]]\npath = \".\"\n",
    )
    .unwrap();
    let outlines: String = (0..10_000)
        .map(|number| {
            format!("<outline text='Folder {}'><outline text='Feed {number}' xmlUrl='https://f{number}.example/rss' category='all,n{}'/></outline>\n", number % 50, number % 7)
        })
        .collect();
    fs::write(
        folder.path().join("big.opml"),
        format!("<opml><body>{outlines}</body></opml>"),
    )
    .unwrap();
    let (code, said, told) = feeds(folder.path(), &["import", "big.opml"]);
    assert_eq!(code, 0, "{told}");
    assert_eq!(
        said,
        "10000 feeds added to dateline.toml, 0 known already, 0 refused\n"
    );
    let (code, exported, _) = feeds(folder.path(), &["export"]);
    assert_eq!(code, 0);
    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join("dateline.toml"), "").unwrap();
    fs::write(other.path().join("out.opml"), exported).unwrap();
    assert_eq!(feeds(other.path(), &["import", "out.opml"]).0, 0);
    let listed = |folder: &TempDir| {
        let (_, shown, _) = feeds(folder.path(), &["list", "--json"]);
        let list: Vec<Value> = serde_json::from_str(&shown).unwrap();
        let mut list: Vec<String> = list
            .iter()
            .map(|feed| format!("{} {} {}", feed["url"], feed["name"], feed["tags"]))
            .collect();
        list.sort();
        list
    };
    assert_eq!(listed(&folder), listed(&other));
}

#[test]
fn the_export_is_opml_for_other_readers() {
    let folder = desk();
    let (code, exported, _) = feeds(folder.path(), &["export"]);
    assert_eq!(code, 0);
    let dated = exported.find("<dateCreated>").unwrap();
    let end = exported.find("</dateCreated>").unwrap();
    insta::assert_snapshot!(format!(
        "{}<dateCreated>…{}",
        &exported[..dated],
        &exported[end..]
    ));
    let (code, said, told) = feeds(
        folder.path(),
        &["export", "--tag", "sports", "--file", "out.opml"],
    );
    assert_eq!((code, said.as_str()), (0, ""));
    assert!(told.contains("wrote 1 feed to out.opml"), "{told}");
    assert!(
        fs::read_to_string(folder.path().join("out.opml"))
            .unwrap()
            .contains("gazette")
    );
}

#[test]
fn the_feed_of_a_page_is_found_tried_and_added() {
    let web = Web::start();
    let folder = desk();
    web.allow(&folder.path().join("dateline.toml"));
    let before = main_file(&folder);
    let page = web.url("/one");
    let (code, said, told) = feeds(folder.path(), &["add", &page, "--id", "quay"]);
    assert_eq!(code, 0, "{told}");
    assert!(said.starts_with("added quay to dateline.toml:"), "{said}");
    assert!(
        told.contains(
            "Harbour News: 2 items, the newest of 2026-03-02 07:30 UTC (announced by the page)"
        ),
        "{told}"
    );
    assert!(main_file(&folder).contains(&format!("url = \"{}\"", web.url("/harbour.xml"))));
    let (code, ..) = feeds(folder.path(), &["remove", "quay"]);
    assert_eq!((code, main_file(&folder)), (0, before.clone()));

    let several = web.url("/several");
    let (code, said, told) = feeds(folder.path(), &["add", &several]);
    assert_eq!(code, 1, "{told}");
    let second = format!("  2  {}\n", web.url("/sports.xml"));
    assert!(
        said.contains(&second) && said.contains("Sports on the Quay: 1 item"),
        "{said}"
    );
    assert!(
        told.contains("2 feeds found") && told.contains("--pick N"),
        "{told}"
    );
    let (code, said, _) = feeds(folder.path(), &["add", &several, "--json"]);
    assert_eq!(code, 1);
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(answer["candidates"].as_array().unwrap().len(), 2);
    assert_eq!(feeds(folder.path(), &["add", &several, "--pick", "3"]).0, 1);
    assert_eq!(main_file(&folder), before);
    let (code, said, _) = feeds(folder.path(), &["add", &several, "--pick", "2", "--json"]);
    assert_eq!(code, 0);
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(answer["added"]["url"], web.url("/sports.xml"));
    assert_eq!(answer["feed"]["items"], 1);

    let (code, _, told) = feeds(folder.path(), &["add", &web.url("/nothing")]);
    assert_eq!(code, 1);
    assert!(
        told.contains("no feed was found") && told.contains("--no-check"),
        "{told}"
    );
    let (code, _, told) = feeds(folder.path(), &["add", "http://127.0.0.1:1/"]);
    assert_eq!(code, 1);
    assert!(told.contains("127.0.0.1"), "{told}");
}
