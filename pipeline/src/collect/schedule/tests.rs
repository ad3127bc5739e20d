//! The schedule, promise by promise.
#![allow(clippy::unwrap_used, clippy::panic)]

mod crowds;

use super::*;
use crate::clock::Dice;

const LIMITS: HostLimits = HostLimits {
    concurrent: 2,
    spacing: Duration::from_secs(1),
};

const PATIENCE: Duration = Duration::from_secs(900);

impl Schedule {
    fn add(&mut self, host: Option<String>, due: Option<Timestamp>, patience: Duration) {
        self.seat(self.sources.len(), host, due, patience);
    }
}

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap()
}

#[test]
fn sources_start_when_due_and_in_order() {
    let mut schedule = Schedule::new(LIMITS);
    schedule.add(None, Some(at(2000)), PATIENCE);
    schedule.add(None, Some(at(1000)), PATIENCE);
    assert_eq!(schedule.next(at(0)), Next::Wait(Some(at(1000))));
    assert_eq!(schedule.next(at(1000)), Next::Start(1));
    assert_eq!(schedule.next(at(1000)), Next::Wait(Some(at(2000))));
    schedule.finished(1, at(1500), Some(at(9000)));
    assert_eq!(schedule.next(at(2500)), Next::Start(0));
    assert_eq!(schedule.next(at(2500)), Next::Wait(Some(at(9000))));
}

#[test]
fn a_host_is_asked_by_few_and_spaced() {
    let mut schedule = Schedule::new(LIMITS);
    for _ in 0..4 {
        schedule.add(Some("a".into()), Some(at(0)), PATIENCE);
    }
    schedule.add(Some("b".into()), Some(at(0)), PATIENCE);
    assert_eq!(schedule.next(at(0)), Next::Start(0));
    assert_eq!(
        schedule.next(at(0)),
        Next::Start(4),
        "another host does not wait"
    );
    assert_eq!(schedule.next(at(0)), Next::Wait(Some(at(1000))));
    assert_eq!(schedule.next(at(1000)), Next::Start(1));
    assert_eq!(schedule.next(at(5000)), Next::Wait(None), "two at a time");
    schedule.finished(0, at(5000), Some(at(90_000)));
    assert_eq!(schedule.next(at(5000)), Next::Start(2));
}

#[test]
fn a_bell_brings_a_turn_forward_even_while_one_runs() {
    let mut schedule = Schedule::new(LIMITS);
    schedule.add(None, Some(at(60_000)), PATIENCE);
    schedule.ring(0, at(10));
    assert_eq!(schedule.next(at(10)), Next::Start(0));
    schedule.ring(0, at(20));
    assert_eq!(
        schedule.next(at(20)),
        Next::Wait(Some(at(60_000))),
        "not twice at a time"
    );
    schedule.finished(0, at(30), Some(at(60_000)));
    assert_eq!(schedule.next(at(30)), Next::Start(0));
    schedule.finished(0, at(40), Some(at(60_000)));
    assert_eq!(schedule.next(at(40)), Next::Wait(Some(at(60_000))));
}

#[test]
fn a_stopped_source_has_no_turns() {
    let mut schedule = Schedule::new(LIMITS);
    schedule.add(Some("a".into()), None, PATIENCE);
    schedule.add(Some("a".into()), Some(at(0)), PATIENCE);
    assert_eq!(schedule.next(at(0)), Next::Start(1));
    schedule.ring(0, at(10));
    schedule.finished(1, at(2000), None);
    assert_eq!(schedule.next(at(90_000)), Next::Wait(None));
}

#[test]
fn a_held_host_is_left_alone_and_others_go_on() {
    let mut schedule = Schedule::new(LIMITS);
    for _ in 0..2 {
        schedule.add(Some("a".into()), Some(at(0)), PATIENCE);
    }
    schedule.add(Some("b".into()), Some(at(10)), PATIENCE);
    assert_eq!(schedule.next(at(0)), Next::Start(0));
    schedule.hold("a", at(60_000), at(5));
    schedule.hold("a", at(30_000), at(5));
    schedule.finished(0, at(5), Some(at(20)));
    assert_eq!(schedule.next(at(10)), Next::Start(2));
    schedule.finished(2, at(10), Some(at(99_000)));
    assert_eq!(schedule.next(at(2000)), Next::Wait(Some(at(60_000))));
    assert_eq!(schedule.next(at(59_999)), Next::Wait(Some(at(60_000))));
    assert_eq!(schedule.next(at(60_000)), Next::Start(1));
}

