//! Reads the same sound feeds with this reader and with feed-rs by turns, and compares the time of the processor.
//!
//! `bench_read [ROUNDS] [FOLDER]`: rounds (default 30), folder with feeds; without one, feeds of a fixed shape are made.
//! Only feeds that both read count.
#![allow(clippy::print_stdout, reason = "its results are for who runs it")]

use std::path::PathBuf;
use std::time::Duration;

use dateline_feed_reader::{Context, read};

/// Bytes that each reader reads before the other's turn: the clock of the processor steps by some milliseconds.
const TURN: usize = 8_000_000;

/// Items of a feed that is made.
const ITEMS: usize = 60;

/// Time that this process has used of all processors, from `/proc/self/schedstat`: in nanoseconds, and blind to others.
fn processor_time() -> std::io::Result<Duration> {
    let stated = std::fs::read_to_string("/proc/self/schedstat")?;
    let spent = stated
        .split(' ')
        .next()
        .and_then(|first| first.parse().ok());
    Ok(Duration::from_nanos(spent.unwrap_or_default()))
}

/// An RSS feed with whole articles, an Atom feed, and one of headlines, as news are.
fn made() -> Vec<Vec<u8>> {
    let (mut rss, mut atom, mut short) = (String::new(), String::new(), String::new());
    rss.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:media=\"http://search.yahoo.com/mrss/\">\n<channel>\n<title>The Quay</title><link>https://quay.example/</link><description>News</description>\n");
    atom.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>The Quay</title><id>urn:quay</id><updated>2024-05-09T10:00:00Z</updated>\n");
    short.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>Headlines</title><link>https://quay.example/</link><description>d</description>\n");
    for item in 0..ITEMS {
        let body = format!("<p>The <a href=\"https://quay.example/{item}\">ferry</a> of the evening left late &#8211; again, said the harbour&#8217;s master to <em>nobody</em> in particular.</p>\n").repeat(12);
        let escaped = body
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        rss.push_str(&format!("<item><title>Ferry {item} leaves late</title><link>https://quay.example/{item}</link><guid isPermaLink=\"false\">q-{item}</guid><pubDate>Thu, 09 May 2024 10:12:00 +0200</pubDate><dc:creator>Jo Oar</dc:creator><category>Sea</category><category>Town</category><description>The ferry left late, again.</description><content:encoded><![CDATA[{body}]]></content:encoded><media:content url=\"https://quay.example/{item}.jpg\" medium=\"image\" type=\"image/jpeg\"/></item>\n"
        ));
        atom.push_str(&format!("<entry><title>Ferry {item} leaves late</title><id>urn:quay:{item}</id><link rel=\"alternate\" href=\"https://quay.example/{item}\"/><updated>2024-05-09T10:12:00Z</updated><published>2024-05-09T10:00:00Z</published><author><name>Jo Oar</name></author><category term=\"sea\"/><summary>Late, again.</summary><content type=\"html\">{escaped}</content></entry>\n"
        ));
        short.push_str(&format!("<item><title>Ferry {item} leaves late</title><link>https://quay.example/{item}</link><guid>https://quay.example/{item}</guid><pubDate>Thu, 09 May 2024 10:12:00 GMT</pubDate><description>The ferry of the evening left late, again, said the harbour's master.</description></item>\n"
        ));
    }
    rss.push_str("</channel></rss>");
    atom.push_str("</feed>");
    short.push_str("</channel></rss>");
    vec![rss.into_bytes(), atom.into_bytes(), short.into_bytes()]
}

fn feeds(folder: Option<String>) -> std::io::Result<Vec<Vec<u8>>> {
    let Some(folder) = folder else {
        return Ok(made());
    };
    let paths: Result<Vec<PathBuf>, _> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect();
    paths?
        .iter()
        .filter(|path| path.is_file())
        .map(std::fs::read)
        .collect()
}

fn by_feed_rs(bytes: &[u8]) -> bool {
    std::panic::catch_unwind(|| feed_rs::parser::parse(bytes).is_ok()).unwrap_or(false)
}

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let rounds: u32 = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(30);
    let mut feeds = feeds(arguments.next())?;
    std::panic::set_hook(Box::new(|_| {}));
    feeds.retain(|bytes| by_feed_rs(bytes) && read(bytes, &Context::default()).error.is_none());
    let bytes: usize = feeds.iter().map(Vec::len).sum();
    let repeat = (TURN / bytes.max(1)).max(1);
    let (mut ours, mut theirs) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..rounds {
        let start = processor_time()?;
        for feed in feeds.iter().cycle().take(feeds.len() * repeat) {
            std::hint::black_box(read(feed, &Context::default()));
        }
        let middle = processor_time()?;
        for feed in feeds.iter().cycle().take(feeds.len() * repeat) {
            std::hint::black_box(by_feed_rs(feed));
        }
        ours += middle - start;
        theirs += processor_time()? - middle;
    }
    let speed =
        |time: Duration| (bytes * repeat) as f64 * f64::from(rounds) / 1e6 / time.as_secs_f64();
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    println!(
        "reading  {} feeds, {:.1} MB, {rounds} rounds: {:.0} MB/s of processor time, feed-rs {:.0} MB/s, ratio {ratio:.2}",
        feeds.len(),
        bytes as f64 / 1e6,
        speed(ours),
        speed(theirs)
    );
    Ok(())
}
