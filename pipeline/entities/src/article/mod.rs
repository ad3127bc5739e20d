//! From the mentions of an article's texts to those whom and what they name: one entity for “Russian President Vladimir Putin” and “Putin”, for
//! “the Institute for the Study of War” and “ISW”.

mod credit;
mod defined;
mod merge;
mod names;
mod salience;
mod titles;

use std::collections::{HashMap, HashSet};

use crate::knowledge::fold;
use crate::label::Kind;
use crate::tagger::Mention;

pub use credit::credit;
use names::Name;
pub use names::without_form;
pub(crate) use titles::is_head;

/// A text of an article with the mentions that were found in it.
#[derive(Debug, Clone)]
pub struct Part<'t> {
    /// The text.
    pub text: &'t str,
    /// Its mentions, in order, none within another.
    pub mentions: Vec<Mention>,
    /// Whether it is the headline, which names what the article is about.
    pub is_headline: bool,
}

/// Somebody or something that an article names.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// What it is.
    pub kind: Kind,
    /// The fullest of its names, without article, honorific and possessive ending, in the writing of the place where it stands first.
    pub name: String,
    /// What a person is called by the text: “Russian President”, “chief executive of Acme”; the fullest of several, of equals the first.
    pub title: Option<String>,
    /// How much the article is about it, 0 to 1: see [`entities`].
    pub salience: f32,
    /// That of the surest mention.
    pub confidence: f32,
    /// The part and its mention, in order.
    pub mentions: Vec<(usize, Mention)>,
    /// What sort of `misc` it is, where that is known; told by [`link`](crate::link).
    pub misc: Option<MiscKind>,
    /// Who or what it is in the world; told by [`link`](crate::link).
    pub link: Option<crate::Link>,
}

/// Sorts of names that are no person's, organization's or place's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MiscKind {
    /// A nationality, a people or a language by a country's name.
    Nationality,
    /// A people, a religion or a party that no one country is the home of.
    Group,
    /// A war, a match, a feast, a disaster.
    Event,
    /// What a known maker makes.
    Product,
    /// A book, a film, a song.
    Work,
}

impl MiscKind {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nationality => "nationality",
            Self::Group => "group",
            Self::Event => "event",
            Self::Product => "product",
            Self::Work => "work",
        }
    }
}

impl Entity {
    /// What it is, in a word: `person`, `organization`, `location`, `nationality`, `group`, `event`, `product`, `work`, or `misc` where nothing nearer is known.
    #[must_use]
    pub fn sort(&self) -> &'static str {
        self.misc.map_or(self.kind.as_str(), MiscKind::as_str)
    }

    /// Takes in another that is the same: its mentions, and what it has more.
    pub(crate) fn absorb(&mut self, other: Self, parts: &[Part<'_>]) {
        self.mentions.extend(other.mentions);
        self.mentions
            .sort_by_key(|(part, mention)| (*part, mention.start));
        // The name that it is known by in the world, where the article has it; else the fullest.
        let known = self.link.as_ref().map(|link| fold(&link.name));
        let rank = |name: &str| (known == Some(fold(name)), name.split(' ').count());
        if rank(&other.name) > rank(&self.name) {
            self.name = other.name;
        }
        titles::keep_fullest(&mut self.title, other.title);
        self.confidence = self.confidence.max(other.confidence);
        self.salience = salience::Scale::of(parts).salience(&self.mentions);
        if let (Some(link), Some(more)) = (&mut self.link, other.link) {
            link.confidence = link.confidence.max(more.confidence);
        }
    }
}

