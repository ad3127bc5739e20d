//! Mail (RFC 5322 with MIME, RFC 2045 to 2049), as newsrooms and newsletters send it: one message is one article.
//!
//! Headers are read by `mail-parser`. The parts are walked here, with limits on their number and depth: that crate's own walk nests messages in
//! messages without end, and so ends the process when it drops them.

use dateline_pipeline::draft::{Guid, Item, Link, Text, Trust};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::Person;
use dateline_text::charset::{self, Declared};
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Addr, HeaderName, Message, MessageParser, MimeHeaders};

use super::fields::stated;
use super::{FileArticle, page_of};

/// Bytes of a message's head that are looked at: servers take a tenth of it.
const MAX_HEAD: usize = 256 << 10;
/// Parts of one message: newsletters have ten, with all their pictures a hundred.
const MAX_PARTS: usize = 1000;
/// Parts within parts: a forwarded newsletter with pictures has four.
const MAX_DEPTH: usize = 16;
/// Lines about parts that are left out.
const MAX_LINES: usize = 8;

/// Header fields that machines write and people do not: who has one of them has been mailed.
const OF_MACHINES: [&str; 8] = [
    "message-id",
    "mime-version",
    "received",
    "return-path",
    "delivered-to",
    "dkim-signature",
    "list-id",
    "content-transfer-encoding",
];

/// Whether the bytes begin with the head of a message: nothing but header fields up to an empty line, of which one says who wrote it, and one was
/// written by a machine or two more are a message's own. Articles that begin with `From: ` go on with a text.
pub(super) fn is_mail(bytes: &[u8]) -> bool {
    let Some(names) = field_names(bytes) else {
        return false;
    };
    let has = |name: &str| names.iter().any(|found| found.eq_ignore_ascii_case(name));
    let own = ["date", "subject", "to"];
    has("from")
        && (OF_MACHINES.iter().any(|name| has(name))
            || own.iter().filter(|name| has(name)).count() >= 2)
}

/// The names of the header fields that the bytes begin with, if an empty line ends them and nothing else is among them.
fn field_names(bytes: &[u8]) -> Option<Vec<&str>> {
    let head = bytes.get(..MAX_HEAD).unwrap_or(bytes);
    let mut names = Vec::new();
    for line in head.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return (!names.is_empty()).then_some(names);
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            // A line that goes on with the field before it.
            names.last()?;
            continue;
        }
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = line.get(..colon).filter(|name| !name.is_empty())?;
        if !name.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        names.push(std::str::from_utf8(name).ok()?);
    }
    None
}

/// Reads a message.
///
/// # Errors
/// `format` where it has more parts than are read, `empty` where it has neither subject nor text.
pub(super) fn read(bytes: &[u8]) -> Result<FileArticle, Fault> {
    let unreadable = || Fault::poison("format", "it looks like mail and its head cannot be read");
    let head = head(bytes).ok_or_else(unreadable)?;
    let parts = Parts::of(bytes)?;
    let mut item = of_head(&head);
    let mut recovered = parts.left_out;
    let mut page = None;
    match (parts.plain, parts.html) {
        (Some(plain), _) => {
            recovered.extend(plain.notes);
            item.content = Some(Text::plain(plain.text));
        }
        (None, Some(html)) => {
            recovered.extend(html.notes);
            page = Some(page_of(html.text.into_bytes()));
        }
        (None, None) if item.title.is_none() => {
            let reason = "it is mail without a subject and without text";
            return Err(Fault::poison("empty", reason));
        }
        (None, None) => {}
    }
    Ok(FileArticle {
        item,
        page,
        recovered,
        ..FileArticle::default()
    })
}

fn head(bytes: &[u8]) -> Option<Message<'_>> {
    MessageParser::default().parse_headers(bytes)
}

/// What the head says.
fn of_head(head: &Message<'_>) -> Item {
    let line = |name: HeaderName<'static>| {
        let written = head.header_raw(name)?.trim();
        (!written.is_empty()).then(|| written.to_owned())
    };
    let senders: Vec<Sender> = head
        .from()
        .map(|from| from.iter().filter_map(sender).collect())
        .unwrap_or_default();
    let language = line(HeaderName::ContentLanguage);
    let passed_on = senders.iter().find_map(|sender| sender.via.clone());
    Item {
        guid: head.message_id().map(|id| Guid {
            value: id.to_owned(),
            trust: Trust::Stated,
        }),
        // RFC 5064: the address of this very message in its list's archive.
        link: line(HeaderName::ArchivedAt)
            .and_then(|written| address(&written))
            .map(|href| Link {
                href,
                trust: Trust::Stated,
            }),
        title: head
            .subject()
            .map(str::trim)
            .filter(|subject| !subject.is_empty())
            .map(Text::plain),
        authors: senders.into_iter().map(|sender| sender.person).collect(),
        syndicator: passed_on.or_else(|| list_name(&line(HeaderName::ListId)?)),
        published: line(HeaderName::Date).and_then(|date| stated(&date, language.as_deref())),
        language: language.and_then(|tags| Some(tags.split(',').next()?.trim().to_owned())),
        ..Item::default()
    }
}

