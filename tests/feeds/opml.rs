//! Lists of other readers, in and out.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::{BY_HAND, dateline, desk, feeds, main_file};

const LIST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>x</title></head><body>
<outline text="World &amp; more">
  <outline type="rss" text="One" xmlUrl="https://one.example/feed" htmlUrl="https://one.example/news" category="daily"/>
  <outline type="rss" text="Courier" xmlurl="http://courier.example/rss/"/>
  <outline text="deeper"><outline title="Two" htmlUrl="javascript:x" xmlUrl="https://two.example/a?b=1&c=2"/></outline>
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
    assert!(told.contains("from the daemon's next start on"), "{told}");
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
            format!("<outline text='Folder {}'><outline text='Feed {number}' xmlUrl='https://f{number}.example/rss' htmlUrl='https://f{number}.example/' category='all,n{}'/></outline>\n", number % 50, number % 7)
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
    assert_eq!(exported.matches(".example/\" category=").count(), 10_000);
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
    let pages = |folder: &TempDir| main_file(folder).matches("\npage = ").count();
    assert_eq!((pages(&folder), pages(&other)), (10_000, 10_000));
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
fn an_export_replaces_files_of_any_bytes_and_nothing_else() {
    let folder = desk();
    let out = folder.path().join("out.opml");
    fs::write(&out, b"\xff\xfe\0not UTF-8").unwrap();
    let (code, _, told) = feeds(folder.path(), &["export", "--file", "out.opml"]);
    assert_eq!(code, 0, "{told}");
    assert!(fs::read_to_string(&out).unwrap().contains("<opml"));
    // A pipe that nobody writes to would be read for ever, a device would be replaced.
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink(&pipe, folder.path().join("link")).unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    for target in ["pipe", "link", "folder"] {
        let before = fs::symlink_metadata(folder.path().join(target)).unwrap();
        let (code, _, told) = feeds(folder.path(), &["export", "--file", target]);
        assert_eq!(code, 69, "{told}");
        assert!(told.contains("is no regular file"), "{told}");
        let after = fs::symlink_metadata(folder.path().join(target)).unwrap();
        assert_eq!(after.file_type(), before.file_type());
    }
    let (code, _, told) = feeds(folder.path(), &["export", "--file", "out.opml/below"]);
    assert_eq!(code, 69, "{told}");
    assert!(!told.contains("someone else"), "{told}");
}
