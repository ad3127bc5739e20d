//! Files and folders: includes, paths, what cannot be read, and that nothing read ever panics.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dateline_config::{
    ByteSize, Config, ConfigErrors, Every, HeaderValue, Loaded, STARTER, Secret, SecretError,
    Severity, load, parse,
};
use proptest::prelude::*;
use tempfile::TempDir;

const FEED: &str = "[[feeds]]\nurl = \"https://example.org/feed.xml\"\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn load_in(folder: &TempDir) -> Result<Loaded, ConfigErrors> {
    load(&folder.path().join("dateline.toml"))
}

/// The messages with the temporary folder's name taken out.
fn messages(folder: &TempDir) -> String {
    let page = load_in(folder).unwrap_err().render(false, 200);
    page.replace(&folder.path().display().to_string(), "DIR")
}

fn config(text: &str) -> Config {
    parse(text, Path::new("/etc/dateline/dateline.toml"))
        .unwrap_or_else(|errors| panic!("{}", errors.render(false, 100)))
        .config
}

#[test]
fn a_jsonl_and_a_kafka_sink_may_have_one_name() {
    let text = format!(
        "{FEED}[sinks.jsonl.main]\ndir = \"out\"\n[sinks.kafka.main]\nbrokers = [\"a:1\"]\ntopic = \"t\"\n\
         [sinks.kafka.topic]\nbrokers = [\"a:1\"]\ntopic = \"u\"\n"
    );
    let config = parse(&text, Path::new("dateline.toml")).unwrap().config;
    assert!(config.sinks.jsonl.contains_key("main"));
    assert_eq!(
        config.sinks.kafka.keys().collect::<Vec<_>>(),
        ["main", "topic"]
    );
}

#[test]
fn the_starter_and_the_examples_load_without_a_warning() {
    let starter = parse(STARTER, Path::new("dateline.toml")).unwrap();
    assert!(starter.warnings.is_empty());
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut names = Vec::new();
    for entry in fs::read_dir(examples).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.to_string_lossy().ends_with(".test.toml");
        if path.is_dir() || is_test {
            continue;
        }
        let loaded = load(&path).unwrap_or_else(|errors| panic!("{}", errors.render(false, 100)));
        assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
        names.push(path.file_name().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(
        names,
        [
            "json-drops.toml",
            "kafka-secure.toml",
            "newsroom.toml",
            "rules.toml",
            "smallest.toml"
        ]
    );
}

/// Uncomments every setting of the starter: what it shows as a default must be one, and must be valid.
#[test]
fn what_the_starter_shows_in_comments_is_valid() {
    let setting = |line: &str| line.contains(" = ") && !line.contains("include");
    let lines = STARTER.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest) if rest.starts_with('[') || (setting(rest) && !rest.contains(": ")) => rest,
        _ => line,
    });
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    let loaded = parse(&text, Path::new("dateline.toml"))
        .unwrap_or_else(|errors| panic!("{}", errors.render(false, 100)));
    assert_eq!(loaded.config.sinks.kafka.len(), 1);
    assert_eq!(loaded.config.drops.len(), 1);
    assert_eq!(loaded.config.state, config(FEED).state_with_dir("state"));
}

#[test]
fn a_feed_may_be_adaptive_where_the_others_are_not() {
    let text = "[defaults]\nevery = \"1h\"\nmin_every = \"2m\"\npublisher_hints = false\n\
                [[feeds]]\nurl = \"https://a.example/\"\nevery = \"adaptive\"\nmax_every = \"1d\"\npublisher_hints = true\n";
    let feed = &config(text).feeds[0];
    assert_eq!(feed.every, Every::Adaptive);
    assert_eq!(feed.min_every, Duration::from_secs(120));
    assert_eq!(feed.max_every, Duration::from_secs(86_400));
    assert!(feed.publisher_hints);
}

trait StateWithDir {
    fn state_with_dir(&self, dir: &str) -> dateline_config::State;
}

