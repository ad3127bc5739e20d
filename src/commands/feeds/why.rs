//! `dateline feeds why`: when a feed is asked next and why then, and how it does, from what the daemon has stored.

use anyhow::anyhow;
use dateline_config::Feed;
use dateline_pipeline::store::{Holder, SourceState};
use jiff::Timestamp;
use serde_json::json;

use super::args::WhyArgs;
use super::health::Health;
use super::registry::Registry;
use super::{Done, stop};
use crate::condition::Condition;
use crate::exit::Exit;
use crate::terminal::{self, Style, harmless, paint};
use crate::wording::{ago, ahead, instant};

/// Columns of the headings.
const HEADING: usize = 10;

pub(super) fn why(args: &WhyArgs) -> Done {
    let registry = Registry::open(&args.config.config)?;
    let health = Health::read(&registry.loaded.config)
        .map_err(|error| stop(Exit::Unavailable, &error.into()))?;
    let feeds = &registry.loaded.config.feeds;
    let subject = Subject {
        id: &args.id,
        feed: feeds.iter().find(|feed| feed.id == args.id),
        place: registry
            .places()
            .find(|place| place.feed.id == args.id)
            .map(|place| place.to_string()),
        state: health.of(&args.id),
        daemon: &health.daemon,
        now: Timestamp::now(),
    };
    if subject.feed.is_none() && subject.state.is_none() {
        let error = anyhow!(
            "there is no feed {}; `dateline feeds list` shows the ids",
            args.id
        );
        return Err(stop(Exit::Findings, &error));
    }
    if args.json {
        terminal::result(&serde_json::to_string_pretty(&subject.as_json())?);
    } else {
        terminal::result_raw(&subject.describe());
    }
    Ok(match subject.state.map(Condition::of_state) {
        Some(condition) if condition.is_bad() => Exit::Findings,
        _ => Exit::Fine,
    })
}

/// A source and everything that is known of it.
struct Subject<'s> {
    id: &'s str,
    /// Its settings, where it is a feed of the configuration.
    feed: Option<&'s Feed>,
    place: Option<String>,
    state: Option<&'s SourceState>,
    daemon: &'s Holder,
    now: Timestamp,
}

