//! Bounds of this crate.

/// Levels of containers (quotes and lists) that are followed when reading. What lies deeper is read
/// as text. The walk recurses once a level, and nobody indents this far.
pub(crate) const MAX_CONTAINERS: usize = 64;

/// Highest `indent` of a block (note model).
pub(crate) const MAX_INDENT: u8 = 8;

/// Highest `quote` of a block (note model).
pub(crate) const MAX_QUOTE: u8 = 3;

/// A list item that only holds what is indented below it: it is no block itself.
pub(crate) const NO_ITEM: &str = "<!-- -->";

/// An empty list item with something other than a list below it.
pub(crate) const EMPTY_ITEM: &str = "<!-- empty -->";
