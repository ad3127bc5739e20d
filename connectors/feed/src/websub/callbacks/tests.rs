#![allow(clippy::unwrap_used, clippy::panic)]

use dateline_pipeline::clock::Clock;

use super::super::hook::{Taken, Verdict};
use super::super::{Announced, Push, next};
use super::*;

fn with_a_subscription() -> (Arc<Callbacks>, Arc<Hook>, Clock, String) {
    let clock = Clock::manual(Timestamp::UNIX_EPOCH);
    let text = "[websub]\ncallback = \"https://news.example/websub\"\n\
        [[feeds]]\nurl = \"https://a.example/feed\"\n";
    let path = std::path::Path::new("dateline.toml");
    let config = dateline_config::parse(text, path).unwrap().config;
    let callbacks = Callbacks::new(&config.websub, clock.clone()).unwrap();
    let hook = callbacks.hook(&config.feeds[0]);
    let (subscription, _) = next(None, Some(&announced()), callbacks.base(), clock.now());
    let name = subscription.as_ref().unwrap().keys.name.clone();
    callbacks.put(&hook, subscription);
    (callbacks, hook, clock, name)
}

fn announced() -> Announced {
    serde_json::from_value(serde_json::json!({
        "hubs": ["https://hub.example/"], "topic": "https://a.example/feed"
    }))
    .unwrap()
}

fn signed(hook: &Hook, content: &[u8]) -> String {
    hook.secret().unwrap().sign(content)
}

#[test]
fn queues_and_memory_are_bounded() {
    let (callbacks, hook, _, _) = with_a_subscription();
    let signature = signed(&hook, b"x");
    let mut waiting = Vec::new();
    loop {
        let room = callbacks.room().unwrap();
        match hook.receive(b"x".to_vec(), None, Some(&signature), room) {
            Taken::Waits(told) => waiting.push(told),
            Taken::Busy => break,
            Taken::Ignored => panic!("it is signed"),
        }
    }
    assert_eq!(waiting.len(), 8);
    let rooms: Vec<_> = std::iter::from_fn(|| callbacks.room()).collect();
    assert_eq!(rooms.len() + waiting.len(), MAX_CONTENTS);
    drop(hook.take());
    assert!(callbacks.room().is_some(), "what was taken makes room");
}

#[test]
fn another_subscription_has_another_name_and_none_has_none() {
    let (callbacks, hook, _, name) = with_a_subscription();
    assert!(callbacks.find(&name).is_ok());
    assert_eq!(callbacks.find("admin").err(), Some(false));
    callbacks.put(&hook, None);
    assert_eq!(
        callbacks.find(&name).err(),
        Some(true),
        "it may have been ours"
    );
}

#[test]
fn forgeries_are_said_once_a_minute() {
    let (callbacks, hook, clock, _) = with_a_subscription();
    for _ in 0..5 {
        callbacks.forged(&hook);
    }
    assert_eq!(lock(&callbacks.forgeries).unsaid, 4);
    clock.advance(SAY_EVERY);
    callbacks.forged(&hook);
    assert_eq!(lock(&callbacks.forgeries).unsaid, 0);
}

#[test]
fn what_nobody_waits_for_any_more_takes_no_room() {
    let (callbacks, hook, _, name) = with_a_subscription();
    let signature = signed(&hook, b"x");
    let push = || {
        let room = callbacks.room().unwrap();
        hook.receive(b"x".to_vec(), None, Some(&signature), room)
    };
    let left = || {
        std::iter::from_fn(|| callbacks.room())
            .collect::<Vec<_>>()
            .len()
    };
    for _ in 0..20 {
        // The hub is told to come again, and the connection ends.
        assert!(matches!(push(), Taken::Waits(_)));
    }
    assert_eq!(left(), MAX_CONTENTS - 1);
    let Taken::Waits(mut told) = push() else {
        panic!("there is room");
    };
    callbacks.put(&hook, None);
    assert!(told.try_recv().is_err(), "it was never committed");
    assert_eq!(left(), MAX_CONTENTS);
    assert_eq!(callbacks.find(&name).err(), Some(true));
}

#[test]
fn what_comes_just_after_the_end_is_not_kept() {
    let (callbacks, hook, _, _) = with_a_subscription();
    let content = || {
        let (receipt, _) = tokio::sync::oneshot::channel();
        Push {
            bytes: Vec::new(),
            content_type: None,
            topic: String::new(),
            receipt,
            _room: callbacks.room().unwrap(),
        }
    };
    assert!(hook.keep(content()));
    callbacks.put(&hook, None);
    assert!(!hook.keep(content()));
}

