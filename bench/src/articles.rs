//! Articles of a given size, all different, made of a small vocabulary.

const WORDS: [&str; 48] = [
    "harbour",
    "council",
    "bridge",
    "winter",
    "ferry",
    "market",
    "station",
    "garden",
    "captain",
    "library",
    "letter",
    "morning",
    "engine",
    "theatre",
    "orchard",
    "village",
    "painter",
    "bakery",
    "window",
    "river",
    "signal",
    "teacher",
    "ticket",
    "valley",
    "opened",
    "closed",
    "promised",
    "repaired",
    "counted",
    "announced",
    "measured",
    "invited",
    "painted",
    "carried",
    "planned",
    "answered",
    "the",
    "a",
    "of",
    "and",
    "with",
    "near",
    "after",
    "before",
    "for",
    "under",
    "every",
    "another",
];

/// SplitMix64: the same article for the same number, everywhere.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn sentence(state: &mut u64, words: usize) -> String {
    let mut text = String::new();
    for place in 0..words {
        let word = WORDS[next(state) as usize % WORDS.len()];
        if place > 0 {
            text.push(' ');
            text.push_str(word);
        } else {
            text.push_str(&word[..1].to_uppercase());
            text.push_str(&word[1..]);
        }
    }
    text
}

/// The headline of article `number`.
pub(crate) fn headline(number: usize) -> String {
    let mut state = number as u64;
    format!("{} {number}", sentence(&mut state, 7))
}

/// Paragraphs of about `size` bytes.
pub(crate) fn paragraphs(number: usize, size: usize) -> Vec<String> {
    let mut state = number as u64 ^ 0xdead_beef;
    let mut paragraphs = Vec::new();
    let mut bytes = 0;
    while bytes < size {
        let mut paragraph = String::new();
        for _ in 0..3 {
            let words = 8 + next(&mut state) as usize % 12;
            paragraph.push_str(&sentence(&mut state, words));
            paragraph.push_str(". ");
        }
        bytes += paragraph.len();
        paragraphs.push(paragraph.trim_end().to_owned());
    }
    paragraphs
}

/// A text file as it is dropped.
pub(crate) fn plain(number: usize, size: usize) -> String {
    format!(
        "{}\n\n{}\n",
        headline(number),
        paragraphs(number, size).join("\n\n")
    )
}

/// An RSS item.
pub(crate) fn rss_item(number: usize, size: usize) -> String {
    let body: String = paragraphs(number, size)
        .iter()
        .map(|text| format!("<p>{text}</p>"))
        .collect();
    format!(
        "<item><title>{}</title><link>http://news.example/articles/{number}?utm_source=rss</link>\
         <guid isPermaLink=\"false\">article-{number}</guid><pubDate>Mon, 02 Mar 2026 08:{:02}:{:02} +0100</pubDate>\
         <category>Town</category><description><![CDATA[{body}]]></description></item>\n",
        headline(number),
        number / 60 % 60,
        number % 60,
    )
}
