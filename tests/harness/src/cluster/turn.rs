//! Time goes on: one happening after the other.

use rand::Rng;
use skein_sync::Input;

use super::Cluster;
use crate::config::{DIAL_MS, EVENTS_MAX};
use crate::event::Happening;

impl Cluster {
    /// A number between two, both included.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        self.rng.random_range(least..=most)
    }

    /// Whether something with this chance happens.
    pub(crate) fn chance(&mut self, chance: f64) -> bool {
        self.rng.random_bool(chance.clamp(0.0, 1.0))
    }

    /// Lets time go on until `until_ms`, or until a promise is broken.
    pub fn run_until(&mut self, until_ms: u64) {
        while self.failure.is_none() {
            match self.future.next_ms() {
                Some(at_ms) if at_ms <= until_ms => {}
                _ => break,
            }
            let Some((at_ms, what)) = self.future.take_next() else {
                break;
            };
            self.now_ms = self.now_ms.max(at_ms);
            self.events += 1;
            if self.events > EVENTS_MAX {
                self.fail("a storm ends", format!("{} happenings", self.events));
            }
            self.happen(what);
        }
        self.now_ms = self.now_ms.max(until_ms);
    }

    /// Lets so much time pass.
    pub fn run_for(&mut self, ms: u64) {
        self.run_until(self.now_ms + ms);
    }

    /// Lets time go on until something is so; whether it became so within the time.
    pub fn run_while(&mut self, within_ms: u64, mut until: impl FnMut(&mut Self) -> bool) -> bool {
        let end_ms = self.now_ms + within_ms;
        while self.failure.is_none() {
            if until(self) {
                return true;
            }
            if self.now_ms >= end_ms {
                return false;
            }
            let next_ms = self.future.next_ms().unwrap_or(end_ms);
            self.run_until(next_ms.clamp(self.now_ms, end_ms));
        }
        false
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::Op(index) => {
                let op = self.plan.ops[index].op.clone();
                self.trace.line(self.now_ms, 88, &format!("{op:?}"));
                self.perform(op);
            }
            Happening::Dial => {
                self.dial();
                self.future.plan(self.now_ms + DIAL_MS, Happening::Dial);
            }
            Happening::Connected(a, b) => self.connected(a, b),
            Happening::Noticed {
                life,
                peer,
                connection,
            } => {
                if self.living(life).is_some() {
                    self.connection_gone(life.device, peer, connection);
                }
            }
            Happening::Give(life, input) => {
                if self.living(life).is_some() {
                    self.give_unless_gone(life.device, *input);
                }
            }
            Happening::Frame(stream) => self.frame_due(stream),
            Happening::Gossip {
                from,
                to,
                space,
                kind,
                body,
            } => {
                if self.net.blocked_since(from, to, self.now_ms).is_none() {
                    self.hear_network(to, Input::Gossip { space, kind, body });
                }
            }
            Happening::Commit(life) => self.commit(life),
            Happening::Committed(life, tokens) => self.committed(life, tokens),
            Happening::Tick(life) => self.tick(life),
            Happening::ToWindow(life, session, message) => {
                self.window_hears(life, session, message);
            }
            Happening::Push(life, session, sequence) => self.push_arrives(life, session, sequence),
            Happening::Impatient(life, session) => self.window_impatient(life, session),
            Happening::Left(life, session) => self.window_left(life, session),
            Happening::OpenAgain(life, note, number) => {
                if self.living(life).is_some() {
                    self.open_window(life.device, note, number);
                }
            }
            Happening::Reopen(life) => self.reopen(life),
            Happening::Snapshot(life, snapshot) => self.keep_snapshot(life, *snapshot),
            Happening::Start(device) => self.switch_on(device),
            Happening::Room(device) => self.devices[device].disk.fill_up(None),
        }
    }

    /// What came from the network waits while the disk fails, as the driver reads nothing then.
    pub(super) fn hear_network(&mut self, device: usize, input: Input) {
        let Some(process) = &mut self.devices[device].process else {
            return;
        };
        if process.trouble.is_some() {
            process.later.push_back(input);
        } else {
            self.give(device, input);
        }
    }

    fn tick(&mut self, life: crate::event::Life) {
        let now_ms = self.now_ms;
        let clock = self.devices[life.device].clock;
        let Some(process) = self.living(life) else {
            return;
        };
        if process.tick_ms.is_some_and(|at| at <= now_ms) {
            process.tick_ms = None;
        }
        let due = process.engine.next_deadline_ms();
        if due.is_some_and(|due| clock.shared(due) <= now_ms) {
            self.give(life.device, Input::Tick);
        } else {
            self.plan_tick(life.device);
        }
    }

    /// Plans the engine's next tick, if it is sooner than the one planned.
    pub(super) fn plan_tick(&mut self, device: usize) {
        let (life, now_ms) = (self.life(device), self.now_ms);
        let of = &mut self.devices[device];
        let Some(process) = &mut of.process else {
            return;
        };
        let Some(due) = process.engine.next_deadline_ms() else {
            return;
        };
        // A timer is never early, and a loop that finds it due at once comes back a moment later.
        let at_ms = of.clock.shared(due).max(now_ms + 1);
        if process.tick_ms.is_none_or(|planned| at_ms < planned) {
            process.tick_ms = Some(at_ms);
            self.future.plan(at_ms, Happening::Tick(life));
        }
    }
}
