//! Web archives: WARC 1.0 and 1.1 (ISO 28500, <https://iipc.github.io/warc-specifications/>), as Common Crawl publishes news (CC-News).
//!
//! A page that a server answered with is an article, to be found in it; a feed is its items. Everything else that crawlers write down is passed over
//! and counted. `WARC-Date` says when a page was fetched, and so never when it was published.

use std::io::{self, BufRead, Read};

use dateline_pipeline::draft::{FetchedPage, Link, Trust};
use dateline_pipeline::fault::Fault;
use dateline_text::charset::{self, Declared};
use jiff::Timestamp;

use super::http::Head;
use super::packed::{self, Stream};
use super::parts::{PASSED, Reader, Step, Unread, too_large};
use super::{FileArticle, feed};
use crate::look::{self, Format};

/// What every record begins with; a digit follows.
const VERSION: &[u8] = b"WARC/1.";
/// Bytes of a record's head: they have ten lines.
const MAX_HEAD: usize = 64 << 10;
/// Bytes of a record at most: no archive that is read has more.
const MAX_RECORD: u64 = 1 << 40;
/// Bytes of an answer's head: servers send at most 16 KiB.
const MAX_ANSWER_HEAD: u64 = 64 << 10;
/// Bytes of a line behind a damaged record that are looked at.
const MAX_LINE: u64 = 64 << 10;

/// Whether the bytes begin with a record.
pub(super) fn is_warc(head: &[u8]) -> bool {
    head.starts_with(VERSION)
}

/// A web archive.
pub(super) struct Warc {
    stream: Stream,
    /// Bytes of a page at most.
    most: u64,
    /// Bytes of the record that are still to be passed over.
    left: u64,
    /// Records met.
    records: u64,
    /// Records that are no pages.
    passed_over: u64,
    /// Whether the next record is looked for behind a damaged one.
    is_lost: bool,
    is_at_end: bool,
    /// What came of a record and has not been asked for yet.
    waiting: Vec<FileArticle>,
}

/// The head of a record.
#[derive(Debug, Default)]
struct Record {
    kind: String,
    target: Option<String>,
    fetched: Option<Timestamp>,
    media_type: String,
    /// Why it was cut off when it was written.
    truncated: Option<String>,
    is_segment: bool,
    length: u64,
}

impl Warc {
    pub(super) fn new(stream: Stream, most: u64) -> Warc {
        Warc {
            stream,
            most,
            left: 0,
            records: 0,
            passed_over: 0,
            is_lost: false,
            is_at_end: false,
            waiting: Vec::new(),
        }
    }

