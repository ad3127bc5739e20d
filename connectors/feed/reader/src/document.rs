//! Finds the feed within a text: behind blank lines, warnings that a server printed, other elements.

use crate::elements::{Element, element};
use crate::model::ReadError;
use crate::names::{Prefixes, Space};
use crate::xml::{Attributes, Token, Tokens};

/// Bytes before the feed that are passed over: warnings, licences, a whole error page, but not a page that ends in a feed.
const MAX_JUNK: usize = 32 << 10;

/// A document by its syntax.
pub(crate) enum Document<'t> {
    /// XML from its document type or root on.
    Xml(&'t str),
    Json(&'t str),
}

/// Finds the document within the text.
pub(crate) fn find<'t>(text: &'t str, notes: &mut Vec<String>) -> Result<Document<'t>, ReadError> {
    let space = |character: char| {
        character.is_whitespace() || character.is_control() || character == '\u{feff}'
    };
    let start = text.trim_start_matches(space);
    match start.bytes().next() {
        None => return Err(ReadError::Empty),
        Some(b'{') => return Ok(Document::Json(start)),
        // What stops foreign scripts from reading JSON: `)]}'` and a line end.
        Some(b')') if start.starts_with(")]}'") && start.contains('{') => {
            return Ok(Document::Json(&start[start.find('{').unwrap_or(0)..]));
        }
        Some(_) => {}
    }
    let found = root(text)?;
    if found.junk > 0 {
        notes.push(format!(
            "{} bytes before the feed were passed over",
            found.junk
        ));
    }
    Ok(Document::Xml(&text[found.from..]))
}

struct Root {
    /// Where to read from: the document type, else the root.
    from: usize,
    /// Bytes that do not belong there.
    junk: usize,
}

fn root(text: &str) -> Result<Root, ReadError> {
    let mut tokens = Tokens::new(text);
    let mut prefixes = Prefixes::default();
    let mut first = None;
    let mut doctype = None;
    let mut junk = 0;
    while let Some(token) = tokens.next() {
        let at = tokens.position();
        match token {
            Token::Start {
                name, attributes, ..
            } => {
                let outer = prefixes.mark();
                for (attribute, value) in Attributes::new(attributes) {
                    prefixes.see(attribute, value);
                }
                let (space, local) = prefixes.resolve(name);
                prefixes.forget(outer);
                if is_root(space, local) {
                    return Ok(Root {
                        from: doctype.unwrap_or(at),
                        junk,
                    });
                }
                if is_page(local, first.is_none()) {
                    return Err(ReadError::NotAFeed(
                        "this is an HTML page, not a feed".to_owned(),
                    ));
                }
                first.get_or_insert(local);
                junk += name.len() + attributes.len() + 2;
            }
            Token::Doctype(_) => doctype = Some(at),
            Token::Text(text) => junk += text.trim().len(),
            Token::Cdata(text) => junk += text.len(),
            Token::End { name } => junk += name.len() + 3,
        }
        if junk > MAX_JUNK {
            break;
        }
    }
    Err(ReadError::NotAFeed(match first {
        Some(root) => {
            let root: String = root.chars().take(40).collect();
            format!("this is XML with the root <{root}>, not a feed")
        }
        None => "this is neither XML nor JSON".to_owned(),
    }))
}

/// Whether the element shows a page; others than HTML have heads and bodies too.
fn is_page(local: &str, first: bool) -> bool {
    let names: &[&str] = if first {
        &["html", "head", "body"]
    } else {
        &["html"]
    };
    names.iter().any(|page| local.eq_ignore_ascii_case(page))
}

fn is_root(space: Space, local: &str) -> bool {
    match element(space, local) {
        Element::Root | Element::Channel => true,
        Element::Item => !local.eq_ignore_ascii_case("item") || space == Space::Feed,
        _ => false,
    }
}
