//! What is done by the page of the admin port and by commands alike. `tests/page` has it with a browser.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::torture::daemon::Daemon;
use crate::torture::newsroom::Newsroom;
use crate::torture::office::FEEDS;
use crate::torture::outputs;
use crate::torture::setup::Setup;
use crate::torture::until;
use crate::{SOON, STOP_LIMIT, command};

/// What a browser says with a form of the port's own page; the port is asked as `localhost`.
const OURS: (&str, &str) = ("origin", "http://localhost");

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

const JSON: (&str, &str) = ("accept", "application/json");

/// A newsroom whose feeds are asked once, one of them with an article, and a drop folder with what cannot be read.
struct Scene {
    setup: Setup,
    newsroom: Newsroom,
    config: PathBuf,
}

impl Scene {
    fn new(name: &str, admin: &str) -> Scene {
        let setup = Setup::new(name);
        let mut newsroom = Newsroom::open(setup.folder(), 1);
        newsroom.print_in(&[0], 0);
        fs::write(
            newsroom.drop_folder("kept").join("crane.txt"),
            b"\0\x01\xff crane",
        )
        .unwrap();
        let more = newsroom.configuration() + &setup.jsonl("");
        let config = setup.configure(&("[reload]\nwatch = false\n\n".to_owned() + &more));
        let text = fs::read_to_string(&config).unwrap();
        let text = text.replace("every = \"1s\"", "every = \"1h\"");
        fs::write(
            &config,
            text.replace("[admin]\n", &format!("[admin]\n{admin}")),
        )
        .unwrap();
        Scene {
            setup,
            newsroom,
            config,
        }
    }

    /// Starts the daemon, and waits until everything has been read and delivered.
    fn begin(&self) -> Daemon {
        let mut daemon = Daemon::start(&self.config);
        daemon.wait_for_metric(
            "dateline_collect_turns_total",
            &["kind=\"feed\""],
            SOON,
            |turns| turns == FEEDS.len() as f64,
        );
        daemon.wait_for_metric("dateline_delivered_records_total", &[], SOON, |value| {
            value >= 1.0
        });
        daemon.wait_for_metric("dateline_dead_letters_total", &[], SOON, |value| {
            value >= 1.0
        });
        daemon.wait_for_metric("dateline_sink_lag_records", &[], SOON, |value| value == 0.0);
        daemon
    }

    fn lines(&self) -> usize {
        outputs::jsonl(self.setup.records()).len()
    }
}

/// An action as tools order it: its status and its answer.
fn order(daemon: &mut Daemon, path: &str, body: &str) -> (u16, Value) {
    let (status, _, body) = daemon.request("POST", path, &[OURS, FORM, JSON], body);
    (status, serde_json::from_str(&body).unwrap_or(Value::Null))
}

/// The number of the latest dead letter.
fn letter(daemon: &mut Daemon) -> i64 {
    let (_, _, body) = daemon.request("GET", "/dead-letters", &[JSON], "");
    let list: Value = serde_json::from_str(&body).unwrap();
    list["entries"][0]["number"].as_i64().unwrap()
}

