//! The outline of an XML feed: its root, how deep it goes, and where its items lie.
//!
//! Read with a tokeniser and a list of open elements, never with recursion, so that it can look at
//! anything. It decides whether the engine may see the document at all, and gives [`super::salvage`]
//! the pieces to go on with when the engine refuses the whole.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Deepest nesting of elements that is read. Feeds need 5, articles in XHTML some 30.
const MAX_DEPTH: usize = 512;

/// Deepest nesting of elements that the engine follows by recursion. The formats need 3.
const MAX_RECURSION: usize = 32;

/// Elements that the engine follows by recursion: `media:group`, `media:content` and
/// `itunes:category`, whatever their prefix.
const RECURSIVE: [&str; 3] = ["group", "content", "category"];

/// Items found in one document; far more than feeds hold, and a bound on the list.
const MAX_ITEMS: usize = 100_000;

/// Deepest level, the root being 1, at which items are looked for.
const ITEM_LEVEL: usize = 3;

/// What [`outline`] finds.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Outline {
    /// Local name of the root element, if there is one.
    pub(super) root: Option<String>,
    /// Byte range of the root's start tag.
    pub(super) root_tag: Range<usize>,
    /// Where nesting went beyond a limit.
    pub(super) too_deep: Option<TooDeep>,
    /// Where the document stops being well formed, and how.
    pub(super) broken: Option<(usize, String)>,
    /// Byte ranges of complete items.
    pub(super) items: Vec<Range<usize>>,
    /// Items that began and never ended.
    pub(super) unfinished: usize,
    /// Byte ranges of the start tags that are open where the first item starts, outermost first.
    pub(super) around: Vec<Range<usize>>,
    /// Names of those elements.
    pub(super) around_names: Vec<String>,
}

/// Nesting beyond a limit.
#[derive(Debug, PartialEq)]
pub(super) struct TooDeep {
    /// The limit.
    pub(super) limit: usize,
    /// Byte position of the first element beyond it.
    pub(super) at: usize,
}

/// An open element.
struct Open {
    name: String,
    tag: Range<usize>,
    recursive: bool,
}

/// Reads the outline of `text`, as far as the tokeniser gets.
pub(super) fn outline(text: &str) -> Outline {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let mut walk = Walk::default();
    loop {
        let start = position(&reader);
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                walk.start(&tag, start..position(&reader));
                if walk.outline.too_deep.is_some() {
                    break;
                }
            }
            Ok(Event::Empty(tag)) => walk.empty(&tag, start..position(&reader)),
            Ok(Event::End(tag)) => walk.end(tag.name().as_ref(), start..position(&reader)),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                let at = usize::try_from(reader.error_position()).unwrap_or(text.len());
                walk.break_at(at, error.to_string());
                break;
            }
        }
    }
    walk.finish(text.len())
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

#[derive(Default)]
struct Walk {
    outline: Outline,
    open: Vec<Open>,
    /// How many of the open elements are followed by recursion.
    recursive: usize,
    /// Level, name and start of the item that is being read.
    item: Option<(usize, String, usize)>,
}

impl Walk {
    fn start(&mut self, tag: &BytesStart<'_>, range: Range<usize>) {
        let name = tag.name().as_ref().to_owned();
        let recursive = RECURSIVE.contains(&local(&name));
        self.see_root(&name, &range);
        self.see_item(&name, &range);
        self.open.push(Open {
            name,
            tag: range.clone(),
            recursive,
        });
        self.recursive += usize::from(recursive);
        for (depth, limit) in [
            (self.open.len(), MAX_DEPTH),
            (self.recursive, MAX_RECURSION),
        ] {
            if depth > limit && self.outline.too_deep.is_none() {
                self.outline.too_deep = Some(TooDeep {
                    limit,
                    at: range.start,
                });
            }
        }
    }

    fn empty(&mut self, tag: &BytesStart<'_>, range: Range<usize>) {
        self.see_root(tag.name().as_ref(), &range);
    }

