//! SIGTERM and SIGINT: the first asks for a clean stop, the second for an immediate one. SIGHUP has the configuration read
//! again.

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::control::Control;

/// Has the configuration read again at every SIGHUP.
///
/// # Errors
/// When the handler cannot be installed.
pub(crate) fn reload_at_hangup(control: Control) -> anyhow::Result<()> {
    let mut hangup = signal(SignalKind::hangup()).context("SIGHUP cannot be handled")?;
    tokio::spawn(async move {
        // What came of it is in the log.
        while hangup.recv().await.is_some() && control.reload("SIGHUP").await.is_some() {}
    });
    Ok(())
}

/// Cancels `stop` at the first signal and ends the process at the second.
///
/// # Errors
/// When the handlers cannot be installed.
pub(crate) fn listen(stop: CancellationToken) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be handled")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be handled")?;
    tokio::spawn(async move {
        for first in [true, false] {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            if first {
                tracing::info!(
                    signal = name,
                    "stopping: finishing what is under way (once more to stop at once)"
                );
                stop.cancel();
            } else {
                tracing::warn!(
                    signal = name,
                    "stopping at once; what was under way comes again at the next start"
                );
                std::process::exit(128 + 15);
            }
        }
    });
    Ok(())
}