#[test]
fn whatever_the_page_does_is_done_for_its_own_forms_alone() {
    let scene = Scene::new("actions", "");
    let mut daemon = scene.begin();
    let (lines, requests) = (scene.lines(), scene.newsroom.requests());
    let (letter, feed) = (letter(&mut daemon), FEEDS[0].0);
    let actions = [
        ("/reload".to_owned(), ""),
        (format!("/feeds/{feed}/poll"), ""),
        ("/sinks/jsonl.files/replay".to_owned(), "from=1"),
        (format!("/dead-letters/{letter}/retry"), ""),
        (
            "/dead-letters/retry".to_owned(),
            "stage=collect&before=1000000",
        ),
    ];
    let foreign = ("origin", "http://evil.example");
    let cross = ("sec-fetch-site", "cross-site");
    for (path, body) in &actions {
        for fields in [&[FORM][..], &[FORM, foreign], &[FORM, OURS, cross]] {
            let (status, _, _) = daemon.request("POST", path, fields, body);
            assert_eq!(status, 403, "{path} {fields:?}");
        }
        // What asks back may be looked at, and does nothing either.
        let (status, _, _) = daemon.request("GET", &format!("{path}?{body}"), &[OURS], "");
        assert!([200, 405].contains(&status), "{path}: {status}");
    }
    assert_eq!(
        (scene.lines(), scene.newsroom.requests()),
        (lines, requests.clone())
    );
    for done in [
        "\"the page\"",
        "polled by order",
        "delivered again",
        "tried again",
    ] {
        assert!(daemon.logged(&[done]).is_none(), "{done}");
    }

    for (path, body) in &actions {
        let (status, head, _) = daemon.request("POST", path, &[OURS, FORM], body);
        assert_eq!(status, 303, "{path}");
        let to = head
            .lines()
            .find_map(|line| line.strip_prefix("location: "))
            .unwrap();
        let (path, told) = to.split_once("told=").unwrap();
        assert!(path.starts_with('/') && !path.starts_with("//"), "{to}");
        assert!(told.ends_with("#told"), "{to}");
        let (status, page) = daemon.ask(to.trim_end_matches("#told"));
        assert_eq!(status, 200, "{to}");
        assert!(
            page.contains("</span> Done</span>") || page.contains("</span> Not done</span>"),
            "{to}"
        );
    }
    until("the feed to be asked again", SOON, || {
        (scene.newsroom.requests()[0] == requests[0] + 1).then_some(())
    });
    until("the records", SOON, || {
        (scene.lines() == 2 * lines).then_some(())
    });
    for done in [
        "\"the page\"",
        "polled by order",
        "delivered again",
        "tried again",
    ] {
        assert!(daemon.logged(&[done]).is_some(), "{done}");
    }
    daemon.stop(STOP_LIMIT);
}

#[test]
fn tools_get_the_answer_and_what_is_wrong_as_a_status() {
    let scene = Scene::new("answers", "");
    let mut daemon = scene.begin();
    let lines = scene.lines();
    let (status, applied) = order(&mut daemon, "/reload", "");
    assert_eq!((status, &applied["added"]), (200, &json!([])));
    let good = fs::read_to_string(&scene.config).unwrap();
    fs::write(
        &scene.config,
        good.replace("every = \"1h\"", "every = \"soon\""),
    )
    .unwrap();
    let (status, refused) = order(&mut daemon, "/reload", "");
    assert_eq!(status, 422);
    let why = refused["details"][0].as_str().unwrap();
    assert!(
        why.contains("dateline.toml:") && why.contains("soon"),
        "{why}"
    );
    let (_, _, overview) = daemon.request("GET", "/", &[JSON], "");
    let overview: Value = serde_json::from_str(&overview).unwrap();
    assert_eq!(overview["wrong"][0]["details"], refused["details"]);
    assert_eq!(
        overview["now"]["refused_config"]["findings"],
        refused["details"]
    );
    fs::write(&scene.config, &good).unwrap();
    assert_eq!(order(&mut daemon, "/reload", "").0, 200);
    let (_, _, overview) = daemon.request("GET", "/", &[JSON], "");
    let overview: Value = serde_json::from_str(&overview).unwrap();
    assert_eq!(overview["now"].get("refused_config"), None);

    let (status, replay) = order(&mut daemon, "/sinks/jsonl.files/replay", "since=1d");
    assert_eq!((status, &replay["records"]), (200, &json!(lines)));
    let (status, unknown) = order(&mut daemon, "/sinks/jsonl.nobody/replay", "since=1d");
    let why = unknown["error"].as_str().unwrap();
    assert!(
        status == 404 && why.contains("there are: jsonl.files"),
        "{why}"
    );
    assert_eq!(
        order(&mut daemon, "/sinks/jsonl.files/replay", "since=soon").0,
        400
    );
    assert_eq!(order(&mut daemon, "/feeds/nobody/poll", "").0, 404);
    assert_eq!(
        order(&mut daemon, "/feeds/kept/poll", ""),
        (200, json!("now")),
        "a drop folder"
    );
    // Its file is not where it was: it stays, and says what to do.
    fs::remove_file(scene.newsroom.drop_folder("kept").join("crane.txt")).unwrap();
    let number = letter(&mut daemon);
    let (status, stays) = order(&mut daemon, &format!("/dead-letters/{number}/retry"), "");
    let why = stays["error"].as_str().unwrap();
    assert!(status == 409 && why.contains("put it there again"), "{why}");
    let (status, _) = order(&mut daemon, "/dead-letters/999999/retry", "");
    assert_eq!(status, 404);
    let (status, again) = order(
        &mut daemon,
        "/dead-letters/retry",
        "stage=collect&kind=nothing&before=1000000",
    );
    assert_eq!((status, again), (200, json!({ "again": [], "stay": [] })));
    // A slip of the pen tries nothing again, least of all everything.
    for slip in ["", "before=", "before=soon", "before=1000000&stge=collect"] {
        let (status, refused) = order(&mut daemon, "/dead-letters/retry", slip);
        let why = refused["error"].as_str().unwrap();
        assert!(status == 400 && why.contains("`before`"), "{slip}: {why}");
    }
    assert_eq!(letter(&mut daemon), number);
    daemon.stop(STOP_LIMIT);
}

