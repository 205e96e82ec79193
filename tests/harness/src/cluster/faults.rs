//! What goes wrong, and how machines come back.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use rand::Rng;
use skein_note::Note;
use skein_space::Role;
use skein_store::{Hooks, Store};
use skein_sync::Input;

use super::Cluster;
use crate::config::KEEP_ALIVE_MS;
use crate::device::Device;
use crate::disk::{Left, SimDisk};
use crate::event::Happening;
use crate::oracle::contents;
use crate::plan::Op;

impl Cluster {
    pub(super) fn strike(&mut self, fault: Op) {
        let now_ms = self.now_ms;
        match fault {
            Op::Cut(a, b, ms) => {
                self.fire("partition");
                self.net.block(a, b, now_ms, now_ms + ms);
                self.net.block(b, a, now_ms, now_ms + ms);
            }
            Op::OneWay(a, b, ms) => {
                self.fire("one-way partition");
                self.net.block(a, b, now_ms, now_ms + ms);
            }
            Op::Alone(a, ms) => {
                self.fire("partition");
                for b in (0..self.devices.len()).filter(|b| *b != a) {
                    self.net.block(a, b, now_ms, now_ms + ms);
                    self.net.block(b, a, now_ms, now_ms + ms);
                }
            }
            Op::Flap(a, b, times) => self.flap(a, b, times),
            Op::Slow(who, ms) => self.devices[who].slow_until_ms = now_ms + ms,
            Op::Break(a, b) => self.break_streams(a, b),
            Op::Kill(who, down_ms) => {
                if self.is_up(who) {
                    self.fire("kill");
                    let image = self.devices[who].disk.live();
                    self.end_process(who, image, true);
                    self.future.plan(now_ms + down_ms, Happening::Start(who));
                }
            }
            Op::Power {
                who,
                changes,
                left,
                down_ms,
                again,
            } => {
                self.devices[who].power_again = again;
                if changes < 3 && self.is_up(who) {
                    self.fire("power cut at rest");
                    self.power_gone(who, left, down_ms);
                } else {
                    self.devices[who].disk.cut_power_after(changes);
                }
            }
            Op::Errors {
                who,
                calls,
                many,
                reads,
            } => self.devices[who].disk.fail_after(calls, many, reads),
            Op::Full(who, blocks, ms) => {
                self.devices[who].disk.fill_up(Some(blocks));
                self.future.plan(now_ms + ms, Happening::Room(who));
            }
            Op::Low(who, ms) => {
                if self.is_up(who) {
                    self.fire("disk low");
                    self.give(who, Input::DiskRoom { low: true });
                    let room =
                        Happening::Give(self.life(who), Box::new(Input::DiskRoom { low: false }));
                    self.future.plan(now_ms + ms, room);
                }
            }
            Op::FalseSync(who, _) if self.would_strand(who) => {}
            Op::FalseSync(who, syncs) => self.devices[who].disk.lie(syncs),
            Op::Flip(who, pick) => self.flip(who, pick),
            Op::Save(who) => self.devices[who].put_away = Some(self.devices[who].disk.synced()),
            Op::Restore(who, _) if self.would_strand(who) => {}
            Op::Restore(who, down_ms) => {
                let Some(image) = self.devices[who].put_away.clone() else {
                    return;
                };
                if self.is_up(who) && self.devices[who].joined {
                    self.fire("older image put back");
                    self.end_process(who, image, true);
                    self.put_back(who);
                    self.future.plan(now_ms + down_ms, Happening::Start(who));
                }
            }
            Op::Clone(who) => self.clone_device(who),
            Op::Wall(who, by_ms) => {
                self.fire("wall clock set");
                self.devices[who].clock.set_wall(by_ms);
            }
            Op::Person { .. }
            | Op::LosePush(_)
            | Op::Join(_)
            | Op::Role { .. }
            | Op::Readmit(_)
            | Op::TakeIn { .. }
            | Op::Lie(..) => {}
        }
    }

    /// Whether an older disk of this device may leave somebody a member that nobody else knows of: only the way by
    /// which a device shows its own admission to strangers helps then.
    fn would_strand(&self, who: usize) -> bool {
        let world = &self.plan.world;
        let lets_in = who == 0 && !world.late.is_empty()
            || world.expected.races && self.role(who) == Some(Role::Owner);
        lets_in && !world.expected.admissions
    }

