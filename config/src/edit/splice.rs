//! Which bytes of a text go and where new ones come in. Everything else stays as it is: the results are put together
//! from slices of the original.

use std::collections::BTreeSet;
use std::ops::Range;

use super::NewFeed;
use super::layout::{Element, Layout, List, Role, Section};
use super::style::{Style, indent};

/// `text` with `feeds` after its last one, or at its end.
pub(super) fn insert(text: &str, layout: &Layout, feeds: &[NewFeed]) -> String {
    let style = Style::of(text, layout);
    match &layout.feeds {
        Some(list) => {
            let feeds: Vec<String> = feeds.iter().map(|feed| style.inline(feed)).collect();
            insert_elements(text, list, &style, &feeds)
        }
        None => insert_blocks(text, layout, &style, feeds),
    }
}

fn insert_blocks(text: &str, layout: &Layout, style: &Style, feeds: &[NewFeed]) -> String {
    let blocks: Vec<String> = feeds.iter().map(|feed| style.block(feed)).collect();
    let gap = |lines: usize| style.newline.repeat(lines + 1);
    if text.trim().is_empty() {
        return format!("{}{}{text}", blocks.join(&gap(1)), style.newline);
    }
    let last = layout
        .sections
        .iter()
        .rposition(|section| section.role != Role::Other);
    let at = match last {
        Some(last) => section_range(text, &layout.sections, last).end,
        None => line_end(text, text.trim_end().len()),
    };
    // A comment that ends one feed must not come to stand directly above the next.
    let after_comment = text[line_start(text, at)..at].trim_start().starts_with('#');
    let blank_lines = if last.is_none() || after_comment {
        style.blank_lines.max(1)
    } else {
        style.blank_lines
    };
    let (before, after) = text.split_at(at);
    format!(
        "{before}{}{}{after}",
        gap(blank_lines),
        blocks.join(&gap(style.blank_lines))
    )
}

/// `text` with another entry of `include`, which stands before the first section.
pub(super) fn include(text: &str, layout: &Layout, entry: &str) -> String {
    let style = Style::of(text, layout);
    let entry = style.string(entry);
    if let Some(list) = &layout.include {
        return insert_elements(text, list, &style, &[entry]);
    }
    let (line, newline) = (format!("include = [{entry}]"), style.newline);
    let last = layout.sections.first().map_or(0, |top| top.end);
    if last > 0 {
        let (before, after) = text.split_at(line_end(text, last));
        return format!("{before}{newline}{line}{after}");
    }
    let content = text.trim_end().len();
    match layout.sections.get(1) {
        Some(first) => {
            let at = comments_above(text, 0, line_start(text, first.start));
            format!("{}{line}{newline}{newline}{}", &text[..at], &text[at..])
        }
        None if content > 0 => {
            let (before, after) = text.split_at(line_end(text, content));
            format!("{before}{newline}{newline}{line}{after}")
        }
        None => format!("{line}{newline}{text}"),
    }
}

fn insert_elements(text: &str, array: &List, style: &Style, new: &[String]) -> String {
    let last = array.elements.last();
    let end = last.map_or(array.open, Element::end_with_comma);
    let at = with_comment(text, end, array.close);
    let first = array.elements.first();
    let on_own_lines = match first {
        Some(first) => text[array.open..first.start].contains('\n'),
        None => text[array.open..array.close].contains('\n'),
    } || at > end;
    let separator = if on_own_lines {
        let indent = last.map_or("  ", |last| indent(text, last.start));
        format!("{}{indent}", style.newline)
    } else {
        " ".to_owned()
    };
    // Elements on lines of their own end in a comma, unless those that are there do not.
    let trailing_comma = match last {
        Some(last) => last.comma.is_some(),
        None => on_own_lines,
    };
    let mut elements = String::new();
    for (index, element) in new.iter().enumerate() {
        let alone = last.is_none() && index == 0 && !on_own_lines && array.open == array.close;
        elements += if alone { "" } else { &separator };
        elements += element;
        if index + 1 < new.len() || trailing_comma {
            elements.push(',');
        }
    }
    match last {
        Some(last) if last.comma.is_none() => format!(
            "{},{}{elements}{}",
            &text[..last.end],
            &text[last.end..at],
            &text[at..]
        ),
        _ => format!("{}{elements}{}", &text[..at], &text[at..]),
    }
}

/// `text` without the feeds of these numbers, counted from zero in the order of the text.
pub(super) fn remove(text: &str, layout: &Layout, feeds: &BTreeSet<usize>) -> String {
    let cuts = match &layout.feeds {
        Some(array) => element_cuts(text, array, feeds),
        None => block_cuts(text, &layout.sections, feeds),
    };
    let mut rest = String::with_capacity(text.len());
    let mut from = 0;
    for cut in cuts {
        rest += &text[from..cut.start];
        from = cut.end;
    }
    rest + &text[from..]
}

