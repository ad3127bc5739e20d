//! `dateline demo`: a newsroom of our own, collected by the ordinary daemon before one's eyes.
//!
//! ```text
//! programme ─▶ newsroom ─▶ feeds and files ─▶ the daemon ─▶ state, JSON lines
//!     ▲            │                                              │
//!     └────────────┴───────── account ◀── comparison ── watch ◀───┘
//! ```
//!
//! The daemon runs on a configuration file like any other and knows nothing of the demo. What the
//! demo shows is read from the state folder and from the output, as anyone can; whether all is well
//! is decided by comparing the output with the newsroom's own account.

mod folder;
mod lines;
mod newsroom;
mod output;
mod programme;
mod screen;
mod state;
mod summary;
mod watch;

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use anyhow::Context;
use dateline_config::Config;
use tokio_util::sync::CancellationToken;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::FilterExt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::cli::DemoArgs;
use crate::daemon::logging::{self, Logging};
use crate::daemon::ports::Ports;
use crate::daemon::{Daemon, control, metrics, signals};
use crate::exit::Exit;
use crate::terminal;
use folder::Folder;
use newsroom::account::{Comparison, compare};
use newsroom::{Newsroom, serve};
use programme::{Programme, Seen};
use screen::{Frame, Screen};
use watch::{Event, Watch};

/// The drop folder's id in the configuration.
const WIRE: &str = "wire";

/// Looks at state and output, and frames of the table: four a second.
const LOOK: Duration = Duration::from_millis(250);

/// The programme takes some twenty seconds. Where it does not come to its end, something is lost or
/// stuck, and that is said rather than waited for.
const LONGEST: Duration = Duration::from_secs(50);

/// After an interruption, the longest wait for what has been published to arrive: feeds are asked
/// every two seconds, failing ones a little later.
const CLOSING: Duration = Duration::from_secs(8);

/// Runs the demo; fine when the output is exactly what the newsroom published.
pub(crate) async fn run(args: &DemoArgs) -> anyhow::Result<Exit> {
    let folder = Folder::make(args.dir.as_deref())?;
    log_into(&folder)?;
    let interrupted = CancellationToken::new();
    signals::listen(interrupted.clone())?;
    let listener = serve::bind().await?;
    let newsroom = Newsroom::open(listener.local_addr()?, &folder.incoming())?;
    folder.write_config(&newsroom)?;
    let loaded = dateline_config::load(&folder.config())
        .map_err(|errors| anyhow::anyhow!("{}", errors.render(false, terminal::columns())))
        .context("the demo's configuration is refused")?;
    let config = loaded.config.clone();

    let closed = CancellationToken::new();
    let server = tokio::spawn(serve::serve(listener, newsroom.clone(), closed.clone()));
    let daemon = Daemon::assemble(loaded, Logging::of_others())?;
    let stop = CancellationToken::new();
    let (control, orders) = control::control();
    let metrics = metrics::install()?;
    let ports = Ports::open(&daemon, control, metrics, &stop).await?;
    let daemon = tokio::spawn(daemon.run(stop.clone(), orders));

    let page = ports.admin().filter(|_| args.keep);
    let mut stage = Stage::new(page, &folder, &config, newsroom);
    let played = stage.play(&interrupted).await;
    stop.cancel();
    daemon.await.context("the daemon ended abnormally")?;
    ports.close().await?;
    closed.cancel();
    server.await.context("the newsroom ended abnormally")?;
    stage.close(played?, &folder, &config)
}

/// The daemon's log goes into a file: the terminal belongs to the table.
fn log_into(folder: &Folder) -> anyhow::Result<()> {
    let path = folder.log();
    let file = std::fs::File::create(&path)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    let lines = fmt::layer()
        .with_writer(std::sync::Arc::new(file))
        .with_ansi(false)
        .with_filter(LevelFilter::INFO.and(logging::events()));
    if tracing_subscriber::registry()
        .with(lines)
        .try_init()
        .is_err()
    {
        terminal::say("a log was installed before; the demo's own stays empty");
    }
    Ok(())
}

/// Where events and table go.
enum View {
    Table(Box<Screen>),
    Lines,
}

/// Why the demo ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// The programme is over.
    Over,
    /// Somebody wanted it to.
    Interrupted,
    /// It took too long.
    Late,
}

/// Everything that moves while the demo runs.
struct Stage {
    keep: bool,
    headline: String,
    began: Instant,
    newsroom: Newsroom,
    programme: Programme,
    watch: Watch,
    view: View,
}

impl Stage {
    /// Goes on until it is interrupted where it has a page to be looked at.
    fn new(page: Option<&str>, folder: &Folder, config: &Config, newsroom: Newsroom) -> Stage {
        let headline = format!(
            "{} feeds and a drop folder, into {}{}",
            config.feeds.len(),
            folder.root.display(),
            page.map_or_else(String::new, |address| {
                format!("; the page: http://{address}/ (Ctrl-C ends it)")
            }),
        );
        let view = if std::io::stderr().is_terminal() {
            View::Table(Box::new(Screen::new(terminal::stderr_is_colourful())))
        } else {
            terminal::say(&headline);
            View::Lines
        };
        Stage {
            keep: page.is_some(),
            headline,
            began: Instant::now(),
            programme: Programme::new(newsroom.clone()),
            newsroom,
            watch: Watch::new(folder, config.state.dir.clone()),
            view,
        }
    }