    fn next(&mut self) -> io::Result<Step> {
        if let Some(article) = self.waiting.pop() {
            return Ok(Step::Article(Box::new(article)));
        }
        if self.left > 0 {
            let wanted = self.left.min(PASSED);
            let passed = io::copy(&mut self.stream.by_ref().take(wanted), &mut io::sink())?;
            self.left -= passed;
            return if passed < wanted {
                Err(cut_off())
            } else {
                Ok(Step::Worked)
            };
        }
        let mut line = Vec::new();
        self.stream
            .by_ref()
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)?;
        if line.is_empty() {
            self.is_at_end = true;
            return Ok(Step::Worked);
        }
        if is_warc(&line) {
            self.is_lost = false;
            self.records += 1;
            return self.record();
        }
        // Two empty lines end a record.
        if self.is_lost || line.trim_ascii().is_empty() {
            return Ok(Step::Worked);
        }
        let reason = format!(
            "what follows record {} is no record: its length is wrong, or it is damaged",
            self.records
        );
        Ok(self.lost(Fault::poison("damaged", reason), line))
    }

    /// A damaged record, after which the next one is looked for.
    fn lost(&mut self, fault: Fault, bytes: Vec<u8>) -> Step {
        self.is_lost = true;
        self.left = 0;
        Step::Unread(Unread::new(fault, bytes))
    }

    fn record(&mut self) -> io::Result<Step> {
        let head = self.record_head()?;
        let Some(record) = record(&head) else {
            let reason = format!("the head of record {} is damaged", self.records);
            return Ok(self.lost(Fault::poison("damaged", reason), head));
        };
        self.left = record.length;
        let is_answer = record.kind == "response" && record.media_type == "application/http";
        let target = record.target.clone().filter(|_| is_answer);
        let Some(target) = target.filter(|target| target.starts_with("http")) else {
            self.passed_over += 1;
            return Ok(Step::Worked);
        };
        self.answer(&record, target)
    }

    /// The lines up to an empty one.
    fn record_head(&mut self) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        while head.len() < MAX_HEAD {
            let begin = head.len();
            let most = (MAX_HEAD - begin) as u64;
            let read = self
                .stream
                .by_ref()
                .take(most)
                .read_until(b'\n', &mut head)?;
            if read == 0 {
                return Err(cut_off());
            }
            if head
                .get(begin..)
                .is_some_and(|line| line.trim_ascii().is_empty())
            {
                break;
            }
        }
        Ok(head)
    }

    /// Reads what a server answered, if it is a page or a feed.
    fn answer(&mut self, record: &Record, target: String) -> io::Result<Step> {
        let mut block = Vec::new();
        self.read(MAX_ANSWER_HEAD, &mut block)?;
        let Some(head) = Head::of(&block) else {
            let reason = format!("the answer of {target} has no head of HTTP that can be read");
            return Ok(Step::Unread(Unread::new(
                Fault::poison("damaged", reason),
                block,
            )));
        };
        let Some(kind) = kind(&head) else {
            self.passed_over += 1;
            return Ok(Step::Worked);
        };
        if record.length > self.most {
            return Ok(Step::Unread(Unread::new(
                too_large(&target, self.most),
                block,
            )));
        }
        self.read(record.length, &mut block)?;
        if !self.ends()? {
            let reason = format!("the record of {target} has another length than it states");
            return Ok(self.lost(Fault::poison("damaged", reason), block));
        }
        let sent = block.split_off(head.length.min(block.len()));
        let body = head.body(sent, self.most);
        let articles =
            body.and_then(|(body, notes)| of_body(kind, &head, record, target, body, notes));
        match articles {
            Ok(Some(mut articles)) => {
                articles.reverse();
                self.waiting = articles;
            }
            Ok(None) => self.passed_over += 1,
            Err(fault) => return Ok(Step::Unread(Unread::new(fault, block))),
        }
        Ok(Step::Worked)
    }

    /// Reads on in the record, `most` bytes at most.
    fn read(&mut self, most: u64, block: &mut Vec<u8>) -> io::Result<()> {
        let wanted = self.left.min(most);
        let read = self.stream.by_ref().take(wanted).read_to_end(block)? as u64;
        self.left -= read;
        if read < wanted {
            Err(cut_off())
        } else {
            Ok(())
        }
    }

    /// Whether a record ends here: with empty lines, the next record, or the file.
    fn ends(&mut self) -> io::Result<bool> {
        let next = self.stream.fill_buf()?;
        Ok(next.is_empty() || next.starts_with(b"\r") || next.starts_with(b"\n") || is_warc(next))
    }
}

fn cut_off() -> io::Error {
    let reason = "the archive ends within a record; send it again";
    io::Error::other(Fault::poison("damaged", reason))
}

/// Reads the fields of a record's head; nothing if it lacks its type or a length that can be.
fn record(head: &[u8]) -> Option<Record> {
    let head = String::from_utf8_lossy(head);
    let mut record = Record::default();
    let mut length = None;
    for line in head.lines() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "warc-type" => record.kind = value.to_ascii_lowercase(),
            // Some crawlers write it in angle brackets, as the first edition has it.
            "warc-target-uri" => {
                record.target = Some(value.trim_matches(['<', '>']).to_owned());
            }
            "warc-date" => record.fetched = value.parse().ok(),
            "warc-truncated" => record.truncated = Some(value.to_owned()),
            "warc-segment-number" => record.is_segment = true,
            "content-length" => length = value.parse().ok(),
            "content-type" => {
                let media_type = value.split(';').next().unwrap_or_default();
                record.media_type = media_type.trim().to_ascii_lowercase();
            }
            _ => {}
        }
    }
    record.length = length.filter(|length| *length <= MAX_RECORD)?;
    (!record.kind.is_empty()).then_some(record)
}

