//! What an operator reads: every file under `tests/broken` with the messages that it gets, without colour.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

fn broken_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn messages(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let errors = dateline_config::parse(&text, Path::new("dateline.toml")).unwrap_err();
    errors.render(false, 100)
}

#[test]
fn broken_files_get_messages_that_help() {
    let files = broken_files();
    assert!(files.len() >= 20);
    for path in files {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, messages(&path));
        });
    }
}

#[test]
fn broken_test_files_get_messages_that_help() {
    let config = "[[feeds]]\nid = \"world\"\nurl = \"https://example.org/feed\"\n[[drops]]\nid = \"wire\"\npath = \"in\"\n[sinks.jsonl.main]\ndir = \"out\"\n";
    let config = dateline_config::parse(config, Path::new("dateline.toml"))
        .unwrap()
        .config;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken_tests");
    for name in ["empty", "fields"] {
        let path = folder.join(format!("{name}.toml"));
        let errors = dateline_config::load_tests(&path, &config).unwrap_err();
        let page = errors.render(false, 100);
        let page = page.replace(&folder.display().to_string(), "tests");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("tests_{name}"), page);
        });
        for finding in errors.findings() {
            assert!(
                finding.position().is_some() && finding.suggestion().is_some(),
                "{finding}"
            );
        }
    }
}

#[test]
fn no_message_shows_a_secret() {
    for path in broken_files() {
        let page = messages(&path);
        assert!(!page.contains("hunter2"), "{}:\n{page}", path.display());
    }
}

#[test]
fn every_finding_has_a_place_and_advice() {
    for path in broken_files() {
        let text = fs::read_to_string(&path).unwrap();
        let errors = dateline_config::parse(&text, Path::new("dateline.toml")).unwrap_err();
        for finding in errors.findings() {
            let whole_file = finding.message().starts_with("nothing to do");
            assert!(whole_file || finding.position().is_some(), "{finding}");
            assert!(finding.suggestion().is_some(), "{finding}");
        }
    }
}

#[test]
fn columns_count_characters() {
    let text =
        "[[feeds]]\nurl = \"https://example.org/\"\nheaders = { \"ü\" = \"x\", host = \"y\" }\n";
    let errors = dateline_config::parse(text, Path::new("dateline.toml")).unwrap_err();
    let places: Vec<_> = errors
        .findings()
        .iter()
        .map(|finding| finding.position().unwrap())
        .collect();
    assert_eq!(places, [(3, 13), (3, 24)]);
}

#[test]
fn colour_is_added_on_request_alone() {
    let errors = dateline_config::parse("", Path::new("dateline.toml")).unwrap_err();
    assert!(errors.render(true, 80).contains('\u{1b}'));
    assert!(!errors.render(false, 80).contains('\u{1b}'));
}

#[test]
fn rubbish_is_refused_in_bounded_work() {
    let text = "=\n".repeat(200_000);
    let errors = dateline_config::parse(&text, Path::new("dateline.toml")).unwrap_err();
    assert!(errors.findings().len() <= 1001);
    let page = errors.render(false, 80);
    assert!(page.lines().count() < 1000);
    assert!(page.contains("more\n"));
}

#[test]
fn an_error_after_a_thousand_warnings_still_refuses() {
    let mut text = String::new();
    for number in 0..1100 {
        text.push_str(&format!(
            "[[feeds]]\nid = \"{number}\"\nurl = \"https://example.org/\"\n"
        ));
    }
    let origin = Path::new("dateline.toml");
    let loaded = dateline_config::parse(&text, origin).unwrap();
    assert_eq!(loaded.config.feeds.len(), 1100);
    let last = loaded.warnings.last().unwrap();
    assert_eq!(last.message(), "99 further findings are not listed");
    text.push_str("colour = \"red\"\n");
    assert!(dateline_config::parse(&text, origin).is_err());
}
