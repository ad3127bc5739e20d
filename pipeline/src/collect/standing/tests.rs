//! How sources stand from turn to turn.
#![allow(clippy::unwrap_used)]

use futures::future::BoxFuture;

use super::*;
use crate::collect::plan::ReasonKind;
use crate::fault::Fault;
use crate::record::{SourceKind, SourceRef};
use crate::source::Turn;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

fn now() -> Timestamp {
    "2026-03-02T08:30:00Z".parse().unwrap()
}

/// A source that is never asked.
struct Quiet {
    reference: SourceRef,
    rhythm: Rhythm,
}

impl Source for Quiet {
    fn reference(&self) -> &SourceRef {
        &self.reference
    }

    fn rhythm(&self) -> Rhythm {
        self.rhythm.clone()
    }

    fn poll<'a>(&'a self, _: Turn) -> BoxFuture<'a, Harvest> {
        Box::pin(async { Harvest::empty(Outcome::Read, serde_json::Value::Null) })
    }
}

fn rhythm(every: Option<Duration>) -> Rhythm {
    Rhythm {
        every,
        least: Duration::from_secs(300),
        most: HOUR * 6,
        heeds_hints: true,
        host: Some("a.example".to_owned()),
        bell: None,
    }
}

fn at_address(url: &str, every: Option<Duration>) -> Quiet {
    Quiet {
        reference: SourceRef {
            kind: SourceKind::Feed,
            id: "quay".to_owned(),
            name: None,
            url: Some(url.to_owned()),
            tags: Vec::new(),
        },
        rhythm: rhythm(every),
    }
}

const OLD: &str = "https://a.example/old";

/// What the state knows of a source at [`OLD`] that was asked an hour ago with this interval.
fn known(every: Option<Duration>, due: Option<Timestamp>) -> DueSource {
    let mut pace = Pace::default();
    pace.settings = Some(mark(&rhythm(every)));
    DueSource {
        id: "quay".to_owned(),
        due,
        attempted: crate::clock::before(now(), HOUR),
        succeeded: None,
        failures: 0,
        failing_since: None,
        address: Some(OLD.to_owned()),
        pace: serde_json::to_string(&pace).unwrap(),
    }
}

fn harvest(outcome: Outcome) -> Harvest {
    Harvest::empty(outcome, serde_json::Value::Null)
}

fn failure() -> Harvest {
    harvest(Outcome::Failed {
        fault: Fault::transient("http_status", "500"),
        retry_after: None,
    })
}

fn after_turn(past: Past, harvest: &Harvest, now: Timestamp, network_out: bool) -> Standing {
    let rhythm = rhythm(None);
    Standing::after(
        past,
        &Surroundings {
            now,
            rhythm: &rhythm,
            harvest,
            network_out,
            held: None,
            max_backoff: DAY,
            jitter: 0.0,
            chance: 0.5,
        },
    )
}

fn past(standing: Standing) -> Past {
    Past {
        memory: serde_json::Value::Null,
        failures: standing.failures,
        failing_since: standing.failing_since,
        refused: None,
        pace: standing.pace,
    }
}

fn nothing() -> Past {
    Past::of(None, &at_address(OLD, None))
}

#[test]
fn after_seven_days_of_failures_it_is_said_loudly_once_a_day() {
    let mut before = nothing();
    let mut said = Vec::new();
    for hour in 0..24 * 10 {
        let standing = after_turn(before, &failure(), after(now(), HOUR * hour), false);
        if let Some(failing) = standing.failing_for {
            said.push((hour, failing));
            assert_eq!(standing.health, Health::FailingLong);
        }
        assert!(standing.plan.due.is_some(), "it is still asked");
        before = past(standing);
    }
    let days: Vec<_> = [7, 8, 9].map(|day| (day * 24, DAY * day)).into();
    assert_eq!(said, days);
    let well = after_turn(
        before,
        &harvest(Outcome::Read),
        after(now(), DAY * 11),
        false,
    );
    assert_eq!((well.failures, well.failing_since), (0, None));
    assert_eq!((well.health, well.recovered), (Health::Fine, 240));
    let again = after_turn(past(well), &failure(), after(now(), DAY * 11), false);
    assert_eq!(
        (again.failures, again.failing_for),
        (1, None),
        "counted anew"
    );
}

