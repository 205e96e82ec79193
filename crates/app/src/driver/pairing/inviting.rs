//! The invitation a person opened: one a device, in memory only.

use std::time::Instant;

use skein_net::Tag;
use skein_space::ceremony::{Decline, Ended, Grant, Invitation, Offer, ProvenGuest, Question};
use skein_space::config::ON_SCREEN_MS;
use skein_space::{InvitationId, SpaceId, TagKey};
use tokio::sync::{oneshot, watch};

use super::granting::Invite;
use crate::driver::clock::{random, wall_ms};
use crate::driver::network::INVITATION_LABEL;
use crate::driver::{Driver, Reply, ShellEvent};
use crate::error::{AppError, Code};
use crate::view::{self, Giving, InvitingOver, Missed, Picture};

/// What a person picks: the place of a row from 0, or none of them.
pub(super) type Pick = Option<usize>;

/// The invitation, if one is open, and what shells see of the last.
#[derive(Default)]
pub(super) struct Inviting {
    open: Option<Open>,
    shown: watch::Sender<view::Inviting>,
    last_question: u64,
}

struct Open {
    id: InvitationId,
    counted: Invitation,
    grant: Grant,
    giving: Giving,
    closes_at_ms: i64,
    asked: Option<(u64, oneshot::Sender<Pick>)>,
}

impl Inviting {
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn open_as(&mut self, id: InvitationId) -> Option<&mut Open> {
        self.open.as_mut().filter(|open| open.id == id)
    }
}

impl Open {
    fn waiting(&self, missed: Option<Missed>) -> view::Inviting {
        view::Inviting::Waiting {
            giving: self.giving.clone(),
            closes_at_ms: self.closes_at_ms,
            missed,
        }
    }
}

/// What a person does.
impl Driver {
    /// Opens an invitation in place of one that is open.
    pub(crate) fn open_invitation(&mut self, to: Invite, reply: Reply<()>) {
        // Whoever asked may have gone; then the window that comes next sees it.
        let _ = reply.send(self.try_open_invitation(to));
    }

    fn try_open_invitation(&mut self, to: Invite) -> Result<(), AppError> {
        self.must_be_online()?;
        let (grant, giving) = self.granted(to)?;
        let tickets = !self.pairing.tickets.rows.is_empty();
        self.open_door(tickets.then_some(self.settings.pairing_port))?;
        let counted = Invitation::open(self.clock.now().mono_ms);
        let lasts_ms = counted.closes_ms() - self.clock.now().mono_ms;
        let open = Open {
            id: InvitationId(random()),
            counted,
            grant,
            giving,
            closes_at_ms: wall_ms() + i64::try_from(lasts_ms).unwrap_or(i64::MAX),
            asked: None,
        };
        let shown = open.waiting(None);
        // The one before ends with its question; the port stays, where somebody may just be calling.
        self.pairing.inviting.open = Some(open);
        self.show_inviting(shown);
        self.announce();
        Ok(())
    }

    /// The person closes it.
    pub(crate) fn close_invitation(&mut self) {
        let was_open = self.pairing.inviting.open.take().is_some();
        // What an invitation before said has been read, too.
        self.show_inviting(view::Inviting::Closed);
        if was_open {
            self.close_unneeded_door();
        }
    }

    /// This device does not let anybody into that space any more.
    pub(in crate::driver) fn close_invitation_into(&mut self, space: SpaceId) {
        if self
            .pairing
            .inviting
            .open
            .as_ref()
            .is_some_and(|open| open.grant.spaces().contains(&space))
        {
            self.close_invitation();
        }
    }

    /// What is seen of it, from now on.
    pub(crate) fn watch_invitation(&self) -> watch::Receiver<view::Inviting> {
        self.pairing.inviting.shown.subscribe()
    }

    /// The person's answer to a question that may have been withdrawn in the meantime.
    pub(crate) fn pick(&mut self, question: u64, row: Pick) -> Result<(), AppError> {
        let open = self.pairing.inviting.open.as_mut();
        let asked = open.and_then(|open| open.asked.take_if(|(number, _)| *number == question));
        let answered = asked.is_some_and(|(_, answer)| answer.send(row).is_ok());
        answered.then_some(()).ok_or_else(|| {
            AppError::new(
                Code::NotFound,
                "whoever asked to join has gone. nobody was let in. ask them to try again",
            )
        })
    }
}

/// What its end takes.
impl Driver {
    /// When the invitation closes by itself.
    pub(in crate::driver) fn invitation_deadline(&self) -> Option<Instant> {
        let open = self.pairing.inviting.open.as_ref()?;
        Some(self.clock.instant(open.counted.closes_ms()))
    }

    pub(in crate::driver) fn end_old_invitation(&mut self) {
        let now_ms = self.clock.now().mono_ms;
        let open = self.pairing.inviting.open.as_ref();
        if let Some(why) = open.and_then(|open| open.counted.ended(now_ms)) {
            self.end_invitation(why);
        }
    }

