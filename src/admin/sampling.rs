//! Every few seconds: how far everything is, for the plots.

use std::sync::Arc;
use std::time::Duration;

use dateline_pipeline::store::{SAMPLE_EVERY, StoreError, take_sample};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::Facts;

/// Takes a sample at the start and whenever one is due, until `stop`.
pub(super) async fn sample(facts: Arc<Facts>, stop: CancellationToken) {
    loop {
        let now = Timestamp::now();
        let taking = take_sample(&facts.store, &facts.readers, now);
        match stop.run_until_cancelled(taking).await {
            // The daemon is at its end.
            None | Some(Err(StoreError::Closed)) => return,
            Some(Ok(())) => {}
            Some(Err(error)) => tracing::warn!(%error, "a sample for the plots is left out"),
        }
        let pause = tokio::time::sleep(until_next(Timestamp::now()));
        if stop.run_until_cancelled(pause).await.is_none() {
            return;
        }
    }
}

/// The time to the next sample: they lie at whole steps of the clock, so that full minutes and hours have theirs.
fn until_next(now: Timestamp) -> Duration {
    let step = SAMPLE_EVERY.as_millis();
    let past = now.as_millisecond().unsigned_abs() as u128 % step;
    Duration::from_millis(u64::try_from(step - past).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn samples_are_taken_at_whole_steps() {
        let at = |text: &str| until_next(text.parse().unwrap());
        assert_eq!(at("2026-03-01T12:00:59.250Z"), Duration::from_millis(750));
        assert_eq!(at("2026-03-01T12:00:00Z"), SAMPLE_EVERY);
    }
}