impl StateWithDir for Config {
    fn state_with_dir(&self, dir: &str) -> dateline_config::State {
        let mut state = self.state.clone();
        state.dir = PathBuf::from(dir);
        state
    }
}

#[test]
fn one_feed_is_enough() {
    let config = config(FEED);
    assert_eq!(config.feeds[0].id, "example.org-feed.xml");
    assert_eq!(config.feeds[0].every, Every::Adaptive);
    assert_eq!(config.feeds[0].max_body, ByteSize(16 * 1024 * 1024));
    assert_eq!(config.state.dir, Path::new("/etc/dateline/state"));
    assert_eq!(
        config.sinks.jsonl["default"].dir,
        Path::new("/etc/dateline/articles")
    );
    assert_eq!(config.admin.listen.to_string(), "127.0.0.1:9464");
}

#[test]
fn feeds_take_defaults_wherever_they_stand() {
    let text = "[[feeds]]\nurl = \"https://a.example/\"\nevery = \"1m\"\nheaders = { X-Own = \"1\", x-both = \"feed\" }\n\
                [[feeds]]\nurl = \"https://b.example/\"\n\
                [defaults]\nevery = \"2h\"\nmax_items = 7\nheaders = { X-Both = \"defaults\", authorization = { env = \"A\" } }\n";
    let config = config(text);
    let [own, plain] = config.feeds.as_slice() else {
        panic!("two feeds")
    };
    assert_eq!(
        (own.every, own.max_items),
        (Every::Fixed(Duration::from_secs(60)), 7)
    );
    assert_eq!(
        (plain.every, plain.max_items),
        (Every::Fixed(Duration::from_secs(7200)), 7)
    );
    let names: Vec<&str> = own.headers.keys().map(String::as_str).collect();
    assert_eq!(names, ["authorization", "x-both", "x-own"]);
    assert_eq!(own.headers["x-both"], HeaderValue::Plain("feed".to_owned()));
    assert_eq!(
        plain.headers["authorization"],
        HeaderValue::Secret(Secret::Env("A".to_owned()))
    );
}

#[test]
fn properties_may_be_quoted_or_dotted() {
    let text = format!(
        "{FEED}[sinks.kafka.a]\nbrokers = [\"[::1]:9092\"]\ntopic = \"t\"\n[sinks.kafka.a.properties]\n\
         \"socket.keepalive.enable\" = true\nmessage.max.bytes = 2_000_000\npartitioner = \"murmur2\"\n"
    );
    let config = config(&text);
    let properties: Vec<(&str, &str)> = config.sinks.kafka["a"]
        .properties
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    let expected = [
        ("message.max.bytes", "2000000"),
        ("partitioner", "murmur2"),
        ("socket.keepalive.enable", "true"),
    ];
    assert_eq!(properties, expected);
}

#[test]
fn included_files_are_read_in_order_with_their_own_paths() {
    let folder = folder(&[
        (
            "dateline.toml",
            &format!(
                "include = [\"feeds.d/*.toml\", \"more.toml\", \"feeds.d/a.toml\"]\n[defaults]\nevery = \"3m\"\n{FEED}"
            ),
        ),
        (
            "feeds.d/b.toml",
            "[[feeds]]\nid = \"b\"\nurl = \"https://b.example/\"\n",
        ),
        (
            "feeds.d/a.toml",
            "[[feeds]]\nid = \"a\"\nurl = \"https://a.example/\"\n[[drops]]\npath = \"in\"\n",
        ),
        ("feeds.d/c.txt", "not read"),
        ("feeds.d/.hidden.toml", "not read"),
        ("more.toml", "[sinks.jsonl.more]\ndir = \"out\"\n"),
    ]);
    let loaded = load_in(&folder).unwrap();
    let ids: Vec<&str> = loaded
        .config
        .feeds
        .iter()
        .map(|feed| feed.id.as_str())
        .collect();
    assert_eq!(ids, ["example.org-feed.xml", "a", "b"]);
    assert!(
        loaded
            .config
            .feeds
            .iter()
            .all(|feed| feed.every == Every::Fixed(Duration::from_secs(180)))
    );
    assert_eq!(
        loaded.config.drops[0].path,
        folder.path().join("feeds.d/in")
    );
    assert_eq!(
        loaded.config.sinks.jsonl["more"].dir,
        folder.path().join("out")
    );
    assert_eq!(loaded.config.sinks.jsonl.len(), 1);
    let names: Vec<PathBuf> = [
        "dateline.toml",
        "feeds.d/a.toml",
        "feeds.d/b.toml",
        "more.toml",
    ]
    .iter()
    .map(|name| folder.path().join(name))
    .collect();
    assert_eq!(loaded.files.paths(), names);
    assert!(loaded.warnings.is_empty());
}

