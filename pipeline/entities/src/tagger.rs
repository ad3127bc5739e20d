//! Text in, mentions out: both passes over a document.

use crate::decode::{Scores, viterbi};
use crate::document::Document;
use crate::features::first::Sight;
use crate::features::second::Opinion;
use crate::features::{Extractor, Features, Switches, first, second};
use crate::label::{Kind, Label, Place};
use crate::model::{Model, Row};

/// Bytes of text that are read; what is beyond is left alone. A book has a million letters, and an article a hundredth of that.
pub(crate) const MAX_TEXT: usize = 4 << 20;

/// A name in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mention {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// The same in code points.
    pub chars: (usize, usize),
    /// What it is.
    pub kind: Kind,
    /// How sure that is, span and kind: 0 to 1.
    pub confidence: f32,
}

/// Finds names with a model.
#[derive(Debug)]
pub struct Tagger<'m> {
    model: &'m Model,
    switches: Switches,
}

impl<'m> Tagger<'m> {
    /// A tagger with this model.
    #[must_use]
    pub const fn new(model: &'m Model) -> Self {
        Self {
            model,
            switches: Switches::ALL,
        }
    }

    /// The same without some of its parts: to see what they are worth, with a model trained so.
    #[doc(hidden)]
    #[must_use]
    pub const fn with(model: &'m Model, switches: Switches) -> Self {
        Self { model, switches }
    }

    /// The names in a text, in order, none within another. Linear in the text's size; no text makes it fail.
    #[must_use]
    pub fn mentions(&self, text: &str) -> Vec<Mention> {
        let text = &text[..text.floor_char_boundary(MAX_TEXT)];
        let document = Document::new(text);
        let extractor = Extractor {
            lexicon: &self.model.parts.lexicon,
            switches: self.switches,
        };
        let sight = extractor.look(&document);
        let scores = self.scores(&sight);
        let mut found = Vec::new();
        let mut chars = Chars::default();
        let mut start = 0;
        for &end in &document.ends {
            for (from, to, kind) in spans(&scores.labels[start..end]) {
                let (from, to) = (start + from, start + to);
                let bytes = (document.tokens[from].start, document.tokens[to - 1].end);
                let margin = scores.margin(from, to);
                found.push(Mention {
                    start: bytes.0,
                    end: bytes.1,
                    chars: (chars.at(text, bytes.0), chars.at(text, bytes.1)),
                    kind,
                    confidence: self.confidence(margin),
                });
            }
            start = end;
        }
        found
    }

    fn confidence(&self, margin: i32) -> f32 {
        let [slope, offset] = self.model.parts.confidence;
        1.0 / (1.0 + (-(slope * margin as f32 + offset)).exp())
    }

    /// Both passes.
    #[doc(hidden)]
    #[must_use]
    pub fn scores(&self, sight: &Sight<'_>) -> Scored {
        let count = sight.document.tokens.len();
        let mut scored = Scored {
            labels: Vec::with_capacity(count),
            scores: vec![[0; Label::COUNT]; count],
        };
        let mut features = Features::new();
        let mut second_scores = vec![[0; Label::COUNT]; count];
        let (mut trail, mut labels) = (Vec::new(), Vec::new());
        let mut start = 0;
        for &end in &sight.document.ends {
            let pairs = scored.scores[start..end]
                .iter_mut()
                .zip(&mut second_scores[start..end]);
            for (at, (one, other)) in (start..end).zip(pairs) {
                features.clear();
                first::first(sight, start, end, at, &mut features);
                self.sum_both(&features, one, other);
            }
            viterbi(
                &scored.scores[start..end],
                &self.model.parts.transitions[0],
                &mut trail,
                &mut labels,
            );
            scored.labels.extend_from_slice(&labels);
            start = end;
        }
        if self.switches.second {
            self.second(sight, second_scores, &mut scored, &mut features);
        }
        scored
    }

    fn second(
        &self,
        sight: &Sight<'_>,
        scores: Vec<Scores>,
        scored: &mut Scored,
        features: &mut Features,
    ) {
        let opinion = Opinion::of(sight, &scored.labels);
        let before = std::mem::take(&mut scored.labels);
        scored.scores = scores;
        let (mut trail, mut labels) = (Vec::new(), Vec::new());
        let mut start = 0;
        for &end in &sight.document.ends {
            for at in start..end {
                features.clear();
                second::second(sight, &opinion, &before, start, end, at, features);
                self.sum_second(features, &mut scored.scores[at]);
            }
            viterbi(
                &scored.scores[start..end],
                &self.model.parts.transitions[1],
                &mut trail,
                &mut labels,
            );
            scored.labels.extend_from_slice(&labels);
            start = end;
        }
    }

    fn row(&self, feature: u32) -> Option<&Row> {
        self.model
            .parts
            .rows
            .get((feature >> self.model.shift) as usize)
    }

    fn sum_both(&self, features: &[u32], first: &mut Scores, second: &mut Scores) {
        let mut sums = [0_i16; crate::model::ROW];
        for &feature in features {
            if let Some(row) = self.row(feature) {
                for (sum, &weight) in sums.iter_mut().zip(row) {
                    *sum += i16::from(weight);
                }
            }
        }
        let (one, other) = sums.split_at(Label::COUNT - 1);
        for label in 1..Label::COUNT {
            first[label] = i32::from(one[label - 1]);
            second[label] = i32::from(other[label - 1]);
        }
    }

    fn sum_second(&self, features: &[u32], scores: &mut Scores) {
        let mut sums = [0_i16; Label::COUNT - 1];
        for &feature in features {
            if let Some(row) = self.row(feature) {
                for (sum, &weight) in sums.iter_mut().zip(&row[Label::COUNT - 1..]) {
                    *sum += i16::from(weight);
                }
            }
        }
        for label in 1..Label::COUNT {
            scores[label] += i32::from(sums[label - 1]);
        }
    }
}

/// Labels of a document with the scores they were chosen by.
#[derive(Debug)]
pub struct Scored {
    /// For each token.
    pub labels: Vec<Label>,
    /// For each token, without transitions.
    pub scores: Vec<Scores>,
}

impl Scored {
    /// By how much the labels of these tokens beat the best of any other kind, at the token where that is least.
    #[must_use]
    pub fn margin(&self, from: usize, to: usize) -> i32 {
        let mut least = i32::MAX;
        for at in from..to {
            let own = usize::from(self.labels[at].0);
            let scores = &self.scores[at];
            let rival = (0..Label::COUNT)
                .filter(|&label| label != own)
                .map(|label| scores[label])
                .max()
                .unwrap_or(0);
            least = least.min(scores[own] - rival);
        }
        least
    }
}

/// The entities in the labels of a sentence: first token, the one after the last, kind.
pub fn spans(labels: &[Label]) -> impl Iterator<Item = (usize, usize, Kind)> + '_ {
    let mut begun = 0;
    labels.iter().enumerate().filter_map(move |(at, label)| {
        match label.place()? {
            Place::Begin => {
                begun = at;
                return None;
            }
            Place::Inside => return None,
            Place::Unit => begun = at,
            Place::Last => {}
        }
        label.kind().map(|kind| (begun, at + 1, kind))
    })
}

/// Counts code points once over a text, for byte offsets that only grow.
#[derive(Debug, Default)]
pub(crate) struct Chars {
    byte: usize,
    chars: usize,
}

impl Chars {
    pub(crate) fn at(&mut self, text: &str, byte: usize) -> usize {
        self.chars += text
            .get(self.byte..byte)
            .map_or(0, |piece| piece.chars().count());
        self.byte = byte;
        self.chars
    }
}
