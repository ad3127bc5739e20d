//! What cleaning keeps, joins and drops.

#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;

use super::{line, paragraphs};

#[test]
fn a_line_has_single_spaces_and_no_ends() {
    assert_eq!(
        line("  Two\t\twords\r\nand\u{a0}\u{2009}\u{3000}more \u{85}"),
        "Two words and more"
    );
    assert_eq!(line(""), "");
    assert_eq!(line(" \u{200b}\u{feff} \n"), "");
}

#[test]
fn invisible_characters_go() {
    assert_eq!(
        line("\u{feff}co\u{ad}op\u{200b}er\u{2060}ate\u{0}\u{7}\u{9f}"),
        "cooperate"
    );
    assert_eq!(line("\u{202b}abc\u{202c} \u{2067}def\u{2069}"), "abc def");
    assert_eq!(line("a\u{200b} \u{200b}b"), "a b");
}

#[test]
fn joiners_stay_where_they_join() {
    assert_eq!(line("می\u{200c}خواهم"), "می\u{200c}خواهم");
    assert_eq!(line("👩\u{200d}🚀 lands"), "👩\u{200d}🚀 lands");
    assert_eq!(
        line("\u{200d} \u{200c}a"),
        "a",
        "a joiner without anything before it joins nothing"
    );
}

#[test]
fn replacement_characters_stay_as_evidence_of_loss() {
    assert_eq!(line("caf\u{fffd}"), "caf\u{fffd}");
}

#[test]
fn blank_lines_part_paragraphs_and_wrapped_lines_join() {
    let text =
        "\u{feff}The first paragraph is\r\nwrapped by hand.\r\n\r\n \t\r\nThe second is not.\r\n";
    assert_eq!(
        paragraphs(text),
        [
            "The first paragraph is wrapped by hand.",
            "The second is not."
        ]
    );
}

#[test]
fn every_kind_of_line_end_counts() {
    assert_eq!(paragraphs("one\rtwo\r\rthree"), ["one two", "three"]);
    assert_eq!(
        paragraphs("one\u{2028}two\u{2029}three\u{85}four"),
        ["one two", "three four"]
    );
    assert_eq!(
        paragraphs("one\r\r\ntwo\r\r\n\r\r\nthree"),
        ["one two", "three"]
    );
}

#[test]
fn lines_too_long_to_be_wrapped_are_paragraphs() {
    let long = "word ".repeat(40);
    let text = format!("A short one\n{long}\nAnother short one\n\nWrapped\nlines");
    assert_eq!(
        paragraphs(&text),
        [
            "A short one",
            long.trim(),
            "Another short one",
            "Wrapped lines"
        ]
    );
}

#[test]
fn list_items_stay_apart_and_their_lines_join() {
    assert_eq!(
        paragraphs("- one is\n  long\n- two\n- three"),
        ["- one is long", "- two", "- three"]
    );
    assert_eq!(
        paragraphs("In short:\n• one\n• two"),
        ["In short:", "• one", "• two"]
    );
    assert_eq!(
        paragraphs("He had it all\n- the house, the boat\n-- and lost it"),
        ["He had it all - the house, the boat -- and lost it"]
    );
}

#[test]
fn scripts_without_spaces_join_without_one() {
    assert_eq!(paragraphs("東京の\n天気"), ["東京の天気"]);
    assert_eq!(paragraphs("서울의\n날씨"), ["서울의 날씨"]);
    assert_eq!(paragraphs("東京\nTokyo"), ["東京 Tokyo"]);
}

proptest! {
    #[test]
    fn a_clean_line_stays_as_it_is(text in any::<String>()) {
        let once = line(&text);
        prop_assert!(!once.contains(char::is_control));
        prop_assert_eq!(line(&once), once);
    }

    #[test]
    fn pieces_give_the_same_line_as_the_whole(pieces in prop::collection::vec("[ a\u{a0}\u{200c}é\u{ad}]{0,5}", 0..6)) {
        let mut built = super::Line::default();
        pieces.iter().for_each(|piece| built.push_str(piece));
        prop_assert_eq!(built.take(), line(&pieces.concat()));
    }

    #[test]
    fn paragraphs_lose_no_visible_character(text in any::<String>()) {
        let paragraphs = paragraphs(&text);
        prop_assert!(paragraphs.iter().all(|p| !p.is_empty() && !p.contains(char::is_control)));
        let visible = |s: &str| s.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        prop_assert_eq!(visible(&paragraphs.concat()), visible(&text));
    }

    #[test]
    fn wrapped_text_unwraps(words in prop::collection::vec("[a-z]{1,9}", 1..60), width in 20_usize..80) {
        let mut wrapped = String::new();
        let mut column = 0;
        for word in &words {
            if column > 0 {
                let fits = column + 1 + word.len() <= width;
                wrapped.push(if fits { ' ' } else { '\n' });
                column = if fits { column + 1 } else { 0 };
            }
            wrapped.push_str(word);
            column += word.len();
        }
        prop_assert_eq!(paragraphs(&wrapped), [words.join(" ")]);
    }
}
