//! A harvest as rows of the store. Pure, but for what it says in the log of a bug.

use jiff::Timestamp;

use super::report;
use super::standing::Standing;
use crate::source::{Gathered, Harvest, Outcome, Reject, Source};
use crate::store::{Brought, DeadLetter, DraftRow, InputKeys, SeenRow, SourceRow};
use crate::trace;

/// Raw bytes kept with a dead letter: enough to see what it was and to replay an article, while
/// ten thousand of them stay below a gigabyte.
pub(crate) const DEAD_LETTER_BYTES: usize = 64 << 10;

/// The state of a source after its turn.
pub(super) fn row_of(
    source: &dyn Source,
    host: Option<String>,
    now: Timestamp,
    standing: &Standing,
    harvest: &mut Harvest,
) -> SourceRow {
    let reference = source.reference();
    let fault = match &harvest.outcome {
        Outcome::Read | Outcome::Unchanged => None,
        Outcome::Failed { fault, .. } | Outcome::Gone { fault } => Some(fault),
    };
    let json = |error: &serde_json::Error| {
        // Plans hold strings, numbers and lists only, all of which JSON can say.
        tracing::error!(%error, "a plan cannot be written as JSON");
        "{}".to_owned()
    };
    SourceRow {
        id: reference.id.clone(),
        kind: reference.kind.as_str(),
        title: harvest.facts.title.take(),
        address: reference.url.clone(),
        host,
        due: standing.plan.due,
        attempted: now,
        succeeded: fault.is_none().then_some(now),
        last_read: (harvest.outcome == Outcome::Read).then_some(now),
        failures: standing.failures,
        failing_since: standing.failing_since,
        outcome: report::name(&harvest.outcome),
        status: harvest.facts.status,
        fault: fault.map(|fault| fault.kind),
        reason: fault.map(|fault| fault.reason.clone()),
        drafts: harvest.items.len() as u64,
        plan: serde_json::to_string(&standing.plan).unwrap_or_else(|error| json(&error)),
        pace: serde_json::to_string(&standing.pace).unwrap_or_else(|error| json(&error)),
        memory: harvest.memory.to_string(),
    }
}

/// The items and rejects of a harvest, with the trace of the turn that brought them.
pub(super) fn brought(source: &str, harvest: Harvest) -> Brought {
    let mut brought = Brought {
        drafts: Vec::with_capacity(harvest.items.len()),
        seen: Vec::with_capacity(harvest.items.len() + harvest.rejects.len()),
        dead_letters: Vec::with_capacity(harvest.rejects.len()),
    };
    let trace = trace::current();
    for item in harvest.items {
        add_item(&mut brought, source, item, trace.clone());
    }
    for reject in harvest.rejects {
        add_reject(&mut brought, source, reject);
    }
    brought
}

fn add_item(brought: &mut Brought, source: &str, item: Gathered, trace: Option<String>) {
    match serde_json::to_string(&item.draft) {
        Ok(draft) => brought.drafts.push(DraftRow {
            source: source.to_owned(),
            draft,
            trace,
        }),
        // Drafts hold strings, numbers and lists only, all of which JSON can say.
        Err(error) => tracing::error!(%error, "a draft cannot be written as JSON"),
    }
    brought.seen.push(SeenRow {
        key: item.key,
        fingerprint: item.fingerprint,
    });
}

fn add_reject(brought: &mut Brought, source: &str, mut reject: Reject) {
    reject.bytes.truncate(DEAD_LETTER_BYTES);
    brought.dead_letters.push(DeadLetter {
        stage: "collect",
        origin: source.to_owned(),
        subject: reject.subject,
        kind: reject.fault.kind.to_owned(),
        reason: reject.fault.reason,
        record_seq: None,
        input: Some(InputKeys {
            item: reject.key,
            file: reject.file.unwrap_or(reject.key),
        }),
        bytes: reject.bytes,
    });
    brought.seen.push(SeenRow {
        key: reject.key,
        fingerprint: reject.fingerprint,
    });
}
