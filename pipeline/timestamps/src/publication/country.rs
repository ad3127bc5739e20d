//! The publisher's country, and its time where it has one.

use jiff::tz::TimeZone;

use super::Circumstances;
use crate::zones;

/// Countries' domains that are sold to everybody: they say nothing of the publisher.
const SOLD: [&str; 24] = [
    "ag", "ai", "am", "cc", "cd", "cf", "co", "dj", "fm", "ga", "gg", "gl", "gq", "im", "io", "la",
    "ly", "me", "ml", "sh", "st", "to", "tv", "ws",
];

/// The publisher's country, an ISO 3166 code in capitals: the caller's, else that of the address, else the region of the language.
#[must_use]
pub fn country(circumstances: &Circumstances<'_>) -> Option<String> {
    let stated = circumstances.country.map(str::to_ascii_uppercase);
    stated
        .or_else(|| country_of_host(host(circumstances.url?)?))
        .or_else(|| region(circumstances.language?).map(str::to_ascii_uppercase))
}

/// The time of the publisher's country, where the whole country (or nearly all of its people) has one.
pub(super) fn place(circumstances: &Circumstances<'_>) -> Option<TimeZone> {
    zones::of_country(&country(circumstances)?)
}

fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    authority.rsplit('@').next()?.split(':').next()
}

/// The country of a host by the end of its name, an ISO 3166 code in capitals.
#[must_use]
pub fn country_of_host(host: &str) -> Option<String> {
    let (_, top) = host.trim_end_matches('.').rsplit_once('.')?;
    let top = top.to_ascii_lowercase();
    let is_letters = top.len() == 2 && top.bytes().all(|byte| byte.is_ascii_lowercase());
    match top.as_str() {
        "eu" => None,
        // The domain of the United Kingdom is not its code.
        "uk" => Some("GB".to_owned()),
        _ if !is_letters || SOLD.contains(&top.as_str()) => None,
        _ => Some(top.to_ascii_uppercase()),
    }
}

/// The region of a language tag: `de-AT`, `zh-Hant-TW`.
#[must_use]
pub fn region(tag: &str) -> Option<&str> {
    tag.split(['-', '_'])
        .skip(1)
        .find(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic()))
}
