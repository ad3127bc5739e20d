//! The plan, reason by reason.
#![allow(clippy::unwrap_used)]

use jiff::civil::Weekday;

use super::*;
use crate::source::{Fresh, FreshBy, Wishes};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// A Monday morning.
fn now() -> Timestamp {
    "2026-03-02T08:30:00Z".parse().unwrap()
}

fn adaptive() -> Rhythm {
    Rhythm {
        every: None,
        least: MINUTE * 5,
        most: HOUR * 6,
        heeds_hints: true,
        host: Some("a.example".to_owned()),
        bell: None,
    }
}

fn fixed(every: Duration) -> Rhythm {
    Rhythm {
        every: Some(every),
        ..adaptive()
    }
}

fn wishing(wishes: Wishes) -> Pace {
    let mut pace = Pace::default();
    pace.wishes = Some(wishes);
    pace
}

struct Case {
    rhythm: Rhythm,
    pace: Pace,
    hints: Hints,
    ending: Ending,
    jitter: f64,
    chance: f64,
}

impl Case {
    fn of(rhythm: Rhythm) -> Case {
        Case {
            rhythm,
            pace: Pace::default(),
            hints: Hints::default(),
            ending: Ending::Fine,
            jitter: 0.1,
            chance: 0.5,
        }
    }

    fn plan(&self) -> Plan {
        plan(&Situation {
            now: now(),
            rhythm: &self.rhythm,
            pace: &self.pace,
            hints: &self.hints,
            ending: self.ending,
            max_backoff: HOUR,
            jitter: self.jitter,
            chance: self.chance,
        })
    }

    /// Time to the next turn, and what decided it.
    fn wait(&self) -> (Duration, ReasonKind) {
        let plan = self.plan();
        let wait = crate::clock::between(now(), plan.due.unwrap());
        (wait, plan.reasons[0].kind)
    }
}

/// The rhythm of a source that brought an item at each of these gaps.
fn learnt(gaps: &[Duration]) -> Pace {
    let mut at = gaps
        .iter()
        .fold(now(), |at, gap| crate::clock::before(at, *gap));
    let mut pace = Pace::default();
    pace.note(at, 10);
    for gap in gaps {
        at = after(at, *gap);
        pace.note(at, 1);
    }
    pace
}

#[test]
fn the_configured_interval_counts_and_is_spread() {
    let mut case = Case::of(fixed(HOUR));
    assert_eq!(case.wait(), (HOUR, ReasonKind::Every));
    case.chance = 0.0;
    assert_eq!(case.wait().0, MINUTE * 54);
    case.chance = 1.0;
    assert_eq!(case.wait().0, MINUTE * 66);
}

#[test]
fn the_rhythm_counts_between_floor_and_ceiling() {
    let mut case = Case::of(adaptive());
    assert_eq!(case.wait(), (START, ReasonKind::Rhythm));
    case.pace = learnt(&[HOUR; 5]);
    assert_eq!(case.wait(), (MINUTE * 30, ReasonKind::Rhythm));
    case.pace = learnt(&[MINUTE; 5]);
    assert_eq!(case.wait(), (MINUTE * 5, ReasonKind::Floor));
    case.chance = 0.0;
    assert_eq!(
        case.wait().0,
        MINUTE * 5,
        "spreading does not go below the floor"
    );
    case.chance = 0.5;
    case.pace = learnt(&[DAY * 3; 20]);
    assert_eq!(case.wait(), (HOUR * 6, ReasonKind::Ceiling));
}

#[test]
fn a_burst_is_followed_at_once_and_silence_slowly() {
    let mut case = Case::of(adaptive());
    case.pace = learnt(&[HOUR * 8, HOUR * 8, MINUTE * 20]);
    assert_eq!(case.wait(), (MINUTE * 10, ReasonKind::Rhythm));
    case.pace = learnt(&[MINUTE * 20, HOUR * 2]);
    assert_eq!(case.wait(), (Duration::from_secs(1350), ReasonKind::Rhythm));
    case.pace = Pace::default();
    case.pace.note(crate::clock::before(now(), HOUR * 8), 10);
    assert_eq!(
        case.wait(),
        (HOUR * 2, ReasonKind::Rhythm),
        "a quarter of the silence"
    );
}

#[test]
fn the_publisher_lengthens_and_never_shortens() {
    let mut case = Case::of(fixed(MINUTE * 15));
    let fresh = |by, lasts| Some(Fresh { by, lasts });
    case.hints.fresh = fresh(FreshBy::CacheControl, HOUR);
    assert_eq!(case.wait(), (HOUR, ReasonKind::CacheControl));
    case.chance = 0.0;
    assert_eq!(case.wait().0, HOUR, "spreading does not come before it");
    case.chance = 0.5;
    case.hints.fresh = fresh(FreshBy::Expires, MINUTE);
    assert_eq!(case.wait(), (MINUTE * 15, ReasonKind::Every));
    assert_eq!(
        case.plan().reasons[1].kind,
        ReasonKind::Expires,
        "it is said all the same"
    );
    case.pace = wishing(Wishes {
        ttl: Some(7200),
        update_every: Some(1800),
        ..Wishes::default()
    });
    assert_eq!(case.wait(), (HOUR * 2, ReasonKind::Ttl));
    case.pace = wishing(Wishes {
        update_every: Some(10_800),
        ..Wishes::default()
    });
    assert_eq!(case.wait(), (HOUR * 3, ReasonKind::UpdatePeriod));
    case.rhythm.heeds_hints = false;
    assert_eq!(case.wait(), (MINUTE * 15, ReasonKind::Every));
}

