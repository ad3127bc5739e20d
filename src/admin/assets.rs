//! The files that the pages are made with. All are inside the binary; each is served under an address that holds a hash of it, so that browsers keep it
//! for as long as it is the same. `assets/ASSETS.md` says where those come from that others wrote.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ring::digest;

/// Bytes of the hash in an address: two files of one name are told apart.
const HASH_BYTES: usize = 6;

/// What browsers may do with an asset: keep it for a year, which is as good as for ever.
const KEEP: &str = "public, max-age=31536000, immutable";

/// A file of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asset {
    Style,
    Script,
    Htmx,
    Icon,
}

struct Known {
    asset: Asset,
    name: String,
    content_type: &'static str,
    content: &'static str,
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    const SCRIPT: &str = "text/javascript; charset=utf-8";
    vec![
        known(
            Asset::Style,
            "page.css",
            "text/css; charset=utf-8",
            include_str!("assets/page.css"),
        ),
        known(
            Asset::Script,
            "page.js",
            SCRIPT,
            include_str!("assets/page.js"),
        ),
        known(
            Asset::Htmx,
            "htmx.min.js",
            SCRIPT,
            include_str!("assets/htmx.min.js"),
        ),
        known(
            Asset::Icon,
            "icon.svg",
            "image/svg+xml",
            include_str!("assets/icon.svg"),
        ),
    ]
});

fn known(asset: Asset, name: &str, content_type: &'static str, content: &'static str) -> Known {
    let hash = digest::digest(&digest::SHA256, content.as_bytes());
    let hash = hash.as_ref().iter().take(HASH_BYTES);
    let hash: String = hash.map(|byte| format!("{byte:02x}")).collect();
    Known {
        asset,
        name: format!("{hash}-{name}"),
        content_type,
        content,
    }
}

impl Asset {
    /// Its address.
    pub(super) fn address(self) -> String {
        let known = KNOWN.iter().find(|known| known.asset == self);
        let name = known.map_or("", |known| known.name.as_str());
        format!("/assets/{name}")
    }
}

pub(super) async fn serve(Path(name): Path<String>) -> Response {
    match KNOWN.iter().find(|known| known.name == name) {
        Some(known) => {
            let fields = [
                (header::CONTENT_TYPE, known.content_type),
                (header::CACHE_CONTROL, KEEP),
            ];
            (fields, known.content).into_response()
        }
        None => (StatusCode::NOT_FOUND, "there is no such asset\n").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_has_an_address_of_its_own() {
        for asset in [Asset::Style, Asset::Script, Asset::Htmx, Asset::Icon] {
            let named = KNOWN
                .iter()
                .filter(|known| asset.address().ends_with(&known.name));
            assert_eq!(named.count(), 1, "{asset:?}");
        }
    }

    /// What the page's policy would not let in anyway, and a reader without a network would miss.
    #[test]
    fn assets_of_our_own_ask_nobody() {
        for known in KNOWN.iter().filter(|known| known.asset != Asset::Htmx) {
            let calls = known.content.matches("://").count();
            let names = known.content.matches("http://www.w3.org/").count();
            assert_eq!(calls, names, "{}", known.name);
        }
    }
}
