//! What a publisher asks for: to be asked less often, and not at some hours. It may put a turn off, up
//! to limits, and never brings one forward.

use std::time::Duration;

use jiff::Timestamp;

use super::Situation;
use super::reason::{Reason, ReasonKind, reason, say};
use crate::clock::after;
use crate::source::{Fresh, FreshBy, Wishes};

/// The longest that `Cache-Control`, `Expires`, `ttl` and `sy:updatePeriod` may put a turn off:
/// frameworks state years where nobody meant it, and news is of the day.
const MOST_WISHED: Duration = Duration::from_secs(86_400);

/// Hours within which `skipHours` and `skipDays` must leave one: a weekend and two days more. What
/// leaves out all of them is not believed.
const MOST_SKIPPED_HOURS: i64 = 96;

/// Turns put off to the end of skipped hours are spread over at most so much of the next hour.
const AFTER_SKIPPED: Duration = Duration::from_secs(600);

/// Everything that may lengthen the interval.
pub(super) fn wishes(situation: &Situation<'_>) -> Vec<(Duration, Reason)> {
    let mut wishes = Vec::new();
    if situation.hints.pushed {
        let most = situation.rhythm.most;
        let text = format!(
            "new items are pushed, so it is asked only every {}",
            say(most)
        );
        wishes.push((most, reason(ReasonKind::Pushed, most.as_secs(), text)));
    }
    if !situation.rhythm.heeds_hints {
        return wishes;
    }
    let mut wish = |kind: ReasonKind, stated: Duration, what: &str| {
        let honoured = stated.min(MOST_WISHED);
        let limit = if honoured < stated {
            format!(", of which {} are honoured", say(honoured))
        } else {
            String::new()
        };
        let text = format!("the publisher's {what} {}{limit}", say(stated));
        wishes.push((honoured, reason(kind, stated.as_secs(), text)));
    };
    if let Some(Fresh { by, lasts }) = situation.hints.fresh {
        match by {
            FreshBy::CacheControl => {
                wish(
                    ReasonKind::CacheControl,
                    lasts,
                    "Cache-Control says fresh for",
                );
            }
            FreshBy::Expires => wish(ReasonKind::Expires, lasts, "Expires says fresh for"),
        }
    }
    let document = situation.pace.wishes.unwrap_or_default();
    if let Some(ttl) = document.ttl.map(Duration::from_secs) {
        wish(ReasonKind::Ttl, ttl, "ttl says to keep it for");
    }
    if let Some(every) = document.update_every.map(Duration::from_secs) {
        wish(
            ReasonKind::UpdatePeriod,
            every,
            "sy:updatePeriod says that it changes every",
        );
    }
    wishes
}

/// Puts a due time off to the next hour that is not left out.
pub(super) fn skip(
    due: Timestamp,
    wishes: &Wishes,
    situation: &Situation<'_>,
    interval: Duration,
) -> Option<(Timestamp, Reason)> {
    if !wishes.skips_hours() && !wishes.skips_days() {
        return None;
    }
    let hour = due.as_second().div_euclid(3600);
    // 1 January 1970 was a Thursday, day 3 from Monday.
    let left_out = |hour: i64| {
        let of_day = u32::try_from(hour.rem_euclid(24)).unwrap_or(0);
        let day = u32::try_from((hour.div_euclid(24) + 3).rem_euclid(7)).unwrap_or(0);
        wishes.skips(of_day, day)
    };
    let ahead = (0..=MOST_SKIPPED_HOURS).find(|ahead| !left_out(hour + ahead))?;
    if ahead == 0 {
        return None;
    }
    let opens = Timestamp::from_second((hour + ahead) * 3600).ok()?;
    let due = after(opens, AFTER_SKIPPED.min(interval).mul_f64(situation.chance));
    let (kind, what) = if wishes.skips_hours() {
        (ReasonKind::SkipHours, "skipHours")
    } else {
        (ReasonKind::SkipDays, "skipDays")
    };
    let text = format!(
        "the publisher's {what} ask to be left alone until {}",
        opens.strftime("%A %H:%M UTC")
    );
    Some((due, reason(kind, ahead.unsigned_abs() * 3600, text)))
}
