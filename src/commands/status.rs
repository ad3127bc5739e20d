//! `dateline status`: how a running or stopped daemon stands, read from its state folder; of a running one also what its
//! sinks wait for.

use std::collections::BTreeMap;
use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};
use dateline_config::{ByteSize, Config};
use dateline_pipeline::collect::FAILING_LONG;
use dateline_pipeline::store::{ReaderStatus, SourceStatus, Status, read_status};
use jiff::Timestamp;

use crate::cli::StatusArgs;
use crate::client::{Client, ClientError};
use crate::daemon::socket::SinkAnswer;
use crate::exit::Exit;
use crate::terminal::{self, Style, paint};
use crate::wording::{self, ago, ahead, rough};

pub(crate) fn status(args: &StatusArgs) -> anyhow::Result<Exit> {
    let loaded = match super::load_config(&args.config.config) {
        Ok(loaded) => loaded,
        Err(exit) => return Ok(exit),
    };
    let dir = &loaded.config.state.dir;
    let read = match read_status(dir, args.worst) {
        Ok(read) => read,
        Err(error) => {
            terminal::complain(&error.into());
            return Ok(Exit::Unavailable);
        }
    };
    let Some(mut status) = read else {
        terminal::say(&format!(
            "there is no state in {} yet: the daemon has not run",
            dir.display()
        ));
        return Ok(Exit::Unavailable);
    };
    add_silent_sinks(&mut status, &loaded.config);
    let faults = match status.running {
        true => faults(dir)?,
        false => BTreeMap::new(),
    };
    if args.json {
        let mut all = serde_json::to_value(&status)?;
        all["faults"] = serde_json::to_value(&faults)?;
        terminal::result(&serde_json::to_string_pretty(&all)?);
    } else {
        terminal::result_raw(&describe(&status, &faults, Timestamp::now()));
    }
    Ok(
        if status.failing + status.stopped > 0 || !faults.is_empty() {
            Exit::Findings
        } else {
            Exit::Fine
        },
    )
}

/// Why sinks get nothing at present, by their names. A daemon that does not answer may be starting or stopping.
fn faults(state: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let asked: Result<Vec<SinkAnswer>, ClientError> = super::runtime()?.block_on(async {
        let mut client = Client::connect(state).await?;
        client.get("/v1/sinks").await
    });
    match asked {
        Ok(sinks) => {
            let faults = sinks.into_iter();
            Ok(faults
                .filter_map(|sink| Some((sink.name, sink.fault?)))
                .collect())
        }
        Err(error) => {
            terminal::say(&error.to_string());
            Ok(BTreeMap::new())
        }
    }
}

/// The names of the sinks that get records.
pub(super) fn sinks(config: &Config) -> impl Iterator<Item = String> {
    let jsonl = config.sinks.jsonl.iter().filter(|(_, sink)| sink.enabled);
    let kafka = config.sinks.kafka.iter().filter(|(_, sink)| sink.enabled);
    jsonl
        .map(|(name, _)| format!("jsonl.{name}"))
        .chain(kafka.map(|(name, _)| format!("kafka.{name}")))
}

/// Sinks of the configuration that have never been open are readers too, with everything before them.
fn add_silent_sinks(status: &mut Status, config: &Config) {
    for name in sinks(config) {
        if !status.readers.iter().any(|reader| reader.name == name) {
            status.readers.push(ReaderStatus {
                name,
                position: 0,
                lag: u64::try_from(status.records.committed).unwrap_or(0),
                at: None,
            });
        }
    }
}

fn describe(status: &Status, faults: &BTreeMap<String, String>, now: Timestamp) -> String {
    let colour = terminal::stdout_is_colourful();
    let state = match (status.running, status.pid) {
        (true, Some(pid)) => paint(&format!("running (pid {pid})"), Style::Good, colour),
        (true, None) => paint("running", Style::Good, colour),
        (false, _) => paint("stopped", Style::Warning, colour),
    };
    let mut text = format!("dateline is {state}\n\n");
    let mut logs = table(["log", "committed", "held", "size"]);
    for (name, log) in [("drafts", &status.drafts), ("records", &status.records)] {
        logs.add_row([
            name.to_owned(),
            log.committed.to_string(),
            log.held.to_string(),
            ByteSize(log.bytes).to_string(),
        ]);
    }
    text += &numbers(logs, &[1, 2, 3]);
    let mut readers = table(["reader", "position", "behind", "last commit"]);
    for reader in &status.readers {
        readers.add_row([
            reader.name.clone(),
            reader.position.to_string(),
            reader.lag.to_string(),
            reader.at.map_or("never".to_owned(), |at| ago(at, now)),
        ]);
    }
    text += &numbers(readers, &[1, 2]);
    for (sink, fault) in faults {
        let label = paint(&format!("{sink} gets nothing:"), Style::Error, colour);
        text += &format!("{label} {fault}\n\n");
    }
    text += &format!(
        "{} articles remembered, {} dead letters, {} sources, {} of them failing{}\n",
        status.articles,
        status.dead_letters,
        status.sources,
        status.failing,
        match status.stopped {
            0 => String::new(),
            stopped => format!(", {stopped} gone for good"),
        }
    );
    for hold in &status.held {
        text += &format!(
            "host {} is left alone, to be asked again {}: {}\n",
            hold.host,
            ahead(hold.until, now),
            hold.reason
        );
    }
    if let Some(job) = &status.reprocess {
        text += &format!("{}\n", wording::job(job, now));
    }
    if !status.worst.is_empty() {
        text += "\n";
        text += &failing(&status.worst, now);
    }
    text
}

fn failing(sources: &[SourceStatus], now: Timestamp) -> String {
    let mut failing = table([
        "failing source",
        "failures",
        "since",
        "last read",
        "next turn",
        "reason",
    ]);
    for source in sources {
        failing.add_row([
            source.id.clone(),
            source.failures.to_string(),
            source
                .failing_since
                .map_or(String::new(), |since| lasting(since, now)),
            source
                .succeeded
                .map_or("never".to_owned(), |at| ago(at, now)),
            source.due.map_or("never".to_owned(), |due| ahead(due, now)),
            source.reason.clone().unwrap_or_default(),
        ]);
    }
    numbers(failing, &[1])
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    table
}

fn numbers(mut table: Table, columns: &[usize]) -> String {
    for column in columns {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!("{}\n\n", table.trim_fmt())
}

/// How long a failure has lasted, marked where it is long.
fn lasting(since: Timestamp, now: Timestamp) -> String {
    let colour = terminal::stdout_is_colourful();
    let lasts = dateline_pipeline::clock::between(since, now);
    match lasts >= FAILING_LONG {
        true => paint(&format!("{} (long)", rough(lasts)), Style::Error, colour),
        false => rough(lasts),
    }
}