/// Who a message is from.
struct Sender {
    person: Person,
    /// Who passed it on, where the name says so.
    via: Option<String>,
}

/// Lists put themselves into the name, `Jane Roe via Quay Wire <wire@quay.example>`, and then the address is theirs.
fn sender(mailbox: &Addr<'_>) -> Option<Sender> {
    let email = mailbox.address().map(str::to_owned);
    let name = mailbox
        .name()
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let unquoted = |name: &str| name.trim_matches(['\'', '"', ' ']).to_owned();
    let (person, via) = match name.and_then(|name| name.split_once(" via ")) {
        Some((name, via)) => (Person::named(unquoted(name)), Some(unquoted(via))),
        None => {
            let name = name.map(unquoted);
            let person = Person {
                name,
                email,
                url: None,
            };
            (person, None)
        }
    };
    (person != Person::default()).then_some(Sender { person, via })
}

/// The name in a `List-Id` (RFC 2919): what stands before the identifier.
fn list_name(written: &str) -> Option<String> {
    let (name, _) = written.split_once('<')?;
    let name = name.trim().trim_matches('"').trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// The address in angle brackets.
fn address(written: &str) -> Option<String> {
    let (_, rest) = written.split_once('<')?;
    let (address, _) = rest.split_once('>')?;
    let address: String = address.split_whitespace().collect();
    (address.starts_with("http://") || address.starts_with("https://")).then_some(address)
}

/// A part of text.
struct Written {
    text: String,
    /// What was repaired in it.
    notes: Vec<String>,
}

/// What is in a message.
#[derive(Default)]
struct Parts {
    plain: Option<Written>,
    html: Option<Written>,
    /// Parts that are not the text, a line each.
    left_out: Vec<String>,
}

impl Parts {
    fn of(message: &[u8]) -> Result<Parts, Fault> {
        let mut parts = Parts::default();
        let mut open = vec![(message, 0)];
        let mut left = MAX_PARTS;
        let mut more = 0;
        while let Some((part, depth)) = open.pop() {
            let too_many = || {
                let reason = format!(
                    "it is mail with more than {MAX_PARTS} parts or more than {MAX_DEPTH} within each other; send its text alone"
                );
                Fault::poison("format", reason)
            };
            left = usize::checked_sub(left, 1).ok_or_else(too_many)?;
            let Some(head) = head(part) else { continue };
            let body = body(part);
            if let Some(boundary) = boundary(&head) {
                if depth == MAX_DEPTH {
                    return Err(too_many());
                }
                let inner = split(body, boundary, left + 1);
                open.extend(inner.into_iter().rev().map(|part| (part, depth + 1)));
            } else if !parts.take(&head, body) {
                if parts.left_out.len() < MAX_LINES {
                    parts.left_out.push(left_out(&head));
                } else {
                    more += 1;
                }
            }
        }
        if more > 0 {
            parts.left_out.push(format!("and {more} more parts"));
        }
        Ok(parts)
    }

    /// Takes a part if it is the message's text: the first of plain text, and the first of HTML. Of mixed ones the others are footers and quotes.
    fn take(&mut self, head: &Message<'_>, body: &[u8]) -> bool {
        let is_attached = head
            .content_disposition()
            .is_some_and(|disposition| disposition.is_attachment());
        let (place, written) = match media_type(head).as_str() {
            "text/plain" => (&mut self.plain, written(head, body)),
            "text/html" | "application/xhtml+xml" => (&mut self.html, written(head, body)),
            _ => return false,
        };
        if is_attached || place.is_some() || written.text.trim().is_empty() {
            // An empty part says nothing, and leaving it out says nothing either.
            return written.text.trim().is_empty();
        }
        *place = Some(written);
        true
    }
}

/// The type of a part in small letters; plain text where it states none (RFC 2045, 5.2).
fn media_type(head: &Message<'_>) -> String {
    let Some(stated) = head.content_type() else {
        return "text/plain".to_owned();
    };
    let subtype = stated.subtype().unwrap_or("plain");
    format!("{}/{subtype}", stated.ctype()).to_ascii_lowercase()
}

fn boundary<'h>(head: &'h Message<'_>) -> Option<&'h str> {
    let stated = head.content_type()?;
    let is_multipart = stated.ctype().eq_ignore_ascii_case("multipart");
    stated
        .attribute("boundary")
        .filter(|boundary| is_multipart && !boundary.is_empty())
}

/// A line about a part that is not read.
fn left_out(head: &Message<'_>) -> String {
    let kind = media_type(head);
    match head.attachment_name() {
        Some(name) => format!("the attachment `{name}` ({kind}) was left out"),
        None => format!("a part ({kind}) was left out"),
    }
}

/// The text of a part, without its transfer encoding (RFC 2045, 6) and in its charset.
fn written(head: &Message<'_>, body: &[u8]) -> Written {
    let encoding = head.content_transfer_encoding().unwrap_or_default();
    let mut notes = Vec::new();
    let unpacked = if encoding.eq_ignore_ascii_case("base64") {
        base64_decode(body)
    } else if encoding.eq_ignore_ascii_case("quoted-printable") {
        quoted_printable_decode(body)
    } else {
        Some(body.to_vec())
    };
    let bytes = unpacked.unwrap_or_else(|| {
        notes.push(format!("the text says that it is {encoding} and is not"));
        body.to_vec()
    });
    let charset = head
        .content_type()
        .and_then(|stated| stated.attribute("charset"))
        .map(|charset| format!("text/plain; charset={charset}"));
    let declared = Declared {
        content_type: charset.as_deref(),
        ..Declared::default()
    };
    let decoded = charset::decode(&bytes, &declared);
    notes.extend(decoded.notes());
    Written {
        text: decoded.text.into_owned(),
        notes,
    }
}

/// What stands behind the first empty line.
fn body(part: &[u8]) -> &[u8] {
    let mut rest = part;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, behind) = rest.split_at(end + 1);
        rest = behind;
        if matches!(line, b"\n" | b"\r\n") {
            return rest;
        }
    }
    &[]
}

