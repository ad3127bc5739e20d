//! What a file looks like that holds no plain-text article: binary data, a page, a feed, or a format of its own. No I/O.

/// A format of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// An HTML page, or a piece of one.
    Page,
    /// RSS, Atom or JSON Feed.
    Feed,
    /// JSON that is none.
    Json,
    /// NITF.
    Nitf,
    /// NewsML-G2, an item or a message.
    NewsMl,
    /// A sitemap.
    Sitemap,
    /// Another, by its name.
    Other(&'static str),
}

/// First bytes of common formats that are no text, with the name to give to people.
const MAGIC: &[(&[u8], &str)] = &[
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"PK\x05\x06", "an empty zip archive"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old office document",
    ),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"OggS\0", "an Ogg file"),
    (b"ID3\x02", "an MP3 file"),
    (b"ID3\x03", "an MP3 file"),
    (b"ID3\x04", "an MP3 file"),
    (b"fLaC\0", "a FLAC file"),
    (b"\x1a\x45\xdf\xa3", "a Matroska film"),
    (b"\xfd7zXZ\0", "an xz file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a rar archive"),
    (b"\x7fELF", "a program (ELF)"),
    (b"MZ\x90\0", "a program (Windows)"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript document"),
    (b"\xff\xfe\0\0", "text in UTF-32, which is not read"),
    (b"\0\0\xfe\xff", "text in UTF-32, which is not read"),
];

/// Likewise for words that do not stand at the very beginning: where, what, name.
const MAGIC_AT: &[(usize, &[u8], &str)] = &[
    (4, b"ftyp", "an MP4 film or a HEIF picture"),
    (4, b"1AY&SY", "a bzip2 file"),
    (8, b"WEBPVP8", "a WebP picture"),
    (8, b"WAVEfmt ", "a WAVE file"),
    (8, b"AVI LIST", "an AVI film"),
];

/// One control character in so many characters makes a file binary: text has next to none, random
/// bytes have one in ten.
const CONTROLS_ONE_IN: usize = 50;

/// How many characters of a text are looked at to name its format.
const FORMAT_SAMPLE: usize = 4096;

/// Formats in markup by the name of their outermost element, without prefix and in lower case.
const ROOTS: &[(&str, Format)] = &[
    ("rss", Format::Feed),
    ("rdf", Format::Feed),
    ("feed", Format::Feed),
    ("entry", Format::Other("an Atom entry")),
    ("html", Format::Page),
    ("nitf", Format::Nitf),
    ("newsml", Format::Other("a NewsML 1 message")),
    ("newsitem", Format::NewsMl),
    ("newsmessage", Format::NewsMl),
    ("urlset", Format::Sitemap),
    ("sitemapindex", Format::Other("an index of sitemaps")),
    ("body", Format::Page),
    ("head", Format::Page),
    ("article", Format::Page),
    ("div", Format::Page),
    ("h1", Format::Page),
    ("h2", Format::Page),
    ("header", Format::Page),
    ("main", Format::Page),
    ("p", Format::Page),
    ("section", Format::Page),
    ("title", Format::Page),
];

const XML: Format = Format::Other("an XML document");

/// The binary format that `bytes` begin with.
pub(crate) fn magic(bytes: &[u8]) -> Option<&'static str> {
    let at_start = MAGIC
        .iter()
        .find(|(first, _)| bytes.starts_with(first))
        .map(|(_, name)| *name);
    let is_at = |at: usize, word: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(word));
    at_start.or_else(|| {
        MAGIC_AT
            .iter()
            .find(|(at, word, _)| is_at(*at, word))
            .map(|(_, _, name)| *name)
    })
}

/// Whether a text holds so many control characters that it is none.
pub(crate) fn is_riddled(text: &str) -> bool {
    let is_strange = |character: &char| {
        character.is_control()
            && !matches!(
                character,
                '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1a}' | '\u{85}'
            )
    };
    // Every control character but DEL and the rare U+0080 to U+009F lies below the space.
    if !text
        .bytes()
        .any(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || byte >= 0x7f)
    {
        return false;
    }
    let controls = text.chars().filter(is_strange).count();
    controls * CONTROLS_ONE_IN > text.chars().count()
}

