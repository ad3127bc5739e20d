//! Text to tokens: where each begins and ends, and of what sort it is. Nothing is changed or dropped but white space, every byte is looked
//! at a bounded number of times, and no text makes it fail.

/// Bytes of one token. A word beyond is an encoded file or a row of letters; it is cut there and read on.
const MAX_TOKEN: usize = 256;

/// A piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// Its sort.
    pub kind: TokenKind,
    /// What is before it.
    pub gap: Gap,
}

/// Sorts of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Letters, maybe with digits among them.
    Word,
    /// Digits.
    Number,
    /// A web or mail address.
    Address,
    /// Writing without spaces (Chinese, Japanese, Thai …): one token for the whole run, which this library does not read.
    Unspaced,
    /// A mark, or a row of the same.
    Mark,
}

/// What stands between a token and the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Nothing.
    None,
    /// Spaces.
    Space,
    /// The end of a line.
    Line,
    /// An empty line, or the begin of the text.
    Paragraph,
}

/// Words that keep their full stop.
const ABBREVIATIONS: &[&str] = &[
    "adm", "al", "approx", "apr", "apt", "assn", "aug", "ave", "bldg", "blvd", "brig", "bros",
    "capt", "cf", "cmdr", "co", "col", "comdr", "corp", "cpl", "cpt", "dec", "dept", "det", "dr",
    "drs", "esq", "est", "etc", "feb", "fig", "fri", "ft", "gen", "gov", "hon", "hwy", "inc",
    "insp", "jan", "jr", "jul", "jun", "lt", "ltd", "maj", "mar", "messrs", "mr", "mrs", "ms",
    "mt", "mx", "nov", "oct", "op", "pfc", "ph.d", "pres", "prof", "pt", "pte", "pty", "pvt",
    "rep", "reps", "rev", "rt", "sen", "sens", "sep", "sept", "sgt", "sr", "st", "supt", "tel",
    "univ", "vol", "vs",
];

/// Cuts a text into tokens, in order and without overlap. A full stop stays with initials and known abbreviations ("J.", "U.S.", "Inc.");
/// a possessive or shortened verb ("'s", "'re", "n't") and a hyphen are tokens of their own.
#[must_use]
pub fn tokenise(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 5 + 8);
    let mut gap = Gap::Paragraph;
    let mut at = 0;
    while let Some(first) = char_at(text, at) {
        if first.is_whitespace() || is_invisible(first) {
            let (after, space) = white_space(text, at);
            gap = if tokens.is_empty() {
                Gap::Paragraph
            } else {
                wider(gap, space)
            };
            at = after;
            continue;
        }
        let (kind, mut end) = match sort_of(first) {
            Sort::Letter | Sort::Digit => word(text, at),
            Sort::Unspaced => (
                TokenKind::Unspaced,
                run(text, at, |letter| sort_of(letter) == Sort::Unspaced),
            ),
            Sort::Mark => mark(text, at, first, gap),
        };
        end = bounded(text, at, end);
        at = push(
            text,
            &mut tokens,
            Token {
                start: at,
                end,
                kind,
                gap,
            },
        );
        gap = Gap::None;
    }
    tokens
}

/// Adds a token, or the two that a word with a shortened "not" is; the byte to go on at.
fn push(text: &str, tokens: &mut Vec<Token>, token: Token) -> usize {
    let word = &text.as_bytes()[token.start..token.end];
    let size = word.len();
    let shortened = token.kind == TokenKind::Word
        && size > 3
        && word[size - 1].eq_ignore_ascii_case(&b't')
        && {
            let before = text.get(token.end - 2..token.end - 1) == Some("'");
            before && word[size - 3].eq_ignore_ascii_case(&b'n')
        };
    if shortened {
        let cut = token.end - 3;
        tokens.push(Token { end: cut, ..token });
        tokens.push(Token {
            start: cut,
            gap: Gap::None,
            ..token
        });
    } else {
        tokens.push(token);
    }
    token.end
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Letter,
    Digit,
    Unspaced,
    Mark,
}