/// The entities of an article, in the order of their first mentions. `parts` are its texts in the order of reading; time and memory are linear
/// in the mentions.
///
/// Mentions are of one entity when their names are the same but for articles, honorifics, possessive endings, points and the letters' case; when
/// one is the end of the other's (“Putin”, “Vladimir Putin”), or lacks the other's middle names, and no other person has that end; when two
/// bear titles of the same head and their names differ by transcription alone (“Emomali Rakhmon”, “Imamali Rahman”); when a company's form of
/// law is left out (“Boeing”, “Boeing Co.”); and when one is the other's initials or is introduced behind it in brackets. What is introduced so, or
/// has the initials of an abbreviation, is one name as far as the letters reach, there and elsewhere in the article, even where only a part of it is
/// among the mentions.
///
/// Salience is `(ln(1 + n) + h + e) / (ln(1 + N) + 2.5)`: n of the article's N mentions, h = 1.5 for who stands in the headline, e = the part of
/// the article that follows the first mention.
#[must_use]
pub fn entities(parts: &[Part<'_>]) -> Vec<Entity> {
    let parts = defined::whole(parts);
    let parts = parts.as_slice();
    let groups = groups(parts);
    let roots = merge::roots(parts, &groups);
    let scale = salience::Scale::of(parts);
    let mut places: HashMap<usize, usize> = HashMap::new();
    let mut found: Vec<Entity> = Vec::new();
    for (group, root) in groups.iter().zip(&roots) {
        let place = *places.entry(*root).or_insert(found.len());
        if place == found.len() {
            let root = &groups[*root];
            found.push(Entity {
                kind: root.kind,
                name: root.name.written.clone(),
                title: None,
                salience: 0.0,
                confidence: 0.0,
                mentions: Vec::new(),
                misc: None,
                link: None,
            });
        }
        let entity = &mut found[place];
        entity.mentions.extend_from_slice(&group.mentions);
        titles::keep_fullest(&mut entity.title, group.title.clone());
    }
    for entity in &mut found {
        entity
            .mentions
            .sort_by_key(|(part, mention)| (*part, mention.start));
        entity.salience = scale.salience(&entity.mentions);
        let surest = entity
            .mentions
            .iter()
            .map(|(_, mention)| mention.confidence);
        entity.confidence = surest.fold(0.0, f32::max);
    }
    found.sort_by_key(|entity| {
        entity
            .mentions
            .first()
            .map(|(part, mention)| (*part, mention.start))
    });
    found
}

/// Mentions of the same kind and the same name.
#[derive(Debug)]
struct Group {
    kind: Kind,
    name: Name,
    title: Option<String>,
    mentions: Vec<(usize, Mention)>,
}

/// Equal names together, in the order of their first mentions. A mention that is nothing but articles and marks names nobody.
fn groups(parts: &[Part<'_>]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places: HashMap<(Kind, String), usize> = HashMap::new();
    for (number, part) in parts.iter().enumerate() {
        for mention in &part.mentions {
            let written = part.text.get(mention.start..mention.end);
            let name = Name::of(written.unwrap_or_default(), mention.kind);
            let place = *places
                .entry((mention.kind, name.key.clone()))
                .or_insert(groups.len());
            if place == groups.len() {
                groups.push(Group {
                    kind: mention.kind,
                    name,
                    title: None,
                    mentions: Vec::new(),
                });
            }
            let group = &mut groups[place];
            if mention.kind == Kind::Person {
                let title = titles::of(part.text, mention.start, mention.end);
                titles::keep_fullest(&mut group.title, title);
            }
            group.mentions.push((number, *mention));
        }
    }
    agree(groups)
}

/// One word names one thing in an article: where it was taken for things of different kinds, the kind with most of the confidence has all of its
/// mentions. But for a person's last name, which a town may have too.
fn agree(groups: Vec<Group>) -> Vec<Group> {
    let mut surest: HashMap<String, (f32, usize)> = HashMap::new();
    for (place, group) in groups.iter().enumerate() {
        let confidence = group.mentions.iter().map(|(_, mention)| mention.confidence);
        let confidence = confidence.sum::<f32>();
        let best = surest
            .entry(group.name.key.clone())
            .or_insert((confidence, place));
        if best.0 < confidence {
            *best = (confidence, place);
        }
    }
    let last_names: HashSet<&str> = groups
        .iter()
        .filter(|group| group.kind == Kind::Person)
        .filter_map(|group| Some(group.name.key.rsplit_once(' ')?.1))
        .collect();
    let home = |place: usize| {
        let key = groups[place].name.key.as_str();
        let is_own = key.contains(' ') || last_names.contains(key);
        surest
            .get(key)
            .filter(|_| !is_own)
            .map_or(place, |best| best.1)
    };
    let homes: Vec<usize> = (0..groups.len()).map(home).collect();
    let mut agreed: Vec<Option<Group>> = groups.into_iter().map(Some).collect();
    for (place, home) in homes.into_iter().enumerate() {
        if place == home {
            continue;
        }
        if let Some(group) = agreed[place].take()
            && let Some(home) = &mut agreed[home]
        {
            home.mentions.extend(group.mentions);
            home.mentions
                .sort_by_key(|(part, mention)| (*part, mention.start));
        }
    }
    let mut agreed: Vec<Group> = agreed.into_iter().flatten().collect();
    agreed.sort_by_key(|group| {
        let first = group.mentions.first();
        first.map(|(part, mention)| (*part, mention.start))
    });
    agreed
}

#[cfg(test)]
mod tests;
