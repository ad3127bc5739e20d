//! A small newsroom of invented papers: publishes, edits and repeats articles, has its troubles,
//! and keeps an account of what it published.
//!
//! It knows nothing of the pipeline that reads it. Feeds are served on loopback ([`serve`]),
//! plain-text articles dropped into a folder ([`wire`]).

pub(crate) mod account;
mod desk;
mod formats;
pub(crate) mod paper;
pub(crate) mod serve;
mod wire;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use anyhow::Context;
use jiff::Timestamp;

use account::{Account, Version};
use desk::Desk;
pub(crate) use desk::{Answer, Served, Trouble};
use paper::{Article, Paper};
use wire::Wire;

/// A handle to the newsroom; clones lead to the same one.
#[derive(Clone)]
pub(crate) struct Newsroom {
    address: SocketAddr,
    room: Arc<Mutex<Room>>,
}

struct Room {
    desks: Vec<Desk>,
    wire: Wire,
    account: Account,
    bulletins: u64,
}

/// What the newsroom knows of one of its feeds.
#[derive(Debug, Clone)]
pub(crate) struct FeedFacts {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) format: &'static str,
    pub(crate) served: Served,
}

impl Newsroom {
    /// Opens the newsroom, with the articles that are there from the beginning.
    ///
    /// # Errors
    /// When its texts are not what they should be.
    pub(crate) fn open(address: SocketAddr, incoming: &Path) -> anyhow::Result<Newsroom> {
        let now = Timestamp::now();
        let papers = paper::papers()?;
        let mut room = Room {
            desks: papers
                .into_iter()
                .map(|paper| Desk::new(paper, now))
                .collect(),
            wire: Wire::new(incoming)?,
            account: Account::default(),
            bulletins: 0,
        };
        for number in 0..room.desks.len() {
            let articles = room.desks[number].paper.articles.clone();
            for article in articles.into_iter().filter(|article| article.opening) {
                room.print(number, article);
            }
        }
        Ok(Newsroom {
            address,
            room: Arc::new(Mutex::new(room)),
        })
    }

    /// Where a paper's feed is.
    pub(crate) fn feed_address(&self, paper: &str) -> String {
        format!("http://{}/{paper}", self.address)
    }

    /// Answers a request for a paper's feed; `None` where there is no such paper.
    pub(crate) fn answer(&self, paper: &str, known: Option<&str>) -> Option<Answer> {
        let address = self.feed_address(paper);
        let mut room = self.room();
        let number = room.number(paper).ok()?;
        Some(room.desks[number].answer(&address, known))
    }

    /// Facts of all feeds, in the order of the papers.
    pub(crate) fn feeds(&self) -> Vec<FeedFacts> {
        let room = self.room();
        let facts = |desk: &Desk| FeedFacts {
            id: desk.paper.id.clone(),
            title: desk.paper.title.clone(),
            format: desk.paper.format.name(),
            served: desk.served,
        };
        room.desks.iter().map(facts).collect()
    }

    /// Asks the account.
    pub(crate) fn account<T>(&self, ask: impl FnOnce(&Account) -> T) -> T {
        ask(&self.room().account)
    }

    /// Whether every dropped file has been taken.
    pub(crate) fn wire_is_empty(&self) -> bool {
        self.room().wire.is_empty()
    }

    /// The key of a paper's article in the account.
    pub(crate) fn key(&self, paper: &str, slug: &str) -> anyhow::Result<String> {
        let room = self.room();
        let number = room.number(paper)?;
        Ok(room.desks[number].paper.address(slug))
    }

    /// Publishes an article for the first time, or its next edit; returns its headline.
    pub(crate) fn publish(&self, paper: &str, slug: &str) -> anyhow::Result<String> {
        let mut room = self.room();
        let number = room.number(paper)?;
        let paper = &room.desks[number].paper;
        let edits = room.account.versions_of(&paper.address(slug));
        let article = paper.article(slug)?.edited(edits);
        let title = article.title.clone();
        room.print(number, article);
        Ok(title)
    }