    /// It is over. A question on the screen is withdrawn, and whoever waits for the answer is told.
    pub(super) fn end_invitation(&mut self, why: Ended) {
        if self.pairing.inviting.open.take().is_none() {
            return;
        }
        let over = |why, message: &str| view::Inviting::Over {
            why,
            message: message.to_owned(),
        };
        match why {
            // What becomes of the member is said when it is one.
            Ended::Joined => {}
            Ended::Closed => self.show_inviting(over(
                InvitingOver::Offline,
                "this device works offline now, so the invitation is closed. nobody was let in",
            )),
            Ended::WrongPick => self.show_inviting(over(
                InvitingOver::WrongPick,
                "those pictures are not on the other screen, so somebody else may have been asking. nobody was let in. \
                 invite again, and compare all four pictures",
            )),
            Ended::TimeIsOver => self.show_inviting(over(
                InvitingOver::TimeIsOver,
                "the invitation was open for ten minutes and is closed now. nobody was let in",
            )),
            Ended::UsedUp => self.show_inviting(over(
                InvitingOver::UsedUp,
                "somebody else keeps asking. nobody was let in. use a ticket",
            )),
        }
        self.close_unneeded_door();
    }

    fn show_inviting(&mut self, shown: view::Inviting) {
        self.telling.shell(ShellEvent::Inviting(shown.clone()));
        self.pairing.inviting.shown.send_replace(shown);
    }

    /// The tag that everybody knows: looked for always, shown while an invitation is open.
    pub(in crate::driver) fn invitation_tag(&self) -> Tag {
        Tag {
            label: INVITATION_LABEL,
            key: TagKey::pairing(),
            shown: self.pairing.inviting.is_open(),
            dial: false,
        }
    }
}

/// What an exchange asks.
impl Driver {
    /// What is said to whoever calls.
    pub(super) fn offer(&mut self) -> Option<Offer> {
        let open = self.pairing.inviting.open.as_ref()?;
        let (invitation, mut grant) = (open.id, open.grant.clone());
        if let Grant::Space { space, name, .. } = &mut grant {
            // It may have another name since.
            *name = self.space_name(*space);
        }
        let names = self.own_names();
        Some(Offer {
            invitation,
            grant,
            device: self.device(),
            transport: self.pairing.root.transport_key(),
            person: names.person,
            device_name: names.device_name,
        })
    }

    /// Whether somebody who committed itself gets a nonce now: from then on its exchange counts.
    pub(super) fn begin_exchange(&mut self, id: InvitationId) -> Result<(), Decline> {
        let now_ms = self.clock.now().mono_ms;
        let open = self.pairing.inviting.open_as(id).ok_or(Decline::Closed)?;
        open.counted.begin(now_ms)
    }

    /// Puts the question on the screen; the answer comes when the person gives one, and never when it is withdrawn.
    pub(super) fn ask_person(
        &mut self,
        id: InvitationId,
        question: &Question,
    ) -> Result<oneshot::Receiver<Pick>, Decline> {
        self.pairing.inviting.last_question += 1;
        let number = self.pairing.inviting.last_question;
        let open = self.pairing.inviting.open_as(id).ok_or(Decline::Closed)?;
        let (answer, picked) = oneshot::channel();
        open.asked = Some((number, answer));
        let shown = view::Inviting::Asking {
            question: number,
            giving: open.giving.clone(),
            person: question.guest.person.clone(),
            device_name: question.guest.device_name.clone(),
            rows: question.rows.iter().map(Picture::row).collect(),
            until_ms: wall_ms() + i64::try_from(ON_SCREEN_MS).unwrap_or(i64::MAX),
        };
        self.show_inviting(shown);
        Ok(picked)
    }

    /// The exchange under way ended without a pick; the next may begin.
    pub(super) fn exchange_over(&mut self, id: InvitationId, missed: Missed) {
        let Some(open) = self.pairing.inviting.open_as(id) else {
            return;
        };
        open.counted.exchange_over();
        let asked = open.asked.take().is_some();
        let shown = open.waiting(Some(missed));
        // One that never reached the screen changes nothing there.
        if asked || missed != Missed::WentAway {
            self.show_inviting(shown);
        }
    }

    /// A row was picked: it is over either way. What the guest is to be given, if it was the right one.
    pub(super) fn row_picked(
        &mut self,
        id: InvitationId,
        right: bool,
    ) -> Result<(Grant, Giving), Decline> {
        let open = self.pairing.inviting.open_as(id).ok_or(Decline::Closed)?;
        open.counted.picked(right);
        let given = (open.grant.clone(), open.giving.clone());
        self.end_invitation(if right {
            Ended::Joined
        } else {
            Ended::WrongPick
        });
        if right {
            Ok(given)
        } else {
            Err(Decline::WrongPick)
        }
    }

    /// What became of a guest whose row was picked: why it is no member, if it is none.
    pub(super) fn guest_came(
        &mut self,
        giving: Giving,
        guest: &ProvenGuest,
        why_not: Option<String>,
    ) {
        if self.pairing.inviting.is_open() {
            return; // the person has opened another one since
        }
        self.show_inviting(match why_not {
            None => view::Inviting::Joined {
                giving,
                device: guest.device,
                person: guest.person.clone(),
                device_name: guest.device_name.clone(),
            },
            Some(message) => view::Inviting::Over {
                why: InvitingOver::Failed,
                message,
            },
        });
    }
}