#[test]
fn the_print_changes_with_what_the_files_hold_and_with_which_there_are() {
    let folder = folder(&[
        (
            "dateline.toml",
            "include = [\"feeds.d/*.toml\", \"feeds.d/a.toml\"]\n",
        ),
        ("feeds.d/a.toml", FEED),
    ]);
    let files = load_in(&folder).unwrap().files;
    let path = |name: &str| folder.path().join(name);
    let is_same = || files.print_now() == files.print();
    assert!(is_same());
    fs::create_dir(path("feeds.d/folder.toml")).unwrap();
    fs::write(path("feeds.d/notes.txt"), "nothing").unwrap();
    fs::write(path("feeds.d/a.toml"), FEED).unwrap();
    assert!(is_same());
    fs::write(path("feeds.d/a.toml"), "").unwrap();
    assert!(!is_same());
    fs::remove_file(path("feeds.d/a.toml")).unwrap();
    assert!(!is_same());
    fs::write(path("feeds.d/a.toml"), FEED).unwrap();
    assert!(is_same());
    fs::write(path("feeds.d/b.toml"), "").unwrap();
    assert!(!is_same());
    fs::remove_file(path("feeds.d/b.toml")).unwrap();
    fs::rename(path("feeds.d/a.toml"), path("feeds.d/b.toml")).unwrap();
    assert!(!is_same());
}

#[test]
fn what_is_refused_names_the_files_that_were_to_be_read() {
    let folder = folder(&[
        ("dateline.toml", "include = [\"a.toml\", \"b.toml\"]\n"),
        ("a.toml", "[[feeds]]\nurl = \"nowhere\"\n"),
    ]);
    let errors = load_in(&folder).unwrap_err();
    let files = errors.files().unwrap();
    let path = |name: &str| folder.path().join(name);
    assert_eq!(
        files.paths(),
        ["dateline.toml", "a.toml", "b.toml"].map(path)
    );
    assert_eq!(files.print_now(), files.print());
    assert!(files.may_hold(&path("b.toml")) && !files.may_hold(&path("c.toml")));
    fs::write(path("b.toml"), "").unwrap();
    assert_ne!(files.print_now(), files.print());
    fs::remove_file(path("dateline.toml")).unwrap();
    assert!(load_in(&folder).unwrap_err().files().is_none());
}

#[test]
fn errors_in_included_files_name_both_places() {
    let folder = folder(&[
        (
            "dateline.toml",
            &format!(
                "include = [\"feeds.d/*.toml\", \"missing.toml\", \"dateline.toml\", \"feeds.d\"]\n{FEED}"
            ),
        ),
        (
            "feeds.d/a.toml",
            &format!("include = [\"x\"]\n{FEED}[log]\nlevel = \"info\"\n"),
        ),
        ("feeds.d/b.toml", "[sinks.jsonl.x]\ndir = \"a\"\n"),
        ("feeds.d/c.toml", "[sinks.jsonl.x]\ndir = \"b\"\n"),
    ]);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("includes", messages(&folder));
    });
}