    /// Lets `by` pass on another paper's article as it is now, with tracking parameters of its own.
    pub(crate) fn pass_on(&self, paper: &str, slug: &str, by: &str) -> anyhow::Result<()> {
        let mut room = self.room();
        let (from, to) = (room.number(paper)?, room.number(by)?);
        let paper = &room.desks[from].paper;
        let address = paper.address(slug);
        let edits = room.account.versions_of(&address).saturating_sub(1);
        let article = paper.article(slug)?.edited(edits);
        let link = format!("{address}?utm_source={by}&utm_campaign=daily");
        room.desks[to].print(guid(by, slug), link, article, Timestamp::now());
        room.account.repeat();
        Ok(())
    }

    /// Gives a paper's server a trouble, or takes it away.
    pub(crate) fn trouble(&self, paper: &str, trouble: Option<Trouble>) -> anyhow::Result<()> {
        let mut room = self.room();
        let number = room.number(paper)?;
        room.desks[number].trouble = trouble;
        Ok(())
    }

    /// Ends all troubles.
    pub(crate) fn mend(&self) {
        for desk in &mut self.room().desks {
            desk.trouble = None;
        }
    }

    /// Drops a story of the wire.
    pub(crate) fn drop_story(&self, file: &str) -> anyhow::Result<()> {
        let mut room = self.room();
        let story = room.wire.story(file)?.clone();
        room.account.publish(
            file.to_owned(),
            Version::new(&story.headline, &story.text()),
        );
        room.wire.drop_story(&story, file)
    }

    /// Drops a story's correction under the same name.
    pub(crate) fn correct_story(&self, file: &str) -> anyhow::Result<()> {
        let mut room = self.room();
        let story = room.wire.story(file)?.corrected();
        room.account.publish(
            file.to_owned(),
            Version::new(&story.headline, &story.text()),
        );
        room.wire.drop_story(&story, file)
    }

    /// Drops a story once more, under another name.
    pub(crate) fn drop_again(&self, file: &str, name: &str) -> anyhow::Result<()> {
        let mut room = self.room();
        room.account.repeat();
        let story = room.wire.story(file)?;
        room.wire.drop_story(story, name)
    }

    /// Drops a picture that pretends to be text.
    pub(crate) fn drop_picture(&self) -> anyhow::Result<&'static str> {
        let mut room = self.room();
        room.account.pretend();
        room.wire.drop_picture()?;
        Ok(wire::PICTURE)
    }

    /// Publishes a short article made from a template, in one paper after the other.
    pub(crate) fn publish_bulletin(&self) {
        let mut room = self.room();
        room.bulletins += 1;
        let number = room.bulletins;
        let desk = (number % room.desks.len() as u64) as usize;
        let article = room.desks[desk]
            .paper
            .bulletin
            .article(number, "Dateline Demo");
        room.print(desk, article);
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.room
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Room {
    fn number(&self, paper: &str) -> anyhow::Result<usize> {
        let found = self.desks.iter().position(|desk| desk.paper.id == paper);
        found.with_context(|| format!("the newsroom has no paper `{paper}`"))
    }

    /// Prints an article in its own paper and enters it into the account.
    fn print(&mut self, number: usize, article: Article) {
        let desk = &mut self.desks[number];
        let Paper { id, .. } = &desk.paper;
        let (guid, address) = (guid(id, &article.slug), desk.paper.address(&article.slug));
        let link = format!("{address}?utm_source={id}&utm_medium=feed");
        self.account
            .publish(address, Version::new(&article.title, &article.text()));
        desk.print(guid, link, article, Timestamp::now());
    }
}

/// What an item is known by in a paper's feed (a tag URI, RFC 4151).
fn guid(paper: &str, slug: &str) -> String {
    format!("tag:{paper}.example,2024:{slug}")
}
