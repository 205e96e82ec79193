//! Leaving a space: what it means is said first, and what a person agreed to is looked at again when it is done.

use skein_space::{Role, Roster, SpaceId};
use skein_store::Op;
use skein_sync::{Input, LeaveError, RequestId};

use super::execute::Asked;
use super::{Driver, Reply};
use crate::error::{AppError, Code};
use crate::view::{Agreed, Leaving};

impl Driver {
    /// What leaving a space means now; an error where it cannot be left.
    pub(crate) fn leaving(&mut self, space: SpaceId) -> Result<Leaving, AppError> {
        let name = self.space_name(space);
        let not =
            |why: String| AppError::new(Code::NotAllowed, format!("{why}. nothing was changed"));
        let role = match self.engine.role(space) {
            Some(role) => role,
            None if self.engine.has_left_space(space) => {
                return Err(not(format!("this device has left {name} already")));
            }
            None => {
                return Err(not(format!(
                    "this device was removed from {name}: it takes no part in it any more"
                )));
            }
        };
        let mut spaces = self.engine.spaces().into_iter();
        if !spaces.any(|other| other != space && self.engine.role(other).is_some()) {
            return Err(not(format!(
                "{name} is the only space of this device, so there would be nowhere to write. make or join another one \
                 first"
            )));
        }
        let me = self.device();
        let members = self.engine.roster(space).map(|roster| roster.members());
        let others = members.unwrap_or_default().into_iter();
        let others: Vec<_> = others
            .filter(|member| member.device != me && member.role.is_some())
            .collect();
        let owners = others.iter().filter(|m| m.role == Some(Role::Owner));
        let only_here = self.engine.only_here(&self.held, space);
        Ok(Leaving {
            space,
            name,
            role: role.into(),
            others: others.len(),
            last_owner: role == Role::Owner && owners.count() == 0,
            recoverable: self
                .engine
                .roster(space)
                .is_some_and(Roster::has_recovery_key),
            only_here: only_here.own + only_here.others,
            own_only_here: only_here.own,
        })
    }

    /// Leaves a space; answered when that is durable, with what it meant.
    pub(crate) fn leave(&mut self, space: SpaceId, agreed: Agreed, reply: Reply<Leaving>) {
        let may = match self.storage.refusal() {
            Some(error) => Err(error),
            None => self.leaving(space).and_then(|now| agreed_to(agreed, now)),
        };
        match may {
            Ok(now) => {
                let request = self.next_request();
                self.requests.insert(request, Asked::Left(now, reply));
                self.feed(Input::Leave { request, space });
            }
            Err(error) => {
                // Whoever asked may have gone.
                let _ = reply.send(Err(error));
            }
        }
    }

    pub(super) fn has_left(
        &mut self,
        request: RequestId,
        space: SpaceId,
        result: Result<(), LeaveError>,
    ) {
        if result.is_ok() {
            self.end_letting_in(space);
            self.members_changed(space);
        }
        if let Some(Asked::Left(now, reply)) = self.requests.remove(&request) {
            let refused = |error: LeaveError| {
                AppError::new(Code::NotAllowed, format!("{error}. nothing was changed"))
            };
            let _ = reply.send(result.map(|()| now).map_err(refused));
        }
    }

    /// Whoever left lets nobody in: its tickets of that space are void, and its invitation is closed.
    fn end_letting_in(&mut self, space: SpaceId) {
        let void = self.forget_tickets_of(space);
        self.submit(void.into_iter().map(Op::ForgetTicket).collect());
        self.close_invitation_into(space);
        self.close_unneeded_door();
        self.announce();
    }
}

/// Refuses where it means more than somebody agreed to.
fn agreed_to(agreed: Agreed, now: Leaving) -> Result<Leaving, AppError> {
    let why = if now.only_here > agreed.only_here {
        only_here_sentence(&now)
    } else if now.last_owner && !agreed.last_owner {
        format!(
            "no other device is an owner of {}, so nobody could let anybody in any more",
            now.name
        )
    } else {
        return Ok(now);
    };
    Err(AppError::new(
        Code::NotAllowed,
        format!(
            "{why}. nothing was changed. say that you are sure, or wait until the others have it"
        ),
    ))
}

fn only_here_sentence(now: &Leaving) -> String {
    let edits = match now.only_here {
        1 => "1 edit".to_owned(),
        many => format!("{many} edits"),
    };
    format!(
        "nobody else is known to have {edits} that this device holds of {}",
        now.name
    )
}
