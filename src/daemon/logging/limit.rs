//! A log that stays readable when ten thousand feeds fail at once: of each cause so many lines, then how many were left out.
//!
//! A cause is a place in the code and, where the line names one, its kind of fault. What is asked for by name (debug, trace)
//! is never left out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::callsite::Identifier;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata};
use tracing_subscriber::layer::{Context, Filter};

/// Lines of one cause that are written at once: enough to see which feeds it is about.
const BURST: u32 = 50;

/// Time after which one more may be written: thirty a minute of one cause can still be read.
const REFILL: Duration = Duration::from_secs(2);

/// How often it is said what was left out.
const SUMMARY: Duration = Duration::from_secs(60);

/// Causes that are told apart; there are some hundred lines in the code, with a few kinds of fault each.
const MAX_CAUSES: usize = 4096;

/// What a line is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Cause {
    place: Identifier,
    fault: String,
}

#[derive(Debug)]
struct Bucket {
    /// Lines that may still be written.
    left: u32,
    counted: Instant,
    message: String,
    left_out: u64,
}

/// Lines that were not written.
#[derive(Debug, PartialEq, Eq)]
struct LeftOut {
    message: String,
    fault: String,
    lines: u64,
}

/// Which lines are written.
#[derive(Debug, Clone, Default)]
pub(super) struct Limits(Arc<Mutex<HashMap<Cause, Bucket>>>);

impl Limits {
    /// Whether a line may be written; one that may not is counted.
    fn admit(&self, cause: Cause, message: impl FnOnce() -> String, now: Instant) -> bool {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_CAUSES && !buckets.contains_key(&cause) {
            return true;
        }
        let bucket = buckets.entry(cause).or_insert_with(|| Bucket {
            left: BURST,
            counted: now,
            message: message(),
            left_out: 0,
        });
        let passed = now.saturating_duration_since(bucket.counted);
        let refilled = u32::try_from(passed.as_millis() / REFILL.as_millis()).unwrap_or(u32::MAX);
        if refilled > 0 {
            bucket.left = bucket.left.saturating_add(refilled).min(BURST);
            bucket.counted = now;
        }
        match bucket.left.checked_sub(1) {
            Some(left) => {
                bucket.left = left;
                true
            }
            None => {
                bucket.left_out += 1;
                false
            }
        }
    }

    /// What has been left out since this was last asked.
    fn left_out(&self) -> Vec<LeftOut> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let buckets = buckets.iter_mut().filter(|(_, bucket)| bucket.left_out > 0);
        buckets
            .map(|(cause, bucket)| LeftOut {
                message: bucket.message.clone(),
                fault: cause.fault.clone(),
                lines: std::mem::take(&mut bucket.left_out),
            })
            .collect()
    }

    /// Says every so often what was left out. Ends with the runtime.
    pub(super) async fn summarise(self) {
        let mut ticks = tokio::time::interval(SUMMARY);
        loop {
            ticks.tick().await;
            for LeftOut {
                message,
                fault,
                lines,
            } in self.left_out()
            {
                metrics::counter!("dateline_log_lines_left_out_total").increment(lines);
                tracing::warn!(
                    lines,
                    like = message,
                    fault,
                    "lines like this one were left out of the log"
                );
            }
        }
    }
}

impl<S> Filter<S> for Limits {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        let metadata = event.metadata();
        if *metadata.level() > Level::INFO {
            return true;
        }
        let mut words = Words::default();
        event.record(&mut words);
        let cause = Cause {
            place: metadata.callsite(),
            fault: words.fault,
        };
        self.admit(cause, || words.message, Instant::now())
    }
}

/// The message of a line, and the kind of fault that it names.
#[derive(Debug, Default)]
struct Words {
    message: String,
    fault: String,
}

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "fault" {
            value.clone_into(&mut self.fault);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Write;

    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::{Layer, fmt};

    use super::*;

    /// Lines as they would reach the terminal.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn written(limits: &Limits, log: impl FnOnce()) -> String {
        let written = Written::default();
        let writer = written.clone();
        let lines = fmt::layer()
            .with_writer(move || writer.clone())
            .with_ansi(false)
            .with_filter(limits.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), log);
        String::from_utf8(written.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn of_each_cause_so_many_lines_and_the_number_of_the_others() {
        let limits = Limits::default();
        let text = written(&limits, || {
            for feed in 0..200 {
                let fault = if feed % 2 == 0 { "timeout" } else { "dns" };
                tracing::warn!(feed, fault, "the feed failed");
                tracing::debug!(feed, "asked for by name");
            }
            tracing::info!("another place");
        });
        let count = |part: &str| text.lines().filter(|line| line.contains(part)).count();
        assert_eq!(count("timeout"), BURST as usize);
        assert_eq!(count("dns"), BURST as usize);
        assert_eq!(count("asked for by name"), 200);
        assert_eq!(count("another place"), 1);
        let mut left_out = limits.left_out();
        left_out.sort_by(|one, other| one.fault.cmp(&other.fault));
        let wanted = |fault: &str| LeftOut {
            message: "the feed failed".to_owned(),
            fault: fault.to_owned(),
            lines: 50,
        };
        assert_eq!(left_out, [wanted("dns"), wanted("timeout")]);
        assert_eq!(limits.left_out(), [], "said once");
    }

    #[test]
    fn a_cause_that_goes_on_is_heard_of_every_so_often() {
        let limits = Limits::default();
        let began = Instant::now();
        let place = {
            use tracing::callsite::Callsite;
            struct Here;
            impl Callsite for Here {
                fn set_interest(&self, _: tracing::subscriber::Interest) {}
                fn metadata(&self) -> &Metadata<'_> {
                    unreachable!("nobody asks")
                }
            }
            static HERE: Here = Here;
            Identifier(&HERE)
        };
        let admitted = |seconds: u64| {
            let cause = Cause {
                place: place.clone(),
                fault: String::new(),
            };
            limits.admit(cause, String::new, began + Duration::from_secs(seconds))
        };
        assert_eq!((0..60).filter(|_| admitted(0)).count(), BURST as usize);
        assert_eq!((1..=60).filter(|second| admitted(*second)).count(), 30);
        let long = 3600;
        assert_eq!((0..60).filter(|_| admitted(long)).count(), BURST as usize);
    }
}
