//! Any bytes as the page of an article: no panic, and paragraphs with something in them.
#![no_main]

use dateline_text::charset::{Declared, decode};
use dateline_text::page::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let page = read(&decode(bytes, &Declared::default()).text);
    assert!(page.paragraphs.iter().all(|text| !text.trim().is_empty()));
});