/// The parts between the lines of the boundary (RFC 2046, 5.1.1), `most` at most.
fn split<'b>(body: &'b [u8], boundary: &str, most: usize) -> Vec<&'b [u8]> {
    let mut parts = Vec::new();
    let mut begin = None;
    let mut at = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let mark = line
            .strip_prefix(b"--")
            .and_then(|line| line.strip_prefix(boundary.as_bytes()))
            .map(<[u8]>::trim_ascii);
        if let Some(mark @ (b"" | b"--")) = mark {
            parts.extend(begin.and_then(|begin| body.get(begin..at)));
            begin = (mark.is_empty() && parts.len() < most).then_some(at + line.len());
            if begin.is_none() {
                return parts;
            }
        }
        at += line.len();
    }
    // The last one is cut off where its end is missing.
    parts.extend(begin.and_then(|begin| body.get(begin..)));
    parts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::collection::vec;
    use proptest::prelude::{any, proptest};

    use super::*;

    const HEAD: &str = "From: \"Jane Roe via Quay Wire\" <wire@quay.example>\r\n\
        To: desk@tern.example\r\nSubject: =?utf-8?Q?The_caf=C3=A9_on_the_quay?=\r\n =?utf-8?Q?_opens?=\r\n\
        Date: Tue, 9 May 2023 10:00:00 +0100\r\nMessage-ID: <1@quay.example>\r\n\
        Archived-At: <https://quay.example/a/1>\r\nMIME-Version: 1.0\r\n";

    fn message(rest: &str) -> FileArticle {
        let message = format!("{HEAD}{rest}");
        assert!(is_mail(message.as_bytes()));
        read(message.as_bytes()).unwrap()
    }

    fn content(article: &FileArticle) -> &str {
        article.item.content.as_ref().unwrap().value.trim()
    }

    #[test]
    fn the_head_says_who_what_and_when() {
        let article = message("\r\nIt opens on Monday.\r\n");
        let item = &article.item;
        assert_eq!(
            item.title.as_ref().unwrap().value,
            "The café on the quay opens"
        );
        assert_eq!(item.authors, [Person::named("Jane Roe")]);
        assert_eq!(item.syndicator.as_deref(), Some("Quay Wire"));
        assert_eq!(item.guid.as_ref().unwrap().value, "1@quay.example");
        assert_eq!(item.link.as_ref().unwrap().href, "https://quay.example/a/1");
        let published = item.published.as_ref().unwrap();
        assert_eq!(published.instant.to_string(), "2023-05-09T09:00:00Z");
        assert_eq!(published.offset.as_deref(), Some("+01:00"));
        assert_eq!(
            published.raw.as_deref(),
            Some("Tue, 9 May 2023 10:00:00 +0100")
        );
        assert_eq!(content(&article), "It opens on Monday.");
    }

    #[test]
    fn a_list_that_keeps_the_writers_name_is_who_passed_it_on() {
        let text = "From: Tom Low <tom@tern.example>\nSubject: Gulls\nList-Id: \"Quay Weekly\" <weekly.quay.example>\n\nThey are back.\n";
        let item = read(text.as_bytes()).unwrap().item;
        assert_eq!(item.syndicator.as_deref(), Some("Quay Weekly"));
        assert_eq!(item.authors[0].email.as_deref(), Some("tom@tern.example"));
        assert_eq!((item.published, item.guid, item.link), (None, None, None));
    }

    #[test]
    fn plain_text_comes_before_markup_and_the_rest_is_named() {
        let article = message(
            "Content-Type: multipart/mixed; boundary=a\r\n\r\nFor old programs.\r\n--a\r\n\
             Content-Type: multipart/alternative; boundary=\"b c\"\r\n\r\n--b c\r\n\
             Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
             The caf=E9 opens =\r\non Monday.\r\n--b c\r\nContent-Type: text/html\r\n\r\n<p>Markup</p>\r\n--b c--\r\n\
             --a\r\nContent-Type: application/pdf; name=menu.pdf\r\nContent-Disposition: attachment; filename=menu.pdf\r\n\
             Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--a--\r\n",
        );
        assert_eq!(content(&article), "The café opens on Monday.");
        assert_eq!(article.page, None);
        assert!(
            article
                .recovered
                .contains(&"the attachment `menu.pdf` (application/pdf) was left out".to_owned()),
            "{:?}",
            article.recovered
        );
    }

    #[test]
    fn markup_alone_is_a_page() {
        let article = message(
            "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+VGhleSBhcmUgYmFjay48L3A+\r\n",
        );
        assert_eq!(article.page.unwrap().bytes, b"<p>They are back.</p>");
        assert_eq!(article.item.content, None);
    }

    #[test]
    fn a_message_that_is_cut_off_is_read_up_to_there() {
        let article = message(
            "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain\r\n\r\nIt opens on",
        );
        assert_eq!(content(&article), "It opens on");
    }

    #[test]
    fn articles_that_begin_with_a_from_are_no_mail() {
        for text in [
            "From: Jane Roe\n\nThe ferry office published its timetable on Monday.\n",
            "From: Jane Roe\nQuay, Monday. The ferry office published its timetable.\n\nMore.\n",
            "Byline: Jane Roe\nSubject: Ferries\nDate: Monday\n\nThe ferries are late.\n",
            "Subject: ferries\nDate: Monday\n\nThe ferries are late.\n",
            "From: a\nSubject: b\nDate: c",
            "",
        ] {
            assert!(!is_mail(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn parts_within_parts_have_an_end() {
        let mut deep = String::new();
        for number in 0..10_000 {
            deep += &format!(
                "Content-Type: multipart/mixed; boundary=b{number}\r\n\r\n--b{number}\r\n"
            );
        }
        let fault = read(format!("{HEAD}{deep}").as_bytes()).unwrap_err();
        assert!(fault.reason.contains("parts"), "{}", fault.reason);
        let many = "--a\r\n\r\n\r\n".repeat(10_000);
        let many = format!("{HEAD}Content-Type: multipart/mixed; boundary=a\r\n\r\n{many}");
        assert_eq!(read(many.as_bytes()).unwrap_err().kind, "format");
        let messages = "Content-Type: message/rfc822\r\n\r\n".repeat(100_000);
        let article = read(format!("{HEAD}{messages}").as_bytes()).unwrap();
        assert_eq!(article.recovered.len(), 1);
    }

    proptest! {
        #[test]
        fn any_message_is_read_or_named(bytes in vec(any::<u8>(), 0..400), lines in "(--a\r\n|Content-Type: [a-z/;=\"]{0,20}\r\n|Content-Transfer-Encoding: base64\r\n|\r\n|From: \\PC{0,9}\n|[ -~]{0,9}){0,30}") {
            let mut message = format!("{HEAD}Content-Type: multipart/mixed; boundary=a\r\n{lines}\r\n").into_bytes();
            message.extend(bytes);
            if let Err(fault) = read(&message) {
                proptest::prop_assert!(["empty", "format"].contains(&fault.kind));
            }
        }
    }
}
