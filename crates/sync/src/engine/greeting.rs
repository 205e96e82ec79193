//! Opening streams and saying Hello: who may, and who closes whom.

use std::collections::{BTreeMap, VecDeque};

use skein_space::{SpaceId, TransportKey};

use super::Engine;
use super::guests::Standing;
use super::leave::Part;
use super::links::{Link, Phase, Up, beat};
use crate::api::{Effect, StreamId};
use crate::config;
use crate::frame::{Frame, Hello};

impl Engine {
    pub(super) fn peer_up(&mut self, peer: TransportKey) {
        self.connected.insert(peer);
        self.open_streams();
    }

    pub(super) fn say_hello(&mut self, stream: StreamId, space: SpaceId) {
        let Some(s) = self.spaces.get(&space) else {
            return;
        };
        let hello = Hello {
            space,
            device: self.device(),
            incarnation: s.incarnation,
            protocol: config::PROTOCOL,
            formats: config::ENTRY_FORMATS.to_vec(),
            note_schema: config::NOTE_SCHEMA,
            run: self.me.run,
            version: self.me.version.clone(),
        };
        let (kind, body) = Frame::Hello(hello).encode();
        self.out.push(Effect::Send { stream, kind, body });
    }

    pub(super) fn hello(&mut self, stream: StreamId, hello: Hello) {
        let Some(link) = self.links.get(&stream) else {
            return;
        };
        let Phase::Greeting { space, .. } = link.phase else {
            return;
        };
        let (peer, inbound) = (link.peer, space.is_none());
        let right_space = space.is_none_or(|s| s == hello.space);
        if !right_space || hello.protocol != config::PROTOCOL {
            return self.drop_link(stream, "it is for another space or protocol");
        }
        match self.standing_of(&hello, peer) {
            Standing::In => {}
            standing if inbound => return self.doubts(stream, hello, standing),
            _ => return self.drop_link(stream, "it is not a member of that space here"),
        }
        let ours = |l: &Link| l.opened && l.peer == peer && l.space() == Some(hello.space);
        let crossed = self.links.values().any(|l| ours(l) && l.device().is_none());
        if inbound && crossed && self.device() < hello.device {
            // Both sides opened one at once, and both must keep the same.
            return self.drop_link(stream, "a stream of this side is on its way");
        }
        if inbound && !self.makes_room(hello.space, hello.device) {
            return self.drop_link(stream, "it has as many streams as it can serve");
        }
        let older: Vec<StreamId> = self
            .links
            .iter()
            .filter(|(id, l)| **id != stream && l.peer == peer && l.space() == Some(hello.space))
            .map(|(id, _)| *id)
            .collect();
        if inbound {
            self.say_hello(stream, hello.space);
        }
        let now_ms = self.now.mono_ms;
        if let Some(s) = self.spaces.get_mut(&hello.space) {
            let receipt = s.receipts.entry(hello.device).or_default();
            let reads = config::ENTRY_FORMATS.iter();
            receipt.reads_our_format = Some(reads.copied().all(|f| hello.formats.contains(&f)));
        }
        if let Some(link) = self.links.get_mut(&stream) {
            link.phase = Phase::Up(Box::new(Up {
                space: hello.space,
                device: hello.device,
                run: hello.run,
                content: false,
                has: BTreeMap::new(),
                shown: BTreeMap::new(),
                roster: BTreeMap::new(),
                sending: false,
                sent_ms: now_ms,
                told_heads_ms: now_ms,
                digest_at_ms: now_ms + beat(hello.device, now_ms),
                lines: None,
                handed_on: BTreeMap::new(),
                secrets: 0,
                wanted: VecDeque::new(),
            }));
        }
        for old in older {
            self.drop_link(old, "a newer stream took its place");
        }
        self.tell_online(hello.space);
        self.send_heads(stream);
    }

    /// After every roster change: streams of those who are no longer members end, new ones are opened.
    pub(super) fn authorise_links(&mut self, space: SpaceId) {
        let Some(s) = self.spaces.get(&space) else {
            return;
        };
        // Who is just leaving still has to say so.
        let here_out = s.part != Part::Leaving && s.role_here().is_none();
        let out: Vec<StreamId> = self
            .links
            .iter()
            .filter(|(_, l)| {
                let out = |device| s.roster.role(device).is_none();
                l.is_up_in(space) && (here_out || l.device().is_none_or(out))
            })
            .map(|(id, _)| *id)
            .collect();
        for stream in out {
            self.drop_link(stream, "one of the two is no longer a member");
        }
        self.open_streams();
    }
}