    /// Plays the programme to its end, or until it is interrupted and what was published has
    /// arrived.
    async fn play(&mut self, interrupted: &CancellationToken) -> anyhow::Result<Ending> {
        let mut looks = tokio::time::interval(LOOK);
        let mut closing_since: Option<Instant> = None;
        loop {
            tokio::select! {
                _ = looks.tick() => {}
                () = interrupted.cancelled(), if closing_since.is_none() => {
                    self.newsroom.mend();
                    self.headline = "closing: the last articles are on their way (Ctrl-C again to end at once)".to_owned();
                    closing_since = Some(Instant::now());
                }
            }
            self.look()?;
            match closing_since {
                Some(since)
                    if self.programme.has_arrived(self.seen()) || since.elapsed() >= CLOSING =>
                {
                    return Ok(Ending::Interrupted);
                }
                Some(_) => {}
                None => {
                    self.go_on()?;
                    if let Some(ending) = self.ending() {
                        return Ok(ending);
                    }
                }
            }
        }
    }

    /// Lets the newsroom do what is due.
    fn go_on(&mut self) -> anyhow::Result<()> {
        let (delivered, state) = (&self.watch.delivered, &self.watch.state);
        let seen = Seen {
            elapsed: self.began.elapsed(),
            delivered,
            state,
        };
        let happened = self.programme.go_on(seen)?;
        if self.keep {
            self.programme.go_on_for_ever(seen);
        }
        self.show(happened.into_iter().map(Event::Newsroom).collect())
    }

    fn ending(&self) -> Option<Ending> {
        if self.keep {
            None
        } else if self.programme.is_over(self.seen()) {
            Some(Ending::Over)
        } else {
            (self.began.elapsed() >= LONGEST).then_some(Ending::Late)
        }
    }

    fn seen(&self) -> Seen<'_> {
        let (delivered, state) = (&self.watch.delivered, &self.watch.state);
        Seen {
            elapsed: self.began.elapsed(),
            delivered,
            state,
        }
    }

    /// Looks at state and output, and shows what is new.
    fn look(&mut self) -> anyhow::Result<()> {
        let events = tokio::task::block_in_place(|| self.watch.look())?;
        self.show(events)
    }

    fn show(&mut self, events: Vec<Event>) -> anyhow::Result<()> {
        let elapsed = self.began.elapsed();
        match &mut self.view {
            View::Lines => {
                for event in &events {
                    terminal::say(&lines::line(elapsed, event, false));
                }
            }
            View::Table(screen) => {
                for event in &events {
                    screen.note(elapsed, event);
                }
                let feeds = self.newsroom.feeds();
                let headline = &self.headline;
                screen.draw(&Frame {
                    elapsed,
                    headline,
                    feeds: &feeds,
                    watch: &self.watch,
                })?;
            }
        }
        Ok(())
    }

    /// After the daemon has stopped: reads all of the output again, compares, and sums up.
    fn close(mut self, ending: Ending, folder: &Folder, config: &Config) -> anyhow::Result<Exit> {
        self.look()?;
        let elapsed = self.began.elapsed();
        // Afresh from the first line: what was seen on the way does not count.
        let mut whole = Watch::new(folder, config.state.dir.clone());
        whole.look()?;
        let mut comparison = self.compare(&whole);
        if ending == Ending::Late {
            let left = self
                .programme
                .left()
                .unwrap_or_else(|| "nothing but what differs".to_owned());
            let line = format!("the programme did not end within {LONGEST:?}; left: {left}");
            comparison.differences.push(line);
        }
        let sample = summary::sample(folder)?;
        let closing = summary::Closing {
            elapsed,
            newsroom: &self.newsroom,
            watch: &whole,
            comparison: &comparison,
            sample: sample.as_ref(),
            folder,
            state_dir: &config.state.dir,
        };
        terminal::result_raw(&closing.text(terminal::stdout_is_colourful())?);
        Ok(if comparison.differences.is_empty() {
            Exit::Fine
        } else {
            Exit::Findings
        })
    }

    /// Compares articles, and what is no article with the dead letters.
    fn compare(&self, whole: &Watch) -> Comparison {
        let (mut comparison, impostors) = self
            .newsroom
            .account(|account| (compare(account, &whole.delivered), account.impostors()));
        let dead_letters = whole.state.dead_letters.len() as u64;
        if dead_letters != impostors {
            let line = format!(
                "{impostors} files were no articles, and {dead_letters} dead letters are there"
            );
            comparison.differences.push(line);
        }
        comparison
    }
}
