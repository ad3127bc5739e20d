//! What NITF and NewsML-G2 share: a tree of the document, and what stands in it. Names are compared without their namespaces, which senders often leave out.

use std::borrow::Cow;

use dateline_pipeline::fault::Fault;
use dateline_text::html::named_characters;
use roxmltree::{Document, Error, Node, ParsingOptions};

/// Nodes of one document: the largest messages of agencies have some thousands.
const MAX_NODES: u32 = 500_000;
/// Elements that are paragraphs of their own.
const BLOCKS: [&str; 16] = [
    "p",
    "hl2",
    "li",
    "pre",
    "bq",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "dt",
    "dd",
    "td",
    "th",
];
/// Elements that are not of the text.
const BESIDE: [&str; 8] = [
    "media",
    "figure",
    "figcaption",
    "script",
    "style",
    "title",
    "nitf-table-metadata",
    "head",
];

/// The document as text that can be parsed: characters that HTML has names for are often named without being declared.
pub(super) fn declared(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, reference) = rest.split_at(at);
        out.push_str(before);
        let end = reference
            .bytes()
            .take(MAX_NAME)
            .position(|byte| byte == b';');
        let name = end.map_or("", |end| &reference[1..end]);
        let is_xml = matches!(name, "amp" | "lt" | "gt" | "quot" | "apos");
        match named_characters(name).filter(|_| !is_xml) {
            Some((first, second)) => {
                out.push(first);
                out.extend(second);
                rest = &reference[name.len() + 2..];
            }
            None => {
                out.push('&');
                rest = &reference[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Bytes of the longest reference with its marks.
const MAX_NAME: usize = 34;

/// The tree of a document. What it declares itself is followed by the parser, within its limits.
pub(super) fn parse<'t>(text: &'t str, name: &str) -> Result<Document<'t>, Fault> {
    let options = ParsingOptions {
        allow_dtd: true,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|error| {
        let reason = match error {
            Error::NodesLimitReached => {
                format!("the file has more than {MAX_NODES} elements; split it")
            }
            error => {
                format!("the file looks like {name} and is broken XML: {error}; send it again")
            }
        };
        Fault::poison("format", reason)
    })
}

/// The first element that a path of names leads to.
pub(super) fn find<'a, 't>(node: Node<'a, 't>, path: &[&str]) -> Option<Node<'a, 't>> {
    let (first, rest) = match path.split_first() {
        None => return Some(node),
        Some(split) => split,
    };
    let mut found = children(node, first);
    // Paths are written here, and are short.
    found.find_map(|child| find(child, rest))
}

/// The children of a name.
pub(super) fn children<'a, 't>(
    node: Node<'a, 't>,
    name: &str,
) -> impl Iterator<Item = Node<'a, 't>> {
    node.children()
        .filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// An attribute with something in it.
pub(super) fn attribute(node: Node<'_, '_>, name: &str) -> Option<String> {
    let value = node
        .attributes()
        .find(|attribute| attribute.name() == name)?
        .value()
        .trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// The text of an element on one line.
pub(super) fn line(node: Node<'_, '_>) -> Option<String> {
    let mut text = String::new();
    for inner in node.descendants().filter(Node::is_text) {
        text.push_str(inner.text().unwrap_or_default());
        text.push(' ');
    }
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then_some(line)
}

/// The text of what a path leads to.
pub(super) fn line_at(node: Node<'_, '_>, path: &[&str]) -> Option<String> {
    find(node, path).and_then(line)
}

/// The paragraphs of an element, without pictures and what else is beside the text; the whole as one where it has none.
pub(super) fn paragraphs(root: Node<'_, '_>) -> Vec<String> {
    let mut places: Vec<Place> = Vec::new();
    let mut texts: Vec<String> = Vec::new();
    let first = root.id().get_usize();
    for node in root.descendants() {
        // Descendants come in the order of their numbers, parents before their children.
        let parent = node.parent().and_then(|parent| {
            places
                .get(parent.id().get_usize().checked_sub(first)?)
                .copied()
        });
        let mut place = parent.filter(|_| node != root).unwrap_or_default();
        if node.is_element() {
            let name = node.tag_name().name();
            place.is_beside |= node != root && BESIDE.contains(&name);
            if BLOCKS.contains(&name) {
                place.block = Some(texts.len());
                texts.push(String::new());
            } else if name == "br" {
                append(&mut texts, place, " ");
            }
        } else if node.is_text() {
            append(&mut texts, place, node.text().unwrap_or_default());
        }
        let at = node.id().get_usize() - first;
        places.resize(at + 1, Place::default());
        places[at] = place;
    }
    let lines = texts
        .iter()
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return line(root).into_iter().collect();
    }
    lines
}

/// Where in the text a node is.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    block: Option<usize>,
    is_beside: bool,
}

fn append(texts: &mut [String], place: Place, text: &str) {
    if let Some(block) = place.block.filter(|_| !place.is_beside)
        && let Some(known) = texts.get_mut(block)
    {
        known.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_told_from_what_is_beside() {
        let text = declared(
            "<a><p>One &amp;&nbsp;<b>two</b> &unknown; &#233;</p><media><p>Caption</p></media><ul><li>three<br/>four</li></ul></a>",
        );
        let text = text.replace("&unknown;", "");
        let document = parse(&text, "XML").unwrap();
        assert_eq!(
            paragraphs(document.root_element()),
            ["One & two é", "three four"]
        );
        let document = parse("<a>no <b>blocks</b></a>", "XML").unwrap();
        assert_eq!(paragraphs(document.root_element()), ["no blocks"]);
    }

    #[test]
    fn hostile_documents_end() {
        let deep = format!("{}x{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        let document = parse(&deep, "XML").unwrap();
        assert_eq!(paragraphs(document.root_element()), ["x"]);
        let wide = format!("<a>{}</a>", "<b/>".repeat(600_000));
        assert!(parse(&wide, "XML").unwrap_err().reason.contains("split it"));
        let laughs = "<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'>\
            <!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;'>]><a>&f;&f;&f;&f;&f;&f;&f;&f;</a>";
        assert!(parse(laughs, "XML").is_err());
    }
}
