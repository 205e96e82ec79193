//! The second plane: what came on a space's topic. Everything is signed inside; nothing rests on it.

use skein_space::SpaceId;

use super::Engine;
use super::links::GOSSIPED;
use super::receipt::Word;
use crate::api::Held;
use crate::frame::Frame;

impl Engine {
    pub(super) fn gossip_in(&mut self, held: &dyn Held, space: SpaceId, kind: u8, body: &[u8]) {
        if !GOSSIPED.contains(&kind) || !self.takes_part(space) {
            return;
        }
        match Frame::decode(kind, body) {
            Ok(Frame::Entry(entry)) => self.receive(held, space, entry, None),
            Ok(Frame::Heads(heads)) => self.heads_in(held, space, &heads, Word::Gossip),
            Ok(Frame::Presence(presence)) => self.presence_in(space, presence),
            _ => {}
        }
    }
}
