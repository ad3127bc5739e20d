//! Publishers on loopback that can be silent, and the collect stage that asks them by a clock that
//! stands until it is moved.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dateline_config::Feed;
use dateline_feed::FeedSource;
use dateline_pipeline::clock::{Clock, Dice, between};
use dateline_pipeline::collect::{CollectSettings, Collector, HostLimits};
use dateline_pipeline::source::Source;
use dateline_pipeline::store::{self, Readers, SourceState, Store, Tuning};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::setup;
pub(crate) use crate::waker::until;
use crate::waker::{self, PATIENCE, Waker};

pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// A feed that can be read.
pub(crate) const FEED: &str = "<rss version='2.0'><channel><title>Quay</title><item><title>Boats</title>\
     <guid>1</guid><description>Boats have come.</description></item></channel></rss>";

/// What a site answers: a status, header fields, a body.
pub(crate) type Answer = (u16, String, String);

pub(crate) fn fine() -> Answer {
    (200, String::new(), FEED.to_owned())
}

pub(crate) fn bare(status: u16, fields: &str) -> Answer {
    (status, fields.to_owned(), String::new())
}

type Answering = Arc<dyn Fn(&str) -> Answer + Send + Sync>;

/// A host of its own (by its port) that answers every path as it is told.
pub(crate) struct Site {
    pub(crate) port: u16,
    answer: Arc<Mutex<Answering>>,
    requests: Arc<Mutex<Vec<String>>>,
    silent: Option<TcpSocket>,
    accepting: Option<JoinHandle<()>>,
}

impl Site {
    /// One that refuses connections until it is opened. Its port is its own from now on.
    pub(crate) fn silent(address: &str) -> Site {
        let socket = TcpSocket::new_v4().unwrap();
        socket
            .bind(format!("{address}:0").parse().unwrap())
            .unwrap();
        let answering: Answering = Arc::new(|_| fine());
        Site {
            port: socket.local_addr().unwrap().port(),
            answer: Arc::new(Mutex::new(answering)),
            requests: Arc::default(),
            silent: Some(socket),
            accepting: None,
        }
    }

    pub(crate) fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Site {
        let mut site = Site::silent("0.0.0.0");
        site.answer(answer);
        site.open();
        site
    }

    pub(crate) fn open(&mut self) {
        let listener = self.silent.take().unwrap().listen(1024).unwrap();
        let (answer, requests) = (Arc::clone(&self.answer), Arc::clone(&self.requests));
        self.accepting = Some(tokio::spawn(accept(listener, answer, requests)));
    }

    pub(crate) fn answer(&self, answer: impl Fn(&str) -> Answer + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Arc::new(answer);
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Paths that were asked for, in order.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(accepting) = &self.accepting {
            accepting.abort();
        }
    }
}

async fn accept(
    listener: TcpListener,
    answer: Arc<Mutex<Answering>>,
    requests: Arc<Mutex<Vec<String>>>,
) {
    let mut serving = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        serving.spawn(serve(stream, Arc::clone(&answer), Arc::clone(&requests)));
        while serving.try_join_next().is_some() {}
    }
}

