//! The lines of an article to its paragraphs: what parts them besides blank lines.

use super::front::{self, Dates};
use super::{dateline, several};
use crate::clean::{self, Paragraphs};

/// Lines with text among which those above the body are looked for: source, a headline of three lines, byline, dates, caption, key points.
const MAX_FRONT_LINES: usize = 20;

/// The paragraphs of one article. Rules and end marks are none. Above the body, a line that is a byline or a date and nothing else is one
/// whatever stands around it, and a dateline begins one.
pub(super) fn paragraphs(text: &str, dates: Dates<'_>) -> Vec<String> {
    let mut paragraphs = Paragraphs::of(text);
    let mut seen = 0;
    for line in clean::lines(text) {
        if several::separator(line).is_some() {
            paragraphs.end();
            continue;
        }
        let is_front = seen < MAX_FRONT_LINES && !line.trim().is_empty();
        if !is_front {
            paragraphs.push(line);
            continue;
        }
        seen += 1;
        let text = clean::line(line);
        let stands_alone = front::credits(&text, dates).is_some();
        if stands_alone || dateline::agency(&text).is_some() {
            paragraphs.end();
        }
        paragraphs.push(line);
        if stands_alone {
            paragraphs.end();
        }
    }
    paragraphs.finish()
}
