//! `dateline replay`: delivers records to a sink again that it had, as far back as the log reaches.

use anyhow::{Context, anyhow};
use dateline_config::Config;
use dateline_pipeline::clock::{Clock, before};
use dateline_pipeline::deliver::{self, Since};
use dateline_pipeline::store::{self, Holder, Tuning, holder};
use jiff::Timestamp;

use crate::cli::ReplayArgs;
use crate::client::{Client, ClientError};
use crate::daemon::socket::{ReplayAnswer, ReplayRequest};
use crate::exit::Exit;
use crate::terminal;

pub(crate) fn replay(args: &ReplayArgs) -> anyhow::Result<Exit> {
    let loaded = match super::load_config(&args.config.config) {
        Ok(loaded) => loaded,
        Err(exit) => return Ok(exit),
    };
    let config = &loaded.config;
    let since = match since(args) {
        Ok(since) => since,
        Err(error) => {
            terminal::complain(&error);
            return Ok(Exit::Usage);
        }
    };
    let sink = match sink(&args.sink, config) {
        Ok(sink) => sink,
        Err(error) => {
            terminal::complain(&error);
            return Ok(Exit::Usage);
        }
    };
    let runs = !matches!(holder(&config.state.dir), Holder::Nobody);
    let runtime = super::runtime()?;
    let answer = match runs {
        true => match runtime.block_on(order(config, sink.clone(), since)) {
            Ok(answer) => answer,
            Err(error) => return Ok(super::refused(error, Exit::Usage)),
        },
        false if !config.state.dir.join(store::DATABASE).exists() => {
            let dir = config.state.dir.display();
            terminal::say(&format!(
                "there is no state in {dir} yet: the daemon has not run"
            ));
            return Ok(Exit::Unavailable);
        }
        false => match runtime.block_on(set_back(config, sink.clone(), since)) {
            Ok(answer) => answer,
            Err(error) => {
                terminal::complain(&error);
                return Ok(Exit::Unavailable);
            }
        },
    };
    if args.json {
        terminal::result(&serde_json::to_string_pretty(&answer)?);
    } else {
        let when = match runs {
            true => "is getting",
            false => "will get, when the daemon runs,",
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
    if let Some(number) = args.from {
        return Ok(Since::Record(number));
    }
    let text = args.since.as_deref().unwrap_or_default();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(Since::Instant(instant));
    }
    let ago = dateline_config::parse_duration(text).ok_or_else(|| {
        anyhow!(
            "--since {text} is neither a duration nor an instant; write how long ago (\"2d\", \"90m\") or when (\"2026-05-09T12:00:00Z\")"
        )
    })?;
    Ok(Since::Instant(before(Clock::System.now(), ago)))
}

/// The full name of a sink, which may be called by its own name alone where only one has it.
fn sink(name: &str, config: &Config) -> anyhow::Result<String> {
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

async fn order(config: &Config, sink: String, since: Since) -> Result<ReplayAnswer, ClientError> {
    let (since, record) = match since {
        Since::Instant(instant) => (Some(instant), None),
        Since::Record(number) => (None, Some(number)),
    };
    let request = ReplayRequest {
        sink,
        since,
        record,
    };
    let mut client = Client::connect(&config.state.dir).await?;
    client.post("/v1/replay", &request).await
}

/// Does it to the state itself, on which nobody works.
async fn set_back(config: &Config, sink: String, since: Since) -> anyhow::Result<ReplayAnswer> {
    let (store, readers) = store::open(&config.state.dir, Tuning::default())?;
    let replay = deliver::replay(&store, &readers, sink, since, Clock::System.now()).await;
    store.close(false).await;
    let replay = replay.context("the sink's position was not set back")?;
    Ok(ReplayAnswer {
        position: replay.position,
        records: replay.records,
    })
}
