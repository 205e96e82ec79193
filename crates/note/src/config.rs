//! Every bound of this crate, with its unit and its reason.
//!
//! The bounds of the gate are part of entry format 1: changing one changes which entries are valid,
//! so it needs a new format.

/// Bytes of one entry's update: the payload limit of an entry.
pub const MAX_UPDATE_BYTES: usize = 1024 * 1024;

/// Bytes of one push of a window before it is split. Above it something is wrong with the window; a
/// pasted book of ten million characters stays below.
pub const MAX_RAW_BYTES: usize = 64 * 1024 * 1024;

/// Structs of one update. Applying them is what costs time in yrs and in the window.
pub const MAX_STRUCTS: usize = 50_000;

/// Structs of one push of a window before it is split.
pub const MAX_RAW_STRUCTS: usize = 4_000_000;

/// Levels of nesting, in JSON and of types within one update. yrs walks both with recursion.
pub const MAX_NESTING: usize = 32;

/// First clock that is refused. yrs compares clocks as `i32`.
pub const CLOCK_LIMIT: u64 = 1 << 31;

/// First client id that is refused. yjs keeps ids in a double.
pub const CLIENT_LIMIT: u64 = 1 << 53;

/// Bytes of an embed's or a format value's JSON text. A block's record is some dozen bytes.
pub const MAX_JSON_BYTES: usize = 4096;

/// Bytes of a map key or a mark's name. The longest we write is a block id, a slash and a name.
pub const MAX_KEY_BYTES: usize = 256;

/// Characters of a root's name, where it is not a table cell.
pub const MAX_ROOT_NAME: usize = 16;

/// Shortest id of a block, table, row or column in characters: 66 bits, written six to a character.
pub const MIN_ID: usize = 11;

/// Longest id of a block, table, row or column in characters.
pub const MAX_ID: usize = 32;

/// Magnitude from which lib0 no longer writes an integer as an integer.
pub const ANY_INTEGER_LIMIT: i64 = 1 << 31;

/// First JSON integer that is refused. Above it a double cannot tell neighbours apart, and RFC 8785
/// asks for numbers that a double holds.
pub const JSON_INTEGER_LIMIT: u64 = 1 << 53;

/// Bytes of one value that cannot be cut. An author's own limit, so that every push fits into
/// entries after splitting; half a payload leaves room for what surrounds it.
pub const MAX_SOLID_BYTES: usize = 512 * 1024;

/// Bytes kept free in a part of a split update for its header: counts, client id, clock.
pub const SPLIT_HEADER_BYTES: usize = 40;

/// Fewest bytes of a piece that is worth cutting off a string to fill a part.
pub const SPLIT_MIN_PIECE: usize = 512;

/// Levels of nested maps and arrays that a projection shows. Entries can nest deeper than one update.
pub const MAX_SHOWN_NESTING: usize = 32;

/// Characters of a note's preview in lists.
pub const PREVIEW_CHARS: usize = 160;
