//! Makes a reading safe to show: for callers who choose it, the last step over everything that was read.
//!
//! Plain text stays as it is, since its characters mean themselves; identifiers stay too, since nobody follows them.

use dateline_text::html;

use crate::model::{Entry, FeedDocument, Media, Tag, WebLink};
use crate::values::{Person, Text, TextFormat};

/// Schemes that lead to a page, a file or a person, and run nothing.
const SAFE_SCHEMES: [&str; 16] = [
    "http", "https", "ftp", "ftps", "sftp", "mailto", "xmpp", "tel", "sms", "geo", "news", "nntp",
    "magnet", "feed", "gopher", "webcal",
];

/// Makes the feed's own fields safe.
pub(crate) fn feed(feed: &mut FeedDocument) {
    for shown in [&mut feed.title, &mut feed.subtitle, &mut feed.rights] {
        shown.iter_mut().for_each(text);
    }
    address(&mut feed.link);
    address(&mut feed.image);
    links(&mut feed.links);
    persons(&mut feed.authors);
    persons(&mut feed.contributors);
    tags(&mut feed.tags);
}

/// Makes an entry's fields safe.
pub(crate) fn entry(entry: &mut Entry) {
    for shown in [&mut entry.title, &mut entry.summary, &mut entry.rights] {
        shown.iter_mut().for_each(text);
    }
    entry.contents.iter_mut().for_each(text);
    address(&mut entry.link);
    links(&mut entry.links);
    persons(&mut entry.authors);
    persons(&mut entry.contributors);
    tags(&mut entry.tags);
    if let Some(source) = &mut entry.source {
        source.title.iter_mut().for_each(unformatted);
        address(&mut source.link);
        persons(&mut source.authors);
    }
    entry.media.retain(|media| is_safe(&media.url));
    entry.media.iter_mut().for_each(media);
    entry.thumbnails.retain(|url| is_safe(url));
}

fn text(text: &mut Text) {
    if text.format == TextFormat::Html {
        // Addresses in it are absolute already, wherever that could be told.
        text.value = html::sanitise(&text.value, None);
    }
}

/// A text that does not say what it is, and that somebody may take for markup.
fn unformatted(text: &mut String) {
    if html::looks_like_html(text) {
        *text = html::sanitise(text, None);
    }
}

fn address(address: &mut Option<String>) {
    if address.as_deref().is_some_and(|address| !is_safe(address)) {
        *address = None;
    }
}

fn links(links: &mut Vec<WebLink>) {
    links.retain(|link| is_safe(&link.href));
    for link in links {
        link.title.iter_mut().for_each(unformatted);
    }
}

fn persons(persons: &mut Vec<Person>) {
    for person in persons.iter_mut() {
        address(&mut person.url);
        person.name.iter_mut().for_each(unformatted);
        person.email.iter_mut().for_each(unformatted);
    }
    persons.retain(|person| *person != Person::default());
}

fn tags(tags: &mut [Tag]) {
    for tag in tags {
        unformatted(&mut tag.term);
        tag.label.iter_mut().for_each(unformatted);
        address(&mut tag.scheme);
    }
}

fn media(media: &mut Media) {
    media.caption.iter_mut().for_each(unformatted);
    media.credit.iter_mut().for_each(unformatted);
}

/// Whether following the address runs nothing. Browsers leave out spaces and controls before they look at the scheme.
fn is_safe(address: &str) -> bool {
    let seen = |character: &char| !character.is_whitespace() && !character.is_control();
    let start: String = address
        .chars()
        .filter(seen)
        .take_while(|character| !matches!(character, '/' | '?' | '#'))
        .take(LONGEST_SCHEME)
        .collect();
    match start.split_once(':') {
        None => start.len() < LONGEST_SCHEME,
        Some((scheme, _)) => SAFE_SCHEMES
            .iter()
            .any(|safe| safe.eq_ignore_ascii_case(scheme)),
    }
}

/// Characters in which a scheme must end; what goes on without one is a relative address if it has a slash before.
const LONGEST_SCHEME: usize = 4 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_run_nothing_are_safe() {
        for safe in [
            "https://x.example/a:b",
            "/a",
            "a/b:c",
            "#a",
            "mailto:x@y.example",
            "",
            "?a=b:c",
        ] {
            assert!(is_safe(safe), "{safe}");
        }
        for dangerous in [
            "javascript:alert(1)",
            " JaVa\tScript\n:alert(1)",
            "\u{1}javascript:x",
            "vbscript:x",
            "data:text/html,<script>",
            "file:///etc/passwd",
            "blob:x",
        ] {
            assert!(!is_safe(dangerous), "{dangerous}");
        }
    }
}
