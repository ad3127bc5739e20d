//! Small parts that many pages are made of.

use std::time::Duration;

use dateline_config::Url;
use dateline_pipeline::clock::between;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::condition::Condition;
use crate::wording::{ago, ahead, instant, rough};

/// Stands for what is not known.
pub(in crate::admin) fn nothing() -> Markup {
    html! { span.none { "–" } }
}

/// An instant of the past: how long ago, and exactly when on demand.
pub(in crate::admin) fn past(at: Option<Timestamp>, now: Timestamp) -> Markup {
    match at {
        Some(at) => time(at, &ago(at, now)),
        None => html! { span.quiet { "never" } },
    }
}

/// An instant to come.
pub(in crate::admin) fn coming(at: Option<Timestamp>, now: Timestamp) -> Markup {
    match at {
        Some(at) => time(at, &ahead(at, now)),
        None => html! { span.quiet { "never" } },
    }
}

/// An instant in full.
pub(in crate::admin) fn exact(at: Timestamp) -> Markup {
    time(at, &instant(at))
}

fn time(at: Timestamp, words: &str) -> Markup {
    html! { time datetime=(at.strftime("%Y-%m-%dT%H:%M:%SZ")) title=(instant(at)) { (words) } }
}

/// How long something lasts.
pub(in crate::admin) fn lasting(since: Timestamp, now: Timestamp) -> String {
    rough(between(since, now))
}

/// An interval, such as `15 min`.
pub(in crate::admin) fn interval(length: Duration) -> String {
    rough(length)
}

/// A number with its thousands set apart by thin blanks.
pub(in crate::admin) fn number(value: impl Into<i128>) -> String {
    let value = value.into();
    let digits = value.unsigned_abs().to_string();
    let mut text = String::from(if value < 0 { "−" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// Bytes, such as `12.5 MiB`.
pub(in crate::admin) fn bytes(value: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut shown, mut unit) = (value as f64, 0);
    while shown >= 1024.0 && unit + 1 < UNITS.len() {
        shown /= 1024.0;
        unit += 1;
    }
    let decimals = usize::from(unit > 0 && shown < 100.0);
    format!("{shown:.decimals$} {}", UNITS[unit])
}

/// How a source does: a word with a sign before it, so that nothing depends on colour.
pub(in crate::admin) fn condition(condition: Condition) -> Markup {
    let (class, sign) = match condition {
        Condition::Well => ("good", "●"),
        Condition::New => ("quiet", "○"),
        Condition::Off => ("quiet", "–"),
        Condition::Failing(_) => ("doubtful", "▲"),
        Condition::Gone => ("bad", "✕"),
    };
    badge(class, sign, &condition.word())
}

/// A word with a sign before it.
pub(in crate::admin) fn badge(class: &str, sign: &str, word: &str) -> Markup {
    html! { span class={ "badge " (class) } { span aria-hidden="true" { (sign) } " " (word) } }
}

/// A link into the web, as feeds give it: followed only where it is one of http or https, and nothing of us goes with it.
pub(in crate::admin) fn outward(address: &str, words: &str) -> Markup {
    let is_web = Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    html! {
        @if is_web {
            a href=(address) rel="noreferrer noopener" { (words) }
        } @else {
            span { (words) }
        }
    }
}

/// Words of somebody else's, whose direction of writing must not turn ours around.
pub(in crate::admin) fn foreign(words: &str) -> Markup {
    html! { bdi { (words) } }
}

/// More about something, a line each.
pub(in crate::admin) fn details(lines: &[String]) -> Markup {
    html! {
        @if !lines.is_empty() {
            ul.details { @for line in lines { li { bdi { (line) } } } }
        }
    }
}

/// A button that does something: a form that is sent to `address` with these fields.
pub(in crate::admin) fn act(
    address: &str,
    id: &str,
    words: &str,
    fields: &[(&str, &str)],
) -> Markup {
    html! { form method="post" action=(address) { (button(id, words, fields)) } }
}

/// The same for what is told on the page where it stands: with JavaScript the page is not left.
pub(in crate::admin) fn act_in_place(address: &str, id: &str, words: &str) -> Markup {
    html! {
        form method="post" action=(address) hx-post=(address) hx-target="#content" hx-select="#content" hx-swap="outerMorph" {
            (button(id, words, &[]))
        }
    }
}

fn button(id: &str, words: &str, fields: &[(&str, &str)]) -> Markup {
    html! {
        @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
        button #(id) type="submit" { (words) }
    }
}

/// A list of facts: a name and what is known under it.
pub(in crate::admin) fn facts(facts: &[(&str, Markup)]) -> Markup {
    html! {
        dl.facts {
            @for (name, fact) in facts {
                div { dt { (name) } dd { (fact) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn numbers_and_sizes_are_told_as_people_read_them() {
        assert_eq!(number(7), "7");
        assert_eq!(number(-1_234_567), "−1\u{202f}234\u{202f}567");
        assert_eq!(number(100_000), "100\u{202f}000");
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(4 << 30), "4.0 GiB");
        assert_eq!(bytes(u64::MAX), "16777216 TiB");
    }

    #[test]
    fn only_links_of_the_web_are_links() {
        let link = |address| outward(address, "words <b>").into_string();
        assert_eq!(
            link("https://a.example/?x=\"><script>"),
            "<a href=\"https://a.example/?x=&quot;&gt;&lt;script&gt;\" rel=\"noreferrer noopener\">words &lt;b&gt;</a>"
        );
        for address in [
            "javascript:alert(1)",
            "JAVASCRIPT:alert(1)",
            "data:text/html,x",
            "/feeds",
            " javascript:x",
            "",
        ] {
            assert_eq!(link(address), "<span>words &lt;b&gt;</span>", "{address}");
        }
    }

    #[test]
    fn instants_are_told_roughly_and_kept_exactly() {
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let at = "2026-03-01T11:40:00Z".parse().unwrap();
        assert_eq!(
            past(Some(at), now).into_string(),
            "<time datetime=\"2026-03-01T11:40:00Z\" title=\"2026-03-01 11:40:00 UTC\">20 min ago</time>"
        );
    }
}
