//! Any bytes as a dropped file, packed or an archive or neither: every reader of files, no panic, and something comes of each file.
#![no_main]

use std::io::Cursor;

use dateline_drop::{Limits, Next, Parts, Settings};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let settings = Settings {
        limits: Limits {
            file: 1 << 20,
            archive: 16 << 20,
        },
        ..Settings::default()
    };
    let mut is_empty = true;
    for next in Parts::new(Cursor::new(bytes.to_vec()), settings) {
        if let Next::Part(part) = next {
            is_empty = false;
            // A reader that panicked says so.
            assert!(part.article.err().is_none_or(|unread| unread.fault.kind != "reader"));
        }
    }
    assert!(!is_empty);
});
