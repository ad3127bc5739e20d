//! Adding and removing in files that people write.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{BY_HAND, dateline, desk, feeds, main_file};

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
    assert!(told.contains("from the daemon's next start on"), "{told}");
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
    assert!(told.contains("nothing of it twice"), "{told}");
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
