//! What happens in the newsroom, and when.
//!
//! A cue has its second and, where it builds on an earlier one, waits until the output or the state
//! shows that the earlier one has arrived: an edit is published when the version before it was
//! delivered, a server is mended when its failure has been noticed. So nothing here depends on
//! which of two things happens to be faster.

use std::time::Duration;

use super::newsroom::account::Delivered;
use super::newsroom::{Newsroom, Trouble};
use super::state::StateFacts;

/// Failures in a row after which a server is mended.
const FAILURES_TO_SEE: u32 = 2;

/// From one bulletin to the next, when the programme is over and the demo goes on.
const BETWEEN_BULLETINS: Duration = Duration::from_secs(3);

/// Something that happens.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// An article appears.
    Publish(&'static str, &'static str),
    /// An article that has appeared is edited.
    Edit(&'static str, &'static str),
    /// An article of one paper is passed on by another.
    PassOn {
        from: &'static str,
        slug: &'static str,
        by: &'static str,
    },
    /// A server begins to answer 500.
    Break(&'static str),
    /// A server begins to break its document off, while a new article appears in it.
    CutOff(&'static str, &'static str),
    /// A server that answered 500 is mended.
    Mend(&'static str),
    /// A server that broke its document off is mended.
    Rejoin(&'static str, &'static str),
    /// A file is dropped.
    Drop(&'static str),
    /// Its correction is dropped under its name.
    Correct(&'static str),
    /// A file is dropped once more under another name.
    DropAgain(&'static str, &'static str),
    /// A picture is dropped that pretends to be text.
    DropPicture,
}

const COURIER: &str = "saltmarsh-courier";
const DIGEST: &str = "coastline-digest";

/// The programme: seconds from the beginning, and what happens.
const PROGRAMME: &[(u64, Act)] = &[
    (2, Act::Publish(COURIER, "tide-clock")),
    (3, Act::Drop("glasshouse.txt")),
    (
        4,
        Act::PassOn {
            from: COURIER,
            slug: "ferry-returns",
            by: DIGEST,
        },
    ),
    (5, Act::Break("huegelbote")),
    (6, Act::Publish("val-perdu", "fromage")),
    (7, Act::DropPicture),
    (7, Act::Edit(COURIER, "ferry-returns")),
    (8, Act::Publish("huegelbote", "imkerverein")),
    (9, Act::Edit("kotori-times", "tomato-densha")),
    (10, Act::Mend("huegelbote")),
    (11, Act::CutOff("zatoka", "mist-likhtariv")),
    (12, Act::Edit("faro-de-brumal", "orquesta")),
    (12, Act::Drop("footbridge.txt")),
    (
        13,
        Act::PassOn {
            from: COURIER,
            slug: "ferry-returns",
            by: DIGEST,
        },
    ),
    (14, Act::Rejoin("zatoka", "mist-likhtariv")),
    (14, Act::Correct("glasshouse.txt")),
    (15, Act::Publish("kotori-times", "neko-ekicho")),
    (15, Act::DropAgain("footbridge.txt", "footbridge-copy.txt")),
    (16, Act::Edit("huegelbote", "wanderbus")),
    (16, Act::Publish("faro-de-brumal", "faro-azul")),
    (17, Act::Publish(DIGEST, "letters-of-the-week")),
    (17, Act::Edit(COURIER, "ferry-returns")),
    (18, Act::Publish(COURIER, "night-market")),
];

/// What the programme looks at before it goes on.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) elapsed: Duration,
    pub(crate) delivered: &'a Delivered,
    pub(crate) state: &'a StateFacts,
}

/// The programme on its way.
pub(crate) struct Programme {
    newsroom: Newsroom,
    next: usize,
    /// Requests that each feed had had when the last cue was over.
    asked_at_end: Option<Vec<u64>>,
    last_bulletin: Duration,
}

impl Programme {
    pub(crate) fn new(newsroom: Newsroom) -> Programme {
        Programme {
            newsroom,
            next: 0,
            asked_at_end: None,
            last_bulletin: Duration::ZERO,
        }
    }

    /// Lets everything happen that is due; returns what did, in words.
    ///
    /// # Errors
    /// When a file cannot be dropped.
    pub(crate) fn go_on(&mut self, seen: Seen<'_>) -> anyhow::Result<Vec<String>> {
        let mut happened = Vec::new();
        while let Some((second, act)) = PROGRAMME.get(self.next) {
            if seen.elapsed < Duration::from_secs(*second) || !self.is_ready(*act, seen)? {
                return Ok(happened);
            }
            happened.push(self.perform(*act)?);
            self.next += 1;
        }
        if self.asked_at_end.is_none() {
            self.asked_at_end = Some(self.asked());
            self.last_bulletin = seen.elapsed;
        }
        Ok(happened)
    }

    /// Publishes a bulletin when it is time for one and the programme is over.
    pub(crate) fn go_on_for_ever(&mut self, seen: Seen<'_>) {
        if self.asked_at_end.is_some() && seen.elapsed >= self.last_bulletin + BETWEEN_BULLETINS {
            self.newsroom.publish_bulletin();
            self.last_bulletin = seen.elapsed;
        }
    }

    /// What the programme has not come to; `None` when every cue has had its turn.
    pub(crate) fn left(&self) -> Option<String> {
        let (_, act) = PROGRAMME.get(self.next)?;
        Some(format!(
            "{} of {} cues, the next one is {act:?}",
            PROGRAMME.len() - self.next,
            PROGRAMME.len()
        ))
    }

    /// Whether the programme is over, all of it has arrived, and every feed was asked once more
    /// since, so that whatever comes twice would have come.
    pub(crate) fn is_over(&self, seen: Seen<'_>) -> bool {
        let Some(asked_at_end) = &self.asked_at_end else {
            return false;
        };
        let asked_again = self
            .asked()
            .iter()
            .zip(asked_at_end)
            .all(|(now, then)| now > then);
        asked_again && self.has_arrived(seen)
    }

    /// Whether everything published so far has been delivered or set aside.
    pub(crate) fn has_arrived(&self, seen: Seen<'_>) -> bool {
        let (covered, impostors) = self
            .newsroom
            .account(|account| (seen.delivered.covers(account), account.impostors()));
        covered
            && seen.state.dead_letters.len() as u64 >= impostors
            && seen.state.sources.iter().all(|source| !source.is_failing())
            && self.newsroom.wire_is_empty()
    }

    fn asked(&self) -> Vec<u64> {
        self.newsroom
            .feeds()
            .iter()
            .map(|feed| feed.served.asked)
            .collect()
    }

    /// Whether what the act builds on has arrived.
    fn is_ready(&self, act: Act, seen: Seen<'_>) -> anyhow::Result<bool> {
        let arrived = |key: &str| {
            let published = self.newsroom.account(|account| account.versions_of(key));
            seen.delivered.revision_of(key) as usize == published
        };
        Ok(match act {
            Act::Edit(paper, slug) | Act::Rejoin(paper, slug) => {
                arrived(&self.newsroom.key(paper, slug)?)
            }
            Act::PassOn { from, slug, .. } => arrived(&self.newsroom.key(from, slug)?),
            Act::Correct(file) | Act::DropAgain(file, _) => {
                arrived(file) && self.newsroom.wire_is_empty()
            }
            Act::Mend(paper) => {
                let mut sources = seen.state.sources.iter();
                sources.any(|source| source.id == paper && source.failures >= FAILURES_TO_SEE)
            }
            Act::Publish(..)
            | Act::Break(_)
            | Act::CutOff(..)
            | Act::Drop(_)
            | Act::DropPicture => true,
        })
    }

    fn perform(&self, act: Act) -> anyhow::Result<String> {
        let room = &self.newsroom;
        Ok(match act {
            Act::Publish(paper, slug) => {
                room.publish(paper, slug)?;
                format!("{paper} publishes {slug}")
            }
            Act::Edit(paper, slug) => {
                room.publish(paper, slug)?;
                format!("{paper} edits {slug}")
            }
            Act::PassOn { from, slug, by } => {
                room.pass_on(from, slug, by)?;
                format!("{by} passes on {slug} of {from}")
            }
            Act::Break(paper) => {
                room.trouble(paper, Some(Trouble::ServerError))?;
                format!("the server of {paper} begins to answer 500")
            }
            Act::CutOff(paper, slug) => {
                room.trouble(paper, Some(Trouble::CutOff))?;
                room.publish(paper, slug)?;
                format!("{paper} publishes {slug}, and its feed breaks off half-way")
            }
            Act::Mend(paper) => {
                room.trouble(paper, None)?;
                format!("the server of {paper} is mended")
            }
            Act::Rejoin(paper, _) => {
                room.trouble(paper, None)?;
                format!("the feed of {paper} is whole again")
            }
            Act::Drop(file) => {
                room.drop_story(file)?;
                format!("the wire drops {file}")
            }
            Act::Correct(file) => {
                room.correct_story(file)?;
                format!("the wire drops a correction of {file}")
            }
            Act::DropAgain(file, name) => {
                room.drop_again(file, name)?;
                format!("the wire drops {file} once more, as {name}")
            }
            Act::DropPicture => {
                let name = room.drop_picture()?;
                format!("somebody drops a picture called {name}")
            }
        })
    }
}
