//! How much an article is about an entity.

use super::Part;
use crate::tagger::Mention;

/// What it is worth to stand in the headline.
const HEADLINE: f32 = 1.5;

/// The most that the first mention's place is worth.
const EARLY: f32 = 1.0;

/// The article's measures.
pub(super) struct Scale {
    /// By part, the letters before it, and whether it is the headline.
    parts: Vec<(usize, bool)>,
    letters: usize,
    mentions: usize,
}

impl Scale {
    pub(super) fn of(parts: &[Part<'_>]) -> Scale {
        let mut scale = Scale {
            parts: Vec::with_capacity(parts.len()),
            letters: 0,
            mentions: 0,
        };
        for part in parts {
            scale.parts.push((scale.letters, part.is_headline));
            scale.letters += part.text.len();
            scale.mentions += part.mentions.len();
        }
        scale
    }

    /// 0 to 1. Mentions are in order.
    pub(super) fn salience(&self, mentions: &[(usize, Mention)]) -> f32 {
        let Some((part, first)) = mentions.first() else {
            return 0.0;
        };
        let at = (self.parts[*part].0 + first.start) as f32 / self.letters.max(1) as f32;
        let in_headline = mentions.iter().any(|(part, _)| self.parts[*part].1);
        let worth = (mentions.len() as f32).ln_1p()
            + if in_headline { HEADLINE } else { 0.0 }
            + EARLY * (1.0 - at);
        worth / ((self.mentions as f32).ln_1p() + HEADLINE + EARLY)
    }
}
