//! A newer version takes over the state of an older one, amid news, and is killed at that: nothing is lost or doubled.
//!
//! The older version is simulated: the present program works and is killed, and its state is then taken back to what an
//! older schema holds of it.

use dateline_pipeline::store::SCHEMA_VERSION;

use crate::torture::daemon::Daemon;
use crate::torture::dice::Dice;
use crate::torture::number_from_env;
use crate::torture::schemas::take_back;
use crate::unrest::Unrest;
use crate::{SOON, STOP_LIMIT};

/// Before it, articles had no revisions that are held back: a state taken back further would be poorer than one that an older
/// version leaves.
const OLDEST: i64 = 3;

#[test]
fn every_version_arrives_once_over_upgrades_from_every_schema() {
    let seed = number_from_env("DATELINE_TORTURE_SEED").unwrap_or_else(Dice::fresh_seed);
    println!("DATELINE_TORTURE_SEED={seed}");
    let mut unrest = Unrest::new("upgrades", seed);
    let config = unrest.configure(true);
    let database = unrest.setup.state().join("dateline.db");
    for version in OLDEST..SCHEMA_VERSION {
        let mut older = Daemon::start(&config);
        older.wait_for_log(&["dateline is running"], SOON);
        unrest.work();
        older.kill();
        take_back(&database, version);
        unrest.work();
        let mut killed = Daemon::start_to_crash(&config, "schema.step", 1);
        assert!(!killed.wait(SOON).success(), "schema {version}");
        let mut newer = Daemon::start(&config);
        newer.wait_for_log(&["dateline is running"], SOON);
        unrest.work();
        newer.kill();
    }
    let mut daemon = Daemon::start(&config);
    unrest.catch_up();
    daemon.stop(STOP_LIMIT);
    unrest.judge();
}
