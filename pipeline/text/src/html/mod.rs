//! HTML fragments, as the titles, summaries and contents of feed items have them: to clean plain text and images, and to
//! markup that is absolute or safe.
//!
//! The markup may be broken, cut off or hostile. It is tokenized by html5ever and read in one pass, without a tree: nothing
//! here judges what is an article and what is furniture around it. Of a fragment beyond 256 MiB only the start is read.

mod absolute;
mod address;
mod images;
mod links;
mod markup;
mod paragraphs;
mod references;
mod safe;
pub(crate) mod scan;
mod tags;
#[cfg(test)]
mod tests;
mod tokens;

pub use images::HtmlImage;
pub use links::{HtmlLink, HtmlLinks};
pub use markup::looks_like_html;
pub use references::{named_characters, unescape, unescape_attribute};

use url::Url;

/// The text of `html` as clean paragraphs, none empty, in document order.
///
/// Block elements, list items and double `<br>` part paragraphs; a single `<br>` and the border of a table cell are a space.
/// Scripts, styles, drawings, templates, frames, form controls and the head are no text. Entities are decoded once: what
/// was escaped twice comes out as markup, which [`looks_like_html`] tells.
pub fn to_paragraphs(html: &str) -> Vec<String> {
    tokens::read(html, paragraphs::Paragraphs::default()).finish()
}

/// The text of `html` as one clean line, for titles: its paragraphs joined by a space.
pub fn to_text(html: &str) -> String {
    to_paragraphs(html).join(" ")
}

/// The first `limit` different images of `html`, in document order, without those inlined as `data:` URLs.
///
/// Where `src` is missing or a `data:` placeholder, the attributes of late-loading images are asked. Images within
/// `noscript` count.
pub fn images(html: &str, limit: usize) -> Vec<HtmlImage> {
    tokens::read(html, images::Images::new(limit)).finish()
}

/// What `html` links to: the first `limit` links, and what they are relative to.
pub fn links(html: &str, limit: usize) -> HtmlLinks {
    tokens::read(html, links::Links::new(limit)).finish()
}

/// `html` with the relative addresses of its links, images, forms and the like resolved by `base`; everything else stays as
/// it is written, scripts and comments too.
///
/// Addresses are resolved by the letter (RFC 3986, section 5.2): their characters are not encoded. Those that are absolute
/// stay, and so does an empty `src`.
pub fn absolute(html: &str, base: &Url) -> String {
    absolute::absolute(html, base)
}

/// As [`absolute`], and so that an XML reader stumbles less: void elements end in `/>` and have no end tags, attributes
/// without a value have their name for it, a `<` that begins no tag is escaped, and a tag that lacks its `>` ends where the
/// next begins. For markup that is handed on, not shown.
pub fn tidy(html: &str, base: Option<&Url>) -> String {
    absolute::tidy(html, base)
}

/// `html` as it can be shown in a page of one's own: what is neither text nor harmless markup is left out.
///
/// Elements, attributes, schemes of addresses and properties of styles are allowed by name; scripts, styles, applets and
/// frames go with their content, other unknown elements without it, and unsafe addresses become empty. Comments, doctypes,
/// processing instructions and event handlers do not come out. Relative addresses are resolved by `base` as in
/// [`absolute`]. Void elements end in `/>`, attributes are sorted and quoted; tags stay unbalanced where they are.
///
/// Sanitised markup is not changed by sanitising it again.
pub fn sanitise(html: &str, base: Option<&Url>) -> String {
    safe::sanitise(html, base)
}
