//! Between windows and their engine: messages in order, late, and now and then a push that is lost.

use skein_note::Writer;
use skein_space::{Nonce, NoteId, Role};
use skein_sync::{EndReason, Input, SessionHandle};

use super::{Cluster, chance};
use crate::config::{HANDED_OVER_MS, PUSH_RETRY_MS};
use crate::event::{Happening, Life, ToWindow};
use crate::window::Window;

impl Cluster {
    /// A window opens a note.
    pub fn open_window(
        &mut self,
        device: usize,
        note: NoteId,
        number: u8,
    ) -> Option<SessionHandle> {
        let space = self.space;
        let nonce = Nonce(chance::bytes(&mut self.rng));
        let of = &mut self.devices[device];
        let session = SessionHandle(of.next_session);
        let process = of.process.as_mut()?;
        of.next_session += 1;
        process.windows.insert(session, Window::new(note, number));
        self.give(
            device,
            Input::Open {
                session,
                space,
                note,
                nonce,
                replaces: None,
            },
        );
        let life = self.life(device);
        self.future.plan(
            self.now_ms + PUSH_RETRY_MS,
            Happening::Impatient(life, session),
        );
        Some(session)
    }

    /// An engine says something to a window.
    pub(super) fn tell_window(&mut self, device: usize, session: SessionHandle, message: ToWindow) {
        let late = self.between(0, 30);
        let (life, now_ms) = (self.life(device), self.now_ms);
        let Some(window) = self.window(life, session) else {
            return;
        };
        window.in_ms = window.in_ms.max(now_ms + late);
        let at_ms = window.in_ms;
        self.future
            .plan(at_ms, Happening::ToWindow(life, session, message));
    }

    pub(crate) fn window(&mut self, life: Life, session: SessionHandle) -> Option<&mut Window> {
        self.living(life)?.window(session)
    }

    pub(super) fn window_hears(&mut self, life: Life, session: SessionHandle, message: ToWindow) {
        let Some(window) = self.window(life, session) else {
            return;
        };
        match message {
            ToWindow::Opened {
                client,
                state,
                can_write,
            } => {
                window.can_write = can_write;
                match Writer::new(client, &state) {
                    Ok(writer) => window.writer = Some(writer),
                    Err(error) => {
                        self.fail("a window opens what the engine shows", error.to_string())
                    }
                }
            }
            ToWindow::Failed(why) => {
                self.trace
                    .line(self.now_ms, life.device, &format!("not opened: {why}"));
                self.again(life, session, 1_000);
            }
            ToWindow::Deliver(number, updates) => {
                if let Err(error) = window.deliver(number, &updates) {
                    self.fail("a window takes every delivery", error);
                }
            }
            ToWindow::Ack(sequence) => window.acked(sequence),
            ToWindow::Resend(from) => {
                self.fire("push resent");
                self.send_kept(life, session, from);
            }
            ToWindow::Ended(reason) => self.window_ended(life, session, reason),
        }
    }

    fn window_ended(&mut self, life: Life, session: SessionHandle, reason: EndReason) {
        let bait = self.bait.clone();
        // Whose admitter was lowered at the same time may find that it was never rightly let in.
        let lowered = self.lowered.contains(&self.devices[life.device].key)
            || self.has_lowered() && self.role(life.device) < Some(Role::Editor);
        let trouble = self
            .living(life)
            .is_some_and(|process| process.trouble.is_some());
        let Some(window) = self.window(life, session) else {
            return;
        };
        let allowed = match &reason {
            EndReason::Reopen
            | EndReason::Rebuilt { .. }
            | EndReason::Divided
            | EndReason::ReadAgain => true,
            // A read failed: what was written is a draft.
            EndReason::Broken => trouble || bait.contains(&window.note),
            EndReason::NotAllowed => lowered,
            EndReason::PushRefused { .. } => false,
        };
        let note = window.note;
        if allowed || self.unread(life) {
            self.ledger.drafts += 1;
        } else {
            self.fail(
                "an honest push is taken",
                format!("device {}, note {note}: {reason:?}", life.device),
            );
        }
        if self.plan.world.expected.resets {
            self.leave(life, session);
        } else {
            self.again(life, session, 50);
        }
    }

