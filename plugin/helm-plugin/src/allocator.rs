//! Memory for a guest that lives for one request.
//!
//! A render makes and drops small objects by the hundred thousand, and the allocator of the C library looks for a best
//! fit for each. Here small ones come in classes of size: what is freed goes to the list of its class, and the next of
//! the class takes it from there. Memory of one class never goes to another; the instance ends before that could matter.
//! Large ones are left to the C library.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ptr;

/// Sizes of a class differ by less than this; also the alignment of all of them.
const STEP: usize = 16;

/// Classes go up to a kibibyte.
const CLASSES: usize = 64;

/// What is taken from the C library at once.
const CHUNK: usize = 64 << 10;

/// An allocator for one thread.
pub(crate) struct Classes(UnsafeCell<State>);

struct State {
    /// Of each class, the block that was freed last; a free block begins with the pointer to the next.
    free: [*mut u8; CLASSES + 1],
    /// What is left of the current chunk.
    rest: *mut u8,
    left: usize,
}

// SAFETY: guests have no threads, as the only place that makes a static of it says.
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
unsafe impl Sync for Classes {}

/// The class of a layout, if it is a small one.
fn class(layout: Layout) -> Option<usize> {
    let class = layout.size().div_ceil(STEP);
    (class <= CLASSES && layout.align() <= STEP).then_some(class)
}

// === impl Classes ===

impl Classes {
    pub(crate) const fn new() -> Self {
        let state = State { free: [ptr::null_mut(); CLASSES + 1], rest: ptr::null_mut(), left: 0 };
        Self(UnsafeCell::new(state))
    }
}

// SAFETY: blocks are cut out of chunks without overlap, at multiples of the alignment, and are on the list of their
// class exactly while nobody has them. A layout finds the class that it was allocated from.
unsafe impl GlobalAlloc for Classes {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match class(layout) {
            // SAFETY: there is one thread, and no reference to the state outlives a call.
            Some(class) => unsafe { (*self.0.get()).take(class) },
            // SAFETY: the caller's own.
            None => unsafe { System.alloc(layout) },
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match class(layout) {
            // SAFETY: as above; the block is of this class.
            Some(class) => unsafe { (*self.0.get()).put(class, block) },
            // SAFETY: the caller's own.
            None => unsafe { System.dealloc(block, layout) },
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller sees to it that the size is one of a layout.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        match (class(layout), class(wanted)) {
            // SAFETY: the caller's own.
            (None, None) => unsafe { System.realloc(block, layout, size) },
            (had, wants) if had == wants => block,
            // SAFETY: the new block is another one, and both have at least so many bytes.
            _ => unsafe {
                let moved = self.alloc(wanted);
                if !moved.is_null() {
                    ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                    self.dealloc(block, layout);
                }
                moved
            },
        }
    }
}

// === impl State ===

impl State {
    /// A block of `class`.
    #[inline]
    fn take(&mut self, class: usize) -> *mut u8 {
        let Some(free) = self.free.get_mut(class) else { return ptr::null_mut() };
        let block = *free;
        if block.is_null() {
            return self.cut(class * STEP);
        }
        // SAFETY: a free block begins with the pointer to the next.
        *free = unsafe { block.cast::<*mut u8>().read() };
        block
    }

    /// Takes a block back.
    ///
    /// # Safety
    ///
    /// It was taken from this class, and nobody has it any more.
    #[inline]
    unsafe fn put(&mut self, class: usize, block: *mut u8) {
        let Some(free) = self.free.get_mut(class) else { return };
        // SAFETY: no class has blocks smaller than a pointer, nor of less alignment.
        unsafe { block.cast::<*mut u8>().write(*free) };
        *free = block;
    }

    /// A block off the current chunk, or off a new one. What is left of the old one, less than a kibibyte, is lost.
    #[inline]
    fn cut(&mut self, size: usize) -> *mut u8 {
        if self.left < size && !self.refill() {
            return ptr::null_mut();
        }
        let block = self.rest;
        self.left -= size;
        // SAFETY: the chunk goes on for that long.
        self.rest = unsafe { block.add(size) };
        block
    }

    #[cold]
    fn refill(&mut self) -> bool {
        // SAFETY: neither zero nor too large, and a power of two.
        let chunk = unsafe { System.alloc(Layout::from_size_align_unchecked(CHUNK, STEP)) };
        if chunk.is_null() {
            return false;
        }
        (self.rest, self.left) = (chunk, CHUNK);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block that somebody has, filled with a byte of their own.
    struct Held {
        block: *mut u8,
        layout: Layout,
        mark: u8,
    }

    impl Held {
        fn take(classes: &Classes, layout: Layout, mark: u8) -> Self {
            // SAFETY: the layout is not of size zero.
            let block = unsafe { classes.alloc(layout) };
            assert!(!block.is_null() && block.addr().is_multiple_of(layout.align()), "{layout:?}");
            let held = Self { block, layout, mark };
            held.fill();
            held
        }

        fn fill(&self) {
            // SAFETY: the block is ours alone until it is put back.
            unsafe { self.block.write_bytes(self.mark, self.layout.size()) };
        }

        /// Whether the first bytes are as they were filled.
        fn keeps(&self, length: usize) -> bool {
            // SAFETY: as above, and so many bytes were filled.
            let bytes = unsafe { std::slice::from_raw_parts(self.block, length) };
            bytes.iter().all(|byte| *byte == self.mark)
        }

        fn resize(&mut self, classes: &Classes, size: usize) {
            let kept = self.layout.size().min(size);
            // SAFETY: the block has this layout, and the size is not zero.
            self.block = unsafe { classes.realloc(self.block, self.layout, size) };
            self.layout = Layout::from_size_align(size, self.layout.align()).unwrap();
            assert!(self.keeps(kept), "{:?}", self.layout);
            self.fill();
        }

        fn put(self, classes: &Classes) {
            assert!(self.keeps(self.layout.size()), "{:?} was overwritten", self.layout);
            // SAFETY: the block has this layout, and nobody uses it after this.
            unsafe { classes.dealloc(self.block, self.layout) };
        }
    }

    #[test]
    fn blocks_never_overlap_and_keep_what_is_in_them() {
        let classes = Classes::new();
        let mut held: Vec<Held> = Vec::new();
        let mut state = 7_u64;
        for round in 0..20_000_u32 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let random = usize::try_from(state >> 33).unwrap();
            let size = 1 + (random >> 8) % 1_500;
            let place = (random >> 4) % held.len().max(1);
            match random % 5 {
                0 | 1 => {
                    let layout = Layout::from_size_align(size, 1 << (random % 7)).unwrap();
                    held.push(Held::take(&classes, layout, round.to_le_bytes()[0]));
                }
                2 if !held.is_empty() => held[place].resize(&classes, size),
                _ if !held.is_empty() => held.swap_remove(place).put(&classes),
                _ => {}
            }
        }
        held.into_iter().for_each(|held| held.put(&classes));
    }

    #[test]
    fn what_is_freed_is_given_again() {
        let classes = Classes::new();
        let layout = Layout::from_size_align(40, 8).unwrap();
        let first = Held::take(&classes, layout, 1);
        let block = first.block;
        first.put(&classes);
        let again = Held::take(&classes, Layout::from_size_align(48, 16).unwrap(), 2);
        assert_eq!(again.block, block, "both are of the third class");
        again.put(&classes);
    }
}
