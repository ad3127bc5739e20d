//! Notices that the configuration's files have changed, and has them read again.
//!
//! The operating system's word makes it quick; looking every so often finds what it leaves out (network folders, links
//! that are put elsewhere). What counts is whether the files hold something else.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dateline_config::Loaded;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::control::Control;

/// Files are read when nothing has changed for so long: an editor writes in several steps.
const PAUSE: Duration = Duration::from_millis(300);

/// Time from one look to the next where nothing is heard.
const LOOK: Duration = Duration::from_secs(30);

/// Has the configuration read again whenever its files have changed, until `stop`.
pub(crate) async fn watch(loaded: Loaded, control: Control, stop: CancellationToken) {
    let mut path = loaded.files.first().cloned().unwrap_or_default();
    let heard = Arc::new(Notify::new());
    let mut ears = Ears::new(&heard);
    let mut loaded = Arc::new(loaded);
    ears.listen_to(&loaded.folders());
    let mut known = digest(&loaded).await;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = heard.notified() => settle(&heard).await,
            () = tokio::time::sleep(LOOK) => {}
        }
        let now = digest(&loaded).await;
        if now == known {
            continue;
        }
        known = now;
        let Some(applied) = control.reload("its files have changed").await else {
            return;
        };
        if applied.is_err() {
            continue;
        }
        // It may include other files by now.
        let main = std::mem::take(&mut path);
        let read = tokio::task::spawn_blocking(move || (dateline_config::load(&main), main)).await;
        let Ok((read, main)) = read else { return };
        path = main;
        if let Ok(read) = read {
            loaded = Arc::new(read);
            ears.listen_to(&loaded.folders());
            known = digest(&loaded).await;
        }
    }
}

/// Waits until nothing has been heard for a while.
async fn settle(heard: &Notify) {
    while tokio::time::timeout(PAUSE, heard.notified()).await.is_ok() {}
}

/// Changes with what the files hold, and with which there are.
async fn digest(loaded: &Arc<Loaded>) -> Option<u64> {
    let loaded = Arc::clone(loaded);
    let hash = move || {
        let mut hasher = DefaultHasher::new();
        for file in loaded.files_now() {
            file.hash(&mut hasher);
            std::fs::read(&file).ok().hash(&mut hasher);
        }
        hasher.finish()
    };
    tokio::task::spawn_blocking(hash).await.ok()
}

/// The operating system's word of changes.
struct Ears {
    watcher: Option<RecommendedWatcher>,
    folders: BTreeSet<PathBuf>,
}

impl Ears {
    fn new(heard: &Arc<Notify>) -> Ears {
        let heard = Arc::clone(heard);
        let watcher = notify::recommended_watcher(move |_| heard.notify_one());
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

/// The present folder has a name, too.
fn named(folder: &Path) -> &Path {
    match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    }
}
