#![allow(clippy::unwrap_used, clippy::panic)]

use dateline_pipeline::clock::Clock;
use ring::hmac;

use super::super::hook::Taken;
use super::super::{Announced, next};
use super::*;

fn with_a_subscription() -> (Arc<Callbacks>, Arc<Hook>, Clock, String) {
    let clock = Clock::manual(Timestamp::UNIX_EPOCH);
    let text = "[websub]\ncallback = \"https://news.example/websub\"\n\
        [[feeds]]\nurl = \"https://a.example/feed\"\n";
    let path = std::path::Path::new("dateline.toml");
    let config = dateline_config::parse(text, path).unwrap().config;
    let callbacks = Callbacks::new(&config.websub, clock.clone()).unwrap();
    let hook = callbacks.hook(&config.feeds[0]);
    let announced: Announced = serde_json::from_value(serde_json::json!({
        "hubs": ["https://hub.example/"], "topic": "https://a.example/feed"
    }))
    .unwrap();
    let (subscription, _) = next(None, Some(&announced), callbacks.base(), clock.now());
    let name = subscription.as_ref().unwrap().keys.name.clone();
    callbacks.put(&hook, subscription);
    (callbacks, hook, clock, name)
}

fn signed(hook: &Hook, content: &[u8]) -> String {
    let secret = hook.secret().unwrap();
    let key = hmac::Key::new(
        hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        secret.reveal().as_bytes(),
    );
    let digest = hmac::sign(&key, content);
    let digits: String = digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha1={digits}")
}

#[test]
fn queues_and_memory_are_bounded() {
    let (callbacks, hook, _, _) = with_a_subscription();
    let signature = signed(&hook, b"x");
    let mut taken = 0;
    loop {
        let room = callbacks.room().unwrap();
        match hook.receive(b"x".to_vec(), None, Some(&signature), room) {
            Taken::Waits(_) => taken += 1,
            Taken::Busy => break,
            Taken::Ignored => panic!("it is signed"),
        }
    }
    assert_eq!(taken, 8);
    let rooms: Vec<_> = std::iter::from_fn(|| callbacks.room()).collect();
    assert_eq!(rooms.len() + taken, MAX_CONTENTS);
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
