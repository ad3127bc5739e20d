//! The port that hubs call (WebSub), where it is configured.

use anyhow::Context;
use dateline_config::WebSub;
use tokio::net::TcpListener;

/// Binds the port.
///
/// # Errors
/// When the port is taken or not to be had.
pub(crate) async fn bind(websub: &WebSub) -> anyhow::Result<TcpListener> {
    TcpListener::bind(websub.listen).await.with_context(|| {
        format!(
            "the port {} for hubs cannot be opened; choose another [websub] listen and point the proxy there, or take [websub] callback away",
            websub.listen
        )
    })
}
