//! Any bytes as a dropped file, packed or an archive or neither: every reader of files, no panic, and something comes of each file.
#![no_main]

use std::io::Cursor;

use dateline_drop::{Limits, Next, Parts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        file: 1 << 20,
        archive: 16 << 20,
    };
    let mut is_empty = true;
    for next in Parts::new(Cursor::new(bytes.to_vec()), limits) {
        if let Next::Part(part) = next {
            is_empty = false;
            // A reader that panicked says so.
            assert!(part.article.err().is_none_or(|unread| unread.fault.kind != "reader"));
        }
    }
    assert!(!is_empty);
});
