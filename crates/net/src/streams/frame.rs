//! The frame on a stream: length u32 LE ‖ type u8 ‖ body. The length counts the type and the body.

use crate::config;

/// Bytes before a frame's body.
pub(crate) const HEAD_BYTES: usize = 5;

/// The largest length a frame of this type may declare.
pub(crate) fn limit(kind: u8) -> usize {
    if kind == config::ENTRY_KIND {
        config::ENTRY_FRAME_MAX_BYTES
    } else {
        config::FRAME_MAX_BYTES
    }
}

/// The head of a frame.
pub(crate) fn head(kind: u8, body_len: usize) -> [u8; HEAD_BYTES] {
    let length = (body_len + 1) as u32; // bodies are checked against `limit`
    let [a, b, c, d] = length.to_le_bytes();
    [a, b, c, d, kind]
}

/// Type and body length of a frame, or the length that no frame of that type has.
pub(crate) fn parse_head(head: [u8; HEAD_BYTES]) -> Result<(u8, usize), u32> {
    let [a, b, c, d, kind] = head;
    let length = u32::from_le_bytes([a, b, c, d]);
    if length == 0 || length as usize > limit(kind) {
        return Err(length);
    }
    Ok((kind, length as usize - 1))
}