#[test]
fn a_glob_without_a_match_is_a_warning() {
    let folder = folder(&[(
        "dateline.toml",
        &format!("include = [\"feeds.d/*.toml\"]\n{FEED}"),
    )]);
    let loaded = load_in(&folder).unwrap();
    let [warning] = loaded.warnings.as_slice() else {
        panic!("one warning")
    };
    assert_eq!(warning.severity(), Severity::Warning);
    assert_eq!(warning.position(), Some((1, 12)));
    assert!(
        warning
            .suggestion()
            .unwrap()
            .starts_with("there is no folder")
    );
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let folder = folder(&[]);
    assert!(messages(&folder).contains("cannot read `DIR/dateline.toml`: no such file"));
    fs::create_dir(folder.path().join("dateline.toml")).unwrap();
    assert!(messages(&folder).contains("it is a folder, not a file"));
    fs::remove_dir(folder.path().join("dateline.toml")).unwrap();
    fs::write(
        folder.path().join("dateline.toml"),
        b"\xef\xbb\xbf# M\xc3\xbcnchen\nname = \"M\xfcnchen\"\n",
    )
    .unwrap();
    let errors = load_in(&folder).unwrap_err();
    assert_eq!(errors.findings()[0].position(), Some((2, 10)));
    assert!(messages(&folder).contains("the file is not UTF-8 text"));
    fs::write(folder.path().join("dateline.toml"), b"\xff\xfea\0=\0").unwrap();
    assert!(messages(&folder).contains("UTF-16"));
    fs::write(
        folder.path().join("dateline.toml"),
        vec![b'#'; 16 * 1024 * 1024 + 1],
    )
    .unwrap();
    assert!(messages(&folder).contains("larger than 16 MiB"));
}

#[test]
fn secrets_are_read_when_asked_for_and_never_shown() {
    let folder = folder(&[("secret", "hunter2\n"), ("empty", "\n")]);
    let secret = Secret::File(folder.path().join("secret"));
    let revealed = secret.reveal().unwrap();
    assert_eq!(&*revealed, "hunter2");
    let header = HeaderValue::Plain("hunter2".to_owned());
    let shown = format!(
        "{secret:?} {revealed:?} {header:?} {:?}",
        HeaderValue::Secret(secret.clone())
    );
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("***"));
    assert!(matches!(
        Secret::File(folder.path().join("empty")).reveal(),
        Err(SecretError::Empty(_))
    ));
    assert!(matches!(
        Secret::File(folder.path().join("none")).reveal(),
        Err(SecretError::Unreadable { .. })
    ));
    let unset = Secret::Env("DATELINE_TEST_VARIABLE_THAT_IS_NOT_SET".to_owned());
    assert!(matches!(unset.reveal(), Err(SecretError::Unset(_))));
    assert!(Secret::Env("PATH".to_owned()).reveal().is_ok());
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(parse(&deep, Path::new("x.toml")).is_err());
    let dotted = format!("{}b = 1", "a.".repeat(100_000));
    assert!(parse(&dotted, Path::new("x.toml")).is_err());
}

/// Lines that come near to a configuration, to be put together at random.
fn line() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        Just("url"),
        Just("every"),
        Just("headers"),
        Just("include"),
        Just("brokers"),
        Just("topic"),
        Just("file"),
        Just("password"),
        Just("id"),
        Just("path"),
        Just("properties"),
        Just("listen"),
        Just("jitter"),
        Just("patterns"),
    ];
    let value = prop_oneof![
        Just("\"https://u:p@example.org/\"".to_owned()),
        Just("15m".to_owned()),
        Just("{ env = \"X\" }".to_owned()),
        Just("[\"a\", 1, { x = 2 }]".to_owned()),
        Just("1e999".to_owned()),
        Just("-9223372036854775808".to_owned()),
        Just("\"\"\"\nü\r\n\"\"\"".to_owned()),
        Just("{ a.b = { c = [[[]]] } }".to_owned()),
        ".{0,20}",
        "\"[^\"]{0,20}\"",
    ];
    let header = prop_oneof![
        Just("[[feeds]]"),
        Just("[feeds]"),
        Just("[[drops]]"),
        Just("[sinks.jsonl.a]"),
        Just("[sinks.kafka.a]"),
        Just("[sinks.kafka.a.sasl]"),
        Just("[sinks.kafka]"),
        Just("[defaults]"),
        Just("[collect]"),
        Just("[admin]"),
        Just("[broken"),
    ];
    prop_oneof![
        (key, value).prop_map(|(key, value)| format!("{key} = {value}")),
        header.prop_map(str::to_owned),
        any::<String>(),
    ]
}

