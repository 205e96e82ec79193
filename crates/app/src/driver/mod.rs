//! The driver: one loop on one thread owns the engine and carries its effects out.
//!
//! [`Driver::run`] takes what shells ask first, then what the store finished, then what
//! the network and other tasks say, then timers; a turn of each is bounded, so that no
//! one starves the others. Every input goes through [`Driver::feed`]; every effect through
//! `execute`. Slow work (checking a snapshot, pairing, verifying) runs on other threads and
//! comes back as a job.
//!
//! Clocks and random bytes enter here and nowhere else ([`clock`]).

mod addresses;
mod aside;
mod asking;
pub(crate) mod clock;
mod doctor;
mod execute;
mod floor;
mod held;
mod key;
mod leaving;
mod moving;
mod names;
mod network;
mod outgoing;
mod pairing;
mod questions;
mod recovering;
mod settings;
mod snapshots;
mod start;
mod storage;
mod tell;
mod waits;
mod windows;
mod writers;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use skein_net::NetEvent;
use skein_sync::{CommitToken, Engine, Input, RequestId, SessionHandle};
use tokio::sync::{mpsc, oneshot};

use crate::config::TURN;
use crate::error::{AppError, Fault};
use crate::profile::Profile;
use storage::Room;

pub(crate) use asking::Asking;
pub(crate) use clock::random;
pub(crate) use doctor::Chart;
pub(crate) use moving::{MOVED_FROM, TRASHED};
pub(crate) use names::own_note;
pub(crate) use pairing::{Invite, Taken};
pub(crate) use settings::checked_name;
pub(crate) use start::{Start, Started, launch};
pub use tell::ShellEvent;
pub use windows::OpenedNote;
pub(crate) use writers::Writing;

/// Where an answer goes. The asker may have gone; then the answer is dropped.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, AppError>>;

/// Something to do between two inputs, asked by a shell or a task.
pub(crate) type Job = Box<dyn FnOnce(&mut Driver) + Send>;

/// What the store's thread finished.
pub(crate) struct Done {
    token: CommitToken,
    /// What it counted while it waited for the disk, in bytes.
    bytes: usize,
    result: Result<(), skein_store::StoreError>,
}

/// The state of the loop.
pub(crate) struct Driver {
    engine: Engine,
    clock: clock::Clock,
    held: held::StoreHeld,
    storage: storage::Storage,
    floor: floor::Floor,
    net: network::Network,
    /// A person said where to listen: the port is not kept.
    exact_listen: bool,
    addresses: addresses::Addresses,
    ward: doctor::Ward,
    /// Whether this device looks for others nearby.
    searching: bool,
    outgoing: outgoing::Outgoing,
    windows: windows::Windows,
    writers: writers::Writers,
    names: names::SpaceNames,
    settings: settings::Settings,
    pairing: pairing::Pairing,
    key_moving: key::KeyMoving,
    waits: waits::Waits,
    telling: tell::Telling,
    snapshots: snapshots::Snapshots,
    /// Who asked what of the engine.
    requests: BTreeMap<RequestId, execute::Asked>,
    /// Inputs that effects of other inputs led to.
    inbox: VecDeque<Input>,
    draining: bool,
    last_session: u32,
    last_request: u64,
    stopping: bool,
    /// Why the loop ends, when nobody asked it to.
    failure: Option<Fault>,
    /// The control socket's path, to be removed at the end.
    socket: Option<PathBuf>,
    /// Holds the lock.
    profile: Profile,
}

/// What the loop listens to.
pub(crate) struct Ears {
    jobs: mpsc::Receiver<Job>,
    done: mpsc::UnboundedReceiver<Done>,
    net: Option<mpsc::Receiver<NetEvent>>,
}

enum Heard {
    Job(Job),
    Done(Done),
    Net(NetEvent),
    Time,
    Nobody,
}

impl Ears {
    /// Waits for the next thing; what shells ask goes first.
    async fn next(&mut self, deadline: Instant, room: Room) -> Heard {
        tokio::select! {
            biased;
            job = self.jobs.recv(), if room.for_jobs => job.map_or(Heard::Nobody, Heard::Job),
            done = self.done.recv() => done.map_or(Heard::Nobody, Heard::Done),
            event = hear(&mut self.net), if room.for_net => match event {
                Some(event) => Heard::Net(event),
                None => {
                    self.net = None;
                    Heard::Time
                }
            },
            () = tokio::time::sleep_until(deadline.into()) => Heard::Time,
        }
    }
}

