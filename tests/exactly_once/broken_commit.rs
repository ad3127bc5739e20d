//! Commits broken on purpose, end to end: a position moved by hand, a damaged file. The oracle must
//! find exactly that.

use std::fs;

use crate::torture::article::Token;
use crate::torture::daemon::Daemon;
use crate::torture::newsroom::Newsroom;
use crate::torture::oracle::{Problem, compare};
use crate::torture::outputs::{self, Tap};
use crate::torture::setup::Setup;
use crate::torture::until;
use crate::{CATCH_UP_LIMIT, STOP_LIMIT};

/// A stopped daemon's state and output, all of it delivered to JSON lines.
struct Delivery {
    setup: Setup,
    newsroom: Newsroom,
}

impl Delivery {
    /// Ten articles, delivered into files of a few records each.
    fn of_ten_articles(name: &str) -> Delivery {
        let setup = Setup::new(name);
        let mut newsroom = Newsroom::open(setup.folder(), 7);
        for _ in 0..10 {
            newsroom.print_new(1);
        }
        let delivery = Delivery { setup, newsroom };
        delivery.run_until_all_is_there();
        assert_eq!(delivery.problems(), []);
        delivery
    }

    fn run_until_all_is_there(&self) {
        let mut daemon = self.start();
        let mut tap = Tap::new(self.setup.records());
        until("all articles arrive", CATCH_UP_LIMIT, || {
            self.newsroom
                .issued()
                .keys()
                .all(|token| tap.look().contains(token))
                .then_some(())
        });
        daemon.stop(STOP_LIMIT);
    }

    fn start(&self) -> Daemon {
        let more = self.newsroom.configuration() + &self.setup.jsonl("rotate_size = \"6KiB\"\n");
        Daemon::start(&self.setup.configure(&more))
    }

    fn problems(&self) -> Vec<Problem> {
        compare(
            &self.newsroom.issued(),
            &[("jsonl", outputs::jsonl(self.setup.records()))],
        )
    }

    fn set_position(&self, by: i64) {
        let state = rusqlite::Connection::open(self.setup.state().join("dateline.db")).unwrap();
        let changed = state
            .execute(
                "UPDATE positions SET seq = seq + ?1 WHERE reader = 'jsonl.files'",
                [by],
            )
            .unwrap();
        assert_eq!(changed, 1);
    }

    /// The tokens in the order of delivery.
    fn tokens(&self) -> Vec<Token> {
        let delivered = outputs::jsonl(self.setup.records());
        delivered
            .iter()
            .map(|one| outputs::token(one.record.as_ref().unwrap()).unwrap())
            .collect()
    }
}

#[test]
fn a_position_set_back_by_hand_is_found_as_exactly_those_records_twice() {
    let delivery = Delivery::of_ten_articles("set-back");
    let last_three = delivery.tokens().split_off(7);
    delivery.set_position(-3);
    let mut daemon = delivery.start();
    until("the records come again", CATCH_UP_LIMIT, || {
        (outputs::jsonl(delivery.setup.records()).len() == 13).then_some(())
    });
    daemon.stop(STOP_LIMIT);
    let mut expected: Vec<Problem> = last_three
        .into_iter()
        .map(|token| Problem::Doubled {
            sink: "jsonl".to_owned(),
            token,
            times: 2,
        })
        .collect();
    expected.sort();
    assert_eq!(delivery.problems(), expected);
}

#[test]
fn a_position_moved_past_a_record_is_found_as_that_record_lost() {
    let mut delivery = Delivery::of_ten_articles("moved-on");
    delivery.set_position(1);
    let skipped = delivery.newsroom.print_in(&[0], 0);
    let mut daemon = delivery.start();
    daemon.wait_for_metric("dateline_records_total", &[], CATCH_UP_LIMIT, |records| {
        records >= 1.0
    });
    daemon.stop(STOP_LIMIT);
    assert_eq!(
        delivery.problems(),
        [Problem::Lost {
            sink: "jsonl".to_owned(),
            token: skipped
        }]
    );
}

#[test]
fn a_damaged_output_file_is_found_line_by_line() {
    let delivery = Delivery::of_ten_articles("damaged");
    let tokens = delivery.tokens();
    let mut paths: Vec<_> = fs::read_dir(delivery.setup.records())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "jsonl")
    });
    paths.sort();
    let (first, last) = (paths.first().unwrap(), paths.last().unwrap());
    assert_ne!(first, last, "there was no rotation");

    let text = fs::read_to_string(first).unwrap();
    let (line, rest) = text.split_at(text.find('\n').unwrap() + 1);
    fs::write(first, rest).unwrap();
    let end = fs::read_to_string(last).unwrap();
    let last_line = end.lines().last().unwrap().len() + 1;
    fs::write(last, format!("{end}{}", &end[end.len() - last_line..])).unwrap();

    let sink = || "jsonl".to_owned();
    let lost = Problem::Lost {
        sink: sink(),
        token: tokens[0],
    };
    let doubled = Problem::Doubled {
        sink: sink(),
        token: tokens[9],
        times: 2,
    };
    assert_eq!(delivery.problems(), [lost.clone(), doubled.clone()]);

    fs::write(first, format!("{}{rest}", &line[..line.len() / 2])).unwrap();
    let problems = delivery.problems();
    let torn = problems
        .iter()
        .filter(|problem| matches!(problem, Problem::Unreadable { .. }))
        .count();
    assert_eq!(
        (torn, problems.contains(&lost), problems.contains(&doubled)),
        (1, true, true)
    );
}