fn sort_of(letter: char) -> Sort {
    match letter {
        'a'..='z' | 'A'..='Z' | '_' => Sort::Letter,
        '0'..='9' => Sort::Digit,
        '\0'..='\x7f' => Sort::Mark,
        // Combining marks belong to the letter before them.
        '\u{300}'..='\u{36f}' => Sort::Letter,
        // Thai, Lao, Burmese and Khmer; Chinese and Japanese with their extensions. Korean has spaces.
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => Sort::Unspaced,
        '\u{2e80}'..='\u{2fff}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => Sort::Unspaced,
        _ if letter.is_alphabetic() => Sort::Letter,
        _ if letter.is_numeric() => Sort::Digit,
        // Vowel signs of Indian and other scripts, which count as no letters.
        '\u{900}'..='\u{dff}' => Sort::Letter,
        _ => Sort::Mark,
    }
}

/// Characters without width, which stand between words as white space does: marks of direction, joiners, byte order marks, controls.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}')
        || letter.is_control()
}

fn char_at(text: &str, at: usize) -> Option<char> {
    match text.as_bytes().get(at) {
        Some(&byte) if byte.is_ascii() => Some(char::from(byte)),
        _ => text.get(at..)?.chars().next(),
    }
}

fn white_space(text: &str, at: usize) -> (usize, Gap) {
    let mut end = at;
    let mut lines = 0;
    while let Some(letter) =
        char_at(text, end).filter(|&letter| letter.is_whitespace() || is_invisible(letter))
    {
        lines += match letter {
            '\n' | '\u{85}' | '\u{2028}' => 1,
            '\u{2029}' => 2,
            _ => 0,
        };
        end += letter.len_utf8();
    }
    let gap = match lines {
        0 => Gap::Space,
        1 => Gap::Line,
        _ => Gap::Paragraph,
    };
    (end, gap)
}

const fn wider(one: Gap, other: Gap) -> Gap {
    if (one as u8) > (other as u8) {
        one
    } else {
        other
    }
}

/// The end of a run of letters that `belongs` says yes to.
fn run(text: &str, at: usize, belongs: impl Fn(char) -> bool) -> usize {
    let mut end = at;
    while let Some(letter) = char_at(text, end).filter(|&letter| belongs(letter)) {
        end += letter.len_utf8();
        if end - at >= MAX_TOKEN {
            break;
        }
    }
    end
}

/// `end`, or the last boundary of characters within the size of a token.
fn bounded(text: &str, start: usize, end: usize) -> usize {
    if end - start <= MAX_TOKEN {
        return end;
    }
    let limit = start + text[start..end].floor_char_boundary(MAX_TOKEN);
    if limit > start { limit } else { end }
}

fn is_word(letter: char) -> bool {
    matches!(sort_of(letter), Sort::Letter | Sort::Digit)
}

fn mark(text: &str, at: usize, first: char, gap: Gap) -> (TokenKind, usize) {
    let end = at + first.len_utf8();
    if is_apostrophe(first)
        && gap == Gap::None
        && at > 0
        && let Some(clitic) = clitic(text, end)
    {
        return (TokenKind::Word, clitic);
    }
    // Rows of dots, dashes and the like are one token; brackets and quotes are not.
    if matches!(
        first,
        '.' | '-' | '!' | '?' | '*' | '=' | '_' | '~' | '#' | '+'
    ) {
        return (TokenKind::Mark, run(text, at, |letter| letter == first));
    }
    (TokenKind::Mark, end)
}

const fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | 'ʼ')
}

/// The end of what an apostrophe at the byte before shortens: 's, 'S, 're, 've, 'll, 'd, 'm.
fn clitic(text: &str, at: usize) -> Option<usize> {
    let rest = text.as_bytes().get(at..)?;
    let size = match rest {
        [b'r' | b'R' | b'v' | b'V', b'e' | b'E', ..] | [b'l' | b'L', b'l' | b'L', ..] => 2,
        [b's' | b'S' | b'd' | b'D' | b'm' | b'M', ..] => 1,
        _ => return None,
    };
    let next = char_at(text, at + size);
    (!next.is_some_and(is_word)).then_some(at + size)
}

