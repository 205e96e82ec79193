//! What must not stand anywhere on a network: words, keys, secrets, each in every form it might take.

use aho_corasick::AhoCorasick;
use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER};

/// Bytes of a key that are looked for at once: short enough to find a part of it, long enough that
/// chance shows none in a recording of some gigabytes.
const PART_BYTES: usize = 8;
/// The same of a key written as text, of which a letter holds 4 to 6 bits.
const PART_LETTERS: usize = 12;
/// The first bytes of a libp2p identity before its Ed25519 key, which all of them share.
const PEER_ID: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// Things to look for.
#[derive(Debug, Default)]
pub struct Needles {
    names: Vec<String>,
    forms: Vec<(usize, Vec<u8>)>,
}

impl Needles {
    /// Words somebody wrote, of at least four letters each: as UTF-8 and UTF-16, in any case.
    ///
    /// # Panics
    /// When the text is shorter: it would be found by chance.
    pub fn text(&mut self, name: &str, text: &str) {
        assert!(text.len() >= 4, "{text} is too short to look for");
        let at = self.name(name);
        self.forms.push((at, text.as_bytes().to_vec()));
        let wide = text.encode_utf16().flat_map(u16::to_le_bytes);
        self.forms.push((at, wide.collect()));
        self.forms
            .push((at, HEXLOWER.encode(text.as_bytes()).into()));
    }

    /// Bytes of at least eight: any part of them, as they are, in hex, base32, base58 and base64.
    ///
    /// # Panics
    /// When there are fewer.
    pub fn bytes(&mut self, name: &str, bytes: &[u8]) {
        assert!(bytes.len() >= PART_BYTES, "{name} is too short to look for");
        let at = self.name(name);
        self.parts(at, bytes, PART_BYTES);
        for written in [
            HEXLOWER.encode(bytes),
            BASE32_NOPAD.encode(bytes),
            BASE64.encode(bytes).trim_end_matches('=').to_owned(),
            bs58::encode(bytes).into_string(),
        ] {
            self.parts(at, written.as_bytes(), PART_LETTERS.min(written.len()));
        }
    }

    /// An identity of the network: the key, and its name as libp2p writes it.
    pub fn transport_key(&mut self, name: &str, key: &[u8; 32]) {
        self.bytes(name, key);
        let written = bs58::encode([&PEER_ID[..], key].concat()).into_string();
        let at = self.name(&format!("{name}, as its name"));
        // Its first letters are those of all.
        self.parts(at, &written.as_bytes()["12D3KooW".len()..], PART_LETTERS);
    }

    /// Looks through `hay`, and names each thing found once.
    pub fn found_in<'a>(&self, hay: impl IntoIterator<Item = &'a [u8]>) -> Vec<&str> {
        let forms = self.forms.iter().map(|(_, form)| form);
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(forms)
            .expect("some thousands of byte strings");
        let mut found: Vec<usize> = hay
            .into_iter()
            .flat_map(|hay| search.find_iter(hay))
            .map(|hit| self.forms[hit.pattern().as_usize()].0)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
            .into_iter()
            .map(|at| self.names[at].as_str())
            .collect()
    }

    /// How many byte strings are looked for.
    pub fn count(&self) -> usize {
        self.forms.len()
    }

    fn name(&mut self, name: &str) -> usize {
        self.names.push(name.to_owned());
        self.names.len() - 1
    }

    fn parts(&mut self, at: usize, whole: &[u8], length: usize) {
        let parts = whole.windows(length).map(|part| (at, part.to_vec()));
        self.forms.extend(parts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_found_in_each_form_and_nothing_else() {
        let key: [u8; 32] = std::array::from_fn(|at| (at * 37 + 11) as u8);
        let mut needles = Needles::default();
        needles.text("word", "Sperling");
        needles.transport_key("key", &key);
        let peer_id = bs58::encode([&PEER_ID[..], &key].concat()).into_string();
        assert!(peer_id.starts_with("12D3KooW"), "{peer_id}");
        let wide: Vec<u8> = "sperling"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for (hay, name) in [
            (b"xxSPERLINGxx".to_vec(), "word"),
            (wide, "word"),
            (key[9..20].to_vec(), "key"),
            (HEXLOWER.encode(&key[3..12]).into_bytes(), "key"),
            (BASE32_NOPAD.encode(&key).to_lowercase().into_bytes(), "key"),
            (BASE64.encode(&key).into_bytes(), "key"),
            (bs58::encode(&key).into_vec(), "key"),
            (peer_id.into_bytes(), "key, as its name"),
        ] {
            assert_eq!(needles.found_in([&hay[..]]), [name], "{hay:?}");
        }
        let other: Vec<u8> = (0..10_000_u32).flat_map(u32::to_le_bytes).collect();
        assert!(needles.found_in([&other[..]]).is_empty());
    }
}
