//! A newsroom at work, and a daemon to which things happen meanwhile.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::torture::article::Token;
use crate::torture::broker::Broker;
use crate::torture::daemon::Daemon;
use crate::torture::dice::Dice;
use crate::torture::newsroom::Newsroom;
use crate::torture::office::FEEDS;
use crate::torture::oracle::compare;
use crate::torture::outputs::{self, Delivered, Tap};
use crate::torture::setup::{self, Setup};
use crate::torture::{unique, until};
use crate::{SOON, said};

/// Things that the newsroom does between two reloads.
const NEWS: usize = 8;

/// What the log says of a configuration that is taken.
pub(crate) const TAKEN: &str = "another configuration holds";

/// Sends SIGHUP.
pub(crate) fn hang_up(daemon: &Daemon) {
    let pid = Pid::from_raw(daemon.pid().cast_signed()).unwrap();
    kill_process(pid, Signal::HUP).unwrap();
}

/// How many lines of the log hold this.
pub(crate) fn lines(daemon: &Daemon, part: &str) -> usize {
    let log = daemon.log();
    log.iter().filter(|line| line.contains(part)).count()
}

/// A newsroom at work, and a daemon whose configuration changes all the time.
pub(crate) struct Unrest {
    pub(crate) setup: Setup,
    broker: Arc<Broker>,
    topic: String,
    newsroom: Newsroom,
    tap: Tap,
    dice: Dice,
    /// Counts up, so that no two configurations are alike.
    edition: u64,
}

impl Unrest {
    pub(crate) fn new(name: &str, seed: u64) -> Unrest {
        let setup = Setup::new(name);
        let broker = Broker::shared();
        let topic = unique(name);
        broker.create_topic(&topic, &[]);
        Unrest {
            newsroom: Newsroom::open(setup.folder(), seed),
            tap: Tap::new(setup.records()),
            dice: Dice::seeded(seed),
            edition: 0,
            setup,
            broker,
            topic,
        }
    }

    /// Another configuration: feeds come and go, sinks are set otherwise.
    pub(crate) fn configure(&mut self, whole: bool) -> PathBuf {
        self.edition += 1;
        let mut names: Vec<&str> = FEEDS.iter().map(|(name, _)| *name).collect();
        self.dice.shuffle(&mut names);
        if !whole {
            names.truncate(1 + self.dice.below(FEEDS.len() as u64) as usize);
        }
        let feeds = self.newsroom.feed_configuration(&names);
        // One of them is another thing under the same id.
        let feeds = feeds.replacen(
            "[[feeds]]",
            &format!("[[feeds]]\ntags = [\"e{}\"]", self.edition),
            1,
        );
        let compress = self.dice.pick(&["none", "gzip", "zstd"]).unwrap();
        let files =
            format!("rotate_size = \"6KiB\"\nrotate_every = \"1s\"\ncompress = \"{compress}\"\n");
        let linger = 5 + self.edition % 20;
        let kafka = setup::kafka(
            &self.broker.bootstrap,
            &self.topic,
            &format!("linger = \"{linger}ms\"\n"),
        );
        let sources = feeds + &self.newsroom.drop_configuration();
        self.setup
            .configure(&(sources + &self.setup.jsonl(&files) + &kafka))
    }

    pub(crate) fn work(&mut self) {
        for _ in 0..NEWS {
            self.newsroom.act(self.tap.look());
            std::thread::sleep(Duration::from_millis(40));
        }
    }

    /// Has another configuration applied in one of the three ways.
    pub(crate) fn reload(&mut self, daemon: &mut Daemon) {
        let taken = lines(daemon, TAKEN);
        let config = self.configure(false);
        match self.dice.below(4) {
            0 => hang_up(daemon),
            1 => {}
            _ => drop(said(&config, &["reload", "--json"])),
        }
        until("another configuration", SOON, || {
            (lines(daemon, TAKEN) > taken).then_some(())
        });
    }

    pub(crate) fn topic(&self) -> Vec<Delivered> {
        outputs::kafka(&self.broker.bootstrap, &self.topic)
    }

    /// Waits until everything has arrived.
    pub(crate) fn catch_up(&mut self) {
        let issued: BTreeSet<Token> = self.newsroom.issued().into_keys().collect();
        let deadline = Instant::now() + SOON;
        while Instant::now() < deadline {
            if issued.is_subset(self.tap.look())
                && issued.is_subset(&outputs::tokens(&self.topic()))
            {
                return;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    pub(crate) fn judge(&self) {
        let sinks = [
            ("jsonl", outputs::jsonl(self.setup.records())),
            ("kafka", self.topic()),
        ];
        let problems = compare(&self.newsroom.issued(), &sinks);
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }
}
