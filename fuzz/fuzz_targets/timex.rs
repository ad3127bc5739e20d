//! Any bytes as a text, in each language: offsets lie on boundaries of characters, in order, and count what they say they count.

#![no_main]

use dateline_timestamps::text::languages;
use dateline_timestamps::{Context, annotate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let published = jiff::civil::date(2023, 5, 10).at(12, 0, 0, 0);
    for language in languages() {
        let context = Context {
            published: Some(published),
            language,
            country: None,
        };
        let mut last = 0;
        for timex in annotate(&text, &context) {
            assert!(last <= timex.bytes.start && timex.bytes.start < timex.bytes.end);
            last = timex.bytes.end;
            let before = text[..timex.bytes.start].chars().count();
            let inside = text[timex.bytes.clone()].chars().count();
            assert_eq!((before, before + inside), (timex.start, timex.end));
        }
    }
});
