//! What systemd is told, where it started the daemon (`Type=notify`): that it is ready, reads its configuration, stops, and
//! is alive.

use std::time::Duration;

use dateline_pipeline::store::Store;
use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

/// The daemon works.
pub(crate) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// It reads its configuration again; [`ready`] ends that.
pub(crate) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::debug!(%error, "systemd is not told of the reload"),
    }
}

/// It drains, and ends.
pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Says again and again that the daemon is alive, until `stop`, where systemd asks for it (`WatchdogSec=`). It is alive
/// while its tasks run and its store's thread answers; a disk that is full is no reason to be started anew.
pub(crate) async fn watchdog(store: Store, stop: CancellationToken) {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return;
    };
    let every = (limit / 2).max(Duration::from_millis(1));
    tracing::debug!(?limit, "systemd watches over this process");
    while !store.is_closed() {
        tell(&[NotifyState::Watchdog]);
        let waited = stop.run_until_cancelled(tokio::time::sleep(every)).await;
        if waited.is_none() {
            return;
        }
    }
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "systemd cannot be told");
    }
}