    fn flap(&mut self, a: usize, b: usize, times: u64) {
        self.fire("flapping");
        if let Some(connection) = self.net.connections.get(&(a, b)).copied() {
            self.connection_gone(a, b, connection);
        }
        if times > 1 {
            // Again, a moment after it stands again: as an operation of its own in the plan's list.
            self.plan.ops.push(crate::plan::Timed {
                at_ms: 0,
                op: Op::Flap(a, b, times - 1),
            });
            let again = Happening::Op(self.plan.ops.len() - 1);
            let at_ms = self.now_ms + self.between(100, 2_500);
            self.future.plan(at_ms, again);
        }
    }

    /// Streams break: of what is on its way some arrives, the rest does not.
    fn break_streams(&mut self, a: usize, b: usize) {
        let between: Vec<_> = self
            .net
            .sides
            .iter()
            .filter(|(_, side)| side.life.device == a && side.peer == b)
            .map(|(id, side)| (*id, side.other))
            .collect();
        for (mine, theirs) in between {
            self.fire("stream broken");
            for stream in [mine, theirs] {
                let keep: usize = self.rng.random_range(0..4);
                if let Some(side) = self.net.sides.get_mut(&stream) {
                    if side.frames.len() > keep {
                        side.frames.truncate(keep);
                        side.frame_bytes = side.frames.iter().map(|frame| frame.body.len()).sum();
                    }
                    let life = side.life;
                    let told = side.ended;
                    self.end_side(stream);
                    if !told && self.living(life).is_some() {
                        self.hear_network(life.device, skein_sync::Input::StreamDown { stream });
                    }
                }
            }
        }
    }

    /// The power is gone: the process ends, and the disk keeps what it keeps.
    pub(super) fn power_gone(&mut self, who: usize, left: Left, down_ms: u64) {
        self.fire("power cut");
        let disk = self.devices[who].disk.clone();
        let image = if disk.has_lied() {
            // What it promised may be half there; the owner of such a disk begins where it last told the truth.
            self.fire("lost sync");
            disk.synced()
        } else {
            disk.after_power_cut(left, &mut self.rng)
        };
        let lied = disk.has_lied();
        self.end_process(who, image, false);
        if lied {
            self.put_back(who);
        }
        self.future
            .plan(self.now_ms + down_ms, Happening::Start(who));
    }

    /// The process ends without a word. Its disk is this image from now on.
    pub(crate) fn end_process(&mut self, who: usize, image: Vec<u8>, heard: bool) {
        let fired = self.devices[who].disk.fired();
        for (kind, many) in [
            ("power cut in a call", fired.power),
            ("disk error", fired.errors),
            ("disk full", fired.full),
            ("false sync", fired.lies),
        ] {
            if many > 0 && !self.healing {
                *self.fired.entry(kind).or_insert(0) += many;
            }
        }
        self.devices[who].disk.switch_off();
        if let Some(process) = self.devices[who].process.take() {
            let kept = process
                .windows
                .values()
                .chain(process.leaving.values())
                .map(|window| window.kept.len() as u64);
            self.ledger.never_saved += kept.sum::<u64>();
        }
        self.devices[who].disk = SimDisk::holding(image);
        self.forget_network_of(who, heard);
    }

    fn forget_network_of(&mut self, who: usize, heard: bool) {
        let mine: Vec<_> = self
            .net
            .sides
            .iter()
            .filter(|(_, side)| side.life.device == who)
            .map(|(id, _)| *id)
            .collect();
        for stream in mine {
            if heard {
                self.end_side(stream);
            } else {
                self.net.sides.remove(&stream);
            }
        }
        for peer in 0..self.devices.len() {
            self.net.connections.remove(&(who, peer));
            if let Some(connection) = self.net.connections.get(&(peer, who)).copied() {
                let latest = if heard { 200 } else { KEEP_ALIVE_MS };
                let at_ms = self.now_ms + self.between(0, latest);
                let life = self.life(peer);
                self.future.plan(
                    at_ms,
                    Happening::Noticed {
                        life,
                        peer: who,
                        connection,
                    },
                );
            }
        }
    }

