//! `dateline check`: everything that is wrong with a configuration, and with `--online` everything
//! that is wrong with the world it names.

use std::path::Path;
use std::sync::Arc;

use dateline_config::{Config, Feed};
use dateline_pipeline::source::{Outcome, Source};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::inspect::world::first_turn;
use crate::cli::CheckArgs;
use crate::exit::Exit;
use crate::terminal::{self, Style, paint};

pub(crate) fn check(args: &CheckArgs) -> anyhow::Result<Exit> {
    let loaded = match super::load_config(&args.config.config) {
        Ok(loaded) => loaded,
        Err(exit) => return Ok(exit),
    };
    let config = &loaded.config;
    let enrichment = match super::load_enrichment(config) {
        Ok(enrichment) => enrichment,
        Err(exit) => return Ok(exit),
    };
    let counts = format!(
        "{} feeds, {} drop folders, {} sinks",
        config.feeds.len(),
        config.drops.len(),
        config.sinks.jsonl.len() + config.sinks.kafka.len()
    );
    let counts = match enrichment.gazetteer().len() {
        0 => counts,
        1 => format!("{counts}, 1 name of your own"),
        names => format!("{counts}, {names} names of your own"),
    };
    terminal::result(&format!("{}: {counts}", args.config.config.display()));
    if !args.online {
        return Ok(Exit::Fine);
    }
    let failed = super::runtime()?.block_on(online(config))?;
    terminal::result(&match failed {
        0 => "everything can be reached".to_owned(),
        1 => "1 thing cannot be used as it is".to_owned(),
        many => format!("{many} things cannot be used as they are"),
    });
    Ok(if failed == 0 {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

/// Tries everything; the count of what failed.
async fn online(config: &Config) -> anyhow::Result<usize> {
    let mut failed = feeds(config).await?;
    for folder in config.drops.iter().filter(|folder| folder.enabled) {
        let read = std::fs::read_dir(&folder.path).map(|_| "can be read".to_owned());
        failed += tell(
            "drop",
            &folder.id,
            read.map_err(|error| format!("{}: {error}", folder.path.display())),
        );
    }
    for (name, sink) in config.sinks.jsonl.iter().filter(|(_, sink)| sink.enabled) {
        failed += tell("jsonl", name, writable(&sink.dir));
    }
    for (name, sink) in config.sinks.kafka.iter().filter(|(_, sink)| sink.enabled) {
        let probed = dateline_kafka::probe(sink).await.map(|probe| {
            let topics: Vec<_> = probe
                .topics
                .iter()
                .map(|topic| match topic.partitions {
                    Some(partitions) => {
                        format!("topic {} with {partitions} partitions", topic.name)
                    }
                    None => format!("topic {} does not exist yet", topic.name),
                })
                .collect();
            format!("{} brokers; {}", probe.brokers.len(), topics.join("; "))
        });
        failed += tell("kafka", name, probed.map_err(|error| error.to_string()));
    }
    failed += tell(
        "state",
        &config.state.dir.display().to_string(),
        writable(&config.state.dir),
    );
    Ok(failed)
}

/// Gives every feed one turn, as many at a time as the daemon would.
async fn feeds(config: &Config) -> anyhow::Result<usize> {
    let client = Arc::new(dateline_feed::Client::new(&config.collect, &config.http)?);
    let permits = Arc::new(Semaphore::new(config.collect.max_concurrent));
    let mut tries = JoinSet::new();
    for feed in config.feeds.iter().filter(|feed| feed.enabled).cloned() {
        let (client, permits) = (Arc::clone(&client), Arc::clone(&permits));
        tries.spawn(async move {
            let permit = permits.acquire_owned().await;
            let tried = try_feed(&feed, client).await;
            drop(permit);
            (feed.id, tried)
        });
    }
    let mut failed = 0;
    while let Some(tried) = tries.join_next().await {
        let (id, tried) = tried?;
        failed += tell("feed", &id, tried);
    }
    Ok(failed)
}

async fn try_feed(feed: &Feed, client: Arc<dateline_feed::Client>) -> Result<String, String> {
    let harvest = dateline_feed::FeedSource::new(feed, client)
        .poll(first_turn())
        .await;
    match harvest.outcome {
        Outcome::Failed { fault, .. } | Outcome::Gone { fault } => Err(fault.reason),
        Outcome::Read | Outcome::Unchanged => Ok(format!("{} items", harvest.facts.items)),
    }
}

/// Whether files can be made in a folder; it is made where it is missing, as the daemon would.
fn writable(dir: &Path) -> Result<String, String> {
    let complaint = |error: std::io::Error| format!("{}: {error}", dir.display());
    std::fs::create_dir_all(dir).map_err(complaint)?;
    let probe = dir.join(format!(".dateline-check-{}", std::process::id()));
    std::fs::write(&probe, b"").map_err(complaint)?;
    std::fs::remove_file(&probe).map_err(complaint)?;
    Ok("can be written".to_owned())
}

/// Says how one thing went; 1 if it failed.
fn tell(kind: &str, name: &str, tried: Result<String, String>) -> usize {
    let colour = terminal::stdout_is_colourful();
    let (mark, text, failed) = match tried {
        Ok(text) => (paint("ok  ", Style::Good, colour), text, 0),
        Err(text) => (paint("FAIL", Style::Error, colour), text, 1),
    };
    terminal::result(&format!("{mark} {kind:<6} {name}  {text}"));
    failed
}
