//! Nothing lost, nothing twice: the daemon is killed at every crash point and at random instants
//! while a newsroom issues, edits and repeats articles, and the oracle compares what was issued with
//! what arrived.
//!
//! `DATELINE_TORTURE_SEED` repeats a run as far as clocks allow, `DATELINE_TORTURE_KILLS` sets how
//! many kills there are.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[allow(dead_code, reason = "each test binary uses its part of the harness")]
mod torture;

#[path = "exactly_once/broken_commit.rs"]
mod broken_commit;
#[path = "exactly_once/verdicts.rs"]
mod verdicts;

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline_pipeline::crash::POINTS;

use torture::article::{Issued, Token};
use torture::broker::Broker;
use torture::daemon::Daemon;
use torture::dice::Dice;
use torture::fates::{self, Fate};
use torture::newsroom::Newsroom;
use torture::oracle::{Problem, compare};
use torture::outputs::{self, Delivered, Tap};
use torture::setup::{self, Setup};
use torture::{number_from_env, unique, until};

/// Kills where nobody says otherwise: every crash point, and fifteen at random.
const USUAL_KILLS: usize = POINTS.len() + 15;

/// Between two things that the newsroom does.
const NEWS_EVERY: Duration = Duration::from_millis(60);

/// How long a daemon may take to come to a crash point while articles keep coming.
const POINT_LIMIT: Duration = Duration::from_secs(30);

/// How long an undisturbed daemon may take to deliver what was left.
const CATCH_UP_LIMIT: Duration = Duration::from_secs(90);

/// How long a daemon may take to stop: its own limit, and some.
const STOP_LIMIT: Duration = Duration::from_secs(15);

/// SIGABRT, by which a crash point ends the process.
const ABORTED: i32 = 6;

/// SIGTERM.
const TERMINATED: i32 = 15;

#[test]
fn every_version_arrives_once_however_often_the_daemon_is_killed() {
    let seed = number_from_env("DATELINE_TORTURE_SEED").unwrap_or_else(Dice::fresh_seed);
    let kills =
        number_from_env("DATELINE_TORTURE_KILLS").map_or(USUAL_KILLS, |kills| kills as usize);
    println!("DATELINE_TORTURE_SEED={seed} DATELINE_TORTURE_KILLS={kills}");
    let mut torture = Torture::new(seed);
    let fates = fates::draw(kills, &mut torture.dice);
    for fate in fates {
        torture.live(&fate);
    }
    torture.catch_up();
    torture.idle_restart();
    torture.judge();
}

/// One newsroom, one state, one topic, and many daemons after each other.
struct Torture {
    setup: Setup,
    broker: Arc<Broker>,
    topic: String,
    newsroom: Newsroom,
    tap: Tap,
    dice: Dice,
    ends: BTreeMap<&'static str, usize>,
    began: Instant,
}

impl Torture {
    fn new(seed: u64) -> Torture {
        let setup = Setup::new("torture");
        let broker = Broker::shared();
        let topic = unique("torture");
        broker.create_topic(&topic, &[]);
        Torture {
            newsroom: Newsroom::open(setup.folder(), seed),
            tap: Tap::new(setup.records()),
            dice: Dice::seeded(seed),
            ends: BTreeMap::new(),
            began: Instant::now(),
            setup,
            broker,
            topic,
        }
    }

    /// Writes the configuration for the next daemon: files are small and each life compresses in
    /// its own way.
    fn configure(&mut self, with_compression: bool) -> PathBuf {
        let ways = if with_compression {
            &["gzip", "zstd"][..]
        } else {
            &["none", "gzip", "zstd"][..]
        };
        let compress = self.dice.pick(ways).copied().unwrap_or("none");
        let settings =
            format!("rotate_size = \"6KiB\"\nrotate_every = \"1s\"\ncompress = \"{compress}\"\n");
        let sources = self.newsroom.configuration();
        let kafka = setup::kafka(&self.broker.bootstrap, &self.topic, "linger = \"10ms\"\n");
        self.setup
            .configure(&(sources + &self.setup.jsonl(&settings) + &kafka))
    }

    /// One life, from the start to its end by `fate`.
    fn live(&mut self, fate: &Fate) {
        let config = self.configure(fate.needs_compression());
        let mut daemon = match fate {
            Fate::Point { name, count } => Daemon::start_to_crash(&config, name, *count),
            Fate::Random(_) | Fate::Draining { .. } => Daemon::start(&config),
        };
        match fate {
            Fate::Point { name, count } => {
                let crashed = self.work_until_end(&mut daemon, POINT_LIMIT);
                assert!(
                    crashed,
                    "crash point {name} was not passed {count} times in {POINT_LIMIT:?}; the log ends:\n{}",
                    daemon.log_tail()
                );
            }
            Fate::Random(after) => {
                self.work_until_end(&mut daemon, *after);
                daemon.kill();
            }
            Fate::Draining { after, grace } => {
                self.work_until_end(&mut daemon, *after);
                daemon.terminate();
                self.work_until_end(&mut daemon, *grace);
                daemon.kill();
            }
        }
        *self.ends.entry(fate.name()).or_default() += 1;
    }

