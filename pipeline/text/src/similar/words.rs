//! Text to the words that similarity counts: lower case, without punctuation.

use crate::clean::is_unspaced;

/// Whether a word stood between spaces or is one character of a script without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Spaced,
    /// `follows`: the word before it stood directly before it and is of the same kind.
    Unspaced {
        follows: bool,
    },
}

/// Gives each word of `text` to `take`, in order, in one buffer that is used again.
///
/// A word is a run of letters and digits. Apostrophes, joiners and combining accents inside of it are passed over, so that
/// `don't` and `don’t` are one word. A character of a script without spaces is a word by itself.
pub(crate) fn for_each(text: &str, mut take: impl FnMut(&str, Kind)) {
    let mut word = String::new();
    let mut follows = false;
    for c in text.chars() {
        // Most text is plain letters, for which the questions below need not be asked.
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
            follows = false;
            continue;
        }
        let unspaced = is_unspaced(c);
        if c.is_alphanumeric() && !unspaced {
            word.extend(c.to_lowercase());
            follows = false;
            continue;
        }
        if is_passed_over(c) {
            continue;
        }
        if !word.is_empty() {
            take(&word, Kind::Spaced);
            word.clear();
        }
        let is_word = unspaced && c.is_alphanumeric();
        if is_word {
            take(c.encode_utf8(&mut [0; 4]), Kind::Unspaced { follows });
        }
        follows = is_word;
    }
    if !word.is_empty() {
        take(&word, Kind::Spaced);
    }
}

fn is_passed_over(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{300}'..='\u{36f}')
}