#[test]
fn an_outage_of_ones_own_counts_for_nothing() {
    let failed = after_turn(nothing(), &failure(), now(), false);
    let mut unreached = failure();
    unreached.hints.contact = Contact::Unreached;
    let excused = after_turn(past(failed), &unreached, after(now(), DAY * 8), true);
    assert!(excused.excused && excused.failing_for.is_none());
    assert_eq!((excused.failures, excused.failing_since), (1, Some(now())));
    assert_eq!(excused.plan.reasons[0].kind, ReasonKind::Network);
    let answered = after_turn(past(excused), &failure(), after(now(), DAY * 8), true);
    assert_eq!(
        (answered.excused, answered.failures),
        (false, 2),
        "it did answer"
    );
}

fn first_turn(known: &DueSource, source: &dyn Source) -> Option<Timestamp> {
    first_due(known, source, &source.rhythm(), DAY, now())
}

#[test]
fn gone_is_stopped_and_another_address_begins_anew() {
    let gone = Outcome::Gone {
        fault: Fault::permanent("http_status", "410"),
    };
    let standing = after_turn(nothing(), &harvest(gone), now(), false);
    assert_eq!(
        (standing.plan.due, standing.health),
        (None, Health::Stopped)
    );
    let stopped = known(None, None);
    let (same, other) = (
        at_address(OLD, None),
        at_address("https://a.example/new", None),
    );
    assert_eq!(first_turn(&stopped, &same), None);
    assert_eq!(first_turn(&stopped, &other), Some(now()));
    let history = SourceHistory {
        memory: "{}".to_owned(),
        pace: "{}".to_owned(),
        address: Some(OLD.to_owned()),
        failures: 7,
        failing_since: Some(now()),
        attempted: now(),
        status: Some(FORBIDDEN),
    };
    let kept = Past::of(Some(history.clone()), &same);
    assert_eq!((kept.failures, kept.refused), (7, Some(now())));
    let anew = Past::of(Some(history), &other);
    assert_eq!(
        (anew.failures, anew.failing_since, anew.refused),
        (0, None, None)
    );
}

#[test]
fn other_settings_make_another_plan() {
    let far = after(now(), HOUR * 5);
    let hourly = known(Some(HOUR * 6), Some(far));
    let due = |every| first_turn(&hourly, &at_address(OLD, every));
    assert_eq!(
        due(Some(HOUR * 6)),
        Some(far),
        "the same settings, the same plan"
    );
    assert_eq!(
        due(Some(HOUR * 2)),
        Some(after(now(), HOUR)),
        "two hours from its last turn"
    );
    let adaptive = due(None).unwrap();
    assert_eq!(
        adaptive,
        crate::clock::before(now(), HOUR - Duration::from_secs(900))
    );
}

#[test]
fn a_plan_further_off_than_any_configuration_allows_is_not_believed() {
    let absurd = after(now(), DAY * 400);
    let source = at_address(OLD, Some(HOUR));
    let fine = known(Some(HOUR), Some(absurd));
    assert_eq!(
        first_turn(&fine, &source),
        Some(after(now(), FURTHEST_WISH))
    );
    let failing = DueSource {
        failures: 3,
        ..fine
    };
    assert_eq!(first_turn(&failing, &source), Some(after(now(), DAY)));
}

#[test]
fn a_plan_that_a_clock_ahead_made_is_as_far_off_as_it_was() {
    let ahead = after(now(), DAY * 365);
    let quarter = HOUR / 4;
    for every in [None, Some(HOUR)] {
        for failures in [0, 3] {
            let planned = DueSource {
                attempted: ahead,
                failures,
                ..known(every, Some(after(ahead, quarter)))
            };
            let first = first_turn(&planned, &at_address(OLD, every));
            assert_eq!(first, Some(after(now(), quarter)), "{every:?} {failures}");
        }
    }
    // Other settings reckon from the turn, which was not before now.
    let hourly = DueSource {
        attempted: ahead,
        ..known(Some(HOUR * 6), Some(after(ahead, HOUR * 5)))
    };
    let first = first_turn(&hourly, &at_address(OLD, Some(HOUR * 2)));
    assert_eq!(first, Some(after(now(), HOUR * 2)));
}

#[test]
fn the_documents_wishes_hold_on_until_another_document_was_read() {
    let mut read = harvest(Outcome::Read);
    read.hints.wishes = Some(crate::source::Wishes {
        ttl: Some(7200),
        ..Default::default()
    });
    let standing = after_turn(nothing(), &read, now(), false);
    assert_eq!(standing.plan.due, Some(after(now(), HOUR * 2)));
    let unchanged = after_turn(past(standing), &harvest(Outcome::Unchanged), now(), false);
    assert_eq!(unchanged.plan.due, Some(after(now(), HOUR * 2)));
    read.hints.wishes = Some(crate::source::Wishes::default());
    let other = after_turn(past(unchanged), &read, now(), false);
    assert_eq!(other.plan.due, Some(after(now(), Duration::from_secs(900))));
}
