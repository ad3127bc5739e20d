//! Reads `Retry-After`.

use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;

/// Longest wait that a server may ask for. One that asks for more is asked once a day.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// How long to wait from `now`, by a header in seconds or with a date (RFC 9110, section 10.2.3).
pub(super) fn after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    let wait = if value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() {
        value.parse().map_or(MAX_RETRY_AFTER, Duration::from_secs)
    } else {
        let since_epoch = httpdate::parse_http_date(value)
            .ok()?
            .duration_since(UNIX_EPOCH)
            .ok()?;
        let seconds = i64::try_from(since_epoch.as_secs()).ok()? - now.as_second();
        Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    #[test]
    fn seconds_and_dates_are_understood() {
        let now: Timestamp = "2024-05-09T10:00:00Z".parse().unwrap();
        assert_eq!(after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(after(" 0 ", now), Some(Duration::ZERO));
        assert_eq!(after("99999999999999999999", now), Some(MAX_RETRY_AFTER));
        assert_eq!(
            after("Thu, 09 May 2024 10:05:00 GMT", now),
            Some(Duration::from_secs(300))
        );
        assert_eq!(
            after("Thu, 09 May 2024 09:00:00 GMT", now),
            Some(Duration::ZERO)
        );
        assert_eq!(
            after("Tue, 09 May 2084 09:00:00 GMT", now),
            Some(MAX_RETRY_AFTER)
        );
        for nonsense in ["", "soon", "-5", "1.5"] {
            assert_eq!(after(nonsense, now), None, "{nonsense}");
        }
    }
}
