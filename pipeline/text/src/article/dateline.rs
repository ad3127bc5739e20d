//! The dateline that agencies put before the first words of a body: place, day and agency.

use super::names::{is_agency, is_title_case, words};

/// The longest dateline, in characters: "ST. JOHN’S, Newfoundland and Labrador, September 9, 2023 (The Canadian Press) — " has 80.
const MAX_CHARS: usize = 120;

/// The longest name of an agency that is not known, in words: "Norhaven and Islands News Service" has five.
const MAX_AGENCY_WORDS: usize = 5;

/// The fewest letters of a place that is known for one by its capitals alone: in "UK (Labour) —" they mean nothing.
const MIN_PLACE_LETTERS: usize = 4;

/// The agency that `paragraph` opens with: `LONDON (AP) — …`, `BRIDPORT, England, May 9 (Reuters) - …`, `MOSCOW, May 9. /TASS/. …`.
///
/// A known agency may stand behind any place, or without one; another name only where the place is written in capitals.
pub(super) fn agency(paragraph: &str) -> Option<&str> {
    let end = paragraph.char_indices().nth(MAX_CHARS);
    let head = &paragraph[..end.map_or(paragraph.len(), |(end, _)| end)];
    in_signs(head, '(', ')', &['-', '–', '—', '―'])
        .or_else(|| in_signs(head, '/', '/', &['-', '–', '—', '.']))
}

/// The agency between two signs, with one of `dashes` behind.
fn in_signs<'h>(head: &'h str, open: char, close: char, dashes: &[char]) -> Option<&'h str> {
    let (place, rest) = head.split_once(open)?;
    let (name, rest) = rest.split_once(close)?;
    let (place, name) = (place.trim_end(), name.trim());
    let is_named = name.split('/').all(is_agency) || (is_shouted(place) && could_be_agency(name));
    let is_dateline = rest.trim_start().starts_with(dashes) && is_place(place) && is_named;
    is_dateline.then_some(name)
}

/// Whether what stands before the agency could be place and day.
fn is_place(text: &str) -> bool {
    let is_sentence = text.contains([';', ':', '?', '!', '"', '“', '”']);
    let before_day = text.split(char::is_numeric).next().unwrap_or_default();
    !is_sentence && is_title_case(before_day)
}

/// Whether the place is written in capitals alone.
fn is_shouted(place: &str) -> bool {
    let town = place.split(',').next().unwrap_or_default();
    let mut letters = town.chars().filter(|c| c.is_alphabetic());
    letters.clone().all(char::is_uppercase) && letters.nth(MIN_PLACE_LETTERS - 1).is_some()
}

fn could_be_agency(name: &str) -> bool {
    let count = words(name).take(MAX_AGENCY_WORDS + 1).count();
    (1..=MAX_AGENCY_WORDS).contains(&count)
        && is_title_case(name)
        && name.chars().nth(1).is_some()
        && !name.contains(char::is_numeric)
}
