//! What every sink must do: nothing lost, nothing twice, whatever is forgotten and restarted.
//!
//! A [`SinkHarness`] ties the checks to one kind of sink and a real other side. Each check plays
//! the deliver stage through a [`driver`] that keeps what the store would keep, writes
//! records of its own to the other side and reads them back as any reader would. Several checks
//! share one other side: each has a record log and article ids of its own.
//!
//! A check that fails panics with its name and what was lost, doubled or out of place.

mod driver;
mod log;

use std::future::Future;
use std::time::Duration;

use dateline_pipeline::clock::Dice;
use dateline_pipeline::sink::Sink;

use driver::Driver;
pub use driver::Seen;
use log::Log;

/// A kind of sink together with the other side that its instances write to.
pub trait SinkHarness: Sync {
    /// A fresh instance on the same other side, as after a restart of the daemon.
    fn make(&self) -> Box<dyn Sink>;

    /// What a reader of the other side sees, in the order in which it reads.
    fn contents(&self) -> impl Future<Output = Vec<Seen>> + Send;

    /// Takes the other side away or gives it back; `false` where the harness cannot.
    fn outage(&self, on: bool) -> impl Future<Output = bool> + Send {
        let _ = on;
        async { false }
    }

    /// Whether the sink promises no more than at least once: then a record may come again after a
    /// restart, but none may be missing.
    fn at_least_once(&self) -> bool {
        false
    }

    /// Whether a reader sees all records in the order of the log, and not only those of one id.
    fn total_order(&self) -> bool {
        true
    }

    /// A body that the sink can never take, where there is such a thing.
    fn unacceptable(&self) -> Option<Vec<u8>> {
        None
    }

    /// Size of the single large record, in bytes of text.
    fn large_record(&self) -> usize {
        8 << 20
    }

    /// How many random interleavings to run.
    fn interleavings(&self) -> u64 {
        300
    }

    /// How long the other side stays away in [`outage_delays_and_loses_nothing`].
    fn outage_lasts(&self) -> Duration {
        Duration::from_secs(2)
    }

    /// Longest time for one check; one that hangs is then named.
    fn patience(&self) -> Duration {
        Duration::from_secs(600)
    }

    /// Lets time pass for sinks that are given a manual clock.
    fn pass_time(&self, by: Duration) {
        let _ = by;
    }
}

/// Runs every check of this file.
pub async fn battery<H: SinkHarness>(harness: H) {
    let harness = &harness;
    all_arrive_once_in_order(harness).await;
    empty_batches_are_harmless(harness).await;
    forgotten_deliveries_are_neither_lost_nor_doubled(harness).await;
    restarts_after_commit_go_on_where_they_were(harness).await;
    clean_stops_go_on_where_they_were(harness).await;
    forgotten_closes_are_neither_lost_nor_doubled(harness).await;
    opening_again_undoes_what_was_not_committed(harness).await;
    a_large_batch_arrives_whole(harness).await;
    a_single_large_record_arrives_whole(harness).await;
    every_kind_of_unicode_arrives_unchanged(harness).await;
    two_thousand_small_batches_arrive(harness).await;
    gaps_in_the_sequence_are_harmless(harness).await;
    a_new_log_starts_over(harness).await;
    refused_entries_are_left_out_and_the_rest_arrives(harness).await;
    outage_delays_and_loses_nothing(harness).await;
    random_interleavings_match_the_model(harness).await;
}

/// Runs one check with a limit on its time.
async fn within<H: SinkHarness>(harness: &H, check: &'static str, work: impl Future<Output = ()>) {
    let patience = harness.patience();
    let finished = tokio::time::timeout(patience, work).await.is_ok();
    assert!(finished, "{check}: not finished after {patience:?}");
}

