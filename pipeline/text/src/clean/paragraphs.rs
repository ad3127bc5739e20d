//! Plain text to paragraphs: which line ends mean something, and which are only the edge of somebody's terminal.

use super::characters::is_unspaced;
use super::line;

/// The widest line that is still taken for a hard-wrapped one, in characters.
///
/// Mail wraps at 72 to 78, editors at 80 to 120. A file with a longer line between its blank lines was not wrapped, so that
/// each of the lines around it is a paragraph of its own.
const MAX_WRAPPED_LINE_CHARS: usize = 120;

/// The paragraphs of plain `text`, each cleaned as by [`line()`], none empty.
///
/// Blank lines separate paragraphs, and the lines of one paragraph are joined by a space (by nothing between two characters
/// of scripts that write without spaces). Two kinds of lines stay apart although no blank line separates them: those of a
/// block with a line too long to be hard-wrapped, and the items of a list.
pub fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = Vec::new();
    for section in text.split('\u{2029}') {
        let mut block = Vec::new();
        for raw_line in section.split('\n').flat_map(split_lone_ends) {
            let line = line(raw_line);
            if line.is_empty() {
                close(&mut block, &mut paragraphs);
            } else {
                block.push(line);
            }
        }
        close(&mut block, &mut paragraphs);
    }
    paragraphs
}

/// The lines of a stretch without line feeds: the carriage return of CR LF (and of the mangled CR CR LF) is part of the line
/// end, any other ends a line by itself.
fn split_lone_ends(stretch: &str) -> impl Iterator<Item = &str> {
    stretch
        .trim_end_matches('\r')
        .split(['\r', '\u{85}', '\u{2028}'])
}

/// Moves the lines of a block to `paragraphs`.
fn close(block: &mut Vec<String>, paragraphs: &mut Vec<String>) {
    let hard_wrapped = block.iter().all(|line| {
        line.chars().take(MAX_WRAPPED_LINE_CHARS + 1).count() <= MAX_WRAPPED_LINE_CHARS
    });
    let list_bullet = block
        .first()
        .and_then(|line| bullet(line))
        .map(|(bullet, _)| bullet);
    let block_start = paragraphs.len();
    for line in block.drain(..) {
        let starts_item =
            bullet(&line).is_some_and(|(bullet, _)| bullet == '•' || Some(bullet) == list_bullet);
        let is_continuation = hard_wrapped && !starts_item && paragraphs.len() > block_start;
        match paragraphs.last_mut() {
            Some(paragraph) if is_continuation => join(paragraph, &line),
            _ => paragraphs.push(line),
        }
    }
}

/// Adds a hard-wrapped line to its paragraph.
fn join(paragraph: &mut String, line: &str) {
    let spaced = !(paragraph.ends_with(is_unspaced) && line.starts_with(is_unspaced));
    if spaced {
        paragraph.push(' ');
    }
    paragraph.push_str(line);
}

/// The bullet that starts a clean `line`, and the item after it.
///
/// A hyphen, asterisk or dash needs the space behind it: `-5 degrees` and `*emphasis*` are no list items.
pub(crate) fn bullet(line: &str) -> Option<(char, &str)> {
    let bullet = line.chars().next()?;
    let after = &line[bullet.len_utf8()..];
    let item = after.trim_start();
    let is_bullet = match bullet {
        '•' | '‣' | '▪' | '●' => true,
        '-' | '*' | '–' | '·' | '◦' | '○' | '■' => item.len() < after.len(),
        _ => false,
    };
    (is_bullet && !item.is_empty()).then_some((bullet, item))
}
