//! The token, and the sessions of browsers that have shown it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, header};
use dateline_pipeline::clock::after;
use jiff::Timestamp;
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

/// The cookie's name.
pub(super) const COOKIE: &str = "dateline-admin";

/// How long a session lasts: a working day.
pub(super) const SESSION: Duration = Duration::from_secs(12 * 3600);

/// Sessions at the same time; the one that ends first makes room.
const MAX_SESSIONS: usize = 64;

/// Bytes of a session's id: not to be guessed.
const ID_BYTES: usize = 32;

/// The token, as something that can be compared with and not shown: its code under a key that is drawn at each start.
pub(super) struct Token {
    key: hmac::Key,
    code: hmac::Tag,
}

impl Token {
    /// `None` where the system has no randomness.
    pub(super) fn new(token: &str) -> Option<Token> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).ok()?;
        let code = hmac::sign(&key, token.as_bytes());
        Some(Token { key, code })
    }

    /// Whether this is it. Takes the same time whatever is wrong with it.
    pub(super) fn is(&self, presented: &str) -> bool {
        hmac::verify(&self.key, presented.as_bytes(), self.code.as_ref()).is_ok()
    }
}

/// The sessions that are running, by id, with their ends. They end with the daemon.
#[derive(Default)]
pub(super) struct Sessions(Mutex<HashMap<String, Timestamp>>);

impl Sessions {
    /// Begins a session; `None` where the system has no randomness.
    pub(super) fn begin(&self, now: Timestamp) -> Option<String> {
        let mut bytes = [0; ID_BYTES];
        SystemRandom::new().fill(&mut bytes).ok()?;
        let id: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut running = self.running();
        running.retain(|_, end| *end > now);
        if running.len() >= MAX_SESSIONS
            && let Some(first) = first_to_end(&running)
        {
            running.remove(&first);
        }
        running.insert(id.clone(), after(now, SESSION));
        Some(id)
    }

    pub(super) fn is_running(&self, id: &str, now: Timestamp) -> bool {
        self.running().get(id).is_some_and(|end| *end > now)
    }

    pub(super) fn end(&self, id: &str) {
        self.running().remove(id);
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn first_to_end(running: &HashMap<String, Timestamp>) -> Option<String> {
    let first = running.iter().min_by_key(|(_, end)| **end);
    first.map(|(id, _)| id.clone())
}

/// The session that a request's cookies name.
pub(super) fn named(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter();
    cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, id)| id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_the_token_itself_is_the_token() {
        let token = Token::new("a token of some length").unwrap();
        assert!(token.is("a token of some length"));
        for wrong in [
            "",
            "a token of some lengt",
            "a token of some length ",
            "A token of some length",
        ] {
            assert!(!token.is(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn sessions_end_by_time_by_word_and_for_want_of_room() {
        let (sessions, now) = (Sessions::default(), Timestamp::now());
        let first = sessions.begin(now).unwrap();
        assert!(sessions.is_running(&first, now));
        assert!(!sessions.is_running(&first, after(now, SESSION)));
        assert!(!sessions.is_running("", now) && !sessions.is_running(&first[1..], now));
        let later = after(now, Duration::from_secs(1));
        let others: Vec<String> = (0..MAX_SESSIONS)
            .map(|_| sessions.begin(later).unwrap())
            .collect();
        assert!(!sessions.is_running(&first, later), "it had to make room");
        assert!(others.iter().all(|id| sessions.is_running(id, later)));
        sessions.end(&others[0]);
        assert!(!sessions.is_running(&others[0], later));
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        assert_eq!(named(&headers), None);
        headers.insert(
            header::COOKIE,
            "a=b; dateline-admin=x1; c=d".parse().unwrap(),
        );
        assert_eq!(named(&headers), Some("x1"));
    }
}