/// The ranges of the feeds with the blank lines that set them apart, in order and disjoint.
fn block_cuts(text: &str, sections: &[Section], feeds: &BTreeSet<usize>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut number = None;
    for (index, section) in sections.iter().enumerate() {
        number = match section.role {
            Role::Feed => Some(number.map_or(0, |number| number + 1)),
            Role::OfFeed | Role::Other => number,
        };
        let goes = number.is_some_and(|number| feeds.contains(&number));
        if section.role == Role::Other || !goes {
            continue;
        }
        let range = section_range(text, sections, index);
        match ranges.last_mut() {
            Some(last) if text[last.end..range.start].trim().is_empty() => last.end = range.end,
            _ => ranges.push(range),
        }
    }
    ranges.into_iter().map(|range| apart(text, range)).collect()
}

/// Widens the range of whole feeds by the blank lines before it, or after it at the head of the text.
fn apart(text: &str, range: Range<usize>) -> Range<usize> {
    let content = text[..range.start].trim_end().len();
    if content > 0 {
        return line_end(text, content)..range.end;
    }
    let after = &text[range.end..];
    let blank = match after.find(|letter: char| !letter.is_whitespace()) {
        Some(content) => line_start(text, range.end + content) - range.end,
        None => after.find('\n').map_or(after.len(), |at| at + 1),
    };
    range.start..range.end + blank
}

/// A section from the comments directly above it to the end of its last line, and the comments directly below that
/// line where nothing else follows them directly.
fn section_range(text: &str, sections: &[Section], index: usize) -> Range<usize> {
    let section = &sections[index];
    let line = line_start(text, section.start);
    let before = index
        .checked_sub(1)
        .map_or(0, |before| sections[before].end);
    let before = if before == 0 {
        0
    } else {
        line_end(text, before)
    };
    let start = comments_above(text, before, line);
    let end = line_end(text, section.end);
    let end = match sections.get(index + 1) {
        Some(next) => comments_below(text, end, line_start(text, next.start), true),
        None => comments_below(text, end, text.len(), false),
    };
    start..end
}

/// Where the comment lines begin that stand directly above `line` and below `floor`. A comment at the head of the file
/// speaks of the file.
fn comments_above(text: &str, floor: usize, line: usize) -> usize {
    let mut start = line;
    while start > floor {
        let above = line_start(text, start - 1);
        if above < floor || !is_comment(&text[above..start]) {
            break;
        }
        start = above;
    }
    if start == 0 { line } else { start }
}

/// Where the comment lines end that stand directly below the line ending at `end`; `end` itself where there are none, or
/// where they stand directly above what comes at `ceiling` as well.
fn comments_below(text: &str, end: usize, ceiling: usize, has_next: bool) -> usize {
    let mut last = end;
    let mut next = after_newline(text, end);
    while next > last && next < ceiling {
        let line = line_end(text, next);
        if !is_comment(&text[next..line]) {
            return last;
        }
        last = line;
        next = after_newline(text, line);
    }
    if has_next && next >= ceiling {
        end
    } else {
        last
    }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// The ranges of the elements with the blanks that set them apart, and of a comma that would be left over.
fn element_cuts(text: &str, array: &List, feeds: &BTreeSet<usize>) -> Vec<Range<usize>> {
    let mut cuts: Vec<Range<usize>> = Vec::new();
    let mut end_before = with_comment(text, array.open, array.close);
    let mut kept: Option<usize> = None;
    for (index, element) in array.elements.iter().enumerate() {
        let end = with_comment(text, element.end_with_comma(), array.close);
        if feeds.contains(&index) {
            let newline = text[end_before..element.start].rfind('\n');
            let start = newline.map_or(element.start, |newline| {
                comments_above(text, end_before, end_before + newline + 1)
            });
            let content = text[..start].trim_end().len().max(end_before);
            match cuts.last_mut() {
                Some(last) if last.end == content => last.end = end,
                _ => cuts.push(content..end),
            }
        } else {
            kept = Some(index);
        }
        end_before = end;
    }
    // A list that ended without a comma ends without one again.
    let last = array.elements.last();
    let gone = last.is_some_and(|_| feeds.contains(&(array.elements.len() - 1)));
    if let (true, Some(kept)) = (gone && last.is_some_and(|last| last.comma.is_none()), kept)
        && let Some(comma) = array.elements[kept].comma
    {
        let at = cuts.partition_point(|cut| cut.start < comma);
        cuts.insert(at, comma..comma + 1);
    }
    cuts
}

/// The end of a comment that follows `at` on the same line; `at` where there is none.
fn with_comment(text: &str, at: usize, limit: usize) -> usize {
    let rest = text[at..limit].trim_start_matches([' ', '\t']);
    if rest.starts_with('#') {
        line_end(text, at)
    } else {
        at
    }
}

/// Where the line begins that `at` is on.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line ends that `at` is on, before its line break.
fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline);
    if end > at && text[..end].ends_with('\r') && end < text.len() {
        end - 1
    } else {
        end
    }
}

/// The start of the line after the one that ends at `end`; `end` at the end of the text.
fn after_newline(text: &str, end: usize) -> usize {
    let rest = &text[end..];
    let length = if rest.starts_with("\r\n") {
        2
    } else {
        usize::from(rest.starts_with('\n'))
    };
    end + length
}