/// What an answer can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Page,
    /// Markup or JSON that may be a feed.
    Feed,
}

/// What an answer can be by its head; nothing if it is no article.
fn kind(head: &Head) -> Option<Kind> {
    if head.facts.status != 200 {
        return None;
    }
    match head.media_type().as_str() {
        "text/html" | "application/xhtml+xml" => Some(Kind::Page),
        "application/rss+xml"
        | "application/atom+xml"
        | "application/rdf+xml"
        | "application/feed+json"
        | "application/xml"
        | "text/xml" => Some(Kind::Feed),
        _ => None,
    }
}

/// The articles of an answer; nothing if it is none after all.
fn of_body(
    kind: Kind,
    head: &Head,
    record: &Record,
    target: String,
    body: Vec<u8>,
    mut notes: Vec<String>,
) -> Result<Option<Vec<FileArticle>>, Fault> {
    if let Some(why) = &record.truncated {
        notes.push(format!(
            "the archive holds only the beginning of the answer (`{why}`)"
        ));
    }
    if record.is_segment {
        notes.push(
            "the archive holds the answer in several records, and this is the first".to_owned(),
        );
    }
    match kind {
        Kind::Page if body.trim_ascii().is_empty() => Ok(None),
        Kind::Page => Ok(Some(vec![page(head, record, target, body, notes)])),
        Kind::Feed => {
            let declared = Declared {
                content_type: head.content_type.as_deref(),
                ..Declared::default()
            };
            let decoded = charset::decode(&body, &declared);
            if look::format(&decoded.text) != Some(Format::Feed) {
                return Ok(None);
            }
            match feed::read(&body) {
                Ok(mut articles) => {
                    if let Some(first) = articles.first_mut() {
                        first.recovered.extend(notes);
                    }
                    Ok(Some(articles))
                }
                // A feed without items is no damage.
                Err(fault) if fault.kind == "empty" => Ok(None),
                Err(fault) => Err(fault),
            }
        }
    }
}

fn page(
    head: &Head,
    record: &Record,
    target: String,
    body: Vec<u8>,
    recovered: Vec<String>,
) -> FileArticle {
    let mut article = FileArticle {
        page: Some(FetchedPage {
            url: target.clone(),
            content_type: head.content_type.clone(),
            fetched: record.fetched,
            bytes: body,
        }),
        http: Some(head.facts.clone()),
        recovered,
        ..FileArticle::default()
    };
    article.item.link = Some(Link {
        href: target,
        trust: Trust::Stated,
    });
    article
}

impl Reader for Warc {
    fn step(&mut self) -> Step {
        if self.is_at_end {
            let passed_over = std::mem::take(&mut self.passed_over);
            return if passed_over == 0 {
                Step::End
            } else {
                Step::Said(format!(
                    "{passed_over} of {} records of the archive are no pages and were passed over",
                    self.records
                ))
            };
        }
        self.next().unwrap_or_else(|error| {
            let fault = packed::fault(&error);
            self.is_at_end = packed::is_final(&error);
            if self.is_lost && !self.is_at_end {
                return Step::Worked;
            }
            self.lost(fault, Vec::new())
        })
    }

