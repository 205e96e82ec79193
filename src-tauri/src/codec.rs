//! The two byte routes between window and Rust (formats.md, Window).
//!
//! A push comes as a raw body with its header fields as request headers. Messages to the window are
//! kind u8 ‖ session u32 ‖ number u64 ‖ bytes, little-endian. `ui/src/ipc/docChannel.ts` is the other end.

use skein_app::OpenedNote;
use skein_app::view::{DocMessage, PersonHere};

use crate::types;

/// Header fields of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushHeader {
    /// The session.
    pub session: u32,
    /// From 1 without gaps.
    pub sequence: u64,
    /// The last delivery the window had applied.
    pub last_delivery: u64,
}

impl PushHeader {
    /// Reads the header fields. `None` when one is missing or no number below 2⁵³.
    pub fn parse<'a>(field: impl Fn(&'static str) -> Option<&'a str>) -> Option<Self> {
        let number = |name| field(name)?.parse::<u64>().ok().filter(|n| *n < 1 << 53);
        Some(Self {
            session: u32::try_from(number("skein-session")?).ok()?,
            sequence: number("skein-sequence")?,
            last_delivery: number("skein-last-delivery")?,
        })
    }
}

const MAY_WRITE: u8 = 1;
const IS_NEW: u8 = 2;

/// The answer to opening a note.
pub fn opened(note: &OpenedNote) -> Vec<u8> {
    let mut out = Vec::with_capacity(13 + note.state.len());
    out.extend_from_slice(&note.session.to_le_bytes());
    out.extend_from_slice(&note.client_id.to_le_bytes());
    out.push(if note.can_write { MAY_WRITE } else { 0 } | if note.is_new { IS_NEW } else { 0 });
    out.extend_from_slice(&note.state);
    out
}

/// One message of a session's channel.
pub fn message(session: u32, message: &DocMessage) -> Vec<u8> {
    let (kind, number, body) = match message {
        DocMessage::Deliver { number, updates } => (1u8, *number, deliver_body(updates)),
        DocMessage::Ack { sequence } => (2, *sequence, Vec::new()),
        DocMessage::Resend { from } => (3, *from, Vec::new()),
        DocMessage::Reset { reason } => (4, 0, reason.clone().into_bytes()),
        DocMessage::Error { code, message, .. } => {
            (5, 0, format!("{}\n{message}", code.name()).into_bytes())
        }
        DocMessage::Presence { people } => (6, 0, people_body(people)),
    };
    let mut out = Vec::with_capacity(13 + body.len());
    out.push(kind);
    out.extend_from_slice(&session.to_le_bytes());
    out.extend_from_slice(&number.to_le_bytes());
    out.extend_from_slice(&body);
    out
}

fn deliver_body(updates: &[Vec<u8>]) -> Vec<u8> {
    let mut body = Vec::with_capacity(updates.iter().map(|u| u.len() + 4).sum());
    for update in updates {
        let length = u32::try_from(update.len()).expect("an entry's payload is at most 1 MiB");
        body.extend_from_slice(&length.to_le_bytes());
        body.extend_from_slice(update);
    }
    body
}

fn people_body(people: &[PersonHere]) -> Vec<u8> {
    let people: Vec<types::PersonHere> = people.iter().map(types::PersonHere::from).collect();
    serde_json::to_vec(&people).expect("plain fields always serialise")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_carries_number_and_every_update() {
        let bytes = message(
            70_000,
            &DocMessage::Deliver {
                number: 3,
                updates: vec![vec![7, 8], vec![], vec![9]],
            },
        );
        assert_eq!(bytes[0], 1);
        assert_eq!(bytes[1..5], 70_000u32.to_le_bytes());
        assert_eq!(bytes[5..13], 3u64.to_le_bytes());
        assert_eq!(bytes[13..], [2, 0, 0, 0, 7, 8, 0, 0, 0, 0, 1, 0, 0, 0, 9]);
    }

    #[test]
    fn a_push_without_all_its_fields_is_none() {
        let full = |name| match name {
            "skein-session" => Some("4"),
            "skein-sequence" => Some("9"),
            "skein-last-delivery" => Some("0"),
            _ => None,
        };
        assert_eq!(
            PushHeader::parse(full),
            Some(PushHeader {
                session: 4,
                sequence: 9,
                last_delivery: 0
            })
        );
        for missing in ["skein-session", "skein-sequence", "skein-last-delivery"] {
            assert_eq!(
                PushHeader::parse(|name| if name == missing { None } else { full(name) }),
                None
            );
            assert_eq!(
                PushHeader::parse(|name| if name == missing {
                    Some("9007199254740992")
                } else {
                    full(name)
                }),
                None
            );
        }
    }
}