async fn serve(
    mut stream: TcpStream,
    answer: Arc<Mutex<Answering>>,
    requests: Arc<Mutex<Vec<String>>>,
) {
    let (mut head, mut piece) = (Vec::new(), [0; 1024]);
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut piece).await {
            Ok(count) if count > 0 => head.extend_from_slice(&piece[..count]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let answering = Arc::clone(&answer.lock().unwrap());
    requests.lock().unwrap().push(path.clone());
    let (status, fields, body) = answering(&path);
    let raw = format!(
        "HTTP/1.1 {status} Status\r\nConnection: close\r\nContent-Length: {}\r\n{fields}\r\n{body}",
        body.len()
    );
    drop(stream.write_all(raw.as_bytes()).await);
}

/// A feed with an id of its own.
pub(crate) fn feed(id: &str, url: &str) -> Feed {
    let mut feed = setup::feed(url);
    feed.id = id.to_owned();
    feed
}

/// The state, and the clock, from run to run.
pub(crate) struct Rig {
    _folder: tempfile::TempDir,
    store: Store,
    readers: Arc<Readers>,
    pub(crate) clock: Clock,
    settings: CollectSettings,
}

impl Rig {
    pub(crate) fn new(max_concurrent: usize, on_one_host: usize) -> Rig {
        let folder = tempfile::tempdir().unwrap();
        let (store, readers) = store::open(folder.path(), Tuning::default()).unwrap();
        let settings = CollectSettings {
            max_concurrent,
            host: HostLimits {
                concurrent: on_one_host,
                spacing: Duration::ZERO,
            },
            jitter: 0.0,
            max_backoff: HOUR * 24,
            max_log_bytes: u64::MAX,
            article_memory: HOUR * 2160,
            grace: PATIENCE,
        };
        Rig {
            _folder: folder,
            store,
            readers,
            clock: Clock::manual(setup::now()),
            settings,
        }
    }

    /// Starts the stage with these feeds.
    pub(crate) fn run(&self, feeds: &[Feed]) -> Run<'_> {
        let client = Arc::new(setup::client(""));
        let waker = Waker::default();
        let mut sources: Vec<Arc<dyn Source>> = vec![waker.source()];
        for feed in feeds {
            sources.push(Arc::new(FeedSource::new(feed, Arc::clone(&client))));
        }
        let collector = Collector::new(
            self.settings.clone(),
            sources,
            self.store.clone(),
            Arc::clone(&self.readers),
            self.clock.clone(),
            Dice::seeded(1),
        );
        let stop = CancellationToken::new();
        Run {
            rig: self,
            waker,
            task: tokio::spawn(collector.unwrap().run(stop.clone())),
            stop,
        }
    }

    /// How all feeds stand.
    pub(crate) fn states(&self) -> Vec<SourceState> {
        let mut states = self.readers.with(|reader| reader.sources()).unwrap();
        states.retain(|state| state.id != waker::ID);
        states
    }

    pub(crate) fn state(&self, id: &str) -> Option<SourceState> {
        self.readers.with(|reader| reader.source(id)).unwrap()
    }

    /// Hosts with holds, and for how long they are from now on.
    pub(crate) fn holds(&self) -> Vec<(String, Duration)> {
        let holds = self.readers.with(|reader| reader.holds()).unwrap();
        let left = |until| between(self.clock.now(), until);
        holds
            .into_iter()
            .map(|hold| (hold.host, left(hold.until)))
            .collect()
    }

    /// Time until a feed's next turn.
    pub(crate) fn wait(&self, id: &str) -> Duration {
        between(self.clock.now(), self.state(id).unwrap().due.unwrap())
    }

    pub(crate) async fn close(self) {
        self.store.close(false).await;
    }
}

/// The stage at work.
pub(crate) struct Run<'r> {
    rig: &'r Rig,
    waker: Waker,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Run<'_> {
    /// Moves the clock and lets the stage see it.
    pub(crate) fn advance(&self, by: Duration) {
        self.rig.clock.advance(by);
        self.waker.wake();
    }

    /// Until the stage has started whatever is due by the clock as it stands.
    pub(crate) async fn settled(&self) {
        self.waker.settled().await;
    }

    /// Until every feed's last turn was at the time where the clock stands.
    pub(crate) async fn asked(&self, ids: &[&str]) {
        let now = self.rig.clock.now();
        let turned = |id: &&str| {
            self.rig
                .state(id)
                .is_some_and(|state| state.attempted == now)
        };
        until(&format!("{ids:?}"), || ids.iter().all(turned)).await;
    }

    /// Ends the stage; turns that run are finished.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .unwrap()
            .unwrap();
    }
}
