//! The texts of a record that readers read, by the names of their fields: what enrichment looks at, in this order.

use std::borrow::Cow;

use crate::record::Record;

/// Bytes of a record's texts that are searched for times and amounts: five times the longest articles of newspapers. It bounds what a text that is
/// nothing but dates takes before the first limit cuts it, some 50 MiB.
pub(super) const MAX_BYTES: usize = 1 << 20;

/// The language that names and amounts are looked for in, and taken for granted where none is declared.
const ENGLISH: &str = "en";

/// Whether the record's texts are read as English ones: where that is declared, or nothing.
pub(super) fn are_english(record: &Record) -> bool {
    let declared = record.language.as_ref();
    declared.is_none_or(|language| language.code == ENGLISH)
}

/// What names of fields end in that hold credits of pictures: names alone, and no sentences.
pub(super) const CREDIT: &str = ".credit";

/// All of them, credits of pictures too.
pub(super) fn with_credits(record: &Record) -> impl Iterator<Item = (Cow<'static, str>, &str)> {
    let images = record.images.iter().enumerate();
    let credits = images.filter_map(|(index, image)| {
        let name = format!("images[{index}]{CREDIT}");
        Some((Cow::Owned(name), image.credit.as_deref()?))
    });
    of(record).chain(credits)
}

pub(super) fn of(record: &Record) -> impl Iterator<Item = (Cow<'static, str>, &str)> {
    let points = record.key_points.iter().enumerate().map(|(index, point)| {
        let name = format!("key_points[{index}]");
        (Cow::Owned(name), point.as_str())
    });
    let captions = record
        .images
        .iter()
        .enumerate()
        .filter_map(|(index, image)| {
            let name = format!("images[{index}].caption");
            Some((Cow::Owned(name), image.caption.as_deref()?))
        });
    named("title", record.title.as_deref())
        .chain(named("summary", record.summary.as_deref()))
        .chain(points)
        .chain(named("text", record.text.as_deref()))
        .chain(captions)
}

/// The same as far as [`MAX_BYTES`] reach, in whole words; with whether it is the whole text.
pub(super) fn searched(record: &Record) -> impl Iterator<Item = (Cow<'static, str>, &str, bool)> {
    let mut room = MAX_BYTES;
    of(record).map(move |(field, whole)| {
        let text = start_of(whole, room);
        room -= text.len();
        (field, text, text.len() == whole.len())
    })
}

/// As many whole words as `bytes` hold.
fn start_of(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let start = &text[..text.floor_char_boundary(bytes)];
    &start[..start.rfind(char::is_whitespace).unwrap_or(0)]
}

fn named<'r>(
    name: &'static str,
    text: Option<&'r str>,
) -> impl Iterator<Item = (Cow<'static, str>, &'r str)> {
    text.map(|text| (Cow::Borrowed(name), text)).into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_ends_with_a_whole_word() {
        assert_eq!(start_of("one two", 7), "one two");
        assert_eq!(start_of("one two", 6), "one");
        assert_eq!(start_of("one é", 5), "one");
        assert_eq!(start_of("ééé", 3), "");
    }
}
