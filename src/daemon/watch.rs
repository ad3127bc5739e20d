//! Notices that the configuration's files have changed, and has them read again.
//!
//! The operating system's word makes it quick; looking every so often finds what it leaves out (network folders, links
//! that are put elsewhere). What counts is whether the files hold something else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dateline_config::{Config, Files, Print};
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::{Notify, watch as latest};
use tokio_util::sync::CancellationToken;

use super::control::Control;

/// Files are read when nothing has changed for so long: an editor writes in several steps.
const PAUSE: Duration = Duration::from_millis(300);

/// Files are read after so long at the latest: something may write to a folder all the time.
const SETTLED: Duration = Duration::from_secs(3);

/// Time from one look to the next where nothing is heard.
const LOOK: Duration = Duration::from_secs(30);

/// What is heard when a file has been written.
const WRITTEN: AccessKind = AccessKind::Close(AccessMode::Write);

/// Has the configuration read again whenever its files have changed, until `stop` and as long as `config` wants it. `files`
/// are those that were read last, whether what they say was taken or not: where one of them has a fault, it may be mended
/// there.
pub(crate) async fn watch(
    mut config: latest::Receiver<Arc<Config>>,
    mut files: latest::Receiver<Files>,
    control: Control,
    stop: CancellationToken,
) {
    let heard = Arc::new(Notify::new());
    let mut ears = Ears::new(&heard, files.clone());
    let mut read = files.borrow().print();
    // What was last asked to be read.
    let mut known = read;
    loop {
        let current = files.borrow_and_update().clone();
        let is_wanted = config.borrow_and_update().reload.watch;
        if current.print() != read {
            read = current.print();
            known = read;
        }
        ears.listen_to(&match is_wanted {
            true => current.folders(),
            false => BTreeSet::new(),
        });
        // Looked at before anything is heard: they may have changed since they were read.
        let now = match is_wanted {
            true => print_now(current).await,
            false => Some(known),
        };
        if let Some(now) = now.filter(|now| *now != known) {
            known = now;
            if control.reload("its files have changed").await.is_none() {
                return;
            }
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            other = files.changed() => if other.is_err() { return },
            other = config.changed() => if other.is_err() { return },
            () = change(&heard) => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Waits until something has been heard, and then nothing for a while.
async fn change(heard: &Notify) {
    heard.notified().await;
    let quiet = async { while tokio::time::timeout(PAUSE, heard.notified()).await.is_ok() {} };
    drop(tokio::time::timeout(SETTLED, quiet).await);
}

async fn print_now(files: Files) -> Option<Print> {
    let read = move || files.print_now();
    tokio::task::spawn_blocking(read).await.ok()
}

/// The operating system's word of changes.
struct Ears {
    watcher: Option<RecommendedWatcher>,
    folders: BTreeSet<PathBuf>,
}

impl Ears {
    fn new(heard: &Arc<Notify>, files: latest::Receiver<Files>) -> Ears {
        let heard = Arc::clone(heard);
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event.map_or(true, |event| may_matter(&event, &files.borrow())) {
                heard.notify_one();
            }
        });
        if let Err(error) = &watcher {
            tracing::warn!(%error, look = ?LOOK, "changes of the configuration are not heard at once, but looked for");
        }
        Ears {
            watcher: watcher.ok(),
            folders: BTreeSet::new(),
        }
    }

    fn listen_to(&mut self, folders: &BTreeSet<PathBuf>) {
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        for left in self.folders.difference(folders) {
            if let Err(error) = watcher.unwatch(named(left)) {
                tracing::debug!(%error, folder = %left.display(), "a folder was not listened to");
            }
        }
        for new in folders.difference(&self.folders) {
            if let Err(error) = watcher.watch(named(new), RecursiveMode::NonRecursive) {
                tracing::debug!(%error, folder = %new.display(), "a folder is not listened to, but looked into");
            }
        }
        self.folders.clone_from(folders);
    }
}

/// Whether the files may hold something else after an event. Whoever reads them is heard as well, and that is the daemon
/// itself most of all; and logs may be written beside them.
fn may_matter(event: &Event, files: &Files) -> bool {
    match event.kind {
        EventKind::Access(kind) if kind != WRITTEN => false,
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Data(_)) => {
            event.paths.iter().any(|path| files.may_hold(path))
        }
        _ => true,
    }
}

/// The present folder has a name, too.
fn named(folder: &Path) -> &Path {
    match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    }
}
