//! Texts that people copy, print and type: a prefix with a version digit, then base32 that ends with a checksum.

use data_encoding::BASE32_NOPAD;

use crate::chain::first;

/// Bytes of the checksum at the end.
const CHECKSUM: usize = 4;

/// Why a text cannot be what its prefix promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uncopied {
    /// It does not begin so, or is longer than any.
    Other,
    /// A newer version made it.
    Newer,
    /// Its checksum does not fit, or a character cannot be.
    Mistyped,
}

/// The body with its checksum.
pub(crate) fn sealed(mut body: Vec<u8>) -> Vec<u8> {
    let sum = checksum(&body);
    body.extend_from_slice(&sum);
    body
}

/// The body without its checksum, which fits.
pub(crate) fn unsealed(bytes: &[u8]) -> Result<&[u8], Uncopied> {
    match bytes.split_last_chunk::<CHECKSUM>() {
        Some((body, sum)) if checksum(body) == *sum => Ok(body),
        _ => Err(Uncopied::Mistyped),
    }
}

/// The bytes of a text of version 1, checksum included. Case, spaces, line ends and dashes of any kind do not matter.
pub(crate) fn bytes_of(text: &str, prefix: &str, max: usize) -> Result<Vec<u8>, Uncopied> {
    if text.len() > max {
        return Err(Uncopied::Other);
    }
    let plain: String = text
        .chars()
        .filter(|&c| !is_ignored(c))
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let rest = plain.strip_prefix(prefix).ok_or(Uncopied::Other)?;
    let mut rest = rest.chars();
    match rest.next() {
        Some('1') => {}
        Some('2'..='9') => return Err(Uncopied::Newer),
        _ => return Err(Uncopied::Other),
    }
    BASE32_NOPAD
        .decode(rest.as_str().as_bytes())
        .map_err(|_| Uncopied::Mistyped)
}

/// Spaces, and dashes in all the shapes that mail and chat programs make of them.
fn is_ignored(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '\u{00AD}' | '\u{200B}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FEFF}'
        )
}

fn checksum(body: &[u8]) -> [u8; CHECKSUM] {
    first(blake3::hash(body))
}
