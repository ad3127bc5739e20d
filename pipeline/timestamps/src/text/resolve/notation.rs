//! A calendar time as TIMEX3 writes it.

use std::fmt::Write;

use super::period::{Period, Shape};
use crate::text::table::{PARTS, SEASONS};

impl Period {
    /// As TIMEX3 writes it.
    pub(crate) fn value(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        self.write(&mut text).unwrap_or_default();
        text
    }

    fn write(&self, to: &mut String) -> std::fmt::Result {
        if self.fiscal {
            to.push_str("FY");
        }
        let year = self.year.map(i32::from);
        match (year, self.shape) {
            (Some(year), Shape::Century) if year < 0 => write!(to, "BC{:02}", -year / 100 - 1)?,
            (Some(year), Shape::Decade) if year < 0 => write!(to, "BC{:03}", -year / 10)?,
            (Some(year), Shape::Decade) => write!(to, "{:03}", year.div_euclid(10))?,
            (Some(year), Shape::Century) => write!(to, "{:02}", year.div_euclid(100))?,
            (Some(year), Shape::Millennium) => write!(to, "{}", year.div_euclid(1000))?,
            (None, Shape::Decade) => to.push_str("XXX"),
            (None, Shape::Century) => to.push_str("XX"),
            (None, Shape::Millennium) => to.push('X'),
            (Some(year), _) if year <= 0 => write!(to, "BC{:04}", 1 - year)?,
            (Some(year), _) => write!(to, "{year:04}")?,
            (None, _) => to.push_str("XXXX"),
        }
        match self.shape {
            Shape::Day(month, day) => write!(to, "-{month:02}-{day:02}")?,
            Shape::SomeDay(Some(month)) => write!(to, "-{month:02}-XX")?,
            Shape::SomeDay(None) => to.push_str("-XX-XX"),
            Shape::Weekday(day) => write!(to, "-WXX-{day}")?,
            Shape::Week(week) => write!(to, "-W{week:02}")?,
            Shape::SomeWeek => to.push_str("-WXX"),
            Shape::Weekend(0) => to.push_str("-WXX-WE"),
            Shape::Weekend(week) => write!(to, "-W{week:02}-WE")?,
            Shape::Month(month) => write!(to, "-{month:02}")?,
            Shape::SomeMonth => to.push_str("-XX"),
            Shape::Quarter(quarter) => write!(to, "-Q{quarter}")?,
            Shape::Half(half) => write!(to, "-H{half}")?,
            Shape::Season(season) => {
                let name = SEASONS.get(season as usize).unwrap_or(&"XX");
                write!(to, "-{name}")?;
            }
            Shape::Year | Shape::Decade | Shape::Century | Shape::Millennium => {}
        }
        let Some(time) = self.time else {
            return Ok(());
        };
        to.push('T');
        match (time.clock, time.part) {
            (Some(clock), _) => {
                write!(to, "{:02}", clock.hour)?;
                if clock.fields > 1 {
                    write!(to, ":{:02}", clock.minute)?;
                } else {
                    to.push_str(":00");
                }
                if clock.fields > 2 {
                    write!(to, ":{:02}", clock.second)?;
                }
                match time.zone {
                    None => {}
                    Some(0) => to.push('Z'),
                    Some(minutes) => {
                        let sign = if minutes < 0 { '-' } else { '+' };
                        write!(to, "{sign}{:02}", minutes.abs() / 60)?;
                        if minutes % 60 != 0 {
                            write!(to, ":{:02}", minutes.abs() % 60)?;
                        }
                    }
                }
            }
            (None, Some(part)) => to.push_str(PARTS.get(part).unwrap_or(&"XX")),
            (None, None) => to.push_str("XX"),
        }
        Ok(())
    }
}
