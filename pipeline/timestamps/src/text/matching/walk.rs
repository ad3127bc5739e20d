//! Walks the tries of the phrases along the tokens. The depth of the walk is bounded by the table (phrases name only earlier ones, patterns have no
//! repetition), never by the text.

use super::builtin;
use super::frame::{Frame, Slots};
use super::surroundings::goes_on;
use crate::instant::FieldOrder;
use crate::text::scan::Token;
use crate::text::table::{
    Accept, Builtin, Child, Context, Glue, Key, Language, Mask, NUMBER, Node, Op, Slot, What, bit,
};

/// Tokens from the start of an expression within which what was looked for is remembered: no expression is longer.
const WINDOW: usize = 48;

/// Ends that one phrase may have at one place; the richest have five. More are not looked at.
const MAX_ENDS: usize = 16;

/// Where a phrase was looked for, and what was found: a stretch of the hits.
#[derive(Clone, Copy, Default)]
struct Looked {
    /// The walk that looked; others' are nothing.
    walk: u32,
    hits: (u32, u32),
}

/// The ends found so far.
struct Ends {
    hits: [Hit; MAX_ENDS],
    len: usize,
}

/// A phrase that matched.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hit {
    pub(super) end: usize,
    pub(super) frame: u32,
    /// The rule that made it, where the frame's own may be one further in.
    rule: u32,
}

pub(super) struct Walker<'w> {
    pub(super) language: &'w Language,
    pub(super) tokens: &'w [Token],
    pub(super) order: FieldOrder,
    pub(super) frames: Vec<Frame>,
    /// Hits of the phrases looked for since the present start.
    hits: Vec<Hit>,
    /// By token from the start, then phrase.
    looked: Vec<Looked>,
    /// Number of the present walk.
    walk: u32,
    /// Where it began.
    origin: usize,
    /// Which phrases may begin with each token.
    starts: Vec<Mask>,
}

impl Ends {
    fn push(&mut self, hit: Hit) {
        if let Some(place) = self.hits.get_mut(self.len) {
            *place = hit;
            self.len += 1;
        }
    }
}

/// The way so far along one sequence.
struct Path {
    phrase: usize,
    start: usize,
    slots: Slots,
    parts: [Option<u32>; 2],
}