    /// Issues articles until the daemon ends by itself or `span` is over; true in the first case.
    fn work_until_end(&mut self, daemon: &mut Daemon, span: Duration) -> bool {
        let until = Instant::now() + span;
        let mut next_news = Instant::now();
        while Instant::now() < until {
            if let Some(status) = daemon.ended() {
                // SIGTERM itself ends a process that has not yet come to listen to it.
                let is_expected =
                    status.success() || matches!(status.signal(), Some(ABORTED | TERMINATED));
                assert!(
                    is_expected,
                    "the daemon ended with {status}; its log ends:\n{}",
                    daemon.log_tail()
                );
                return true;
            }
            if Instant::now() >= next_news {
                self.newsroom.act(self.tap.look());
                next_news = Instant::now() + NEWS_EVERY;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    /// A daemon that is left alone until everything has arrived.
    fn catch_up(&mut self) {
        let config = self.configure(false);
        let mut daemon = Daemon::start(&config);
        let issued: BTreeSet<Token> = self.newsroom.issued().into_keys().collect();
        let deadline = Instant::now() + CATCH_UP_LIMIT;
        while Instant::now() < deadline {
            // Reading the topic takes longer, so it waits until the files are complete.
            if issued.is_subset(self.tap.look())
                && issued.is_subset(&outputs::tokens(&self.topic()))
            {
                break;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        // What is missing now is the oracle's to say.
        daemon.stop(STOP_LIMIT);
    }

    /// A restart with nothing new: every source is asked again and nothing may come of it.
    fn idle_restart(&mut self) {
        let before = self.newsroom.requests();
        let config = self.configure(false);
        let mut daemon = Daemon::start(&config);
        until("every feed is asked again", CATCH_UP_LIMIT, || {
            let now = self.newsroom.requests();
            before
                .iter()
                .zip(&now)
                .all(|(before, now)| now - before >= 2)
                .then_some(())
        });
        daemon.stop(STOP_LIMIT);
    }

    fn topic(&self) -> Vec<Delivered> {
        outputs::kafka(&self.broker.bootstrap, &self.topic)
    }

    fn judge(&self) {
        let issued = self.newsroom.issued();
        let sinks = [
            ("jsonl", outputs::jsonl(self.setup.records())),
            ("kafka", self.topic()),
        ];
        let problems = compare(&issued, &sinks);
        self.report(&issued, &problems);
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(
            lines.is_empty(),
            "{} problems:\n{}",
            lines.len(),
            lines.join("\n")
        );
        assert_eq!(
            outputs::unfinished(self.setup.records()),
            Vec::<PathBuf>::new()
        );
    }

    fn report(&self, issued: &Issued, problems: &[Problem]) {
        println!("\nkills");
        for (name, count) in &self.ends {
            println!("  {count:>4}  {name}");
        }
        let count =
            |is_it: fn(&Problem) -> bool| problems.iter().filter(|problem| is_it(problem)).count();
        let articles = issued
            .keys()
            .map(|token| token.article)
            .collect::<BTreeSet<_>>()
            .len();
        println!(
            "  {:>4}  in all, in {:.0?}",
            self.ends.values().sum::<usize>(),
            self.began.elapsed()
        );
        println!("articles    {articles:>5}");
        println!("versions    {:>5}", issued.len());
        println!(
            "lost        {:>5}",
            count(|problem| matches!(problem, Problem::Lost { .. }))
        );
        println!(
            "duplicates  {:>5}",
            count(|problem| matches!(problem, Problem::Doubled { .. }))
        );
        let others =
            count(|problem| !matches!(problem, Problem::Lost { .. } | Problem::Doubled { .. }));
        println!("otherwise   {others:>5}\n");
    }
}

#[test]
fn fates_cover_every_crash_point() {
    let fates = fates::draw(USUAL_KILLS, &mut Dice::seeded(1));
    assert_eq!(fates.len(), USUAL_KILLS);
    for point in POINTS {
        assert!(fates.iter().any(|fate| fate.name() == *point), "{point}");
    }
    assert_eq!(fates, fates::draw(USUAL_KILLS, &mut Dice::seeded(1)));
}
