//! What kind of text it is: news, which reckons from its publication, or a narrative of other times, which reckons from what it spoke of last.

use jiff::civil::DateTime;

use super::period::Period;
use crate::text::matching::{Findings, Frame};
use crate::text::table::{Direction, Op, Rel, Slot};

/// Years of other times that make a narrative whatever it begins with.
const MANY_YEARS: usize = 6;
/// Expressions at a text's head among which its own date is looked for.
const HEAD: usize = 4;

/// Whether most dates of the text are far from its publication, and few are told from it (“Tuesday”, “last month”, “yesterday”).
pub(super) fn is_narrative(findings: &Findings, published: Option<DateTime>) -> bool {
    let mut far = 0;
    let mut near = 0;
    for found in &findings.found {
        let mut open = vec![found.frame];
        while let Some(place) = open.pop() {
            let frame = &findings.frames[place as usize];
            open.extend(frame.parts.into_iter().flatten());
            match frame.get(Slot::Year) {
                Some(year) => match published {
                    Some(at) if i64::from(at.year()) == year => near += 1,
                    _ => far += 1,
                },
                None => near += usize::from(is_deictic(frame)),
            }
        }
    }
    far > 0 && far >= 2 * near && (far >= MANY_YEARS || begins_elsewhere(findings, published))
}

/// Whether the text names another year than its own before any month or day: narratives say where they are before they go on from there.
fn begins_elsewhere(findings: &Findings, published: Option<DateTime>) -> bool {
    for found in &findings.found {
        let mut frame = &findings.frames[found.frame as usize];
        while let Some(part) = frame.parts[0] {
            frame = &findings.frames[part as usize];
        }
        let says = |slot| frame.get(slot).is_some();
        if let Some(year) = frame.get(Slot::Year) {
            return published.is_none_or(|at| i64::from(at.year()) != year);
        }
        if says(Slot::Month) || says(Slot::Weekday) || is_deictic(frame) {
            return false;
        }
    }
    false
}

/// Whether it can only be understood from when it was written.
fn is_deictic(frame: &Frame) -> bool {
    let rel = frame.get(Slot::Rel).and_then(Rel::of);
    match frame.op {
        Op::Date if frame.get(Slot::Holiday).is_some() => rel.is_some(),
        Op::Date if frame.get(Slot::Weekday).is_some() => frame.get(Slot::Day).is_none(),
        Op::Date | Op::Relative => matches!(rel, Some(Rel::This | Rel::Last | Rel::Next)),
        Op::Shift => {
            let direction = frame.get(Slot::Direction).and_then(Direction::of);
            frame.get(Slot::Offset).is_some() || direction == Some(Direction::Ago)
        }
        _ => false,
    }
}

/// The date at the text's own head, where the caller knows no publication.
pub(super) fn dateline(findings: &Findings) -> Option<DateTime> {
    let head = findings.found.iter().take(HEAD);
    head.filter_map(|found| {
        let frame = findings.frames.get(found.frame as usize)?;
        let packed = frame.get(Slot::Ymd).filter(|ymd| *ymd > 10_000_000);
        let (year, month, day) = match packed {
            Some(ymd) => (ymd / 10_000, ymd / 100 % 100, ymd % 100),
            None => (
                frame.get(Slot::Year)?,
                frame.get(Slot::Month)?,
                frame.get(Slot::Day)?,
            ),
        };
        let period = Period::new(
            i16::try_from(year).ok(),
            super::period::Shape::Day(month as i8, day as i8),
        );
        period.first().map(DateTime::from)
    })
    .next()
}