/// A word or a number that begins at `at`.
fn word(text: &str, at: usize) -> (TokenKind, usize) {
    let mut end = at;
    let mut letters = false;
    while end - at < MAX_TOKEN {
        let Some(letter) = char_at(text, end) else {
            break;
        };
        match sort_of(letter) {
            Sort::Letter => letters = true,
            Sort::Digit => {}
            Sort::Unspaced => break,
            Sort::Mark => {
                if letter == ':' && text[end..].starts_with("://")
                    || letter == '@'
                        && text[end + 1..].starts_with(|next: char| next.is_alphanumeric())
                {
                    return (TokenKind::Address, address(text, at, end));
                }
                if !stays(text, at, end, letter) {
                    break;
                }
            }
        }
        end += letter.len_utf8();
    }
    let word = &text[at..end];
    if word.len() > 4 && word.as_bytes()[..4].eq_ignore_ascii_case(b"www.") {
        return (TokenKind::Address, address(text, at, end));
    }
    if !letters {
        return (TokenKind::Number, end);
    }
    if text.as_bytes().get(end) == Some(&b'.') && keeps_stop(text, at, end) {
        return (TokenKind::Word, end + 1);
    }
    (TokenKind::Word, end)
}

/// Whether a mark within a word or a number is part of it.
fn stays(text: &str, start: usize, at: usize, mark: char) -> bool {
    let next = char_at(text, at + mark.len_utf8());
    let Some(next) = next.filter(|&next| is_word(next)) else {
        return false;
    };
    let before = text.as_bytes()[at - 1];
    match mark {
        '.' | ',' | ':' if before.is_ascii_digit() && next.is_ascii_digit() => true,
        // Initials in a row (U.S, p.m); names of sites (Amazon.com) but not a lost space (end.The).
        '.' => {
            let since = text[start..at]
                .rfind('.')
                .map_or(start, |dot| start + dot + 1);
            let single = text[since..at].chars().nth(1).is_none();
            single && next.is_alphabetic()
                || next.is_ascii_lowercase() && before.is_ascii_alphanumeric()
        }
        // O'Neill, D’Arcy, N'Djamena, don't: but not 's and its like.
        '\'' | '’' | 'ʼ' => clitic(text, at + mark.len_utf8()).is_none(),
        // AT&T, R&B: short, and capitals on both sides.
        '&' => next.is_uppercase() && at - start <= 3 && before.is_ascii_uppercase(),
        _ => false,
    }
}

/// The end of an address that is known to go as far as `known`; closing marks stay outside.
fn address(text: &str, at: usize, known: usize) -> usize {
    let body = run(text, at, |letter| {
        !letter.is_whitespace() && !matches!(letter, '<' | '>' | '"' | '“' | '”' | '|' | '{' | '}')
    });
    let trimmed =
        text[at..body].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '’']);
    known.max(at + trimmed.len())
}

