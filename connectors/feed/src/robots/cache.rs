//! The rules of sites, asked for when first needed and kept for a day.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dateline_pipeline::clock::{after, between};
use jiff::Timestamp;
use tokio::sync::OnceCell;
use url::{Origin, Url};

use super::rules::{MAX_ROBOTS_BYTES, Rules};
use crate::fetch::{Client, Limits, Refusal};

/// How long rules hold (RFC 9309, section 2.4, allows no more).
const KEEP: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a site that could not be asked is left alone.
const RETRY: Duration = Duration::from_secs(10 * 60);

/// How long the last rules that a site gave hold while it cannot be asked; after that everything is
/// refused.
const KEEP_UNREACHABLE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Bytes of rules that are kept over all sites: those of several thousand sites.
const MAX_BYTES: usize = 16 << 20;

/// Sites that are kept.
const MAX_SITES: usize = 10_000;

/// Bounds of a request for robots.txt. Five redirects are what the standard asks for.
const LIMITS: Limits = Limits {
    timeout: Duration::from_secs(20),
    connect_timeout: Duration::from_secs(10),
    max_body: MAX_ROBOTS_BYTES,
    cut: true,
    max_redirects: 5,
};

/// What sites allow, by origin (scheme, host and port).
#[derive(Debug, Default)]
pub struct Robots {
    sites: Mutex<HashMap<Origin, Arc<Site>>>,
}

/// One site's rules, asked for once by whoever comes first.
#[derive(Debug, Default)]
struct Site {
    known: OnceCell<Known>,
    /// The last rules that it gave itself, and when.
    before: Option<(Arc<Rules>, Timestamp)>,
}

#[derive(Debug, Clone)]
struct Known {
    rules: Arc<Rules>,
    bytes: usize,
    until: Timestamp,
    /// When the site gave these rules; `None` where it could not be asked.
    given: Option<Timestamp>,
}

impl Robots {
    /// The rules that hold for an address.
    pub async fn rules(&self, client: &Client, url: &Url, now: Timestamp) -> Arc<Rules> {
        let site = self.site(url.origin(), now);
        let before = site.before.clone();
        let known = site
            .known
            .get_or_init(|| ask(client, url, before, now))
            .await;
        let rules = Arc::clone(&known.rules);
        self.make_room(now);
        rules
    }

    fn site(&self, origin: Origin, now: Timestamp) -> Arc<Site> {
        let mut sites = lock(&self.sites);
        let site = sites.entry(origin).or_default();
        let is_over = |known: &&Known| known.until <= now || between(now, known.until) > KEEP;
        // What holds for longer than rules ever do was asked for while the clock was wrong.
        if let Some(known) = site.known.get().filter(is_over) {
            let given = known.given.map(|given| (Arc::clone(&known.rules), given));
            *site = Arc::new(Site {
                known: OnceCell::new(),
                before: given.or(site.before.clone()),
            });
        }
        Arc::clone(site)
    }

    /// Forgets what no longer holds, then whatever it takes: rules can be asked for again.
    fn make_room(&self, now: Timestamp) {
        let mut sites = lock(&self.sites);
        let size = |site: &Site| site.known.get().map_or(0, |known| known.bytes);
        let mut bytes: usize = sites.values().map(|site| size(site)).sum();
        if sites.len() <= MAX_SITES && bytes <= MAX_BYTES {
            return;
        }
        sites.retain(|_, site| site.known.get().is_none_or(|known| known.until > now));
        let mut count = sites.len();
        bytes = sites.values().map(|site| size(site)).sum();
        // Down to three quarters, so that this is not done at every request.
        sites.retain(|_, site| {
            let full = count > MAX_SITES * 3 / 4 || bytes > MAX_BYTES * 3 / 4;
            if full {
                count -= 1;
                bytes -= size(site);
            }
            !full
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

async fn ask(
    client: &Client,
    url: &Url,
    before: Option<(Arc<Rules>, Timestamp)>,
    now: Timestamp,
) -> Known {
    let known = |rules: Rules| Known {
        bytes: rules.size(),
        rules: Arc::new(rules),
        until: after(now, KEEP),
        given: Some(now),
    };
    let Ok(address) = url.join("/robots.txt") else {
        return known(Rules::refuse_all());
    };
    let address = crate::fetch::without_credentials(&address);
    match client
        .page(&address, "text/plain, */*;q=0.1", &LIMITS, now)
        .await
    {
        Ok(page) => known(Rules::parse(&page.bytes)),
        Err(refusal) if has_none(&refusal) => known(Rules::allow_all()),
        Err(_) => {
            let still = before.filter(|(_, given)| after(*given, KEEP_UNREACHABLE) > now);
            let rules = still.map(|(rules, _)| rules);
            let rules = rules.unwrap_or_else(|| Arc::new(Rules::refuse_all()));
            Known {
                bytes: rules.size(),
                rules,
                until: after(now, RETRY),
                given: None,
            }
        }
    }
}

/// Whether the site says that it has no rules (section 2.3.1.3): a client's error, or redirects that
/// lead nowhere. 429 asks for patience, and is not such an answer.
fn has_none(refusal: &Refusal) -> bool {
    match refusal.status {
        Some(429) => false,
        Some(status) => (400..500).contains(&status),
        None => refusal.fault.kind == "redirect",
    }
}
