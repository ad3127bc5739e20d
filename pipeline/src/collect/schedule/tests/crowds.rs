//! Many at once: spreading, and outages of this machine's network.

use super::*;
use crate::collect::outage::Change;

/// The starts from `now` on, with their times in milliseconds; each turn ends at once.
fn starts(schedule: &mut Schedule, mut now: i64, until: i64) -> Vec<(i64, usize)> {
    let mut starts = Vec::new();
    while now <= until {
        match schedule.next(at(now)) {
            Next::Start(number) => {
                starts.push((now, number));
                schedule.finished(number, at(now), Some(at(i64::from(u32::MAX))));
            }
            Next::Wait(Some(next)) => now = next.as_millisecond().max(now + 1),
            Next::Wait(None) => break,
        }
    }
    starts
}

#[test]
fn ten_thousand_overdue_sources_do_not_come_at_once() {
    let mut schedule = Schedule::new(LIMITS);
    for number in 0..10_000 {
        let host = format!("host{}.example", number % 2500);
        schedule.add(Some(host), Some(at(0)), PATIENCE);
    }
    schedule.spread_overdue(at(1_000_000), &Spread { at_once: 64 });
    let starts = starts(&mut schedule, 1_000_000, 2_000_000);
    assert_eq!(starts.len(), 10_000);
    let mut a_second = vec![0; 110];
    for (time, _) in &starts {
        a_second[usize::try_from((time - 1_000_000) / 1000).unwrap()] += 1;
    }
    assert!(a_second.iter().all(|count| *count < 170), "{a_second:?}");
    let of_one: Vec<i64> = starts
        .iter()
        .filter(|(_, number)| number % 2500 == 7)
        .map(|(time, _)| *time)
        .collect();
    assert!(
        of_one.windows(2).all(|pair| pair[1] - pair[0] > 20_000),
        "{of_one:?}"
    );
}

#[test]
fn few_overdue_sources_and_impatient_ones_are_not_put_off() {
    let mut schedule = Schedule::new(LIMITS);
    for number in 0..64 {
        schedule.add(Some(format!("host{number}")), Some(at(0)), PATIENCE);
    }
    schedule.spread_overdue(at(1000), &Spread { at_once: 64 });
    assert_eq!(starts(&mut schedule, 1000, 1000).len(), 64);
    let mut schedule = Schedule::new(LIMITS);
    for number in 0..10_000 {
        let patience = Duration::from_secs(5);
        schedule.add(Some(format!("host{number}")), Some(at(0)), patience);
    }
    schedule.spread_overdue(at(0), &Spread { at_once: 64 });
    assert_eq!(starts(&mut schedule, 0, 5000).len(), 10_000);
}

#[test]
fn while_the_network_is_out_one_at_a_time_probes_and_then_all_come_back_spread() {
    let mut schedule = Schedule::new(LIMITS);
    for number in 0..300 {
        schedule.add(Some(format!("host{number}")), Some(at(0)), PATIENCE);
    }
    schedule.add(None, Some(at(7000)), PATIENCE);
    schedule.probe(at(0));
    let probes = starts(&mut schedule, 0, 20_000);
    let times: Vec<i64> = probes.iter().map(|(time, _)| *time).collect();
    assert_eq!(times, [5000, 7000, 10_000, 15_000, 20_000], "{probes:?}");
    let unreached: Vec<usize> = probes.iter().map(|(_, number)| *number).collect();
    schedule.resume(at(21_000), &unreached, &Spread { at_once: 0 });
    let back = starts(&mut schedule, 21_000, 30_000);
    assert_eq!(back.len(), 300);
    let first_second = back.iter().filter(|(time, _)| *time < 22_000).count();
    assert!((50..150).contains(&first_second), "{first_second}");
}

#[test]
fn a_turn_that_the_bell_brought_forward_is_not_spread() {
    let spread = Spread { at_once: 0 };
    let mut schedule = Schedule::new(LIMITS);
    schedule.add(Some("a".into()), Some(at(60_000)), PATIENCE);
    for network_is_back in [false, true] {
        schedule.ring(0, at(100));
        match network_is_back {
            false => schedule.spread_overdue(at(100), &spread),
            true => schedule.resume(at(100), &[0], &spread),
        }
        assert_eq!(schedule.next(at(100)), Next::Start(0));
        assert_eq!(schedule.brought_forward(0), Some(at(60_000)));
        schedule.finished(0, at(100), Some(at(60_000)));
    }
}

#[test]
fn changes_of_the_network_that_come_home_in_another_order_leave_no_probing_behind() {
    let spread = Spread { at_once: 64 };
    let began = Change::Began {
        feeds: 21,
        hosts: 21,
    };
    let ended = Change::Ended(vec![1]);
    let all_start = |schedule: &mut Schedule| {
        assert_eq!(schedule.next(at(0)), Next::Start(0));
        assert_eq!(schedule.next(at(0)), Next::Start(1));
    };
    let fresh = || {
        let mut schedule = Schedule::new(LIMITS);
        schedule.add(Some("a".into()), Some(at(0)), PATIENCE);
        schedule.add(Some("b".into()), Some(at(0)), PATIENCE);
        schedule
    };
    // It was back before anybody said that it was out.
    let mut schedule = fresh();
    schedule.heed_network(&ended, false, at(0), &spread);
    schedule.heed_network(&began, false, at(0), &spread);
    all_start(&mut schedule);
    // The turn that saw it come back was lost.
    let mut schedule = fresh();
    schedule.heed_network(&began, true, at(0), &spread);
    schedule.heed_network(&Change::None, true, at(0), &spread);
    assert_eq!(schedule.next(at(0)), Next::Wait(Some(at(5000))));
    schedule.heed_network(&Change::None, false, at(0), &spread);
    all_start(&mut schedule);
    // It came back and was out again before anybody said so.
    let mut schedule = fresh();
    schedule.heed_network(&ended, true, at(0), &spread);
    assert_eq!(schedule.next(at(0)), Next::Wait(Some(at(5000))));
}
