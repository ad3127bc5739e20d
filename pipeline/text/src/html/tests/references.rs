//! Character references.

use std::borrow::Cow;

use proptest::prelude::{prop_assert_eq, proptest};

use super::super::references::{push_escaped, unescape_attribute};
use super::super::unescape;

#[test]
fn references_are_decoded_as_browsers_do() {
    for (text, meaning) in [
        ("&amp;&lt;&gt;&quot;&apos;", "&<>\"'"),
        (
            "caf&eacute; caf&#233; caf&#xE9; caf&#XE9;",
            "café café café café",
        ),
        ("&#146;&#x92;&#128;", "’’€"),
        ("&copy 2024 &notit; &notin; &copyx", "© 2024 ¬it; ∉ ©x"),
        (
            "&#0;&#xD800;&#x110000;&#99999999999999999999;",
            "\u{fffd}\u{fffd}\u{fffd}\u{fffd}",
        ),
        ("&#65 &#x41g", "A Ag"),
        ("&NotEqualTilde;", "≂\u{338}"),
        ("&CounterClockwiseContourIntegral;", "∳"),
        ("&amp;amp;", "&amp;"),
        ("&&amp;&", "&&&"),
    ] {
        assert_eq!(unescape(text), meaning, "{text}");
    }
}

#[test]
fn what_is_no_reference_stays() {
    for text in [
        "",
        "AT&T",
        "a & b",
        "&nosuch;",
        "&#;",
        "&#x;",
        "&",
        "&;",
        "a&b=c",
        "&Nosuchnameatallinthewholeofthestandard;",
    ] {
        assert_eq!(unescape(text), text);
    }
    assert!(matches!(unescape("a; b"), Cow::Borrowed(_)));
}

#[test]
fn queries_in_attributes_are_no_references() {
    assert_eq!(
        unescape_attribute("?a=1&copy=2&lt=3&reg&amp;x&para"),
        "?a=1&copy=2&lt=3®&x¶"
    );
}

#[test]
fn hostile_references_are_decoded_in_linear_time() {
    unescape(&format!("&#{}", "0".repeat(1_000_000)));
    unescape(&"&#x".repeat(300_000));
    assert_eq!(unescape(&"&amp".repeat(200_000)).len(), 200_000);
}

proptest! {
    #[test]
    fn what_was_escaped_is_unescaped(text in "[<>&\"';#a-z0-9é]{0,40}") {
        let mut escaped = String::new();
        push_escaped(&text, &mut escaped);
        prop_assert_eq!(&unescape(&escaped), &text);
        prop_assert_eq!(unescape_attribute(&escaped), text);
    }
}
