//! What a rule found: its meaning, what its words say, and the parts it is made of.

use crate::text::table::{Op, Slot};

/// Slots that one rule may fill; the richest rules of the tables fill six.
const MAX_SLOTS: usize = 12;

/// What the words of one expression say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slots {
    filled: [(Slot, i64); MAX_SLOTS],
    len: u8,
}

impl Slots {
    pub(crate) fn new() -> Slots {
        Slots {
            filled: [(Slot::Year, 0); MAX_SLOTS],
            len: 0,
        }
    }

    /// The value said first.
    pub(crate) fn get(&self, slot: Slot) -> Option<i64> {
        let filled = &self.filled[..usize::from(self.len)];
        filled
            .iter()
            .find(|(known, _)| *known == slot)
            .map(|&(_, value)| value)
    }

    /// The sum of all that was said for it (“three years and a half”); the value said first where that is no amount.
    pub(crate) fn sum(&self, slot: Slot) -> Option<i64> {
        let first = self.get(slot).filter(|first| *first >= 0);
        let filled = &self.filled[..usize::from(self.len)];
        let all = filled.iter().filter(|(known, _)| *known == slot);
        first
            .map(|_| all.map(|&(_, value)| value.max(0)).sum())
            .or(self.get(slot))
    }

    pub(crate) fn push(&mut self, slot: Slot, value: i64) {
        if let Some(place) = self.filled.get_mut(usize::from(self.len)) {
            *place = (slot, value);
            self.len += 1;
        }
    }

    pub(crate) fn extend(&mut self, other: &Slots) {
        for &(slot, value) in &other.filled[..usize::from(other.len)] {
            self.push(slot, value);
        }
    }

    /// Changes what was said.
    pub(crate) fn set(&mut self, slot: Slot, value: i64) {
        let filled = &mut self.filled[..usize::from(self.len)];
        if let Some(place) = filled.iter_mut().find(|(known, _)| *known == slot) {
            place.1 = value;
        }
    }

    pub(crate) fn len(&self) -> u8 {
        self.len
    }

    pub(crate) fn truncate(&mut self, len: u8) {
        self.len = len;
    }
}

/// One match.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) rule: u32,
    pub(crate) op: Op,
    pub(crate) slots: Slots,
    /// Places of its parts among the frames.
    pub(crate) parts: [Option<u32>; 2],
    /// Tokens while matching, bytes afterwards.
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Frame {
    pub(crate) fn get(&self, slot: Slot) -> Option<i64> {
        self.slots.get(slot)
    }
}
