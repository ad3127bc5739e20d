//! Reads any bytes as a feed; the first chooses what is asked for.
#![no_main]

use dateline_feed_reader::{Context, Options, inspect_answer, read_with};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let choice = bytes.first().copied().unwrap_or_default();
    let options = Options {
        sanitise: choice & 1 != 0,
        tidy: choice & 2 != 0,
        as_written: choice & 4 != 0,
    };
    inspect_answer(&read_with(bytes, &Context::default(), options));
});
