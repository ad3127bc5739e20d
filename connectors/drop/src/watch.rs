//! The operating system's word that something in the folder has changed, and the bell.
//!
//! Words may be missed, and on some file systems there are none: they only make the source faster,
//! and the periodic walk finds whatever they leave out. What is remembered between two turns is
//! bounded; more than that asks for a walk.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use notify::event::{
    AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RemoveKind, RenameMode,
};
use notify::{ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::folder::{Rules, is_hidden};

/// Files remembered between two turns; a burst of more is better served by a walk.
const MAX_TOUCHED: usize = 16_384;

/// A burst of changes is over when nothing has changed for this long ...
const BURST_PAUSE: Duration = Duration::from_millis(40);

/// ... or has gone on for this long, so that a steady stream is taken in turns of a useful size.
const BURST_LIMIT: Duration = Duration::from_millis(400);

/// Shortest time between two looks at a folder that is missing or a file that is being written.
const SHORTEST_LOOK: Duration = Duration::from_millis(20);

/// What has been heard since the last turn.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Paths within the folder, and whether their writers are done with them.
    pub(crate) touched: HashMap<PathBuf, bool>,
    /// Only a walk can tell what has changed.
    pub(crate) walk: bool,
    /// Folders came or went: every watch is to be set anew.
    pub(crate) rewatch: bool,
    /// The bell was rung for what stands here; a turn without this is a periodic one.
    pub(crate) rung: bool,
}

/// What to wake up for though nothing is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alarm {
    None,
    At(Instant),
    /// When the folder exists, looked at every so often.
    Appears(Duration),
}

/// Ears at the folder, and the hand at the bell.
pub(crate) struct Watch {
    ears: Arc<Ears>,
    eye: Mutex<Eye>,
}

/// The operating system's side of it. Never locked by the thread that delivers the events, as that
/// thread also serves the requests made under the lock.
#[derive(Default)]
struct Eye {
    watcher: Option<RecommendedWatcher>,
    /// Whether the present trouble has been said.
    complained: bool,
    ringer: Option<AbortHandle>,
}

struct Ears {
    rules: Arc<Rules>,
    bell: Arc<Notify>,
    heard: Mutex<Heard>,
    /// Folders watched, absolute.
    folders: Mutex<HashSet<PathBuf>>,
    something: Notify,
    alarm: Mutex<Alarm>,
    alarm_set: Notify,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(ringer) = lock(&self.eye).ringer.take() {
            ringer.abort();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Watch {
    pub(crate) fn new(rules: Arc<Rules>) -> Watch {
        let ears = Ears {
            rules,
            bell: Arc::default(),
            heard: Mutex::default(),
            folders: Mutex::default(),
            something: Notify::new(),
            alarm: Mutex::new(Alarm::None),
            alarm_set: Notify::new(),
        };
        Watch {
            ears: Arc::new(ears),
            eye: Mutex::default(),
        }
    }

    pub(crate) fn bell(&self) -> Arc<Notify> {
        self.ears.bell.clone()
    }

    /// Sees to it that the bell is rung from now on. Needs the async runtime.
    pub(crate) fn start(&self) {
        let ring = || tokio::spawn(ring(self.ears.clone())).abort_handle();
        lock(&self.eye).ringer.get_or_insert_with(ring);
    }

    /// Takes what has been heard since the last turn.
    pub(crate) fn take(&self) -> Heard {
        std::mem::take(&mut *lock(&self.ears.heard))
    }

    /// Sets the one alarm, instead of the one before.
    pub(crate) fn set_alarm(&self, alarm: Alarm) {
        *lock(&self.ears.alarm) = alarm;
        self.ears.alarm_set.notify_one();
    }

    /// A walk begins; with `rewatch`, every watch is set anew by it. May block.
    pub(crate) fn begin_walk(&self, rewatch: bool) {
        let mut eye = lock(&self.eye);
        if eye.watcher.is_none() {
            let ears = self.ears.clone();
            match notify::recommended_watcher(move |event| ears.hear(event)) {
                Ok(watcher) => eye.watcher = Some(watcher),
                Err(error) => self.complain(&mut eye, &error),
            }
        }
        if rewatch {
            let folders = std::mem::take(&mut *lock(&self.ears.folders));
            if let Some(watcher) = &mut eye.watcher {
                for folder in folders {
                    // A folder that is gone has taken its watch with it.
                    watcher.unwatch(&folder).ok();
                }
            }
        }
    }

    /// Watches one folder from now on. May block. What fails here is said once, and the periodic
    /// walk has to do.
    pub(crate) fn folder(&self, folder: &Path) {
        let mut eye = lock(&self.eye);
        let Some(watcher) = &mut eye.watcher else {
            return;
        };
        if !lock(&self.ears.folders).insert(folder.to_owned()) {
            return;
        }
        match watcher.watch(folder, RecursiveMode::NonRecursive) {
            Ok(()) => eye.complained = false,
            Err(error) => {
                lock(&self.ears.folders).remove(folder);
                if !matches!(error.kind, ErrorKind::PathNotFound) {
                    self.complain(&mut eye, &error);
                }
            }
        }
    }

    /// The folder itself is gone; its watches went with it.
    pub(crate) fn lose_sight(&self) {
        let mut eye = lock(&self.eye);
        eye.watcher = None;
        lock(&self.ears.folders).clear();
    }

    fn complain(&self, eye: &mut Eye, error: &notify::Error) {
        if std::mem::replace(&mut eye.complained, true) {
            return;
        }
        tracing::warn!(
            folder = %self.ears.rules.root.display(), %error,
            "cannot watch the folder, new files are only found by the periodic scan; {}", remedy(error)
        );
    }
}

/// What an operator can do about an error of the watcher.
fn remedy(error: &notify::Error) -> &'static str {
    match &error.kind {
        ErrorKind::MaxFilesWatch => "raise the sysctl fs.inotify.max_user_watches",
        ErrorKind::Io(error)
            if error.raw_os_error() == Some(rustix::io::Errno::MFILE.raw_os_error()) =>
        {
            "raise the sysctl fs.inotify.max_user_instances, or the limit on open files"
        }
        ErrorKind::Io(error)
            if error.raw_os_error() == Some(rustix::io::Errno::NOSPC.raw_os_error()) =>
        {
            "raise the sysctl fs.inotify.max_user_watches"
        }
        _ => "check that Dateline may read it",
    }
}

impl Ears {
    /// Takes in one event, on the watcher's thread. Must neither block nor touch the files.
    fn hear(&self, event: notify::Result<Event>) {
        let heard_something = match event {
            Ok(event) if event.need_rescan() => self.ask_for_walk(false),
            Ok(event) => self.hear_of(&event),
            Err(error) => {
                tracing::warn!(
                    folder = %self.rules.root.display(), %error,
                    "lost track of changes in the folder, looking through all of it; {}", remedy(&error)
                );
                self.ask_for_walk(false)
            }
        };
        if heard_something {
            self.something.notify_one();
        }
    }

