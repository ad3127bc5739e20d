//! `dateline reprocess`: makes records anew from what was fetched before, as the present version and configuration do.

use std::io::IsTerminal;

use anyhow::anyhow;
use dateline_config::Config;
use dateline_pipeline::clock::Clock;
use dateline_pipeline::reprocess::{self, Begun, MOST_SOURCES, Trial};
use dateline_pipeline::store::{Becomes, Holder, Job, Reader, Tally, Wish, holder, look};
use dateline_pipeline::transform::reprocess::Change;
use jiff::Timestamp;

use super::act::{By, act};
use super::status::sinks;
use super::{Done, Stop, ended, instant, load_config, load_enrichment, no_state, stop};
use crate::cli::{ReprocessArgs, ReprocessAs};
use crate::exit::Exit;
use crate::terminal;
use crate::wording::{self, count};

pub(crate) fn reprocess(args: &ReprocessArgs) -> anyhow::Result<Exit> {
    ended(obey(args))
}

fn obey(args: &ReprocessArgs) -> Done {
    let loaded = load_config(&args.config.config).map_err(Stop::Said)?;
    let config = &loaded.config;
    if args.status {
        return status(config, args.json);
    }
    if args.cancel {
        return cancel(config, args.json);
    }
    let wish = wish(args, config)?;
    match args.dry_run {
        true => try_out(config, &wish, args.json),
        false => begin(config, &wish, args.json),
    }
}

fn wish(args: &ReprocessArgs, config: &Config) -> Result<Wish, Stop> {
    let misused = |error: anyhow::Error| stop(Exit::Usage, &error);
    let becomes = match args.becomes {
        Some(ReprocessAs::Revisions) => Becomes::Revisions,
        Some(ReprocessAs::Replacements) => Becomes::Replacements,
        None => return Err(misused(anyhow!("say --as revisions or --as replacements"))),
    };
    if args.sources.len() > MOST_SOURCES {
        return Err(misused(too_many(args.sources.len())));
    }
    let since = args.since.as_deref();
    let since = since.map(|since| instant("--since", since)).transpose();
    for source in &args.sources {
        if !is_known(config, source)? {
            return Err(misused(anyhow!(
                "there is no source {source}: neither in the configuration, nor among the drafts that are there; `dateline feeds list` shows the ids of feeds"
            )));
        }
    }
    Ok(Wish {
        becomes,
        since: since.map_err(misused)?,
        sources: args.sources.clone(),
    })
}

fn too_many(sources: usize) -> anyhow::Error {
    anyhow!(
        "--source is given {sources} times, and {MOST_SOURCES} is the most: leave it out for all sources, or do some after the others"
    )
}

/// Whether a source is in the configuration, or has left drafts behind.
fn is_known(config: &Config, source: &str) -> Result<bool, Stop> {
    let is_configured = config.feeds.iter().any(|feed| feed.id == source)
        || config.drops.iter().any(|folder| folder.id == source);
    Ok(is_configured || asked(config, |reader| reader.has_drafts_of(source))?)
}

