//! Days in ISO 8601, `2023-05-09`.

use jiff::civil::Date;

use super::{Anchor, Context, Granularity, Interval, Kind, Timex};

pub(super) fn annotate(text: &str, _context: &Context<'_>) -> Vec<Timex> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(dash) = text[at..].find('-').map(|offset| at + offset) {
        at = dash + 1;
        let Some(start) = dash.checked_sub(4) else {
            continue;
        };
        let before = start.checked_sub(1).map(|i| text.as_bytes()[i]);
        let end = start + 10;
        let after = text.as_bytes().get(end);
        if before.is_some_and(|b| b.is_ascii_alphanumeric())
            || after.is_some_and(|b| b.is_ascii_alphanumeric())
        {
            continue;
        }
        let Some(written) = text.get(start..end) else {
            continue;
        };
        let Some((day, next)) = written
            .parse::<Date>()
            .ok()
            .and_then(|day| Some((day, day.tomorrow().ok()?)))
        else {
            continue;
        };
        let first = text[..start].chars().count();
        found.push(Timex {
            start: first,
            end: first + 10,
            bytes: start..end,
            kind: Kind::Date,
            value: day.to_string(),
            modifier: None,
            interval: Some(Interval {
                begin: day.into(),
                end: next.into(),
                offset: None,
            }),
            granularity: Some(Granularity::Day),
            anchor: Anchor::Itself,
            relation: None,
            freq: None,
            quant: None,
            confidence: 1.0,
            rule: "iso-day",
        });
        at = end;
    }
    found
}
