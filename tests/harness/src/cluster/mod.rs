//! All devices of a schedule, what is between them, and time.
//!
//! [`Cluster::run`] is the whole life of a schedule: found and join, then the plan with its faults, then
//! everything is healed, everybody agrees within [`config::HEAL_MS`], and at last all machines are switched off
//! and on again and must say the same.

mod chance;
mod effects;
mod faults;
mod lies;
mod links;
mod people;
mod pump;
mod roles;
mod setup;
mod storage;
mod turn;
mod windows;

use std::collections::{BTreeMap, BTreeSet};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use skein_space::{DeviceKey, NoteId, SpaceId};
use skein_sync::{Event, Input};

use crate::config;
use crate::device::{Device, Process};
use crate::event::{Future, Life};
use crate::ledger::Ledger;
use crate::net::SimNet;
use crate::plan::{Part, Plan};
use crate::trace::{self, Trace};

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which promise, in a few words that stay the same while a schedule is shrunk.
    pub promise: &'static str,
    /// What was seen.
    pub seen: String,
}

/// A schedule that runs.
pub struct Cluster {
    /// The plan.
    pub plan: Plan,
    /// Shared time, ms.
    pub now_ms: u64,
    /// The devices. Clones come behind those of the plan.
    pub devices: Vec<Device>,
    /// Between them.
    pub net: SimNet,
    /// What was promised.
    pub ledger: Ledger,
    /// What happened.
    pub trace: Trace,
    /// Faults that had an effect, by kind.
    pub fired: BTreeMap<&'static str, u64>,
    /// The space.
    pub space: SpaceId,
    /// The notes people write in.
    pub notes: Vec<NoteId>,
    /// The first promise that was broken.
    pub failure: Option<Failure>,
    /// What shells were told, by device; kept for scenarios that look.
    pub told: Vec<(usize, Event)>,
    /// Frames given to engines, by type: what a scenario counts.
    pub frames: BTreeMap<u8, u64>,
    /// Bytes handed to the network, by device.
    pub sent_bytes: BTreeMap<usize, u64>,
    pub(crate) future: Future,
    pub(crate) rng: ChaCha8Rng,
    pub(crate) events: u64,
    /// Faults are over.
    pub(crate) healing: bool,
    /// Long enough was waited for those who may have no way to hear.
    pub(crate) leaves_stranded: bool,
    /// All hold the same: devices of one identity leave each other's connections alone.
    pub(crate) twins_rest: bool,
    /// The trace until everybody agreed.
    pub(crate) agreed: Option<[u8; 32]>,
    /// Devices that somebody has removed or given a lesser role, by key.
    pub(crate) lowered: BTreeSet<DeviceKey>,
    /// Notes that a lie may make read-only or waiting: nobody honest writes there.
    pub(crate) bait: Vec<NoteId>,
}