    /// A window whose session was ended hands over what it has written, under its old number.
    fn leave(&mut self, life: Life, session: SessionHandle) {
        let Some(process) = self.living(life) else {
            return;
        };
        let Some(window) = process.windows.remove(&session) else {
            return;
        };
        let (note, number) = (window.note, window.number);
        process.leaving.insert(session, window);
        self.send_kept(life, session, 0);
        self.future
            .plan(self.now_ms + HANDED_OVER_MS, Happening::Left(life, session));
        self.future
            .plan(self.now_ms + 50, Happening::OpenAgain(life, note, number));
    }

    pub(super) fn window_left(&mut self, life: Life, session: SessionHandle) {
        let unread = self.unread(life);
        let Some(process) = self.living(life) else {
            return;
        };
        let excused = unread || process.trouble.is_some();
        let Some(window) = process.leaving.remove(&session) else {
            return;
        };
        self.give(life.device, Input::Close { session });
        let (note, kept) = (window.note, window.kept.len() as u64);
        if kept > 0 && excused {
            self.ledger.never_saved += kept;
        } else if kept > 0 {
            let seen = format!("device {}, note {note}: {kept} pushes", life.device);
            self.fail("a session that must end loses no push", seen);
        }
    }

    /// Whether reads of this process may have failed a moment ago.
    fn unread(&self, life: Life) -> bool {
        self.devices[life.device].disk.fired().errors > 0
    }

    /// A window lets go of its session and opens the note anew.
    fn again(&mut self, life: Life, session: SessionHandle, after_ms: u64) {
        let Some(process) = self.living(life) else {
            return;
        };
        let Some(window) = process.windows.remove(&session) else {
            return;
        };
        self.ledger.never_saved += window.kept.len() as u64;
        let open = Happening::OpenAgain(life, window.note, window.number);
        self.future.plan(self.now_ms + after_ms, open);
    }

    /// A push goes on its way.
    pub(super) fn send_push(&mut self, life: Life, session: SessionHandle, sequence: u64) {
        let late = self.between(0, 30);
        let now_ms = self.now_ms;
        let Some(window) = self.window(life, session) else {
            return;
        };
        if std::mem::take(&mut window.lose_next) {
            return self.fire("push lost");
        }
        window.out_ms = window.out_ms.max(now_ms + late);
        let at_ms = window.out_ms;
        self.future
            .plan(at_ms, Happening::Push(life, session, sequence));
    }

    pub(super) fn push_arrives(&mut self, life: Life, session: SessionHandle, sequence: u64) {
        let Some(process) = self.living(life) else {
            return;
        };
        // While nothing can be saved nothing is taken; the window keeps it and asks again.
        if process.trouble.is_some() {
            return;
        }
        let Some(window) = process.window(session) else {
            return;
        };
        let Some(push) = window.kept.get(&sequence).cloned() else {
            return;
        };
        self.ledger.erased.extend(&push.change.erased);
        let input = Input::Push {
            session,
            sequence,
            last_delivery: push.last_delivery,
            update: push.update,
        };
        self.give(life.device, input);
    }

    fn send_kept(&mut self, life: Life, session: SessionHandle, from: u64) {
        let Some(window) = self.window(life, session) else {
            return;
        };
        let kept: Vec<u64> = window
            .kept
            .range(from..)
            .map(|(number, _)| *number)
            .collect();
        for sequence in kept {
            self.send_push(life, session, sequence);
        }
    }

    pub(super) fn window_impatient(&mut self, life: Life, session: SessionHandle) {
        let Some(window) = self.window(life, session) else {
            return;
        };
        if !window.kept.is_empty() {
            self.send_kept(life, session, 0);
        }
        let at_ms = self.now_ms + PUSH_RETRY_MS;
        self.future.plan(at_ms, Happening::Impatient(life, session));
    }
}
