//! Where a tag ends and how large it may be: the guard in front of the tokenizer.

/// The longest tag that reaches the tokenizer with its attributes, in bytes.
///
/// The tokenizer compares each attribute of a tag with every earlier one, so the time for one tag grows with the square of
/// its length; this bound makes the whole linear (a tag of this size costs about a millisecond at worst). The only real
/// images beyond it are inlined as `data:` URLs, which nobody wants here.
pub(super) const MAX_TAG_BYTES: usize = 8 * 1024;

/// Where a tag ends, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TagEnd {
    /// The length of the tag in bytes, with its `>`.
    pub(super) len: usize,
    /// Whether it ends as `/>`.
    pub(super) self_closing: bool,
}

/// Finds the end of the tag at the start of `markup`, which begins `<x` or `</x` with a letter; none where it
/// is cut off.
///
/// It follows the tokenizer's states of the HTML standard, section 13.2.5.8 and 13.2.5.32 to 13.2.5.40
/// (<https://html.spec.whatwg.org/multipage/parsing.html#tokenization>): only a quote at the start of a value quotes.
pub(super) fn tag_end(markup: &str) -> Option<TagEnd> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        TagName,
        BeforeName,
        Slash,
        Name,
        AfterName,
        BeforeValue,
        Unquoted,
        Quoted(u8),
    }
    let mut state = State::TagName;
    for (i, &byte) in markup.as_bytes().iter().enumerate().skip(1) {
        let is_space = matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c');
        state = match (state, byte) {
            (State::Quoted(quote), _) if byte == quote => State::BeforeName,
            (State::Quoted(_), _) => state,
            (_, b'>') => {
                return Some(TagEnd {
                    len: i + 1,
                    self_closing: state == State::Slash,
                });
            }
            (State::BeforeValue, b'"' | b'\'') => State::Quoted(byte),
            (State::BeforeValue, _) if is_space => State::BeforeValue,
            (State::BeforeValue, _) => State::Unquoted,
            (State::Unquoted, _) if is_space => State::BeforeName,
            (State::Unquoted, _) => State::Unquoted,
            // The slash of an end tag stands before its name, any other ends a name.
            (_, b'/') if i > 1 => State::Slash,
            (State::TagName, _) if !is_space => State::TagName,
            (State::Name | State::AfterName, b'=') => State::BeforeValue,
            (State::Name | State::AfterName, _) if is_space => State::AfterName,
            (_, _) if is_space => State::BeforeName,
            (_, _) => State::Name,
        };
    }
    None
}

/// The start of a tag up to the end of its name: `<p` of `<p class=x>`, `</p` of `</p >`.
pub(super) fn tag_start(tag: &str) -> &str {
    let bytes = tag.as_bytes();
    let name_at = if bytes.get(1) == Some(&b'/') { 2 } else { 1 };
    let ends_name =
        |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'/' | b'>');
    let name_len = bytes.iter().skip(name_at).position(ends_name);
    name_len.map_or(tag, |len| &tag[..name_at + len])
}
