//! What stands around an expression: the preposition before it, and whether its sentence speaks of the past or of what is to come. The words for it
//! stand in the language's table: classes `relation`, `article`, `tense`, `infinitive`, `tense-ending`.

use crate::text::scan::{Shape, Token, UNKNOWN};
use crate::text::table::{Key, Language, relation};
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

    /// The value of a word of a class at a place; of words of several parts, where the parts stand there.
    fn value(&self, tokens: &[Token], at: usize, class: u16) -> Option<i64> {
        let lexemes = self.language.vocabulary.lexemes(&tokens[at]);
        let of_class = lexemes.filter(|lexeme| lexeme.class == class);
        let complete = of_class.filter(|lexeme| goes_on(tokens, at + 1, &lexeme.rest));
        complete
            .max_by_key(|lexeme| lexeme.rest.len())
            .map(|lexeme| lexeme.value)
    }

    /// The relation that the word before the expression names, over an article.
    pub(super) fn relation(&self, tokens: &[Token], start: usize) -> Option<Relation> {
        let nearest = start.checked_sub(1)?;
        let named = match self.value(tokens, nearest, self.article) {
            Some(_) => nearest.checked_sub(1)?,
            None => nearest,
        };
        self.value(tokens, named, self.relation).and_then(relation)
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
        let tense = self.value(tokens, at, self.tense).unwrap_or(ending) as i8;
        let infinite = || at > 0 && self.value(tokens, at - 1, self.infinitive).is_some();
        if tense == -1 && infinite() { 0 } else { tense }
    }
}

/// Whether the tokens from a place are what a spelling of several goes on with.
pub(super) fn goes_on(tokens: &[Token], from: usize, rest: &[Key]) -> bool {
    let there = tokens.get(from..from + rest.len());
    there.is_some_and(|tokens| {
        let mut pairs = tokens.iter().zip(rest);
        pairs.all(|(token, key)| Key::of(token) == Some(*key))
    })
}