/// The format that a text is written in, if it is not a plain-text article.
pub(crate) fn format(text: &str) -> Option<Format> {
    let start = text.trim_start();
    let end = start
        .char_indices()
        .nth(FORMAT_SAMPLE)
        .map_or(start.len(), |(end, _)| end);
    let sample = start.get(..end)?;
    match sample.chars().next()? {
        '<' => markup(sample),
        '{' | '[' => json(sample),
        _ => None,
    }
}

fn markup(sample: &str) -> Option<Format> {
    let is_xml = sample.starts_with("<?xml");
    let mut rest = sample;
    while let Some(tag) = rest.trim_start().strip_prefix('<') {
        if is_html_doctype(tag) {
            return Some(Format::Page);
        }
        if !tag.starts_with(['?', '!']) {
            return element(tag, is_xml);
        }
        let end = if tag.starts_with("!--") { "-->" } else { ">" };
        let Some(found) = tag.find(end) else { break };
        rest = tag.get(found + end.len()..)?;
    }
    is_xml.then_some(XML)
}

fn is_html_doctype(tag: &str) -> bool {
    let mut words = tag.split([' ', '\t', '\r', '\n', '>']);
    words
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("!doctype"))
        && words
            .find(|word| !word.is_empty())
            .is_some_and(|word| word.eq_ignore_ascii_case("html"))
}

/// The format whose outermost element begins with `tag`, the text behind its `<`.
fn element(tag: &str, is_xml: bool) -> Option<Format> {
    let length = tag
        .find(|letter: char| !letter.is_alphanumeric() && !matches!(letter, ':' | '-' | '_' | '.'));
    let name = tag.get(..length.unwrap_or(tag.len()))?;
    if !name.starts_with(char::is_alphabetic) || !tag.contains('>') {
        return is_xml.then_some(XML);
    }
    let local = name.rsplit(':').next()?.to_ascii_lowercase();
    let known = ROOTS
        .iter()
        .find(|(root, _)| *root == local)
        .map(|(_, format)| *format);
    Some(known.unwrap_or(if is_xml {
        XML
    } else {
        Format::Other("HTML or XML")
    }))
}

fn json(sample: &str) -> Option<Format> {
    let inner = sample.get(1..)?.trim_start();
    let is_json = match sample.chars().next()? {
        '{' => inner.starts_with(['"', '}']),
        // A line such as `[Reuters] …` or `["Quoted" …` is an article's; objects in a list are not.
        _ => {
            inner.starts_with("{\"")
                || inner.starts_with("{\n")
                || inner.starts_with("{ ")
                || inner.trim_end() == "]"
        }
    };
    is_json.then_some(if sample.contains("jsonfeed.org/version") {
        Format::Feed
    } else {
        Format::Json
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_named() {
        let cases = [
            (
                "<?xml version='1.0'?>\n<!-- a <feed> -->\n<rss version='2.0'>",
                Format::Feed,
            ),
            ("<rdf:RDF xmlns='…'><channel>", Format::Feed),
            ("  <feed xmlns='http://www.w3.org/2005/Atom'>", Format::Feed),
            ("<!DOCTYPE html><title>x", Format::Page),
            ("<!doctype HTML public><title>x", Format::Page),
            ("<p>Ferries leave on time.</p>", Format::Page),
            ("<?xml version='1.0'?><catalogue>", XML),
            ("{\"title\": 1}", Format::Json),
            ("[ {\"title\": 1} ]", Format::Json),
            (
                "{\"version\": \"https://jsonfeed.org/version/1.1\"}",
                Format::Feed,
            ),
        ];
        for (text, name) in cases {
            assert_eq!(format(text), Some(name), "{text}");
        }
    }

    #[test]
    fn text_is_not_taken_for_a_format() {
        for text in [
            "<3 from the harbour",
            "[Harbour News] Ferries leave",
            "[\"Late\" ferries]",
            "{sic}",
            "Ferries <b>late</b>",
            "",
        ] {
            assert_eq!(format(text), None, "{text}");
        }
    }

    #[test]
    fn control_characters_make_a_text_binary() {
        assert!(is_riddled("\u{1}\u{2}\u{3}abc"));
        assert!(!is_riddled("Ferries\tleave\r\non time\u{c}"));
        assert!(!is_riddled(&format!("{}\u{1b}", "on time ".repeat(20))));
    }
}
