//! What single characters mean for clean text.

use std::borrow::Cow;

/// What becomes of a character in clean text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is text.
    Keep,
    /// It separates words; a run of these is one space.
    Space,
    /// It joins or parts two letters without being seen: kept after a visible character only.
    Joiner,
    /// It is invisible or a control character.
    Drop,
}

pub(super) fn fate(c: char) -> Fate {
    match c {
        '!'..='~' => Fate::Keep,
        ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' => Fate::Space,
        '\u{200c}' | '\u{200d}' => Fate::Joiner,
        '\u{ad}'                      // soft hyphen: a hint where to break, not text
        | '\u{61c}'                   // Arabic letter mark (direction)
        | '\u{200b}'                  // zero-width space
        | '\u{200e}' | '\u{200f}'     // direction marks
        | '\u{202a}'..='\u{202e}'     // direction embeddings and overrides
        | '\u{2060}'..='\u{206f}'     // word joiner, invisible operators, direction isolates, deprecated format characters
        | '\u{feff}'                  // byte order mark, zero-width no-break space
        | '\u{fff9}'..='\u{fffb}'     // interlinear annotation
        | '\u{fdd0}'..='\u{fdef}'     // noncharacters
        | '\u{fffe}' | '\u{ffff}' => Fate::Drop,
        _ if c.is_control() => Fate::Drop,
        _ if c.is_whitespace() => Fate::Space,
        _ => Fate::Keep,
    }
}

/// Whether `c` belongs to a script that writes without spaces between words: Han, kana, bopomofo, Thai, Lao, Burmese, Khmer,
/// and the punctuation of the first three. Hangul is not among them: Korean has spaces.
///
/// The ranges are the blocks of these scripts in Unicode 16.0.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}'         // Thai, Lao
        | '\u{1000}'..='\u{109f}'     // Burmese
        | '\u{1780}'..='\u{17ff}'     // Khmer
        | '\u{2e80}'..='\u{2fdf}'     // CJK and Kangxi radicals
        | '\u{3001}'..='\u{312f}'     // CJK punctuation, hiragana, katakana, bopomofo
        | '\u{31a0}'..='\u{31ff}'     // more bopomofo, strokes and katakana
        | '\u{3400}'..='\u{4dbf}'     // Han, extension A
        | '\u{4e00}'..='\u{9fff}'     // Han
        | '\u{f900}'..='\u{faff}'     // Han, compatibility
        | '\u{ff00}'..='\u{ff9f}'     // full-width punctuation and letters, half-width katakana
        | '\u{20000}'..='\u{323af}'   // Han, further extensions
    )
}

/// `text` without the characters that [`super::line`] drops, its spaces as they are except at the ends.
pub(crate) fn keep_visible(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    let is_dropped = |c: char| c.is_control() || fate(c) == Fate::Drop;
    if trimmed.contains(is_dropped) {
        Cow::Owned(trimmed.chars().filter(|&c| !is_dropped(c)).collect())
    } else {
        Cow::Borrowed(trimmed)
    }
}
