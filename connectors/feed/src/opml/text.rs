//! The values of attributes: references resolved (those of HTML too), blanks trimmed, tags taken apart.

use dateline_text::html::unescape_attribute;

/// Longest tag, in characters: the configuration takes no longer one.
const MAX_TAG: usize = 100;

/// Longest name, in characters: likewise.
const MAX_NAME: usize = 256;

/// A value without references, control characters and blanks at its ends.
pub(super) fn value(raw: &str) -> String {
    let text = unescape_attribute(raw);
    let spaced: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    spaced.trim().to_owned()
}

/// A value as a name for people; `None` where nothing is left of it.
pub(super) fn name(value: &str) -> Option<String> {
    let cut: String = value.chars().take(MAX_NAME).collect();
    let name = cut.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// The tags in a list with commas. A category may be a path from a slash on (`/sports/tennis`), which stays one tag.
pub(super) fn tags(list: &str) -> impl Iterator<Item = String> {
    list.split(',').filter_map(|tag| {
        let cut: String = tag
            .trim_start_matches(|letter: char| letter == '/' || letter.is_whitespace())
            .chars()
            .take(MAX_TAG)
            .collect();
        let tag = cut.trim_end();
        (!tag.is_empty()).then(|| tag.to_owned())
    })
}