/// Whether the full stop at `end` belongs to the word before it: an initial, initials in a row, an abbreviation.
fn keeps_stop(text: &str, start: usize, end: usize) -> bool {
    let word = &text[start..end];
    let mut letters = word.chars();
    let (first, second) = (letters.next(), letters.next());
    if second.is_none() {
        return first.is_some_and(char::is_uppercase);
    }
    if word.len() > 9 {
        return false;
    }
    if second == Some('.') {
        // U.S, p.m, Ph.D: every piece short.
        return word.split('.').all(|piece| piece.len() <= 2);
    }
    let mut small = [0; 9];
    let small = &mut small[..word.len()];
    small.copy_from_slice(word.as_bytes());
    small.make_ascii_lowercase();
    let known =
        std::str::from_utf8(small).is_ok_and(|small| ABBREVIATIONS.binary_search(&small).is_ok());
    // "Mar." and "Co." with a capital; "etc.", "vs." without. "Fig", "sun" and "art" end sentences more often than they are shortened.
    known
        && (word.starts_with(char::is_uppercase)
            || matches!(&*small, b"etc" | b"vs" | b"al" | b"approx"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<&str> {
        tokenise(text)
            .iter()
            .map(|token| &text[token.start..token.end])
            .collect()
    }

    #[test]
    fn abbreviations_are_in_order_for_the_search() {
        assert!(ABBREVIATIONS.is_sorted());
        assert!(ABBREVIATIONS.iter().all(|word| word.len() <= 9));
    }

    #[test]
    fn full_stops_stay_with_initials_and_abbreviations() {
        assert_eq!(
            words("J. R. Smith of Acme Inc. left the U.S. today."),
            [
                "J.", "R.", "Smith", "of", "Acme", "Inc.", "left", "the", "U.S.", "today", "."
            ]
        );
        assert_eq!(
            words("At 5 p.m. Mr. Low paid 1,000.50."),
            ["At", "5", "p.m.", "Mr.", "Low", "paid", "1,000.50", "."]
        );
        assert_eq!(
            words("It is the end.The next"),
            ["It", "is", "the", "end", ".", "The", "next"]
        );
    }

    #[test]
    fn apostrophes_part_possessives_and_keep_names() {
        assert_eq!(
            words("O'Neill's dog didn't bite D’Arcy’s."),
            [
                "O'Neill", "'s", "dog", "did", "n't", "bite", "D’Arcy", "’s", "."
            ]
        );
        assert_eq!(
            words("the Falcons' 'best' they'll"),
            ["the", "Falcons", "'", "'", "best", "'", "they", "'ll"]
        );
    }

    #[test]
    fn hyphens_stand_alone() {
        assert_eq!(
            words("Jean-Claude, US-based -- 2007-2008"),
            [
                "Jean", "-", "Claude", ",", "US", "-", "based", "--", "2007", "-", "2008"
            ]
        );
    }

    #[test]
    fn addresses_are_whole() {
        assert_eq!(
            words("(see https://a.example/x?y=1&z.) a.b@c.example, www.d.example!"),
            [
                "(",
                "see",
                "https://a.example/x?y=1&z",
                ".",
                ")",
                "a.b@c.example",
                ",",
                "www.d.example",
                "!"
            ]
        );
        assert_eq!(words("Amazon.com and AT&T"), ["Amazon.com", "and", "AT&T"]);
    }

    #[test]
    fn writing_without_spaces_is_left_alone() {
        assert_eq!(
            words("東京都でNHKが報じた"),
            ["東京都で", "NHK", "が報じた"]
        );
        assert_eq!(words("김정은 said"), ["김정은", "said"]);
    }

    #[test]
    fn lines_and_paragraphs_are_told() {
        let gaps: Vec<Gap> = tokenise("\n a b\nc\n \nd")
            .iter()
            .map(|token| token.gap)
            .collect();
        assert_eq!(
            gaps,
            [Gap::Paragraph, Gap::Space, Gap::Line, Gap::Paragraph]
        );
    }

    proptest! {
        #[test]
        fn tokens_are_in_order_on_boundaries_and_leave_out_only_white_space(text in "(?s)[\\PCa-zA-Z .,'’@:/\\-&\n\u{200b}東]{0,200}|.{0,200}") {
            let mut before = 0;
            for token in tokenise(&text) {
                prop_assert!(token.start >= before && token.end > token.start);
                prop_assert!(text[before..token.start].chars().all(|c| c.is_whitespace() || is_invisible(c)));
                prop_assert!(!text[token.start..token.end].is_empty());
                before = token.end;
            }
            prop_assert!(text[before..].chars().all(|c| c.is_whitespace() || is_invisible(c)));
        }
    }

    #[test]
    fn no_token_is_without_end() {
        for unit in ["a", "7", "東", "-", "a.", "'", "http://", "a@", "é"] {
            let text = unit.repeat(20_000);
            let tokens = tokenise(&text);
            assert!(
                tokens
                    .iter()
                    .all(|token| token.end - token.start <= MAX_TOKEN),
                "{unit}"
            );
        }
    }
}
