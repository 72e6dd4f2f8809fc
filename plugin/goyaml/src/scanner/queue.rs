//! The tokens that are scanned and not taken yet.

use std::collections::VecDeque;

use crate::Mark;
use crate::token::Token;

/// The tokens, and where they would be in go-yaml's memory.
#[derive(Debug, Default)]
pub(super) struct Queue<'i> {
    tokens: VecDeque<Token<'i>>,
    slots: Slots,
}

impl<'i> Queue<'i> {
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn front(&self) -> Option<&Token<'i>> {
        self.tokens.front()
    }

    pub(super) fn push(&mut self, token: Token<'i>) {
        self.slots.push(token.start);
        self.tokens.push_back(token);
    }

    /// Puts a token before the one at `place`, which must exist.
    pub(super) fn insert(&mut self, place: usize, token: Token<'i>) {
        self.slots.insert(place, token.start);
        self.tokens.insert(place, token);
    }

    pub(super) fn take(&mut self) -> Option<Token<'i>> {
        let token = self.tokens.pop_front()?;
        self.slots.head += 1;
        Some(token)
    }

    /// Points at the first token, as go-yaml's parser does while it looks at the one behind.
    pub(super) fn watch(&mut self) {
        self.slots.watched = Watched::Slot(self.slots.head);
    }

    /// The start of what is now where the watched token was.
    pub(super) fn watched(&self) -> Mark {
        match self.slots.watched {
            Watched::Slot(slot) => self.slots.start(slot),
            Watched::Left(start) => start,
        }
    }
}

/// The starts of the tokens by their place in go-yaml's slice. It's filled to its capacity
/// before what is left of it moves to its front, over tokens that have been taken.
#[derive(Debug)]
struct Slots {
    /// As long as the slice's capacity.
    starts: Vec<Mark>,
    /// The first token that isn't taken.
    head: usize,
    /// The slice's length.
    end: usize,
    watched: Watched,
}

/// What a pointer into the slice shows.
#[derive(Clone, Copy, Debug)]
enum Watched {
    Slot(usize),
    /// What was there when a larger slice took the place of the one pointed into.
    Left(Mark),
}

/// How `append` enlarges a slice of go-yaml's tokens of 144 bytes, as measured with Go 1.26.
const CAPACITIES: &[usize] = &[1, 2, 4, 8, 18, 37, 75, 151, 341, 625, 1024, 1479, 2048];

impl Default for Slots {
    fn default() -> Self {
        Self { starts: Vec::new(), head: 0, end: 0, watched: Watched::Left(Mark::default()) }
    }
}

impl Slots {
    fn start(&self, slot: usize) -> Mark {
        self.starts.get(slot).copied().unwrap_or_default()
    }

    fn set(&mut self, slot: usize, start: Mark) {
        if let Some(place) = self.starts.get_mut(slot) {
            *place = start;
        }
    }

    fn push(&mut self, start: Mark) {
        if self.head > 0 && self.end == self.starts.len() {
            self.starts.copy_within(self.head.., 0);
            self.end -= self.head;
            self.head = 0;
        }
        if self.end == self.starts.len() {
            self.grow();
        }
        self.set(self.end, start);
        self.end += 1;
    }

    fn insert(&mut self, place: usize, start: Mark) {
        self.push(start);
        let slot = self.head + place;
        self.starts.copy_within(slot..self.end - 1, slot + 1);
        self.set(slot, start);
    }

    fn grow(&mut self) {
        if let Watched::Slot(slot) = self.watched {
            self.watched = Watched::Left(self.start(slot));
        }
        let full = self.starts.len();
        let larger = CAPACITIES.iter().copied().find(|capacity| *capacity > full);
        self.starts.resize(larger.unwrap_or(full + full / 3), Mark::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::TokenKind;

    fn token(index: usize) -> Token<'static> {
        let mark = Mark { index, ..Mark::default() };
        Token { kind: TokenKind::FlowEntry, start: mark, end: mark }
    }

    #[test]
    fn a_full_slice_moves_over_taken_tokens() {
        let mut queue = Queue::default();
        (0..4).for_each(|index| queue.push(token(index)));
        queue.take();
        queue.watch();
        queue.take();
        assert_eq!(queue.watched().index, 1);
        queue.push(token(4));
        // 2, 3 and 4 are in front now.
        assert_eq!(queue.watched().index, 3);
    }

    #[test]
    fn a_larger_slice_leaves_the_old_one_as_it_was() {
        let mut queue = Queue::default();
        queue.push(token(0));
        queue.watch();
        (1..9).for_each(|index| queue.push(token(index)));
        queue.insert(0, token(9));
        assert_eq!(queue.watched().index, 0);
        assert_eq!(queue.front().map(|token| token.start.index), Some(9));
    }
}
