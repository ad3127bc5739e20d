//! The English model, which is inside the library: unpacked once, when it is first asked for.

use std::sync::OnceLock;

use crate::model::Model;
use crate::packed::FileError;

/// Made by the trainer; MODEL.md says from what.
static FILE: &[u8] = include_bytes!("../model/en.model");

/// The model of English.
///
/// # Errors
///
/// Where the file was damaged when the library was built.
pub fn english() -> Result<&'static Model, &'static FileError> {
    static MODEL: OnceLock<Result<Model, FileError>> = OnceLock::new();
    MODEL.get_or_init(|| Model::read(FILE)).as_ref()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Tagger;

    fn names(text: &str) -> Vec<(String, &'static str)> {
        let tagger = Tagger::new(english().unwrap());
        tagger
            .mentions(text)
            .iter()
            .map(|mention| {
                (
                    text[mention.start..mention.end].to_owned(),
                    mention.kind.as_str(),
                )
            })
            .collect()
    }

    #[test]
    fn plain_names_are_found() {
        let text = "Russian President Vladimir Putin met Kassym-Jomart Tokayev in Moscow on May 9, the Institute for the Study of War (ISW) said.";
        let found = names(text);
        for expected in [
            ("Vladimir Putin", "person"),
            ("Kassym-Jomart Tokayev", "person"),
            ("Moscow", "location"),
            ("Institute for the Study of War", "organization"),
            ("ISW", "organization"),
        ] {
            assert!(
                found
                    .iter()
                    .any(|(name, kind)| (name.as_str(), *kind) == expected),
                "{expected:?} in {found:?}"
            );
        }
    }

    #[test]
    fn headlines_in_capitals_are_read() {
        let found = names("VLADIMIR PUTIN ARRIVES IN CHINA FOR TALKS");
        assert!(
            found.contains(&("VLADIMIR PUTIN".to_owned(), "person")),
            "{found:?}"
        );
        assert!(
            found.contains(&("CHINA".to_owned(), "location")),
            "{found:?}"
        );
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        for text in ["", " \n", "...", "東京都", "'", "it was so ."] {
            assert_eq!(names(text), []);
        }
    }

    #[test]
    fn a_long_text_takes_no_longer_by_the_word() {
        // Twenty thousand times the same words, and as many different ones: a quadratic path would take minutes.
        let same = "Low met Mary Poppins of Acme Inc. in Paris. ".repeat(5_000);
        let different: String = (0..40_000).map(|n| format!("Name{n} said ")).collect();
        for text in [same, different] {
            assert!(!names(&text).is_empty());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn mentions_are_in_order_on_boundaries_and_in_code_points(text in "(Mr|Dr|Mary|U\\.S\\.|Ö|Łódź|ACME|of|the|in|\\.|,|'s|-|’|東|\u{200b}|\\PC|\n| | ){0,60}") {
            let tagger = Tagger::new(english().unwrap());
            let mut before = 0;
            for mention in tagger.mentions(&text) {
                prop_assert!(mention.start >= before && mention.end > mention.start);
                prop_assert_eq!(text[..mention.start].chars().count(), mention.chars.0);
                prop_assert_eq!(text[..mention.end].chars().count(), mention.chars.1);
                prop_assert!((0.0..=1.0).contains(&mention.confidence));
                before = mention.end;
            }
        }
    }
}