/// What the state says, whether or not a daemon works on it.
fn asked<T>(
    config: &Config,
    question: impl FnOnce(&Reader<'_>) -> rusqlite::Result<T>,
) -> Result<T, Stop> {
    let dir = &config.state.dir;
    match look(dir, question) {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => Err(no_state(dir)),
        Err(error) => Err(stop(Exit::Unavailable, &error.into())),
    }
}

fn begin(config: &Config, wish: &Wish, json: bool) -> Done {
    let (begun, by) = act(
        config,
        Exit::Usage,
        async |client| client.post("/v1/reprocess", wish).await,
        async |store, readers| {
            reprocess::begin(store, readers, wish.clone(), Clock::System.now()).await
        },
    )?;
    if json {
        terminal::result(&serde_json::to_string_pretty(&begun)?);
    }
    match begun {
        Begun::Began(job) => {
            if !json {
                terminal::result_raw(&describe_begun(&job, by));
            }
            Ok(Exit::Fine)
        }
        Begun::TooManySources(sources) => Err(stop(Exit::Usage, &too_many(sources))),
        Begun::Runs(job) => Err(stop(
            Exit::Findings,
            &anyhow!(
                "nothing has begun: {}. One job at a time: wait for its end, or end it with `dateline reprocess --cancel`",
                wording::job(&job, Timestamp::now())
            ),
        )),
    }
}

fn cancel(config: &Config, json: bool) -> Done {
    let (ended, _): (Option<Job>, By) = act(
        config,
        Exit::Usage,
        async |client| client.post("/v1/reprocess/cancel", &()).await,
        async |store, readers| reprocess::cancel(store, readers, Clock::System.now()).await,
    )?;
    if json {
        terminal::result(&serde_json::to_string_pretty(&ended)?);
    } else if let Some(job) = &ended {
        terminal::result(&wording::job(job, Timestamp::now()));
        terminal::result_raw(&describe_tally(&job.tally));
    }
    if ended.is_none() {
        terminal::say("no records are being made anew: there is nothing to end");
        return Ok(Exit::Findings);
    }
    Ok(Exit::Fine)
}

fn status(config: &Config, json: bool) -> Done {
    let job = asked(config, |reader| reader.last_job())?;
    if json {
        terminal::result(&serde_json::to_string_pretty(&job)?);
    } else if let Some(job) = &job {
        terminal::result(&wording::job(job, Timestamp::now()));
        if let Some(reason) = waits(config, job)? {
            terminal::result(&reason);
        }
        terminal::result_raw(&describe_tally(&job.tally));
    } else {
        terminal::result("no records were ever made anew");
    }
    Ok(Exit::Fine)
}

/// Why a job does not go on just now, if it is told by something.
fn waits(config: &Config, job: &Job) -> Result<Option<String>, Stop> {
    if !job.is_running() {
        return Ok(None);
    }
    if holder(&config.state.dir) == Holder::Nobody {
        return Ok(Some("it goes on when the daemon runs".to_owned()));
    }
    let sinks = sinks(config).collect();
    let waits_for = asked(config, |reader| reprocess::waits_for(reader, sinks))?;
    Ok(waits_for.map(|(sink, records)| wording::waits(&sink, records)))
}

/// Finds out what would come of it, in this process: the daemon goes on, and has half of the cores for itself.
fn try_out(config: &Config, wish: &Wish, json: bool) -> Done {
    let enrichment = load_enrichment(config).map_err(Stop::Said)?;
    let now = Clock::System.now();
    let shows_progress = std::io::stderr().is_terminal();
    let mut said = 0;
    let progress = |share: f64| {
        let percent = (share * 100.0) as u32;
        if shows_progress && percent >= said + 10 {
            said = percent;
            terminal::say(&format!("{percent} % of the drafts"));
        }
    };
    let trial = asked(config, |reader| {
        reprocess::trial(reader, &enrichment, wish, now, progress)
    })?;
    match json {
        true => terminal::result(&serde_json::to_string_pretty(&trial)?),
        false => terminal::result_raw(&describe_trial(&trial, wish.becomes)),
    }
    Ok(Exit::Fine)
}

/// What it means to whoever reads the records.
fn meaning(becomes: Becomes) -> &'static str {
    match becomes {
        Becomes::Revisions => {
            "as revisions: each article whose record is different comes once more, with the next `revision`, `op` \"revised\" and `reprocessed` \"revision\""
        }
        Becomes::Replacements => {
            "as replacements: each article whose record is different comes once more, with the same `id` and `revision`, and `reprocessed` \"replacement\"; \
             readers that only take higher revisions pass over it"
        }
    }
}

fn describe_begun(job: &Job, by: By) -> String {
    let drafts = count(usize::try_from(job.left()).unwrap_or(usize::MAX), "draft");
    let when = match by {
        By::Daemon => "the daemon goes over",
        By::Ourselves => "when the daemon runs it goes over",
    };
    format!(
        "{}\n{when} up to {drafts}, after those that are fresh; `dateline reprocess --status` shows how far it is\n",
        meaning(job.wish.becomes)
    )
}

fn describe_trial(trial: &Trial, becomes: Becomes) -> String {
    let mut text = format!("nothing is written; {}\n", meaning(becomes));
    text += &describe_tally(&trial.tally);
    for change in &trial.examples {
        text += &example(change);
    }
    text
}

fn example(change: &Change) -> String {
    let title = terminal::harmless(change.title.as_deref().unwrap_or("(no title)"));
    let fields = match &change.fields {
        Some(fields) => fields.join(", "),
        None => "its last record has left the log".to_owned(),
    };
    format!("  {} {} {title}: {fields}\n", change.id, change.source)
}

fn describe_tally(tally: &Tally) -> String {
    let mut text = format!("drafts gone over {}\n", tally.drafts);
    for (number, what) in [
        (
            tally.made,
            "come again: something in the record is different",
        ),
        (
            tally.unknown,
            "of them whose last record has left the log, so that nobody can tell",
        ),
        (tally.same, "do not: nothing is different"),
        (
            tally.superseded,
            "are no longer what their article's record was made of, or never were",
        ),
        (
            tally.waiting,
            "are of revisions that wait, and say it when they come",
        ),
        (
            tally.left_out,
            "would be left out now: the last record stays, as there are no records of deletion",
        ),
        (
            tally.unreadable,
            "cannot be made into records: the last record stays",
        ),
        (
            tally.gone,
            "more had left before the job came to them, since the logs were too full to keep them",
        ),
    ] {
        if number > 0 {
            text += &format!("{number:>8}  {what}\n");
        }
    }
    text
}