#[test]
fn wishes_beyond_a_day_are_cut() {
    let mut case = Case::of(fixed(MINUTE * 15));
    case.jitter = 0.0;
    case.hints.fresh = Some(Fresh {
        by: FreshBy::CacheControl,
        lasts: DAY * 365,
    });
    assert_eq!(case.wait(), (DAY, ReasonKind::CacheControl));
    assert!(case.plan().reasons[0].text.contains("honoured"));
    case.pace = wishing(Wishes {
        ttl: Some(u64::MAX),
        ..Wishes::default()
    });
    assert_eq!(case.wait().0, DAY);
}

#[test]
fn skipped_hours_and_days_put_off_to_the_next_open_hour() {
    let mut case = Case::of(fixed(MINUTE * 15));
    let mut wishes = Wishes::default();
    for hour in 8..12 {
        wishes.skip_hour(hour);
    }
    case.pace = wishing(wishes);
    case.chance = 0.0;
    // 8:30 and less than a quarter more: from 12:00 on.
    assert_eq!(case.wait(), (MINUTE * 210, ReasonKind::SkipHours));
    case.chance = 1.0;
    assert_eq!(
        case.wait().0,
        MINUTE * 220,
        "those put off do not all come at once"
    );
    let mut wishes = Wishes::default();
    wishes.skip_day(Weekday::Monday);
    wishes.skip_day(Weekday::Tuesday);
    case.pace = wishing(wishes);
    case.chance = 0.0;
    assert_eq!(case.wait(), (MINUTE * 930 + DAY, ReasonKind::SkipDays));
    let mut wishes = Wishes::default();
    wishes.skip_day(Weekday::Sunday);
    case.pace = wishing(wishes);
    case.chance = 0.5;
    assert_eq!(case.wait(), (MINUTE * 15, ReasonKind::Every));
}

#[test]
fn who_leaves_out_every_hour_is_not_believed() {
    let mut case = Case::of(fixed(MINUTE * 15));
    for wishes in [
        Wishes {
            skip_days: 0x7f,
            ..Wishes::default()
        },
        Wishes {
            skip_hours: 0x00ff_ffff,
            ..Wishes::default()
        },
    ] {
        case.pace = wishing(wishes);
        assert_eq!(case.wait(), (MINUTE * 15, ReasonKind::Every));
    }
}

#[test]
fn what_is_pushed_is_asked_for_at_the_ceiling() {
    let mut case = Case::of(adaptive());
    case.hints.pushed = true;
    assert_eq!(case.wait(), (HOUR * 6, ReasonKind::Pushed));
}

fn failed(failures: u32, retry_after: Option<Duration>) -> Ending {
    Ending::Failed {
        failures,
        retry_after,
        held: None,
    }
}

#[test]
fn failures_double_the_interval_up_to_the_longest_wait() {
    let mut case = Case::of(fixed(MINUTE * 10));
    for (failures, minutes) in [(1, 10), (2, 20), (3, 40), (4, 60), (40, 60)] {
        case.ending = failed(failures, None);
        assert_eq!(case.wait(), (MINUTE * minutes, ReasonKind::Failures));
    }
    case.chance = 1.0;
    assert_eq!(case.wait().0, HOUR, "nor does spreading go beyond it");
}

#[test]
fn who_asks_to_be_left_alone_is_for_as_much_as_a_day() {
    let mut case = Case::of(fixed(MINUTE * 10));
    for (asked, given) in [(HOUR * 5, HOUR * 5), (DAY * 30, DAY)] {
        case.ending = failed(1, Some(asked));
        assert_eq!(case.wait(), (given, ReasonKind::RetryAfter));
    }
    case.ending = failed(1, Some(MINUTE));
    assert_eq!(
        case.wait(),
        (MINUTE * 10, ReasonKind::Failures),
        "no sooner for it"
    );
    assert_eq!(case.plan().reasons[1].kind, ReasonKind::RetryAfter);
}

#[test]
fn a_hold_on_the_host_counts_where_it_is_longer() {
    let mut case = Case::of(fixed(MINUTE * 10));
    case.ending = Ending::Failed {
        failures: 1,
        retry_after: None,
        held: Some(after(now(), HOUR * 2)),
    };
    assert_eq!(case.wait(), (HOUR * 2, ReasonKind::Host));
}

#[test]
fn an_outage_of_ones_own_more_to_read_and_the_end() {
    let mut case = Case::of(fixed(HOUR));
    case.ending = Ending::NetworkOut;
    assert_eq!(case.wait(), (NETWORK_OUT, ReasonKind::Network));
    case.ending = Ending::More;
    assert_eq!(case.wait(), (Duration::ZERO, ReasonKind::More));
    case.ending = Ending::Gone;
    let plan = case.plan();
    assert_eq!((plan.due, plan.reasons[0].kind), (None, ReasonKind::Gone));
}

#[test]
fn plans_of_other_versions_can_be_read() {
    let known = Case::of(adaptive()).plan();
    let stored = serde_json::to_string(&known).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&stored).unwrap(), known);
    let later = r#"{ "reasons": [{ "kind": "moon", "text": "it is full" }], "mood": 1 }"#;
    let read: Plan = serde_json::from_str(later).unwrap();
    assert_eq!(read.reasons[0].kind, ReasonKind::Other);
}

#[test]
fn durations_are_said_as_people_say_them() {
    for (seconds, said) in [
        (59, "59 s"),
        (90, "1 min 30 s"),
        (7200, "2 h"),
        (90_000, "1 d 1 h"),
    ] {
        assert_eq!(say(Duration::from_secs(seconds)), said);
    }
    assert_eq!(say(Duration::from_millis(20)), "20 ms");
}
