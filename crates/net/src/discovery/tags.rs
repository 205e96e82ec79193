//! The TXT record of an announcement: who may recognise whom (formats.md, Discovery).

use skein_space::TagKey;

use crate::command::{Announcement, Tag};
use crate::config;

/// One tag: 8 bytes of a keyed hash of the nonce.
pub(crate) type TagBytes = [u8; TagKey::TAG_BYTES];

/// What an announcement's TXT record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Txt {
    pub(crate) nonce: [u8; 16],
    pub(crate) tags: Vec<TagBytes>,
    pub(crate) pairing_port: Option<u16>,
}

impl Txt {
    /// Our own: at most 24 of the shown tags, filled with random ones to a multiple of 8, in an order
    /// that says nothing. `random` fills the slice it is given.
    pub(crate) fn make(announcement: &Announcement, random: &mut impl FnMut(&mut [u8])) -> Self {
        let mut nonce = [0; 16];
        random(&mut nonce);
        let shown = announcement.tags.iter().filter(|tag| tag.shown);
        let mut tags: Vec<TagBytes> = shown.map(|tag| tag.key.tag(&nonce)).collect();
        shuffle(&mut tags, random);
        tags.truncate(config::TAGS_MAX);
        let padded = tags.len().div_ceil(config::TAGS_STEP).max(1) * config::TAGS_STEP;
        tags.resize_with(padded, || {
            let mut tag = TagBytes::default();
            random(&mut tag);
            tag
        });
        shuffle(&mut tags, random);
        Self {
            nonce,
            tags,
            pairing_port: announcement.pairing_port,
        }
    }

    /// As key and value pairs.
    pub(crate) fn properties(&self) -> Vec<(&'static str, Vec<u8>)> {
        let mut properties = vec![
            ("v", b"1".to_vec()),
            ("n", self.nonce.to_vec()),
            ("t", self.tags.concat()),
        ];
        if let Some(port) = self.pairing_port {
            properties.push(("p", port.to_string().into_bytes()));
        }
        properties
    }

    /// Reads somebody's; `None` for another version or a wrong form.
    pub(crate) fn parse<'a>(get: impl Fn(&str) -> Option<&'a [u8]>) -> Option<Self> {
        if get("v")? != b"1" {
            return None;
        }
        let nonce = get("n")?.try_into().ok()?;
        let (tags, rest) = get("t")?.as_chunks::<{ TagKey::TAG_BYTES }>();
        if !rest.is_empty() || tags.len() > config::TAGS_MAX {
            return None;
        }
        let pairing_port = match get("p") {
            Some(text) => Some(std::str::from_utf8(text).ok()?.parse().ok()?),
            None => None,
        };
        Some(Self {
            nonce,
            tags: tags.to_vec(),
            pairing_port,
        })
    }

    /// The tags of ours that it shows.
    pub(crate) fn matches<'a>(&self, ours: &'a [Tag]) -> impl Iterator<Item = &'a Tag> {
        ours.iter()
            .filter(|tag| self.tags.contains(&tag.key.tag(&self.nonce)))
    }
}

/// Fisher and Yates; the slight unevenness of the remainder tells nobody anything.
fn shuffle<T>(items: &mut [T], random: &mut impl FnMut(&mut [u8])) {
    for last in (1..items.len()).rev() {
        let mut bytes = [0; 4];
        random(&mut bytes);
        items.swap(last, u32::from_le_bytes(bytes) as usize % (last + 1));
    }
}

#[cfg(test)]
mod tests {
    use skein_space::SpaceSecret;

    use super::*;

    fn tag(number: u8, shown: bool) -> Tag {
        Tag {
            label: u32::from(number),
            key: SpaceSecret::new([number; 32]).tag_key(),
            shown,
            dial: true,
        }
    }

    fn counting() -> impl FnMut(&mut [u8]) {
        let mut next = 0u8;
        move |bytes| {
            for byte in bytes {
                next = next.wrapping_mul(109).wrapping_add(89);
                *byte = next;
            }
        }
    }

    fn reread(txt: &Txt) -> Option<Txt> {
        let properties = txt.properties();
        Txt::parse(|key| {
            properties
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| value.as_slice())
        })
    }

    #[test]
    fn who_shares_a_secret_recognises_the_announcement_and_nobody_else_does() {
        let announcement = Announcement {
            tags: vec![tag(1, true), tag(2, true), tag(3, false)],
            pairing_port: Some(4242),
        };
        let txt = Txt::make(&announcement, &mut counting());
        let heard = reread(&txt).expect("our own record is well formed");
        assert_eq!(heard, txt);
        let known = [tag(2, false), tag(3, false), tag(9, false)];
        let labels: Vec<u32> = heard.matches(&known).map(|tag| tag.label).collect();
        assert_eq!(labels, [2], "3 was only to be recognised, 9 is foreign");
    }

    #[test]
    fn the_number_of_tags_is_a_multiple_of_eight_and_at_most_24() {
        for (spaces, expected) in [(0, 8), (1, 8), (8, 8), (9, 16), (24, 24), (60, 24)] {
            let tags = (0..spaces).map(|number| tag(number, true)).collect();
            let announcement = Announcement {
                tags,
                pairing_port: None,
            };
            let txt = Txt::make(&announcement, &mut counting());
            assert_eq!(txt.tags.len(), expected, "{spaces} spaces");
        }
    }

    #[test]
    fn a_foreign_or_malformed_record_is_refused() {
        let get = |version: &'static [u8], nonce: &'static [u8], tags: &'static [u8]| {
            Txt::parse(|key| match key {
                "v" => Some(version),
                "n" => Some(nonce),
                "t" => Some(tags),
                _ => None,
            })
        };
        assert!(get(b"1", &[0; 16], &[0; 64]).is_some());
        assert!(get(b"2", &[0; 16], &[0; 64]).is_none());
        assert!(get(b"1", &[0; 15], &[0; 64]).is_none());
        assert!(get(b"1", &[0; 16], &[0; 63]).is_none());
        assert!(get(b"1", &[0; 16], &[0; 200]).is_none());
    }
}
