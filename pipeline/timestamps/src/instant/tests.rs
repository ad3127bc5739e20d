//! Tests of whole strings.

use super::*;

#[track_caller]
fn reads(text: &str, language: &str, expected: &str) {
    let hints = Hints {
        language: Some(language),
        ..Hints::default()
    };
    match parse(text, &hints) {
        Ok(stamp) => assert_eq!(stamp.instant.to_string(), expected, "{text} ({language})"),
        Err(refusal) => panic!("{text} ({language}): {refusal}"),
    }
}

#[test]
fn offsets_that_touch_the_time() {
    reads("2009-08-12T22:15:9-07:00", "en", "2009-08-13T05:15:09Z");
    reads(
        "2012-08-17T18:31:59:257+0100",
        "en",
        "2012-08-17T17:31:59.257Z",
    );
    reads("2019-05-29T08:41-04", "en", "2019-05-29T12:41:00Z");
}
