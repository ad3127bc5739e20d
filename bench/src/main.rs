//! Measures the `dateline` binary from outside, on loopback and in a temporary folder.
//!
//! Each measurement writes a configuration, starts the daemon, watches its admin port until every
//! article has been delivered, checks that the JSON lines hold them all, and prints one line.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod articles;
mod daemon;
mod newsstand;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::{Parser, Subcommand};

use crate::daemon::Daemon;
use crate::newsstand::Newsstand;

#[derive(Debug, Parser)]
struct Cli {
    /// The binary to measure.
    #[arg(long, default_value = "target/release/dateline")]
    dateline: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Articles from files in a drop folder, through all three stages into JSON lines.
    Drops {
        /// How many.
        #[arg(long, default_value_t = 100_000)]
        articles: usize,
        /// Bytes of each.
        #[arg(long, default_value_t = 3072)]
        size: usize,
    },
    /// Articles from feeds on loopback, through all three stages into JSON lines.
    Feeds {
        /// How many.
        #[arg(long, default_value_t = 100_000)]
        articles: usize,
        /// Bytes of each.
        #[arg(long, default_value_t = 3072)]
        size: usize,
        /// Articles in one feed.
        #[arg(long, default_value_t = 100)]
        per_feed: usize,
    },
    /// Many feeds that answer 304: memory after the first round and after the last.
    Polls {
        /// How many feeds.
        #[arg(long, default_value_t = 10_000)]
        feeds: usize,
        /// Rounds over all feeds.
        #[arg(long, default_value_t = 6)]
        rounds: usize,
    },
}

/// The longest that a measurement may take.
const PATIENCE: Duration = Duration::from_secs(300);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match cli.what {
        What::Drops { articles, size } => drops(&cli.dateline, articles, size).await,
        What::Feeds {
            articles,
            size,
            per_feed,
        } => feeds(&cli.dateline, articles, size, per_feed).await,
        What::Polls { feeds, rounds } => polls(&cli.dateline, feeds, rounds).await,
    }
}

const COLLECT: &str = "[collect]\nmax_concurrent = 16\nper_host_concurrent = 16\nper_host_spacing = \"0s\"\n[http]\nallow_networks = [\"127.0.0.0/8\"]\n";

async fn drops(binary: &std::path::Path, articles: usize, size: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let drop_folder = folder.path().join("drop");
    std::fs::create_dir(&drop_folder)?;
    for number in 0..articles {
        let path = drop_folder.join(format!("{number:07}.txt"));
        std::fs::write(path, articles::plain(number, size))?;
    }
    let config = format!("{COLLECT}[[drops]]\nid = \"drop\"\npath = \"drop\"\nsettle = \"0s\"\n");
    throughput("drops", binary, folder.path(), &config, articles).await
}

async fn feeds(
    binary: &std::path::Path,
    articles: usize,
    size: usize,
    per_feed: usize,
) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let newsstand = Newsstand::open(articles, size, per_feed).await?;
    let mut config = COLLECT.to_owned();
    for feed in 0..newsstand.feeds() {
        config += &format!(
            "[[feeds]]\nid = \"feed-{feed}\"\nurl = \"{}\"\nevery = \"1h\"\n",
            newsstand.url(feed)
        );
    }
    throughput("feeds", binary, folder.path(), &config, articles).await
}

async fn throughput(
    what: &str,
    binary: &std::path::Path,
    folder: &std::path::Path,
    config: &str,
    articles: usize,
) -> anyhow::Result<()> {
    let began = Instant::now();
    let daemon = Daemon::start(binary, folder, config)?;
    daemon
        .wait_until(PATIENCE, |metrics| {
            metrics.sum("dateline_delivered_records_total") >= articles as f64
        })
        .await
        .context("not everything was delivered in time")?;
    let wall = began.elapsed();
    let usage = daemon.usage()?;
    daemon.stop().await?;
    let lines = daemon::lines(&folder.join("articles"))?;
    ensure!(lines == articles, "{lines} records for {articles} articles");
    println!(
        "{what}: {articles} articles in {:.1} s = {:.0} articles/s, {:.0} µs of CPU each, peak memory {:.0} MiB",
        wall.as_secs_f64(),
        articles as f64 / wall.as_secs_f64(),
        usage.cpu.as_secs_f64() * 1e6 / articles as f64,
        usage.peak_mib,
    );
    Ok(())
}

async fn polls(binary: &std::path::Path, feeds: usize, rounds: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let newsstand = Newsstand::open(feeds * 5, 600, 5).await?;
    let mut config = COLLECT.to_owned();
    for feed in 0..newsstand.feeds() {
        config += &format!(
            "[[feeds]]\nid = \"feed-{feed}\"\nurl = \"{}\"\nevery = \"5s\"\n",
            newsstand.url(feed)
        );
    }
    let daemon = Daemon::start(binary, folder.path(), &config)?;
    let round = |number: usize| (number * feeds) as f64;
    let turns = |metrics: &daemon::Metrics| metrics.sum("dateline_collect_turns_total");
    daemon
        .wait_until(PATIENCE, |metrics| turns(metrics) >= round(2))
        .await?;
    let settled = daemon.usage()?.resident_mib;
    let began = Instant::now();
    daemon
        .wait_until(PATIENCE, |metrics| turns(metrics) >= round(2 + rounds))
        .await?;
    let wall = began.elapsed();
    let usage = daemon.usage()?;
    let unchanged = daemon
        .metrics()
        .await?
        .sum_of("dateline_collect_turns_total", "outcome=\"unchanged\"");
    daemon.stop().await?;
    ensure!(
        unchanged >= round(rounds),
        "only {unchanged} turns were answered 304"
    );
    println!(
        "polls: {feeds} feeds, {rounds} rounds of 304 in {:.1} s = {:.0} polls/s; memory {settled:.0} MiB after the first \
         rounds, {:.0} MiB after the last, peak {:.0} MiB",
        wall.as_secs_f64(),
        round(rounds) / wall.as_secs_f64(),
        usage.resident_mib,
        usage.peak_mib,
    );
    Ok(())
}
