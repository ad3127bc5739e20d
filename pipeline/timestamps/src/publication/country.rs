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
    let code = circumstances
        .country
        .or_else(|| circumstances.url.and_then(of_address))
        .or_else(|| circumstances.language.and_then(of_language))?;
    let code = code.to_ascii_uppercase();
    // The domain of the United Kingdom is not its code.
    Some(if code == "UK" { "GB".to_owned() } else { code })
}

/// The time of the publisher's country, where the whole country (or nearly all of its people) has one.
pub(super) fn place(circumstances: &Circumstances<'_>) -> Option<TimeZone> {
    zones::of_country(&country(circumstances)?)
}

/// The country of an address by the end of its host name.
fn of_address(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let (_, top) = host.trim_end_matches('.').rsplit_once('.')?;
    let is_letters = top.len() == 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_country = is_letters
        && !top.eq_ignore_ascii_case("eu")
        && !SOLD.iter().any(|sold| sold.eq_ignore_ascii_case(top));
    is_country.then_some(top)
}

/// The region of a language tag: `de-AT`, `zh-Hant-TW`.
fn of_language(tag: &str) -> Option<&str> {
    tag.split(['-', '_'])
        .skip(1)
        .find(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic()))
}
