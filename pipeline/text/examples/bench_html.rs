//! How fast markup becomes paragraphs, on one core: `cargo run --release -p dateline-text --example bench_html`.
//!
//! Prints megabytes of markup a second for articles of our own making, ordinary and hostile, each the best of five runs.

#![expect(clippy::print_stdout, reason = "the figures are the result")]

use std::hint::black_box;
use std::time::Instant;

use dateline_text::html;

const ARTICLE_BYTES: usize = 1024 * 1024;
const RUNS: usize = 5;

fn main() {
    let article = "<p class=\"story-body__text\">The harbour of <a href=\"https://example.org/places/norhaven?ref=story\">Norhaven</a> was closed on \
        Tuesday after a <strong>storm surge</strong> of 3.2&nbsp;metres, the port&#8217;s master said.</p>\n\
        <figure><img src=\"https://img.example.org/2024/05/harbour.jpg?w=640&amp;h=360\" alt=\"Boats in the harbour\" width=640>\
        <figcaption>Boats in the harbour of Norhaven.</figcaption></figure>\n\
        <ul><li>No one was hurt</li><li>Ferries are expected to sail again on Thursday</li></ul><!-- ad slot 3 -->\n";
    let cyrillic = "<p>Порт Нордхавен закрыли во вторник из-за шторма, сообщил капитан порта.</p><p>Паромы пойдут в четверг.</p>\n";
    let many_attributes: String = (0..).map(|i| format!(" a{i}")).take(200_000).collect();

    measure("article", &repeat(article));
    measure("article, Cyrillic", &repeat(cyrillic));
    measure(
        "plain text",
        &repeat("Just words without any markup, but with an ampersand & a comma. "),
    );
    measure("entities", &repeat("&amp;&#8217;&eacute;&nosuch;"));
    measure("unclosed tags", &repeat("<div><b><svg><p>"));
    measure(
        "less-than signs in a script",
        &format!("<script>{}", repeat("<</a")),
    );
    measure(
        "less-than signs in a comment",
        &format!("<!--{}", repeat("<")),
    );
    measure("a tag of many attributes", &format!("<p{many_attributes}>"));
    measure(
        "tags as long as they may be",
        &repeat(&format!("<p{}>", &many_attributes[..8000])),
    );
}

fn repeat(piece: &str) -> String {
    piece.repeat(ARTICLE_BYTES / piece.len())
}

fn measure(name: &str, markup: &str) {
    let seconds = (0..RUNS).map(|_| {
        let start = Instant::now();
        black_box(html::to_paragraphs(black_box(markup)));
        start.elapsed().as_secs_f64()
    });
    let best = seconds.fold(f64::INFINITY, f64::min);
    println!("{name:30} {:8.1} MB/s", markup.len() as f64 / best / 1e6);
}
