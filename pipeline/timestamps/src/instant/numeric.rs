//! Dates of numbers alone: `03/05/2014`, `2014.05`, `171113`, `2003-335`.

use jiff::civil::Date;

use super::fields::{Day, falls_on};
use super::parts::{Era, Loose, Parts};
use super::refusal::{Part, Refusal};
use super::settle;
use super::stamp::{FieldOrder, Hints, Precision};
use super::year;
use crate::names;

/// The day of so many loose numbers.
pub(super) fn day(parts: &Parts, numbers: &[Loose], hints: &Hints<'_>) -> Result<Day, Refusal> {
    match numbers {
        [] => Err(Refusal::NoDate),
        [one] => compact(one, parts, hints),
        [first, second] => pair(first, second, parts, hints),
        [first, second, third] => triple([first, second, third], parts, hints),
        _ => Err(Refusal::Ambiguous("more numbers than a date has")),
    }
}

/// One number: `20140722`, `171113`, `2014335`; a bare year only without a time.
pub(super) fn compact(number: &Loose, parts: &Parts, hints: &Hints<'_>) -> Result<Day, Refusal> {
    let value = number.value as i64;
    match number.digits {
        8 => ymd(value / 10_000, value / 100 % 100, value % 100),
        7 => ordinal(value / 1000, value % 1000),
        6 => {
            let (year, confidence) = year::gregorian(number.value / 10_000, 2, parts, hints)?;
            let day = ymd(year, value / 100 % 100, value % 100)?;
            Ok(Day {
                confidence: confidence * 0.8,
                ..day
            })
        }
        // -0312, the year and month of ISO 8601:1988.
        4 if number.separator == '-' && number.tight => {
            let (year, confidence) = year::gregorian(number.value / 100, 2, parts, hints)?;
            Ok(Day {
                confidence: confidence * 0.6,
                ..Day::sure(settle::date(year, value % 100, 1)?, Precision::Month)
            })
        }
        4 => {
            let (year, confidence) = year::gregorian(number.value, 4, parts, hints)?;
            Ok(Day {
                confidence: confidence * 0.8,
                ..Day::sure(settle::date(year, 1, 1)?, Precision::Year)
            })
        }
        _ => Err(Refusal::NoDate),
    }
}

fn ymd(year: i64, month: i64, day: i64) -> Result<Day, Refusal> {
    Ok(Day::sure(settle::date(year, month, day)?, Precision::Day))
}

/// A day of the year.
pub(super) fn ordinal(year: i64, day: i64) -> Result<Day, Refusal> {
    let first = settle::date(year, 1, 1)?;
    if !(1..=i64::from(first.days_in_year())).contains(&day) {
        return Err(Refusal::impossible(Part::Day, day));
    }
    let date = first
        .checked_add(jiff::Span::new().days(day - 1))
        .map_err(|_| Refusal::OutOfRange)?;
    Ok(Day::sure(date, Precision::Day))
}

/// Two numbers: year and month in either order, or year and day of the year.
fn pair(first: &Loose, second: &Loose, parts: &Parts, hints: &Hints<'_>) -> Result<Day, Refusal> {
    let month_of = |year: &Loose, month: &Loose| {
        let (date, confidence) = year::date(year.value, year.digits, month.value, 1, parts, hints)?;
        Ok(Day {
            confidence,
            ..Day::sure(date, Precision::Month)
        })
    };
    match (first.digits, second.digits) {
        (4, 3) if second.separator == '-' => ordinal(first.value as i64, second.value as i64),
        (2, 3) if second.separator == '-' => {
            let (year, _) = year::gregorian(first.value, 2, parts, hints)?;
            ordinal(year, second.value as i64)
        }
        (4, 1 | 2) if second.separator != ' ' => month_of(first, second),
        (1 | 2, 4) if second.separator != ' ' => month_of(second, first),
        // -03-12, the year and month of ISO 8601:1988.
        (2, 2) if first.separator == '-' && second.separator == '-' => month_of(first, second),
        (1 | 2, 1 | 2) => Err(Refusal::Missing(Part::Year)),
        _ => Err(Refusal::NoDate),
    }
}

/// The order of the fields by the hints, its separator, and how sure.
pub(super) fn preferred(parts: &Parts, hints: &Hints<'_>) -> (FieldOrder, Option<char>, f32) {
    let _ = parts;
    if let Some(order) = hints.order {
        return (order, None, 0.95);
    }
    if let Some(found) = hints.country.and_then(names::of_country) {
        return (found.order, Some(found.separator), 0.9);
    }
    if let Some(found) = hints.language.and_then(names::of_language) {
        return (found.order, Some(found.separator), 0.8);
    }
    (FieldOrder::Dmy, None, 0.5)
}

/// Three numbers.
fn triple(numbers: [&Loose; 3], parts: &Parts, hints: &Hints<'_>) -> Result<Day, Refusal> {
    let [first, second, third] = numbers;
    if second.digits > 2 || numbers.iter().any(|number| number.digits > 4) {
        return Err(Refusal::NoDate);
    }
    if first.digits >= 3 {
        return in_order(numbers, FieldOrder::Ymd, parts, hints).map(|(date, confidence)| Day {
            confidence,
            ..Day::sure(date, Precision::Day)
        });
    }
    if third.digits >= 3 || third.apostrophe {
        return year_last(numbers, parts, hints);
    }
    short_year(numbers, parts, hints)
}

