//! A text as the tagger sees it: tokens, sentences, and how each sentence is written.

use crate::sentence;
use crate::token::{Token, TokenKind, tokenise};

/// How the words of a sentence are written. In capitals a capital says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Casing {
    /// As sentences are.
    Usual,
    /// Most words begin with a capital: a headline.
    Title,
    /// ALL CAPITALS.
    Upper,
    /// No capital at all.
    Lower,
}

/// A text with its tokens and sentences.
#[derive(Debug)]
pub struct Document<'t> {
    /// The text.
    pub text: &'t str,
    /// Its tokens, in order.
    pub tokens: Vec<Token>,
    /// For each sentence the number of tokens up to and with its last.
    pub ends: Vec<usize>,
}

impl<'t> Document<'t> {
    /// Reads a text. Linear in its size.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let tokens = tokenise(text);
        let ends = sentence::ends(text, &tokens);
        Self { text, tokens, ends }
    }

    /// The text of a token.
    #[must_use]
    pub fn word(&self, token: &Token) -> &'t str {
        &self.text[token.start..token.end]
    }

    /// How the sentence of these tokens is written.
    #[must_use]
    pub fn casing(&self, tokens: &[Token]) -> Casing {
        let (mut long, mut capital, mut upper, mut any) = (0_u32, 0_u32, 0_u32, 0_u32);
        for token in tokens.iter().filter(|token| token.kind == TokenKind::Word) {
            let word = self.word(token);
            let begins = word.starts_with(char::is_uppercase);
            any += u32::from(begins);
            if word.len() < 4 {
                continue;
            }
            long += 1;
            capital += u32::from(begins);
            upper += u32::from(begins && !word.contains(char::is_lowercase));
        }
        // Two long words are too few to tell a headline from a name.
        if long >= 3 && upper * 10 >= long * 8 {
            Casing::Upper
        } else if long >= 4 && capital * 10 >= long * 8 {
            Casing::Title
        } else if any == 0 && long > 0 {
            Casing::Lower
        } else {
            Casing::Usual
        }
    }
}