    fn empty(&self) -> &'static str {
        "the web archive holds no page (a `response` with status 200 in HTML) and no feed"
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::{Cursor, Write};

    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert, proptest};

    use super::super::parts::{Limits, Next, Part, Parts, Settings};

    const PAGE: &str = "<!doctype html><title>Gulls return</title><p>They are back.</p>";

    fn record(kind: &str, media_type: &str, block: &[u8]) -> Vec<u8> {
        let head = format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2023-05-10T04:00:00Z\r\nWARC-Target-URI: https://quay.example/gulls\r\n\
             Content-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
            block.len()
        );
        [head.as_bytes(), block, b"\r\n\r\n"].concat()
    }

    fn answer(head: &str, body: &[u8]) -> Vec<u8> {
        let block = [format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat();
        record("response", "application/http; msgtype=response", &block)
    }

    fn page(text: &str) -> Vec<u8> {
        answer(
            "200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: \"a\"",
            text.as_bytes(),
        )
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    /// The parts of an archive, and what is said of it.
    fn read(bytes: Vec<u8>) -> (Vec<Part>, Vec<String>) {
        let settings = Settings {
            limits: Limits {
                file: 64 << 10,
                archive: 1 << 20,
            },
            ..Settings::default()
        };
        let (mut parts, mut said) = (Vec::new(), Vec::new());
        for next in Parts::new(Cursor::new(bytes), settings) {
            match next {
                Next::Part(part) => parts.push(part),
                Next::Said(line) => said.push(line),
                Next::Worked => {}
            }
        }
        (parts, said)
    }

    /// The pages of an archive, and the kinds of what could not be read.
    fn pages(bytes: Vec<u8>) -> (Vec<String>, Vec<&'static str>) {
        let (mut pages, mut faults) = (Vec::new(), Vec::new());
        for part in read(bytes).0 {
            match part.article {
                Ok(article) => pages.push(String::from_utf8(article.page.unwrap().bytes).unwrap()),
                Err(unread) => faults.push(unread.fault.kind),
            }
        }
        (pages, faults)
    }

    #[test]
    fn pages_are_articles_and_the_rest_is_counted() {
        let mut archive = record(
            "warcinfo",
            "application/warc-fields",
            b"software: a crawler",
        );
        archive.extend(record(
            "request",
            "application/http; msgtype=request",
            b"GET / HTTP/1.1\r\n\r\n",
        ));
        archive.extend(page(PAGE));
        archive.extend(answer(
            "404 Not Found\r\nContent-Type: text/html",
            b"<p>Gone",
        ));
        archive.extend(answer("200 OK\r\nContent-Type: image/png", b"\x89PNG"));
        let (parts, said) = read(archive);
        assert_eq!(
            said,
            ["4 of 5 records of the archive are no pages and were passed over"]
        );
        assert_eq!(parts.len(), 1);
        let article = parts[0].article.as_ref().unwrap();
        assert_eq!(
            article.item.link.as_ref().unwrap().href,
            "https://quay.example/gulls"
        );
        assert_eq!(
            (&article.item.published, &article.item.guid),
            (&None, &None)
        );
        let page = article.page.as_ref().unwrap();
        assert_eq!(
            (page.url.as_str(), page.bytes.as_slice()),
            ("https://quay.example/gulls", PAGE.as_bytes())
        );
        assert_eq!(page.fetched.unwrap().to_string(), "2023-05-10T04:00:00Z");
        let http = article.http.as_ref().unwrap();
        assert_eq!((http.status, http.etag.as_deref()), (200, Some("\"a\"")));
    }

    #[test]
    fn encodings_of_the_answer_are_taken_off() {
        let html = "200 OK\r\nContent-Type: text/html\r\n";
        let chunked = format!("{:x}\r\n{PAGE}\r\n0\r\n\r\n", PAGE.len());
        let mut archive = answer(
            &format!("{html}Transfer-Encoding: chunked"),
            chunked.as_bytes(),
        );
        archive.extend(answer(
            &format!("{html}Content-Encoding: gzip"),
            &gzip(PAGE.as_bytes()),
        ));
        archive.extend(answer(
            &format!("{html}Content-Encoding: zstd"),
            &zstd::bulk::compress(PAGE.as_bytes(), 3).unwrap(),
        ));
        // Taken off by the crawler, which left the fields.
        archive.extend(answer(
            &format!("{html}Content-Encoding: br\r\nTransfer-Encoding: chunked"),
            PAGE.as_bytes(),
        ));
        assert_eq!(pages(archive), (vec![PAGE.to_owned(); 4], vec![]));
    }

    #[test]
    fn feeds_are_read_as_feeds() {
        let feed = b"<rss version='2.0'><channel><item><title>One</title></item><item><title>Two</title></item></channel></rss>";
        let (parts, _) = read(answer("200 OK\r\nContent-Type: application/rss+xml", feed));
        let titles: Vec<_> = parts
            .iter()
            .map(|part| {
                part.article
                    .as_ref()
                    .unwrap()
                    .item
                    .title
                    .as_ref()
                    .unwrap()
                    .value
                    .as_str()
            })
            .collect();
        assert_eq!(titles, ["One", "Two"]);
    }

    #[test]
    fn a_feed_that_was_cut_off_says_so() {
        let feed = b"<rss version='2.0'><channel><item><title>One</title></item><item><title>Tw";
        let answer = answer("200 OK\r\nContent-Type: application/rss+xml", feed);
        let truncated = String::from_utf8(answer)
            .unwrap()
            .replace("WARC-Type: ", "WARC-Truncated: length\r\nWARC-Type: ");
        let (parts, _) = read(truncated.into_bytes());
        let first = parts[0].article.as_ref().unwrap();
        let told = |line: &String| line.contains("only the beginning of the answer (`length`)");
        assert!(first.recovered.iter().any(told), "{:?}", first.recovered);
    }

    #[test]
    fn a_damaged_record_costs_that_record() {
        let wrong_length = String::from_utf8(page(PAGE))
            .unwrap()
            .replace("Content-Length: ", "Content-Length: 1");
        let endless = String::from_utf8(page(PAGE))
            .unwrap()
            .replace("Content-Length: ", "Content-Length: 9223372036854775");
        for damaged in [
            b"WARC/1.0\r\nno head\r\n\r\n\r\n\r\n".to_vec(),
            b"noise\r\nand more\r\n".to_vec(),
            endless.into_bytes(),
        ] {
            let archive = [page("<p>One"), damaged, page("<p>Two")].concat();
            let (pages, faults) = pages(archive);
            assert_eq!(pages, ["<p>One", "<p>Two"]);
            assert_eq!(faults, ["damaged"]);
        }
        // What it swallows is lost with it.
        let archive = [
            page("<p>One"),
            wrong_length.into_bytes(),
            page("<p>Two"),
            page(&"<p>Three".repeat(200)),
            page("<p>Four"),
        ]
        .concat();
        let (pages, faults) = pages(archive);
        assert_eq!(
            (
                pages.first().unwrap().as_str(),
                pages.last().unwrap().as_str()
            ),
            ("<p>One", "<p>Four")
        );
        assert_eq!(faults, ["damaged"]);
    }

    #[test]
    fn a_damaged_member_of_a_packed_archive_costs_that_member() {
        let mut damaged = gzip(&page(PAGE));
        let middle = damaged.len() / 2;
        damaged[middle..middle + 20].fill(0xff);
        let archive = [gzip(&page("<p>One")), damaged, gzip(&page("<p>Two"))].concat();
        let (found, faults) = pages(archive);
        assert_eq!(found, ["<p>One", "<p>Two"]);
        assert_eq!(faults, ["packed"]);
        let whole = [gzip(&page("<p>One")), gzip(&page("<p>Two"))].concat();
        let (found, faults) = pages(whole[..whole.len() - 9].to_vec());
        assert_eq!((found[0].as_str(), faults), ("<p>One", vec!["packed"]));
    }

    #[test]
    fn what_is_too_large_is_named() {
        let large = page(&"a".repeat(70_000));
        let bomb = answer(
            "200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip",
            &gzip(&vec![b'a'; 10 << 20]),
        );
        let archive = [large, bomb, page("<p>One")].concat();
        assert_eq!(
            pages(archive),
            (vec!["<p>One".to_owned()], vec!["too_large", "too_large"])
        );
        let archive = gzip(&[page("<p>One"), vec![b'a'; 2 << 20]].concat());
        assert_eq!(pages(archive).1, ["damaged", "too_large"]);
    }

    #[test]
    fn an_archive_without_pages_says_so() {
        let (parts, _) = read(record(
            "warcinfo",
            "application/warc-fields",
            b"software: a crawler",
        ));
        let unread = parts[0].article.as_ref().unwrap_err();
        assert_eq!(unread.fault.kind, "empty");
    }

    proptest! {
        #[test]
        fn any_damage_is_read_or_named(at in 0_usize..900, bytes in vec(any::<u8>(), 0..40), is_packed in any::<bool>()) {
            let mut archive = [page(PAGE), page("<p>Two"), page("<p>Three")].concat();
            if is_packed {
                archive = gzip(&archive);
            }
            let at = at.min(archive.len());
            let end = (at + bytes.len()).min(archive.len());
            archive.splice(at..end, bytes);
            prop_assert!(!read(archive).0.is_empty());
        }
    }
}
