//! The test set: wire stories and their copies among stories that are none, in the order in which they arrive.

use super::edits::{Desk, copy, furnished};
use super::stories::{Dice, Newsroom, Story};

/// What a case is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A story that nobody copies.
    Distinct,
    /// A wire story.
    Wire,
    /// An edited copy of it.
    Copy,
    /// Another agency's report of the same event: same people, places, figures, and one quote word for word.
    OtherReport,
    /// One number of a daily report, by one template.
    Series,
    /// The first paragraphs of five wire stories.
    Digest,
}

/// An article as it arrives.
pub(crate) struct Case {
    pub(crate) kind: Kind,
    /// Which story it tells: the same number for a wire story and its copies alone.
    pub(crate) story: usize,
    pub(crate) title: String,
    pub(crate) text: String,
    /// What was done to a copy.
    pub(crate) edits: Vec<&'static str>,
}

/// Wire stories, each with one to four copies and another report.
const WIRE_STORIES: usize = 1_000;

/// Daily reports, and numbers of each.
const SERIES: usize = 30;
const NUMBERS: usize = 20;

/// Wire stories in a digest.
const IN_DIGEST: usize = 5;

/// With so many distinct stories.
pub(crate) fn cases(seed: u64, distinct: usize) -> Vec<Case> {
    let mut set = Set {
        newsroom: Newsroom::open(),
        dice: Dice::new(seed),
        stories: 0,
        cases: Vec::new(),
    };
    for _ in 0..distinct {
        let story = set.newsroom.story(&mut set.dice);
        set.add(Kind::Distinct, &story);
    }
    for _ in 0..WIRE_STORIES / IN_DIGEST {
        let wire: Vec<Story> = (0..IN_DIGEST).map(|_| set.add_wire_story()).collect();
        set.add_digest(&wire);
    }
    for number in 0..SERIES {
        set.add_series(number);
    }
    set.cases
}

struct Set {
    newsroom: Newsroom,
    dice: Dice,
    stories: usize,
    cases: Vec<Case>,
}

impl Set {
    fn add_wire_story(&mut self) -> Story {
        let facts = self.newsroom.facts(&mut self.dice);
        let mut story = self.newsroom.report(&facts, &mut self.dice);
        let quote = format!(" \"{}.\"", self.newsroom.quote(&facts, &mut self.dice));
        story.paragraphs[1].push_str(&quote);
        self.add(Kind::Wire, &story);
        for _ in 0..self.dice.between(1, 4) {
            let desk = Desk {
                newsroom: &self.newsroom,
                facts: &facts,
            };
            let (copied, edits) = copy(&story, &desk, &mut self.dice);
            self.add_told(Kind::Copy, &copied, edits);
        }
        let mut other = self.newsroom.report(&facts, &mut self.dice);
        other.paragraphs[2].push_str(&quote);
        self.add(Kind::OtherReport, &other);
        story
    }

    fn add_digest(&mut self, stories: &[Story]) {
        let digest = Story {
            title: format!("What was important: {}", stories[0].title),
            paragraphs: stories
                .iter()
                .map(|story| story.paragraphs[0].clone())
                .collect(),
        };
        self.add(Kind::Digest, &digest);
    }

    fn add_series(&mut self, number: usize) {
        let facts = self.newsroom.facts(&mut self.dice);
        let name = self.newsroom.series[number % self.newsroom.series.len()];
        for _ in 0..NUMBERS {
            let story = self.newsroom.of_series(name, &facts, &mut self.dice);
            self.add(Kind::Series, &story);
        }
    }

    /// An article that tells a story which none before it told.
    fn add(&mut self, kind: Kind, story: &Story) {
        self.stories += 1;
        self.add_told(kind, story, Vec::new());
    }

    fn add_told(&mut self, kind: Kind, story: &Story, edits: Vec<&'static str>) {
        let house = self.dice.below(6);
        self.cases.push(Case {
            kind,
            // Other reports and digests come after the copies of their story, so that its number is the latest.
            story: self.stories,
            title: story.title.clone(),
            text: furnished(story, house),
            edits,
        });
    }
}
