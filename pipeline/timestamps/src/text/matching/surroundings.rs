//! What stands around an expression: the preposition before it, and whether its sentence speaks of the past or of what is to come. The words for it
//! stand in the language's table: classes `relation`, `article`, `tense`, `infinitive`, `tense-ending`.

use crate::text::scan::{Shape, Token, UNKNOWN};
use crate::text::table::{Language, relation};
use crate::text::types::Relation;

/// Words before an expression that are looked at for a tense.
const BACK: usize = 14;
/// Words behind it.
const AHEAD: usize = 8;

pub(super) struct Surroundings<'l> {
    language: &'l Language,
    relation: u16,
    article: u16,
    tense: u16,
    infinitive: u16,
}

impl<'l> Surroundings<'l> {
    pub(super) fn of(language: &'l Language) -> Surroundings<'l> {
        let class = |name| language.vocabulary.class_or_none(name);
        Surroundings {
            language,
            relation: class("relation"),
            article: class("article"),
            tense: class("tense"),
            infinitive: class("infinitive"),
        }
    }

    fn value(&self, token: &Token, class: u16) -> Option<i64> {
        let mut lexemes = self.language.vocabulary.lexemes(token);
        lexemes
            .find(|lexeme| lexeme.class == class && lexeme.rest.is_empty())
            .map(|lexeme| lexeme.value)
    }

    /// The relation that the word before the expression names, over an article.
    pub(super) fn relation(&self, tokens: &[Token], start: usize) -> Option<Relation> {
        let mut before = tokens[..start].iter().rev();
        let nearest = before.next()?;
        let named = match self.value(nearest, self.article) {
            Some(_) => before.next()?,
            None => nearest,
        };
        self.value(named, self.relation).and_then(relation)
    }

    /// Whether a sentence ends with this token: a full stop, a question mark, an exclamation mark, where a blank and a capital follow.
    pub(super) fn ends_sentence(&self, tokens: &[Token], at: usize) -> bool {
        let stop = tokens[at].shape == Shape::Mark
            && matches!(char::from_u32(tokens[at].word), Some('.' | '!' | '?'));
        let next = tokens[at + 1..]
            .iter()
            .find(|token| token.shape != Shape::Mark);
        stop && next.is_none_or(|next| next.capital || matches!(next.shape, Shape::Digits(_)))
    }

    /// -1, 0 or 1. The nearest word before decides, else the nearest behind.
    pub(super) fn tense(&self, tokens: &[Token], start: usize, end: usize) -> i8 {
        for at in (start.saturating_sub(BACK)..start).rev() {
            if self.ends_sentence(tokens, at) {
                break;
            }
            let tense = self.tense_of(tokens, at);
            if tense != 0 {
                return tense;
            }
        }
        for at in end..tokens.len().min(end + AHEAD) {
            if self.ends_sentence(tokens, at) {
                break;
            }
            let tense = self.tense_of(tokens, at);
            if tense != 0 {
                return tense;
            }
        }
        0
    }

    /// The tense of one word. A participle behind an infinitive (“to be announced”) says nothing.
    fn tense_of(&self, tokens: &[Token], at: usize) -> i8 {
        let token = &tokens[at];
        if token.shape != Shape::Word {
            return 0;
        }
        // The scanner has looked at the endings of words that the table lacks.
        let ending = if token.word == UNKNOWN {
            token.value
        } else {
            0
        };
        let tense = self.value(token, self.tense).unwrap_or(ending) as i8;
        let infinite = || at > 0 && self.value(&tokens[at - 1], self.infinitive).is_some();
        if tense == -1 && infinite() { 0 } else { tense }
    }
}
