//! What people do.

use skein_sync::{Input, SessionHandle};

use super::Cluster;
use crate::plan::{Act, Op};

impl Cluster {
    /// Something of a plan happens now.
    pub fn perform(&mut self, op: Op) {
        match op {
            Op::Person {
                who,
                window,
                note,
                act,
                pick,
            } => self.act(who, window, note, act, pick),
            Op::LosePush(who) => {
                if let Some(process) = &mut self.devices[who].process {
                    for window in process.windows.values_mut() {
                        window.lose_next = true;
                    }
                }
            }
            Op::Join(who) => self.invite(who),
            Op::Role { by, to, role } => self.change_role(by, to, role),
            Op::Readmit(who) => self.readmit(who),
            Op::TakeIn { by, of } => self.take_in(by, of),
            Op::Lie(lie, pick) => self.lie(lie, pick),
            fault => self.strike(fault),
        }
    }

    /// The window of a device on a note, opened if it is not.
    pub fn window_on(&mut self, who: usize, note: usize, number: u8) -> Option<SessionHandle> {
        let id = self.notes[note];
        let process = self.devices[who].process.as_ref()?;
        if !self.devices[who].joined {
            return None;
        }
        let open = process
            .windows
            .iter()
            .find(|(_, window)| window.note == id && window.number == number);
        match open {
            Some((session, _)) => Some(*session),
            None => self.open_window(who, id, number),
        }
    }

    /// A person does something in a note; an act on a note that is not open yet opens it.
    pub fn act(&mut self, who: usize, number: u8, note: usize, act: Act, pick: u64) {
        if self.devices[who].stale && !self.plan.world.expected.forks {
            return;
        }
        let Some(session) = self.window_on(who, note, number) else {
            return;
        };
        let life = self.life(who);
        match act {
            Act::Close | Act::Reload => {
                let Some(process) = &mut self.devices[who].process else {
                    return;
                };
                // A window that is closed waits until everything is saved; a reload does not.
                let Some(window) = process.windows.get(&session) else {
                    return;
                };
                if act == Act::Close && !window.kept.is_empty() {
                    return;
                }
                self.ledger.never_saved += window.kept.len() as u64;
                let id = window.note;
                process.windows.remove(&session);
                self.give(who, Input::Close { session });
                if act == Act::Reload {
                    self.open_window(who, id, number);
                }
            }
            _ => {
                let Some(process) = &mut self.devices[who].process else {
                    return;
                };
                let Some(window) = process.windows.get_mut(&session) else {
                    return;
                };
                if let Some(sequence) = window.act(act, pick, &mut self.ledger) {
                    self.send_push(life, session, sequence);
                }
            }
        }
    }
}