    fn hear_of(&self, event: &Event) -> bool {
        let Some(path) = event.paths.last() else {
            return false;
        };
        match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write))
            | EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both)) => {
                self.touch(path, true)
            }
            EventKind::Access(_) => false,
            EventKind::Create(CreateKind::Folder) => {
                self.rules.recursive && !is_nameless(path) && self.ask_for_walk(false)
            }
            EventKind::Modify(ModifyKind::Data(_)) => {
                self.retract(path);
                false
            }
            EventKind::Remove(kind) => {
                (kind == RemoveKind::Folder || self.is_folder(path)) && self.ask_for_walk(true)
            }
            EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
                self.is_folder(path) && self.ask_for_walk(true)
            }
            EventKind::Any | EventKind::Other | EventKind::Create(_) | EventKind::Modify(_) => {
                self.touch(path, false)
            }
        }
    }

    /// Whether this path is, or was, a folder that is watched.
    fn is_folder(&self, path: &Path) -> bool {
        lock(&self.folders).contains(path)
    }

    fn ask_for_walk(&self, rewatch: bool) -> bool {
        let mut heard = lock(&self.heard);
        heard.walk = true;
        heard.rewatch |= rewatch;
        true
    }

    /// Notes a file, or a folder that was moved in.
    fn touch(&self, path: &Path, complete: bool) -> bool {
        let (Ok(path), Some(name)) = (path.strip_prefix(&self.rules.root), path.file_name()) else {
            return false;
        };
        let may_be_folder = self.rules.recursive && !is_hidden(name);
        if !self.rules.wants(name) && !may_be_folder {
            return false;
        }
        let mut heard = lock(&self.heard);
        if let Some(known) = heard.touched.get_mut(path) {
            *known |= complete;
        } else if heard.touched.len() < MAX_TOUCHED {
            heard.touched.insert(path.to_owned(), complete);
        } else {
            heard.walk = true;
        }
        true
    }

    /// Somebody writes on: what was said about the file's end does not hold.
    fn retract(&self, path: &Path) {
        if let Ok(path) = path.strip_prefix(&self.rules.root)
            && let Some(complete) = lock(&self.heard).touched.get_mut(path)
        {
            *complete = false;
        }
    }
}

fn is_nameless(path: &Path) -> bool {
    path.file_name().is_none_or(is_hidden)
}

/// Rings the bell once for each burst of changes, and when the alarm goes off.
async fn ring(ears: Arc<Ears>) {
    loop {
        let alarm = *lock(&ears.alarm);
        tokio::select! {
            () = ears.something.notified() => wait_for_the_end(&ears.something).await,
            () = go_off(alarm, &ears.rules.root) => clear(&ears.alarm, alarm),
            () = ears.alarm_set.notified() => continue,
        }
        lock(&ears.heard).rung = true;
        ears.bell.notify_one();
    }
}

/// An alarm goes off once, unless another one has been set meanwhile.
fn clear(alarm: &Mutex<Alarm>, gone_off: Alarm) {
    let mut alarm = lock(alarm);
    if *alarm == gone_off {
        *alarm = Alarm::None;
    }
}

async fn wait_for_the_end(something: &Notify) {
    let limit = Instant::now() + BURST_LIMIT;
    while timeout(BURST_PAUSE, something.notified()).await.is_ok() && Instant::now() < limit {}
}

async fn go_off(alarm: Alarm, folder: &Path) {
    match alarm {
        Alarm::None => std::future::pending().await,
        Alarm::At(instant) => sleep_until(instant.max(Instant::now() + SHORTEST_LOOK)).await,
        Alarm::Appears(every) => loop {
            sleep(every.max(SHORTEST_LOOK)).await;
            if tokio::fs::try_exists(folder).await.unwrap_or(false) {
                return;
            }
        },
    }
}
