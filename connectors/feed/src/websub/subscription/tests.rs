#![allow(clippy::unwrap_used)]

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn now() -> Timestamp {
    "2024-05-09T10:00:00Z".parse().unwrap()
}

fn base() -> Url {
    Url::parse("https://news.example/websub/").unwrap()
}

fn announced(hubs: &[&str]) -> Announced {
    Announced {
        hubs: hubs.iter().map(|hub| (*hub).to_owned()).collect(),
        topic: "https://a.example/feed".to_owned(),
    }
}

fn step(current: Option<Subscription>, at: Timestamp) -> (Subscription, Errand) {
    let (next, errand) = next(
        current,
        Some(&announced(&["https://hub.example/"])),
        &base(),
        at,
    );
    (next.unwrap(), errand)
}

#[test]
fn it_is_planned_committed_asked_for_verified_and_renewed() {
    let (planned, errand) = step(None, now());
    assert_eq!(errand, Errand::Commit);
    assert_eq!(
        planned.callback,
        format!("https://news.example/websub/{}", planned.keys.name)
    );
    let (mut asked, errand) = step(Some(planned.clone()), now());
    assert_eq!((errand, &asked.keys), (Errand::Ask, &planned.keys));
    assert!(!asked.expects_verification());
    asked.asked(now());
    let (mut active, errand) = step(Some(asked), after(now(), HOUR / 2));
    assert_eq!(errand, Errand::Nothing);
    assert!(active.expects_verification() && !active.is_active(now()));
    active.verified(Some(9 * 3600), now());
    assert!(active.is_active(after(now(), 8 * HOUR)));
    let (active, errand) = step(Some(active), after(now(), 5 * HOUR));
    assert_eq!(errand, Errand::Nothing);
    let (mut active, errand) = step(Some(active), after(now(), 6 * HOUR));
    assert_eq!(errand, Errand::Ask, "at two thirds of the lease");
    active.failed(None, after(now(), 6 * HOUR));
    assert!(
        active.is_active(after(now(), 8 * HOUR)),
        "until the lease ends"
    );
    let (mut again, errand) = step(Some(active), after(now(), 7 * HOUR));
    assert_eq!(errand, Errand::Ask, "and several times before that");
    again.verified(None, after(now(), 7 * HOUR));
    assert_eq!(again.keys, planned.keys, "with the same keys");
    assert_eq!(again.failures, 0);
}

#[test]
fn failures_wait_longer_and_longer_and_end_in_polling_only() {
    let (mut subscription, _) = step(None, now());
    let mut at = now();
    let mut waits = Vec::new();
    for _ in 0..12 {
        subscription.failed(None, at);
        let Phase::Waiting { until } = subscription.phase else {
            unreachable!()
        };
        waits.push(between(at, until));
        assert_eq!(step(Some(subscription.clone()), at).1, Errand::Nothing);
        at = until;
        assert_eq!(step(Some(subscription.clone()), at).1, Errand::Ask);
        assert!(!subscription.is_active(at));
    }
    assert!(
        waits[0] < Duration::from_secs(750) && waits[11] > 19 * HOUR,
        "{waits:?}"
    );
    subscription.denied(at);
    assert_eq!(subscription.need(after(at, 23 * HOUR)), Need::Nothing);
    assert_eq!(subscription.need(after(at, 24 * HOUR)), Need::Hub);
}

#[test]
fn a_hub_that_does_not_verify_failed() {
    let (mut subscription, _) = step(None, now());
    subscription.asked(now());
    let (late, errand) = step(Some(subscription), after(now(), HOUR));
    assert_eq!((errand, late.failures), (Errand::Nothing, 1));
    assert!(!late.expects_verification());
}

#[test]
fn another_topic_hub_or_callback_is_another_subscription() {
    let (old, _) = step(None, now());
    let one = announced(&["https://hub.example/"]);
    let other_base = Url::parse("https://news.example/other").unwrap();
    let (moved, errand) = next(Some(old.clone()), Some(&one), &other_base, now());
    assert_eq!(errand, Errand::Commit);
    assert_ne!(moved.unwrap().keys, old.keys);
    let two = announced(&["https://two.example/"]);
    let (moved, _) = next(Some(old.clone()), Some(&two), &base(), now());
    assert_ne!(moved.unwrap().keys, old.keys);
    assert_eq!(
        next(Some(old), None, &base(), now()),
        (None, Errand::Nothing)
    );
}

