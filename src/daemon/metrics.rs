//! The recorder behind `/metrics`, and what every metric means but those of single feeds (`admin/series`).

use anyhow::Context;
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Bounds of the histograms of durations, in seconds.
const SECONDS: &[f64] = &[0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0];

/// Bounds of the histogram of commits in one transaction.
const COMMITS: &[f64] = &[1.0, 2.0, 5.0, 10.0, 50.0, 200.0];

/// Installs the recorder for the rest of the process.
pub(crate) fn install() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
        .and_then(|builder| {
            builder.set_buckets_for_metric(Matcher::Suffix("_commits".to_owned()), COMMITS)
        })
        .and_then(|builder| builder.install_recorder())
        .context("the metrics cannot be set up")?;
    describe();
    Ok(handle)
}

fn describe() {
    describe_counter!(
        "dateline_collect_turns_total",
        "turns of sources, by kind and outcome"
    );
    describe_counter!(
        "dateline_collect_faults_total",
        "turns that failed, by kind of source and of fault"
    );
    describe_counter!(
        "dateline_collect_bytes_total",
        Unit::Bytes,
        "bytes read from sources, decompressed"
    );
    describe_counter!("dateline_collect_panics_total", "turns that ended in a bug");
    describe_gauge!("dateline_collect_turns_running", "turns running now");
    describe_gauge!(
        "dateline_collect_waiting_for_room",
        "1 while collecting waits because the logs are full"
    );
    describe_gauge!(
        "dateline_collect_network_out",
        "1 while no feed at all can be reached, which is taken for an outage of this machine's network"
    );
    describe_counter!(
        "dateline_collect_holds_total",
        "times that a whole host was left alone because it asked for fewer requests"
    );
    describe_gauge!("dateline_sources_failing", "sources whose last turn failed");
    describe_gauge!(
        "dateline_sources_failing_long",
        "sources that have failed for a week or longer"
    );
    describe_gauge!(
        "dateline_sources_stopped",
        "sources that are gone for good and not asked any more"
    );
    describe_counter!(
        "dateline_websub_pushes_total",
        "contents that hubs sent, by what became of them: committed, forged, busy, late, not_committed, too_large"
    );
    describe_gauge!(
        "dateline_websub_active",
        "feeds whose hub tells of new items"
    );
    describe_histogram!(
        "dateline_collect_turn_seconds",
        Unit::Seconds,
        "how long turns take"
    );
    describe_counter!(
        "dateline_drafts_total",
        "drafts committed, by kind of source"
    );
    describe_counter!(
        "dateline_traces_sent_total",
        "spans that the collector of traces has taken"
    );
    describe_counter!(
        "dateline_traces_dropped_total",
        "spans that no collector gets, by reason: queue_full, refused, stopped"
    );
    describe_counter!("dateline_transform_drafts_total", "drafts transformed");
    describe_counter!(
        "dateline_reprocess_drafts_total",
        "drafts that a job has gone over to make records anew, by outcome: made, same, superseded, waiting, left_out, unreadable; and drafts that were gone before"
    );
    describe_gauge!(
        "dateline_reprocess_left_drafts",
        "drafts that the job that makes records anew has before it"
    );
    describe_counter!(
        "dateline_records_total",
        "records made, by op and kind of source"
    );
    describe_counter!(
        "dateline_copies_total",
        "records of articles that tell a story as others do, and what became of them"
    );
    describe_counter!(
        "dateline_rules_dropped_total",
        "records that rules left out, by rule"
    );
    describe_counter!(
        "dateline_expressions_failed_total",
        "expressions of rules and sinks that failed for a record, by the place where they are written"
    );
    describe_counter!(
        "dateline_passed_over_records_total",
        "records that did not go to a sink because its `where` is not true of them, by sink"
    );
    describe_counter!(
        "dateline_revisions_held_total",
        "drafts of articles that change so often that their revisions are held back"
    );
    describe_counter!(
        "dateline_dead_letters_total",
        "input and records set aside, by stage and kind of fault"
    );
    describe_counter!(
        "dateline_delivered_records_total",
        "records delivered, by sink"
    );
    describe_counter!(
        "dateline_delivered_bytes_total",
        Unit::Bytes,
        "bytes of records delivered, by sink"
    );
    describe_counter!(
        "dateline_sink_faults_total",
        "faults of sinks, by sink and kind"
    );
    describe_gauge!(
        "dateline_sink_lag_records",
        "records that a sink has not yet got"
    );
    describe_gauge!("dateline_sink_up", "1 while a sink takes records");
    describe_histogram!(
        "dateline_deliver_seconds",
        Unit::Seconds,
        "how long a batch takes to deliver, by sink"
    );
    describe_gauge!("dateline_log_bytes", Unit::Bytes, "bytes held by a log");
    describe_gauge!(
        "dateline_store_healthy",
        "0 while the state cannot be written"
    );
    describe_counter!(
        "dateline_store_errors_total",
        "failed attempts to write the state"
    );
    describe_histogram!(
        "dateline_store_commit_seconds",
        Unit::Seconds,
        "how long a transaction takes"
    );
    describe_histogram!(
        "dateline_store_group_commits",
        "commits gathered into one transaction"
    );
    describe_gauge!(
        "dateline_config_reload_successful",
        "0 while the files hold a configuration that is not taken"
    );
    describe_gauge!(
        "dateline_config_reload_timestamp_seconds",
        Unit::Seconds,
        "when the configuration was last read, in seconds since 1970"
    );
    describe_gauge!(
        "dateline_feeds_without_series",
        "feeds without series of their own (`dateline_feed_…`), all or none: [admin] feed_series is 0, or there are more feeds than that"
    );
    describe_counter!(
        "dateline_log_lines_left_out_total",
        "lines that were left out of the log, as there were too many of their kind"
    );
    describe_gauge!("dateline_build_info", "1, with the version as label");
    metrics::gauge!("dateline_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}
