//! A newsroom: articles that appear, change, repeat and leave, in feeds served on loopback and in
//! drop folders.
//!
//! A source only ever shows the present, so nothing may be overwritten before the daemon surely
//! has it. For a feed that is when a request shows by its `If-None-Match` that the document with the
//! version was committed; for a dropped file, when the version was seen among the outputs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use super::article::{Article, Edit, Issued, Token};
use super::dice::Dice;
use super::office::{FEEDS, Office, Place, Published, number, office, router};
use super::server::Server;
use super::syndication::plain_text;

/// The drop folders: name, and what becomes of a file.
pub(crate) const DROPS: [(&str, &str); 3] = [
    ("kept", "keep"),
    ("archived", "archive"),
    ("deleted", "delete"),
];

/// A running newsroom. It closes with this value.
pub(crate) struct Newsroom {
    server: Server,
    folder: PathBuf,
    office: Arc<Mutex<Office>>,
    dice: Dice,
}

impl Newsroom {
    /// Opens a newsroom without articles; drop folders are made below `folder`.
    pub(crate) fn open(folder: &Path, seed: u64) -> Newsroom {
        for (name, _) in DROPS {
            fs::create_dir_all(folder.join("drops").join(name)).unwrap();
        }
        let office = Arc::new(Mutex::new(Office::new(seed)));
        let server = Server::open(router(Arc::clone(&office)));
        Newsroom {
            server,
            folder: folder.to_owned(),
            office,
            dice: Dice::seeded(seed),
        }
    }

    /// The sources, as a configuration has them.
    pub(crate) fn configuration(&self) -> String {
        self.feed_configuration(&FEEDS.map(|(name, _)| name)) + &self.drop_configuration()
    }

    /// The feeds of these names.
    pub(crate) fn feed_configuration(&self, names: &[&str]) -> String {
        let feed = |name: &&str| {
            format!(
                "[[feeds]]\nid = \"{name}\"\nurl = \"http://{}/feed/{name}\"\n\n",
                self.server.address
            )
        };
        names.iter().map(feed).collect()
    }

    /// The drop folders.
    pub(crate) fn drop_configuration(&self) -> String {
        let folder = |(name, after): &(&str, &str)| {
            format!(
                "[[drops]]\nid = \"{name}\"\npath = {:?}\npatterns = [\"*.txt\"]\nsettle = \"200ms\"\n\
                 scan_every = \"1s\"\nafter = \"{after}\"\n\n",
                self.drop_folder(name)
            )
        };
        DROPS.iter().map(folder).collect()
    }

    pub(crate) fn drop_folder(&self, name: &str) -> PathBuf {
        self.folder.join("drops").join(name)
    }

    /// Everything issued so far.
    pub(crate) fn issued(&self) -> Issued {
        let office = self.office();
        let versions = |published: &Published| {
            let number = published.article.number;
            let wordings = published.article.wordings.clone();
            (1..).zip(wordings).map(move |(version, wording)| {
                (
                    Token {
                        article: number,
                        version,
                    },
                    wording,
                )
            })
        };
        office.articles.values().flat_map(versions).collect()
    }

    /// Requests of each feed so far.
    pub(crate) fn requests(&self) -> Vec<u64> {
        self.office()
            .feeds
            .iter()
            .map(|feed| feed.requests)
            .collect()
    }

    /// Does one thing that newsrooms do, knowing which versions were `seen` among the outputs.
    pub(crate) fn act(&mut self, seen: &BTreeSet<Token>) {
        match self.dice.below(100) {
            0..25 => self.print_new(1),
            25..38 => self.print_new(2),
            38..55 => self.drop_new(),
            55..88 => self.edit(seen),
            88..94 => self.reprint(seen),
            _ => self.drop_again(),
        }
        self.office().roll_out(seen);
    }