#[test]
fn the_next_of_several_hubs_is_tried() {
    let both = announced(&["https://one.example/", "https://two.example/"]);
    let (first, _) = next(None, Some(&both), &base(), now());
    let mut first = first.unwrap();
    assert_eq!(first.hub, "https://one.example/");
    first.failed(None, now());
    let (second, errand) = next(Some(first), Some(&both), &base(), after(now(), HOUR));
    assert_eq!(errand, Errand::Commit);
    let second = second.unwrap();
    assert_eq!(
        (second.hub.as_str(), second.failures),
        ("https://two.example/", 1)
    );
    let (second, errand) = next(Some(second), Some(&both), &base(), after(now(), HOUR));
    assert_eq!(
        (second.unwrap().hub.as_str(), errand),
        ("https://two.example/", Errand::Ask)
    );
}

#[test]
fn leases_are_kept_within_reason() {
    for (granted, seconds) in [
        (Some(0), 30),
        (None, 86_400),
        (Some(u64::MAX), 365 * 86_400),
    ] {
        let (mut subscription, _) = step(None, now());
        subscription.verified(granted, now());
        let Phase::Active { until, .. } = subscription.phase else {
            unreachable!()
        };
        assert_eq!(between(now(), until).as_secs(), seconds);
    }
}

#[test]
fn how_it_stands_is_told_without_its_keys() {
    let (planned, _) = step(None, now());
    let mut subscription = planned.clone();
    let mut told = vec![planned.standing(now())];
    subscription.asked(now());
    told.push(subscription.standing(now()));
    subscription.verified(Some(9 * 3600), now());
    told.push(subscription.standing(now()));
    told.push(subscription.standing(after(now(), 10 * HOUR)));
    subscription.denied(after(now(), 10 * HOUR));
    told.push(subscription.standing(now()));
    let parts = [
        "is to be asked",
        "was asked at 2024-05-09 10:00 UTC",
        "promised so until 2024-05-09 19:00 UTC",
        "has not been renewed",
        "asked again at 2024-05-10 20:00 UTC",
    ];
    for (told, part) in told.iter().zip(parts) {
        assert!(told.starts_with("https://hub.example/ "), "{told}");
        assert!(told.contains(part), "{told}");
        let secret = planned.keys.secret.reveal();
        assert!(!told.contains(&planned.keys.name) && !told.contains(secret));
    }
}

#[test]
fn times_that_a_wrong_clock_set_have_come() {
    let right = now();
    let wrong = after(right, 1000 * HOUR);
    let (planned, _) = step(None, wrong);
    let mut waiting = planned.clone();
    waiting.failed(None, wrong);
    let mut asked = planned.clone();
    asked.asked(wrong);
    let mut active = planned;
    active.verified(Some(240 * 3600), wrong);
    for (subscription, need) in [
        (&waiting, Need::Hub),
        (&asked, Need::Turn),
        (&active, Need::Hub),
    ] {
        assert_eq!(subscription.need(wrong), Need::Nothing);
        assert_eq!(subscription.need(right), need, "{subscription:?}");
    }
    // Whatever is left of a lease, a renewal that fails is waited for.
    for left in [40, 300, 1000, 3000, 86_400] {
        let mut renewed = active.clone();
        renewed.verified(Some(left), right);
        renewed.failed(None, right);
        assert_eq!(renewed.need(right), Need::Nothing, "{left} s");
    }
}

#[test]
fn a_hub_is_not_asked_before_it_wants_to_be() {
    let (mut subscription, _) = step(None, now());
    subscription.failed(Some(5 * HOUR), now());
    assert_eq!(
        subscription.need(after(now(), 5 * HOUR - HOUR / 60)),
        Need::Nothing
    );
    assert_eq!(subscription.need(after(now(), 5 * HOUR)), Need::Hub);
}