impl Cluster {
    /// The devices of a plan, switched off.
    pub fn new(plan: Plan) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(plan.seed ^ 0x5_1000);
        let world = &plan.world;
        let devices = world.parts.iter().zip(&world.wall_off_ms);
        let devices: Vec<Device> = devices
            .map(|(part, off)| Device::new(chance::bytes(&mut rng), *part, *off))
            .collect();
        let notes: Vec<NoteId> = (0..world.notes)
            .map(|_| NoteId(chance::bytes(&mut rng)))
            .collect();
        let bait = vec![
            NoteId(chance::bytes(&mut rng)),
            NoteId(chance::bytes(&mut rng)),
        ];
        Self {
            plan,
            now_ms: 0,
            devices,
            net: SimNet::default(),
            ledger: Ledger::default(),
            trace: Trace::default(),
            fired: BTreeMap::new(),
            space: SpaceId([0; 16]),
            notes,
            failure: None,
            told: Vec::new(),
            frames: BTreeMap::new(),
            sent_bytes: BTreeMap::new(),
            future: Future::default(),
            rng,
            events: 0,
            healing: false,
            leaves_stranded: false,
            twins_rest: false,
            agreed: None,
            lowered: BTreeSet::new(),
            bait,
        }
    }

    /// Notes of people and of lies.
    pub fn all_notes(&self) -> Vec<NoteId> {
        self.notes.iter().chain(&self.bait).copied().collect()
    }

    /// The life of a device's process now.
    pub fn life(&self, device: usize) -> Life {
        Life {
            device,
            run: self.devices[device].run,
        }
    }

    /// The process of a life, if it has not ended.
    pub(crate) fn living(&mut self, life: Life) -> Option<&mut Process> {
        let device = &mut self.devices[life.device];
        if device.run == life.run {
            device.process.as_mut()
        } else {
            None
        }
    }

    /// Whether a device runs.
    pub fn is_up(&self, device: usize) -> bool {
        self.devices[device].process.is_some()
    }

    /// Devices that nothing is held against.
    pub fn honest(&self) -> Vec<usize> {
        (0..self.devices.len())
            .filter(|device| self.devices[*device].part.is_honest())
            .collect()
    }

    /// Honest devices that are in the space, as each believes itself. Who is out takes no part and is promised nothing
    /// new, once it has heard.
    pub fn inside(&self) -> Vec<usize> {
        let mut inside = self.honest();
        if self.has_lowered() {
            inside.retain(|device| self.role(*device).is_some());
            let all = inside.clone();
            let stranded = |device| all.iter().any(|other| self.is_stranded(device, *other));
            inside.retain(|device| !self.leaves_stranded || !stranded(*device));
        }
        inside
    }

    /// Whether people write there.
    pub fn writes(&self, device: usize) -> bool {
        matches!(self.devices[device].part, Part::Founder | Part::Editor)
    }

    /// A fault had an effect.
    pub fn fire(&mut self, kind: &'static str) {
        if !self.healing {
            *self.fired.entry(kind).or_insert(0) += 1;
        }
    }

    /// A promise is broken. Only the first counts.
    pub fn fail(&mut self, promise: &'static str, seen: impl Into<String>) {
        let seen = seen.into();
        self.trace
            .line(self.now_ms, 99, &format!("BROKEN {promise}: {seen}"));
        self.failure.get_or_insert(Failure { promise, seen });
    }

    /// Gives a device's engine one input and carries out everything that follows from it.
    pub fn give(&mut self, device: usize, input: Input) {
        let Some(process) = &mut self.devices[device].process else {
            return;
        };
        process.inbox.push_back(input);
        self.drain(device);
    }

    /// Feeds what piled up. Called from within itself it does nothing: the outer call goes on.
    pub(crate) fn drain(&mut self, device: usize) {
        loop {
            let now_ms = self.now_ms;
            let of = &mut self.devices[device];
            let now = of.clock.now(now_ms);
            let Some(process) = &mut of.process else {
                return;
            };
            if process.draining {
                return;
            }
            let Some(input) = process.inbox.pop_front() else {
                break;
            };
            process.draining = true;
            self.trace.line(now_ms, device, &trace::words(&input));
            if let Input::Frame { kind, .. } = &input {
                *self.frames.entry(*kind).or_insert(0) += 1;
            }
            let run = of.run;
            let effects = process.engine.handle(now, &process.held, input);
            if process.held.take_failed() {
                self.storage_failed(device);
            }
            // The power went while it read: what it wanted to do is gone with it.
            if self.devices[device].process.is_none() || self.devices[device].run != run {
                return;
            }
            if effects.len() > config::EFFECTS_MAX {
                self.fail(
                    "queues are bounded",
                    format!("{} effects of one input", effects.len()),
                );
            }
            for effect in effects {
                self.execute(device, effect);
            }
            if let Some(process) = &mut self.devices[device].process {
                process.draining = false;
            }
        }
        self.plan_tick(device);
    }
}