#[test]
fn after_a_hold_one_source_at_a_time_tries_until_the_host_has_answered_well() {
    let mut schedule = Schedule::new(LIMITS);
    for _ in 0..5 {
        schedule.add(Some("a".into()), Some(at(0)), PATIENCE);
    }
    schedule.hold("a", at(60_000), at(0));
    schedule.release("a", at(10));
    assert_eq!(schedule.next(at(0)), Next::Wait(Some(at(60_000))));
    assert_eq!(schedule.next(at(60_000)), Next::Start(0));
    assert_eq!(schedule.next(at(80_000)), Next::Wait(None), "one alone");
    schedule.hold("a", at(200_000), at(80_000));
    schedule.finished(0, at(80_000), Some(at(900_000)));
    assert_eq!(schedule.next(at(80_000)), Next::Wait(Some(at(200_000))));
    assert_eq!(schedule.next(at(200_000)), Next::Start(1));
    // No answer at all, which says nothing: another one tries.
    schedule.finished(1, at(230_000), Some(at(900_000)));
    assert_eq!(schedule.next(at(230_000)), Next::Start(2));
    assert_eq!(schedule.next(at(240_000)), Next::Wait(Some(at(900_000))));
    schedule.release("a", at(240_000));
    schedule.finished(2, at(240_000), Some(at(900_000)));
    assert_eq!(schedule.next(at(240_000)), Next::Start(3));
    assert_eq!(schedule.next(at(240_500)), Next::Wait(Some(at(241_000))));
    assert_eq!(schedule.next(at(241_000)), Next::Start(4), "spaced");
}

#[test]
fn a_turn_knows_from_when_the_bell_brought_it_forward() {
    let mut schedule = Schedule::new(LIMITS);
    schedule.add(None, Some(at(60_000)), PATIENCE);
    schedule.ring(0, at(10));
    assert_eq!(schedule.next(at(10)), Next::Start(0));
    assert_eq!(schedule.brought_forward(0), Some(at(60_000)));
    schedule.ring(0, at(20));
    schedule.finished(0, at(30), Some(at(60_000)));
    assert_eq!(schedule.next(at(30)), Next::Start(0));
    assert_eq!(schedule.brought_forward(0), Some(at(60_000)));
    schedule.finished(0, at(40), Some(at(50)));
    schedule.ring(0, at(50));
    assert_eq!(schedule.next(at(50)), Next::Start(0));
    assert_eq!(schedule.brought_forward(0), None, "due by itself");
}

#[test]
fn a_turn_that_the_bell_brought_forward_does_not_wait_for_its_host() {
    let mut schedule = Schedule::new(LIMITS);
    for _ in 0..3 {
        schedule.add(Some("a".into()), Some(at(0)), PATIENCE);
    }
    assert_eq!(schedule.next(at(0)), Next::Start(0));
    schedule.finished(0, at(100), Some(at(60_000)));
    schedule.ring(0, at(100));
    assert_eq!(schedule.next(at(100)), Next::Start(0), "nobody is asked");
    schedule.ring(1, at(100));
    assert_eq!(schedule.next(at(100)), Next::Wait(Some(at(1000))));
    schedule.finished(0, at(200), Some(at(60_000)));
    schedule.hold("a", at(50_000), at(200));
    schedule.ring(1, at(300));
    assert_eq!(schedule.next(at(300)), Next::Start(1));
    assert_eq!(schedule.brought_forward(1), Some(at(300)));
    schedule.finished(1, at(400), Some(at(300)));
    assert_eq!(schedule.next(at(1000)), Next::Wait(Some(at(50_000))));
    assert_eq!(schedule.next(at(50_000)), Next::Start(2));
    schedule.release("a", at(50_500));
    schedule.finished(2, at(50_500), Some(at(90_000)));
    assert_eq!(schedule.next(at(51_000)), Next::Start(1), "and still due");
}