fn parse_and_render(text: &str) {
    match parse(text, Path::new("x.toml")) {
        Ok(loaded) => loaded
            .warnings
            .iter()
            .for_each(|warning| drop(warning.render(false, 1))),
        Err(errors) => {
            assert!(
                errors
                    .findings()
                    .iter()
                    .any(|finding| finding.severity() == Severity::Error)
            );
            drop(errors.render(true, 80));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in any::<String>()) {
        parse_and_render(&text);
    }

    #[test]
    fn no_near_miss_panics(lines in prop::collection::vec(line(), 0..12), ending in prop_oneof![Just("\n"), Just("\r\n")]) {
        parse_and_render(&lines.join(ending));
    }

    #[test]
    fn no_file_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dateline.toml");
        fs::write(&path, bytes).unwrap();
        if let Err(errors) = load(&path) {
            drop(errors.render(false, 80));
        }
    }
}

#[test]
fn a_change_can_be_read_before_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let main = folder.path().join("dateline.toml");
    fs::write(&main, "include = [\"feeds.d/*.toml\"]\n").unwrap();
    let more = folder.path().join("feeds.d/more.toml");
    let feed = |name: &str| format!("[[feeds]]\nurl = \"https://{name}.example/\"\n");
    let ids = |overlay: &dateline_config::Overlay| -> Vec<String> {
        let loaded = dateline_config::load_with(&main, overlay).unwrap();
        let feeds = loaded.config.feeds.into_iter();
        feeds.map(|feed| feed.id).collect()
    };
    // A list that is being edited may be empty, and files may be missing with their folder.
    assert!(ids(&Default::default()).is_empty());
    assert_eq!(ids(&[(more.clone(), feed("new"))].into()), ["new.example"]);
    fs::create_dir(folder.path().join("feeds.d")).unwrap();
    fs::write(&more, feed("old")).unwrap();
    assert_eq!(ids(&Default::default()), ["old.example"]);
    let other = folder.path().join("feeds.d/../feeds.d/more.toml");
    assert_eq!(ids(&[(other, feed("new"))].into()), ["new.example"]);
    let elsewhere = folder.path().join("elsewhere.toml");
    assert_eq!(ids(&[(elsewhere, feed("new"))].into()), ["old.example"]);
    let main_text = (main.clone(), feed("main"));
    assert_eq!(ids(&[main_text].into()), ["main.example"]);
    let broken = [(more, "[[feeds]]\nurl = 1\n".to_owned())].into();
    let errors = dateline_config::load_with(&main, &broken).unwrap_err();
    assert!(errors.findings()[0].file().unwrap().ends_with("more.toml"));
    // What could not be loaded again must not be written.
    for (path, text) in [
        (main.clone(), "include = [\"feeds.d/*.toml\"]\n"),
        (folder.path().join("feeds.d/more.toml"), ""),
    ] {
        let large = format!("{text}#{}", "x".repeat(16 * 1024 * 1024));
        let errors = dateline_config::load_with(&main, &[(path, large)].into()).unwrap_err();
        let said = errors.render(false, 200);
        assert!(said.contains("larger than 16 MiB"), "{said}");
        assert!(said.contains("split the feeds"), "{said}");
        assert!(said.contains("feeds.d"), "{said}");
    }
}
