//! Who says Hello and is no member here: it may have been let in by somebody this device has not heard of yet, or be out.

use std::sync::Arc;

use skein_space::{Entry, TransportKey};

use super::links::Phase;
use super::{Engine, Space};
use crate::api::{Effect, Held, StreamId};
use crate::config;
use crate::frame::{Frame, Hello, entries_in_frames};

/// What stands between the Hello of one side and that of the other.
#[derive(Debug)]
pub(super) enum Doubt {
    /// Nothing.
    No,
    /// The peer opened the stream and is no member here. It was told so, and may show its admission.
    Of {
        hello: Box<Hello>,
        /// Bytes it has shown.
        shown: usize,
    },
    /// The peer doubted this device, and was shown its admission.
    Answered,
}

/// What a device that says Hello is to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// A member.
    In,
    /// It was one once.
    Out,
    /// Nobody here has heard of it, or it comes with another transport key.
    Unknown,
    /// It is this device that is out of the space.
    HereOut,
    /// There is no such space here.
    NoSpace,
}

impl Engine {
    pub(super) fn standing_of(&self, hello: &Hello, peer: TransportKey) -> Standing {
        let Some(s) = self.spaces.get(&hello.space) else {
            return Standing::NoSpace;
        };
        let known = s.roster.member(hello.device);
        let known = known.filter(|member| member.transport == peer);
        let here_out = s.role_here().is_none();
        match known.map(|member| member.role.is_some()) {
            Some(_) if here_out => Standing::HereOut,
            Some(true) => Standing::In,
            Some(false) => Standing::Out,
            None => Standing::Unknown,
        }
    }

    /// Tells who opened a stream what it is here, and waits for its admission where one may change that.
    pub(super) fn doubts(&mut self, stream: StreamId, hello: Hello, standing: Standing) {
        let space = hello.space;
        match standing {
            Standing::Out => self.tell_removed(stream, space, &[hello.device]),
            // Who knows the name of a space is not told whether it is here.
            Standing::Unknown | Standing::NoSpace => {
                let (kind, body) = Frame::Who.encode();
                self.out.push(Effect::Send { stream, kind, body });
            }
            Standing::HereOut => {
                // It may not know, and be out itself with this device.
                self.tell_removed(stream, space, &[self.device(), hello.device]);
                return self.drop_link(stream, "this device is out of that space");
            }
            Standing::In => return,
        }
        if let Some(Phase::Greeting { doubt, .. }) = self.phase_mut(stream) {
            let hello = Box::new(hello);
            *doubt = Doubt::Of { hello, shown: 0 };
        }
    }

    /// The peer does not count this device as a member. Where the roster here says otherwise, it is shown why.
    pub(super) fn show_admission(&mut self, stream: StreamId) {
        let me = self.device();
        let Some(Phase::Greeting {
            space: Some(space),
            doubt,
            ..
        }) = self.phase_mut(stream)
        else {
            return; // it is a member there, or its own Hello is still to come
        };
        let (space, again) = (*space, matches!(doubt, Doubt::Answered));
        *doubt = Doubt::Answered;
        let Some(s) = self.spaces.get(&space) else {
            return;
        };
        let why = match s.role_here() {
            Some(_) if !again => s.roster.admissions_of(me),
            _ => Vec::new(),
        };
        if why.is_empty() || !why.iter().all(|entry| s.is_on_disk(entry)) {
            return self.drop_link(stream, "this device cannot show that it is a member");
        }
        let end = std::iter::once(Vec::new());
        for part in entries_in_frames(why).into_iter().chain(end) {
            let (kind, body) = Frame::Admission(part).encode();
            self.out.push(Effect::Send { stream, kind, body });
        }
    }

    /// Who is no member here shows by which entries it is one; the empty part is the last.
    pub(super) fn admission_in(
        &mut self,
        held: &dyn Held,
        stream: StreamId,
        entries: Vec<Arc<Entry>>,
        bytes: usize,
    ) {
        let Some(Phase::Greeting {
            doubt: Doubt::Of { hello, shown },
            ..
        }) = self.phase_mut(stream)
        else {
            return self.drop_link(stream, "it showed an admission that nobody asked for");
        };
        *shown += bytes;
        if *shown > config::ADMISSION_MAX_BYTES {
            return self.drop_link(stream, "it showed more than an admission needs");
        }
        let hello = Hello::clone(hello);
        if !entries.is_empty() {
            for entry in entries {
                self.receive_shown(held, hello.space, entry);
            }
            return;
        }
        let Some(peer) = self.links.get(&stream).map(|link| link.peer) else {
            return;
        };
        match self.standing_of(&hello, peer) {
            Standing::In => {
                if let Some(Phase::Greeting { doubt, .. }) = self.phase_mut(stream) {
                    *doubt = Doubt::No;
                }
                self.hello(stream, hello);
            }
            Standing::Out => {
                self.tell_removed(stream, hello.space, &[hello.device]);
                self.drop_link(stream, "it was removed from that space");
            }
            _ => self.drop_link(stream, "what it showed makes it no member"),
        }
    }

    fn phase_mut(&mut self, stream: StreamId) -> Option<&mut Phase> {
        Some(&mut self.links.get_mut(&stream)?.phase)
    }
}

impl Space {
    /// Whether an entry is no longer on its way to disk.
    pub(super) fn is_on_disk(&self, entry: &Entry) -> bool {
        let place = (entry.chain_id(), entry.header().seq);
        !self.inflight.contains_key(&place)
    }
}