#[test]
fn a_clock_that_is_set_back_puts_nothing_off() {
    let mut schedule = Schedule::new(LIMITS);
    let later = 9_000_000;
    schedule.add(None, Some(at(later + 50)), PATIENCE);
    for _ in 0..2 {
        schedule.add(Some("a".into()), Some(at(later)), PATIENCE);
    }
    schedule.add(Some("b".into()), Some(at(later)), PATIENCE);
    schedule.hold("b", at(later + 3000), at(later));
    assert_eq!(schedule.next(at(later)), Next::Start(1));
    assert_eq!(schedule.next(at(later)), Next::Wait(Some(at(later + 50))));
    schedule.set_back(Duration::from_millis(9_000_000));
    assert_eq!(schedule.next(at(0)), Next::Wait(Some(at(50))));
    assert_eq!(schedule.next(at(50)), Next::Start(0));
    assert_eq!(schedule.next(at(50)), Next::Wait(Some(at(1000))));
    assert_eq!(schedule.next(at(1000)), Next::Start(2));
    assert_eq!(schedule.next(at(1000)), Next::Wait(Some(at(3000))));
    assert_eq!(schedule.next(at(3000)), Next::Start(3));
}

/// Random runs against the promises: nobody runs twice at a time, hosts stay within their
/// limits, and everybody who is due comes to run.
#[test]
fn promises_hold_in_random_runs() {
    for seed in 0..200 {
        let mut dice = Dice::seeded(seed);
        let mut schedule = Schedule::new(LIMITS);
        let hosts: Vec<Option<String>> = (0..20)
            .map(|_| (!dice.roll().is_multiple_of(4)).then(|| format!("host{}", dice.roll() % 3)))
            .collect();
        for host in &hosts {
            schedule.add(
                host.clone(),
                Some(at((dice.roll() % 3000) as i64)),
                PATIENCE,
            );
        }
        let mut running: Vec<usize> = Vec::new();
        let mut turns = vec![0; hosts.len()];
        let mut last_start: HashMap<String, i64> = HashMap::new();
        let mut now = 0;
        for _ in 0..3000 {
            assert!(schedule.gates.len() <= schedule.hosts.len());
            match schedule.next(at(now)) {
                Next::Start(number) => {
                    assert!(!running.contains(&number));
                    running.push(number);
                    turns[number] += 1;
                    if let Some(host) = &hosts[number]
                        && schedule.brought_forward(number).is_none()
                    {
                        let there = running.iter().filter(|&&other| {
                            hosts[other].as_ref() == Some(host)
                                && schedule.brought_forward(other).is_none()
                        });
                        assert!(there.count() <= LIMITS.concurrent);
                        if let Some(before) = last_start.insert(host.clone(), now) {
                            assert!(now - before >= 1000);
                        }
                    }
                }
                Next::Wait(until) => {
                    let end_one =
                        !running.is_empty() && (dice.roll().is_multiple_of(2) || until.is_none());
                    if end_one {
                        let ended = running.swap_remove(dice.roll() as usize % running.len());
                        schedule.finished(
                            ended,
                            at(now),
                            Some(at(now + (dice.roll() % 5000) as i64)),
                        );
                    } else if let Some(until) = until {
                        now = now.max(until.as_millisecond()).max(now + 1);
                    }
                    if dice.roll().is_multiple_of(10) {
                        schedule.ring(dice.roll() as usize % hosts.len(), at(now));
                    }
                }
            }
        }
        assert!(
            turns.iter().all(|turns| *turns > 0),
            "seed {seed}: {turns:?}"
        );
    }
}

#[test]
fn who_leaves_has_no_turn_and_its_number_goes_to_another() {
    let mut schedule = Schedule::new(LIMITS);
    for _ in 0..4 {
        schedule.add(Some("a".into()), Some(at(0)), PATIENCE);
    }
    assert_eq!(schedule.next(at(0)), Next::Start(0));
    assert_eq!(schedule.next(at(0)), Next::Wait(Some(at(1000))));
    schedule.leave(1);
    assert_eq!(
        schedule.next(at(1000)),
        Next::Start(2),
        "the one that waited at the host before it has left"
    );
    schedule.seat(1, Some("b".into()), Some(at(1000)), PATIENCE);
    assert_eq!(schedule.next(at(1000)), Next::Start(1));
    schedule.finished(1, at(1500), Some(at(9000)));
    schedule.leave(1);
    schedule.seat(1, None, Some(at(9000)), PATIENCE);
    schedule.finished(0, at(1500), None);
    schedule.finished(2, at(1500), None);
    assert_eq!(schedule.next(at(3000)), Next::Start(3));
    schedule.finished(3, at(3000), None);
    assert_eq!(schedule.next(at(9000)), Next::Start(1));
    assert_eq!(schedule.next(at(9000)), Next::Wait(None), "once");
}