#[test]
fn a_sink_is_set_back_again_only_when_it_is_through() {
    let scene = Scene::new("under-way", "");
    let mut daemon = scene.begin();
    let lines = scene.lines();
    // It cannot get anything: a file stands where its folder was.
    let (records, aside) = (scene.setup.records(), scene.setup.folder().join("aside"));
    fs::rename(records, &aside).unwrap();
    fs::write(records, "in the way").unwrap();
    let path = "/sinks/jsonl.files/replay";
    assert_eq!(order(&mut daemon, path, "from=1").0, 200);
    for _ in 0..2 {
        let (status, refused) = order(&mut daemon, path, "from=1");
        let why = refused["error"].as_str().unwrap();
        let expected = "jsonl.files is still getting what it was to get again";
        assert!(status == 409 && why.contains(expected), "{why}");
    }
    let again = ["replay", "--sink", "files", "--from", "1"];
    let refused = command(&scene.config, &again);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    fs::remove_file(records).unwrap();
    fs::rename(&aside, records).unwrap();
    until("the sink to be through", SOON, || {
        (order(&mut daemon, path, "from=1").0 == 200).then_some(())
    });
    until("the records", SOON, || {
        (scene.lines() == 3 * lines).then_some(())
    });
    daemon.stop(STOP_LIMIT);
}

#[test]
fn a_page_that_is_to_show_alone_does_nothing() {
    let scene = Scene::new("shows", "actions = false\n");
    let mut daemon = scene.begin();
    let feed = format!("/feeds/{}", FEEDS[0].0);
    for path in [
        "/reload",
        &format!("{feed}/poll"),
        "/sinks/jsonl.files/replay",
    ] {
        assert_eq!(order(&mut daemon, path, "from=1").0, 404, "{path}");
    }
    for path in ["/", &feed, "/sinks", "/dead-letters"] {
        let (status, page) = daemon.ask(path);
        assert_eq!(status, 200, "{path}");
        assert!(
            !page.contains("method=\"post\"") && !page.contains("again…"),
            "{path}"
        );
    }
    // Commands do it all the same.
    assert_eq!(command(&scene.config, &["reload"]).status.code(), Some(0));
    daemon.stop(STOP_LIMIT);
}

fn poll(config: &Path, ids: &[&str]) -> (Option<i32>, String, String) {
    let config = config.to_str().unwrap();
    let arguments = [&["poll", "-c", config][..], ids].concat();
    let mut dateline = crate::torture::daemon::dateline();
    let output = dateline.arg("feeds").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn feeds_are_polled_by_a_command_as_they_are_by_the_page() {
    let scene = Scene::new("poll", "");
    let (code, _, said) = poll(&scene.config, &[FEEDS[0].0]);
    assert_eq!(code, Some(69), "{said}");
    assert!(said.contains("no daemon works on"), "{said}");
    let mut daemon = scene.begin();
    let before = scene.newsroom.requests();
    let (code, printed, said) = poll(&scene.config, &[FEEDS[0].0, FEEDS[1].0]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(printed.lines().count(), 2);
    assert!(
        printed.starts_with(&format!("{} is asked now", FEEDS[0].0)),
        "{printed}"
    );
    until("both", SOON, || {
        let now = scene.newsroom.requests();
        (now[0] == before[0] + 1 && now[1] == before[1] + 1).then_some(())
    });
    // Those that nobody knows cost no other its turn, however many go before it.
    let unknown = ["nobody"; 200];
    let ids = [&unknown[..], &[FEEDS[2].0, "--json"]].concat();
    let (code, printed, said) = poll(&scene.config, &ids);
    assert_eq!(code, Some(1), "{said}");
    let refused = "there is no feed and no drop folder nobody";
    assert_eq!(said.matches(refused).count(), unknown.len(), "{said}");
    let polled: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(polled, json!([{ "id": FEEDS[2].0, "turn": "due" }]));
    until("the third", SOON, || {
        (scene.newsroom.requests()[2] == before[2] + 1).then_some(())
    });
    daemon.stop(STOP_LIMIT);
}