#[test]
fn what_was_said_of_one_subscription_is_not_said_of_the_next() {
    let (callbacks, hook, clock, name) = with_a_subscription();
    hook.expect();
    let said = "hub.mode=subscribe&hub.topic=https%3A%2F%2Fa.example%2Ffeed&hub.challenge=x";
    assert_eq!(hook.verify(said), Verdict::Confirm("x".to_owned()));
    let denied = "hub.mode=denied&hub.topic=https%3A%2F%2Fa.example%2Ffeed";
    assert_eq!(hook.verify(denied), Verdict::Heard);
    let (other, _) = next(None, Some(&announced()), callbacks.base(), clock.now());
    callbacks.put(&hook, other);
    assert_eq!(callbacks.find(&name).err(), Some(true));
    let arrivals = hook.take();
    assert_eq!((arrivals.verified, arrivals.denied), (None, None));
}

#[test]
fn a_stranger_cannot_have_a_feed_asked_all_the_time() {
    let (callbacks, hook, clock, _) = with_a_subscription();
    callbacks.missed(&hook);
    assert!(hook.take().missed, "at once the first time");
    for _ in 0..5 {
        callbacks.missed(&hook);
        callbacks.tick();
    }
    assert!(!hook.take().missed);
    clock.advance(Duration::from_secs(300));
    callbacks.tick();
    assert!(hook.take().missed, "but nothing is forgotten");
    clock.advance(Duration::from_secs(300));
    callbacks.tick();
    assert!(!hook.take().missed);
}

/// Feeds at one hub, their subscriptions planned.
fn crowd(callbacks: &Callbacks, clock: &Clock, count: usize) -> Vec<Arc<Hook>> {
    let hooks = (0..count).map(|number| {
        let text = format!("[[feeds]]\nurl = \"https://a.example/{number}\"\n");
        let config = dateline_config::parse(&text, std::path::Path::new("dateline.toml"));
        let hook = callbacks.hook(&config.unwrap().config.feeds[0]);
        let (subscription, _) = next(None, Some(&announced()), callbacks.base(), clock.now());
        callbacks.put(&hook, subscription);
        hook
    });
    hooks.collect()
}

fn has_rung(hook: &Hook) -> bool {
    let bell = hook.bell();
    futures::FutureExt::now_or_never(bell.notified()).is_some()
}

fn rung(hooks: &[Arc<Hook>]) -> usize {
    hooks.iter().filter(|hook| has_rung(hook)).count()
}

#[test]
fn as_many_feeds_are_rung_as_may_ask_their_hub() {
    let (callbacks, first, clock, _) = with_a_subscription();
    callbacks.put(&first, None);
    let hooks = crowd(&callbacks, &clock, 10);
    callbacks.tick();
    assert_eq!(rung(&hooks), 3);
    let mut places: Vec<Place> = hooks
        .iter()
        .filter_map(|hook| callbacks.place(hook))
        .collect();
    assert_eq!((places.len(), rung(&hooks)), (3, 0));
    callbacks.tick();
    assert_eq!(rung(&hooks), 0, "there is no place");
    drop(places.pop());
    assert_eq!(rung(&hooks), 1, "whoever waits is rung without a tick");
    places[0].in_trouble(Some(Duration::from_secs(7200)));
    places.clear();
    clock.advance(Duration::from_secs(7199));
    callbacks.tick();
    assert_eq!(rung(&hooks), 0, "it rests");
    clock.advance(Duration::from_secs(1));
    callbacks.tick();
    assert_eq!(rung(&hooks), 1, "one tries");
    let mut place = callbacks.place(&hooks[0]).unwrap();
    place.answered();
    drop(place);
    assert_eq!(rung(&hooks), 3);
    for hook in &hooks {
        callbacks.put(hook, None);
    }
    callbacks.tick();
    assert_eq!(rung(&hooks), 0, "nobody needs it any more");
}

/// A feed that relied on a hub is polled once its lease ends, and for that it needs a turn.
#[test]
fn a_lease_that_ends_is_heard_of_once_while_the_hub_rests() {
    let (callbacks, hook, clock, _) = with_a_subscription();
    let (subscription, _) = next(None, Some(&announced()), callbacks.base(), clock.now());
    let mut subscription = subscription.unwrap();
    subscription.verified(Some(3600), clock.now());
    callbacks.put(&hook, Some(subscription));
    let mut place = callbacks.place(&hook).unwrap();
    place.in_trouble(Some(Duration::from_secs(86_400)));
    drop(place);
    clock.advance(Duration::from_secs(3599));
    callbacks.tick();
    assert!(!has_rung(&hook), "the renewal waits for the hub");
    clock.advance(Duration::from_secs(1));
    callbacks.tick();
    assert!(has_rung(&hook));
    callbacks.tick();
    assert!(!has_rung(&hook));
    clock.advance(Duration::from_secs(86_400));
    callbacks.tick();
    assert!(has_rung(&hook), "the hub's rest is over");
}
