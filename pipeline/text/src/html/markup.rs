//! Text or markup? For feeds that declare one and send the other.

use super::references::named_characters;

/// The longest entity that is looked for, in bytes between `&` and `;`; the longest name of the standard has 31.
const MAX_ENTITY_BYTES: usize = 32;

/// The elements whose tags tell markup, sorted. Short common ones that feeds contain; not every element of the standard, so
/// that `<name>` in a sentence about something else stays text.
const TELLING_ELEMENTS: [&str; 58] = [
    "a",
    "abbr",
    "article",
    "aside",
    "audio",
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "center",
    "cite",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "ins",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "script",
    "section",
    "small",
    "span",
    "strong",
    "style",
    "sub",
    "sup",
    "table",
    "td",
    "tr",
    "u",
    "ul",
    "video",
];

/// Further elements, sorted, whose tags tell markup where they have attributes: a sentence may speak of `<link>`.
const TELLING_WITH_ATTRIBUTES: [&str; 13] = [
    "button", "form", "frame", "frameset", "input", "link", "meta", "object", "param", "picture",
    "source", "svg", "time",
];

/// The most of a tag that is searched for an attribute, in bytes.
const MAX_ATTRIBUTE_SEARCH: usize = 200;

/// Whether `text` contains a tag of a common HTML element, a comment, a CDATA section or a character reference.
///
/// Text that was escaped once more than declared (`&lt;p&gt;`) says yes as well: one decoding makes it markup, for which
/// this then says yes again. `a < b`, `AT&T` and `<jane@example.org>` are text.
pub fn looks_like_html(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        let (found, after) = (rest.as_bytes()[at], &rest[at + 1..]);
        let is_markup = if found == b'<' {
            starts_construct(after)
        } else {
            starts_entity(after)
        };
        if is_markup {
            return true;
        }
        rest = after;
    }
    false
}

/// Whether what follows a `<` makes it a tag, a comment, a doctype or a CDATA section.
fn starts_construct(after: &str) -> bool {
    if ["!--", "![CDATA[", "!doctype", "!DOCTYPE"]
        .iter()
        .any(|start| after.starts_with(start))
    {
        return true;
    }
    let named = after.strip_prefix('/').unwrap_or(after);
    let name_len = named
        .bytes()
        .take(12)
        .take_while(u8::is_ascii_alphanumeric)
        .count();
    let name = named[..name_len].to_ascii_lowercase();
    let ends_name = matches!(
        named.as_bytes().get(name_len),
        Some(b' ' | b'\t' | b'\n' | b'\r' | b'/' | b'>')
    );
    let name = name.as_str();
    ends_name
        && (TELLING_ELEMENTS.binary_search(&name).is_ok()
            || TELLING_WITH_ATTRIBUTES.binary_search(&name).is_ok()
                && has_attribute(&named[name_len..]))
}

/// Whether what follows the name of a tag has an attribute with a value.
fn has_attribute(after_name: &str) -> bool {
    let mut bytes = after_name.bytes().take(MAX_ATTRIBUTE_SEARCH);
    bytes.find(|byte| matches!(byte, b'=' | b'<' | b'>')) == Some(b'=')
}

/// Whether what follows a `&` is a numeric character reference or a named one that exists.
fn starts_entity(after: &str) -> bool {
    let Some(end) = after
        .bytes()
        .take(MAX_ENTITY_BYTES + 1)
        .position(|byte| byte == b';')
    else {
        return false;
    };
    let (name, name_with_end) = (&after[..end], &after[..=end]);
    match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(digits) => {
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
            }
            None => !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()),
        },
        None => named_characters(name_with_end).is_some(),
    }
}
