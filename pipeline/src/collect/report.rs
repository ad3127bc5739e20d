//! Says how turns went, to logs and metrics.

use jiff::Timestamp;

use super::hosts::Hold;
use super::outage::Change;
use super::plan::say;
use super::standing::{Health, Standing, Tally};
use crate::source::{Harvest, Outcome, Source};
use crate::trace;

/// The name of an outcome in state, logs and metrics.
pub(super) fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Read => "read",
        Outcome::Unchanged => "unchanged",
        Outcome::Failed { .. } => "failed",
        Outcome::Gone { .. } => "gone",
    }
}

/// Says how a turn went.
pub(super) fn turn(source: &dyn Source, harvest: &Harvest, standing: &Standing) {
    let reference = source.reference();
    let outcome = name(&harvest.outcome);
    count(source, harvest, outcome);
    fault(source, harvest, standing);
    if standing.recovered > 0 {
        tracing::info!(
            source = reference.id,
            failures = standing.recovered,
            "the source can be read again"
        );
    }
    rejects(source, harvest);
    tracing::debug!(
        source = reference.id,
        outcome,
        status = harvest.facts.status,
        bytes = harvest.facts.bytes,
        items = harvest.facts.items,
        fresh = harvest.items.len(),
        recovered = harvest.facts.recovered.len(),
        "turn"
    );
}

/// Says what came without asking.
pub(super) fn aside(source: &dyn Source, harvest: &Harvest) {
    count(source, harvest, "aside");
    rejects(source, harvest);
    tracing::debug!(
        source = source.reference().id,
        bytes = harvest.facts.bytes,
        fresh = harvest.items.len(),
        "turn without asking"
    );
}

fn count(source: &dyn Source, harvest: &Harvest, outcome: &'static str) {
    let span = tracing::Span::current();
    span.record("dateline.outcome", outcome);
    span.record("dateline.drafts", harvest.items.len());
    span.record("http.response.status_code", harvest.facts.status);
    if let Outcome::Failed { fault, .. } | Outcome::Gone { fault } = &harvest.outcome {
        trace::fail(&span, fault.kind);
    }
    let kind = source.reference().kind.as_str();
    metrics::counter!("dateline_collect_turns_total", "kind" => kind, "outcome" => outcome)
        .increment(1);
    metrics::counter!("dateline_collect_bytes_total", "kind" => kind)
        .increment(harvest.facts.bytes);
    metrics::counter!("dateline_drafts_total", "kind" => kind)
        .increment(harvest.items.len() as u64);
}

fn rejects(source: &dyn Source, harvest: &Harvest) {
    for reject in &harvest.rejects {
        metrics::counter!("dateline_dead_letters_total", "stage" => "collect", "kind" => reject.fault.kind)
            .increment(1);
        tracing::warn!(
            source = source.reference().id,
            subject = reject.subject,
            fault = reject.fault.kind,
            reason = reject.fault.reason,
            "input was set aside as a dead letter"
        );
    }
}

fn fault(source: &dyn Source, harvest: &Harvest, standing: &Standing) {
    let reference = source.reference();
    let (Outcome::Failed { fault, .. } | Outcome::Gone { fault }) = &harvest.outcome else {
        return;
    };
    let kind = reference.kind.as_str();
    metrics::counter!("dateline_collect_faults_total", "kind" => kind, "fault" => fault.kind)
        .increment(1);
    if standing.excused {
        tracing::debug!(
            source = reference.id,
            fault = fault.kind,
            reason = fault.reason,
            "the source is out of reach, as all are"
        );
        return;
    }
    let Some(due) = standing.plan.due else {
        tracing::warn!(
            source = reference.id,
            reason = fault.reason,
            "the source is gone for good and is not asked again; remove it from the configuration, or give its new address"
        );
        return;
    };
    if let Some(failing) = standing.failing_for {
        tracing::error!(
            source = reference.id,
            failing_for = say(failing),
            failures = standing.failures,
            fault = fault.kind,
            reason = fault.reason,
            "the source has not been readable for long; it is still asked, but somebody should look: mend its address or remove it"
        );
        return;
    }
    tracing::warn!(
        source = reference.id,
        fault = fault.kind,
        reason = fault.reason,
        next_turn = instant(due),
        "the source could not be read"
    );
}

/// Says that a host is left alone.
pub(super) fn hold(hold: &Hold) {
    metrics::counter!("dateline_collect_holds_total").increment(1);
    tracing::warn!(
        host = hold.host,
        until = instant(hold.until),
        reason = hold.reason,
        "a host is left alone for a while, with all its feeds"
    );
}

/// Says that this machine's network seems to be out, or is back.
pub(super) fn network(change: &Change) {
    match change {
        Change::None => {}
        Change::Began { feeds, hosts } => {
            metrics::gauge!("dateline_collect_network_out").set(1.0);
            tracing::error!(
                feeds,
                hosts,
                "no feed at all can be reached: this machine's network or resolver seems to be out; no feed is blamed, and all are asked again once one answers"
            );
        }
        Change::Ended(unreached) => {
            metrics::gauge!("dateline_collect_network_out").set(0.0);
            tracing::info!(
                unreached = unreached.len(),
                "feeds can be reached again; those that were not are asked one after another"
            );
        }
    }
}

/// Says how many sources do how well.
pub(super) fn health(sources: &Tally) {
    let count = |health: Health| sources.count(health) as f64;
    let failing = count(Health::Failing) + count(Health::FailingLong);
    metrics::gauge!("dateline_sources_failing").set(failing);
    metrics::gauge!("dateline_sources_failing_long").set(count(Health::FailingLong));
    metrics::gauge!("dateline_sources_stopped").set(count(Health::Stopped));
}

/// Says at the start what is not asked any more.
pub(super) fn stopped(sources: usize) {
    if sources > 0 {
        tracing::warn!(
            sources,
            "some feeds are gone for good and not asked; `dateline status` names them: remove them, or give their new addresses"
        );
    }
}

fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
