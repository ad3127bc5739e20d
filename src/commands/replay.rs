//! `dateline replay`: delivers records to a sink again that it had, as far back as the log reaches.

use anyhow::anyhow;
use dateline_config::Config;
use dateline_pipeline::clock::Clock;
use dateline_pipeline::deliver::{self, Since};

use super::act::{By, act};
use super::{Done, Stop, ended, instant, load_config, stop};
use crate::cli::ReplayArgs;
use crate::daemon::socket::{ReplayAnswer, ReplayRequest};
use crate::exit::Exit;
use crate::terminal;

pub(crate) fn replay(args: &ReplayArgs) -> anyhow::Result<Exit> {
    ended(deliver_again(args))
}

fn deliver_again(args: &ReplayArgs) -> Done {
    let loaded = load_config(&args.config.config).map_err(Stop::Said)?;
    let config = &loaded.config;
    let since = since(args).map_err(|error| stop(Exit::Usage, &error))?;
    let sink = sink(&args.sink, config).map_err(|error| stop(Exit::Usage, &error))?;
    let (answer, by) = act(
        config,
        Exit::Usage,
        async |client| client.post("/v1/replay", &request(&sink, since)).await,
        async |store, readers| {
            let now = Clock::System.now();
            let replay = deliver::replay(store, readers, sink.clone(), since, now).await?;
            Ok(ReplayAnswer {
                position: replay.position,
                records: replay.records,
            })
        },
    )?;
    if args.json {
        terminal::result(&serde_json::to_string_pretty(&answer)?);
    } else {
        let when = match by {
            By::Daemon => "is getting",
            By::Ourselves => "will get, when the daemon runs,",
        };
        terminal::result(&format!(
            "{sink} {when} {} records again, from number {} on",
            answer.records,
            answer.position + 1
        ));
    }
    Ok(Exit::Fine)
}

/// From where on, of the three ways to say it.
fn since(args: &ReplayArgs) -> anyhow::Result<Since> {
    match args.from {
        Some(number) => Ok(Since::Record(number)),
        None => instant("--since", args.since.as_deref().unwrap_or_default()).map(Since::Instant),
    }
}

/// The full name of a sink, which may be called by its own name alone where only one has it.
pub(super) fn sink(name: &str, config: &Config) -> anyhow::Result<String> {
    let jsonl = config
        .sinks
        .jsonl
        .keys()
        .map(|own| (format!("jsonl.{own}"), own));
    let kafka = config
        .sinks
        .kafka
        .keys()
        .map(|own| (format!("kafka.{own}"), own));
    let sinks: Vec<(String, &String)> = jsonl.chain(kafka).collect();
    let called: Vec<&String> = sinks
        .iter()
        .filter(|(full, own)| full == name || *own == name)
        .map(|(full, _)| full)
        .collect();
    match called.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let there: Vec<&str> = sinks.iter().map(|(full, _)| full.as_str()).collect();
            Err(anyhow!(
                "there is no sink {name} in the configuration; there are: {}",
                there.join(", ")
            ))
        }
        several => Err(anyhow!(
            "several sinks are called {name}: say {} or {}",
            several[0],
            several[1]
        )),
    }
}

fn request(sink: &str, since: Since) -> ReplayRequest {
    let (since, record) = match since {
        Since::Instant(instant) => (Some(instant), None),
        Since::Record(number) => (None, Some(number)),
    };
    ReplayRequest {
        sink: sink.to_owned(),
        since,
        record,
    }
}