async fn hear(net: &mut Option<mpsc::Receiver<NetEvent>>) -> Option<NetEvent> {
    match net {
        Some(net) => net.recv().await,
        None => std::future::pending().await,
    }
}

impl Driver {
    /// Runs until it is told to stop or nobody holds a handle any more.
    pub(crate) async fn run(mut self, mut ears: Ears) -> Option<Fault> {
        while !self.stopping {
            match ears.next(self.deadline(), self.storage.room()).await {
                Heard::Job(job) => self.turn_of_jobs(job, &mut ears.jobs),
                Heard::Done(done) => self.store_done(done),
                Heard::Net(event) => self.turn_of_net(event, &mut ears),
                Heard::Time => {}
                Heard::Nobody => break,
            }
            // Typing must not keep acknowledgements waiting.
            for _ in 0..TURN {
                match ears.done.try_recv() {
                    Ok(done) => self.store_done(done),
                    Err(_) => break,
                }
            }
            self.timers();
        }
        self.finish(ears).await
    }

    /// Gives the engine one input and carries out everything that follows from it.
    pub(crate) fn feed(&mut self, input: Input) {
        self.inbox.push_back(input);
        self.drain();
    }

    /// Feeds what piled up. Called from within itself it does nothing: the outer call goes on.
    fn drain(&mut self) {
        if self.draining {
            return;
        }
        self.draining = true;
        while let Some(input) = self.inbox.pop_front() {
            let now = self.clock.now();
            let effects = self.engine.handle(now, &self.held, input);
            self.held.loading_done();
            for effect in effects {
                self.execute(effect);
            }
        }
        self.draining = false;
    }

    fn turn_of_jobs(&mut self, first: Job, more: &mut mpsc::Receiver<Job>) {
        first(self);
        self.drain();
        for _ in 1..TURN {
            if !self.storage.room().for_jobs {
                return;
            }
            let Ok(job) = more.try_recv() else { break };
            job(self);
            self.drain();
        }
    }

    fn turn_of_net(&mut self, first: NetEvent, ears: &mut Ears) {
        self.net_event(first);
        self.drain();
        for _ in 1..TURN {
            if !self.storage.room().for_net {
                return;
            }
            let Some(Ok(event)) = ears.net.as_mut().map(mpsc::Receiver::try_recv) else {
                break;
            };
            self.net_event(event);
            self.drain();
        }
    }

    fn timers(&mut self) {
        let now = Instant::now();
        let mono_ms = self.clock.now().mono_ms;
        if self
            .engine
            .next_deadline_ms()
            .is_some_and(|due| due <= mono_ms)
        {
            self.feed(Input::Tick);
        }
        self.end_idle_writers(now);
        self.end_patience(now);
        self.end_old_tickets();
        self.end_old_invitation();
        self.dial_unreached(now);
        self.look_at_floor(now);
        self.end_waits(now);
        self.tell_what_gathered(now);
        self.drain();
    }

    fn deadline(&self) -> Instant {
        let engine = self
            .engine
            .next_deadline_ms()
            .map(|ms| self.clock.instant(ms));
        let all = [
            engine,
            self.writers.next_deadline(),
            self.storage.next_deadline(),
            self.pairing.tickets_deadline(),
            self.invitation_deadline(),
            self.waits.next_deadline(),
            self.telling.next_deadline(),
            self.addresses.next_deadline(),
            Some(self.floor.next_deadline()),
        ];
        let soonest = all.into_iter().flatten().min();
        soonest.unwrap_or_else(|| Instant::now() + Duration::from_secs(3600))
    }

    fn next_session(&mut self) -> SessionHandle {
        self.last_session += 1;
        SessionHandle(self.last_session)
    }

    fn next_request(&mut self) -> RequestId {
        self.last_request += 1;
        RequestId(self.last_request)
    }

    /// Ends the loop after the current turn.
    pub(crate) fn stop(&mut self) {
        self.stopping = true;
    }
}
