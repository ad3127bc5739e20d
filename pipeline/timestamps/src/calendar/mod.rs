//! Calendars other than the Gregorian one, and arithmetic on dates that date strings and temporal expressions share.

mod persian;

pub(crate) use persian::to_gregorian as persian_to_gregorian;