impl Subject<'_> {
    fn as_json(&self) -> serde_json::Value {
        let (running, pid) = match self.daemon {
            Holder::Nobody => (false, None),
            Holder::Process(pid) => (true, *pid),
        };
        json!({
            "id": self.id,
            "configured": self.feed.map(|feed| json!({
                "name": feed.name,
                "tags": feed.tags,
                "url": feed.url.as_str(),
                "enabled": feed.enabled,
                "place": self.place,
            })),
            "state": self.state.map(without_memory),
            "remembered": self.remembered(),
            "next": self.state.and_then(SourceState::next_turn),
            "daemon": { "running": running, "pid": pid },
        })
    }

    fn remembered(&self) -> Vec<serde_json::Value> {
        let facts = self
            .state
            .map(|state| dateline_feed::remembered(&state.memory, self.now));
        facts
            .unwrap_or_default()
            .into_iter()
            .map(|fact| json!({ "about": fact.about, "text": fact.text }))
            .collect()
    }

    fn describe(&self) -> String {
        let mut page = Page {
            text: String::new(),
            colour: terminal::stdout_is_colourful(),
        };
        self.who(&mut page);
        self.when(&mut page);
        if let Some(state) = self.state {
            self.health(&mut page, state);
        }
        page.text
    }

    fn who(&self, page: &mut Page) {
        let title = self.state.and_then(|state| state.title.as_deref());
        let name = self.feed.and_then(|feed| feed.name.as_deref()).or(title);
        page.text += &paint(self.id, Style::Bold, page.colour);
        page.text += &name.map_or("\n".to_owned(), |name| format!("  {}\n", harmless(name)));
        match (self.feed, &self.place) {
            (Some(feed), place) => {
                page.line("url", feed.url.as_str());
                page.line("written", place.as_deref().unwrap_or_default());
                page.line("tags", &feed.tags.join(", "));
            }
            (None, _) => page.line(
                "written",
                "not as a feed of the configuration: what follows is its last state",
            ),
        }
    }

    fn when(&self, page: &mut Page) {
        let enabled = self.feed.is_none_or(|feed| feed.enabled);
        let due = self.state.and_then(SourceState::next_turn);
        let next = match (enabled, self.state, due) {
            (false, _, _) => "never: it is switched off (enabled = false)".to_owned(),
            (true, None, _) => "at once: it has not been asked yet".to_owned(),
            (true, Some(_), None) => "never".to_owned(),
            (true, Some(_), Some(due)) => format!("{}, {}", ahead(due, self.now), instant(due)),
        };
        page.line("next turn", &next);
        if enabled && let Some(state) = self.state {
            for (index, reason) in state.plan.reasons.iter().enumerate() {
                page.line(
                    if index == 0 { "because" } else { "" },
                    &harmless(&reason.text),
                );
            }
            let hold = state.hold.as_ref().filter(|hold| hold.until > self.now);
            if let Some(hold) = hold.filter(|_| due.is_some()) {
                let until = instant(hold.until);
                let text = format!(
                    "{} is left alone until {until}: {}",
                    hold.host,
                    harmless(&hold.reason)
                );
                page.line("host", &text);
            }
        }
        page.line(
            "daemon",
            &match self.daemon {
                Holder::Nobody => "not running: what is due waits for it".to_owned(),
                Holder::Process(Some(pid)) => format!("running (pid {pid})"),
                Holder::Process(None) => "running".to_owned(),
            },
        );
    }

    fn health(&self, page: &mut Page, state: &SourceState) {
        let how = match Condition::of_state(state) {
            Condition::Gone => paint("gone for good", Style::Error, page.colour),
            Condition::Failing(_) => paint("failed", Style::Error, page.colour),
            _ if state.outcome == "unchanged" => "nothing had changed".to_owned(),
            _ => paint("read", Style::Good, page.colour),
        };
        let status = state.status.map(|status| format!(", HTTP {status}"));
        let last = format!(
            "{}: {how}{}",
            ago(state.attempted, self.now),
            status.unwrap_or_default()
        );
        page.line("last turn", &last);
        page.line(
            "reason",
            &harmless(state.reason.as_deref().unwrap_or_default()),
        );
        if state.failures > 0 {
            let since = state
                .failing_since
                .map(|since| format!(", since {}", instant(since)));
            let times = super::count(state.failures as usize, "failure");
            page.line(
                "failing",
                &format!("{times} in a row{}", since.unwrap_or_default()),
            );
        }
        let well = state.succeeded.map_or("never".to_owned(), |at| {
            format!("{}, {}", ago(at, self.now), instant(at))
        });
        page.line("last well", &well);
        page.line("items", &format!("{} so far", state.drafts));
        if state.churning > 0 {
            let articles = super::count(state.churning as usize, "article");
            let text = format!(
                "{articles} changed so often that the latest revisions wait (docs/record.md)"
            );
            page.line("churning", &text);
        }
        if let Some(address) = self.asked_elsewhere(state) {
            page.line("address", &address);
        }
        for fact in dateline_feed::remembered(&state.memory, self.now) {
            page.line(fact.about, &harmless(&fact.text));
        }
    }

    /// Where the source was asked last, if the configuration says something else by now.
    fn asked_elsewhere(&self, state: &SourceState) -> Option<String> {
        let asked = state.address.as_deref()?;
        let configured = self.feed?.url.as_str();
        (asked != configured)
            .then(|| format!("was {asked} at its last turn; the new one is asked at the next"))
    }
}

/// Lines with a heading each.
struct Page {
    text: String,
    colour: bool,
}

impl Page {
    /// Adds a line; one that says nothing is left out.
    fn line(&mut self, heading: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let heading = paint(&format!("{heading:<HEADING$}"), Style::Dim, self.colour);
        self.text += &format!("{heading} {text}\n");
    }
}

/// A state as it may be shown: what a source remembers holds secrets that it shares with hubs.
fn without_memory(state: &SourceState) -> serde_json::Value {
    let mut shown = serde_json::to_value(state).unwrap_or_default();
    if let Some(shown) = shown.as_object_mut() {
        shown.remove("memory");
    }
    shown
}