/// A check of `count` records that are delivered in rounds, all of one kind, until all are.
async fn rounds<H: SinkHarness>(
    harness: &H,
    check: &'static str,
    count: usize,
    round: impl AsyncFn(&mut Driver<'_, H>),
) {
    within(harness, check, async {
        let mut driver = Driver::start(harness, Log::of(check, count)).await;
        while !driver.is_done() {
            round(&mut driver).await;
        }
        driver.finish().await;
    })
    .await;
}

/// Records come out as they went in, once each, in order.
pub async fn all_arrive_once_in_order<H: SinkHarness>(harness: &H) {
    let check = "all_arrive_once_in_order";
    within(harness, check, async {
        let mut driver = Driver::start(harness, Log::of(check, 100)).await;
        driver.drain(7).await;
        driver.finish().await;
    })
    .await;
}

/// Batches without a record, which come while nothing is to be delivered, change nothing a reader
/// sees: before the first record, between records and after the last.
pub async fn empty_batches_are_harmless<H: SinkHarness>(harness: &H) {
    let check = "empty_batches_are_harmless";
    within(harness, check, async {
        let mut driver = Driver::start(harness, Log::of(check, 12)).await;
        while !driver.is_done() {
            for _ in 0..3 {
                driver.idle().await;
                driver.keep();
            }
            driver.hand(1).await;
            driver.keep();
        }
        driver.idle().await;
        driver.keep();
        driver.finish().await;
    })
    .await;
}

/// The process dies after a delivery and before its commit, at every delivery.
pub async fn forgotten_deliveries_are_neither_lost_nor_doubled<H: SinkHarness>(harness: &H) {
    rounds(
        harness,
        "forgotten_deliveries_are_neither_lost_nor_doubled",
        24,
        async |driver| {
            driver.hand(3).await;
            driver.restart().await;
            driver.hand(2).await;
            driver.keep();
        },
    )
    .await;
}

/// The process dies, without closing the sink, after every commit.
pub async fn restarts_after_commit_go_on_where_they_were<H: SinkHarness>(harness: &H) {
    rounds(
        harness,
        "restarts_after_commit_go_on_where_they_were",
        24,
        async |driver| {
            driver.hand(3).await;
            driver.keep();
            driver.restart().await;
        },
    )
    .await;
}

/// The daemon is stopped in order and started again after every commit.
pub async fn clean_stops_go_on_where_they_were<H: SinkHarness>(harness: &H) {
    rounds(
        harness,
        "clean_stops_go_on_where_they_were",
        12,
        async |driver| {
            driver.hand(3).await;
            driver.keep();
            driver.close().await;
            driver.keep();
            driver.restart().await;
        },
    )
    .await;
}

/// The process dies between the sink's close and the commit of what it returned.
pub async fn forgotten_closes_are_neither_lost_nor_doubled<H: SinkHarness>(harness: &H) {
    rounds(
        harness,
        "forgotten_closes_are_neither_lost_nor_doubled",
        12,
        async |driver| {
            driver.hand(3).await;
            driver.keep();
            driver.close().await;
            driver.restart().await;
        },
    )
    .await;
}

/// One instance is opened again from the last commit, as after a fault, with and without a
/// delivery that was not committed.
pub async fn opening_again_undoes_what_was_not_committed<H: SinkHarness>(harness: &H) {
    rounds(
        harness,
        "opening_again_undoes_what_was_not_committed",
        24,
        async |driver| {
            driver.hand(3).await;
            driver.reopen().await;
            driver.hand(2).await;
            driver.keep();
            driver.reopen().await;
        },
    )
    .await;
}

/// As many records as the sink says it has an appetite for, and some more.
pub async fn a_large_batch_arrives_whole<H: SinkHarness>(harness: &H) {
    let check = "a_large_batch_arrives_whole";
    within(harness, check, async {
        let appetite = harness.make().appetite();
        let count = appetite.records.min(20_000) + 100;
        let mut driver = Driver::start(harness, Log::of(check, count)).await;
        driver.drain(usize::MAX).await;
        driver.finish().await;
    })
    .await;
}

/// A record far larger than the ordinary, between ordinary ones.
pub async fn a_single_large_record_arrives_whole<H: SinkHarness>(harness: &H) {
    let check = "a_single_large_record_arrives_whole";
    within(harness, check, async {
        let mut log = Log::of(check, 9);
        log.set_text(4, &"ö".repeat(harness.large_record() / 2));
        let mut driver = Driver::start(harness, log).await;
        driver.drain(usize::MAX).await;
        driver.finish().await;
    })
    .await;
}

/// Text that trips careless writers: every plane, combining marks, both directions, line
/// separators that are none, control characters, quotes and backslashes.
pub async fn every_kind_of_unicode_arrives_unchanged<H: SinkHarness>(harness: &H) {
    const TEXTS: &[&str] = &[
        "",
        " leading and trailing ",
        "tab\tline\nreturn\rnull\0bell\u{7}delete\u{7f}",
        "quotes \" ' ` and backslashes \\ \\n \\u0000",
        "e\u{301} é ﬁ ſ ß İ ı",
        "next line \u{85}, line separator \u{2028}, paragraph separator \u{2029}",
        "no-break\u{a0}space, zero\u{200b}width, byte order mark \u{feff}, soft\u{ad}hyphen",
        "עברית and العربية with \u{202e}override\u{202c}",
        "中文，日本語、한국어",
        "👩\u{200d}👩\u{200d}👧\u{200d}👦 🏳\u{fe0f}\u{200d}🌈 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
        "noncharacters \u{fffe} \u{ffff} \u{10ffff} and the replacement \u{fffd}",
        "private \u{e000} \u{f0000}",
    ];
    let check = "every_kind_of_unicode_arrives_unchanged";
    within(harness, check, async {
        let mut log = Log::of(check, TEXTS.len() + 1);
        for (index, text) in TEXTS.iter().enumerate() {
            log.set_text(index, text);
        }
        let every: String = (0..=0x10_ffff_u32)
            .step_by(97)
            .filter_map(char::from_u32)
            .collect();
        log.set_text(TEXTS.len(), &every);
        let mut driver = Driver::start(harness, log).await;
        driver.drain(2).await;
        driver.finish().await;
    })
    .await;
}

/// Many commits of one or two records.
pub async fn two_thousand_small_batches_arrive<H: SinkHarness>(harness: &H) {
    let check = "two_thousand_small_batches_arrive";
    within(harness, check, async {
        let mut driver = Driver::start(harness, Log::of(check, 3000)).await;
        for turn in 0.. {
            if driver.is_done() {
                break;
            }
            driver.hand(1 + turn % 2).await;
            driver.keep();
        }
        driver.finish().await;
    })
    .await;
}

/// Sequence numbers rise with gaps, because the log was pruned or other sinks' records lie
/// between.
pub async fn gaps_in_the_sequence_are_harmless<H: SinkHarness>(harness: &H) {
    let check = "gaps_in_the_sequence_are_harmless";
    within(harness, check, async {
        let mut log = Log::of(check, 30);
        log.spread(&mut Dice::seeded(30));
        let mut driver = Driver::start(harness, log).await;
        while !driver.is_done() {
            driver.hand(4).await;
            driver.keep();
            driver.hand(1).await;
            driver.restart().await;
        }
        driver.finish().await;
    })
    .await;
}

/// The store was lost and a new log begins: its first records have low numbers again and are all
/// delivered, and nothing that was delivered from the old log is harmed.
pub async fn a_new_log_starts_over<H: SinkHarness>(harness: &H) {
    let check = "a_new_log_starts_over";
    within(harness, check, async {
        let mut old =
            Driver::start(harness, Log::of("a_new_log_starts_over: the old log", 20)).await;
        old.drain(6).await;
        let old = old.finish().await;
        let mut new = Driver::start(harness, Log::of(check, 10)).await;
        new.drain(3).await;
        new.finish().await;
        old.compare(&harness.contents().await, harness);
    })
    .await;
}

/// Entries that the sink can never take do not hold up the others, wherever they lie.
pub async fn refused_entries_are_left_out_and_the_rest_arrives<H: SinkHarness>(harness: &H) {
    let check = "refused_entries_are_left_out_and_the_rest_arrives";
    let Some(body) = harness.unacceptable() else {
        return;
    };
    within(harness, check, async {
        let mut log = Log::of(check, 30);
        for index in [0, 5, 6, 17, 29] {
            log.set_unacceptable(index, body.clone());
        }
        let mut driver = Driver::start(harness, log).await;
        driver.hand(8).await;
        driver.restart().await;
        driver.drain(8).await;
        driver.finish().await;
    })
    .await;
}

/// The other side goes away in the middle and comes back.
pub async fn outage_delays_and_loses_nothing<H: SinkHarness>(harness: &H) {
    let check = "outage_delays_and_loses_nothing";
    within(harness, check, async {
        let mut driver = Driver::start(harness, Log::of(check, 60)).await;
        for _ in 0..5 {
            driver.hand(3).await;
            driver.keep();
        }
        if harness.outage(true).await {
            futures::join!(driver.drain(3), async {
                tokio::time::sleep(harness.outage_lasts()).await;
                assert!(harness.outage(false).await, "{check}: the outage must end");
            });
        }
        driver.drain(3).await;
        driver.finish().await;
    })
    .await;
}

/// Deliveries, commits, crashes, stops and re-openings in random order, compared with a model:
/// what was handed over arrives once, whatever was forgotten on the way.
pub async fn random_interleavings_match_the_model<H: SinkHarness>(harness: &H) {
    let check = "random_interleavings_match_the_model";
    within(harness, check, async {
        let mut models = Vec::new();
        for seed in 0..harness.interleavings() {
            let mut dice = Dice::seeded(seed);
            let count = 1 + dice.roll() as usize % 40;
            let mut log = Log::of(&format!("{check}: seed {seed}"), count);
            log.spread(&mut dice);
            let mut driver = Driver::start(harness, log).await;
            for _ in 0..40 {
                random_step(&mut driver, &mut dice, harness).await;
            }
            driver.drain(1 + dice.roll() as usize % 8).await;
            models.push(driver.stop().await);
        }
        let seen = harness.contents().await;
        for model in models {
            model.compare(&seen, harness);
        }
    })
    .await;
}

/// One thing that can happen to a sink.
async fn random_step<H: SinkHarness>(driver: &mut Driver<'_, H>, dice: &mut Dice, harness: &H) {
    let most = 1 + dice.roll() as usize % 6;
    match dice.roll() % 16 {
        0..=6 => {
            driver.hand(most).await;
            driver.keep();
        }
        7 => {
            driver.call(most).await;
            driver.restart().await;
        }
        8 => {
            driver.hand(most).await;
            driver.restart().await;
        }
        9 => {
            driver.hand(most).await;
            driver.reopen().await;
        }
        10 => {
            driver.idle().await;
            driver.keep();
        }
        11 => {
            driver.idle().await;
            driver.restart().await;
        }
        12 => driver.restart_twice().await,
        13 => harness.pass_time(Duration::from_secs(dice.roll() % 120)),
        14 => {
            driver.keep();
            driver.close().await;
            driver.keep();
            driver.restart().await;
        }
        _ => {
            driver.keep();
            driver.close().await;
            driver.restart().await;
        }
    }
}