    /// A machine is switched on.
    pub(crate) fn switch_on(&mut self, who: usize) {
        if self.is_up(who) {
            return;
        }
        if let Some(changes) = self.devices[who].power_again.take() {
            self.devices[who].disk.cut_power_after(changes);
        }
        let now_ms = self.now_ms;
        let started = self.devices[who].start(who, now_ms);
        if self.devices[who].disk.is_off() {
            self.fire("power cut in recovery");
            let disk = self.devices[who].disk.clone();
            let image = disk.after_power_cut(Left::Torn, &mut self.rng);
            self.end_process(who, image, false);
            return self.future.plan(now_ms + 100, Happening::Start(who));
        }
        let fired = self.devices[who].disk.fired();
        if started.is_err() && fired.errors + fired.full > 0 {
            // The person is told, and tries again.
            self.fire("start failed");
            return self.future.plan(now_ms + 500, Happening::Start(who));
        }
        self.devices[who].disk.mend();
        if let Err(error) = started {
            return self.fail(
                "a profile opens after every fault of an honest disk",
                format!("device {who}: {error}"),
            );
        }
        self.trace.line(now_ms, who, "switched on");
        self.check_saved_here(who);
        if self.devices[who].put_away.is_none() {
            self.devices[who].put_away = Some(self.devices[who].disk.synced());
        }
        self.plan_tick(who);
    }

    /// A bit changes while the machine is off: opening or verifying says so, or nothing that was written reads
    /// differently.
    fn flip(&mut self, who: usize, pick: u64) {
        if !self.is_up(who) {
            return;
        }
        let good = self.devices[who].disk.live();
        self.end_process(who, good.clone(), true);
        let truth = looked_at(&good, |store| contents::of(&store.reader()));
        let mut bad = good.clone();
        let bit = pick as usize % (bad.len() * 8);
        bad[bit / 8] ^= 1 << (bit % 8);
        let seen = looked_at(&bad, |store| {
            let hooks = Hooks {
                decode: &mut |_, _, state| {
                    Note::from_state(state)
                        .map(drop)
                        .map_err(|error| error.to_string())
                },
                progress: &mut |_, _| {},
            };
            let problems = store.verify(hooks).map(|report| report.problems.len());
            (problems.map_err(|_| ()), contents::of(&store.reader()))
        });
        match (truth, seen) {
            (_, Err(_)) => self.fire("bit flip: not opened"),
            (_, Ok((Err(()) | Ok(1..), _))) => self.fire("bit flip: verify says so"),
            (Ok(truth), Ok((Ok(0), after))) if truth == after => {
                self.fire("bit flip: in free room")
            }
            _ => self.fail(
                "a changed bit is never silent",
                format!("device {who}, bit {bit}"),
            ),
        }
        self.future.plan(self.now_ms + 100, Happening::Start(who));
    }

    /// A copy of the profile runs beside it, on another machine.
    fn clone_device(&mut self, who: usize) {
        if !self.is_up(who) || !self.devices[who].joined {
            return;
        }
        self.fire("clone");
        let original = &self.devices[who];
        let copy = Device {
            root: original.root.clone(),
            key: original.key,
            transport: original.transport,
            disk: SimDisk::holding(original.disk.synced()),
            joined: true,
            ..Device::new([0; 32], original.part, 0)
        };
        self.devices.push(copy);
        let at_ms = self.now_ms + 100;
        self.future
            .plan(at_ms, Happening::Start(self.devices.len() - 1));
    }
}

/// What an image of a disk shows once it is opened. It is closed as a crash would, without writing: on a damaged page
/// redb 4.4.0 panics in the commit that closes, and again in a destructor while that unwinds, which ends the process.
fn looked_at<T>(image: &[u8], look: impl FnOnce(&mut Store) -> T) -> Result<T, String> {
    let store = Store::create_with_backend(SimDisk::holding(image.to_vec()));
    let mut store = store.map_err(|error| error.to_string())?;
    let loaded = store.load().map_err(|error| error.to_string());
    let seen = loaded.and_then(|loaded| match loaded.damaged.is_empty() {
        true => Ok(look(&mut store)),
        false => Err("rows of notes are damaged".into()),
    });
    let closed: Result<(), _> = catch_unwind(AssertUnwindSafe(move || {
        let _held = store;
        resume_unwind(Box::new(()));
    }));
    debug_assert!(closed.is_err());
    seen
}