    fn see_root(&mut self, name: &str, range: &Range<usize>) {
        if self.outline.root.is_none() {
            self.outline.root = Some(local(name).to_owned());
            self.outline.root_tag = range.clone();
        }
    }

    /// An item starts where an element of its name does. One that starts within another shows that
    /// the other was never closed.
    fn see_item(&mut self, name: &str, range: &Range<usize>) {
        if !matches!(local(name), "item" | "entry") {
            return;
        }
        match &self.item {
            Some((_, open, _)) if open != name => return,
            Some((level, ..)) => {
                let level = *level;
                self.outline.unfinished += 1;
                self.close_down_to(level);
            }
            None if self.open.is_empty() || self.open.len() >= ITEM_LEVEL => return,
            None => {}
        }
        if self.outline.around.is_empty() {
            self.outline.around = self.open.iter().map(|open| open.tag.clone()).collect();
            self.outline.around_names = self.open.iter().map(|open| open.name.clone()).collect();
        }
        self.item = Some((self.open.len(), name.to_owned(), range.start));
    }

    fn end(&mut self, name: &str, range: Range<usize>) {
        let name = name.trim_end();
        let matching = self.open.last().is_some_and(|open| open.name == name);
        if !matching {
            self.break_at(
                range.start,
                format!("</{name}> closes nothing that is open there"),
            );
        }
        // A tag that closes something further out closes what is inside it; any other is ignored.
        let Some(level) = self.open.iter().rposition(|open| open.name == name) else {
            return;
        };
        self.close_down_to(level);
        if let Some((item, _, start)) = &self.item {
            if level == *item && self.outline.items.len() < MAX_ITEMS {
                self.outline.items.push(*start..range.end);
            }
            if level <= *item {
                self.outline.unfinished += usize::from(level < *item);
                self.item = None;
            }
        }
    }

    fn close_down_to(&mut self, level: usize) {
        for closed in self.open.drain(level..) {
            self.recursive -= usize::from(closed.recursive);
        }
    }

    fn break_at(&mut self, at: usize, reason: String) {
        self.outline.broken.get_or_insert((at, reason));
    }

    fn finish(mut self, length: usize) -> Outline {
        if self.outline.too_deep.is_none()
            && let Some(open) = self.open.last()
        {
            let reason = format!("the document ends within <{}>", open.name);
            self.break_at(length, reason);
        }
        self.outline.unfinished += usize::from(self.item.is_some());
        self.outline
    }
}

/// Number of the line, from 1, in which the byte position lies.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    1 + text.as_bytes()[..at]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_lie_where_they_are() {
        let text = "<rss><channel><title>x</title><item>1</item>\n<item>2<br></item><item/></channel></rss>";
        let found = outline(text);
        let items: Vec<&str> = found.items.iter().map(|item| &text[item.clone()]).collect();
        assert_eq!(items, ["<item>1</item>", "<item>2<br></item>"]);
        assert_eq!(found.around_names, ["rss", "channel"]);
        assert_eq!(&text[found.around[1].clone()], "<channel>");
        assert_eq!(
            found.broken.as_ref().map(|(at, _)| line_of(text, *at)),
            Some(2)
        );
    }

    #[test]
    fn an_item_that_never_ends_does_not_swallow_the_next() {
        let text = "<rss><channel><item><title>1<item><title>2</title></item><item>3</item></channel></rss>";
        let found = outline(text);
        assert_eq!(found.items.len(), 2);
        assert_eq!(found.unfinished, 1);
    }

    #[test]
    fn nesting_is_measured_without_recursion() {
        let deep = "<a>".repeat(100_000);
        assert_eq!(
            outline(&deep).too_deep,
            Some(TooDeep {
                limit: MAX_DEPTH,
                at: 3 * MAX_DEPTH
            })
        );
        let groups = format!("<rss>{}", "<media:group>".repeat(100_000));
        assert_eq!(
            outline(&groups).too_deep.map(|deep| deep.limit),
            Some(MAX_RECURSION)
        );
        let flat = "<r>".to_owned() + &"<group></group><category/>".repeat(10_000) + "</r>";
        assert_eq!(outline(&flat).too_deep, None);
    }
}
