//! Markup with its relative addresses made absolute, and little or nothing else touched.

use url::Url;

use super::address::{self, Base};
use super::references::{push_escaped, reference, unescape_attribute};
use super::scan::{Attribute, Piece, Scanner, Tag, is_void};
use super::tokens::clamp;

/// How much longer than the markup the result may become by addresses: as often as it has bytes, and a little more. Links of
/// a few bytes each and a long base would make hundreds of it; what is beyond stays relative.
const MAX_GROWTH_FACTOR: usize = 4;
const FREE_GROWTH_BYTES: usize = 256 * 1024;

/// See [`super::absolute`].
pub(super) fn absolute(html: &str, base: &Url) -> String {
    let html = clamp(html);
    let Some(base) = Base::new(base) else {
        return html.to_owned();
    };
    let limit = growth_limit(html);
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    for piece in Scanner::new(html) {
        match piece {
            Piece::Tag(tag) if !tag.is_end() && out.len() < limit => {
                push_start_tag(tag, Some(base), Form::AsItIs, limit, &mut out)
            }
            _ => out.push_str(piece.source()),
        }
    }
    out
}

/// See [`super::tidy`].
pub(super) fn tidy(html: &str, base: Option<&Url>) -> String {
    let html = clamp(html);
    let base = base.and_then(Base::new);
    let limit = growth_limit(html);
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    for piece in Scanner::new(html) {
        match piece {
            Piece::Text("<") => out.push_str("&lt;"),
            Piece::Tag(tag) if tag.is_end() => {
                if !is_void(tag.name()) || tag.name().eq_ignore_ascii_case("br") {
                    out.push_str(tag.source);
                }
            }
            Piece::Tag(tag) => {
                for tag in unclosed(tag) {
                    let base = base.filter(|_| out.len() < limit);
                    push_start_tag(tag, base, Form::Xml, limit, &mut out);
                }
            }
            _ => out.push_str(piece.source()),
        }
    }
    out
}

/// The start tags that `tag` is, of which all but the last lack their `>`: `<a href="x"<img src="y">`. To a browser what
/// begins the second is an attribute's name, which no XML can have.
fn unclosed(tag: Tag<'_>) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = Some(tag);
    std::iter::from_fn(move || {
        let tag = rest.take()?;
        let Some(at) = next_start(tag) else {
            return Some(tag);
        };
        let (source, after) = tag.source.split_at(at);
        rest = Some(Tag {
            source: after,
            ..tag
        });
        Some(Tag {
            source,
            self_closing: false,
        })
    })
}

/// Where in a start tag the next begins.
fn next_start(tag: Tag<'_>) -> Option<usize> {
    tag.source.get(1..)?.find('<')?;
    let begins_tag = |name: &str| {
        let letter = name.strip_prefix('<').and_then(|name| name.bytes().next());
        letter.is_some_and(|letter| letter.is_ascii_alphabetic())
    };
    let next = tag
        .attributes()
        .find(|attribute| begins_tag(attribute.name))?;
    Some(next.name_at)
}

/// The length of the result from which on addresses stay relative.
pub(super) fn growth_limit(html: &str) -> usize {
    html.len() * MAX_GROWTH_FACTOR + FREE_GROWTH_BYTES
}

/// How a start tag is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    AsItIs,
    /// Every attribute has a value, and void elements end themselves.
    Xml,
}

/// Writes a start tag, from one changed place to the next as it is.
fn push_start_tag(tag: Tag, base: Option<Base>, form: Form, limit: usize, out: &mut String) {
    let mut written = 0;
    for attribute in tag.attributes() {
        let (start, end) = attribute.span;
        let address = base.and_then(|base| {
            let whole = || whole(tag, attribute).filter(|_| form == Form::Xml);
            resolved(tag, attribute, base).or_else(whole)
        });
        match (address, attribute.value) {
            (Some(address), _) => {
                out.push_str(&tag.source[written..start]);
                out.push('"');
                push_escaped(&address, out);
                out.push('"');
            }
            (None, None) if form == Form::Xml => {
                out.push_str(&tag.source[written..start]);
                out.push_str("=\"");
                push_escaped(attribute.name, out);
                out.push('"');
            }
            (None, Some(value)) if form == Form::Xml && value.contains('&') => {
                out.push_str(&tag.source[written..start]);
                push_without_strays(&tag.source[start..end], out);
            }
            _ => continue,
        }
        written = end;
        if out.len() > limit {
            break;
        }
    }
    let rest = &tag.source[written..];
    let (inside, end) = match rest.strip_suffix('>') {
        Some(inside) => (inside, ">"),
        // Ended by the next; its own end is for XML to write.
        None => (rest, if form == Form::Xml { ">" } else { "" }),
    };
    out.push_str(inside);
    let ends_itself = form == Form::Xml && !tag.self_closing && is_void(tag.name());
    out.push_str(if ends_itself { " />" } else { end });
}

/// Writes the value of an attribute, as it is but for ampersands that begin no reference of XML's, which ends in `;`.
fn push_without_strays(value: &str, out: &mut String) {
    let mut pieces = value.split('&');
    out.push_str(pieces.next().unwrap_or_default());
    let mut at = value.find('&').unwrap_or(value.len());
    for piece in pieces {
        let is_reference =
            reference(&value[at..], true).is_some_and(|reference| reference.is_terminated);
        out.push_str(if is_reference { "&" } else { "&amp;" });
        out.push_str(piece);
        at += 1 + piece.len();
    }
}

/// The address that the attribute is without its empty fragment, if it has one: `…/a#` leads where `…/a` does.
fn whole(tag: Tag, attribute: Attribute) -> Option<String> {
    let value = attribute.value?.strip_suffix('#')?;
    let is_address = address::is_address(tag.name(), attribute.name);
    (is_address && address::scheme(value).is_some()).then(|| unescape_attribute(value).into_owned())
}

/// The absolute form of the address that the attribute is, if that is another.
fn resolved(tag: Tag, attribute: Attribute, base: Base) -> Option<String> {
    let value = attribute
        .value
        .filter(|_| address::is_address(tag.name(), attribute.name))?;
    let value = unescape_attribute(value);
    let address = address::trimmed(&value);
    // A link to nothing is a link to where it stands; an image of nothing is none.
    if address.is_empty() && attribute.name.eq_ignore_ascii_case("href") {
        return Some(base.itself().to_owned());
    }
    base.resolve(&address)
}
