//! Pages of articles, read where they can do no harm: on a thread of their own with room for deep trees and a time to be done in. What the page says is for
//! `dateline_text::page` to find.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use dateline_text::charset::{self, Declared};
use dateline_text::page::{self, Page};
use jiff::Timestamp;

use super::dates;
use crate::fault::Fault;
use crate::record::Instant;

/// The longest that a page is waited for: a hundred times what the largest take.
const DEADLINE: Duration = Duration::from_secs(2);
/// Bytes of stack: trees are at most 200 elements deep, and each takes some kilobytes.
const STACK: usize = 64 << 20;
/// Threads that have overrun and are not done. With more, pages are refused until some are.
const MAX_STRAY: usize = 4;
/// Bytes of a page that are read.
const MAX_BYTES: usize = 16 << 20;

static STRAY: AtomicUsize = AtomicUsize::new(0);

/// What the page of an article says.
#[derive(Debug, Clone, PartialEq)]
pub struct PageArticle {
    /// Everything but the dates.
    pub page: Page,
    /// When it was published.
    pub published: Option<Instant>,
    /// When it was last changed.
    pub updated: Option<Instant>,
    /// What was repaired, refused or contradicted on the way.
    pub notes: Vec<String>,
}

/// Reads a page that was fetched from `url` at `fetched`; `content_type` is what the server said of it.
///
/// # Errors
/// A poison fault where the page takes too long or trips over a bug, a transient one where others that do so are still at it.
pub fn read(
    bytes: &[u8],
    content_type: Option<&str>,
    url: Option<&str>,
    fetched: Timestamp,
) -> Result<PageArticle, Fault> {
    let (page, mut notes) = page_of(bytes, content_type)?;
    let dates = dates::of_page(&page, url, fetched);
    notes.extend(dates.notes);
    Ok(PageArticle {
        page,
        published: dates.published,
        updated: dates.updated,
        notes,
    })
}

/// The same without the dates, with what was repaired.
pub(super) fn page_of(
    bytes: &[u8],
    content_type: Option<&str>,
) -> Result<(Page, Vec<String>), Fault> {
    let bytes = &bytes[..bytes.len().min(MAX_BYTES)];
    let decoded = charset::decode(
        bytes,
        &Declared {
            content_type,
            ..Declared::default()
        },
    );
    let notes = decoded.notes();
    let page = within_limits(decoded.text.into_owned(), page::read)?;
    Ok((page, notes))
}

/// Runs `read` on a thread of its own, and waits for it as long as a page may take.
fn within_limits<T: Send + 'static>(
    text: String,
    read: impl FnOnce(&str) -> T + Send + 'static,
) -> Result<T, Fault> {
    if STRAY.load(Ordering::Relaxed) >= MAX_STRAY {
        let reason = "pages that took too long are still being read, and this one was not; try it again later";
        return Err(Fault::transient("pages_busy", reason));
    }
    let (sender, receiver) = mpsc::sync_channel(1);
    // Set by whichever side leaves first; the other then knows that it is the last one, and a stray thread no more.
    let is_left = Arc::new(AtomicBool::new(false));
    let is_given_up = Arc::clone(&is_left);
    let work = move || {
        let page = std::panic::catch_unwind(AssertUnwindSafe(|| read(&text)));
        // Fails where nobody waits any more.
        sender.send(page).ok();
        if is_given_up.swap(true, Ordering::AcqRel) {
            STRAY.fetch_sub(1, Ordering::Relaxed);
        }
    };
    let thread = thread::Builder::new()
        .name("page".to_owned())
        .stack_size(STACK)
        .spawn(work);
    if let Err(error) = thread {
        let reason = format!("the page cannot be read now, for want of a thread: {error}");
        return Err(Fault::transient("no_thread", reason));
    }
    match receiver.recv_timeout(DEADLINE) {
        Ok(Ok(page)) => Ok(page),
        Ok(Err(_)) => Err(Fault::poison(
            "bug",
            "a bug was met while the page was read; please report it with the page",
        )),
        Err(_) => {
            // Counted before it is given up, so that the thread finds itself counted.
            STRAY.fetch_add(1, Ordering::Relaxed);
            if is_left.swap(true, Ordering::AcqRel) {
                STRAY.fetch_sub(1, Ordering::Relaxed);
            }
            let reason = format!(
                "the page was not read within {} seconds; it is built to be slow, or there is a bug: please report it",
                DEADLINE.as_secs()
            );
            Err(Fault::poison("slow_page", reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<html lang=en-GB><head><title>Gulls return | Harbour News</title>        <meta property=og:site_name content='Harbour News'>        <script type='application/ld+json'>{\"@type\": \"NewsArticle\", \"headline\": \"Gulls return\", \"author\": {\"name\": \"Jane Roe\"}, \"datePublished\": \"2023-05-09T10:00:00+01:00\"}</script>        </head><body><nav><a href=/>Home</a><a href=/b>Boats</a></nav><article><h1>Gulls return</h1>        <p>The gulls came back to the harbour on Monday, a week later than in other years, said the keeper of the light.</p>        <p>Nobody knows why they were late. The sea was calm and the wind was fair, and there was no lack of fish in the bay.</p>        <p>Last year they had come in April, and stayed until the ferries were laid up for the winter in late October.</p>        </article><footer>Harbour News 2023</footer></body></html>";

    #[test]
    fn a_page_says_what_its_article_is() {
        let fetched = "2023-05-10T12:00:00Z".parse().unwrap();
        let url = "https://harbour.example/gulls";
        let article = read(PAGE.as_bytes(), Some("text/html"), Some(url), fetched).unwrap();
        let page = article.page;
        assert_eq!(page.title.as_deref(), Some("Gulls return"));
        assert_eq!(page.authors, ["Jane Roe"]);
        assert_eq!(page.publisher.as_deref(), Some("Harbour News"));
        assert_eq!(page.paragraphs.len(), 3, "{:?}", page.paragraphs);
        let published = article.published.unwrap();
        assert_eq!(published.instant.to_string(), "2023-05-09T09:00:00Z");
        assert_eq!(published.offset.as_deref(), Some("+01:00"));
    }

    #[test]
    fn a_bug_costs_its_page_and_nothing_else() {
        let fault = within_limits(String::new(), |_| -> () { panic!("a bug") }).unwrap_err();
        assert_eq!(fault.kind, "bug");
        assert_eq!(within_limits("x".to_owned(), str::len).unwrap(), 1);
    }

    #[test]
    fn what_takes_too_long_is_given_up() {
        let (go_on, wait) = mpsc::sync_channel::<()>(0);
        let slow = move |_: &str| {
            // Ends when the test drops its side.
            wait.recv().unwrap_or(());
        };
        let fault = within_limits(String::new(), slow).unwrap_err();
        assert_eq!(fault.kind, "slow_page");
        assert_eq!(STRAY.load(Ordering::Relaxed), 1);
        drop(go_on);
        // It counts until it has ended, and no longer; no other test strays.
        while STRAY.load(Ordering::Relaxed) > 0 {
            thread::yield_now();
        }
    }
}