#[test]
fn other_limits_hold_from_the_next_turn_on() {
    let mut schedule = Schedule::new(LIMITS);
    for _ in 0..3 {
        schedule.add(Some("a".into()), Some(at(0)), PATIENCE);
    }
    assert_eq!(schedule.next(at(0)), Next::Start(0));
    schedule.limit(HostLimits {
        concurrent: 3,
        spacing: Duration::ZERO,
    });
    assert_eq!(schedule.next(at(1000)), Next::Start(1));
    assert_eq!(schedule.next(at(1000)), Next::Start(2));
}

#[test]
fn a_source_that_is_wanted_is_due_and_waits_for_its_host() {
    let mut schedule = Schedule::new(LIMITS);
    for due in [0, 60_000, 90_000] {
        schedule.add(Some("a".into()), Some(at(due)), PATIENCE);
    }
    assert_eq!(schedule.next(at(0)), Next::Start(0));
    assert_eq!(schedule.want(0, at(10)), Wanted::Running);
    assert_eq!(schedule.want(1, at(10)), Wanted::Due);
    assert_eq!(schedule.want(1, at(20)), Wanted::Due);
    assert_eq!(schedule.next(at(20)), Next::Wait(Some(at(1000))), "spaced");
    assert_eq!(schedule.next(at(1000)), Next::Start(1));
    schedule.finished(0, at(1000), Some(at(60_000)));
    schedule.finished(1, at(1000), Some(at(60_000)));
    assert_eq!(
        schedule.next(at(2000)),
        Next::Wait(Some(at(60_000))),
        "once, however often it was wanted"
    );
    schedule.hold("a", at(30_000), at(2000));
    assert_eq!(schedule.held_until("a", at(2000)), Some(at(30_000)));
    assert_eq!(schedule.want(2, at(2000)), Wanted::Due);
    assert_eq!(schedule.next(at(2000)), Next::Wait(Some(at(30_000))));
    assert_eq!(schedule.next(at(30_000)), Next::Start(2), "held");
    assert_eq!(schedule.held_until("a", at(30_000)), None);
}

#[test]
fn one_that_is_gone_and_wanted_is_asked_once_more() {
    let mut schedule = Schedule::new(LIMITS);
    schedule.add(Some("a".into()), None, PATIENCE);
    assert_eq!(schedule.want(0, at(10)), Wanted::Due);
    assert_eq!(schedule.next(at(10)), Next::Start(0));
    schedule.finished(0, at(20), None);
    assert_eq!(schedule.next(at(90_000)), Next::Wait(None));
}

#[test]
fn a_turn_of_the_bell_that_asks_nobody_is_not_the_one_that_is_wanted() {
    let mut schedule = Schedule::new(LIMITS);
    schedule.add(Some("a".into()), Some(at(60_000)), PATIENCE);
    schedule.ring(0, at(10));
    assert_eq!(schedule.want(0, at(10)), Wanted::Due);
    assert_eq!(schedule.next(at(10)), Next::Start(0));
    assert_eq!(schedule.brought_forward(0), None, "it asks");
    schedule.finished(0, at(20), Some(at(60_000)));
    schedule.ring(0, at(5000));
    assert_eq!(schedule.next(at(5000)), Next::Start(0));
    assert_eq!(schedule.brought_forward(0), Some(at(60_000)));
    assert_eq!(schedule.want(0, at(5010)), Wanted::Due);
    schedule.finished(0, at(5020), Some(at(60_000)));
    assert_eq!(schedule.next(at(5020)), Next::Start(0), "afterwards");
    assert_eq!(schedule.brought_forward(0), None);
    schedule.finished(0, at(5030), Some(at(60_000)));
    assert_eq!(schedule.next(at(10_000)), Next::Wait(Some(at(60_000))));
}
