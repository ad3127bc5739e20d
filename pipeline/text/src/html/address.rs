//! Addresses in markup: which attributes hold one, and what a relative one means.

use std::borrow::Cow;

use url::{Position, Url};

/// The longest base that relative addresses are resolved by, in bytes. It is written again for each of them.
const MAX_BASE_BYTES: usize = 2048;

/// Whether the attribute of the element is an address that may be relative. Names in any case.
pub(super) fn is_address(element: &str, attribute: &str) -> bool {
    let is_one_of = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(element));
    let is = |name: &str| attribute.eq_ignore_ascii_case(name);
    match attribute.as_bytes().first().map(u8::to_ascii_lowercase) {
        Some(b'a') if is("action") => is_one_of(&["form"]),
        Some(b'b') if is("background") => is_one_of(&["body", "table", "td", "th", "tr"]),
        Some(b'c') if is("cite") => is_one_of(&["blockquote", "del", "ins", "q"]),
        Some(b'c') if is("classid") => is_one_of(&["object"]),
        Some(b'c') if is("codebase") => is_one_of(&["applet", "object"]),
        Some(b'd') if is("data") => is_one_of(&["object"]),
        Some(b'h') if is("href") => is_one_of(&["a", "area", "link"]),
        Some(b'l') if is("longdesc") => is_one_of(&["frame", "iframe", "img"]),
        Some(b'p') if is("poster") => is_one_of(&["video"]),
        Some(b'p') if is("profile") => is_one_of(&["head"]),
        Some(b's') if is("src") => is_one_of(&[
            "audio", "embed", "frame", "iframe", "img", "input", "script", "source", "track",
            "video",
        ]),
        Some(b'u') if is("usemap") => is_one_of(&["img", "input", "object"]),
        _ => false,
    }
}

/// The address as a browser takes it: without the white space around it, and without tabs and line ends in it.
pub(super) fn trimmed(address: &str) -> Cow<'_, str> {
    let address = address.trim_matches(|c: char| c <= ' ');
    if address.contains(['\t', '\n', '\r']) {
        Cow::Owned(address.replace(['\t', '\n', '\r'], ""))
    } else {
        Cow::Borrowed(address)
    }
}

/// The scheme that an address begins with, as written.
pub(super) fn scheme(address: &str) -> Option<&str> {
    let (scheme, _) = address.split_once(':')?;
    let mut bytes = scheme.bytes();
    let is_scheme = bytes.next()?.is_ascii_alphabetic()
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme.then_some(scheme)
}

/// What relative addresses are resolved by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Base<'a> {
    url: &'a Url,
}

impl<'a> Base<'a> {
    /// None where nothing can be relative to `url`.
    pub(super) fn new(url: &'a Url) -> Option<Base<'a>> {
        let can = !url.cannot_be_a_base() && url.as_str().len() <= MAX_BASE_BYTES;
        can.then_some(Base { url })
    }

    /// The base without its fragment.
    pub(super) fn itself(self) -> &'a str {
        &self.url[..Position::AfterQuery]
    }

    /// The absolute form of a relative address, trimmed (RFC 3986, section 5.2); none where it is absolute or empty.
    ///
    /// Its characters stay as they are written, so that it is the same address to those who compare.
    pub(super) fn resolve(self, address: &str) -> Option<String> {
        if address.is_empty() || scheme(address).is_some() {
            return None;
        }
        let url = self.url;
        let before = |position: Position| &url[..position];
        if address.starts_with("//") {
            return Some(format!("{}:{address}", url.scheme()));
        }
        if address.starts_with('#') {
            return Some(format!("{}{address}", self.itself()));
        }
        if address.starts_with('?') {
            return Some(format!("{}{address}", before(Position::AfterPath)));
        }
        let (path, rest) = address.split_at(address.find(['?', '#']).unwrap_or(address.len()));
        let mut absolute = before(Position::BeforePath).to_owned();
        if path.starts_with('/') {
            push_path(&mut absolute, "", path);
        } else {
            let folder = url.path().rsplit_once('/').map_or("", |(folder, _)| folder);
            push_path(&mut absolute, folder, path);
        }
        absolute.push_str(rest);
        Some(absolute)
    }
}

/// Writes the path without its dot segments (RFC 3986, section 5.2.4).
fn push_path(out: &mut String, folder: &str, path: &str) {
    let start = out.len();
    out.push_str(folder);
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." => {}
            ".." => {
                let parent = out[start..].rfind('/').unwrap_or(0);
                out.truncate(start + parent);
            }
            _ => {
                out.push('/');
                out.push_str(segment);
                continue;
            }
        }
        if is_last {
            out.push('/');
        }
    }
}