    /// A new article in `count` feeds at once.
    pub(crate) fn print_new(&mut self, count: usize) {
        let mut feeds: Vec<usize> = (0..FEEDS.len()).collect();
        self.dice.shuffle(&mut feeds);
        self.print_in(&feeds[..count], 0);
    }

    /// A new article in these feeds, with so many extra words.
    pub(crate) fn print_in(&mut self, feeds: &[usize], padding: usize) -> Token {
        let mut office = self.office();
        let mut article = office.new_article();
        article.padding = padding;
        let token = article.token();
        let place = feeds
            .iter()
            .map(|feed| (*feed, office.feeds[*feed].place_first(article.number)))
            .collect();
        let published = Published {
            article,
            place: Place::Feeds(place),
            closed: false,
        };
        office.articles.insert(token.article, published);
        token
    }

    /// A new file, renamed into a drop folder.
    pub(crate) fn drop_new(&mut self) {
        let drop = self.dice.below(DROPS.len() as u64) as usize;
        let article = self.office().new_article();
        self.put_file(drop, &article);
        let published = Published {
            article,
            place: Place::Drop(drop),
            closed: false,
        };
        self.office()
            .articles
            .insert(published.article.number, published);
    }

    /// The next version of an article whose present one is surely known.
    fn edit(&mut self, seen: &BTreeSet<Token>) {
        let mut office = office(&self.office);
        let ready: Vec<u32> = office
            .settled(seen)
            .filter(|published| published.may_change())
            .map(number)
            .collect();
        let (Some(&number), Some(&edit)) = (self.dice.pick(&ready), self.dice.pick(&Edit::ALL))
        else {
            return;
        };
        let Office {
            articles, feeds, ..
        } = &mut *office;
        let Some(published) = articles.get_mut(&number) else {
            return;
        };
        let mut article = published.article.clone();
        article.edit(edit);
        match &mut published.place {
            Place::Feeds(places) => {
                for (feed, edition) in places {
                    *edition = feeds[*feed].change();
                }
                published.article = article;
            }
            Place::Drop(drop) => {
                let drop = *drop;
                // Issued before it is there to be read.
                published.article = article.clone();
                std::mem::drop(office);
                self.put_file(drop, &article);
            }
        }
    }

    /// An article once more, in a feed that did not have it or has it no more: nothing new.
    fn reprint(&mut self, seen: &BTreeSet<Token>) {
        let mut office = office(&self.office);
        let in_feeds = |published: &&Published| matches!(published.place, Place::Feeds(_));
        let ready: Vec<u32> = office.settled(seen).filter(in_feeds).map(number).collect();
        let Some(&number) = self.dice.pick(&ready) else {
            return;
        };
        let feed = self.dice.below(FEEDS.len() as u64) as usize;
        if office.feeds[feed].window.contains(&number) {
            return;
        }
        let edition = office.feeds[feed].place_first(number);
        if let Some(Published {
            place: Place::Feeds(places),
            ..
        }) = office.articles.get_mut(&number)
        {
            places.insert(feed, edition);
        }
    }

    /// A file once more as it was: nothing new.
    fn drop_again(&mut self) {
        let office = office(&self.office);
        let dropped: Vec<(usize, Article)> = office
            .articles
            .values()
            .filter_map(|published| match published.place {
                Place::Drop(drop) => Some((drop, published.article.clone())),
                Place::Feeds(_) => None,
            })
            .collect();
        drop(office);
        if let Some((drop, article)) = self.dice.pick(&dropped).cloned() {
            self.put_file(drop, &article);
        }
    }

    fn put_file(&self, drop: usize, article: &Article) {
        let folder = self.drop_folder(DROPS[drop].0);
        let written = folder.join(format!("{:06}.tmp", article.number));
        fs::write(&written, plain_text(article)).unwrap();
        fs::rename(&written, folder.join(format!("{:06}.txt", article.number))).unwrap();
    }

    fn office(&self) -> MutexGuard<'_, Office> {
        office(&self.office)
    }
}