fn in_order(
    numbers: [&Loose; 3],
    order: FieldOrder,
    parts: &Parts,
    hints: &Hints<'_>,
) -> Result<(Date, f32), Refusal> {
    let [first, second, third] = numbers;
    let (year, month, day) = match order {
        FieldOrder::Ymd => (first, second, third),
        FieldOrder::Dmy => (third, second, first),
        FieldOrder::Mdy => (third, first, second),
    };
    // Years of one digit are those of an era; else it is a version: 1.2.3.
    if year.digits == 1 && parts.era == Era::Unsaid {
        return Err(Refusal::NoDate);
    }
    year::date(
        year.value,
        year.digits,
        month.value,
        day.value,
        parts,
        hints,
    )
}

/// `26/06/2020`: day first or month first.
fn year_last(numbers: [&Loose; 3], parts: &Parts, hints: &Hints<'_>) -> Result<Day, Refusal> {
    let (order, _, sure) = preferred(parts, hints);
    let order = if order == FieldOrder::Ymd {
        FieldOrder::Dmy
    } else {
        order
    };
    let other = if order == FieldOrder::Mdy {
        FieldOrder::Dmy
    } else {
        FieldOrder::Mdy
    };
    let expected = in_order(numbers, order, parts, hints);
    let unexpected = in_order(numbers, other, parts, hints);
    let found = |(date, confidence): (Date, f32), order, sure| Day {
        date,
        precision: Precision::Day,
        order,
        confidence: confidence * sure,
    };
    match (expected, unexpected) {
        (Ok(one), Ok(same)) if one.0 == same.0 => Ok(found(one, None, 1.0)),
        (Ok(one), Ok(two)) => match parts.weekday {
            Some(weekday) if falls_on(two.0, weekday) && !falls_on(one.0, weekday) => {
                Ok(found(two, Some(other), 0.9))
            }
            Some(weekday) if falls_on(one.0, weekday) => Ok(found(one, Some(order), 0.95)),
            _ => Ok(found(one, None, sure)),
        },
        (Ok(one), Err(_)) => Ok(found(one, Some(order), 1.0)),
        (Err(_), Ok(two)) if dashed_against_language(numbers, order, hints) => {
            let _ = two;
            Err(Refusal::Ambiguous(
                "its day stands where the language has the month",
            ))
        }
        (Err(_), Ok(two)) => Ok(found(two, Some(other), 0.9)),
        (Err(refusal), Err(_)) => Err(refusal),
    }
}

/// With slashes and dots both orders are common in English, so a value over twelve tells which. With dashes English has ISO dates, and the
/// American order; day first is neither, and rather another number that looks like a date, unless a hint says that this publisher writes so.
fn dashed_against_language(numbers: [&Loose; 3], order: FieldOrder, hints: &Hints<'_>) -> bool {
    let dashed = numbers[1].separator == '-' && numbers[2].separator == '-';
    dashed && order == FieldOrder::Mdy && hints.order.is_none() && hints.country.is_none()
}

/// `10/30/23`, `03-12-31`: the year has two digits as well.
fn short_year(numbers: [&Loose; 3], parts: &Parts, hints: &Hints<'_>) -> Result<Day, Refusal> {
    let (order, separator, sure) = preferred(parts, hints);
    let dashed = numbers[1].separator == '-' && numbers[2].separator == '-';
    // With dashes it is ISO 8601 without the century, unless the hints say otherwise.
    let iso = dashed && hints.order.is_none() && separator != Some('-');
    let first = if iso || numbers[0].value > 31 {
        FieldOrder::Ymd
    } else {
        order
    };
    let mut refusal = None;
    let mut others = 0;
    let mut best: Option<(Date, f32, FieldOrder)> = None;
    for order in [
        first,
        order,
        FieldOrder::Dmy,
        FieldOrder::Mdy,
        FieldOrder::Ymd,
    ] {
        match in_order(numbers, order, parts, hints) {
            Ok((date, confidence)) => {
                let better_weekday = |other: Date| {
                    parts
                        .weekday
                        .is_some_and(|day| falls_on(date, day) && !falls_on(other, day))
                };
                match best {
                    Some((other, ..)) if other == date => {}
                    Some((other, ..)) if better_weekday(other) => {
                        best = Some((date, confidence, order))
                    }
                    Some(_) => others += 1,
                    None => best = Some((date, confidence, order)),
                }
            }
            Err(reason) => refusal = refusal.or(Some(reason)),
        }
    }
    match best {
        Some((date, confidence, order)) => Ok(Day {
            date,
            precision: Precision::Day,
            order: (others == 0).then_some(order),
            confidence: confidence * if others == 0 { 0.9 } else { sure * 0.8 },
        }),
        None => Err(refusal.unwrap_or(Refusal::NoDate)),
    }
}
