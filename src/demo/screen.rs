//! The live table: drawn on stderr in place, one write a frame.
//!
//! The cursor stays visible and below the table between two frames, so that nothing has to be put
//! right however the process ends.

use std::collections::VecDeque;
use std::io::Write;
use std::time::Duration;

use console::{Alignment, Term, pad_str, truncate_str};
use dateline_pipeline::store::SourceState;

use super::lines::{line, without_address};
use super::newsroom::FeedFacts;
use super::watch::{Event, Watch};
use crate::terminal::{Style, paint};

/// Lines of the ticker.
const TICKER: usize = 10;

/// Widths of the columns before the last, which takes what is left.
const SOURCE: usize = 17;
const FORMAT: usize = 9;
const NUMBER: usize = 6;

/// What a frame shows.
pub(crate) struct Frame<'a> {
    pub(crate) elapsed: Duration,
    pub(crate) headline: &'a str,
    pub(crate) feeds: &'a [FeedFacts],
    pub(crate) watch: &'a Watch,
}

/// A terminal with the table on it.
pub(crate) struct Screen {
    term: Term,
    colourful: bool,
    ticker: VecDeque<String>,
    /// Lines of the frame that is on the terminal.
    drawn: usize,
}

impl Screen {
    pub(crate) fn new(colourful: bool) -> Screen {
        Screen {
            term: Term::stderr(),
            colourful,
            ticker: VecDeque::new(),
            drawn: 0,
        }
    }

    /// Adds an event to the ticker.
    pub(crate) fn note(&mut self, at: Duration, event: &Event) {
        self.ticker.push_back(line(at, event, self.colourful));
        while self.ticker.len() > TICKER {
            self.ticker.pop_front();
        }
    }

    /// Draws a frame over the one before.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub(crate) fn draw(&mut self, frame: &Frame<'_>) -> std::io::Result<()> {
        let (rows, columns) = self.term.size();
        let (rows, columns) = (usize::from(rows.max(4)), usize::from(columns.max(20)));
        let mut lines = self.compose(frame, columns);
        // What does not fit is left out at the end: the table says more than the ticker.
        lines.truncate(rows - 1);
        let mut text = String::from("\r");
        if self.drawn > 0 {
            text += &format!("\x1b[{}A", self.drawn);
        }
        for line in &lines {
            // One column stays free, so that no terminal wraps.
            text += &truncate_str(line, columns - 1, "…");
            text += "\x1b[K\n";
        }
        text += "\x1b[J";
        self.drawn = lines.len();
        let mut out = std::io::stderr().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    fn compose(&self, frame: &Frame<'_>, columns: usize) -> Vec<String> {
        let mut lines = vec![
            format!(
                "{} {:>3.0} s  {}",
                self.bold("dateline demo"),
                frame.elapsed.as_secs_f64(),
                frame.headline,
            ),
            String::new(),
            self.bold(&row([
                "source", "format", "polls", "304", "failed", "drafts", "state",
            ])),
        ];
        lines.extend(frame.feeds.iter().map(|feed| self.feed(feed, frame.watch)));
        lines.push(self.wire(frame.watch));
        lines.push(String::new());
        lines.extend(self.sinks(frame.watch));
        lines.push(String::new());
        lines.push(self.dim(&"─".repeat(columns - 1)));
        lines.extend(self.ticker.iter().cloned());
        lines
    }

    fn feed(&self, feed: &FeedFacts, watch: &Watch) -> String {
        let source = watch
            .state
            .sources
            .iter()
            .find(|source| source.id == feed.id);
        let served = feed.served;
        let drafts = source.map_or(0, |source| source.drafts);
        row([
            &feed.id,
            feed.format,
            &served.asked.to_string(),
            &served.unchanged.to_string(),
            &served.failed.to_string(),
            &drafts.to_string(),
            &self.state(source),
        ])
    }

    /// The drop folder: it is not asked but watched, so some columns say nothing.
    fn wire(&self, watch: &Watch) -> String {
        let source = watch
            .state
            .sources
            .iter()
            .find(|source| source.id == super::WIRE);
        let drafts = source.map_or(0, |source| source.drafts).to_string();
        let set_aside = watch
            .state
            .dead_letters
            .iter()
            .filter(|letter| letter.origin == super::WIRE);
        let state = match set_aside.count() {
            0 => self.state(source),
            count => format!("{}, {count} set aside", self.state(source)),
        };
        row([super::WIRE, "folder", "-", "-", "-", &drafts, &state])
    }

    fn state(&self, source: Option<&SourceState>) -> String {
        let Some(source) = source else {
            return self.dim("waiting");
        };
        if source.is_failing() {
            let reason = source.reason.as_deref().unwrap_or_default();
            let failing = paint("failing", Style::Error, self.colourful);
            return format!("{failing} {}", without_address(reason));
        }
        let what = match (source.outcome.as_str(), source.status) {
            (outcome, Some(status)) => format!("{status} {outcome}"),
            ("unchanged", None) => "quiet".to_owned(),
            (outcome, None) => outcome.to_owned(),
        };
        paint(&what, Style::Good, self.colourful)
    }

    fn sinks(&self, watch: &Watch) -> Vec<String> {
        let tally = &watch.tally;
        let repeats = watch.state.drafts - watch.state.records;
        let describe = |sink: &dateline_pipeline::store::ReaderStatus| {
            format!(
                "{}  {} delivered, {} behind ({} new, {} revised; repeats left out: {repeats})",
                self.bold(&sink.name),
                sink.position,
                sink.lag,
                tally.new,
                tally.revised,
            )
        };
        watch.state.sinks.iter().map(describe).collect()
    }

    fn bold(&self, text: &str) -> String {
        paint(text, Style::Bold, self.colourful)
    }

    fn dim(&self, text: &str) -> String {
        paint(text, Style::Dim, self.colourful)
    }
}

/// A row of the table: text left, numbers right, the last cell as long as it is.
fn row(cells: [&str; 7]) -> String {
    let widths = [SOURCE, FORMAT, NUMBER, NUMBER, NUMBER, NUMBER];
    let mut row = String::new();
    for (number, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let side = if number < 2 {
            Alignment::Left
        } else {
            Alignment::Right
        };
        row += &pad_str(cell, width, side, Some("…"));
        row += if number < 5 { " " } else { "  " };
    }
    row + cells[6]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let head = row([
            "source", "format", "polls", "304", "failed", "drafts", "state",
        ]);
        let body = row([
            "a-very-long-name-of-a-feed",
            "JSON Feed",
            "12",
            "9",
            "1",
            "4",
            "200 read",
        ]);
        assert_eq!(head.find("state"), body.replace('…', ".").find("200 read"));
        assert!(head.len() <= 66, "{}", head.len());
    }
}