impl<'w> Walker<'w> {
    pub(super) fn new(
        language: &'w Language,
        tokens: &'w [Token],
        order: FieldOrder,
    ) -> Walker<'w> {
        Walker {
            language,
            tokens,
            order,
            frames: Vec::new(),
            hits: Vec::new(),
            looked: vec![Looked::default(); WINDOW * language.phrases.len()],
            walk: 0,
            origin: 0,
            starts: tokens
                .iter()
                .map(|token| language.starts.mask(token))
                .collect(),
        }
    }

    /// Whether anything of a phrase can begin with a token.
    pub(super) fn may_begin(&self, phrase: usize, at: usize) -> bool {
        let mask = self.starts.get(at);
        mask.is_some_and(|mask| mask & bit(phrase) != 0)
    }

    /// The longest match of a phrase at a token.
    pub(super) fn longest(&mut self, phrase: usize, at: usize) -> Option<Hit> {
        self.frames.clear();
        self.hits.clear();
        self.walk = self.walk.wrapping_add(1);
        self.origin = at;
        let hits = self.phrase(phrase, at);
        let hits = &self.hits[hits.0 as usize..hits.1 as usize];
        let sound = hits
            .iter()
            .filter(|hit| !builtin::splits(self.tokens, hit.end));
        sound.copied().max_by_key(|hit| hit.end)
    }

    /// All ends of a phrase at a token: one hit for each end, the earliest rule's.
    fn phrase(&mut self, phrase: usize, at: usize) -> (u32, u32) {
        if !self.may_begin(phrase, at) {
            return (0, 0);
        }
        let place = (at - self.origin) * self.language.phrases.len() + phrase;
        if let Some(looked) = self.looked.get(place)
            && looked.walk == self.walk
        {
            return looked.hits;
        }
        let mut found = Ends {
            hits: [Hit::default(); MAX_ENDS],
            len: 0,
        };
        let mut path = Path {
            phrase,
            start: at,
            slots: Slots::new(),
            parts: [None; 2],
        };
        self.step(0, at, &mut path, &mut found);
        let start = self.hits.len() as u32;
        self.hits.extend_from_slice(&found.hits[..found.len]);
        let hits = (start, self.hits.len() as u32);
        if let Some(looked) = self.looked.get_mut(place) {
            let walk = self.walk;
            *looked = Looked { walk, hits };
        }
        hits
    }

    fn step(&mut self, node: u32, at: usize, path: &mut Path, found: &mut Ends) {
        let language = self.language;
        let node = &language.phrases[path.phrase].nodes[node as usize];
        for accept in &node.accepts {
            self.accept(accept, at, path, found);
        }
        let Some(token) = self.tokens.get(at) else {
            return;
        };
        if !node.keyed.is_empty() {
            if let Some(key) = Key::of(token) {
                for child in children(node, key) {
                    self.follow(child, at, at + 1, None, &[], path, found);
                }
            }
            for lexeme in language.vocabulary.lexemes(token) {
                if lexeme.capital && !token.capital {
                    continue;
                }
                let key = Key::class(lexeme.class);
                for child in children(node, key) {
                    if let Some(end) = self.rest(&lexeme.rest, at + 1) {
                        let value = Some(lexeme.value);
                        self.follow(child, at, end, value, &lexeme.also, path, found);
                    }
                }
            }
        }
        for (what, child) in &node.other {
            match what {
                What::Builtin(asked) if !self.may_be(*asked, at) => {}
                What::Builtin(asked) => {
                    for (end, value) in builtin::matches(self, *asked, at).into_iter().flatten() {
                        self.follow(*child, at, end, Some(value), &[], path, found);
                    }
                }
                What::Phrase(phrase) => self.part(*phrase, *child, at, path, found),
            }
        }
    }

    /// A quick look whether a token can be what is asked for.
    fn may_be(&self, asked: Builtin, at: usize) -> bool {
        match asked {
            Builtin::Number | Builtin::Ordinal => self.starts[at] & NUMBER != 0,
            asked => builtin::may_begin(asked, &self.tokens[at], &self.language.vocabulary),
        }
    }

    /// Where a spelling of several tokens ends, if it goes on as it must.
    pub(super) fn rest(&self, rest: &[Key], from: usize) -> Option<usize> {
        goes_on(self.tokens, from, rest).then_some(from + rest.len())
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "the state of the walk, and one step of it"
    )]
    fn follow(
        &mut self,
        child: Child,
        at: usize,
        end: usize,
        value: Option<i64>,
        also: &[(Slot, i64)],
        path: &mut Path,
        found: &mut Ends,
    ) {
        if child.glue == Glue::None && !self.tokens[at].glued {
            return;
        }
        let before = path.slots.len();
        if let (Some(slot), Some(value)) = (child.slot, value) {
            path.slots.push(slot, value);
        }
        for &(slot, value) in also {
            path.slots.push(slot, value);
        }
        self.step(child.node, end, path, found);
        path.slots.truncate(before);
    }

    fn part(&mut self, phrase: usize, child: Child, at: usize, path: &mut Path, found: &mut Ends) {
        let glued = self.tokens[at].glued;
        let place = usize::from(path.parts[0].is_some());
        if (child.glue == Glue::None && !glued) || path.parts[place].is_some() {
            return;
        }
        let (start, end) = self.phrase(phrase, at);
        for hit in start..end {
            let hit = self.hits[hit as usize];
            path.parts[place] = Some(hit.frame);
            self.step(child.node, hit.end, path, found);
        }
        path.parts[place] = None;
    }

    fn accept(&mut self, accept: &Accept, at: usize, path: &Path, found: &mut Ends) {
        let known = found.hits[..found.len].iter_mut().find(|hit| hit.end == at);
        if known.as_ref().is_some_and(|hit| hit.rule <= accept.rule) {
            return;
        }
        let behind = accept.behind.iter().rev().enumerate();
        let ahead = accept.ahead.iter().enumerate();
        let fits = behind
            .map(|(back, context)| (path.start.checked_sub(back + 1), context))
            .all(|(place, context)| self.stands(context, place, true))
            && ahead
                .map(|(on, context)| (Some(at + on), context))
                .all(|(place, context)| self.stands(context, place, false));
        if !fits {
            return;
        }
        let frame = self.frames.len() as u32;
        let made = self.frame(accept.rule, path, at);
        self.frames.push(made);
        let made = Hit {
            end: at,
            frame,
            rule: accept.rule,
        };
        match known {
            Some(hit) => *hit = made,
            None => found.push(made),
        }
    }

    /// A rule's frame. One that only passes on is the frame of its part; the clock within a clock is one with it.
    fn frame(&self, number: u32, path: &Path, at: usize) -> Frame {
        let rule = &self.language.rules[number as usize];
        let mut frame = Frame {
            rule: number,
            op: rule.op,
            slots: path.slots,
            parts: path.parts,
            start: path.start as u32,
            end: at as u32,
        };
        if let [Some(part), None] = path.parts
            && rule.op == Op::Same
        {
            let part = &self.frames[part as usize];
            frame.rule = part.rule;
            frame.op = part.op;
            frame.parts = part.parts;
            frame.slots.extend(&part.slots);
        }
        if rule.op == Op::Clock {
            self.merge_clock(&mut frame);
        }
        for &(slot, value) in &rule.says {
            frame.slots.push(slot, value);
        }
        frame
    }

    fn merge_clock(&self, frame: &mut Frame) {
        let mut parts = [None; 2];
        let mut kept = 0;
        for part in frame.parts.into_iter().flatten() {
            let inner = &self.frames[part as usize];
            if inner.op == Op::Clock && inner.parts == [None; 2] {
                frame.slots.extend(&inner.slots);
            } else {
                parts[kept] = Some(part);
                kept += 1;
            }
        }
        frame.parts = parts;
    }

    fn stands(&self, context: &Context, place: Option<usize>, behind: bool) -> bool {
        let token = place.and_then(|place| self.tokens.get(place).map(|token| (place, token)));
        let any = context
            .any
            .iter()
            .any(|asked| builtin::stands(self, *asked, token, behind));
        any != context.not
    }
}

fn children(node: &Node, key: Key) -> impl Iterator<Item = Child> {
    let from = if node.bloom & key.bloom() == 0 {
        node.keyed.len()
    } else {
        node.keyed.partition_point(|(known, _)| *known < key)
    };
    node.keyed[from..]
        .iter()
        .take_while(move |(known, _)| *known == key)
        .map(|&(_, child)| child)
}
