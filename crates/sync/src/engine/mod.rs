//! The engine: one value that knows what this device holds, who is connected and which notes are open.
//!
//! Call order: [`Engine::new`] once; then [`Engine::handle`] for everything that happens, in the order it
//! happens, with a clock that never runs backwards; carry out the effects in the order they come; call again
//! with [`Input::Tick`] no later than [`Engine::next_deadline_ms`]. Questions (`status`, `rows`, …) change
//! nothing a peer or a disk would notice.

mod aside;
mod ask;
mod catch_up;
mod chains;
mod commit;
mod edit;
mod flow;
mod gossip;
mod greeting;
mod guests;
mod heads;
mod hold;
mod judge;
mod leave;
mod links;
mod load;
mod members;
mod near;
mod note;
mod people;
mod pull;
mod rebuild;
mod receipt;
mod receive;
mod recover;
mod relay;
mod removal;
mod secrets;
mod sessions;
mod space;
mod steps;
mod voices;

use std::collections::{BTreeMap, BTreeSet};

use skein_space::{DeviceKey, DeviceSigner, SpaceId, TransportKey, TransportSigner};

use crate::api::{
    CommitToken, Effect, Event, Held, Input, Names, Now, SessionHandle, StartSpace, StoreOp,
    StreamId,
};
use crate::config;
use commit::Pending;
use links::Link;
use sessions::Session;
use space::Space;

/// Who this process is.
pub struct Identity {
    /// Signs entries, Heads and presence.
    pub signer: DeviceSigner,
    /// Signs the statement that binds this device's libp2p identity to it.
    pub transport: TransportSigner,
    /// Random per process start.
    pub run: [u8; 16],
    /// The application's version, for people.
    pub version: String,
    /// The names this device gives itself.
    pub names: Names,
}

/// The sync engine. See the module's guide.
pub struct Engine {
    me: Identity,
    now: Now,
    spaces: BTreeMap<SpaceId, Space>,
    sessions: BTreeMap<SessionHandle, Session>,
    links: BTreeMap<StreamId, Link>,
    connected: BTreeSet<TransportKey>,
    /// Streams asked for and not up yet, with the time of asking.
    asked: BTreeMap<(TransportKey, SpaceId), u64>,
    /// The disk is below the floor: nothing of others is held.
    low_disk: bool,
    pending: BTreeMap<CommitToken, Pending>,
    last_token: u64,
    out: Vec<Effect>,
}

impl Engine {
    /// An engine over what the store held at start. Nothing is read beyond these rows.
    #[must_use]
    pub fn new(me: Identity, now: Now, start: Vec<StartSpace>) -> Self {
        let device = me.signer.device_key();
        let spaces = start
            .into_iter()
            .map(|s| (s.space, Space::start(s, device, now.mono_ms)))
            .collect();
        Self {
            me,
            now,
            spaces,
            sessions: BTreeMap::new(),
            links: BTreeMap::new(),
            connected: BTreeSet::new(),
            asked: BTreeMap::new(),
            low_disk: false,
            pending: BTreeMap::new(),
            last_token: 0,
            out: Vec::new(),
        }
    }

    /// Takes in one thing that happened; returns what to do, in order.
    pub fn handle(&mut self, now: Now, held: &dyn Held, input: Input) -> Vec<Effect> {
        debug_assert!(
            now.mono_ms >= self.now.mono_ms,
            "the clock must not run backwards"
        );
        self.now = now;
        match input {
            Input::Found {
                request,
                nonce,
                incarnation,
                secret,
                names,
                recovery,
            } => {
                self.found(request, nonce, incarnation, secret, &names, recovery);
            }
            Input::Joined {
                request,
                space,
                incarnation,
                secret,
                roster,
            } => {
                self.joined(request, space, incarnation, secret, roster);
            }
            Input::Admit {
                request,
                space,
                member,
                ticket,
                secret,
            } => self.admit(request, space, &member, ticket, secret),
            Input::ChangeRole {
                request,
                space,
                subject,
                role,
                secret,
            } => self.change_role(request, space, subject, role, secret),
            Input::TakeIn {
                request,
                space,
                subject,
            } => self.take_in(held, request, space, subject),
            Input::Recover {
                request,
                space,
                key,
                of_key,
                incarnation,
                names,
            } => self.recover(request, space, &key, (of_key, incarnation), &names),
            Input::Leave { request, space } => self.leave(request, space),
            Input::NewSecret {
                space,
                label,
                secret,
            } => self.new_secret(space, label, secret),
            Input::NewIncarnation { space, incarnation } => {
                self.new_incarnation(space, incarnation)
            }
            Input::Open {
                session,
                space,
                note,
                nonce,
                replaces,
            } => {
                self.open(held, session, space, note, nonce, replaces);
            }
            Input::Push {
                session,
                sequence,
                last_delivery,
                update,
            } => {
                self.push(held, session, sequence, last_delivery, &update);
            }
            Input::Close { session } => self.close(session),
            Input::Caret {
                session,
                caret,
                head,
            } => self.caret(session, caret, head),
            Input::Committed { token } => self.committed(token),
            Input::PeerUp { peer } => self.peer_up(peer),
            Input::PeerDown { peer } => {
                self.connected.remove(&peer);
                self.asked.retain(|(p, _), _| *p != peer);
                self.open_streams();
            }
            Input::StreamUp {
                stream,
                peer,
                space,
            } => self.stream_up(stream, peer, space),
            Input::Frame { stream, kind, body } => self.frame(held, stream, kind, &body),
            Input::StreamDown { stream } => self.stream_down(stream),
            Input::RangesSent { stream } => self.ranges_sent(stream),
            Input::Gossip { space, kind, body } => self.gossip_in(held, space, kind, &body),
            Input::DiskRoom { low } => self.disk_room(low),
            Input::Tick => {}
        }
        self.timers(held);
        self.recheck(held);
        self.flush_deliveries();
        self.trim_loaded();
        std::mem::take(&mut self.out)
    }

    /// When [`Input::Tick`] is due at the latest, on the clock of [`Now::mono_ms`].
    #[must_use]
    pub fn next_deadline_ms(&self) -> Option<u64> {
        let spaces = self.spaces.values().filter_map(Space::next_deadline_ms);
        let links = self.links.values().map(Link::next_deadline_ms);
        let sessions = self.sessions.values().filter_map(Session::next_deadline_ms);
        let asked = self.asked.values().map(|at| at + config::STREAM_RETRY_MS);
        spaces.chain(links).chain(sessions).chain(asked).min()
    }

    fn timers(&mut self, held: &dyn Held) {
        self.pull_timers();
        self.heads_timers();
        self.link_timers();
        self.near_timers();
        self.secret_timers();
        self.people_timers();
        self.row_timers(held);
        self.leaving_timers();
    }

    fn event(&mut self, event: Event) {
        self.out.push(Effect::Event(event));
    }

    /// Asks for a durable commit; `pending` says what follows from it.
    fn commit(&mut self, ops: Vec<StoreOp>, pending: Pending) {
        self.last_token += 1;
        let token = CommitToken(self.last_token);
        self.pending.insert(token, pending);
        self.out.push(Effect::Commit { token, ops });
    }

    fn device(&self) -> DeviceKey {
        self.me.signer.device_key()
    }
}
